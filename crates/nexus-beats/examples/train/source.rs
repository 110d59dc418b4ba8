//! Excerpts with their truth, from a folder.

use std::{error::Error, fs, path::Path};

use nexus_core::port::Pcm;

/// A track and its beats: seconds, position in the bar from 1.
pub(crate) struct Track {
    pub(crate) pcm: Pcm,
    pub(crate) truth: Vec<(f64, u32)>,
}

/// Every `NAME.raw` (mono f32 at 22,050 Hz) with its `NAME.beats`.
pub(crate) fn excerpts(folder: &str) -> Result<Vec<Track>, Box<dyn Error>> {
    let mut files: Vec<_> = fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "beats"));
    files.sort();
    files.iter().map(|file| Ok(Track { pcm: sound(&file.with_extension("raw"))?, truth: truth(file)? })).collect()
}

fn sound(file: &Path) -> Result<Pcm, Box<dyn Error>> {
    let samples = fs::read(file)?.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Ok(Pcm { rate_hz: 22_050, samples })
}

fn truth(file: &Path) -> Result<Vec<(f64, u32)>, Box<dyn Error>> {
    let mut beats = Vec::new();
    for line in fs::read_to_string(file)?.lines() {
        let (time, position) = line.split_once('\t').ok_or("expected time, tab, position")?;
        beats.push((time.parse()?, position.trim().parse()?));
    }
    Ok(beats)
}

/// F measure within 70 ms.
pub(crate) fn f_measure(found: &[f64], truth: &[f64]) -> f64 {
    let (mut hits, mut next) = (0, 0);
    for time in truth {
        while next < found.len() && found[next] < time - 0.07 {
            next += 1;
        }
        if next < found.len() && found[next] <= time + 0.07 {
            hits += 1;
            next += 1;
        }
    }
    2.0 * f64::from(hits) / (found.len() + truth.len()).max(1) as f64
}
