//! Facts of files that were probed lately, so that readers of many ranges of one file ask once.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use crate::{
    Limits, MediaError,
    probe::{Probed, probe},
};

/// Most files remembered; then all are forgotten.
const MOST: usize = 256;

/// A file at one moment: any change of its bytes changes the key.
type Key = (PathBuf, u64, Option<SystemTime>);

static KNOWN: Mutex<BTreeMap<Key, Probed>> = Mutex::new(BTreeMap::new());

/// As [`probe`], from memory when the file has not changed. With other limits than the default, always anew.
pub(crate) async fn probe_once(file: &Path, limits: &Limits) -> Result<Probed, MediaError> {
    let facts = tokio::fs::metadata(file).await.map_err(|source| MediaError::io(file, source))?;
    let key = (file.to_owned(), facts.len(), facts.modified().ok());
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(probed) = known.filter(|_| *limits == Limits::default()) {
        return Ok(probed);
    }
    let probed = probe(file, limits).await?;
    let mut all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MOST {
        all.clear();
    }
    all.insert(key, probed.clone());
    Ok(probed)
}
