//! Overlays in the film's own colours: premultiplied planar YUVA with a dirty rectangle, blended in integers.

use nexus_media::Yuv420;
use rayon::prelude::*;

use crate::{
    colour::{chroma_u, chroma_v, clamp, premultiplied_luma},
    geometry::Rect,
    mask::Mask,
    raster::{Raster, blur},
    resample::mul255,
};

/// An overlay at its place in the frame. Its rectangle is even, so that chroma falls on chroma.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sprite {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) luma: Vec<u8>,
    pub(crate) alpha: Vec<u8>,
    pub(crate) blue: Vec<u8>,
    pub(crate) red: Vec<u8>,
    /// Alpha of the chroma planes, the mean of four.
    pub(crate) half_alpha: Vec<u8>,
}

impl Sprite {
    /// A clear overlay around `rect`, cut to the frame; `None` when no part of it is seen.
    pub(crate) fn blank(rect: Rect, frame_px: (usize, usize)) -> Option<Self> {
        let from = |place: f64| place.floor().max(0.0) as usize & !1;
        let to = |place: f64, most: usize| (place.ceil().max(0.0) as usize).next_multiple_of(2).min(most);
        let (x, y) = (from(rect.x), from(rect.y));
        let width = to(rect.x + rect.width, frame_px.0).saturating_sub(x);
        let height = to(rect.y + rect.height, frame_px.1).saturating_sub(y);
        let size = width * height;
        let plane = |size: usize| vec![0; size];
        (size > 0).then(|| Self {
            x,
            y,
            width,
            height,
            luma: plane(size),
            alpha: plane(size),
            blue: plane(size / 4),
            red: plane(size / 4),
            half_alpha: plane(size / 4),
        })
    }

    /// Multiplies every plane by what a mask of the frame keeps.
    pub(crate) fn mask(&mut self, mask: &Mask) {
        let (left, top, width) = (self.x, self.y, self.width);
        let kept = |x: usize, y: usize| mask.at(left + x, top + y);
        let rows = self.luma.par_chunks_mut(width).zip(self.alpha.par_chunks_mut(width));
        rows.enumerate().for_each(|(row, (luma, alpha))| {
            for (column, (luma, alpha)) in luma.iter_mut().zip(alpha).enumerate() {
                let keep = kept(column, row);
                *luma = mul255(*luma, keep);
                *alpha = mul255(*alpha, keep);
            }
        });
        let half = width / 2;
        let chroma = self.blue.par_chunks_mut(half).zip(self.red.par_chunks_mut(half));
        chroma.zip(self.half_alpha.par_chunks_mut(half)).enumerate().for_each(|(row, ((blue, red), alpha))| {
            for (column, ((blue, red), alpha)) in blue.iter_mut().zip(red).zip(alpha).enumerate() {
                let (x, y) = (column * 2, row * 2);
                let sum = [kept(x, y), kept(x + 1, y), kept(x, y + 1), kept(x + 1, y + 1)].map(u16::from);
                let keep = ((sum.iter().sum::<u16>() + 2) / 4) as u8;
                *blue = mul255(*blue, keep);
                *red = mul255(*red, keep);
                *alpha = mul255(*alpha, keep);
            }
        });
    }

