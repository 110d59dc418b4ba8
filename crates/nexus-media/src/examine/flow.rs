//! Global movement between two small frames: translation and zoom, searched, then refined.

/// Steps of the solver per level.
const STEPS: usize = 4;

/// How far the search on the coarse level goes, in its pixels (a 48th of the width each).
const REACH: i32 = 8;

/// How far the search for small movement goes.
const NEAR: i32 = 2;

/// Far movement must leave less than this share of what small movement leaves.
const FAR_SHARE: f64 = 0.7;

/// Movement of the camera between two frames, in fractions of the frame's width.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Flow {
    /// Positive when the camera pans right.
    pub(crate) pan: f64,
    /// Positive when the camera tilts down.
    pub(crate) tilt: f64,
    /// Relative growth of the picture.
    pub(crate) zoom: f64,
}

/// The movement that explains `after` from `before` best: `after(p) = before(p + move - zoom * p)`, with `p`
/// from the centre. Moving subjects are weighted down. O(pixels); both are `width * height` luma bytes.
/// Up to a sixth of the width is found, and a tenth of growth.
///
/// Source: full search on the coarse level, so that repeated patterns do not mislead, then Lucas & Kanade,
/// IJCAI 1981, coarse to fine, with Cauchy weights.
pub(crate) fn flow(before: &[u8], after: &[u8], width: usize, height: usize) -> Flow {
    let fine = (Plane::halved(before, width, height), Plane::halved(after, width, height));
    let coarse = (fine.0.half(), fine.1.half());
    let refined = |start: [f64; 3]| {
        let found = fine.0.refine(&fine.1, coarse.0.refine(&coarse.1, start));
        let sane = found[0].abs() < 0.5 && found[1].abs() < 0.5 && found[2].abs() < 0.3;
        (if sane { fine.0.residual(&fine.1, found) } else { f64::MAX }, found)
    };
    let still = (fine.0.residual(&fine.1, [0.0; 3]), [0.0; 3]);
    let near = refined(coarse.0.search(&coarse.1, NEAR));
    let far = refined(coarse.0.search(&coarse.1, REACH));
    // Repeated patterns fit as well a whole repeat away: the short way is believed unless it fits badly.
    let best = if far.0 < near.0 * FAR_SHARE { far } else { near };
    let [pan, tilt, zoom] = if best.0 < still.0 { best.1 } else { still.1 };
    Flow { pan, tilt, zoom }
}

/// A luma plane in floating point.
struct Plane {
    width: usize,
    height: usize,
    data: Vec<f32>,
}

impl Plane {
    fn halved(luma: &[u8], width: usize, height: usize) -> Self {
        Self { width, height, data: luma.iter().map(|value| f32::from(*value)).collect() }.half()
    }

