//! Pictures kept in memory as linear light: painted once and looked at by a moving camera, or drawn small per frame.

use rayon::prelude::*;

use super::light::{Rgb, rgb};
use super::noise::floor;
use super::shapes::{Point, length};

/// The part of the scene's plane that a plate shows; y points down, one unit is the picture's height.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

impl Frame {
    /// A frame around the origin.
    pub(crate) fn around(half_width: f32, half_height: f32) -> Self {
        Self { left: -half_width, top: -half_height, right: half_width, bottom: half_height }
    }
}

/// A picture with cover (premultiplied: light times cover).
#[derive(Debug, Clone)]
pub(crate) struct Plate {
    frame: Frame,
    width: usize,
    height: usize,
    scale: f32,
    cells: Vec<[f32; 4]>,
    /// Per square of [`SQUARE`] cells: whether anything in or beside it has cover or light.
    drawn: Vec<bool>,
}

/// Side of the squares in which empty parts of a plate are skipped, a power of two.
const SQUARE: usize = 16;

impl Plate {
    /// Paints `frame` with `per_unit` cells per unit; `paint(x, y)` gives the four values of a cell.
    pub(crate) fn paint(frame: Frame, per_unit: f32, paint: impl Fn(f32, f32) -> [f32; 4] + Sync) -> Self {
        let width = (((frame.right - frame.left) * per_unit) as usize).max(2);
        let height = (((frame.bottom - frame.top) * per_unit) as usize).max(2);
        let mut cells = vec![[0.0; 4]; width * height];
        cells.par_chunks_mut(width).enumerate().for_each(|(row, out)| {
            let y = frame.top + (row as f32 + 0.5) / per_unit;
            for (column, cell) in out.iter_mut().enumerate() {
                *cell = paint(frame.left + (column as f32 + 0.5) / per_unit, y);
            }
        });
        Self { frame, width, height, scale: per_unit, drawn: survey(&cells, width, height), cells }
    }

    /// Paints light without cover.
    pub(crate) fn paint_light(frame: Frame, per_unit: f32, paint: impl Fn(f32, f32) -> Rgb + Sync) -> Self {
        Self::paint(frame, per_unit, |x, y| {
            let c = paint(x, y);
            [c.r, c.g, c.b, 1.0]
        })
    }

