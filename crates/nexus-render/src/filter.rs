//! Filters over a clip: a blur, and seven that move levels along a line.

use nexus_edit::model::Filter;
use nexus_media::Yuv420;
use rayon::prelude::*;

use crate::{raster::blur, sprite::Sprite};

/// Standard deviation of a blur, as a share of the longer side of the picture.
const BLUR_SHARE: f64 = 0.010;

/// A filter that moves levels along a line: `level' = gain · (level − pivot) + pivot`, for 8-bit limited range.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Levels {
    gain: f64,
    pivot: f64,
    /// Factor of colour around 128.
    colour: f64,
}

impl Levels {
    /// The line of a filter; `None` for a blur, which is none.
    fn of(filter: Filter) -> Option<Self> {
        let about = |gain: f64, pivot: f64, colour: f64| Some(Self { gain, pivot, colour });
        match filter {
            Filter::Blur => None,
            Filter::Boost => about(1.15, 126.0, 1.35),
            Filter::Contrast => about(1.35, 126.0, 1.1),
            // Colour sinks a little less than brightness, so that the picture does not turn grey.
            Filter::Darken => about(0.58, 16.0, 0.7),
            Filter::Greyscale => about(1.0, 126.0, 0.0),
            Filter::Lighten => about(0.68, 235.0, 0.82),
            Filter::Muted => about(0.82, 126.0, 0.5),
            Filter::Negative => about(-1.0, 125.5, -1.0),
        }
    }

    fn luma(self, level: f64) -> f64 {
        self.gain * (level - self.pivot) + self.pivot
    }

    fn chroma(self, level: f64) -> f64 {
        128.0 + (level - 128.0) * self.colour
    }
}

/// Applies `filter` to a decoded picture.
pub(crate) fn apply(filter: Filter, picture: &mut Yuv420) {
    let Some(levels) = Levels::of(filter) else { return soften(picture) };
    let table = |of: &dyn Fn(f64) -> f64| {
        let mut table = [0_u8; 256];
        for (level, value) in table.iter_mut().enumerate() {
            *value = of(level as f64).round().clamp(1.0, 254.0) as u8;
        }
        table
    };
    let (luma, chroma) = (table(&|level| levels.luma(level)), table(&|level| levels.chroma(level)));
    let (y, u, v) = picture.planes_mut();
    for (plane, table) in [(y, luma), (u, chroma), (v, chroma)] {
        plane
            .par_chunks_mut(1 << 16)
            .for_each(|chunk| chunk.iter_mut().for_each(|pixel| *pixel = table[usize::from(*pixel)]));
    }
}

/// Applies `filter` to an overlay. Lines keep their form when colours are multiplied by their alpha.
pub(crate) fn apply_to_sprite(filter: Filter, sprite: &mut Sprite) {
    let Some(levels) = Levels::of(filter) else { return sprite.soften(BLUR_SHARE) };
    let change = |value: &mut u8, alpha: u8, gain: f64, base: f64| {
        let most = f64::from(alpha);
        *value = (gain * f64::from(*value) + base * most / 255.0).round().clamp(0.0, most) as u8;
    };
    for (value, alpha) in sprite.luma.iter_mut().zip(&sprite.alpha) {
        change(value, *alpha, levels.gain, levels.luma(0.0));
    }
    for plane in [&mut sprite.blue, &mut sprite.red] {
        for (value, alpha) in plane.iter_mut().zip(&sprite.half_alpha) {
            change(value, *alpha, levels.colour, levels.chroma(0.0));
        }
    }
}

fn soften(picture: &mut Yuv420) {
    let (width, height) = (picture.width_px as usize, picture.height_px as usize);
    let sigma = width.max(height) as f64 * BLUR_SHARE;
    let (y, u, v) = picture.planes_mut();
    let work =
        [(y, width, height, sigma), (u, width / 2, height / 2, sigma / 2.0), (v, width / 2, height / 2, sigma / 2.0)];
    work.into_par_iter().for_each(|(plane, width, height, sigma)| {
        let mut values: Vec<f32> = plane.iter().map(|pixel| f32::from(*pixel)).collect();
        blur(&mut values, width, height, sigma);
        for (pixel, value) in plane.iter_mut().zip(&values) {
            *pixel = (value + 0.5) as u8;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Raster;

    #[test]
    fn blur_softens_an_edge_and_keeps_the_mean() {
        let mut picture = Yuv420::new(400, 400);
        for row in picture.y_mut().chunks_exact_mut(400) {
            row[200..].fill(216);
        }
        apply(Filter::Blur, &mut picture);
        let row = &picture.y()[200 * 400..201 * 400];
        assert!(row.windows(2).all(|pair| pair[1] >= pair[0] && pair[1] - pair[0] < 30));
        assert_eq!((row[0], row[399]), (16, 216));
    }

    #[test]
    fn filters_do_what_their_names_say() {
        let after = |filter: Filter, luma: u8, blue: u8| {
            let mut picture = Yuv420::new(8, 8);
            picture.y_mut().fill(luma);
            picture.u_mut().fill(blue);
            apply(filter, &mut picture);
            (picture.y()[0], picture.u()[0])
        };
        assert_eq!(after(Filter::Greyscale, 90, 200), (90, 128));
        assert_eq!(after(Filter::Negative, 16, 200), (235, 56));
        assert!(after(Filter::Lighten, 60, 128).0 > 100 && after(Filter::Lighten, 235, 128).0 == 235);
        assert!(after(Filter::Contrast, 200, 128).0 > 200 && after(Filter::Contrast, 60, 128).0 < 60);
        assert!(after(Filter::Boost, 126, 160).1 > 165 && after(Filter::Muted, 126, 160).1 < 150);
    }

    #[test]
    fn overlays_change_as_pictures_do_and_stay_clear_where_they_are() {
        let mut raster = Raster::clear(0, 0, 16, 16);
        raster.data.as_chunks_mut::<4>().0[..128].fill([200, 40, 40, 255]);
        let mut sprite = Sprite::new(&raster, 16, 16).expect("half of it is seen");
        apply_to_sprite(Filter::Negative, &mut sprite);
        let mut canvas = Yuv420::new(16, 16);
        sprite.blend(&mut canvas, 255);
        let mut plain = Yuv420::new(16, 16);
        Sprite::new(&raster, 16, 16).expect("as before").blend(&mut plain, 255);
        apply(Filter::Negative, &mut plain);
        assert!(canvas.y()[20].abs_diff(plain.y()[20]) <= 1 && canvas.v()[9].abs_diff(plain.v()[9]) <= 1);
        assert_eq!(canvas.y()[16 * 12], 16, "what is clear stays clear");
    }

    #[test]
    fn darken_keeps_black_and_dims_white() {
        let mut picture = Yuv420::new(8, 8);
        picture.y_mut()[0] = 235;
        apply(Filter::Darken, &mut picture);
        assert_eq!(picture.y()[1], 16);
        assert!((130..160).contains(&picture.y()[0]), "{}", picture.y()[0]);
    }
}
