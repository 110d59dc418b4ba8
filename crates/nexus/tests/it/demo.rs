//! The acceptance test: nineteen arrows, a film whose cuts lie on beats, an outbox, and a repeat at no cost.

use std::path::Path;

use nexus_core::FrameRate;
use nexus_media::{DecodeSpec, FrameReader, Yuv420};
use serde_json::Value;

use crate::stage;

#[test]
fn the_whole_line_runs_offline_in_one_command() {
    let out = tempfile::tempdir().expect("a folder");
    let material = stage::material();
    let done = stage::nexus(&material.demo(out.path()));
    assert!(done.status.success(), "{}", stage::stderr(&done));
    let report = stage::report(out.path());

    all_nineteen_arrows_are_done(&report);
    the_film_is_what_was_asked_for(&report);
    every_cut_in_the_picture_lies_on_its_beat(&report);
    beats_are_those_of_the_music(&report);
    the_quote_is_the_guests(&report);
    what_is_missing_is_made_and_marked(&report);
    the_outbox_is_complete(&report);

    // The same command again finds everything done.
    let film = std::fs::read(report["film"].as_str().expect("a path")).expect("the film");
    let again = stage::nexus(&material.demo(out.path()));
    assert!(again.status.success(), "{}", stage::stderr(&again));
    let second = stage::report(out.path());
    assert_eq!(report["outbox"], second["outbox"], "nothing is published twice");
    assert_eq!(film, std::fs::read(second["film"].as_str().expect("a path")).expect("the film"));
}

fn all_nineteen_arrows_are_done(report: &Value) {
    let arrows = report["arrows"].as_array().expect("rows");
    let numbers: Vec<u64> = arrows.iter().filter_map(|row| row["arrow"].as_u64()).collect();
    assert_eq!(numbers, (1..=19).collect::<Vec<u64>>());
    for row in arrows {
        assert_eq!(row["status"], "done", "{row}");
        assert_eq!(row["adapter"], "embedded", "{row}");
    }
}

fn the_film_is_what_was_asked_for(report: &Value) {
    let measured = &report["measured"];
    assert_eq!((measured["width_px"].as_u64(), measured["height_px"].as_u64()), (Some(720), Some(1280)));
    let loudness = measured["loudness_lufs"].as_f64().expect("the film has sound");
    let peak = measured["true_peak_dbtp"].as_f64().expect("the film has sound");
    assert!((loudness + 14.0).abs() <= 0.7, "{loudness} LUFS");
    assert!(peak <= -1.0, "{peak} dBTP");
    let seconds = measured["frames"].as_f64().expect("frames") / 30.0;
    assert!((10.0..=30.0).contains(&seconds), "{seconds} s");
}

/// Finds cuts in the decoded picture, without reading the plan, and holds them against the reported beats.
fn every_cut_in_the_picture_lies_on_its_beat(report: &Value) {
    let film = report["film"].as_str().expect("a path");
    let frames = report["measured"]["frames"].as_u64().expect("frames");
    let seen = cuts_in_picture(Path::new(film), frames);
    let cuts = report["cuts"].as_array().expect("cuts");
    assert!(cuts.len() >= 4, "a film of {} cuts", cuts.len());
    // A dissolve and a dip have no frame of their own.
    for cut in cuts.iter().filter(|cut| cut["join"] == "cut" || cut["join"] == "zoom") {
        let beat_s = cut["beat_s"].as_f64().expect("this music has a grid");
        let nearest = seen.iter().map(|frame| (*frame as f64 / 30.0 - beat_s).abs()).fold(f64::MAX, f64::min);
        assert!(nearest <= 0.5 / 30.0 + 1e-6, "no cut within half a frame of {beat_s} s; cuts seen at frames {seen:?}");
    }
}