    /// The four values at a point, between neighbours; outside, the nearest edge.
    #[inline]
    pub(crate) fn at(&self, x: f32, y: f32) -> [f32; 4] {
        let u = ((x - self.frame.left) * self.scale - 0.5).clamp(0.0, (self.width - 2) as f32 + 0.999);
        let v = ((y - self.frame.top) * self.scale - 0.5).clamp(0.0, (self.height - 2) as f32 + 0.999);
        let (column, row) = (u as i32 as usize, v as i32 as usize);
        let (fx, fy) = (u - column as f32, v - row as f32);
        let top = row * self.width + column;
        let upper = &self.cells[top..top + 2];
        let lower = &self.cells[top + self.width..top + self.width + 2];
        let [a, b] = [upper[0], upper[1]];
        let [c, d] = [lower[0], lower[1]];
        let (wa, wb, wc, wd) = ((1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy);
        let mut out = [0.0; 4];
        for i in 0..4 {
            out[i] = a[i] * wa + b[i] * wb + c[i] * wc + d[i] * wd;
        }
        out
    }

    /// The light at a point.
    #[inline]
    pub(crate) fn light(&self, x: f32, y: f32) -> Rgb {
        let [r, g, b, _] = self.at(x, y);
        rgb(r, g, b)
    }

    /// This plate over `ground`.
    #[inline]
    pub(crate) fn over(&self, x: f32, y: f32, ground: Rgb) -> Rgb {
        if self.is_empty(x, y) {
            return ground;
        }
        let [r, g, b, a] = self.at(x, y);
        rgb(r, g, b) + ground * (1.0 - a)
    }

    /// True where the plate, as it was painted or blurred, has neither light nor cover; outside, of its nearest edge.
    #[inline]
    pub(crate) fn is_empty(&self, x: f32, y: f32) -> bool {
        let column = ((x - self.frame.left) * self.scale).clamp(0.0, (self.width - 1) as f32) as i32 as usize / SQUARE;
        let row = ((y - self.frame.top) * self.scale).clamp(0.0, (self.height - 1) as f32) as i32 as usize / SQUARE;
        !self.drawn[row * self.width.div_ceil(SQUARE) + column]
    }

    /// One row of light at height `y`, between the two nearest rows of cells; its cells as in [`Plate::column`].
    pub(crate) fn row(&self, y: f32) -> Vec<Rgb> {
        let v = ((y - self.frame.top) * self.scale - 0.5).clamp(0.0, (self.height - 2) as f32 + 0.999);
        let (row, share) = (v as usize, v.fract());
        let (upper, lower) = self.cells[row * self.width..(row + 2) * self.width].split_at(self.width);
        upper.iter().zip(lower).map(|(a, b)| rgb(a[0], a[1], a[2]).mix(rgb(b[0], b[1], b[2]), share)).collect()
    }

    /// The cell, with its fraction, under `x`.
    pub(crate) fn column(&self, x: f32) -> f32 {
        (x - self.frame.left) * self.scale - 0.5
    }

    /// Adds the light of an out-of-focus lamp: an even disc with a slightly brighter rim.
    pub(crate) fn add_disc(&mut self, centre: Point, radius: f32, light: Rgb) {
        let soft = (3.2 / self.scale).max(radius * 0.10);
        self.add(centre, radius + soft, |d| {
            let inside = ((radius - d) / soft + 0.5).clamp(0.0, 1.0);
            let rim = 0.75 + 0.45 * (d / radius).min(1.0).powi(4);
            light * (inside * rim)
        });
    }

    /// Adds a soft glow that is gone at `radius`.
    pub(crate) fn add_glow(&mut self, centre: Point, radius: f32, light: Rgb) {
        self.add(centre, radius, |d| {
            let s = 1.0 - (d / radius).min(1.0);
            light * (s * s * s)
        });
    }

    fn add(&mut self, centre: Point, reach: f32, light: impl Fn(f32) -> Rgb) {
        let span = |at: f32, origin: f32, most: usize| {
            let low = floor((at - reach - origin) * self.scale).clamp(0, most as i32) as usize;
            let high = (floor((at + reach - origin) * self.scale) + 1).clamp(0, most as i32) as usize;
            low..high
        };
        let (columns, rows) =
            (span(centre.0, self.frame.left, self.width), span(centre.1, self.frame.top, self.height));
        for row in rows {
            for column in columns.clone() {
                let x = self.frame.left + (column as f32 + 0.5) / self.scale - centre.0;
                let y = self.frame.top + (row as f32 + 0.5) / self.scale - centre.1;
                let extra = light(length((x, y)));
                let cell = &mut self.cells[row * self.width + column];
                cell[0] += extra.r;
                cell[1] += extra.g;
                cell[2] += extra.b;
            }
        }
    }

    /// Blurs all four values with a near-Gaussian of about `radius` units (three box passes each way).
    pub(crate) fn blur(&mut self, radius: f32) {
        let reach = (radius * self.scale * 0.6).round() as usize;
        if reach == 0 {
            return;
        }
        for _ in 0..3 {
            self.cells.par_chunks_mut(self.width).for_each(|row| box_blur(row, reach));
            let (width, height) = (self.width, self.height);
            let mut turned = vec![[0.0; 4]; self.cells.len()];
            turned.par_chunks_mut(height).enumerate().for_each(|(column, out)| {
                for (row, cell) in out.iter_mut().enumerate() {
                    *cell = self.cells[row * width + column];
                }
                box_blur(out, reach);
            });
            self.cells.par_chunks_mut(width).enumerate().for_each(|(row, out)| {
                for (column, cell) in out.iter_mut().enumerate() {
                    *cell = turned[column * height + row];
                }
            });
        }
        self.drawn = survey(&self.cells, self.width, self.height);
    }
}

/// Which squares hold something, one cell of neighbours counted in.
fn survey(cells: &[[f32; 4]], width: usize, height: usize) -> Vec<bool> {
    let (across, down) = (width.div_ceil(SQUARE), height.div_ceil(SQUARE));
    (0..across * down)
        .into_par_iter()
        .map(|index| {
            let (left, top) = (index % across * SQUARE, index / across * SQUARE);
            (top.saturating_sub(2)..(top + SQUARE + 2).min(height)).any(|row| {
                let line = &cells[row * width..(row + 1) * width];
                line[left.saturating_sub(2)..(left + SQUARE + 2).min(width)]
                    .iter()
                    .any(|cell| cell.iter().any(|v| *v > 1e-5))
            })
        })
        .collect()
}

fn box_blur(line: &mut [[f32; 4]], reach: usize) {
    let source = line.to_vec();
    let last = source.len() - 1;
    let weight = 1.0 / (2 * reach + 1) as f32;
    let mut sum = [0.0f32; 4];
    for offset in 0..=2 * reach {
        let cell = source[offset.saturating_sub(reach).min(last)];
        (0..4).for_each(|i| sum[i] += cell[i]);
    }
    for (index, out) in line.iter_mut().enumerate() {
        *out = sum.map(|s| s * weight);
        let (gone, new) = (source[index.saturating_sub(reach)], source[(index + reach + 1).min(last)]);
        (0..4).for_each(|i| sum[i] += new[i] - gone[i]);
    }
}
