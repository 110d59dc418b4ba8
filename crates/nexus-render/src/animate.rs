//! The extremes of numbers that change over a clip.

use nexus_edit::model::Animated;

/// The largest value that a clip of `length_s` seconds reaches, sampled at `steps` moments.
#[must_use]
pub fn largest(animated: &Animated, length_s: f64, steps: u64) -> f64 {
    match animated {
        Animated::Constant(value) => *value,
        Animated::Tweens(_) => {
            (0..=steps).map(|step| animated.at(length_s * step as f64 / steps.max(1) as f64)).fold(f64::MIN, f64::max)
        }
    }
}

#[cfg(test)]
mod tests {
    use nexus_edit::model::{Interpolation, Tween};

    use super::*;

    #[test]
    fn the_largest_value_lies_within_tweens_too() {
        let there_and_back =
            |from, to, start| Tween { from, to, start, length: 1.0, interpolation: Interpolation::Linear };
        let pieces = Animated::Tweens(vec![there_and_back(0.0, 6.0, 0.0), there_and_back(6.0, 1.0, 1.0)]);
        assert!((largest(&pieces, 8.0, 80) - 6.0).abs() < 1e-9);
        assert_eq!(largest(&Animated::Constant(2.0), 8.0, 80), 2.0);
    }
}
