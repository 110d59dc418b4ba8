//! Measures the analyser on a folder of excerpts: `evaluate FOLDER` reads `NAME.raw` (mono f32, 22,050 Hz) or
//! `NAME.wav` (16 bit) beside `NAME.beats` (time, tab, position in the bar; 1 is the downbeat).

use std::{env, error::Error, fs, path::Path, time::Instant};

use nexus_beats::{analyze, training::level_examples};
use nexus_core::port::Pcm;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: evaluate FOLDER")?;
    let mut files: Vec<_> = fs::read_dir(&folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "beats"));
    files.sort();
    let mut sums = [0.0; 4];
    let mut offsets = Vec::new();
    let mut seconds = 0.0;
    println!(
        "{:<32} {:>5} {:>5} {:>6} {:>6} {:>6} {:>5} conf",
        "excerpt", "beatF", "downF", "best", "bpm", "true", "meter"
    );
    for file in &files {
        let truth = truth(file)?;
        let pcm = sound(file)?;
        let started = Instant::now();
        let grid = analyze(&pcm)?;
        seconds += started.elapsed().as_secs_f64();
        let beats: Vec<f64> = grid.beats.iter().map(|beat| beat.t).collect();
        let true_beats: Vec<f64> = truth.iter().map(|beat| beat.0).collect();
        let true_downs: Vec<f64> = truth.iter().filter(|beat| beat.1 == 1).map(|beat| beat.0).collect();
        let beat_f = f_measure(&beats, &true_beats);
        let down_f = f_measure(&grid.downbeats().collect::<Vec<_>>(), &true_downs);
        let options = level_examples(&pcm);
        let best = options.iter().map(|option| f_measure(&option.times, &true_beats)).fold(0.0, f64::max);
        let tempo = 60.0 * (true_beats.len() - 1) as f64 / (true_beats[true_beats.len() - 1] - true_beats[0]);
        println!(
            "{:<32} {beat_f:>5.2} {down_f:>5.2} {best:>6.2} {:>6.1} {tempo:>6.1} {:>5} {:.2}",
            file.file_stem().unwrap_or_default().to_string_lossy(),
            grid.tempo_bpm,
            grid.meter,
            grid.confidence,
        );
        for time in &true_beats {
            let near = beats.iter().map(|beat| beat - time).min_by(|a, b| a.abs().total_cmp(&b.abs()));
            offsets.extend(near.filter(|offset| offset.abs() <= 0.07));
        }
        for (sum, value) in sums.iter_mut().zip([beat_f, down_f, best, pcm.samples.len() as f64 / 22_050.0]) {
            *sum += value;
        }
    }
    let count = files.len() as f64;
    offsets.sort_by(f64::total_cmp);
    let at = |share: f64| offsets.get((offsets.len() as f64 * share) as usize).copied().unwrap_or(0.0) * 1000.0;
    println!(
        "mean: beat F {:.3}, downbeat F {:.3}, best reading {:.3}",
        sums[0] / count,
        sums[1] / count,
        sums[2] / count
    );
    println!("offset of hits in ms: median {:.1}, 10 % {:.1}, 90 % {:.1}", at(0.5), at(0.1), at(0.9));
    println!("{:.2} s per minute of sound", seconds / sums[3] * 60.0);
    Ok(())
}

fn truth(file: &Path) -> Result<Vec<(f64, u32)>, Box<dyn Error>> {
    let mut beats = Vec::new();
    for line in fs::read_to_string(file)?.lines() {
        let (time, position) = line.split_once('\t').ok_or("expected time, tab, position")?;
        beats.push((time.parse()?, position.trim().parse()?));
    }
    Ok(beats)
}

fn sound(file: &Path) -> Result<Pcm, Box<dyn Error>> {
    let raw = file.with_extension("raw");
    if raw.exists() {
        let samples = fs::read(raw)?.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        return Ok(Pcm { rate_hz: 22_050, samples });
    }
    let wav = fs::read(file.with_extension("wav"))?;
    let number = |at: usize| u32::from_le_bytes([wav[at], wav[at + 1], wav[at + 2], wav[at + 3]]);
    if wav.len() < 44 || wav[22] != 1 || wav[34] != 16 {
        return Err("expected a mono WAV of 16 bits".into());
    }
    let start = wav.windows(4).position(|part| part == b"data").ok_or("no samples")? + 8;
    let samples =
        wav[start..].as_chunks::<2>().0.iter().map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32768.0).collect();
    Ok(Pcm { rate_hz: number(24), samples })
}

/// F measure within 70 ms, each beat matched at most once; the first 5 s count, unlike in mir_eval.
fn f_measure(found: &[f64], truth: &[f64]) -> f64 {
    let mut hits = 0;
    let mut next = 0;
    for time in truth {
        while next < found.len() && found[next] < time - 0.07 {
            next += 1;
        }
        if next < found.len() && found[next] <= time + 0.07 {
            hits += 1;
            next += 1;
        }
    }
    if found.len() + truth.len() == 0 {
        return 0.0;
    }
    2.0 * f64::from(hits) / (found.len() + truth.len()) as f64
}
