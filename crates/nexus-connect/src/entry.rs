//! An entry of the outbox on the disk: there completely, or not at all.
//!
//! `<outbox>/<film>/<destination>/` holds the entry, `<outbox>/.keys/<token>` says where the entry of a step
//! lies, and `<outbox>/.part/<token>/` is an entry being written. The key file is written first and the rename
//! is the commit: a key file that leads nowhere means that nothing was published.

use std::{
    fs::{self, File},
    io::{ErrorKind as Io, Write},
    path::{Path, PathBuf},
};

use nexus_core::{BusinessId, delivery::Receipt, journal::StepKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ConnectError, picture};

/// Hexadecimal digits of the film's hash in the name of its folder.
const SHORT_HASH: usize = 12;

/// `entry.json`: what was published, by which step, within which limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The step's token: the key of idempotency.
    pub(crate) token: String,
    /// The step.
    pub(crate) key: StepKey,
    /// The tenant.
    pub(crate) business: BusinessId,
    /// The network's slug, or `google`.
    pub(crate) destination: String,
    /// BLAKE3 of the media file, hexadecimal.
    pub(crate) film: String,
    /// Name of the media file in the folder.
    pub(crate) media: String,
    /// Counts and their limits.
    pub(crate) limits: Value,
    /// The post or the update as it was asked for.
    pub(crate) asked: Value,
}

/// What an entry is made of, besides its record.
pub(crate) struct Parts {
    pub(crate) destination: &'static str,
    pub(crate) key: StepKey,
    pub(crate) business: BusinessId,
    pub(crate) media: PathBuf,
    /// Extension of the media file, without the dot.
    pub(crate) extension: String,
    pub(crate) poster: PathBuf,
    pub(crate) payload: Value,
    pub(crate) limits: Value,
    pub(crate) asked: Value,
    pub(crate) preview: String,
}

/// Writes the entry, or finds the one that this step wrote before. Blocks.
pub(crate) fn publish(outbox: &Path, parts: &Parts) -> Result<Receipt, ConnectError> {
    if let Some(receipt) = find(outbox, &parts.key)? {
        return Ok(receipt);
    }
    let film = hash_of(&parts.media)?;
    let token = parts.key.token();
    let place = PathBuf::from(&film[..SHORT_HASH]).join(parts.destination);
    if outbox.join(&place).join("entry.json").exists() {
        return Err(ConnectError::Taken { destination: parts.destination, place: outbox.join(place) });
    }
    let part = outbox.join(".part").join(&token);
    remove_rest(&part)?;
    create_folders(&part)?;
    write_files(&part, parts, film)?;
    sync(&part)?;

    let keys = outbox.join(".keys");
    create_folders(&keys)?;
    write_key(&keys, &token, &place)?;
    let folder = outbox.join(&place);
    let parent = folder.parent().expect("an entry lies below its film's folder");
    create_folders(parent)?;
    match fs::rename(&part, &folder) {
        Ok(()) => sync(parent)?,
        Err(error) if matches!(error.kind(), Io::DirectoryNotEmpty | Io::AlreadyExists) => remove_rest(&part)?,
        Err(error) => return Err(ConnectError::disk(&folder)(error)),
    }
    // Whoever renamed first has published; that may be another process.
    find(outbox, &parts.key)?.ok_or(ConnectError::Taken { destination: parts.destination, place: folder })
}

/// What the step `key` published. Blocks.
pub(crate) fn find(outbox: &Path, key: &StepKey) -> Result<Option<Receipt>, ConnectError> {
    let token = key.token();
    let Some(place) = read(&outbox.join(".keys").join(&token))? else { return Ok(None) };
    let folder = outbox.join(String::from_utf8_lossy(&place).trim_end());
    let file = folder.join("entry.json");
    let Some(text) = read(&file)? else { return Ok(None) };
    let entry: Entry = serde_json::from_slice(&text).map_err(|source| ConnectError::Damaged { path: file, source })?;
    Ok((entry.token == token).then(|| receipt(&token, &folder)))
}

fn receipt(token: &str, folder: &Path) -> Receipt {
    Receipt { provider_id: format!("outbox-{token}"), location: folder.display().to_string() }
}

fn write_files(part: &Path, parts: &Parts, film: String) -> Result<(), ConnectError> {
    let media = format!("film.{}", parts.extension);
    link_or_copy(&parts.media, &part.join(&media))?;
    write_file(&part.join("poster.jpg"), &picture::jpeg_of(&parts.poster)?)?;
    write_file(&part.join("payload.json"), &pretty(&parts.payload))?;
    write_file(&part.join("preview.html"), parts.preview.as_bytes())?;
    let entry = Entry {
        token: parts.key.token(),
        key: parts.key.clone(),
        business: parts.business,
        destination: parts.destination.to_owned(),
        film,
        media,
        limits: parts.limits.clone(),
        asked: parts.asked.clone(),
    };
    write_file(&part.join("entry.json"), &pretty(&entry))
}

/// Where the entry of a step will lie, whole or not at all.
fn write_key(keys: &Path, token: &str, place: &Path) -> Result<(), ConnectError> {
    let part = keys.join(format!("{token}.part"));
    write_file(&part, place.display().to_string().as_bytes())?;
    fs::rename(&part, keys.join(token)).map_err(ConnectError::disk(keys.join(token)))?;
    sync(keys)
}

fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("maps with text keys can be written as JSON");
    text.push(b'\n');
    text
}

/// BLAKE3 of a file, hexadecimal.
fn hash_of(file: &Path) -> Result<String, ConnectError> {
    let mut hasher = blake3::Hasher::new();
    let opened = File::open(file).map_err(ConnectError::disk(file))?;
    hasher.update_reader(opened).map_err(ConnectError::disk(file))?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// A second name for the same bytes where the file system can, a copy where not. The source is durable.
fn link_or_copy(from: &Path, to: &Path) -> Result<(), ConnectError> {
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to).map_err(ConnectError::disk(to))?;
        sync(to)?;
    }
    Ok(())
}

fn write_file(file: &Path, bytes: &[u8]) -> Result<(), ConnectError> {
    let write = || {
        let mut opened = File::create(file)?;
        opened.write_all(bytes)?;
        opened.sync_all()
    };
    write().map_err(ConnectError::disk(file))
}

fn read(file: &Path) -> Result<Option<Vec<u8>>, ConnectError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), Io::NotFound | Io::NotADirectory) => Ok(None),
        Err(error) => Err(ConnectError::disk(file)(error)),
    }
}

/// Removes what a crash left of an earlier try.
fn remove_rest(part: &Path) -> Result<(), ConnectError> {
    match fs::remove_dir_all(part) {
        Err(error) if error.kind() != Io::NotFound => Err(ConnectError::disk(part)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Creates a folder with its parents, each of them durable.
fn create_folders(folder: &Path) -> Result<(), ConnectError> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        create_folders(parent)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() != Io::AlreadyExists => return Err(ConnectError::disk(folder)(error)),
        Ok(()) | Err(_) => {}
    }
    sync(parent.unwrap_or(Path::new(".")))
}

fn sync(path: &Path) -> Result<(), ConnectError> {
    File::open(path).and_then(|opened| opened.sync_all()).map_err(ConnectError::disk(path))
}
