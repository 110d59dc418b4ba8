//! A correction of light: exposure and warmth of a picture, so that neighbours look as if filmed on one day.
//!
//! Exposure is a gain of light, so a power of two under the curve of BT.709, taken as 2.2; the brightest tones bend
//! into white instead of being cut off. Warmth moves red against blue; what is grey moves as computed, what has a
//! colour by as much, and black stays black.

use nexus_edit::model::Grade;
use nexus_media::Yuv420;
use rayon::prelude::*;

/// Exponent of the display curve.
const GAMMA: f64 = 2.2;
/// Level (0 to 1) above which a brighter exposure bends towards white.
const KNEE: f64 = 0.8;
/// Level from which a darker exposure finds back to white.
const MIDDLE: f64 = 0.5;
/// Luma of red and blue, and colour differences per unit of them: BT.709.
const RED: f64 = 0.2126;
const BLUE: f64 = 0.0722;
const PER_RED: f64 = 0.5 / (1.0 - RED);
const PER_BLUE: f64 = 0.5 / (1.0 - BLUE);

/// Applies `grade` to a decoded picture (BT.709, limited range).
pub(crate) fn apply(grade: Grade, picture: &mut Yuv420) {
    let gain = 2_f64.powf(grade.exposure / GAMMA);
    let red = 2_f64.powf(grade.warmth / 2.0 / GAMMA) - 1.0;
    let blue = 2_f64.powf(-grade.warmth / 2.0 / GAMMA) - 1.0;
    let grey = RED * red + BLUE * blue;
    let level = |code: usize| (code as f64 - 16.0) / 219.0;
    let mut luma = [0_u8; 256];
    // How far a grey of each brightness moves in colour, in codes.
    let mut shifts = [[0_i16; 2]; 256];
    for (code, (luma, shift)) in luma.iter_mut().zip(&mut shifts).enumerate() {
        let lit = bent(level(code) * gain, gain);
        *luma = (16.0 + 219.0 * lit * (1.0 + grey)).round().clamp(1.0, 254.0) as u8;
        let moved = |by: f64, per: f64| (224.0 * lit.max(0.0) * (by - grey) * per).round() as i16;
        *shift = [moved(blue, PER_BLUE), moved(red, PER_RED)];
    }
    let columns = picture.width_px as usize;
    let half = columns / 2;
    let (y, u, v) = picture.planes_mut();
    let pairs = y.par_chunks_mut(columns * 2).zip(u.par_chunks_mut(half)).zip(v.par_chunks_mut(half));
    pairs.for_each(|((lines, blues), reds)| {
        for (column, (blue, red)) in blues.iter_mut().zip(reds).enumerate() {
            let [more_blue, more_red] = shifts[lines[column * 2] as usize];
            let moved = |code: u8, more: i16| {
                (128.0 + (f64::from(code) - 128.0) * gain + f64::from(more)).round().clamp(1.0, 254.0) as u8
            };
            (*blue, *red) = (moved(*blue, more_blue), moved(*red, more_red));
        }
        lines.iter_mut().for_each(|pixel| *pixel = luma[*pixel as usize]);
    });
}

/// A level (after the gain) with white kept white: a brighter one approaches it instead of passing it, and a darker one
/// finds back to it from the middle on, so that foam and linen do not turn grey.
fn bent(level: f64, gain: f64) -> f64 {
    if gain < 1.0 {
        let across = (level / gain - MIDDLE) / (1.0 - MIDDLE);
        if across <= 0.0 {
            return level;
        }
        let rest = 1.0 - MIDDLE * gain;
        // The slope at the middle is that of the gain.
        let slope = gain * (1.0 - MIDDLE) / rest;
        return MIDDLE * gain + rest * (slope * across + (1.0 - slope) * across * across);
    }
    if level <= KNEE {
        return level;
    }
    // From the knee with slope 1 to white at the level that white itself is lifted to.
    let (over, most) = (level - KNEE, gain - KNEE);
    let room = 1.0 - KNEE;
    KNEE + room * (1.0 - (1.0 - (over / most).min(1.0)).powf(most / room))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graded(grade: Grade, [y, u, v]: [u8; 3]) -> [u8; 3] {
        let mut picture = Yuv420::new(4, 4);
        picture.y_mut().fill(y);
        picture.u_mut().fill(u);
        picture.v_mut().fill(v);
        apply(grade, &mut picture);
        [picture.y()[5], picture.u()[1], picture.v()[1]]
    }

    #[test]
    fn nothing_changes_without_a_correction() {
        let none = Grade { exposure: 0.0, warmth: 0.0 };
        for pixel in [[16, 128, 128], [235, 128, 128], [120, 90, 180]] {
            assert_eq!(graded(none, pixel), pixel);
        }
    }

    #[test]
    fn a_stop_doubles_light_and_white_stays_white() {
        let brighter = Grade { exposure: 1.0, warmth: 0.0 };
        let [y, ..] = graded(brighter, [80, 128, 128]);
        let light = |code: u8| ((f64::from(code) - 16.0) / 219.0).powf(GAMMA);
        assert!((light(y) / light(80) - 2.0).abs() < 0.05, "{}", light(y) / light(80));
        assert_eq!(graded(brighter, [235, 128, 128])[0], 235);
        assert_eq!(graded(brighter, [16, 128, 128]), [16, 128, 128]);
        let [high, ..] = graded(brighter, [200, 128, 128]);
        assert!((200..235).contains(&high), "{high}");
    }

    #[test]
    fn a_darker_picture_keeps_its_whites() {
        let darker = Grade { exposure: -0.5, warmth: 0.0 };
        assert_eq!(graded(darker, [235, 128, 128])[0], 235);
        let light = |code: u8| ((f64::from(code) - 16.0) / 219.0).powf(GAMMA);
        let [y, ..] = graded(darker, [100, 128, 128]);
        assert!((light(y) / light(100) - 0.707).abs() < 0.02, "{}", light(y) / light(100));
        let levels: Vec<u8> = (16..=235).map(|code| graded(darker, [code, 128, 128])[0]).collect();
        assert!(levels.is_sorted() && levels[150] < 166, "{levels:?}");
    }

    #[test]
    fn warmth_moves_red_against_blue_and_leaves_black() {
        let [_, blue, red] = graded(Grade { exposure: 0.0, warmth: 0.4 }, [140, 128, 128]);
        assert!(blue < 126 && red > 130, "{blue} {red}");
        assert_eq!(graded(Grade { exposure: 0.0, warmth: 0.4 }, [16, 128, 128]), [16, 128, 128]);
        let [_, blue, red] = graded(Grade { exposure: 0.0, warmth: -0.4 }, [140, 128, 128]);
        assert!(blue > 130 && red < 126, "{blue} {red}");
    }
}
