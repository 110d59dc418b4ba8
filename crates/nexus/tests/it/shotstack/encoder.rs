//! Encoders that crash, hang, run out of memory or lie: row 8 of the fault matrix. A script stands in front of ffmpeg and
//! misbehaves at the first piece of a film that it encodes; then it is the real one. The film must be the one that an
//! encoder without faults makes, byte for byte, and nothing may be left behind.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::stage::Stage;
use crate::stage::material;

/// What the script does in place of encoding; `$out` is the file that it should write.
const FAULTS: [(&str, &str); 7] = [
    ("crashes", "kill -SEGV $$"),
    ("is killed, as by a kernel short of memory", "kill -KILL $$"),
    ("is refused memory", "ulimit -v 300000; exec /usr/bin/ffmpeg \"$@\""),
    ("hangs", "exec sleep 600"),
    ("writes nothing and calls it a success", "exit 0"),
    ("writes the first frames and calls it a success", "exec /usr/bin/ffmpeg -t 0.2 \"$@\""),
    ("cuts its file in half and calls it a success", "/usr/bin/ffmpeg \"$@\" && truncate -s 4000 \"$out\""),
];

/// A folder with an ffmpeg that does `fault` once, when it should encode.
fn stand_in(folder: &Path, fault: &str) -> PathBuf {
    let place = folder.join("ffmpeg");
    let marker = folder.join("was-bad");
    let script = format!(
        "#!/bin/sh\nPATH=/usr/bin:/bin\nfor word; do out=\"${{word#file:}}\"; done\ncase \" $* \" in *' libx264 '*)\n\
         if mkdir '{}' 2>/dev/null; then\n{fault}\nexit\nfi;;\nesac\nexec /usr/bin/ffmpeg \"$@\"\n",
        marker.display()
    );
    std::fs::write(&place, script).expect("written");
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o755)).expect("may be run");
    marker
}

/// The film's bytes, and how often its render began a step anew.
async fn film(stage: &Stage) -> Vec<u8> {
    let id = stage.render(&stage.edit()).await;
    let (ended, _) = stage.ended(&id).await;
    assert_eq!(ended["status"], "done", "{ended}");
    let url = ended["url"].as_str().expect("a link");
    stage.up.client.get(url).send().await.expect("an answer").bytes().await.expect("the film").to_vec()
}

/// Files below the folders of work that is under way.
fn left_over(data: &Path) -> Vec<PathBuf> {
    let mut open = vec![data.join("scratch"), data.join("cache")];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".part-")) {
                found.push(path);
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encoder_that_misbehaves_costs_time_and_nothing_else() {
    material();
    let good = film(&Stage::new().await).await;
    assert!(good.len() > 10_000, "{} bytes", good.len());
    for (name, fault) in FAULTS {
        let folder = tempfile::tempdir().expect("a folder");
        let marker = stand_in(folder.path(), fault);
        let programs = folder.path().to_str().expect("UTF-8");
        let environment = [("NEXUS__MEDIA__PROGRAMS", programs), ("NEXUS__MEDIA__PATIENCE_S", "3")];
        let stage = Stage::with_flags(&["--insecure-no-sandbox"], &environment).await;
        let made = film(&stage).await;
        assert!(marker.is_dir(), "{name}: the encoder was not asked");
        assert!(made == good, "{name}: the film differs");
        assert_eq!(left_over(stage.data.path()), Vec::<PathBuf>::new(), "{name}");
        let runs: Value = stage.up.json("/v1/runs?state=failed").await;
        assert_eq!(runs, serde_json::json!([]), "{name}");
    }
}
