//! Overlays in the film's own colours: premultiplied planar YUVA with a dirty rectangle, blended in integers.

use nexus_media::Yuv420;
use rayon::prelude::*;

use crate::{
    colour::{chroma_u, chroma_v, clamp, premultiplied_luma},
    raster::Raster,
    resample::mul255,
};

/// An overlay at its place in the frame. Its rectangle is even, so that chroma falls on chroma.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sprite {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    luma: Vec<u8>,
    alpha: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
    /// Alpha of the chroma planes, the mean of four.
    half_alpha: Vec<u8>,
}

impl Sprite {
    /// The part of `raster` that is seen in a frame of this size; `None` when nothing is.
    pub(crate) fn new(raster: &Raster, frame_width: usize, frame_height: usize) -> Option<Self> {
        let dirty = raster.dirty(frame_width, frame_height)?;
        let (x, y) = (dirty.x & !1, dirty.y & !1);
        let width = (dirty.x + dirty.width).next_multiple_of(2).min(frame_width) - x;
        let height = (dirty.y + dirty.height).next_multiple_of(2).min(frame_height) - y;
        let size = width * height;
        let mut sprite = Self {
            x,
            y,
            width,
            height,
            luma: vec![0; size],
            alpha: vec![0; size],
            blue: vec![0; size / 4],
            red: vec![0; size / 4],
            half_alpha: vec![0; size / 4],
        };
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
