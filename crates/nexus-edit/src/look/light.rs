//! One light over a film: shots filmed at different hours are brought towards each other, a little.

use crate::model::Grade;

/// Display curve, as a power.
const GAMMA: f64 = 2.2;
/// Shots may lie this far from the middle of the film, in stops: two neighbours then differ by twice as much at most.
const FREE_EXPOSURE: f64 = 0.15;
/// Likewise for warmth, in stops of red against blue; about 200 K by daylight.
const FREE_WARMTH: f64 = 0.1;
/// The largest corrections in stops. Candle light stays darker than noon, and a sunset warmer: grey-world takes every
/// picture for grey on average, and is believed only so far. Shadows that are lifted show their noise.
const MOST_DARKER: f64 = 0.5;
const MOST_BRIGHTER: f64 = 0.35;
const MOST_WARMTH: f64 = 0.2;
/// Corrections below this are not worth a pass over the picture, in stops.
const LEAST: f64 = 0.03;

/// The correction of each shot, by its mean colour (sRGB); `None` where it fits as it is. Pure.
///
/// Exposure is the light of the mean; warmth is its red against its blue, as grey-world white balance has it
/// (Buchsbaum, "A spatial processor model for object colour perception", 1980).
pub(crate) fn matched(means: &[[u8; 3]]) -> Vec<Option<Grade>> {
    let lights: Vec<(f64, f64)> = means.iter().map(|mean| light(*mean)).collect();
    let middle = |of: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = lights.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    };
    let (exposure, warmth) = (middle(|light| light.0), middle(|light| light.1));
    lights
        .iter()
        .map(|(own_exposure, own_warmth)| {
            let grade = Grade {
                exposure: beyond(exposure - own_exposure, FREE_EXPOSURE).clamp(-MOST_DARKER, MOST_BRIGHTER),
                warmth: beyond(warmth - own_warmth, FREE_WARMTH).clamp(-MOST_WARMTH, MOST_WARMTH),
            };
            (grade.exposure.abs() > LEAST || grade.warmth.abs() > LEAST).then_some(grade)
        })
        .collect()
}

/// Stops of light, and stops of red against blue.
fn light(mean: [u8; 3]) -> (f64, f64) {
    let [red, green, blue] = mean.map(|code| (f64::from(code.max(4)) / 255.0).powf(GAMMA));
    ((0.2126 * red + 0.7152 * green + 0.0722 * blue).log2(), (red / blue).log2())
}

/// What of a distance lies beyond the free part of it.
fn beyond(distance: f64, free: f64) -> f64 {
    distance.signum() * (distance.abs() - free).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shots_stay_as_they_are() {
        assert_eq!(matched(&[[120, 110, 100]; 4]), [None; 4]);
        assert_eq!(matched(&[]), []);
    }

    #[test]
    fn neighbours_come_within_a_third_of_a_stop_where_that_is_honest() {
        // About 0.4 stops above and below the middle.
        let means = [[118, 118, 118], [134, 134, 134], [104, 104, 104], [118, 118, 118]];
        let left: Vec<f64> = means
            .iter()
            .zip(matched(&means))
            .map(|(mean, grade)| light(*mean).0 + grade.map_or(0.0, |grade| grade.exposure))
            .collect();
        assert!(left.windows(2).all(|pair| (pair[0] - pair[1]).abs() <= 0.33), "{left:?}");
    }

    #[test]
    fn night_stays_night_and_sunset_stays_warm() {
        let grades = matched(&[[120, 118, 116], [20, 16, 12], [200, 120, 60], [122, 120, 118], [119, 117, 115]]);
        let night = grades[1].expect("is far from the middle");
        assert_eq!(night.exposure, MOST_BRIGHTER);
        let sunset = grades[2].expect("is far from the middle");
        assert_eq!(sunset.warmth, -MOST_WARMTH);
    }
}
