//! What is heard: the sound of clips and the music under them all.

use nexus_core::{FrameRate, Frames};
use nexus_edit::model::{Animated, AudioEffect, Soundtrack};

use super::Sounding;

/// A sound from `start` to `end`, in frames.
pub(super) fn sounding(src: &str, (start, end): (u64, u64), rate: FrameRate) -> Sounding {
    let second = |frame: u64| rate.start_of(Frames(frame)).0;
    Sounding {
        src: src.to_owned(),
        start_s: second(start),
        length_s: second(end) - second(start),
        trim_s: 0.0,
        speed: 1.0,
        volume: Animated::Constant(1.0),
        effect: None,
        of_picture: false,
    }
}

/// True when nothing of it is ever heard.
pub(super) fn is_mute(volume: &Animated) -> bool {
    match volume {
        Animated::Constant(volume) => *volume <= 0.0,
        Animated::Tweens(tweens) => tweens.iter().all(|tween| tween.from <= 0.0 && tween.to <= 0.0),
    }
}

/// The music under a film of `frames` frames.
pub(super) fn soundtrack(track: &Soundtrack, frames: u64, rate: FrameRate) -> Option<Sounding> {
    let volume = Animated::Constant(track.volume.unwrap_or(1.0).clamp(0.0, 1.0));
    let effect: Option<AudioEffect> = track.effect;
    (!is_mute(&volume)).then(|| Sounding { volume, effect, ..sounding(&track.src, (0, frames), rate) })
}
