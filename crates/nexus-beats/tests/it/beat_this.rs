//! The engine `beat-this`, with a stand-in for the network of the user.

use std::path::{Path, PathBuf};

use nexus_beats::{Analyzer, Engine, ModelError};

use crate::sound::{RATE, canvas, click};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data").join(name)
}

#[test]
fn a_network_of_the_user_hears_instead_of_the_ear() {
    let engine = Engine::beat_this(&data("beat-this-stand-in.onnx")).expect("a network");
    for (bpm, meter) in [(100.0, 4_u8), (132.0, 3)] {
        // Longer than one turn of the network.
        let mut sound = canvas(75.0);
        let truth: Vec<f64> = (0..).map(|beat| 0.4 + f64::from(beat) * 60.0 / bpm).take_while(|t| *t < 74.0).collect();
        for (index, at) in truth.iter().enumerate() {
            click(&mut sound, *at, index % usize::from(meter) == 0);
        }
        let mut analyzer = Analyzer::with(&engine, RATE as u32).expect("a rate");
        sound.chunks(5000).for_each(|piece| analyzer.push(piece));
        let grid = analyzer.finish().expect("a grid");
        assert_eq!(grid.engine, "beat-this");
        assert_eq!(grid.meter, meter);
        assert!((grid.tempo_bpm - bpm).abs() < 0.2, "{bpm}: {}", grid.tempo_bpm);
        let hit = |time: &&f64| grid.beats.iter().any(|beat| (beat.t - **time).abs() < 0.006);
        assert!(truth.iter().filter(hit).count() + 2 >= truth.len(), "{bpm}");
        let first_down = grid.downbeats().next().expect("a downbeat");
        assert!((first_down - 0.4).abs() < 0.01, "{bpm}: {first_down}");
        assert!(!grid.sections.is_empty() && grid.is_trustworthy(), "{bpm}: {}", grid.confidence);
    }
}

#[test]
fn what_is_no_such_network_is_refused_with_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("notes.onnx");
    std::fs::write(&text, "no network").expect("written");
    let ear = Path::new(env!("CARGO_MANIFEST_DIR")).join("model/ear.onnx");
    for (file, wanted) in [
        (text, "could not be read"),
        (folder.path().join("missing.onnx"), "could not be read"),
        (ear, "1 inputs and 1 outputs"),
    ] {
        let error: ModelError = Engine::beat_this(&file).err().expect("refused");
        assert!(error.to_string().contains(wanted), "{error}");
    }
}
