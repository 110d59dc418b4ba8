//! Whether a model is there, and whether it is the one that is known.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use nexus_vision::{Entry, ModelFile};
use sha2::{Digest as _, Sha256};

/// Sums of files that the catalogue could not name beforehand, learnt from the first copy.
const LEARNT: &str = "sums.json";

/// How much of a model is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    Missing,
    /// Some of its files, or a part of one.
    Partial,
    /// Every file.
    Present,
}

impl State {
    /// The word for tables.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Partial => "partial",
            Self::Present => "present",
        }
    }
}

/// How much of `entry` lies in `folder`.
pub(crate) fn state(folder: &Path, entry: &Entry) -> State {
    let there = entry.files.iter().filter(|file| folder.join(file.path).is_file()).count();
    let begun = entry.files.iter().any(|file| part_of(&folder.join(file.path)).is_file());
    match there {
        count if count == entry.files.len() => State::Present,
        0 if !begun => State::Missing,
        _ => State::Partial,
    }
}

/// Where a file lies while it arrives.
pub(super) fn part_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    file.with_file_name(name)
}

/// What is wrong with the files of `entry`, one sentence each; files that are missing are not wrong.
pub(crate) fn verify(folder: &Path, entry: &Entry) -> anyhow::Result<Vec<String>> {
    let learnt = learnt(folder)?;
    let mut faults = Vec::new();
    for file in entry.files.iter().filter(|file| folder.join(file.path).is_file()) {
        let known = known_sum(file, &learnt);
        let found = sum_of(&folder.join(file.path))?;
        match known {
            Some(known) if known != found => faults.push(format!(
                "{} has the SHA-256 {found}, expected {known}: remove it and fetch it again",
                folder.join(file.path).display()
            )),
            Some(_) => {}
            None => remember(folder, file, &found)?,
        }
    }
    Ok(faults)
}

/// Refuses a file whose sum is not the known one; a sum that nobody knew is remembered.
pub(super) fn accept(folder: &Path, file: &ModelFile, found: &str) -> anyhow::Result<()> {
    let learnt = learnt(folder)?;
    match known_sum(file, &learnt) {
        Some(known) => anyhow::ensure!(
            known == found,
            "{} has the SHA-256 {found}, expected {known}, so it was not taken; try again, and when a model that is not \
             pinned was renewed at its source, remove its line from {LEARNT} in the folder of models",
            file.path
        ),
        None => remember(folder, file, found)?,
    }
    Ok(())
}

/// The sum that a file should have: the catalogue's, else that of the first copy.
fn known_sum<'a>(file: &ModelFile, learnt: &'a BTreeMap<String, String>) -> Option<&'a str> {
    if file.sha256.is_empty() { learnt.get(file.path).map(String::as_str) } else { Some(file.sha256) }
}

/// SHA-256 of a file, lower-case hexadecimal.
pub(crate) fn sum_of(file: &Path) -> anyhow::Result<String> {
    let mut hasher = Sha256::new();
    let mut open =
        fs::File::open(file).with_context(|| format!("{} cannot be read; check the path", file.display()))?;
    std::io::copy(&mut open, &mut hasher).with_context(|| format!("read {}", file.display()))?;
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn learnt(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let path = folder.join(LEARNT);
    match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text)
            .with_context(|| format!("{} is not a list of sums; remove it to learn them anew", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
    }
}

/// A folder that is mounted to be read keeps no sums; that is no error.
fn remember(folder: &Path, file: &ModelFile, found: &str) -> anyhow::Result<()> {
    let mut sums = learnt(folder)?;
    sums.insert(file.path.to_owned(), found.to_owned());
    let text = serde_json::to_string_pretty(&sums)?;
    match fs::write(folder.join(LEARNT), text) {
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            Ok(())
        }
        other => other.with_context(|| format!("write {}", folder.join(LEARNT).display())),
    }
}
