//! `[media]`: the programs that open films, and how long they may be silent.

use std::{path::PathBuf, time::Duration};

use nexus_media::Programs;
use serde::{Deserialize, Serialize};

/// `[media]`: ffmpeg and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MediaConfig {
    /// Folder in which programs are looked for first.
    pub(crate) programs: PathBuf,
    /// Longest time without progress, in seconds; 0 for the usual.
    pub(crate) patience_s: u64,
}

impl MediaConfig {
    /// As the media layer takes it.
    pub(crate) fn programs(&self) -> Programs {
        let folder = (!self.programs.as_os_str().is_empty()).then(|| self.programs.clone());
        let patience = (self.patience_s > 0).then(|| Duration::from_secs(self.patience_s));
        Programs { folder, patience }
    }
}
