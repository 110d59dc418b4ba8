//! A picture under any affine map, as an overlay: sampled between four neighbours, soft at its edges.

use nexus_media::Yuv420;
use rayon::prelude::*;

use crate::{affine::Affine, geometry::Rect, resample::mul255, sprite::Sprite};

/// Fractions of a source pixel, in bits.
const FRACTION_BITS: u32 = 8;
/// Fixed point of source places, in bits.
const PLACE_BITS: u32 = 16;

/// An opaque picture, or one with an alpha plane of its own size.
#[derive(Clone, Copy)]
pub(crate) struct Sheet<'a> {
    /// Colours, not multiplied by alpha.
    pub(crate) picture: &'a Yuv420,
    /// `width * height` bytes, 255 opaque; everything is opaque without it.
    pub(crate) alpha: Option<&'a [u8]>,
}

/// `sheet` under `map` (from its pixels to those of the frame), cut to a frame of `frame_px`; `None` when no part
/// of it is seen.
pub(crate) fn warp(sheet: Sheet<'_>, map: Affine, frame_px: (usize, usize)) -> Option<Sprite> {
    let Sheet { picture, alpha } = sheet;
    let (width, height) = (picture.width_px as usize, picture.height_px as usize);
    let whole = Rect { x: 0.0, y: 0.0, width: width as f64, height: height as f64 };
    let mut sprite = Sprite::blank(map.bounds(whole), frame_px)?;
    let back = map.inverse()?;
    let (left, top) = (sprite.x as f64, sprite.y as f64);
    let columns = sprite.width;
    let half = columns / 2;

    let cover = Cover::new(back, width as f64, height as f64);
    let alpha_plane = alpha.map(|pixels| Plane { pixels, width, height });
    let mut full_alpha = std::mem::take(&mut sprite.alpha);
    full_alpha.par_chunks_mut(columns).enumerate().for_each(|(row, line)| {
        let mut place = back.apply((left + 0.5, top + row as f64 + 0.5));
        let step = back.along_row();
        for pixel in line {
            let edge = cover.at(place);
            *pixel = match alpha_plane {
                Some(plane) if edge > 0 => mul255(edge, plane.at(fixed(place.0 - 0.5), fixed(place.1 - 0.5))),
                Some(_) | None => edge,
            };
            place = (place.0 + step.0, place.1 + step.1);
        }
    });

    let luma = Plane { pixels: picture.y(), width, height };
    sprite.luma.par_chunks_mut(columns).zip(full_alpha.par_chunks(columns)).enumerate().for_each(
        |(row, (line, alpha))| {
            let origin = back.apply((left + 0.5, top + row as f64 + 0.5));
            sample_row(luma, (origin.0 - 0.5, origin.1 - 0.5), back.along_row(), line, alpha);
        },
    );

    sprite.half_alpha.par_chunks_mut(half).enumerate().for_each(|(row, line)| {
        let above = &full_alpha[row * 2 * columns..];
        let below = &full_alpha[(row * 2 + 1) * columns..];
        for (column, alpha) in line.iter_mut().enumerate() {
            let at = column * 2;
            let sum = [above[at], above[at + 1], below[at], below[at + 1]].map(u16::from).iter().sum::<u16>();
            *alpha = ((sum + 2) / 4) as u8;
        }
    });
    // Chroma stands on every second column and between every two rows, in the source as in the film.
    let chroma_step = back.along_row();
    for (plane, out) in [(picture.u(), &mut sprite.blue), (picture.v(), &mut sprite.red)] {
        let source = Plane { pixels: plane, width: width / 2, height: height / 2 };
        out.par_chunks_mut(half).zip(sprite.half_alpha.par_chunks(half)).enumerate().for_each(
            |(row, (line, alpha))| {
                let origin = back.apply((left + 0.5, top + row as f64 * 2.0 + 1.0));
                let start = ((origin.0 - 0.5) / 2.0, (origin.1 - 1.0) / 2.0);
                // Two frame pixels to the next chroma sample, and two source pixels to a source sample.
                sample_row(source, start, chroma_step, line, alpha);
            },
        );
    }
    sprite.alpha = full_alpha;
    Some(sprite)
}

#[derive(Clone, Copy)]
struct Plane<'a> {
    pixels: &'a [u8],
    width: usize,
    height: usize,
}

impl Plane<'_> {
    /// The value between the four neighbours of a place; beyond the edge the edge's own pixel stands.
    fn at(self, x: i64, y: i64) -> u8 {
        let column = |offset: i64| ((x >> PLACE_BITS) + offset).clamp(0, self.width as i64 - 1) as usize;
        let row = |offset: i64| ((y >> PLACE_BITS) + offset).clamp(0, self.height as i64 - 1) as usize * self.width;
        let fraction = |place: i64| (place >> (PLACE_BITS - FRACTION_BITS)) as u32 & 0xff;
        let (left, right, above, below) = (column(0), column(1), row(0), row(1));
        let (across, down) = (fraction(x), fraction(y));
        let pixel = |at: usize| u32::from(self.pixels[at]);
        let upper = pixel(above + left) * (256 - across) + pixel(above + right) * across;
        let lower = pixel(below + left) * (256 - across) + pixel(below + right) * across;
        ((upper * (256 - down) + lower * down + (1 << 15)) >> 16) as u8
    }
}

