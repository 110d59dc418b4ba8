//! Learns the weights of both small models: `train FOLDER OUT.rs` reads excerpts as `evaluate` does, adds
//! music made by rule, and writes `src/weights.rs` anew. The level model learns from answers of downbeat
//! models that did not see the track. Prints what both reach on tracks left out in turn.

mod learn;
mod music;
mod source;

use std::{env, error::Error, fmt::Write as _, fs};

use learn::{BarModel, Choice, Row};
use nexus_beats::training::{LevelExample, bar_examples, decode_bars, level_examples};

/// Groups for cross-validation.
const FOLDS: usize = 9;
/// Strength with which each model is kept small, by cross-validation.
const BAR_PENALTY: f64 = 0.02;
const LEVEL_PENALTY: f64 = 0.004;
/// Tracks made by rule.
const MADE: usize = 120;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(folder), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: train FOLDER OUT.rs".into());
    };
    let mut tracks = source::excerpts(&folder)?;
    let real = tracks.len();
    tracks.extend((0..MADE).map(|seed| music::track(seed as u64)));
    let studied: Vec<Studied> = tracks
        .iter()
        .enumerate()
        .map(|(index, track)| Studied::new(track, if index < real { 1.0 } else { 0.4 }))
        .collect();
    report(&studied, real);
    let rows: Vec<&Vec<Row>> = studied.iter().map(|track| &track.rows).collect();
    let bars = learn::bars(&rows, BAR_PENALTY);
    let level = learn::level(&crossed(&studied).iter().collect::<Vec<_>>(), LEVEL_PENALTY);
    let mut text =
        String::from("//! Weights of the two small models, written by `examples/train`; not edited by hand.\n\n");
    array(
        &mut text,
        "LEVEL_SCALE",
        "Factors that bring the evidence for a metrical level to one scale.",
        &level.scale,
    )?;
    array(&mut text, "LEVEL_WEIGHTS", "Weight of each piece of evidence for a metrical level.", &level.weights)?;
    array(
        &mut text,
        "BAR_WEIGHTS",
        "Weights of the downbeat model: features of seven beats in a row, of which the fourth is judged.",
        &bars.weights,
    )?;
    write!(text, "/// Bias of the downbeat model.\npub(crate) const BAR_BIAS: f64 = {:.4};\n", bars.bias)?;
    fs::write(out, text)?;
    Ok(())
}

/// All that is needed of a track.
struct Studied {
    truth: Vec<(f64, u32)>,
    rows: Vec<Row>,
    options: Vec<LevelExample>,
    choice: Choice,
}

impl Studied {
    fn new(track: &source::Track, weight: f64) -> Self {
        let times: Vec<f64> = track.truth.iter().map(|beat| beat.0).collect();
        let inputs = bar_examples(&track.pcm, &times).into_iter().zip(&track.truth);
        let rows = inputs.map(|(inputs, beat)| Row { inputs, down: beat.1 == 1, weight }).collect();
        let options = level_examples(&track.pcm);
        let choice = Choice {
            scores: options.iter().map(|option| source::f_measure(&option.times, &times)).collect(),
            features: options.iter().map(|option| option.features.to_vec()).collect(),
            weight,
        };
        Self { truth: track.truth.clone(), rows, options, choice }
    }

    /// The readings with the bar likelihood that a given downbeat model would see.
    fn seen_by(&self, bars: &BarModel) -> Choice {
        let mut choice = self.choice.clone();
        for (features, option) in choice.features.iter_mut().zip(&self.options) {
            let (_, _, likelihood) = decode_bars(&bars.chances(&option.bar_inputs));
            if let Some(last) = features.last_mut() {
                *last = likelihood;
            }
        }
        choice
    }
}

/// Every track as seen by a downbeat model that was learned without it.
fn crossed(studied: &[Studied]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = studied.iter().map(|track| track.choice.clone()).collect();
    for fold in 0..FOLDS {
        let rows: Vec<&Vec<Row>> =
            (0..studied.len()).filter(|index| index % FOLDS != fold).map(|index| &studied[index].rows).collect();
        let bars = learn::bars(&rows, BAR_PENALTY);
        for index in (fold..studied.len()).step_by(FOLDS) {
            choices[index] = studied[index].seen_by(&bars);
        }
    }
    choices
}

/// Results on real tracks that neither model has seen.
fn report(studied: &[Studied], real: usize) {
    let choices = crossed(studied);
    let (mut beats, mut downs, mut on_truth, mut meters) = (0.0, 0.0, 0.0, 0.0);
    for fold in 0..FOLDS {
        let known: Vec<usize> = (0..studied.len()).filter(|index| *index >= real || index % FOLDS != fold).collect();
        let bars = learn::bars(&known.iter().map(|index| &studied[*index].rows).collect::<Vec<_>>(), BAR_PENALTY);
        let level = learn::level(&known.iter().map(|index| &choices[*index]).collect::<Vec<_>>(), LEVEL_PENALTY);
        for track in (fold..real).step_by(FOLDS).map(|index| &studied[index]) {
            let choice = track.seen_by(&bars);
            let index = level.choose(&choice);
            let Some(option) = track.options.get(index) else { continue };
            let (_, positions, _) = decode_bars(&bars.chances(&option.bar_inputs));
            let found: Vec<f64> = option
                .times
                .iter()
                .zip(positions)
                .filter(|(_, position)| *position == 0)
                .map(|(time, _)| *time)
                .collect();
            let truth: Vec<f64> = track.truth.iter().filter(|beat| beat.1 == 1).map(|beat| beat.0).collect();
            beats += choice.scores[index];
            downs += source::f_measure(&found, &truth);
            let (meter, share) = bars.judge(&track.rows);
            on_truth += share;
            meters += f64::from(u8::from(meter));
        }
    }
    let count = real as f64;
    println!(
        "left out: beat F {:.3}; downbeat F {:.3}, on true beats {:.3}; meter right on true beats {:.3}",
        beats / count,
        downs / count,
        on_truth / count,
        meters / count,
    );
}

fn array(text: &mut String, name: &str, what: &str, values: &[f64]) -> std::fmt::Result {
    write!(text, "/// {what}\n#[rustfmt::skip]\npub(crate) const {name}: [f64; {}] = [\n", values.len())?;
    for line in values.chunks(10) {
        text.push_str("   ");
        for value in line {
            write!(text, " {value:.4},")?;
        }
        text.push('\n');
    }
    text.push_str("];\n\n");
    Ok(())
}
