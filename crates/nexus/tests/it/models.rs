//! `nexus models`, `nexus tag` and `nexus shots` as an owner meets them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::{
    stage::{material, stderr, words},
    up::Up,
};

/// The binary with a folder of models of its own.
#[expect(clippy::disallowed_methods, reason = "the test runs the program as a user does")]
fn nexus(models: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nexus"))
        .args(words(arguments))
        .env("NEXUS__MODELS__DIR", models)
        .output()
        .expect("the binary runs")
}

fn told(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// A small random CLIP, as the reference library saves one.
fn tiny() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../nexus-vision/tests/data/tiny/clip")
}

#[test]
fn models_are_listed_brought_and_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let models = folder.path().join("models");
    let list = told(&nexus(&models, &["models", "list", "--json"]));
    let rows = list["models"].as_array().expect("rows");
    assert!(rows.len() >= 5 && rows.iter().all(|row| row["state"] == "missing" && row["licence"] != ""), "{rows:?}");

    let wrong = folder.path().join("mobilenet_v2_1.0_224.onnx");
    fs::write(&wrong, b"something else").expect("written");
    let refused = nexus(&models, &["models", "add", wrong.to_str().expect("UTF-8")]);
    assert!(
        !refused.status.success() && stderr(&refused).contains("mobilenet_v2_1.0_224.onnx (12cd08612ea5)"),
        "{}",
        stderr(&refused)
    );
    assert!(!models.join("mobilenet_v2_1.0_224.onnx").exists(), "nothing wrong is kept");
    let stranger = folder.path().join("stranger.bin");
    fs::write(&stranger, b"x").expect("written");
    let refused = nexus(&models, &["models", "add", stranger.to_str().expect("UTF-8")]);
    assert!(stderr(&refused).contains("belongs to no model that is known"), "{}", stderr(&refused));

    let added = nexus(&models, &["models", "add", tiny().to_str().expect("UTF-8")]);
    assert!(added.status.success(), "{}", stderr(&added));
    assert!(models.join("clip/model.safetensors").is_file());

    let tampered = models.join("seeta_fd_frontal_v1.0.bin");
    fs::write(&tampered, b"no faces").expect("written");
    let verified = nexus(&models, &["models", "verify"]);
    assert!(!verified.status.success() && stderr(&verified).contains("remove it and fetch it again"));
    let unknown = nexus(&models, &["models", "pull", "nobody"]);
    assert!(stderr(&unknown).contains("there is no model 'nobody'; known are"), "{}", stderr(&unknown));
}

#[test]
fn a_clip_is_tagged_by_the_rungs_that_are_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let clip = &material().kit.footage[0];
    let plain = told(&nexus(folder.path(), &["tag", clip.to_str().expect("UTF-8"), "--json"]));
    assert_eq!(plain["rungs"], serde_json::json!(["L0 measurements and rules"]));
    let file = &plain["files"][0];
    assert!(file["frames_decoded"].as_u64().is_some_and(|frames| frames > 0), "{file}");
    let tags = file["tags"].as_array().expect("tags");
    assert!(tags.iter().all(|tag| tag["source"].as_str().is_some_and(|source| source.starts_with("L0"))), "{tags:?}");

    let added = nexus(folder.path(), &["models", "add", tiny().to_str().expect("UTF-8")]);
    assert!(added.status.success(), "{}", stderr(&added));
    let config = folder.path().join("nexus.toml");
    fs::write(&config, "[models]\npair = \"clip\"\n").expect("written");
    let arguments = ["tag", clip.to_str().expect("UTF-8"), "--json", "--config", config.to_str().expect("UTF-8")];
    let seen = told(&nexus(folder.path(), &arguments));
    assert_eq!(seen["rungs"][1], "L2 clip");
    assert!(
        seen["files"][0]["shots"]
            .as_array()
            .expect("shots")
            .iter()
            .all(|shot| shot["spaces"][0].as_str().is_some_and(|space| space.starts_with("clip#")))
    );
}

#[test]
fn shots_come_with_a_sheet_and_bad_files_with_a_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = folder.path().join("sheet.jpg");
    let clip = &material().kit.footage[0];
    let arguments = ["shots", clip.to_str().expect("UTF-8"), "--json", "--sheet", sheet.to_str().expect("UTF-8")];
    let shots = told(&nexus(folder.path(), &arguments));
    assert_eq!(shots["shots"][0]["transition"], "start");
    let bytes = fs::read(&sheet).expect("a sheet");
    assert!(bytes.starts_with(&[0xff, 0xd8]) && bytes.len() > 5_000, "{} bytes", bytes.len());

    let broken = folder.path().join("broken.mp4");
    fs::write(&broken, b"no film at all").expect("written");
    let refused = nexus(folder.path(), &["tag", broken.to_str().expect("UTF-8")]);
    assert!(!refused.status.success() && stderr(&refused).contains("broken.mp4"), "{}", stderr(&refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn clips_from_before_a_model_came_are_looked_at_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, models) = (folder.path().join("data"), folder.path().join("models"));
    let clip = material().kit.footage[0].to_str().expect("UTF-8").to_owned();
    let arguments = ["ingest", &clip, "--wait", "--tag", "our bar", "--data", data.to_str().expect("UTF-8")];
    let ingested = nexus(&models, &arguments);
    assert!(ingested.status.success(), "{}", stderr(&ingested));
    let added = nexus(&models, &["models", "add", tiny().to_str().expect("UTF-8")]);
    assert!(added.status.success(), "{}", stderr(&added));

    let eyes = [("NEXUS__MODELS__DIR", models.to_str().expect("UTF-8")), ("NEXUS__MODELS__PAIR", "clip")];
    let up = Up::start_with(&data, &eyes);
    let runs = async |state: &str| up.json(&format!("/v1/runs?flow=look-again&state={state}")).await;
    let mut done = runs("done").await;
    for _ in 0..300 {
        if done.as_array().is_some_and(|runs| !runs.is_empty()) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        done = runs("done").await;
    }
    assert_eq!(done[0]["output"]["clips"], 1, "{done}");
    drop(up);
    let search = ["search", "our bar", "--json", "--data", data.to_str().expect("UTF-8")];
    let found = told(&nexus(&models, &search));
    assert!(found["best"][0]["asset"].is_string(), "what its owner said of it stays: {found}");

    // The same eyes again find nothing to look at.
    let up = Up::start_with(&data, &eyes);
    let all = up.json("/v1/runs?flow=look-again").await;
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
}
