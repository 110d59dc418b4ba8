//! Visual filters on whole pictures: blur and darken.

use nexus_edit::model::Filter;
use nexus_media::Yuv420;
use rayon::prelude::*;

use crate::raster::blur;

/// Standard deviation of a blur, as a share of the longer side of the picture.
const BLUR_SHARE: f64 = 0.010;
/// Brightness that darkening leaves.
const DARK_LUMA: f64 = 0.58;
/// Colour that darkening leaves; a little more than brightness, so that the picture does not turn grey.
const DARK_CHROMA: f64 = 0.7;

/// Applies `filter` to a decoded picture.
pub(crate) fn apply(filter: Filter, picture: &mut Yuv420) {
    match filter {
        Filter::Blur => soften(picture),
        Filter::Darken => darken(picture),
        // Refused by `check` until they are drawn.
        Filter::Boost | Filter::Contrast | Filter::Greyscale | Filter::Lighten | Filter::Muted | Filter::Negative => {}
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

fn darken(picture: &mut Yuv420) {
    let table = |centre: f64, factor: f64| {
        let mut table = [0_u8; 256];
        for (level, value) in table.iter_mut().enumerate() {
            *value = (centre + (level as f64 - centre) * factor).round().clamp(0.0, 255.0) as u8;
        }
        table
    };
    let (luma, chroma) = (table(16.0, DARK_LUMA), table(128.0, DARK_CHROMA));
    let (y, u, v) = picture.planes_mut();
    for (plane, table) in [(y, luma), (u, chroma), (v, chroma)] {
        plane
            .par_chunks_mut(1 << 16)
            .for_each(|chunk| chunk.iter_mut().for_each(|pixel| *pixel = table[usize::from(*pixel)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn darken_keeps_black_and_dims_white() {
        let mut picture = Yuv420::new(8, 8);
        picture.y_mut()[0] = 235;
        apply(Filter::Darken, &mut picture);
        assert_eq!(picture.y()[1], 16);
        assert!((130..160).contains(&picture.y()[0]), "{}", picture.y()[0]);
    }
}
