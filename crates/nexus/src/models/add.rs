//! Brings files of models from this machine.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use nexus_vision::{CATALOGUE, ModelFile};

use super::check::{accept, part_of, sum_of};

/// Copies `path` into `folder`: a file of a known model, told by its sum; or a folder with a whole model, which keeps its
/// name. Says which files were taken, as paths below `folder`.
pub(crate) fn add(folder: &Path, path: &Path) -> anyhow::Result<Vec<String>> {
    fs::create_dir_all(folder)
        .with_context(|| format!("make {}; choose another folder with models.dir", folder.display()))?;
    let facts = fs::metadata(path).with_context(|| format!("{} cannot be read; check the path", path.display()))?;
    if facts.is_dir() { add_folder(folder, path) } else { Ok(vec![add_file(folder, path)?]) }
}

fn add_file(folder: &Path, path: &Path) -> anyhow::Result<String> {
    let sum = sum_of(path)?;
    let files = || CATALOGUE.iter().flat_map(|entry| entry.files).filter(|file| !file.sha256.is_empty());
    let Some(file) = files().find(|file| file.sha256 == sum) else {
        let known: Vec<String> = files().map(|file| format!("{} ({})", file.path, &file.sha256[..12])).collect();
        bail!(
            "{} belongs to no model that is known: its SHA-256 is {sum}; expected one of {}, or a folder with config.json \
             and model.safetensors",
            path.display(),
            known.join(", ")
        );
    };
    copy(path, &folder.join(file.path))?;
    Ok(file.path.to_owned())
}

/// A folder is a model of its own when it has a configuration; its files below are taken as they are.
fn add_folder(folder: &Path, path: &Path) -> anyhow::Result<Vec<String>> {
    if !path.join("config.json").is_file() {
        bail!("{} holds no config.json, so it is no model; name the files one by one", path.display());
    }
    let inner = folder.canonicalize().with_context(|| format!("find {}", folder.display()))?;
    if inner.starts_with(path.canonicalize()?) {
        bail!("{} holds the folder of models itself; name the folder of one model", path.display());
    }
    let name = path.canonicalize()?.file_name().context("the folder of a model has a name")?.to_owned();
    let name = name.to_string_lossy().into_owned();
    let mut taken = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        let inside = path.join(&below);
        for entry in fs::read_dir(&inside).with_context(|| format!("read {}", inside.display()))? {
            let entry = entry?;
            let below = below.join(entry.file_name());
            // Links lead to files in the caches of hubs; a link to a folder is no part of a model.
            if entry.file_type()?.is_symlink() && entry.path().is_dir() {
                continue;
            }
            if entry.file_type()?.is_dir() {
                open.push(below);
                continue;
            }
            let target = format!("{name}/{}", below.to_string_lossy());
            if let Some(file) = known(&target) {
                accept(folder, file, &sum_of(&entry.path())?)?;
            }
            copy(&entry.path(), &folder.join(&target))?;
            taken.push(target);
        }
    }
    taken.sort();
    Ok(taken)
}

fn known(path: &str) -> Option<&'static ModelFile> {
    CATALOGUE.iter().flat_map(|entry| entry.files).find(|file| file.path == path)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    if to.is_file() && from.canonicalize().ok() == to.canonicalize().ok() {
        return Ok(());
    }
    let parent = to.parent().context("a file of a model lies in a folder")?;
    fs::create_dir_all(parent).with_context(|| format!("make {}", parent.display()))?;
    let part = part_of(to);
    if from.canonicalize().ok() == part.canonicalize().ok() {
        return fs::rename(&part, to).with_context(|| format!("put {} into place", to.display()));
    }
    fs::copy(from, &part).with_context(|| format!("copy {} to {}", from.display(), part.display()))?;
    fs::rename(&part, to).with_context(|| format!("put {} into place", to.display()))
}
