//! Mastering: −14 LUFS, true peaks below −1 dBTP after AAC, measured on the encoded file and mended there.

use std::path::Path;

use nexus_media::{Loudness, SoundFormat, measure_loudness, write_sound};

use super::{
    CHANNELS, RATE_HZ,
    limiter::{limit, true_peak},
    loudness::{SILENCE_LUFS, integrated},
};
use crate::RenderError;

/// Integrated loudness of every film, in LUFS.
const TARGET_LUFS: f64 = -14.0;
/// True peak that no film exceeds, in dBTP.
const PEAK_DBTP: f64 = -1.0;
/// True peak before AAC, which overshoots by up to half a decibel on ordinary music.
const FIRST_CEILING_DBTP: f64 = -1.6;
/// Most that quiet sound is raised, in dB: beyond it noise is all that comes up.
const MOST_GAIN_DB: f64 = 30.0;
/// How far the loudness of the encoded file may be off, in LU.
const TOLERANCE_LU: f64 = 0.3;
/// Encodes of the whole sound, at most.
const TRIES: u32 = 4;

/// What became of the sound.
pub(crate) struct Master {
    /// Loudness of the encoded file; `None` when all was silent and no file was written.
    pub(crate) loudness: Option<Loudness>,
    /// What people should know.
    pub(crate) remark: Option<String>,
}

/// Masters a mix (interleaved stereo at 48 kHz) into the AAC file `out`.
pub(crate) async fn master(mix: Vec<f32>, out: &Path) -> Result<Master, RenderError> {
    let mut wanted = TARGET_LUFS;
    let mut ceiling = FIRST_CEILING_DBTP;
    let (mut remark, mut loudness) = (None, None);
    let mix = std::sync::Arc::new(mix);
    for attempt in 1..=TRIES {
        let source = std::sync::Arc::clone(&mix);
        let levelled = tokio::task::spawn_blocking(move || level(&source, wanted, ceiling)).await;
        let Some(levelled) = levelled.map_err(|_| RenderError::Stopped("sound master"))? else {
            return Ok(Master { loudness: None, remark: None });
        };
        write_sound(&levelled.samples, RATE_HZ, CHANNELS, out, SoundFormat::Aac).await?;
        let found = measure_loudness(out).await?;
        loudness = Some(found);
        let is_low_enough = found.true_peak_dbtp <= PEAK_DBTP;
        let off = TARGET_LUFS - found.integrated_lufs;
        if levelled.is_at_limit {
            remark = Some(format!(
                "the sound is very quiet; it was raised by {MOST_GAIN_DB} dB to {:.1} LUFS, not to {TARGET_LUFS}",
                found.integrated_lufs
            ));
        }
        let is_right = off.abs() <= TOLERANCE_LU || levelled.is_at_limit;
        tracing::debug!(attempt, lufs = found.integrated_lufs, peak = found.true_peak_dbtp, "mastered the sound");
        if (is_low_enough && is_right) || attempt == TRIES {
            if !is_low_enough {
                remark = Some(format!("the sound's true peak is {:.1} dBTP, above {PEAK_DBTP}", found.true_peak_dbtp));
            }
            break;
        }
        if !is_low_enough {
            ceiling -= found.true_peak_dbtp - PEAK_DBTP + 0.15;
        }
        if !is_right {
            wanted += off;
        }
    }
    Ok(Master { loudness, remark })
}

struct Levelled {
    samples: Vec<f32>,
    /// True when the sound is too quiet to reach its loudness.
    is_at_limit: bool,
}

/// Gain and limiter, repeated until the limited sound has its loudness; `None` for silence.
fn level(mix: &[f32], wanted_lufs: f64, ceiling_dbtp: f64) -> Option<Levelled> {
    let measured = integrated(mix);
    if measured <= SILENCE_LUFS || true_peak(mix) < 1e-5 {
        return None;
    }
    let ceiling = decibels(ceiling_dbtp);
    let mut gain_db = (wanted_lufs - measured).min(MOST_GAIN_DB);
    let mut best = Vec::new();
    for _ in 0..4 {
        let gain = decibels(gain_db) as f32;
        let mut samples: Vec<f32> = mix.iter().map(|value| value * gain).collect();
        limit(&mut samples, ceiling);
        let off = wanted_lufs - integrated(&samples);
        best = samples;
        if off.abs() < 0.1 || gain_db >= MOST_GAIN_DB {
            break;
        }
        gain_db = (gain_db + off).min(MOST_GAIN_DB);
    }
    Some(Levelled { samples: best, is_at_limit: gain_db >= MOST_GAIN_DB })
}

fn decibels(level: f64) -> f64 {
    10_f64.powf(level / 20.0)
}
