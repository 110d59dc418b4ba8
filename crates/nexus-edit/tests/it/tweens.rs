//! Numbers that change: easings against their equations, tweens against tables.

use std::f64::consts::PI;

use nexus_edit::model::{Animated, Easing, Interpolation, Tween, Word};
use proptest::prelude::*;

fn tween(from: f64, to: f64, start: f64, length: f64, interpolation: Interpolation) -> Tween {
    Tween { from, to, start, length, interpolation }
}

#[test]
fn values_hold_before_between_and_after_tweens() {
    let pieces = Animated::Tweens(vec![
        tween(0.0, 1.0, 1.0, 1.0, Interpolation::Linear),
        tween(1.0, 3.0, 3.0, 2.0, Interpolation::Linear),
        tween(5.0, 6.0, 6.0, 1.0, Interpolation::Constant),
    ]);
    for (name, at_s, want) in [
        ("before", 0.0, 0.0),
        ("half way", 1.5, 0.5),
        ("between", 2.5, 1.0),
        ("second", 4.0, 2.0),
        ("after", 5.5, 3.0),
        ("constant holds", 6.5, 5.0),
        ("constant jumps", 7.0, 6.0),
    ] {
        assert!((pieces.at(at_s) - want).abs() < 1e-9, "{name}: {}", pieces.at(at_s));
    }
    assert!(!pieces.is_constant());
    assert!(Animated::Tweens(vec![tween(1.0, 1.0, 0.0, 1.0, Interpolation::Linear)]).is_constant());
}

#[test]
fn plain_easings_match_the_css_curves() {
    // CSS cubic-bezier, from evaluating the polynomials by hand at t = 0.5.
    for (easing, share, want) in [
        (Easing::EaseInOut, 0.5, 0.5),
        (Easing::Ease, 0.3125, 0.5375),
        (Easing::EaseOut, 0.3425, 0.5),
        (Easing::EaseIn, 0.6575, 0.5),
    ] {
        assert!((easing.at(share) - want).abs() < 0.01, "{easing:?} {}", easing.at(share));
    }
}

/// Penner's equation for the way in; the way out is its mirror image.
fn penner_in(family: &str, x: f64, overshoot: f64) -> f64 {
    match family {
        "Quad" => x.powi(2),
        "Cubic" => x.powi(3),
        "Quart" => x.powi(4),
        "Quint" => x.powi(5),
        "Sine" => 1.0 - (x * PI / 2.0).cos(),
        "Expo" => 2.0_f64.powf(10.0 * x - 10.0),
        "Circ" => 1.0 - (1.0 - x * x).sqrt(),
        "Back" => (overshoot + 1.0) * x.powi(3) - overshoot * x.powi(2),
        other => panic!("no family {other}"),
    }
}

fn penner(name: &str, x: f64) -> Option<f64> {
    const OVERSHOOT: f64 = 1.701_58;
    if let Some(family) = name.strip_prefix("easeInOut") {
        let half = |x: f64| penner_in(family, x, OVERSHOOT * 1.525) / 2.0;
        return (!family.is_empty()).then(|| if x < 0.5 { half(2.0 * x) } else { 1.0 - half(2.0 - 2.0 * x) });
    }
    if let Some(family) = name.strip_prefix("easeIn") {
        return (!family.is_empty()).then(|| penner_in(family, x, OVERSHOOT));
    }
    let family = name.strip_prefix("easeOut")?;
    (!family.is_empty()).then(|| 1.0 - penner_in(family, 1.0 - x, OVERSHOOT))
}

#[test]
fn the_other_easings_come_near_to_the_equations_they_stand_for() {
    let mut compared = 0;
    for (name, easing) in Easing::TABLE {
        // One cubic cannot follow these equations closer; the table is what everybody uses.
        let bound = match easing {
            Easing::EaseOutCirc | Easing::EaseInOutQuint | Easing::EaseInOutCirc => 0.2,
            Easing::EaseInOutExpo => 0.13,
            _ => 0.11,
        };
        let steps = (1..50).map(|step| f64::from(step) / 50.0);
        let apart: Vec<f64> = steps.filter_map(|x| Some((penner(name, x)? - easing.at(x)).abs())).collect();
        compared += usize::from(!apart.is_empty());
        let furthest = apart.into_iter().fold(0.0, f64::max);
        assert!(furthest < bound, "{name} is {furthest} away");
    }
    assert_eq!((Easing::TABLE.len(), compared), (28, 24));
}

proptest! {
    #[test]
    fn easings_begin_at_zero_and_end_at_one(share in 0.0_f64..1.0, step in 0.0_f64..0.2) {
        for (name, easing) in Easing::TABLE {
            prop_assert_eq!((easing.at(0.0), easing.at(1.0)), (0.0, 1.0));
            let (here, later) = (easing.at(share), easing.at((share + step).min(1.0)));
            if !name.ends_with("Back") {
                prop_assert!((0.0..=1.0).contains(&here) && later + 1e-9 >= here, "{} {} {}", name, here, later);
            }
            prop_assert!((-0.5..=1.5).contains(&here));
        }
    }
}
