//! Bad input: one clear message with its remedy, exit code 1 (2 for wrong use), nothing lost.

use std::{fs, path::Path};

use crate::stage::{self, material, nexus, stderr, words};

/// The arguments of a small demo with one of them replaced.
fn demo_with(out: &Path, flag: &str, value: &Path) -> Vec<String> {
    let mut arguments = material().demo(out);
    let at = arguments.iter().position(|argument| argument == flag).expect("a flag of the demo");
    arguments[at + 1] = value.to_str().expect("UTF-8").to_owned();
    arguments
}

fn assert_refused(arguments: &[String], wanted: &[&str]) {
    let output = nexus(arguments);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for words in wanted {
        assert!(told.to_lowercase().contains(&words.to_lowercase()), "'{words}' is not in: {told}");
    }
    assert_eq!(told.lines().filter(|line| line.starts_with("error:")).count(), 1, "{told}");
}

#[test]
fn an_empty_footage_folder_is_said_before_any_work() {
    let out = tempfile::tempdir().expect("a folder");
    let empty = tempfile::tempdir().expect("a folder");
    assert_refused(&demo_with(out.path(), "--footage", empty.path()), &["there are no clips in", "add some"]);
}

#[test]
fn files_that_are_no_clips_are_named() {
    let out = tempfile::tempdir().expect("a folder");
    let footage = tempfile::tempdir().expect("a folder");
    fs::write(footage.path().join("notes.mp4"), "this is a text, not a film\n").expect("written");
    fs::write(footage.path().join("empty.mp4"), "").expect("written");
    assert_refused(
        &demo_with(out.path(), "--footage", footage.path()),
        &["none of the clips", "notes.mp4", "empty.mp4 is empty"],
    );
}

#[test]
fn one_bad_file_never_stops_the_others() {
    let out = tempfile::tempdir().expect("a folder");
    let footage = tempfile::tempdir().expect("a folder");
    for clip in &material().kit.footage {
        fs::copy(clip, footage.path().join(clip.file_name().expect("a name"))).expect("copied");
    }
    fs::write(footage.path().join("notes.mp4"), "this is a text, not a film\n").expect("written");
    let output = nexus(&demo_with(out.path(), "--footage", footage.path()));
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("left out: ") && stderr(&output).contains("notes.mp4"), "{}", stderr(&output));
}

#[test]
fn reviews_that_cannot_be_quoted_are_said_so() {
    for (name, review, wanted) in [
        (
            "no text",
            r#"{"id":"r","rating":5,"author":"A","text":"","created_at":"","language":"en"}"#,
            "has no text to quote",
        ),
        ("six stars", r#"{"id":"r","rating":6,"text":"Good food"}"#, "expected 1 to 5"),
        ("no JSON", "dear all", "is not a review"),
    ] {
        let out = tempfile::tempdir().expect("a folder");
        let file = out.path().join("review.json");
        fs::write(&file, review).expect("written");
        assert_refused(&demo_with(out.path(), "--review", &file), &[wanted]);
        let _ = name;
    }
}

#[test]
fn music_that_is_too_short_or_silent_is_said_so() {
    let out = tempfile::tempdir().expect("a folder");
    let short = out.path().join("short.wav");
    let samples = vec![0.1_f32; 2 * 44_100];
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime
        .block_on(nexus_media::write_sound(&samples, 44_100, 1, &short, nexus_media::SoundFormat::Wav))
        .expect("written");
    assert_refused(&demo_with(out.path(), "--music", &short), &["2.0 s long", "longer track"]);
    assert_refused(&demo_with(out.path(), "--music", &out.path().join("nowhere.mp3")), &["cannot be read", "--music"]);
}

#[test]
fn music_without_a_beat_still_makes_a_film_without_a_grid() {
    let out = tempfile::tempdir().expect("a folder");
    let hum = out.path().join("hum.wav");
    let rate = 44_100_u32;
    let samples: Vec<f32> = (0..rate * 30).map(|at| 0.2 * (at as f32 * 0.01).sin()).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime
        .block_on(nexus_media::write_sound(&samples, rate, 1, &hum, nexus_media::SoundFormat::Wav))
        .expect("written");
    let output = nexus(&demo_with(out.path(), "--music", &hum));
    assert!(output.status.success(), "{}", stderr(&output));
    let report = stage::report(out.path());
    assert!(
        report["cuts"].as_array().is_some_and(|cuts| cuts.iter().all(|cut| cut["beat_s"].is_null())),
        "{}",
        report["cuts"]
    );
}

#[test]
fn unknown_configuration_keys_and_wrong_use_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("nexus.toml");
    fs::write(&file, "[approval]\nundo_seconds = 5\n[flim]\nseed = 1\n").expect("written");
    let arguments = words(&["config", "check", "--config", file.to_str().expect("UTF-8")]);
    assert_refused(
        &arguments,
        &["unknown key 'approval.undo_seconds'", "did you mean 'approval.undo_s'", "unknown key 'flim'"],
    );
    assert_eq!(nexus(&words(&["demo", "--resolution", "8k"])).status.code(), Some(2));
    assert_eq!(nexus(&words(&["dance"])).status.code(), Some(2));
}

#[test]
fn an_occupied_port_is_said_with_its_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let data = folder.path().to_str().expect("UTF-8");
    assert_refused(&words(&["up", "--data", data, "--listen", &address]), &["cannot listen on", "choose another one"]);
}

#[test]
fn commands_on_an_empty_folder_say_how_to_begin() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("UTF-8");
    assert_refused(&words(&["run", "list", "--data", data]), &["no data", "nexus demo"]);
    assert_refused(&words(&["search", "sea", "--data", data]), &["no data"]);
}
