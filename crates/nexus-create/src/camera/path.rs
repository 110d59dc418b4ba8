//! Where the camera looks at a moment: a slow push or pull with a drift, eased, never standing still.

/// What the camera sees, as shares of the picture that fits the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    /// Magnification, at least 1.
    pub zoom: f64,
    /// Middle of the view; `[0.5, 0.5]` is the middle of the picture.
    pub centre: [f64; 2],
}

/// The camera's way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Route {
    from: View,
    to: View,
}

/// Magnification at the wide end: what the drift needs so that no edge is ever seen.
const WIDE: f64 = 1.035;
/// Growth of the picture per second; 1.00 to 1.04 over a shot of 2 s reads as a push, more as a zoom.
const PUSH_PER_S: f64 = 0.019;

impl Route {
    /// The way for a still, varied by its name: a push or a pull, drifting to one of four corners.
    pub(crate) fn of(name: &str, length_s: f64) -> Self {
        let bits = blake3::hash(name.as_bytes()).as_bytes()[0];
        let push = (PUSH_PER_S * length_s).clamp(0.03, 0.10);
        let reach = 0.5 - 0.5 / WIDE;
        let sign = |bit: u8| if bits >> bit & 1 == 0 { -1.0 } else { 1.0 };
        let drift = [sign(0) * reach * 0.75, sign(1) * reach * 0.75];
        let wide = View { zoom: WIDE, centre: [0.5 - drift[0], 0.5 - drift[1]] };
        let near = View { zoom: WIDE + push, centre: [0.5 + drift[0], 0.5 + drift[1]] };
        // Three of four push in: a pull is the exception.
        if bits >> 2 & 3 == 0 { Self { from: near, to: wide } } else { Self { from: wide, to: near } }
    }

    /// The largest magnification on the way.
    pub(crate) fn widest(&self) -> f64 {
        self.from.zoom.max(self.to.zoom)
    }

    /// The view of frame `number` of `frames`.
    pub(crate) fn view(&self, number: u64, frames: u64) -> View {
        let at = number as f64 / (frames.max(2) - 1) as f64;
        // Half even, half eased: it glides in and out but moves from the first frame, wherever a cut falls.
        let eased = 0.5 * at + 0.5 * (0.5 - 0.5 * (std::f64::consts::PI * at).cos());
        let between = |one: f64, other: f64| one + (other - one) * eased;
        View {
            // Even steps of size look even only on a logarithmic scale.
            zoom: between(self.from.zoom.ln(), self.to.zoom.ln()).exp(),
            centre: std::array::from_fn(|axis| between(self.from.centre[axis], self.to.centre[axis])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_looks_past_the_edge_and_never_stands_still() {
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            for length in [0.5, 2.0, 5.0, 30.0] {
                let route = Route::of(name, length);
                let frames = (length * 30.0) as u64;
                let views: Vec<View> = (0..frames).map(|number| route.view(number, frames)).collect();
                for view in &views {
                    let half = 0.5 / view.zoom;
                    assert!(
                        view.centre.iter().all(|at| at - half >= -1e-9 && at + half <= 1.0 + 1e-9),
                        "{name} {length} {view:?}"
                    );
                }
                assert!(views.windows(2).all(|pair| pair[0] != pair[1]), "{name} {length}");
            }
        }
    }
}
