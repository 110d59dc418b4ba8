//! `nexus beats FILE`

use std::path::Path;

use anyhow::Context as _;
use async_trait::async_trait;
use nexus_beats::{Peaks, add_clicks, plot};
use nexus_core::{
    ErrorKind, PortError, PortResult,
    music::{Alternative, Bar, Beat, BeatGrid, Section, Tempo},
    port::Sound,
};
use nexus_edit::cut::{CutPoint, Rhythm, cut_points};
use nexus_media::{SoundFormat, write_sound};
use serde::Serialize;

use crate::{
    cli::{BeatsArguments, Global},
    config::Config,
    show, wire,
};

/// Most samples that are kept to mix clicks into: 1 GB of them.
const MOST_CLICK_SAMPLES: usize = 260_000_000;

/// Runs the command.
pub(crate) async fn run(arguments: BeatsArguments, config: &Config, global: &Global) -> anyhow::Result<()> {
    let rhythm = arguments.cuts.map(|rhythm| bounded(rhythm, &arguments)).transpose()?;
    for out in arguments.plot.iter().chain(&arguments.click) {
        anyhow::ensure!(!same_file(out, &arguments.file), "{} is the music itself: name another file", out.display());
    }
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let sound = wire::media().listen(&arguments.file).await?;
    let mut heard = Heard::new(sound, &arguments);
    let grid =
        wire::beat_engine(arguments.model.as_deref().or(config.beats.network()))?.hear(&mut heard, &name).await?;
    if let Some(out) = &arguments.plot {
        let peaks = heard.peaks.as_ref().context("the waveform was kept for the picture")?;
        write(out, plot(&name, &grid, peaks).as_bytes()).await?;
    }
    if let Some(out) = &arguments.click {
        let mut samples = heard.samples.take().context("the samples were kept for the clicks")?;
        add_clicks(&mut samples, heard.sound.rate_hz(), &grid);
        write_sound(&samples, heard.sound.rate_hz(), 1, out, SoundFormat::Wav).await?;
    }
    let cuts = rhythm.map(|rhythm| cut_points(&grid, &rhythm));
    if global.json {
        return show::json(&Told { cuts, ..Told::from(&grid) });
    }
    tell(&grid);
    for cut in cuts.iter().flatten() {
        show::result(&format!("{:.3}", cut.t));
    }
    for out in arguments.plot.iter().chain(&arguments.click) {
        show::result(&out.display().to_string());
    }
    Ok(())
}

/// The rhythm with the user's limits; one that is given alone moves the other out of its way.
fn bounded(rhythm: Rhythm, arguments: &BeatsArguments) -> anyhow::Result<Rhythm> {
    let (least, most) = (arguments.min_cut, arguments.max_cut);
    if let (Some(least), Some(most)) = (least, most) {
        anyhow::ensure!(least <= most, "--min-cut {least} is above --max-cut {most}: exchange them");
    }
    let min_shot_s = least.unwrap_or_else(|| rhythm.min_shot_s.min(most.unwrap_or(f64::INFINITY)));
    let max_shot_s = most.unwrap_or_else(|| rhythm.max_shot_s.max(min_shot_s));
    Ok(Rhythm { min_shot_s, max_shot_s, ..rhythm })
}

fn same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    real(one).is_some_and(|one| Some(one) == real(other))
}

/// A sound that is kept, as far as it is wanted again, while it passes.
struct Heard {
    sound: Box<dyn Sound>,
    peaks: Option<Peaks>,
    samples: Option<Vec<f32>>,
}

impl Heard {
    fn new(sound: Box<dyn Sound>, arguments: &BeatsArguments) -> Self {
        Self {
            peaks: arguments.plot.as_ref().map(|_| Peaks::new(sound.rate_hz())),
            samples: arguments.click.as_ref().map(|_| Vec::new()),
            sound,
        }
    }
}

#[async_trait]
impl Sound for Heard {
    fn rate_hz(&self) -> u32 {
        self.sound.rate_hz()
    }

