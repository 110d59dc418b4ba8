//! Premultiplied RGBA pixels at a place in the frame: laid over each other, moved by fractions, blurred.

use rayon::prelude::*;

use crate::{affine::Affine, geometry::Rect, resample::mul255};

/// Pixels; the place may lie outside the frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Raster {
    /// Left edge in the frame.
    pub(crate) x: i32,
    /// Upper edge in the frame.
    pub(crate) y: i32,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Red, green, blue, alpha; colours premultiplied.
    pub(crate) data: Vec<u8>,
}

/// A rectangle of whole pixels within the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dirty {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Raster {
    pub(crate) fn clear(x: i32, y: i32, width: usize, height: usize) -> Self {
        Self { x, y, width, height, data: vec![0; width * height * 4] }
    }

    /// A clear raster that holds all of `parts`, and `margin` pixels around them.
    pub(crate) fn around(parts: &[&Self], margin: i32) -> Self {
        let left = parts.iter().map(|part| part.x).min().unwrap_or(0) - margin;
        let top = parts.iter().map(|part| part.y).min().unwrap_or(0) - margin;
        let right = parts.iter().map(|part| part.x + part.width as i32).max().unwrap_or(0) + margin;
        let bottom = parts.iter().map(|part| part.y + part.height as i32).max().unwrap_or(0) + margin;
        Self::clear(left, top, (right - left).max(0) as usize, (bottom - top).max(0) as usize)
    }

    /// The pixel at a place of the frame; clear outside.
    #[cfg(test)]
    pub(crate) fn at(&self, x: i32, y: i32) -> [u8; 4] {
        let (column, row) = (x - self.x, y - self.y);
        if column < 0 || row < 0 || column as usize >= self.width || row as usize >= self.height {
            return [0; 4];
        }
        let begin = (row as usize * self.width + column as usize) * 4;
        [self.data[begin], self.data[begin + 1], self.data[begin + 2], self.data[begin + 3]]
    }

    /// Copies a row of the frame from `x` on; clear outside.
    pub(crate) fn copy_row(&self, x: i32, y: i32, out: &mut [[u8; 4]]) {
        let row = y - self.y;
        if row < 0 || row as usize >= self.height {
            return out.fill([0; 4]);
        }
        let pixels = self.data[row as usize * self.width * 4..(row as usize + 1) * self.width * 4].as_chunks::<4>().0;
        let skipped = (self.x - x).clamp(0, out.len() as i32) as usize;
        let from = (x - self.x).clamp(0, self.width as i32) as usize;
        let count = (self.width - from).min(out.len() - skipped);
        out[..skipped].fill([0; 4]);
        out[skipped..skipped + count].copy_from_slice(&pixels[from..from + count]);
        out[skipped + count..].fill([0; 4]);
    }

    /// Lays `other` over this one; `opacity` 0 to 255. What lies outside is left out.
    pub(crate) fn over(&mut self, other: &Self, opacity: u8) {
        let left = other.x.max(self.x);
        let right = (other.x + other.width as i32).min(self.x + self.width as i32);
        let top = other.y.max(self.y);
        let bottom = (other.y + other.height as i32).min(self.y + self.height as i32);
        if left >= right || top >= bottom || opacity == 0 {
            return;
        }
        let count = (right - left) as usize * 4;
        for row in top..bottom {
            let to = ((row - self.y) as usize * self.width + (left - self.x) as usize) * 4;
            let from = ((row - other.y) as usize * other.width + (left - other.x) as usize) * 4;
            let under = self.data[to..to + count].as_chunks_mut::<4>().0;
            let above = other.data[from..from + count].as_chunks::<4>().0;
            for (pixel, new) in under.iter_mut().zip(above) {
                let rest = 255 - mul255(new[3], opacity);
                for (value, add) in pixel.iter_mut().zip(new) {
                    *value = mul255(*value, rest).saturating_add(mul255(*add, opacity));
                }
            }
        }
    }

    /// This raster moved by a fraction of pixels, bilinear.
    pub(crate) fn moved(&self, across: f64, down: f64) -> Self {
        let (whole_x, whole_y) = (across.floor(), down.floor());
        let (part_x, part_y) = (across - whole_x, down - whole_y);
        let (x, y) = (self.x + whole_x as i32, self.y + whole_y as i32);
        if part_x < 1e-3 && part_y < 1e-3 {
            return Self { x, y, ..self.clone() };
        }
        let target = Rect {
            x: f64::from(x) + part_x,
            y: f64::from(y) + part_y,
            width: self.width as f64,
            height: self.height as f64,
        };
        self.stretched(target)
    }

    /// This raster stretched to a rectangle of the frame: bilinear, widened when shrinking.
    pub(crate) fn stretched(&self, target: Rect) -> Self {
        let (left, top) = (target.x.floor(), target.y.floor());
        let width = ((target.x + target.width).ceil() - left).max(1.0) as usize;
        let height = ((target.y + target.height).ceil() - top).max(1.0) as usize;
        let across = triangle(target.x - left, target.width, self.width, width);
        let down = triangle(target.y - top, target.height, self.height, height);
        let mut narrow = vec![0.0_f32; self.height * width * 4];
        for (row, out) in self.data.chunks_exact(self.width * 4).zip(narrow.chunks_exact_mut(width * 4)) {
            for (mix, pixel) in across.iter().zip(out.as_chunks_mut::<4>().0) {
                for (source, weight) in mix {
                    for (channel, value) in pixel.iter_mut().enumerate() {
                        *value += f32::from(row[source * 4 + channel]) * weight;
                    }
                }
            }
        }
        let mut raster = Self::clear(left as i32, top as i32, width, height);
        let mut line = vec![0.0_f32; width * 4];
        for (mix, out) in down.iter().zip(raster.data.chunks_exact_mut(width * 4)) {
            line.fill(0.0);
            for (source, weight) in mix {
                for (value, add) in line.iter_mut().zip(&narrow[source * width * 4..]) {
                    *value += add * weight;
                }
            }
            for (byte, value) in out.iter_mut().zip(&line) {
                *byte = (value + 0.5).clamp(0.0, 255.0) as u8;
            }
        }
        raster
    }

    /// Clears what lies outside of a rectangle of the frame.
    pub(crate) fn cut(&mut self, area: Rect) {
        let (left, top, width) = (self.x, self.y, self.width);
        let inside = |at: i32, from: f64, length: f64| {
            let middle = f64::from(at) + 0.5;
            middle >= from && middle <= from + length
        };
        for (index, pixel) in self.data.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let (x, y) = (left + (index % width) as i32, top + (index / width) as i32);
            if !inside(x, area.x, area.width) || !inside(y, area.y, area.height) {
                *pixel = [0; 4];
            }
        }
    }

    /// This raster under `map` (from frame pixels to frame pixels), between four neighbours, cut to the frame.
    pub(crate) fn warped(&self, map: Affine, frame_px: (u32, u32)) -> Option<Self> {
        let own =
            Rect { x: f64::from(self.x), y: f64::from(self.y), width: self.width as f64, height: self.height as f64 };
        let bounds = map.bounds(own);
        let (left, top) = (bounds.x.floor().max(0.0) as i32, bounds.y.floor().max(0.0) as i32);
        let right = (bounds.x + bounds.width).ceil().min(f64::from(frame_px.0)) as i32;
        let bottom = (bounds.y + bounds.height).ceil().min(f64::from(frame_px.1)) as i32;
        let back = map.inverse().filter(|_| right > left && bottom > top)?;
        let shrink = map.magnification();
        if shrink < 0.6 {
            // Four neighbours are too few for a small picture of a large one: it is made smaller first.
            let small = Rect { x: 0.0, y: 0.0, width: own.width * shrink, height: own.height * shrink };
            let smaller = self.stretched(small);
            return smaller.warped(Affine::between(small, own).then(map), frame_px);
        }
        let mut out = Self::clear(left, top, (right - left) as usize, (bottom - top) as usize);
        let width = out.width;
        let step = back.along_row();
        out.data.par_chunks_mut(width * 4).enumerate().for_each(|(row, line)| {
            let (mut x, mut y) = back.apply((f64::from(left) + 0.5, f64::from(top) + row as f64 + 0.5));
            for pixel in line.as_chunks_mut::<4>().0 {
                *pixel = self.between(x - own.x - 0.5, y - own.y - 0.5);
                x += step.0;
                y += step.1;
            }
        });
        Some(out)
    }

    /// The colour at a place of this raster, in its own pixels, between four neighbours; clear outside.
    fn between(&self, x: f64, y: f64) -> [u8; 4] {
        let (column, row) = (x.floor(), y.floor());
        let inside = column >= -1.0 && row >= -1.0 && column < self.width as f64 && row < self.height as f64;
        if !inside {
            return [0; 4];
        }
        let (across, down) = ((x - column) as f32, (y - row) as f32);
        let (column, row) = (column as i64, row as i64);
        let at = |x: i64, y: i64| {
            let is_in = x >= 0 && y >= 0 && x < self.width as i64 && y < self.height as i64;
            let begin = if is_in { (y as usize * self.width + x as usize) * 4 } else { return [0_u8; 4] };
            [self.data[begin], self.data[begin + 1], self.data[begin + 2], self.data[begin + 3]]
        };
        let corners = [at(column, row), at(column + 1, row), at(column, row + 1), at(column + 1, row + 1)];
        std::array::from_fn(|channel| {
            let [a, b, c, d] = corners.map(|corner| f32::from(corner[channel]));
            let upper = a + (b - a) * across;
            let lower = c + (d - c) * across;
            (upper + (lower - upper) * down + 0.5) as u8
        })
    }

    /// The rectangle of the frame that holds everything that is not clear.
    pub(crate) fn dirty(&self, frame_width: usize, frame_height: usize) -> Option<Dirty> {
        let left = (-self.x).max(0) as usize;
        let right = (frame_width as i32 - self.x).clamp(0, self.width as i32) as usize;
        let top = (-self.y).max(0) as usize;
        let bottom = (frame_height as i32 - self.y).clamp(0, self.height as i32) as usize;
        if left >= right || top >= bottom {
            return None;
        }
        let row = |index: usize| {
            self.data[(index * self.width + left) * 4..(index * self.width + right) * 4].as_chunks::<4>().0
        };
        let is_seen = |pixels: &[[u8; 4]]| pixels.iter().any(|pixel| pixel[3] > 0);
        let first = (top..bottom).find(|index| is_seen(row(*index)))?;
        let last = (first..bottom).rfind(|index| is_seen(row(*index)))?;
        let mut near = right - left;
        let mut far = 0;
        for index in first..=last {
            let pixels = row(index);
            near = pixels.iter().position(|pixel| pixel[3] > 0).map_or(near, |place| place.min(near));
            far = pixels.iter().rposition(|pixel| pixel[3] > 0).map_or(far, |place| place.max(far));
        }
        Some(Dirty {
            x: (self.x + (left + near) as i32) as usize,
            y: (self.y + first as i32) as usize,
            width: far - near + 1,
            height: last - first + 1,
        })
    }

    /// The soft shadow of this raster: its alpha in one colour, blurred with a standard deviation of `sigma`
    /// pixels and moved.
    pub(crate) fn shadow(&self, colour: [u8; 3], opacity: f64, sigma: f64, (across, down): (f64, f64)) -> Self {
        let margin = (sigma * 3.0).ceil() as usize + 1;
        let (width, height) = (self.width + 2 * margin, self.height + 2 * margin);
        let mut alpha = vec![0.0_f32; width * height];
        for (row, pixels) in self.data.chunks_exact(self.width.max(1) * 4).enumerate() {
            for (column, pixel) in pixels.as_chunks::<4>().0.iter().enumerate() {
                alpha[(row + margin) * width + column + margin] = f32::from(pixel[3]);
            }
        }
        blur(&mut alpha, width, height, sigma);
        let data = alpha
            .iter()
            .flat_map(|alpha| {
                let alpha = (f64::from(*alpha) * opacity).round().clamp(0.0, 255.0) as u8;
                [mul255(colour[0], alpha), mul255(colour[1], alpha), mul255(colour[2], alpha), alpha]
            })
            .collect();
        let shadow = Self { x: self.x - margin as i32, y: self.y - margin as i32, width, height, data };
        shadow.moved(across, down)
    }
}

