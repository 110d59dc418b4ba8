//! Tiling noise made once and looked up per pixel: cloud-like fields, cell patterns, slopes of water, and a hash.

use rayon::prelude::*;

/// A square tile of values, mostly in 0..1; coordinates are in tiles and wrap around.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    side: usize,
    values: Vec<f32>,
}

/// A square tile of slopes (d/du, d/dv of a field), each with variance about 1.
#[derive(Debug, Clone)]
pub(crate) struct Slopes {
    side: usize,
    values: Vec<[f32; 2]>,
}

/// A number in 0..1 for three whole numbers; the same on every machine.
#[inline]
pub(crate) fn hash(x: i32, y: i32, seed: u32) -> f32 {
    let mut h =
        (x as u32).wrapping_mul(0x8da6_b343) ^ (y as u32).wrapping_mul(0xd816_3841) ^ seed.wrapping_mul(0xcb1a_b31f);
    h ^= h >> 16;
    h = h.wrapping_mul(0x7feb_352d);
    h ^= h >> 15;
    h = h.wrapping_mul(0x846c_a68b);
    h ^= h >> 16;
    (h >> 8) as f32 / 16_777_216.0
}

/// The largest whole number not above `x`, without a call into the C library.
#[inline]
pub(crate) fn floor(x: f32) -> i32 {
    let i = x as i32;
    i - i32::from(x < i as f32)
}

impl Field {
    /// Cloud-like noise: `octaves` layers of gradient noise, the first with `cells` cells along the tile's side.
    /// `side` must be a power of two. Values are spread over 0..1 around 0.5.
    pub(crate) fn clouds(side: usize, cells: i32, octaves: u32, seed: u32) -> Self {
        let value = |u: f32, v: f32| {
            let (mut sum, mut weight, mut norm, mut n) = (0.0, 1.0, 0.0f32, cells);
            for octave in 0..octaves {
                sum += weight * gradient(u * n as f32, v * n as f32, n, seed + octave * 17);
                norm += weight * weight;
                weight *= 0.5;
                n *= 2;
            }
            (0.5 + 0.75 * sum / norm.sqrt()).clamp(0.0, 1.0)
        };
        Self::from_fn(side, value)
    }

    /// Cells: 0 on the border between two cells, growing towards their middles (second minus first distance).
    pub(crate) fn cells(side: usize, count: i32, seed: u32) -> Self {
        Self::from_fn(side, |u, v| {
            let cell = cell(u * count as f32, v * count as f32, count, seed);
            (cell.next - cell.near).clamp(0.0, 1.0)
        })
    }

    fn from_fn(side: usize, value: impl Fn(f32, f32) -> f32 + Sync) -> Self {
        let mut values = vec![0.0; side * side];
        values.par_chunks_mut(side).enumerate().for_each(|(row, out)| {
            for (column, cell) in out.iter_mut().enumerate() {
                *cell = value(column as f32 / side as f32, row as f32 / side as f32);
            }
        });
        Self { side, values }
    }

    /// The value at a point, between its four neighbours.
    #[inline]
    pub(crate) fn at(&self, u: f32, v: f32) -> f32 {
        let (x, y) = (u * self.side as f32, v * self.side as f32);
        let (column, row) = (floor(x), floor(y));
        let (fx, fy) = (x - column as f32, y - row as f32);
        let mask = self.side - 1;
        let (c0, c1) = (column as usize & mask, column.wrapping_add(1) as usize & mask);
        let (r0, r1) = ((row as usize & mask) * self.side, (row.wrapping_add(1) as usize & mask) * self.side);
        let top = self.values[r0 + c0] + (self.values[r0 + c1] - self.values[r0 + c0]) * fx;
        let bottom = self.values[r1 + c0] + (self.values[r1 + c1] - self.values[r1 + c0]) * fx;
        top + (bottom - top) * fy
    }

