//! Frames painted for tests: every scene is a function from place to colour, with a little fixed grain.

use nexus_core::footage::{Begins, Motion, ShotView, SmallFrame};

/// Size of the painted frames.
pub(crate) const SIZE: (u32, u32) = (192, 108);

/// A shot of three frames of one scene; `x` and `y` run from 0 to 1.
pub(crate) fn shot(scene: impl Fn(f64, f64) -> [f64; 3]) -> ShotView {
    let frame = |time_s| SmallFrame { time_s, width_px: SIZE.0, height_px: SIZE.1, rgb: pixels(&scene) };
    ShotView {
        begins: Begins::Start,
        start_s: 0.0,
        end_s: 4.0,
        frames: [0.8, 2.0, 3.2].into_iter().map(frame).collect(),
        motion: Motion { activity: 2.0, peak_s: 2.0, ..Motion::default() },
        sharpness: 150.0,
        sound: None,
        words: Vec::new(),
    }
}

fn pixels(scene: impl Fn(f64, f64) -> [f64; 3]) -> Vec<u8> {
    let mut rgb = Vec::new();
    for y in 0..SIZE.1 {
        for x in 0..SIZE.0 {
            let place = (f64::from(x) / f64::from(SIZE.0), f64::from(y) / f64::from(SIZE.1));
            let grain = noise(x, y) * 3.0;
            rgb.extend(scene(place.0, place.1).map(|value| (value + grain).clamp(0.0, 255.0) as u8));
        }
    }
    rgb
}

/// A fixed value between -1 and 1 for every place.
pub(crate) fn noise(x: u32, y: u32) -> f64 {
    let hash = (x.wrapping_mul(374_761_393).wrapping_add(y.wrapping_mul(668_265_263)) ^ 0x5bd1_e995)
        .wrapping_mul(1_274_126_177);
    f64::from((hash ^ (hash >> 16)) & 0xffff) / 32_767.5 - 1.0
}

/// `from` to `to`, `part` of the way.
pub(crate) fn blend(from: [f64; 3], to: [f64; 3], part: f64) -> [f64; 3] {
    std::array::from_fn(|channel| from[channel] + (to[channel] - from[channel]) * part.clamp(0.0, 1.0))
}

/// An orange sky that glows towards a horizon at 0.55, a dark sea with a glitter path below.
pub(crate) fn sunset(x: f64, y: f64) -> [f64; 3] {
    if y < 0.55 {
        return blend([170.0, 95.0, 90.0], [255.0, 190.0, 90.0], y / 0.55);
    }
    let glitter = ((x - 0.5).abs() < 0.06 && (y * 90.0).sin() > 0.3) as u8;
    blend([60.0, 45.0, 60.0], [230.0, 150.0, 80.0], f64::from(glitter) * 0.8 + 0.1 * (y * 140.0).sin())
}

/// Warm brown boards with grain, seen from above.
pub(crate) fn wooden_table(x: f64, y: f64) -> [f64; 3] {
    let grain = (x * 60.0 + 6.0 * (y * 9.0).sin()).sin() * 0.5 + 0.5 * noise((x * 192.0) as u32, (y * 20.0) as u32);
    blend([125.0, 70.0, 38.0], [200.0, 130.0, 75.0], 0.5 + 0.5 * grain)
}

/// A clear sky over a rippled blue sea; the horizon lies at 0.45.
pub(crate) fn blue_sea(x: f64, y: f64) -> [f64; 3] {
    if y < 0.45 {
        return blend([95.0, 150.0, 220.0], [190.0, 215.0, 240.0], y / 0.45);
    }
    let ripple = (y * y * 260.0 + 3.0 * (x * 14.0).sin()).sin();
    blend([15.0, 70.0, 125.0], [45.0, 120.0, 170.0], 0.5 + 0.5 * ripple)
}

/// One flame in a dark room.
pub(crate) fn candle(x: f64, y: f64) -> [f64; 3] {
    let distance = ((x - 0.5) * 1.78 / 0.7).hypot((y - 0.5) / 1.6);
    let glow = (-(distance / 0.05).powi(2)).exp();
    let halo = (-(distance / 0.25).powi(2)).exp() * 0.22;
    blend([10.0, 7.0, 6.0], [255.0, 190.0, 70.0], glow + halo)
}

/// Eighteen soft discs of light at night.
pub(crate) fn bokeh(x: f64, y: f64) -> [f64; 3] {
    for number in 0..18_u32 {
        let centre = (0.1 + 0.16 * f64::from(number % 6), 0.2 + 0.3 * f64::from(number / 6));
        if ((x - centre.0) * 1.78).hypot(y - centre.1) < 0.055 {
            return if number % 2 == 0 { [250.0, 215.0, 160.0] } else { [190.0, 205.0, 250.0] };
        }
    }
    [14.0, 14.0, 20.0]
}

/// A pale wall over a pale table: a straight edge, and no sky.
pub(crate) fn wall_and_table(_x: f64, y: f64) -> [f64; 3] {
    if y < 0.6 { [205.0, 202.0, 196.0] } else { [235.0, 234.0, 230.0] }
}

/// Leaves in many greens.
pub(crate) fn leaves(x: f64, y: f64) -> [f64; 3] {
    let leaf = (x * 70.0).sin() * (y * 50.0).cos() + 0.6 * noise((x * 96.0) as u32, (y * 54.0) as u32);
    blend([30.0, 70.0, 25.0], [120.0, 180.0, 70.0], 0.5 + 0.4 * leaf)
}

/// Grey steps of light, no colour.
pub(crate) fn monochrome(x: f64, y: f64) -> [f64; 3] {
    [40.0 + 180.0 * (0.5 + 0.5 * (x * 9.0 + y * 5.0).sin()); 3]
}

/// A dark kite before a clear sky that fills the frame.
pub(crate) fn kite(x: f64, y: f64) -> [f64; 3] {
    if (x - 0.5).abs() * 1.3 + (y - 0.4).abs() < 0.3 {
        [150.0, 40.0, 40.0]
    } else {
        blend([40.0, 130.0, 190.0], [55.0, 145.0, 205.0], y)
    }
}

/// A coloured figure on white paper.
pub(crate) fn figure_on_paper(x: f64, y: f64) -> [f64; 3] {
    let stripes = 90.0 + 80.0 * (x * 120.0).sin();
    if (y - 0.65).abs() < 0.28 && (x - 0.5).abs() < 0.35 {
        [stripes, 120.0, 200.0 - stripes]
    } else {
        [255.0, 255.0, 255.0]
    }
}

/// A rippled grey sea under light clouds; the horizon lies at 0.45, a brown cliff stands on the right.
pub(crate) fn grey_sea(x: f64, y: f64) -> [f64; 3] {
    if y < 0.45 {
        return blend([150.0, 155.0, 163.0], [190.0, 192.0, 196.0], y / 0.45);
    }
    if x > 0.6 {
        return blend(
            [120.0, 100.0, 75.0],
            [170.0, 145.0, 110.0],
            0.5 + 0.5 * noise((x * 96.0) as u32, (y * 54.0) as u32),
        );
    }
    let ripple = (y * y * 260.0 + 3.0 * (x * 14.0).sin()).sin();
    blend([98.0, 103.0, 108.0], [128.0, 133.0, 138.0], 0.5 + 0.5 * ripple)
}
