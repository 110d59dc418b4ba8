//! Numbers that change over a clip: the extremes of tweens, and the opacity of transitions.

use nexus_edit::model::{Animated, Pace, Transition, TransitionKind};

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

/// Opacity of a transition for the frame `index` of a clip of `frames` at `fps`. The middle of the frame counts,
/// so that no frame of a fade is wasted on being invisible.
#[must_use]
pub fn transition_opacity(transition: Transition, index: u64, frames: u64, fps: f64) -> f64 {
    let Transition { enter, leave } = transition;
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
    let pace = match kind {
        TransitionKind::Fade(pace) => pace,
        // Refused by `check` until they are drawn.
        TransitionKind::Reveal(pace)
        | TransitionKind::Wipe(_, pace)
        | TransitionKind::Slide(_, pace)
        | TransitionKind::Carousel(_, pace)
        | TransitionKind::Shuffle(_, pace) => pace,
        TransitionKind::Zoom => Pace::Normal,
    };
    match pace {
        Pace::Fast => 0.5,
        Pace::Normal => 1.0,
        Pace::Slow => 2.0,
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

    #[test]
    fn fades_are_shortened_to_the_clip_and_never_waste_a_frame() {
        let fade = Some(TransitionKind::Fade(Pace::Normal));
        let both = Transition { enter: fade, leave: fade };
        assert!(transition_opacity(both, 0, 30, 30.0) > 0.0);
        assert!((transition_opacity(both, 14, 30, 30.0) - transition_opacity(both, 15, 30, 30.0)).abs() < 1e-9);
        assert!((transition_opacity(Transition::default(), 0, 30, 30.0) - 1.0).abs() < 1e-9);
        let long = Transition { enter: Some(TransitionKind::Fade(Pace::Slow)), leave: None };
        assert!((transition_opacity(long, 60, 300, 30.0) - 1.0).abs() < 1e-9);
    }
}