    /// The part of `raster` that is seen in a frame of this size; `None` when nothing is.
    pub(crate) fn new(raster: &Raster, frame_width: usize, frame_height: usize) -> Option<Self> {
        let dirty = raster.dirty(frame_width, frame_height)?;
        let (x, y) = (dirty.x & !1, dirty.y & !1);
        let width = (dirty.x + dirty.width).next_multiple_of(2).min(frame_width) - x;
        let height = (dirty.y + dirty.height).next_multiple_of(2).min(frame_height) - y;
        let place = Rect { x: x as f64, y: y as f64, width: width as f64, height: height as f64 };
        let mut sprite = Self::blank(place, (frame_width, frame_height))?;
        let half = width / 2;
        sprite
            .luma
            .par_chunks_mut(width * 2)
            .zip(sprite.alpha.par_chunks_mut(width * 2))
            .zip(
                sprite
                    .blue
                    .par_chunks_mut(half)
                    .zip(sprite.red.par_chunks_mut(half))
                    .zip(sprite.half_alpha.par_chunks_mut(half)),
            )
            .enumerate()
            .for_each(|(pair, ((luma, alpha), ((blue, red), half_alpha)))| {
                let mut lines = [vec![[0_u8; 4]; width], vec![[0_u8; 4]; width]];
                for (line, pixels) in lines.iter_mut().enumerate() {
                    raster.copy_row(x as i32, (y + pair * 2 + line) as i32, pixels);
                    let luma = &mut luma[line * width..(line + 1) * width];
                    let alpha = &mut alpha[line * width..(line + 1) * width];
                    for ((pixel, luma), alpha) in pixels.iter().zip(luma).zip(alpha) {
                        let [red, green, blue, opacity] = pixel.map(i32::from);
                        *luma = clamp(premultiplied_luma(red, green, blue, opacity));
                        *alpha = pixel[3];
                    }
                }
                let [upper, lower] = &lines;
                for (column, (above, below)) in
                    upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0).enumerate()
                {
                    let [[a, b], [c, d]] =
                        [above.map(|pixel| pixel.map(i32::from)), below.map(|pixel| pixel.map(i32::from))];
                    let [r, g, b, opacity] =
                        [0, 1, 2, 3].map(|channel| (a[channel] + b[channel] + c[channel] + d[channel] + 2) / 4);
                    blue[column] = clamp(chroma_u(r, g, b, opacity));
                    red[column] = clamp(chroma_v(r, g, b, opacity));
                    half_alpha[column] = clamp(opacity);
                }
            });
        Some(sprite)
    }

    /// Blurs every plane, with a standard deviation as a share of the overlay's longer side.
    pub(crate) fn soften(&mut self, share: f64) {
        let sigma = self.width.max(self.height) as f64 * share;
        let (width, height) = (self.width, self.height);
        let full = [&mut self.luma, &mut self.alpha].map(|plane| (plane, width, height, sigma));
        let half = [&mut self.blue, &mut self.red, &mut self.half_alpha];
        let half = half.map(|plane| (plane, width / 2, height / 2, sigma / 2.0));
        full.into_iter().chain(half).par_bridge().for_each(|(plane, width, height, sigma)| {
            let mut values: Vec<f32> = plane.iter().map(|pixel| f32::from(*pixel)).collect();
            blur(&mut values, width, height, sigma);
            plane.iter_mut().zip(&values).for_each(|(pixel, value)| *pixel = (value + 0.5) as u8);
        });
    }

    /// Lays the overlay over `canvas`; `opacity` 0 to 255.
    pub(crate) fn blend(&self, canvas: &mut Yuv420, opacity: u8) {
        if opacity == 0 {
            return;
        }
        let width = canvas.width_px as usize;
        let (y, u, v) = canvas.planes_mut();
        let full = Patch { x: self.x, y: self.y, width: self.width, height: self.height };
        let half = Patch { x: self.x / 2, y: self.y / 2, width: self.width / 2, height: self.height / 2 };
        blend_plane(y, width, full, &self.luma, &self.alpha, opacity);
        blend_plane(u, width / 2, half, &self.blue, &self.half_alpha, opacity);
        blend_plane(v, width / 2, half, &self.red, &self.half_alpha, opacity);
    }
}

#[derive(Clone, Copy)]
struct Patch {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

fn blend_plane(plane: &mut [u8], stride: usize, patch: Patch, colour: &[u8], alpha: &[u8], opacity: u8) {
    let rows = &mut plane[patch.y * stride..(patch.y + patch.height) * stride];
    rows.par_chunks_mut(stride * 32).enumerate().for_each(|(band, lines)| {
        for (offset, line) in lines.chunks_exact_mut(stride).enumerate() {
            let begin = (band * 32 + offset) * patch.width;
            let colour = &colour[begin..begin + patch.width];
            let alpha = &alpha[begin..begin + patch.width];
            blend_row(&mut line[patch.x..patch.x + patch.width], colour, alpha, opacity);
        }
    });
}

fn blend_row(line: &mut [u8], colour: &[u8], alpha: &[u8], opacity: u8) {
    if opacity == 255 {
        for ((pixel, colour), alpha) in line.iter_mut().zip(colour).zip(alpha) {
            *pixel = mul255(*pixel, 255 - alpha).saturating_add(*colour);
        }
    } else {
        for ((pixel, colour), alpha) in line.iter_mut().zip(colour).zip(alpha) {
            *pixel = mul255(*pixel, 255 - mul255(*alpha, opacity)).saturating_add(mul255(*colour, opacity));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opaque_colour_replaces_and_a_clear_one_changes_nothing() {
        let mut raster = Raster::clear(3, 5, 10, 6);
        raster.data.as_chunks_mut::<4>().0.fill([255, 0, 0, 255]);
        let sprite = Sprite::new(&raster, 64, 64).expect("inside the frame");
        let mut canvas = Yuv420::new(64, 64);
        canvas.y_mut().fill(100);
        sprite.blend(&mut canvas, 255);
        assert_eq!(canvas.y()[7 * 64 + 6], 63);
        assert_eq!((canvas.u()[4 * 32 + 4], canvas.v()[4 * 32 + 4]), (102, 240));
        assert_eq!(canvas.y()[7 * 64 + 2], 100, "left of it");
        assert_eq!(canvas.y()[30 * 64 + 30], 100, "below it");
        let before = canvas.data.clone();
        sprite.blend(&mut canvas, 0);
        assert_eq!(canvas.data, before);
        assert!(Sprite::new(&Raster::clear(0, 0, 8, 8), 64, 64).is_none());
        assert!(Sprite::new(&Raster { x: 100, ..raster }, 64, 64).is_none());
    }
}
