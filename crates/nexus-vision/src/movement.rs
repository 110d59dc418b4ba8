//! Words for movement, sound and format.

use nexus_core::footage::{MediaInfo, Motion, Orientation, ShotSound};

use crate::picture::grade;

/// Words for the movement of the camera and in the picture. Rates are per second, in frame widths.
pub(crate) fn motion_tags(motion: &Motion) -> Vec<(&'static str, f64)> {
    let drift = motion.pan.abs().max(motion.tilt.abs()).max(motion.zoom.abs());
    let mut tags = vec![
        ("static", grade(drift, 0.02, 0.0).min(grade(motion.shake, 0.05, 0.01))),
        ("hand-held", grade(motion.shake, 0.12, 0.3)),
        ("lively", grade(motion.activity, 13.0, 30.0)),
        ("calm", grade(motion.activity, 3.5, 1.0)),
    ];
    // A wandering camera goes nowhere: a move must outdo the shake.
    let moves = |rate: f64| grade(rate.abs(), 0.045, 0.12).min(grade(rate.abs() / motion.shake.max(0.01), 0.8, 2.0));
    tags.push((if motion.pan > 0.0 { "pan right" } else { "pan left" }, moves(motion.pan)));
    tags.push((if motion.tilt > 0.0 { "tilt down" } else { "tilt up" }, moves(motion.tilt)));
    tags.push((if motion.zoom > 0.0 { "push in" } else { "pull out" }, moves(motion.zoom)));
    tags
}

/// Words for the sound; a file without sound is silent.
pub(crate) fn sound_tags(sound: Option<&ShotSound>) -> Vec<(&'static str, f64)> {
    let Some(sound) = sound else { return vec![("silent", 0.97)] };
    vec![
        ("silent", grade(sound.level_db, -60.0, -80.0)),
        ("quiet", if sound.level_db > -60.0 { grade(sound.level_db, -38.0, -55.0) } else { 0.0 }),
        ("loud", grade(sound.level_db, -17.0, -9.0)),
        ("speech", if sound.level_db > -50.0 { grade(sound.speech, 0.55, 0.85) } else { 0.0 }),
    ]
}

/// The word for how the picture stands.
pub(crate) fn format_tag(info: &MediaInfo) -> Option<&'static str> {
    Some(match info.video.as_ref()?.orientation() {
        Orientation::Portrait => "portrait format",
        Orientation::Landscape => "landscape format",
        Orientation::Square => "square format",
    })
}
