//! What comes from elsewhere, and what is offered to others for download.

use serde::{Deserialize, Serialize};

use crate::{BusinessId, HostedId, Instant, RunId, blob::BlobRef};

/// A file that came from elsewhere and is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// The stored object; its key follows from its content.
    pub blob: BlobRef,
    /// What the other side called it, for instance `video/mp4`.
    pub media_type: Option<String>,
}

/// A file that came from elsewhere and lies outside the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// Its length, at least 1.
    pub size_bytes: u64,
    /// BLAKE3, hexadecimal.
    pub hash: String,
    /// What the other side called it, for instance `video/mp4`.
    pub media_type: Option<String>,
    /// The ending of its name in lower case, 1 to 5 letters or digits.
    pub ending: Option<String>,
}

/// What a hosted file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostedRole {
    /// A rendered film.
    Film,
    /// A frame of it.
    Poster,
    /// A small frame of it.
    Thumbnail,
    /// Footage that was brought in.
    Source,
    /// Another version of it.
    Rendition,
}

impl HostedRole {
    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Film => "film",
            Self::Poster => "poster",
            Self::Thumbnail => "thumbnail",
            Self::Source => "source",
            Self::Rendition => "rendition",
        }
    }

    /// The role with that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Film, Self::Poster, Self::Thumbnail, Self::Source, Self::Rendition];
        all.into_iter().find(|role| role.as_str() == word)
    }
}

/// A stored object that anybody with its address may download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostedFile {
    /// Stands in its address.
    pub id: HostedId,
    /// The tenant.
    pub business: BusinessId,
    /// The run that made it or brought it in.
    pub run: RunId,
    /// What it is.
    pub role: HostedRole,
    /// Its name for people: letters, digits, `.`, `_` and `-`.
    pub file_name: String,
    /// Its media type, for instance `video/mp4`.
    pub media_type: String,
    /// The object.
    pub blob: BlobRef,
}

impl HostedFile {
    /// The id of a run's file in a role of which it has one: the same for ever, so that hosting twice makes one file.
    #[must_use]
    pub fn id_of(run: RunId, role: HostedRole) -> HostedId {
        HostedId::derived(&["hosted", &run.to_string(), role.as_str()])
    }

    /// The id of the rendition of a source at a place of its list, the first one 0: the same for ever.
    #[must_use]
    pub fn rendition_id(run: RunId, index: usize) -> HostedId {
        HostedId::derived(&["hosted", &run.to_string(), "rendition", &index.to_string()])
    }

    /// Where it lies below the public address: `/files/<id>/<name>`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/files/{}/{}", self.id.uuid(), self.file_name)
    }
}

/// A hosted file as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedRow {
    /// The file.
    pub file: HostedFile,
    /// When it was hosted.
    pub created: Instant,
    /// When it was taken down.
    pub deleted: Option<Instant>,
}
