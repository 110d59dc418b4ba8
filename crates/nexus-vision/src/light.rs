//! Light: brightness, exposure, warmth, flames and blurred lights in the dark.

use crate::{
    blobs::blobs,
    colour::Lab,
    picture::{Picture, grade},
};

/// Words for the light of a frame with their scores.
pub(crate) fn light_tags(picture: &Picture) -> Vec<(&'static str, f64)> {
    let mean = f64::from(picture.mean_lightness());
    let bright_end = f64::from(picture.quantile(0.95, |colour| colour.l));
    let white = picture.share(|colour| colour.l > 0.975);
    let mut tags = vec![
        ("bright", grade(mean, 0.72, 0.85)),
        ("dark", grade(mean, 0.38, 0.22)),
        ("overexposed", grade(white, 0.25, 0.6)),
        ("underexposed", grade(bright_end, 0.33, 0.15)),
        ("warm light", warm_light(picture)),
    ];
    if mean < 0.42 {
        // Night is a dark picture with lights in it; a dark picture alone may be a black cloth, and one that is
        // mostly pure black is drawn: the night that a camera sees is never quite black.
        let lights = picture.share(|colour| colour.l > 0.6);
        let pure_black = picture.share(|colour| colour.l < 0.03);
        if (0.0005..0.12).contains(&lights) && pure_black < 0.6 {
            tags.push(("night", grade(mean, 0.3, 0.15)));
        }
        tags.push(("candle-like light", flames(picture).min(grade(mean, 0.34, 0.2))));
        tags.push(("bokeh lights", bokeh(picture, mean)));
    }
    tags
}

/// Warm when the lightest quarter is: lamps and low sun tint what they light, a coloured object does not
/// tint the whites beside it.
fn warm_light(picture: &Picture) -> f64 {
    let floor = picture.quantile(0.75, |colour| colour.l).max(0.4);
    let (mut sum, mut count) = (Lab::default(), 0.0_f32);
    for colour in picture.lab.iter().filter(|colour| colour.l >= floor) {
        sum.a += colour.a;
        sum.b += colour.b;
        count += 1.0;
    }
    if count == 0.0 {
        return 0.0;
    }
    let light = Lab { l: floor, a: sum.a / count, b: sum.b / count };
    if light.is_hue(40.0, 105.0, 0.02) { grade(f64::from(light.chroma()), 0.06, 0.12) } else { 0.0 }
}

/// Few, small, very warm and bright spots.
fn flames(picture: &Picture) -> f64 {
    let mask: Vec<bool> = picture.lab.iter().map(|colour| colour.l > 0.66 && colour.b > 0.03).collect();
    let area = picture.lab.len() as f64;
    let mut best: f64 = 0.0;
    let mut count = 0;
    for blob in blobs(&mask, picture.width) {
        let share = blob.pixels.len() as f64 / area;
        if !(0.000_2..0.03).contains(&share) || blob.fill() < 0.4 || blob.aspect() > 1.6 {
            continue;
        }
        let warm = blob.pixels.iter().filter(|at| picture.lab[**at].is_hue(40.0, 108.0, 0.09)).count();
        count += 1;
        best = best.max(grade(warm as f64 / blob.pixels.len() as f64, 0.35, 0.8));
    }
    if count > 16 { 0.0 } else { best }
}

/// Many small, bright, round spots.
fn bokeh(picture: &Picture, mean: f64) -> f64 {
    let floor = (mean + 0.2).max(0.45) as f32;
    let mask: Vec<bool> = picture.lab.iter().map(|colour| colour.l > floor).collect();
    let area = picture.lab.len() as f64;
    let discs = blobs(&mask, picture.width)
        .iter()
        .filter(|blob| {
            let share = blob.pixels.len() as f64 / area;
            (0.000_8..0.02).contains(&share)
                && (0.65..=0.92).contains(&blob.fill())
                && (0.7..=1.4).contains(&blob.aspect())
        })
        .count();
    grade(discs as f64, 6.0, 14.0)
}