/// For each target pixel, source pixels with their weights; what lies outside the target weighs less.
fn triangle(origin: f64, length: f64, from: usize, to: usize) -> Vec<Vec<(usize, f32)>> {
    let ratio = from as f64 / length;
    let widen = ratio.max(1.0);
    (0..to)
        .map(|pixel| {
            let centre = (pixel as f64 + 0.5 - origin) * ratio - 0.5;
            let (low, high) = ((centre - widen).floor() as i64, (centre + widen).ceil() as i64);
            // Normalised by the whole kernel, so that edges fade out instead of being repeated.
            (low..=high)
                .filter(|place| (0..from as i64).contains(place))
                .map(|place| {
                    (place as usize, ((1.0 - ((place as f64 - centre) / widen).abs()).max(0.0) / widen) as f32)
                })
                .filter(|(_, weight)| *weight > 0.0)
                .collect()
        })
        .collect()
}

/// Three box blurs each way, which come within 3 % of a Gaussian (Wells, 1986).
pub(crate) fn blur(plane: &mut [f32], width: usize, height: usize, sigma: f64) {
    if sigma < 0.3 || width == 0 || height == 0 {
        return;
    }
    let radius = (((4.0 * sigma * sigma + 1.0).sqrt() - 1.0) / 2.0).round().max(1.0) as usize;
    let mut line = vec![0.0_f32; width.max(height)];
    for _ in 0..3 {
        for row in plane.chunks_exact_mut(width) {
            line[..width].copy_from_slice(row);
            box_blur(&line[..width], radius, |index, value| row[index] = value);
        }
        for column in 0..width {
            for (row, value) in line[..height].iter_mut().enumerate() {
                *value = plane[row * width + column];
            }
            box_blur(&line[..height], radius, |index, value| plane[index * width + column] = value);
        }
    }
}

