//! Rules of the beats port.

use nexus_core::{ErrorKind, blob::BlobRef, music::BeatGrid, port::BeatTracker};

use crate::factory;

/// Stored sounds that the suite plays to a tracker.
pub struct Material {
    /// At least 15 s of music or clicks in an even tempo.
    pub steady: BlobRef,
    /// Its tempo in beats per minute.
    pub steady_bpm: f64,
    /// At least 5 s of silence.
    pub silent: BlobRef,
    /// Between 0.5 and 2.5 s of anything audible.
    pub short: BlobRef,
    /// An object that is not stored.
    pub missing: BlobRef,
}

/// Every rule of the port.
///
/// # Panics
/// With the name of the rule that the tracker breaks.
pub async fn obeys_the_rules(tracker: &dyn BeatTracker, material: &Material) {
    let context = factory::context("music");
    let grid = tracker.track(&material.steady, &context).await.expect("rule: steady music has a grid");
    lawful(&grid);
    assert!(grid.is_trustworthy(), "rule: steady music is trusted, confidence {}", grid.confidence);
    let level = (grid.tempo_bpm / material.steady_bpm).log2();
    assert!((level - level.round()).abs() < 0.03, "rule: the tempo is right up to an octave, {} bpm", grid.tempo_bpm);
    let again = tracker.track(&material.steady, &context).await.expect("rule: tracking again works");
    assert_eq!(grid, again, "rule: the same music gives the same grid");

    let silent = tracker.track(&material.silent, &context).await.expect("rule: music without a beat is no error");
    lawful(&silent);
    assert!(silent.beats.is_empty() && silent.duration_s > 4.0, "rule: silence has a length and no beats");
    assert!(silent.confidence < 0.3, "rule: silence is not trusted, confidence {}", silent.confidence);

    let error = tracker.track(&material.short, &context).await.expect_err("rule: less than 3 s is refused");
    assert_eq!(error.kind, ErrorKind::Invalid, "rule: less than 3 s is the caller's to mend");
    let error = tracker.track(&material.missing, &context).await.expect_err("rule: what is not stored is an error");
    assert_eq!(error.kind, ErrorKind::NotFound, "rule: what is not stored is named so");
}

/// What holds for every grid.
fn lawful(grid: &BeatGrid) {
    assert!((0.0..=1.0).contains(&grid.confidence), "rule: confidence lies in 0..=1");
    assert!(!grid.engine.is_empty(), "rule: the engine is named");
    assert!(grid.beats.windows(2).all(|pair| pair[0].t < pair[1].t), "rule: beats are in order");
    for beat in &grid.beats {
        assert!(beat.t >= 0.0 && beat.t <= grid.duration_s, "rule: beats lie inside the track, {}", beat.t);
        assert!((0.0..=1.0).contains(&beat.strength), "rule: strength lies in 0..=1");
        assert!(beat.pos >= 1 && beat.pos <= grid.meter, "rule: positions lie in the bar, {}", beat.pos);
    }
    assert_eq!(grid.bar_energy.len(), grid.downbeats().count(), "rule: one energy per downbeat");
    assert!(grid.bar_energy.iter().all(|energy| (0.0..=1.0).contains(energy)), "rule: energy lies in 0..=1");
    for drop in &grid.drops_s {
        assert!(grid.downbeats().any(|time| (time - drop).abs() < 1e-9), "rule: a drop is a downbeat, {drop}");
    }
}
