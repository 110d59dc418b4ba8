//! Global movement between two small frames: translation and zoom, coarse to fine.

/// Levels of the pyramid; the finest has half the frame's width.
const LEVELS: usize = 4;

/// Steps of the solver per level.
const STEPS: usize = 4;

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
///
/// Source: Lucas & Kanade, IJCAI 1981, in the pyramidal form of Bouguet, with Cauchy weights.
pub(crate) fn flow(before: &[u8], after: &[u8], width: usize, height: usize) -> Flow {
    let (mut first, mut second) = (vec![Plane::halved(before, width, height)], vec![Plane::halved(after, width, height)]);
    for _ in 1..LEVELS {
        let (last_first, last_second) = (first.last().expect("one level is there"), second.last().expect("one level is there"));
        if last_first.width < 16 || last_first.height < 16 {
            break;
        }
        let next = (last_first.half(), last_second.half());
        first.push(next.0);
        second.push(next.1);
    }
    let mut found = [0.0; 3];
    for (one, two) in first.iter().zip(&second).rev() {
        for _ in 0..STEPS {
            let Some(step) = one.step(two, found) else { break };
            for (value, change) in found.iter_mut().zip(step) {
                *value += change;
            }
            if step.iter().all(|change| change.abs() < 1e-5) {
                break;
            }
        }
    }
    let fine = (&first[0], &second[0]);
    let sane = found.iter().all(|value| value.is_finite()) && found[0].abs() < 0.5 && found[1].abs() < 0.5 && found[2].abs() < 0.3;
    if !sane || fine.0.residual(fine.1, found) >= fine.0.residual(fine.1, [0.0; 3]) {
        return Flow::default();
    }
    Flow { pan: found[0], tilt: found[1], zoom: found[2] }
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
                data.push((self.data[at] + self.data[at + 1] + self.data[at + self.width] + self.data[at + self.width + 1]) / 4.0);
            }
        }
        Self { width, height, data }
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
            for rest in column..3 {
                matrix[row][rest] -= factor * matrix[column][rest];
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
        for (name, x, y) in [("none", 0.0, 0.0), ("right", 4.8, 0.0), ("left", -4.8, 0.0), ("down", 0.0, 3.0), ("up and left", -2.5, -1.5)] {
            let found = flow(&still, &picture(x, y), 192, 108);
            assert!((found.pan * 192.0 - x).abs() < 0.2 && (found.tilt * 192.0 - y).abs() < 0.2, "{name}: {found:?}");
            assert!(found.zoom.abs() < 0.01, "{name}: {found:?}");
        }
    }
}
