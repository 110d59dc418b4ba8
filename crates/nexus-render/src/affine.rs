//! Maps of the plane that keep lines straight and parallels parallel: moving, scaling, turning, slanting. Pure.

use crate::geometry::Rect;

/// `x' = a·x + c·y + e`, `y' = b·x + d·y + f`; y points down, as in the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    e: f64,
    f: f64,
}

impl Affine {
    /// Leaves everything where it is.
    pub const IDENTITY: Self = Self { a: 1.0, b: 0.0, c: 0.0, d: 1.0, e: 0.0, f: 0.0 };

    /// Moves by pixels to the right and down.
    #[must_use]
    pub fn moved(x: f64, y: f64) -> Self {
        Self { e: x, f: y, ..Self::IDENTITY }
    }

    /// Scales about the origin; a negative factor mirrors.
    #[must_use]
    pub fn scaled(x: f64, y: f64) -> Self {
        Self { a: x, d: y, ..Self::IDENTITY }
    }

    /// Turns about the origin, clockwise as seen, in degrees.
    #[must_use]
    pub fn turned(degrees: f64) -> Self {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        Self { a: cosine, b: sine, c: -sine, d: cosine, ..Self::IDENTITY }
    }

    /// Slants by the tangents of angles in degrees, along x and along y; held below the right angle.
    #[must_use]
    pub fn slanted(x_degrees: f64, y_degrees: f64) -> Self {
        let slope = |degrees: f64| degrees.clamp(-89.0, 89.0).to_radians().tan();
        Self { c: slope(x_degrees), b: slope(y_degrees), ..Self::IDENTITY }
    }

    /// Stretches `from` onto `to`.
    #[must_use]
    pub fn between(from: Rect, to: Rect) -> Self {
        let (across, down) = (to.width / from.width, to.height / from.height);
        Self { a: across, b: 0.0, c: 0.0, d: down, e: to.x - from.x * across, f: to.y - from.y * down }
    }

    /// This map with `(x, y)` as the origin.
    #[must_use]
    pub fn about(self, (x, y): (f64, f64)) -> Self {
        Self::moved(-x, -y).then(self).then(Self::moved(x, y))
    }

    /// First this map, then `next`.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        let (e, f) = next.apply((self.e, self.f));
        Self {
            a: next.a * self.a + next.c * self.b,
            b: next.b * self.a + next.d * self.b,
            c: next.a * self.c + next.c * self.d,
            d: next.b * self.c + next.d * self.d,
            e,
            f,
        }
    }

    /// Where a point goes.
    #[must_use]
    pub fn apply(self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)
    }

    /// The way back; `None` when the plane is flattened to a line.
    #[must_use]
    pub fn inverse(self) -> Option<Self> {
        let area = self.a * self.d - self.b * self.c;
        if !area.is_finite() || area.abs() < 1e-9 {
            return None;
        }
        let (a, b, c, d) = (self.d / area, -self.b / area, -self.c / area, self.a / area);
        Some(Self { a, b, c, d, e: -(a * self.e + c * self.f), f: -(b * self.e + d * self.f) })
    }

    /// The smallest upright rectangle around the image of `rect`.
    #[must_use]
    pub fn bounds(self, rect: Rect) -> Rect {
        let corners = [(0.0, 0.0), (rect.width, 0.0), (0.0, rect.height), (rect.width, rect.height)]
            .map(|(x, y)| self.apply((rect.x + x, rect.y + y)));
        let least = |axis: fn(&(f64, f64)) -> f64| corners.iter().map(axis).fold(f64::INFINITY, f64::min);
        let most = |axis: fn(&(f64, f64)) -> f64| corners.iter().map(axis).fold(f64::NEG_INFINITY, f64::max);
        let (x, y) = (least(|corner| corner.0), least(|corner| corner.1));
        Rect { x, y, width: most(|corner| corner.0) - x, height: most(|corner| corner.1) - y }
    }

    /// True when upright rectangles stay upright and nothing is mirrored.
    #[must_use]
    pub fn is_upright(self) -> bool {
        self.b.abs() < 1e-9 && self.c.abs() < 1e-9 && self.a > 0.0 && self.d > 0.0
    }

    /// How much longer the longer of the two unit vectors becomes.
    #[must_use]
    pub fn magnification(self) -> f64 {
        self.a.hypot(self.b).max(self.c.hypot(self.d))
    }

    /// The six numbers: `a, b, c, d, e, f`.
    pub(crate) fn row(self) -> [f64; 6] {
        [self.a, self.b, self.c, self.d, self.e, self.f]
    }

    /// How far the place in the image moves from one pixel to the next in a row: `(a, b)`.
    pub(crate) fn along_row(self) -> (f64, f64) {
        (self.a, self.b)
    }

    /// Lengths of the image of a unit step across and down.
    pub(crate) fn steps(self) -> (f64, f64) {
        (self.a.hypot(self.c), self.b.hypot(self.d))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(left: (f64, f64), right: (f64, f64)) -> bool {
        (left.0 - right.0).abs() < 1e-6 && (left.1 - right.1).abs() < 1e-6
    }

    #[test]
    fn quarter_turns_are_clockwise_as_seen() {
        assert!(near(Affine::turned(90.0).apply((1.0, 0.0)), (0.0, 1.0)));
        assert!(near(Affine::turned(90.0).about((10.0, 10.0)).apply((12.0, 10.0)), (10.0, 12.0)));
        assert!(Affine::scaled(2.0, 3.0).is_upright() && !Affine::scaled(-1.0, 1.0).is_upright());
        let from = Rect { x: 0.0, y: 0.0, width: 4.0, height: 2.0 };
        let to = Rect { x: 10.0, y: 20.0, width: 8.0, height: 8.0 };
        assert_eq!(Affine::between(from, to).bounds(from), to);
    }

    proptest! {
        #[test]
        fn the_way_back_leads_back(
            angle in -720.0_f64..720.0, slant in -60.0_f64..60.0, scale in 0.05_f64..20.0, x in -900.0_f64..900.0, y in -900.0_f64..900.0,
        ) {
            let there = Affine::slanted(slant, 0.0).then(Affine::turned(angle)).then(Affine::scaled(scale, scale)).then(Affine::moved(x, y));
            let back = there.inverse().expect("it is not flat");
            let (px, py) = back.apply(there.apply((x, y)));
            prop_assert!((px - x).abs() < 1e-4 && (py - y).abs() < 1e-4);
        }
    }
}
