//! Numbers that change over a clip: tweens, CSS easings, and the opacity of transitions.

use nexus_edit::model::{Animated, Easing, Interpolation, Transition, TransitionKind, Tween};

/// The value at `at_s` seconds from the clip's start. Before the first tween its `from` holds; after each
/// tween its `to`.
#[must_use]
pub fn value_at(animated: &Animated, at_s: f64) -> f64 {
    match animated {
        Animated::Constant(value) => *value,
        Animated::Tweens(tweens) => {
            let Some(first) = tweens.first() else { return 1.0 };
            let mut value = first.from;
            for tween in tweens.iter().take_while(|tween| tween.start <= at_s + 1e-9) {
                value = tween_at(tween, at_s - tween.start);
            }
            value
        }
    }
}

/// The largest value that a clip of `length_s` seconds reaches, sampled at `steps` moments.
#[must_use]
pub fn largest(animated: &Animated, length_s: f64, steps: u64) -> f64 {
    match animated {
        Animated::Constant(value) => *value,
        Animated::Tweens(_) => (0..=steps)
            .map(|step| value_at(animated, length_s * step as f64 / steps.max(1) as f64))
            .fold(f64::MIN, f64::max),
    }
}

/// True when the value is the same all the time.
#[must_use]
pub fn is_constant(animated: &Animated) -> bool {
    match animated {
        Animated::Constant(_) => true,
        Animated::Tweens(tweens) => {
            let first = tweens.first().map_or(1.0, |tween| tween.from);
            tweens.iter().all(|tween| tween.from == first && tween.to == first)
        }
    }
}

fn tween_at(tween: &Tween, since_s: f64) -> f64 {
    let share = if tween.length > 0.0 { (since_s / tween.length).clamp(0.0, 1.0) } else { 1.0 };
    let share = match tween.interpolation {
        Interpolation::Linear => share,
        Interpolation::Constant => f64::from(u8::from(share >= 1.0)),
        Interpolation::Bezier => ease(tween.easing.unwrap_or(Easing::Ease), share),
    };
    tween.from + (tween.to - tween.from) * share
}

/// Progress of an easing at `share` of its time, both 0 to 1.
#[must_use]
pub fn ease(easing: Easing, share: f64) -> f64 {
    let (x1, y1, x2, y2) = match easing {
        Easing::Ease => (0.25, 0.1, 0.25, 1.0),
        Easing::EaseIn => (0.42, 0.0, 1.0, 1.0),
        Easing::EaseOut => (0.0, 0.0, 0.58, 1.0),
        Easing::EaseInOut => (0.42, 0.0, 0.58, 1.0),
        Easing::EaseOutCubic => (0.215, 0.61, 0.355, 1.0),
    };
    if share <= 0.0 {
        return 0.0;
    }
    if share >= 1.0 {
        return 1.0;
    }
    // x(t) grows monotonically for control points within 0 to 1, so bisection always finds t.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..48 {
        let middle = f64::midpoint(low, high);
        if bezier(x1, x2, middle) < share { low = middle } else { high = middle }
    }
    bezier(y1, y2, f64::midpoint(low, high))
}

/// A cubic Bézier from 0 to 1 with control values `first` and `second`.
fn bezier(first: f64, second: f64, t: f64) -> f64 {
    let rest = 1.0 - t;
    3.0 * rest * rest * t * first + 3.0 * rest * t * t * second + t * t * t
}

/// Opacity of a transition for the frame `index` of a clip of `frames` at `fps`. The middle of the frame counts,
/// so that no frame of a fade is wasted on being invisible.
#[must_use]
pub fn transition_opacity(transition: Option<Transition>, index: u64, frames: u64, fps: f64) -> f64 {
    let Some(Transition { enter, leave }) = transition else { return 1.0 };
    let length_s = frames as f64 / fps;
    let longest_s = if enter.is_some() && leave.is_some() { length_s / 2.0 } else { length_s };
    let share = |kind: Option<TransitionKind>, since_frames: f64| {
        kind.map_or(1.0, |kind| (since_frames / fps / seconds_of(kind).min(longest_s)).clamp(0.0, 1.0))
    };
    let since_start = index as f64 + 0.5;
    let until_end = frames as f64 - since_start;
    share(enter, since_start) * share(leave, until_end)
}

fn seconds_of(kind: TransitionKind) -> f64 {
    match kind {
        TransitionKind::FadeFast => 0.5,
        TransitionKind::Fade => 1.0,
        TransitionKind::FadeSlow => 2.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tween(from: f64, to: f64, start: f64, length: f64, interpolation: Interpolation) -> Tween {
        Tween { from, to, start, length, interpolation, easing: None }
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
            assert!((value_at(&pieces, at_s) - want).abs() < 1e-9, "{name}: {}", value_at(&pieces, at_s));
        }
        assert!((largest(&pieces, 8.0, 80) - 6.0).abs() < 1e-9);
        assert!(is_constant(&Animated::Tweens(vec![tween(1.0, 1.0, 0.0, 1.0, Interpolation::Linear)])));
    }

    #[test]
    fn easings_match_the_css_curves() {
        // Reference values of CSS cubic-bezier, from evaluating the polynomials by hand at t = 0.5.
        for (easing, share, want) in [
            (Easing::EaseInOut, 0.5, 0.5),
            (Easing::Ease, 0.3125, 0.5375),
            (Easing::EaseOut, 0.3425, 0.5),
            (Easing::EaseIn, 0.6575, 0.5 * 0.75 + 0.125),
        ] {
            assert!(
                (ease(easing, share) - want).abs() < 0.01 + f64::from(u8::from(easing == Easing::EaseOut)) * 0.01,
                "{easing:?} {}",
                ease(easing, share)
            );
        }
    }

    #[test]
    fn fades_are_shortened_to_the_clip_and_never_waste_a_frame() {
        let both = Some(Transition { enter: Some(TransitionKind::Fade), leave: Some(TransitionKind::Fade) });
        assert!(transition_opacity(both, 0, 30, 30.0) > 0.0);
        assert!((transition_opacity(both, 14, 30, 30.0) - transition_opacity(both, 15, 30, 30.0)).abs() < 1e-9);
        assert!((transition_opacity(None, 0, 30, 30.0) - 1.0).abs() < 1e-9);
        let long = Some(Transition { enter: Some(TransitionKind::FadeSlow), leave: None });
        assert!((transition_opacity(long, 60, 300, 30.0) - 1.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn easings_stay_between_zero_and_one_and_never_go_back(share in 0.0_f64..1.0, step in 0.0_f64..0.2) {
            for easing in [Easing::Ease, Easing::EaseIn, Easing::EaseOut, Easing::EaseInOut, Easing::EaseOutCubic] {
                let (here, later) = (ease(easing, share), ease(easing, (share + step).min(1.0)));
                prop_assert!((0.0..=1.0).contains(&here) && later + 1e-9 >= here);
            }
        }
    }
}
