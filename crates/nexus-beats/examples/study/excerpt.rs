//! Excerpts and their truth.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use nexus_core::port::Pcm;

/// Every `NAME.beats` of a folder, in order.
pub(crate) fn truths(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files: Vec<_> = fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "beats"));
    files.sort();
    Ok(files)
}

/// Beats in seconds with their position in the bar, from 1.
pub(crate) fn truth(file: &Path) -> Result<Vec<(f64, u32)>, Box<dyn Error>> {
    let mut beats = Vec::new();
    for line in fs::read_to_string(file)?.lines() {
        let (time, position) = line.split_once('\t').ok_or("expected time, tab, position")?;
        beats.push((time.parse()?, position.trim().parse()?));
    }
    Ok(beats)
}

/// The sound beside a truth: `NAME.raw` (mono 32-bit floats at 22,050 Hz) or `NAME.wav` (mono, 16 bits).
pub(crate) fn sound(truth: &Path) -> Result<Pcm, Box<dyn Error>> {
    let raw = truth.with_extension("raw");
    if raw.exists() {
        let samples = fs::read(raw)?.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        return Ok(Pcm { rate_hz: 22_050, samples });
    }
    let wav = fs::read(truth.with_extension("wav"))?;
    if wav.len() < 44 || wav[22] != 1 || wav[34] != 16 {
        return Err(format!("{}: expected a mono WAV of 16 bits", truth.display()).into());
    }
    let start = wav.windows(4).position(|part| part == b"data").ok_or("no samples")? + 8;
    let samples =
        wav[start..].as_chunks::<2>().0.iter().map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32768.0).collect();
    let rate_hz = u32::from_le_bytes([wav[24], wav[25], wav[26], wav[27]]);
    Ok(Pcm { rate_hz, samples })
}
