//! Quality, focus and calmness of a shot.

use nexus_core::footage::ShotView;

use crate::{
    colour::Lab,
    picture::{Picture, grade},
};

/// Columns and rows of the saliency grid.
const GRID: (usize, usize) = (24, 14);

/// Sharp or soft, from the variance of the Laplacian (about 20 soft, 200 crisp).
pub(crate) fn sharpness_tags(sharpness: f64) -> Vec<(&'static str, f64)> {
    let log = sharpness.max(0.1).ln();
    // Any picture is sharp at this size unless it is badly out of focus: only that can be said.
    vec![("soft", grade(log, 28_f64.ln(), 8_f64.ln()))]
}

/// Picture quality, 0 to 1: the weighted geometric mean of sharpness, exposure and steadiness, so that one
/// of them at nothing makes the shot unusable.
pub(crate) fn quality(view: &ShotView, pictures: &[Picture]) -> f64 {
    if pictures.is_empty() {
        return 0.0;
    }
    let sharp = unit((view.sharpness.max(0.1).ln() - 6_f64.ln()) / (600_f64.ln() - 6_f64.ln()));
    let exposed = pictures.iter().map(exposure).sum::<f64>() / pictures.len() as f64;
    let steady = unit(1.0 - view.motion.shake.abs() / 0.6);
    unit(sharp.powf(0.45) * exposed.powf(0.35) * steady.max(0.1).powf(0.2))
}

/// 1 for a frame with light and shade; less for clipped whites, and 0 for a frame that is only black, only
/// white or only one tone.
fn exposure(picture: &Picture) -> f64 {
    let white = picture.share(|colour| colour.l > 0.985);
    let range = f64::from(picture.quantile(0.99, |colour| colour.l) - picture.quantile(0.01, |colour| colour.l));
    let light = f64::from(picture.quantile(0.98, |colour| colour.l));
    unit(range / 0.35) * unit(1.2 - 1.2 * white) * unit(light / 0.45)
}

/// Where the subject is, as fractions of width and height: the centre of what differs in colour and is
/// busy, with a leaning to the middle. The centre without frames.
pub(crate) fn focus(pictures: &[Picture]) -> [f64; 2] {
    let (mut x, mut y, mut weight) = (0.0, 0.0, 0.0);
    for picture in pictures {
        for (place, saliency) in saliency(picture) {
            x += place[0] * saliency;
            y += place[1] * saliency;
            weight += saliency;
        }
    }
    if weight <= 0.0 { [0.5, 0.5] } else { [unit(x / weight), unit(y / weight)] }
}

/// The places of the strongest fifth of the grid with what they exceed the rest by.
fn saliency(picture: &Picture) -> Vec<([f64; 2], f64)> {
    let (columns, rows) = (GRID.0.min(picture.width), GRID.1.min(picture.height));
    let count = picture.lab.len() as f32;
    let mean = picture.lab.iter().fold(Lab::default(), |sum, colour| Lab {
        l: sum.l + colour.l / count,
        a: sum.a + colour.a / count,
        b: sum.b + colour.b / count,
    });
    let mut cells = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        for column in 0..columns {
            let place = [(column as f64 + 0.5) / columns as f64, (row as f64 + 0.5) / rows as f64];
            let (mut contrast, mut saturation, mut busy, mut pixels) = (0.0, 0.0, 0.0, 0.0);
            for y in row * picture.height / rows..(row + 1) * picture.height / rows {
                for x in column * picture.width / columns..(column + 1) * picture.width / columns {
                    contrast += f64::from(picture.at(x, y).distance2(mean).sqrt());
                    saturation += f64::from(picture.at(x, y).chroma());
                    busy += f64::from(picture.gradient_at(x, y));
                    pixels += 1.0;
                }
            }
            let prior = (-((place[0] - 0.5).powi(2) + (place[1] - 0.5).powi(2)) / (2.0 * 0.28_f64.powi(2))).exp();
            cells.push((place, prior * (contrast + 0.6 * saturation + 2.0 * busy) / pixels));
        }
    }
    let mut values: Vec<f64> = cells.iter().map(|(_, value)| *value).collect();
    values.sort_by(f64::total_cmp);
    let floor = values[values.len() * 4 / 5];
    cells.into_iter().map(|(place, value)| (place, (value - floor).max(0.0))).collect()
}

/// Calmness of top, middle and lower third, 0 (busy) to 1 (calm), from their gradients; 0.5 without frames.
pub(crate) fn calm(pictures: &[Picture]) -> [f64; 3] {
    if pictures.is_empty() {
        return [0.5; 3];
    }
    std::array::from_fn(|third| {
        let (mut sum, mut count) = (0.0_f64, 0_usize);
        for picture in pictures {
            let rows = third * picture.height / 3..((third + 1) * picture.height / 3).max(1);
            let area = &picture.gradient[rows.start * picture.width..rows.end * picture.width];
            sum += area.iter().map(|value| f64::from(*value)).sum::<f64>();
            count += area.len();
        }
        unit((-sum / count.max(1) as f64 / 0.03).exp())
    })
}

/// Relative luminance that 19 of 20 parts of each third stay below, in the brightest of the frames; 0.5 without frames.
pub(crate) fn light(pictures: &[Picture]) -> [f64; 3] {
    if pictures.is_empty() {
        return [0.5; 3];
    }
    std::array::from_fn(|third| {
        let bright = |picture: &Picture| {
            let rows = third * picture.height / 3..((third + 1) * picture.height / 3).max(1);
            let area = &picture.lab[rows.start * picture.width..rows.end * picture.width];
            let mut lightness: Vec<f32> = area.iter().map(|colour| colour.l).collect();
            let at = lightness.len() * 19 / 20;
            // Lightness of OKLab is the cube root of luminance for greys, and near it for the rest.
            f64::from(*lightness.select_nth_unstable_by(at, f32::total_cmp).1).powi(3)
        };
        unit(pictures.iter().map(bright).fold(0.0, f64::max))
    })
}

/// `value` within 0 and 1.
fn unit(value: f64) -> f64 {
    value.clamp(0.0, 1.0)
}
