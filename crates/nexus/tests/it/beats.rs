//! `nexus beats` as a musician meets it.

use std::{
    f64::consts::TAU,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::stage::{material, nexus, stderr, words};

/// A copy of `source` as a file of another kind, made by ffmpeg.
#[expect(clippy::disallowed_methods, reason = "the test makes files as other programs make them")]
fn converted(source: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let out = source.with_file_name(name);
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25"])
        .arg("-i")
        .arg(source)
        .args(arguments)
        .args(["-shortest"])
        .arg(&out)
        .status()
        .expect("ffmpeg runs");
    assert!(done.success(), "{name}");
    out
}

fn grid(file: &Path) -> Value {
    let output = nexus(&words(&["beats", file.to_str().expect("UTF-8"), "--json"]));
    assert!(output.status.success(), "{}: {}", file.display(), stderr(&output));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

fn times(grid: &Value, of: &str) -> Vec<f64> {
    let list = grid[of].as_array().expect("a list");
    list.iter().map(|beat| beat["t"].as_f64().or(beat.as_f64()).expect("a time")).collect()
}

pub(crate) fn wav(samples: &[f32], out: &Path) {
    let data: Vec<u8> = samples.iter().flat_map(|s| ((s.clamp(-1.0, 1.0) * 32767.0) as i16).to_le_bytes()).collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(22_050_u32.to_le_bytes());
    bytes.extend(44_100_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    fs::write(out, bytes).expect("written");
}

#[test]
fn every_kind_of_file_gives_the_same_grid() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("track.wav");
    fs::copy(&material().kit.music[0].path, &source).expect("copied");
    let truth = &material().kit.music[0].truth;
    let known = grid(&source);
    let (beats, downbeats) = (times(&known, "beats"), times(&known, "downbeats"));
    let right = truth.beats.iter().filter(|beat| beats.iter().any(|t| (t - beat.t).abs() < 0.02)).count();
    assert!(right * 10 >= truth.beats.len() * 9, "{right} of {} beats", truth.beats.len());
    for (name, arguments) in [
        ("t.mp3", &["-map", "1:a", "-c:a", "libmp3lame", "-b:a", "128k"][..]),
        ("t.m4a", &["-map", "1:a", "-c:a", "aac", "-b:a", "128k"]),
        ("t.aac", &["-map", "1:a", "-c:a", "aac", "-b:a", "192k"]),
        ("t.ogg", &["-map", "1:a", "-c:a", "libvorbis"]),
        ("t.opus", &["-map", "1:a", "-c:a", "libopus"]),
        ("t.flac", &["-map", "1:a", "-c:a", "flac"]),
        ("t.mp4", &["-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]),
        ("t.webm", &["-map", "0:v", "-map", "1:a", "-c:v", "libvpx", "-c:a", "libopus"]),
        ("t.mov", &["-map", "0:v", "-map", "1:a", "-c:v", "mjpeg", "-c:a", "pcm_s16le"]),
        ("low.wav", &["-map", "1:a", "-ar", "11025"]),
        ("high.wav", &["-map", "1:a", "-ar", "96000", "-c:a", "pcm_s24le"]),
    ] {
        let copy = grid(&converted(&source, name, arguments));
        let delay = match name {
            // Raw AAC says nowhere how much its encoder put in front: every player hears it 1,024 samples later.
            "t.aac" => 1024.0 / 48_000.0,
            // Matroska counts in milliseconds from the encoder's first sample, which is not played.
            "t.webm" => 0.007,
            _ => 0.0,
        };
        for (of, known) in [("beats", &beats), ("downbeats", &downbeats)] {
            let found = times(&copy, of);
            assert!(found.len().abs_diff(known.len()) <= 1, "{name}: {} {of}, {} in the WAV", found.len(), known.len());
            let off = known.iter().map(|t| found.iter().map(|f| (f - delay - t).abs()).fold(f64::INFINITY, f64::min));
            // One at either end may be cut off.
            let far = off.filter(|off| *off > 0.003).count();
            assert!(far <= 1, "{name}: {far} {of} more than 3 ms away");
        }
    }
}

#[test]
fn a_grid_can_be_read_seen_and_heard() {
    let folder = tempfile::tempdir().expect("a folder");
    let track = &material().kit.music[0].path;
    let (plot, click) = (folder.path().join("grid.svg"), folder.path().join("grid.wav"));
    let mut arguments = words(&["beats", track.to_str().expect("UTF-8"), "--cuts", "energetic", "--json"]);
    for (flag, out) in [("--plot", &plot), ("--click", &click)] {
        arguments.extend([flag.to_owned(), out.to_str().expect("UTF-8").to_owned()]);
    }
    let output = nexus(&arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let grid: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let length = |key: &str| grid[key].as_array().map_or(0, Vec::len);
    assert!(length("beats") > 30 && length("downbeats") > 8 && length("bars") == length("downbeats"), "{grid}");
    assert!(length("sections") >= 1 && length("onsets") > 30 && length("tempo_map") >= 1 && length("cuts") > 8);
    let sections = grid["sections"].as_array().expect("sections");
    assert_eq!(sections[0]["start"], 0.0);
    assert!(sections.windows(2).all(|pair| pair[0]["end"] == pair[1]["start"]), "sections have no gaps");
    for beat in grid["beats"].as_array().expect("beats") {
        for key in ["strength", "confidence", "energy"] {
            assert!((0.0..=1.0).contains(&beat[key].as_f64().expect("a number")), "{key}: {beat}");
        }
    }
    let beats = times(&grid, "beats");
    assert!(times(&grid, "cuts").iter().all(|cut| beats.contains(cut)), "every cut falls on a beat");
    let svg = fs::read_to_string(&plot).expect("a picture");
    assert!(svg.starts_with("<svg") && svg.contains("bpm"), "{}", &svg[..200]);
    assert!(fs::metadata(&click).expect("a sound").len() > 1_000_000);
    assert_eq!(times(&self::grid(&click), "beats").len().abs_diff(beats.len()).min(2), 0, "clicks keep the beats");
}

#[test]
fn the_drop_and_the_parts_of_known_tracks_are_found() {
    for track in &material().kit.music {
        let grid = grid(&track.path);
        let name = &track.truth.name;
        let drop = grid["drops"][0].as_f64().unwrap_or(f64::NAN);
        assert!(
            (drop - track.truth.drop_s).abs() < 0.05,
            "{name}: drops {} instead of {}",
            grid["drops"],
            track.truth.drop_s
        );
        let sections = grid["sections"].as_array().expect("sections");
        let labels: Vec<&str> = sections.iter().filter_map(|section| section["label"].as_str()).collect();
        assert!(labels.contains(&"drop") && labels[0] == "intro", "{name}: {labels:?}");
        let on_downbeats = times(&grid, "downbeats");
        for section in &sections[1..] {
            let start = section["start"].as_f64().expect("a time");
            assert!(on_downbeats.contains(&start), "{name}: a part begins at {start} between bars");
        }
    }
}

#[test]
fn what_is_no_music_is_said_to_be_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let mut seed = 1_u64;
    let mut noise = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
    };
    wav(&vec![0.0; 22_050 * 8], &file("silence.wav"));
    wav(&(0..22_050 * 20).map(|_| 0.4 * noise()).collect::<Vec<f32>>(), &file("noise.wav"));
    for name in ["silence.wav", "noise.wav"] {
        let grid = grid(&file(name));
        assert_eq!(grid["trustworthy"], false, "{name}: {}", grid["confidence"]);
        assert!(!grid["sections"].as_array().expect("phrases").is_empty() || name == "silence.wav", "{name}");
        let output = nexus(&words(&["beats", file(name).to_str().expect("UTF-8")]));
        assert!(stderr(&output).contains("cuts will follow phrases"), "{}", stderr(&output));
    }
    let tone = |at: usize| (at as f64 * 440.0 / 22_050.0 * TAU).sin() as f32 * 0.5;
    wav(&(0..22_050).map(tone).collect::<Vec<f32>>(), &file("second.wav"));
    fs::write(file("broken.mp3"), b"ID3\x04\0\0\0\0\0\x0anothing that could be played, again and again")
        .expect("written");
    fs::write(file("empty.wav"), b"").expect("written");
    let whole = fs::read(&material().kit.music[0].path).expect("a track");
    fs::write(file("cut-off.wav"), &whole[..whole.len() / 2]).expect("written");
    for (name, wanted) in [
        ("second.wav", "1.00 s long: expected at least 3 s"),
        ("broken.mp3", "broken.mp3"),
        ("empty.wav", "empty"),
        ("missing.wav", "missing.wav"),
    ] {
        let output = nexus(&words(&["beats", file(name).to_str().expect("UTF-8"), "--json"]));
        assert_eq!(output.status.code(), Some(1), "{name}: {}", stderr(&output));
        assert!(stderr(&output).contains(wanted) && output.stdout.is_empty(), "{name}: {}", stderr(&output));
    }
    assert!(times(&grid(&file("cut-off.wav")), "beats").len() > 10, "half a file has half the beats");
}

#[test]
fn words_that_are_no_rhythm_are_refused_with_those_that_are() {
    let output = nexus(&words(&["beats", "track.wav", "--cuts", "hectic"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("calm, classic, energetic, drop, beats:N"), "{}", stderr(&output));
}