    fn half(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut data = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let at = 2 * y * self.width + 2 * x;
                data.push(
                    (self.data[at] + self.data[at + 1] + self.data[at + self.width] + self.data[at + self.width + 1])
                        / 4.0,
                );
            }
        }
        Self { width, height, data }
    }

    /// `found` made better by a few weighted steps.
    fn refine(&self, after: &Self, mut found: [f64; 3]) -> [f64; 3] {
        for _ in 0..STEPS {
            let Some(step) = self.step(after, found) else { break };
            for (value, change) in found.iter_mut().zip(step) {
                *value += change;
            }
            if step.iter().all(|change| change.abs() < 1e-5) {
                break;
            }
        }
        found
    }

    /// The translation of at most `reach` whole pixels each way with the least mean absolute difference.
    fn search(&self, after: &Self, reach: i32) -> [f64; 3] {
        let mut best = (f64::MAX, 0, 0);
        for down in -reach..=reach {
            for right in -reach..=reach {
                let difference = self.shifted_difference(after, right, down);
                let shorter = right * right + down * down < best.1 * best.1 + best.2 * best.2;
                if difference < best.0 || difference == best.0 && shorter {
                    best = (difference, right, down);
                }
            }
        }
        let wide = self.width as f64;
        [f64::from(best.1) / wide, f64::from(best.2) / wide, 0.0]
    }

    /// Mean absolute difference of `after` and this plane moved by whole pixels, over what both show.
    fn shifted_difference(&self, after: &Self, right: i32, down: i32) -> f64 {
        let span = |length: usize, shift: i32| {
            let shift = shift as isize;
            let length = length as isize;
            (0.max(-shift)..length.min(length - shift)).map(move |at| (at as usize, (at + shift) as usize))
        };
        let (mut sum, mut count) = (0.0_f32, 0_u32);
        for (row, other_row) in span(self.height, down) {
            let here = &after.data[row * self.width..(row + 1) * self.width];
            let there = &self.data[other_row * self.width..(other_row + 1) * self.width];
            for (column, other_column) in span(self.width, right) {
                sum += (there[other_column] - here[column]).abs();
                count += 1;
            }
        }
        if count == 0 { f64::MAX } else { f64::from(sum) / f64::from(count) }
    }

    /// Value and gradient at a place between pixels; `None` at the rim.
    fn sample(&self, x: f32, y: f32) -> Option<(f32, f32, f32)> {
        if x < 1.0 || y < 1.0 || x >= (self.width - 2) as f32 || y >= (self.height - 2) as f32 {
            return None;
        }
        let (column, row) = (x as usize, y as usize);
        let (right, down) = (x - column as f32, y - row as f32);
        let at = row * self.width + column;
        let (a, b) = (self.data[at], self.data[at + 1]);
        let (c, d) = (self.data[at + self.width], self.data[at + self.width + 1]);
        let top = a + (b - a) * right;
        let bottom = c + (d - c) * right;
        Some((top + (bottom - top) * down, (b - a) * (1.0 - down) + (d - c) * down, bottom - top))
    }

    /// Every pixel of `after` with what `self` shows there under `found`: place, value, gradient, residual.
    fn each(&self, after: &Self, found: [f64; 3], mut visit: impl FnMut(f32, f32, f32, f32, f32)) {
        let wide = self.width as f32;
        let (centre_x, centre_y) = ((self.width as f32 - 1.0) / 2.0, (self.height as f32 - 1.0) / 2.0);
        let [pan, tilt, zoom] = found.map(|value| value as f32);
        for row in 0..self.height {
            let y = (row as f32 - centre_y) / wide;
            for column in 0..self.width {
                let x = (column as f32 - centre_x) / wide;
                let place = (column as f32 + wide * (pan - zoom * x), row as f32 + wide * (tilt - zoom * y));
                if let Some((value, gradient_x, gradient_y)) = self.sample(place.0, place.1) {
                    visit(x, y, gradient_x * wide, gradient_y * wide, value - after.data[row * self.width + column]);
                }
            }
        }
    }

    /// Mean absolute difference under `found`, over the pixels that both show.
    fn residual(&self, after: &Self, found: [f64; 3]) -> f64 {
        let (mut sum, mut count) = (0.0_f64, 0_u32);
        self.each(after, found, |_, _, _, _, residual| {
            sum += f64::from(residual.abs());
            count += 1;
        });
        if count == 0 { f64::MAX } else { sum / f64::from(count) }
    }

    /// One weighted Gauss-Newton step.
    fn step(&self, after: &Self, found: [f64; 3]) -> Option<[f64; 3]> {
        let scale = (self.residual(after, found) * 1.5).max(2.0) as f32;
        let mut normal = [[0.0_f64; 3]; 3];
        let mut right = [0.0_f64; 3];
        self.each(after, found, |x, y, gradient_x, gradient_y, residual| {
            let weight = 1.0 / (1.0 + (residual / scale).powi(2));
            let jacobian = [gradient_x, gradient_y, -(gradient_x * x + gradient_y * y)];
            for row in 0..3 {
                for column in 0..3 {
                    normal[row][column] += f64::from(weight * jacobian[row] * jacobian[column]);
                }
                right[row] -= f64::from(weight * jacobian[row] * residual);
            }
        });
        // Without texture nothing is known; a little damping keeps the answer at no movement.
        let damping = (self.width * self.height) as f64 * (self.width as f64).powi(2) * 0.02;
        for (index, row) in normal.iter_mut().enumerate() {
            row[index] += if index == 2 { damping / 12.0 } else { damping };
        }
        solve(normal, right)
    }
}

/// Solves a symmetric positive 3 x 3 system by Gauss elimination with pivots.
fn solve(mut matrix: [[f64; 3]; 3], mut right: [f64; 3]) -> Option<[f64; 3]> {
    for column in 0..3 {
        let pivot = (column..3).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..3 {
            let factor = matrix[row][column] / matrix[column][column];
            let above = matrix[column];
            for (value, pivot) in matrix[row].iter_mut().zip(above).skip(column) {
                *value -= factor * pivot;
            }
            right[row] -= factor * right[column];
        }
    }
    let mut answer = [0.0; 3];
    for row in (0..3).rev() {
        let known: f64 = (row + 1..3).map(|column| matrix[row][column] * answer[column]).sum();
        answer[row] = (right[row] - known) / matrix[row][row];
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(shift_x: f64, shift_y: f64) -> Vec<u8> {
        let (width, height) = (192, 108);
        (0..width * height)
            .map(|at| {
                let (x, y) = ((at % width) as f64 + shift_x, (at / width) as f64 + shift_y);
                (120.0 + 40.0 * (x * 0.31).sin() * (y * 0.23).cos() + 30.0 * (x * 0.07 + y * 0.05).sin()) as u8
            })
            .collect()
    }

    #[test]
    fn known_shifts_are_found() {
        let still = picture(0.0, 0.0);
        for (name, x, y) in [
            ("none", 0.0, 0.0),
            ("right", 4.8, 0.0),
            ("left", -4.8, 0.0),
            ("down", 0.0, 3.0),
            ("up and left", -2.5, -1.5),
        ] {
            let found = flow(&still, &picture(x, y), 192, 108);
            assert!((found.pan * 192.0 - x).abs() < 0.2 && (found.tilt * 192.0 - y).abs() < 0.2, "{name}: {found:?}");
            assert!(found.zoom.abs() < 0.01, "{name}: {found:?}");
        }
    }
}
