//! From a scene's light to a finished frame: bloom, lens shading, the film curve, a breath of grain, and I420.

use rayon::prelude::*;

use crate::scenes::{
    Scene, Shader,
    light::{Film, Rgb, rgb, smooth},
    noise::{Field, hash},
    plate::{Frame, Plate},
};

/// Renders frames of one size.
pub(crate) struct Darkroom {
    width: usize,
    height: usize,
    grain: Vec<f32>,
    film: Film,
}

/// A finished frame in I420 planes, BT.709 limited range.
pub(crate) struct Planes {
    pub(crate) y: Vec<u8>,
    pub(crate) u: Vec<u8>,
    pub(crate) v: Vec<u8>,
}

const GRAIN_SIDE: usize = 256;
/// Rows that are drawn together; even.
const BAND: usize = 16;
/// Most cells of the bloom's small picture per picture height.
const BLOOM_CELLS: f32 = 136.0;

impl Darkroom {
    /// A darkroom for frames of `width` x `height` pixels; both must be even.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        let soft = Field::clouds(GRAIN_SIDE, 128, 1, 77);
        let grain = (0..GRAIN_SIDE * GRAIN_SIDE)
            .map(|i| {
                let (x, y) = (i % GRAIN_SIDE, i / GRAIN_SIDE);
                let fine = hash(x as i32, y as i32, 78) + hash(x as i32, y as i32, 79) - 1.0;
                fine + (soft.at(x as f32 / GRAIN_SIDE as f32, y as f32 / GRAIN_SIDE as f32) - 0.5) * 1.2
            })
            .collect();
        Self { width, height, grain, film: Film::new() }
    }

    /// Cells of the bloom's small picture per picture height.
    fn bloom_cells(&self) -> f32 {
        BLOOM_CELLS.min(self.height as f32 * 0.25)
    }

    /// Half the picture's width, where its height is 1.
    fn half_width(&self) -> f32 {
        0.5 * self.width as f32 / self.height as f32
    }

    /// The frame of `scene` at `seconds` of `length` seconds. `index` only moves the grain.
    pub(crate) fn frame(&self, scene: &dyn Scene, seconds: f32, length: f32, index: u64) -> Planes {
        let shader = scene.frame(seconds, seconds / length);
        let bloom = self.bloom(shader.as_ref(), scene.bloom());
        let (width, chroma_width) = (self.width, self.width / 2);
        let mut y = vec![16; width * self.height];
        let mut u = vec![128; chroma_width * (self.height / 2)];
        let mut v = u.clone();
        let bands = y
            .par_chunks_mut(width * BAND)
            .zip(u.par_chunks_mut(chroma_width * BAND / 2))
            .zip(v.par_chunks_mut(chroma_width * BAND / 2));
        bands.enumerate().for_each(|(band, ((y, u), v))| {
            let picture = self.band(shader.as_ref(), &bloom, band * BAND, y.len() / width, index);
            for (out, c) in y.iter_mut().zip(&picture) {
                *out = (16.5 + 219.0 * c.luma()).clamp(16.0, 235.0) as u8;
            }
            for ((pair, u), v) in picture
                .chunks_exact(width * 2)
                .zip(u.chunks_exact_mut(chroma_width))
                .zip(v.chunks_exact_mut(chroma_width))
            {
                let (upper, lower) = pair.split_at(width);
                for column in 0..chroma_width {
                    let (a, b) = (column * 2, column * 2 + 1);
                    let c = (upper[a] + upper[b] + lower[a] + lower[b]) * 0.25;
                    let luma = c.luma();
                    u[column] = (128.5 + 224.0 * (c.b - luma) / 1.8556).clamp(16.0, 240.0) as u8;
                    v[column] = (128.5 + 224.0 * (c.r - luma) / 1.5748).clamp(16.0, 240.0) as u8;
                }
            }
        });
        Planes { y, u, v }
    }

    /// Rows of screen values in 0..1, top to bottom, for looking at a still.
    pub(crate) fn still(&self, scene: &dyn Scene, seconds: f32, length: f32) -> Vec<Rgb> {
        let shader = scene.frame(seconds, seconds / length);
        let bloom = self.bloom(shader.as_ref(), scene.bloom());
        let bands: Vec<Vec<Rgb>> = (0..self.height.div_ceil(BAND))
            .into_par_iter()
            .map(|band| self.band(shader.as_ref(), &bloom, band * BAND, BAND.min(self.height - band * BAND), 0))
            .collect();
        bands.concat()
    }

    /// The light that a lens spreads around bright things: two soft blurs of a small, over-exposed copy.
    fn bloom(&self, shader: &dyn Shader, strength: f32) -> Plate {
        let frame = Frame::around(self.half_width(), 0.5);
        let mut small = Plate::paint(frame, self.bloom_cells(), |x, y| {
            let c = shader.light(x, y, 1.0 / self.bloom_cells());
            let over = smooth(0.5, 1.6, c.luma()) * strength;
            [(c.r * over).min(6.0), (c.g * over).min(6.0), (c.b * over).min(6.0), 1.0]
        });
        small.blur(0.012);
        let mut wide = small.clone();
        wide.blur(0.07);
        Plate::paint_light(frame, self.bloom_cells(), |x, y| small.light(x, y) * 0.35 + wide.light(x, y) * 0.45)
    }

    /// `rows` finished rows from `first` on, as screen values.
    fn band(&self, shader: &dyn Shader, bloom: &Plate, first: usize, rows: usize, index: u64) -> Vec<Rgb> {
        let pixel = 1.0 / self.height as f32;
        let (left, top) = (0.5 * pixel - self.half_width(), (first as f32 + 0.5) * pixel - 0.5);
        let mut out = vec![Rgb::BLACK; self.width * rows];
        shader.fill(left, top, pixel, self.width, &mut out);
        for (row, line) in out.chunks_exact_mut(self.width).enumerate() {
            self.develop(line, (left, top + row as f32 * pixel, pixel), bloom, first + row, index);
        }
        out
    }

    /// Light to screen values: bloom, the lens's fall-off to the corners, the film curve, grain.
    fn develop(&self, line: &mut [Rgb], place: (f32, f32, f32), bloom: &Plate, row: usize, index: u64) {
        let (left, y, pixel) = place;
        let shift = (hash(index as i32, 0, 5) * 251.0) as usize;
        let shift_rows = (hash(index as i32, 1, 5) * 241.0) as usize;
        let grain_row = &self.grain[((row + shift_rows) % GRAIN_SIDE) * GRAIN_SIDE..][..GRAIN_SIDE];
        let glow = bloom.row(y);
        let reach = 1.0 / (self.half_width() * self.half_width() + 0.25);
        let (start, step) = (bloom.column(left), pixel * self.bloom_cells());
        for (column, c) in line.iter_mut().enumerate() {
            let x = left + column as f32 * pixel;
            let away = (x * x + y * y) * reach;
            let shade = 1.0 - 0.42 * away * away - 0.1 * away;
            let at = (start + column as f32 * step).clamp(0.0, (glow.len() - 2) as f32 + 0.999);
            let near = at as i32 as usize;
            let glow = glow[near].mix(glow[near + 1], at - near as f32);
            let lit = (*c + glow) * shade;
            let speck = grain_row[(column + shift) % GRAIN_SIDE] * (1.1 / 255.0);
            *c = rgb(self.film.at(lit.r) + speck, self.film.at(lit.g) + speck, self.film.at(lit.b) + speck);
        }
    }
}