/// Frames at which the picture changes more than at its neighbours.
fn cuts_in_picture(film: &Path, frames: u64) -> Vec<u64> {
    const SIZE: (u32, u32) = (90, 160);
    let spec = DecodeSpec {
        file: film.to_path_buf(),
        start_s: 0.0,
        frames,
        rate: FrameRate::FPS_30,
        crop: None,
        width_px: SIZE.0,
        height_px: SIZE.1,
        threads: 1,
    };
    let differences = tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let mut reader = FrameReader::open(&spec).await.expect("the film opens");
        let mut frame = Yuv420::new(SIZE.0, SIZE.1);
        let mut before: Vec<u8> = Vec::new();
        let mut differences = vec![0.0];
        while reader.next(&mut frame).await.expect("the film decodes") {
            if !before.is_empty() {
                let sum: u64 = frame.data.iter().zip(&before).map(|(new, old)| u64::from(new.abs_diff(*old))).sum();
                differences.push(sum as f64 / frame.data.len() as f64);
            }
            before.clone_from(&frame.data);
        }
        differences
    });
    let around = |at: usize| {
        let mut near: Vec<f64> = (at.saturating_sub(6)..(at + 7).min(differences.len()))
            .filter(|other| *other != at)
            .map(|other| differences[other])
            .collect();
        near.sort_by(f64::total_cmp);
        near[near.len() / 2]
    };
    let is_cut = |at: &usize| differences[*at] > 3.0 && differences[*at] > 3.0 * around(*at);
    (1..differences.len()).filter(is_cut).map(|at| at as u64).collect()
}

/// The reported beats against the truth of the track; most cuts lie on downbeats.
fn beats_are_those_of_the_music(report: &Value) {
    let truth: Vec<f64> = {
        let track = &stage::material().kit.music[0];
        track.truth.beats.iter().filter(|beat| beat.pos == 1).map(|beat| beat.t).collect()
    };
    let bar_s = truth[1] - truth[0];
    for cut in report["cuts"].as_array().expect("cuts") {
        // The film starts on a downbeat, so a cut lies a whole number of true beats after it.
        let beats = cut["beat_s"].as_f64().expect("a grid") / bar_s * 4.0;
        assert!((beats - beats.round()).abs() * bar_s / 4.0 < 0.03, "{cut} is {beats} beats after the start");
        assert_eq!(cut["beat"].as_u64(), Some(beats.round() as u64 % 4 + 1), "{cut}");
    }
    let cuts = report["cuts"].as_array().expect("cuts");
    let on_downbeats = cuts.iter().filter(|cut| cut["beat"] == 1).count();
    assert!(on_downbeats * 2 > cuts.len(), "{on_downbeats} of {} cuts lie on downbeats", cuts.len());
}

fn the_quote_is_the_guests(report: &Value) {
    let review = &stage::material().kit.reviews[0].text;
    let plain = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace()).collect::<String>().to_lowercase()
    };
    let quote = report["script"]["quote"].as_str().expect("a quote");
    for piece in quote.split('…').filter(|piece| !piece.trim().is_empty()) {
        let words = plain(piece).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            plain(review).split_whitespace().collect::<Vec<_>>().join(" ").contains(&words),
            "'{piece}' is not in the review"
        );
    }
}

fn what_is_missing_is_made_and_marked(report: &Value) {
    let shots = report["shots"].as_array().expect("shots");
    assert!(
        shots.iter().any(|shot| shot["generated"] == true),
        "the demo review asks for something that is not in the footage"
    );
    assert!(shots.iter().any(|shot| shot["generated"] == false));
    for shot in shots {
        assert!(shot["why"].as_str().is_some_and(|why| why.ends_with('.')), "{shot}");
    }
}

fn the_outbox_is_complete(report: &Value) {
    let outbox = report["outbox"].as_array().expect("folders");
    assert_eq!(outbox.len(), 5, "four networks and Google: {outbox:?}");
    for folder in outbox {
        let folder = Path::new(folder.as_str().expect("a path"));
        assert!(folder.join("payload.json").is_file(), "{}", folder.display());
    }
}