    /// The slopes of this field, scaled so that their root mean square is 1.
    pub(crate) fn slopes(&self) -> Slopes {
        let (side, mask) = (self.side, self.side - 1);
        let mut values = vec![[0.0; 2]; side * side];
        values.par_chunks_mut(side).enumerate().for_each(|(row, out)| {
            let (up, down) = (((row + side - 1) & mask) * side, ((row + 1) & mask) * side);
            for (column, cell) in out.iter_mut().enumerate() {
                let (left, right) = ((column + side - 1) & mask, (column + 1) & mask);
                let here = row * side;
                *cell = [
                    self.values[here + right] - self.values[here + left],
                    self.values[down + column] - self.values[up + column],
                ];
            }
        });
        let power: f64 = values.iter().map(|[a, b]| f64::from(a * a + b * b)).sum::<f64>() / (2 * side * side) as f64;
        let scale = 1.0 / (power.sqrt() as f32).max(1e-9);
        values.iter_mut().for_each(|[a, b]| {
            *a *= scale;
            *b *= scale;
        });
        Slopes { side, values }
    }
}

impl Slopes {
    /// Both slopes at a point, between its four neighbours.
    #[inline]
    pub(crate) fn at(&self, u: f32, v: f32) -> [f32; 2] {
        let (x, y) = (u * self.side as f32, v * self.side as f32);
        let (column, row) = (floor(x), floor(y));
        let (fx, fy) = (x - column as f32, y - row as f32);
        let mask = self.side - 1;
        let (c0, c1) = (column as usize & mask, column.wrapping_add(1) as usize & mask);
        let (r0, r1) = ((row as usize & mask) * self.side, (row.wrapping_add(1) as usize & mask) * self.side);
        let (a, b, c, d) = (self.values[r0 + c0], self.values[r0 + c1], self.values[r1 + c0], self.values[r1 + c1]);
        let between = |i: usize| {
            let top = a[i] + (b[i] - a[i]) * fx;
            let bottom = c[i] + (d[i] - c[i]) * fx;
            top + (bottom - top) * fy
        };
        [between(0), between(1)]
    }
}

/// Perlin's gradient noise with period `n`, about -0.7..0.7.
#[inline]
fn gradient(x: f32, y: f32, n: i32, seed: u32) -> f32 {
    let (ix, iy) = (floor(x), floor(y));
    let (fx, fy) = (x - ix as f32, y - iy as f32);
    let corner = |dx: i32, dy: i32| {
        let angle = hash((ix + dx).rem_euclid(n), (iy + dy).rem_euclid(n), seed) * std::f32::consts::TAU;
        angle.cos() * (fx - dx as f32) + angle.sin() * (fy - dy as f32)
    };
    let ease = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (sx, sy) = (ease(fx), ease(fy));
    let top = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * sx;
    let bottom = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * sx;
    top + (bottom - top) * sy
}

/// What lies at a point of a plane of random cells, one jittered seed point per unit square.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    /// Distance to the nearest seed point.
    pub(crate) near: f32,
    /// Distance to the second nearest.
    pub(crate) next: f32,
    /// From the point to the nearest seed point.
    pub(crate) offset: (f32, f32),
    /// The cell's own random number, 0..1.
    pub(crate) value: f32,
}

/// The cell at `(x, y)`; the plane repeats after `n` units.
#[inline]
pub(crate) fn cell(x: f32, y: f32, n: i32, seed: u32) -> Cell {
    let (ix, iy) = (floor(x), floor(y));
    let mut found = Cell { near: 9.0, next: 9.0, offset: (0.0, 0.0), value: 0.0 };
    for dy in -1..=1 {
        for dx in -1..=1 {
            let (cx, cy) = ((ix + dx).rem_euclid(n), (iy + dy).rem_euclid(n));
            let px = (ix + dx) as f32 + hash(cx, cy, seed) - x;
            let py = (iy + dy) as f32 + hash(cx, cy, seed + 1) - y;
            let distance = (px * px + py * py).sqrt();
            if distance < found.near {
                found = Cell { near: distance, next: found.near, offset: (px, py), value: hash(cx, cy, seed + 2) };
            } else if distance < found.next {
                found.next = distance;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_tiles_without_a_seam_and_is_repeatable() {
        let field = Field::clouds(64, 4, 3, 5);
        for v in [0.0, 0.31, 0.77] {
            let (before, after) = (field.at(0.9999, v), field.at(1.0001, v));
            assert!((before - after).abs() < 0.02, "{before} {after}");
            assert!((field.at(0.2, v) - field.at(3.2, v)).abs() < 1e-3);
        }
        assert_eq!(field.values, Field::clouds(64, 4, 3, 5).values);
        assert_ne!(field.values, Field::clouds(64, 4, 3, 6).values);
    }
}
