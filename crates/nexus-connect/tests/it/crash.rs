//! An entry is there completely or not at all, whenever the process ends.

use std::{
    fs,
    path::{Path, PathBuf},
};

use nexus_core::{
    Arrow, ErrorKind, RunId,
    delivery::Post,
    journal::StepKey,
    port::{Publisher, StepContext},
};

use crate::bench::Bench;

fn step(item: &str) -> StepContext {
    StepContext::quiet(StepKey { run: RunId::derived(&["run"]), step: Arrow::Publish.into(), item: item.into() })
}

/// Every file below `folder`, relative, in order.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path)
            } else {
                found.push(path.strip_prefix(folder).unwrap().display().to_string())
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn an_entry_holds_its_five_files_and_nothing_is_left_beside() {
    let bench = Bench::new();
    let receipt = bench.outbox().publish(&bench.business(), &bench.post(), &step("instagram")).await.unwrap();
    let film = &blake3::hash(b"the bytes of a film").to_hex()[..12];
    assert_eq!(PathBuf::from(&receipt.location), bench.outbox_folder().join(film).join("instagram"));
    let token = step("instagram").key.token();
    let mut want: Vec<String> = ["entry.json", "film.mp4", "payload.json", "poster.jpg", "preview.html"]
        .iter()
        .map(|name| format!("{film}/instagram/{name}"))
        .chain([format!(".keys/{token}")])
        .collect();
    want.sort();
    assert_eq!(files(&bench.outbox_folder()), want);
    let folder = Path::new(&receipt.location);
    assert_eq!(fs::read(folder.join("film.mp4")).unwrap(), b"the bytes of a film");
    let poster = image::open(folder.join("poster.jpg")).unwrap();
    assert_eq!((poster.width(), poster.height()), (32, 48), "a PNG becomes a JPEG");
    assert!(fs::read(folder.join("poster.jpg")).unwrap().starts_with(&[0xff, 0xd8, 0xff]));
}

#[tokio::test]
async fn another_process_finds_what_the_first_one_published() {
    let bench = Bench::new();
    let receipt = bench.outbox().publish(&bench.business(), &bench.post(), &step("instagram")).await.unwrap();
    let again = bench.outbox();
    assert_eq!(again.find(&step("instagram").key).await.unwrap(), Some(receipt.clone()));
    assert_eq!(again.publish(&bench.business(), &bench.post(), &step("instagram")).await.unwrap(), receipt);
}

/// What a crash leaves, by how far the publication had come.
#[tokio::test]
async fn a_crash_before_the_commit_leaves_nothing_that_counts() {
    for (name, with_key) in [("while writing the files", false), ("just before the rename", true)] {
        let bench = Bench::new();
        let whole = Bench::new();
        let receipt = whole.outbox().publish(&whole.business(), &whole.post(), &step("instagram")).await.unwrap();
        let token = step("instagram").key.token();
        let part = bench.outbox_folder().join(".part").join(&token);
        fs::create_dir_all(&part).unwrap();
        if with_key {
            for file in fs::read_dir(&receipt.location).unwrap() {
                let file = file.unwrap();
                fs::copy(file.path(), part.join(file.file_name())).unwrap();
            }
            fs::create_dir_all(bench.outbox_folder().join(".keys")).unwrap();
            let key = Path::new(".keys").join(&token);
            fs::copy(whole.outbox_folder().join(&key), bench.outbox_folder().join(&key)).unwrap();
        } else {
            fs::write(part.join("film.mp4"), b"the bytes of a f").unwrap();
        }
        let outbox = bench.outbox();
        assert_eq!(outbox.find(&step("instagram").key).await.unwrap(), None, "{name}: not published");
        outbox.publish(&bench.business(), &bench.post(), &step("instagram")).await.unwrap();
        assert_eq!(files(&bench.outbox_folder()), files(&whole.outbox_folder()), "{name}: as if nothing had happened");
        let read = |bench: &Bench| {
            files(&bench.outbox_folder())
                .iter()
                .map(|file| fs::read(bench.outbox_folder().join(file)).unwrap())
                .collect::<Vec<_>>()
        };
        assert!(read(&bench) == read(&whole), "{name}: byte for byte");
    }
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_names_the_path_and_leaves_no_entry() {
    let bench = Bench::new();
    // A file where the outbox should be: no user, not even root, can make a folder below it.
    fs::create_dir_all(bench.outbox_folder().parent().unwrap()).unwrap();
    fs::write(bench.outbox_folder(), b"in the way").unwrap();
    let error = bench.outbox().publish(&bench.business(), &bench.post(), &step("instagram")).await.unwrap_err();
    assert!(error.message.contains("box"), "{}", error.chain());
    fs::remove_file(bench.outbox_folder()).unwrap();
    bench.outbox().publish(&bench.business(), &bench.post(), &step("instagram")).await.unwrap();
}

#[tokio::test]
async fn a_poster_that_is_no_picture_is_refused_whole() {
    let bench = Bench::new();
    let post = Post { poster: bench.store("films/poster.jpg", b"no picture"), ..bench.post() };
    let error = bench.outbox().publish(&bench.business(), &post, &step("instagram")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid, "{}", error.chain());
    assert_eq!(bench.outbox().find(&step("instagram").key).await.unwrap(), None);
    bench.outbox().publish(&bench.business(), &bench.post(), &step("instagram")).await.unwrap();
}

#[tokio::test]
async fn a_damaged_entry_is_named() {
    let bench = Bench::new();
    let receipt = bench.outbox().publish(&bench.business(), &bench.post(), &step("instagram")).await.unwrap();
    fs::write(Path::new(&receipt.location).join("entry.json"), b"{").unwrap();
    let error = bench.outbox().find(&step("instagram").key).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.contains("entry.json"), "{}", error.message);
}
