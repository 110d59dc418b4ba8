//! What the training in `tools/beats` needs of the analyser, for every excerpt of a folder (`excerpt.rs`):
//!
//! `study bands FOLDER OUT` writes `OUT/NAME.bands`, what the network hears: 32-bit floats, one row of log magnitudes
//! for each fiftieth of a second. `study bars FOLDER OUT NETWORK` writes `OUT/NAME.bars`, what the downbeat model sees:
//! 32-bit floats, one row per true beat. `study readings FOLDER OUT NETWORK DOWNBEATS` writes `OUT/NAME.readings`, what
//! the level model sees: JSON with `truth` (beats in seconds and positions) and `readings` (`times`, `positions`, `features`);
//! DOWNBEATS is JSON with `weights` and `bias`. What is there already is not made again.

mod excerpt;

use std::{env, error::Error, fs, path::Path};

use nexus_beats::training::{Learned, bands, bar_examples, reading_examples};
use serde_json::{Value, json};

const USAGE: &str =
    "usage: study bands FOLDER OUT | study bars FOLDER OUT NETWORK | study readings FOLDER OUT NETWORK DOWNBEATS";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["bands", folder, out] => each(folder, out, "bands", |file| Ok(bytes(bands(&excerpt::sound(file)?)))),
        ["bars", folder, out, network] => {
            let learned = Learned::read(Path::new(network), None)?;
            each(folder, out, "bars", |file| {
                let times: Vec<f64> = excerpt::truth(file)?.iter().map(|beat| beat.0).collect();
                let rows = bar_examples(&excerpt::sound(file)?, &times, &learned);
                Ok(bytes(rows.into_iter().flatten().map(|value| value as f32)))
            })
        }
        ["readings", folder, out, network, downbeats] => {
            let learned = Learned::read(Path::new(network), Some(model(Path::new(downbeats))?))?;
            each(folder, out, "readings", |file| {
                let truth = excerpt::truth(file)?;
                let readings = reading_examples(&excerpt::sound(file)?, &learned);
                let readings: Vec<Value> = readings
                    .iter()
                    .map(|r| json!({ "times": r.times, "positions": r.positions, "features": r.features.as_slice() }))
                    .collect();
                Ok(serde_json::to_vec(&json!({ "truth": truth, "readings": readings }))?)
            })
        }
        _ => Err(USAGE.into()),
    }
}

fn bytes(values: impl IntoIterator<Item = f32>) -> Vec<u8> {
    values.into_iter().flat_map(f32::to_le_bytes).collect()
}

fn model(file: &Path) -> Result<(Vec<f64>, f64), Box<dyn Error>> {
    let told: Value = serde_json::from_slice(&fs::read(file)?)?;
    let weights = told["weights"].as_array().ok_or("expected `weights`")?;
    let weights: Option<Vec<f64>> = weights.iter().map(Value::as_f64).collect();
    Ok((weights.ok_or("expected numbers")?, told["bias"].as_f64().ok_or("expected `bias`")?))
}

/// Writes `OUT/NAME.kind` for each excerpt that lacks it.
fn each(
    folder: &str,
    out: &str,
    kind: &str,
    make: impl Fn(&Path) -> Result<Vec<u8>, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(out)?;
    for file in excerpt::truths(Path::new(folder))? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let target = Path::new(out).join(format!("{name}.{kind}"));
        if !target.exists() {
            let part = target.with_extension("part");
            fs::write(&part, make(&file)?)?;
            fs::rename(part, target)?;
        }
    }
    Ok(())
}