fn fixed(place: f64) -> i64 {
    (place * f64::from(1_u32 << PLACE_BITS)) as i64
}

/// Samples of one row, multiplied by their alpha.
fn sample_row(plane: Plane<'_>, origin: (f64, f64), step: (f64, f64), line: &mut [u8], alpha: &[u8]) {
    let (mut x, mut y) = (fixed(origin.0), fixed(origin.1));
    let (across, down) = (fixed(step.0), fixed(step.1));
    for (pixel, alpha) in line.iter_mut().zip(alpha) {
        *pixel = match alpha {
            0 => 0,
            255 => plane.at(x, y),
            alpha => mul255(plane.at(x, y), *alpha),
        };
        x += across;
        y += down;
    }
}

/// How much of a frame pixel the picture covers, from how far its middle lies inside the picture's edges.
struct Cover {
    width: f64,
    height: f64,
    /// Frame pixels per source pixel, across the left and right edges and across the upper and lower ones.
    sharpness: (f64, f64),
}

impl Cover {
    fn new(back: Affine, width: f64, height: f64) -> Self {
        let (across, down) = back.steps();
        Self { width, height, sharpness: (1.0 / across, 1.0 / down) }
    }

    /// 0 to 255 at a place of the picture, in its pixels from its upper left corner.
    fn at(&self, (x, y): (f64, f64)) -> u8 {
        let across = (x.min(self.width - x) * self.sharpness.0 + 0.5).clamp(0.0, 1.0);
        let down = (y.min(self.height - y) * self.sharpness.1 + 0.5).clamp(0.0, 1.0);
        (across * down * 255.0 + 0.5) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left half dark, right half bright, upper left corner marked in colour.
    fn picture() -> Yuv420 {
        let mut picture = Yuv420::new(40, 20);
        for row in picture.y_mut().chunks_exact_mut(40) {
            row[..20].fill(50);
            row[20..].fill(200);
        }
        picture.u_mut()[0] = 240;
        picture
    }

    fn drawn(map: Affine) -> Yuv420 {
        let mut canvas = Yuv420::new(64, 64);
        let picture = picture();
        if let Some(sprite) = warp(Sheet { picture: &picture, alpha: None }, map, (64, 64)) {
            sprite.blend(&mut canvas, 255);
        }
        canvas
    }

    #[test]
    fn a_whole_move_copies_pixels() {
        let canvas = drawn(Affine::moved(10.0, 20.0));
        let at = |x: usize, y: usize| canvas.y()[y * 64 + x];
        assert_eq!((at(9, 25), at(10, 25), at(29, 25), at(30, 25), at(49, 25), at(50, 25)), (16, 50, 50, 200, 200, 16));
        assert_eq!((at(30, 19), at(30, 20), at(30, 39), at(30, 40)), (16, 200, 200, 16));
        assert_eq!(canvas.u()[10 * 32 + 5], 240);
        assert_eq!(canvas.u()[10 * 32 + 6], 128);
    }

    #[test]
    fn a_quarter_turn_puts_the_right_side_below() {
        let canvas = drawn(Affine::turned(90.0).about((20.0, 10.0)).then(Affine::moved(12.0, 22.0)));
        let at = |x: usize, y: usize| canvas.y()[y * 64 + x];
        // The picture's middle lies at (32, 32); it is now 20 wide and 40 high.
        assert_eq!((at(32, 20), at(32, 44), at(20, 32), at(44, 32)), (50, 200, 16, 16));
    }

    #[test]
    fn a_mirror_swaps_sides_and_half_a_pixel_is_soft() {
        let mirrored = drawn(Affine::scaled(-1.0, 1.0).then(Affine::moved(50.0, 0.0)));
        assert_eq!((mirrored.y()[5 * 64 + 12], mirrored.y()[5 * 64 + 48]), (200, 50));
        let shifted = drawn(Affine::moved(10.5, 0.0));
        assert!((i32::from(shifted.y()[5 * 64 + 10]) - 33).abs() <= 1, "{}", shifted.y()[5 * 64 + 10]);
    }

    #[test]
    fn alpha_lets_the_ground_through_and_flat_maps_show_nothing() {
        let picture = picture();
        let alpha = vec![128; 800];
        let sprite = warp(Sheet { picture: &picture, alpha: Some(&alpha) }, Affine::IDENTITY, (64, 64)).expect("seen");
        let mut canvas = Yuv420::new(64, 64);
        sprite.blend(&mut canvas, 255);
        assert!((i32::from(canvas.y()[10 * 64 + 30]) - 108).abs() <= 2);
        assert!(warp(Sheet { picture: &picture, alpha: None }, Affine::scaled(0.0, 1.0), (64, 64)).is_none());
        assert!(warp(Sheet { picture: &picture, alpha: None }, Affine::moved(500.0, 0.0), (64, 64)).is_none());
    }
}
