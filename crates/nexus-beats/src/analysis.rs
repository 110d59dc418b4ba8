//! The whole analysis in order, and when it answers "no grid".

use nexus_core::{
    music::{Beat, BeatGrid},
    port::Pcm,
};

use crate::{
    bar::{Bars, find_bars, median_interval},
    level::{Reading, readings},
    means::Summary,
    onset::{Onsets, autocorrelation},
    refine::{FineEnvelope, refine},
    spectrum::{FRAMES_PER_S, Frame, frames},
    structure::{bar_energy, drops},
};

/// Name and version of this analyser, as written into every grid.
pub const ENGINE: &str = "dsp-1";
/// Least length of music in seconds.
pub const SHORTEST_S: f64 = 3.0;

/// Sample rates that are understood, in hertz.
const RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;
/// A track whose root mean square lies below this is silent (-80 dB).
const SILENCE_RMS: f64 = 1e-4;

/// Rise of the log spectrum in its strongest band from which on an attack counts in full.
const FULL_RISE: f64 = 0.1;

/// Sound that cannot be analysed at all. Music without a beat is no error.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BeatError {
    /// Less sound than a grid needs.
    #[error("the music is {found_s:.2} s long: expected at least {SHORTEST_S} s; choose a longer track")]
    TooShort {
        /// Length found, in seconds.
        found_s: f64,
    },
    /// A sample rate outside 8 to 192 kHz.
    #[error("the music has {rate_hz} samples per second: expected 8,000 to 192,000; decode it to 22,050")]
    Rate {
        /// Rate found, in hertz.
        rate_hz: u32,
    },
}

/// Finds beats, downbeats, bar energies and drops.
///
/// Any rate from 8 to 192 kHz works; 22,050 Hz is what the thresholds were measured at. Samples that are
/// no numbers count as silence. Silence, noise, speech and free time give a grid with `confidence` below
/// 0.3, silence one without beats. The same samples give the same grid. Memory beside the samples grows
/// by less than 85 kB per second of sound (measured on 72 minutes).
///
/// # Errors
/// [`BeatError::TooShort`] below 3 s, [`BeatError::Rate`] for an impossible sample rate.
pub fn analyze(pcm: &Pcm) -> Result<BeatGrid, BeatError> {
    if !RATES_HZ.contains(&pcm.rate_hz) {
        return Err(BeatError::Rate { rate_hz: pcm.rate_hz });
    }
    let duration_s = pcm.samples.len() as f64 / f64::from(pcm.rate_hz);
    if duration_s < SHORTEST_S {
        return Err(BeatError::TooShort { found_s: duration_s });
    }
    let Some(heard) = Heard::new(pcm) else { return Ok(empty(duration_s)) };
    let Some(reading) = readings(&heard.summary, &heard.onsets).into_iter().next() else {
        return Ok(empty(duration_s));
    };
    Ok(grid(&heard, &reading, duration_s))
}

/// The sound reduced to what the stages need.
pub(crate) struct Heard {
    pub(crate) frames: Vec<Frame>,
    pub(crate) summary: Summary,
    pub(crate) onsets: Onsets,
    pub(crate) envelope: FineEnvelope,
}

impl Heard {
    /// `None` for silence.
    pub(crate) fn new(pcm: &Pcm) -> Option<Self> {
        let cleaned: Vec<f32>;
        let samples: &[f32] = if pcm.samples.iter().all(|sample| sample.is_finite() && sample.abs() <= 8.0) {
            &pcm.samples
        } else {
            cleaned = pcm.samples.iter().map(|s| if s.is_finite() { s.clamp(-8.0, 8.0) } else { 0.0 }).collect();
            &cleaned
        };
        let square: f64 = samples.iter().map(|sample| f64::from(*sample) * f64::from(*sample)).sum();
        let rms = (square / samples.len().max(1) as f64).sqrt();
        if rms < SILENCE_RMS {
            return None;
        }
        let frames = frames(samples, pcm.rate_hz, rms as f32);
        let onsets = Onsets::new(&frames);
        Some(Self { summary: Summary::new(&frames), frames, onsets, envelope: FineEnvelope::new(samples, pcm.rate_hz) })
    }
}

fn empty(duration_s: f64) -> BeatGrid {
    BeatGrid {
        duration_s,
        tempo_bpm: 0.0,
        meter: 0,
        beats: vec![],
        bar_energy: vec![],
        drops_s: vec![],
        confidence: 0.0,
        engine: ENGINE.into(),
    }
}