    async fn next(&mut self) -> PortResult<Option<Vec<f32>>> {
        let mut piece = self.sound.next().await?;
        if let Some(piece) = &mut piece {
            // What is no number is silence, in the picture and to the ear as well.
            piece.iter_mut().filter(|sample| !sample.is_finite()).for_each(|sample| *sample = 0.0);
            if self.samples.as_ref().is_some_and(|samples| samples.len() + piece.len() > MOST_CLICK_SAMPLES) {
                let message = "the track is too long for --click: at most an hour and a half at 48 kHz; leave it out";
                return Err(PortError::new(ErrorKind::Invalid, "nexus beats", "keep the sound", message));
            }
            self.peaks.iter_mut().for_each(|peaks| peaks.push(piece));
            self.samples.iter_mut().for_each(|samples| samples.extend_from_slice(piece));
        }
        Ok(piece)
    }
}

async fn write(out: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let part = out.with_extension("svg.part");
    let written = async {
        tokio::fs::write(&part, bytes).await?;
        tokio::fs::rename(&part, out).await
    };
    written.await.with_context(|| format!("write {}", out.display()))
}

/// The grid as others read it.
#[derive(Serialize)]
struct Told<'a> {
    engine: &'a str,
    duration: f64,
    /// Where the first sample stands: encoder delay is taken off, so always 0.
    offset: f64,
    tempo_bpm: f64,
    meter: u8,
    confidence: f64,
    /// False when cuts should follow phrases instead of beats.
    trustworthy: bool,
    beats: &'a [Beat],
    downbeats: Vec<f64>,
    bars: Vec<Bar>,
    sections: &'a [Section],
    drops: &'a [f64],
    onsets: &'a [f64],
    tempo_map: &'a [Tempo],
    alternatives: &'a [Alternative],
    #[serde(skip_serializing_if = "Option::is_none")]
    cuts: Option<Vec<CutPoint>>,
}

impl<'a> From<&'a BeatGrid> for Told<'a> {
    fn from(grid: &'a BeatGrid) -> Self {
        Self {
            engine: &grid.engine,
            duration: grid.duration_s,
            offset: 0.0,
            tempo_bpm: grid.tempo_bpm,
            meter: grid.meter,
            confidence: grid.confidence,
            trustworthy: grid.is_trustworthy(),
            beats: &grid.beats,
            downbeats: grid.downbeats().collect(),
            bars: grid.bars(),
            sections: &grid.sections,
            drops: &grid.drops_s,
            onsets: &grid.onsets_s,
            tempo_map: &grid.tempo_map,
            alternatives: &grid.alternatives,
            cuts: None,
        }
    }
}

/// Minutes, seconds and hundredths.
fn clock(at_s: f64) -> String {
    format!("{}:{:05.2}", (at_s / 60.0) as u64, at_s % 60.0)
}

fn tell(grid: &BeatGrid) {
    if grid.beats.is_empty() {
        show::line("no beat was found: cuts will follow phrases");
    } else {
        show::line(&format!(
            "{:.1} bpm, {} beats per bar, {} beats in {} bars, confidence {:.2}",
            grid.tempo_bpm,
            grid.meter,
            grid.beats.len(),
            grid.downbeats().count(),
            grid.confidence
        ));
        if !grid.is_trustworthy() {
            show::line("this music hardly has a pulse: cuts will follow phrases, not these beats");
        }
    }
    for section in &grid.sections {
        let what = if grid.is_trustworthy() { format!("{:?}", section.label).to_lowercase() } else { "phrase".into() };
        let drop = grid.drops_s.iter().any(|drop| (drop - section.start).abs() < 1e-6);
        let mark = if drop { ", drop" } else { "" };
        show::line(&format!(
            "{} to {}  {what}, energy {:.2}{mark}",
            clock(section.start),
            clock(section.end),
            section.energy
        ));
    }
    for other in &grid.alternatives {
        let level = serde_json::to_value(other.level).ok();
        let level = level.as_ref().and_then(serde_json::Value::as_str).unwrap_or("other");
        show::line(&format!("or {:.1} bpm ({level}), {:.0} %", other.tempo_bpm, 100.0 * other.confidence));
    }
}