/// A running mean over `2 · radius + 1` values; the ends are repeated.
fn box_blur(values: &[f32], radius: usize, mut put: impl FnMut(usize, f32)) {
    let last = values.len() - 1;
    let at = |index: i64| f64::from(values[index.clamp(0, last as i64) as usize]);
    let reach = radius as i64;
    let mut sum: f64 = (-reach..=reach).map(at).sum();
    let scale = 1.0 / (2 * radius + 1) as f64;
    for index in 0..values.len() {
        put(index, (sum * scale) as f32);
        sum += at(index as i64 + reach + 1) - at(index as i64 - reach);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot() -> Raster {
        let mut raster = Raster::clear(10, 10, 9, 9);
        for row in 3..6 {
            for column in 3..6 {
                raster.data[(row * 9 + column) * 4..][..4].copy_from_slice(&[200, 100, 0, 255]);
            }
        }
        raster
    }

    fn weight(raster: &Raster) -> (f64, f64) {
        let mut total = (0.0, 0.0);
        for row in 0..raster.height {
            for column in 0..raster.width {
                let alpha = f64::from(raster.data[(row * raster.width + column) * 4 + 3]);
                total.0 += alpha;
                total.1 += alpha * (f64::from(raster.y) + row as f64);
            }
        }
        (total.0, total.1 / total.0)
    }

    #[test]
    fn moving_by_a_fraction_keeps_the_weight_and_moves_the_centre() {
        let (before, centre) = weight(&dot());
        let (after, moved) = weight(&dot().moved(0.3, 2.4));
        assert!((before - after).abs() / before < 0.02, "{before} {after}");
        assert!((moved - centre - 2.4).abs() < 0.05, "{centre} {moved}");
    }

    #[test]
    fn a_shadow_spreads_and_keeps_its_weight() {
        let (before, _) = weight(&dot());
        let shadow = dot().shadow([0, 0, 0], 1.0, 2.0, (0.0, 0.0));
        assert!((weight(&shadow).0 - before).abs() / before < 0.1, "{before} {}", weight(&shadow).0);
        assert!(shadow.at(14, 14)[3] < 200 && shadow.at(14, 18)[3] > 0);
    }

    #[test]
    fn the_dirty_rectangle_is_tight() {
        assert_eq!(dot().dirty(100, 100), Some(Dirty { x: 13, y: 13, width: 3, height: 3 }));
        assert_eq!(dot().dirty(14, 100), Some(Dirty { x: 13, y: 13, width: 1, height: 3 }));
        assert_eq!(dot().dirty(12, 100), None);
        assert_eq!(Raster { x: -4, y: 0, ..dot() }.dirty(100, 100), Some(Dirty { x: 0, y: 3, width: 2, height: 3 }));
    }
}