fn grid(heard: &Heard, reading: &Reading, duration_s: f64) -> BeatGrid {
    let refined = refine(&heard.envelope, &reading.times);
    let times = within(&heard.frames, &refined, duration_s);
    if times.len() < 4 {
        return empty(duration_s);
    }
    let bars = find_bars(&heard.summary, &heard.onsets, &times);
    let confidence = repetition(&heard.onsets, &times) * audibility(&heard.frames, &times);
    let beats = numbered(&times, &bars, &heard.onsets);
    let downbeats: Vec<f64> = beats.iter().filter(|beat| beat.pos == 1).map(|beat| beat.t).collect();
    BeatGrid {
        duration_s,
        tempo_bpm: 60.0 / median_interval(&times),
        meter: bars.meter as u8,
        bar_energy: bar_energy(&heard.frames, &downbeats, duration_s),
        drops_s: drops(&heard.frames, &downbeats, duration_s),
        beats,
        confidence,
        engine: ENGINE.into(),
    }
}

/// Beats inside the track, without those in the silence before the first and after the last sound.
fn within(frames: &[Frame], times: &[f64], duration_s: f64) -> Vec<f64> {
    let mean = frames.iter().map(|frame| f64::from(frame.power)).sum::<f64>() / frames.len().max(1) as f64;
    let heard = |frame: &Frame| f64::from(frame.power) > 1e-4 * mean;
    let first = frames.iter().position(heard).unwrap_or(0) as f64 / FRAMES_PER_S - 0.02;
    let last = frames.iter().rposition(heard).unwrap_or(0) as f64 / FRAMES_PER_S - 0.04;
    times.iter().copied().filter(|time| *time >= first.max(0.0) && *time <= last && *time < duration_s).collect()
}

fn numbered(times: &[f64], bars: &Bars, onsets: &Onsets) -> Vec<Beat> {
    let strongest = times.iter().map(|time| onsets.strength_at(*time)).fold(1e-9, f32::max);
    let mut bar = 0;
    let mut seen_downbeat = false;
    times
        .iter()
        .zip(&bars.positions)
        .map(|(&t, position)| {
            if *position == 0 {
                bar += u32::from(seen_downbeat);
                seen_downbeat = true;
            }
            let strength = f64::from(onsets.strength_at(t) / strongest).clamp(0.0, 1.0);
            Beat { t, bar, pos: *position as u8 + 1, strength }
        })
        .collect()
}

/// How far the onsets repeat with the beat: the mean autocorrelation of the onset strength at one (or
/// two), four and eight beats, in passages of 12 s with the period that the beats have there. Measured:
/// below 0.25 on noise, speech-like sound, free time and held chords, above 0.4 on music with a pulse.
fn repetition(onsets: &Onsets, times: &[f64]) -> f64 {
    const PASSAGE: usize = 600;
    let usual = median_interval(times);
    let (mut sum, mut frames) = (0.0, 0.0);
    for (number, passage) in onsets.strength.chunks(PASSAGE).enumerate() {
        let starts = (number * PASSAGE) as f64 / FRAMES_PER_S;
        let ends = starts + passage.len() as f64 / FRAMES_PER_S;
        let first = times.partition_point(|time| *time < starts);
        let last = times.partition_point(|time| *time < ends);
        let period = if last - first > 4 { median_interval(&times[first..last]) } else { usual } * FRAMES_PER_S;
        let curve = autocorrelation(passage, (period * 8.0) as usize + 3);
        let near = |lag: f64| -> f64 {
            let centre = lag.round() as usize;
            let span = centre.saturating_sub(1)..(centre + 2).min(curve.len());
            span.map(|index| f64::from(curve[index])).fold(0.0, f64::max)
        };
        // Eight beats must fit twice, else the farthest lags say nothing.
        let lags: &[f64] = if passage.len() as f64 >= 16.0 * period { &[4.0, 8.0] } else { &[4.0] };
        let repetition =
            near(period).max(near(2.0 * period)) + lags.iter().map(|beats| near(beats * period)).sum::<f64>();
        let weight = passage.len() as f64;
        sum += weight * repetition / (lags.len() + 1) as f64;
        frames += weight;
    }
    if frames > 0.0 { (sum / frames).clamp(0.0, 1.0) } else { 0.0 }
}

/// How clearly the beats can be heard at all: 0 when the spectrum hardly rises at them, as in a held chord
/// whose partials beat, 1 for ordinary attacks.
fn audibility(frames: &[Frame], times: &[f64]) -> f64 {
    let mut rises: Vec<f32> = times
        .iter()
        .map(|time| {
            let centre = (time * FRAMES_PER_S).round().max(0.0) as usize;
            let near = centre.saturating_sub(1).min(frames.len())..(centre + 2).min(frames.len());
            frames[near].iter().flat_map(|frame| frame.flux).fold(0.0, f32::max)
        })
        .collect();
    rises.sort_by(f32::total_cmp);
    let rise = rises.get(rises.len() * 3 / 4).copied().unwrap_or(0.0);
    (f64::from(rise) / FULL_RISE).clamp(0.0, 1.0)
}
