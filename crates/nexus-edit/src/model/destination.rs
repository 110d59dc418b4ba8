//! Where a film is sent.

use serde::Serialize;

use super::words;
use crate::reader::{Fields, Read, Spot};

/// Characters of a name, a path or an identifier.
const NAME: usize = 2_000;

/// Where a film is sent. Credentials never stand here; the account of the renderer has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "provider", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Destination {
    /// The renderer's own hosting.
    Shotstack {
        /// True to leave the film out of it.
        exclude: bool,
    },
    /// Mux.
    Mux {
        /// How it is played there.
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<MuxOptions>,
    },
    /// An S3 bucket.
    S3 {
        /// Where in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<S3Options>,
    },
    /// A Google Cloud Storage bucket.
    GoogleCloudStorage {
        /// Where in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<BucketOptions>,
    },
    /// A Google Drive folder.
    GoogleDrive {
        /// Where in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<DriveOptions>,
    },
    /// Vimeo.
    Vimeo {
        /// What it is called there and who sees it.
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<VimeoOptions>,
    },
    /// TikTok.
    Tiktok {
        /// What it is called there and who sees it.
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<TiktokOptions>,
    },
    /// Akamai NetStorage.
    AkamaiNetstorage {
        /// Where in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<AkamaiOptions>,
    },
    /// Azure Blob Storage.
    AzureBlobStorage {
        /// Where in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<AzureOptions>,
    },
}

words! {
    /// Who receives a film.
    Provider, "a destination's provider", {
        Shotstack = "shotstack",
        Mux = "mux",
        S3 = "s3",
        GoogleCloudStorage = "google-cloud-storage",
        GoogleDrive = "google-drive",
        Vimeo = "vimeo",
        Tiktok = "tiktok",
        AkamaiNetstorage = "akamai-netstorage",
        AzureBlobStorage = "azure-blob-storage",
    }
}

impl Read for Destination {
    const EXPECTED: &'static str = "a destination (provider, options)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let provider: Provider = fields.required("provider")?;
            Some(match provider {
                Provider::Shotstack => Self::Shotstack { exclude: fields.flag("exclude") },
                Provider::Mux => Self::Mux { options: fields.optional("options") },
                Provider::S3 => Self::S3 { options: fields.optional("options") },
                Provider::GoogleCloudStorage => Self::GoogleCloudStorage { options: fields.optional("options") },
                Provider::GoogleDrive => Self::GoogleDrive { options: fields.optional("options") },
                Provider::Vimeo => Self::Vimeo { options: fields.optional("options") },
                Provider::Tiktok => Self::Tiktok { options: fields.optional("options") },
                Provider::AkamaiNetstorage => Self::AkamaiNetstorage { options: fields.optional("options") },
                Provider::AzureBlobStorage => Self::AzureBlobStorage { options: fields.optional("options") },
            })
        })
    }
}

fn name(fields: &Fields<'_>, field: &'static str) -> Option<String> {
    fields.text(field, NAME)
}

fn needed(fields: &Fields<'_>, field: &'static str) -> Option<String> {
    fields.need(field, "a text")?.text(NAME)
}

/// Options of Mux.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MuxOptions {
    /// Who may play it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub playback_policy: Vec<PlaybackPolicy>,
    /// At most 255 characters that come back with every notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passthrough: Option<String>,
}

words! {
    /// Who may play a film at Mux.
    PlaybackPolicy, "a playback policy", {
        Public = "public",
        Signed = "signed",
    }
}

impl Read for MuxOptions {
    const EXPECTED: &'static str = "options of Mux";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                playback_policy: fields.list("playbackPolicy", 10, "a list of playback policies"),
                passthrough: fields.text("passthrough", 255),
            })
        })
    }
}

/// Options of S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct S3Options {
    /// Region of the bucket.
    pub region: String,
    /// Its name.
    pub bucket: String,
    /// Folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Name without its ending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// A canned access list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl: Option<String>,
}

impl Read for S3Options {
    const EXPECTED: &'static str = "options of S3 (region, bucket)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let (region, bucket) = (needed(fields, "region"), needed(fields, "bucket"));
            let (prefix, filename, acl) = (name(fields, "prefix"), name(fields, "filename"), name(fields, "acl"));
            Some(Self { region: region?, bucket: bucket?, prefix, filename, acl })
        })
    }
}

/// Options of Google Cloud Storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BucketOptions {
    /// Name of the bucket.
    pub bucket: String,
    /// Folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Name without its ending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

impl Read for BucketOptions {
    const EXPECTED: &'static str = "options of Google Cloud Storage (bucket)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let bucket = needed(fields, "bucket");
            let (prefix, filename) = (name(fields, "prefix"), name(fields, "filename"));
            Some(Self { bucket: bucket?, prefix, filename })
        })
    }
}

/// Options of Google Drive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DriveOptions {
    /// Folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_id: Option<String>,
    /// Name without its ending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

impl Read for DriveOptions {
    const EXPECTED: &'static str = "options of Google Drive (folderId)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self { folder_id: name(fields, "folderId"), filename: name(fields, "filename") })
        })
    }
}

/// Options of Vimeo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VimeoOptions {
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who may do what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<VimeoPrivacy>,
    /// Folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_uri: Option<String>,
}

impl Read for VimeoOptions {
    const EXPECTED: &'static str = "options of Vimeo";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                name: name(fields, "name"),
                description: fields.text("description", 10_000),
                privacy: fields.optional("privacy"),
                folder_uri: name(fields, "folderUri"),
            })
        })
    }
}

/// Who may do what at Vimeo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct VimeoPrivacy {
    /// Who may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<VimeoView>,
    /// Where it may be embedded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embed: Option<VimeoEmbed>,
    /// Who may comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<VimeoComments>,
    /// Whether it may be downloaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download: Option<bool>,
    /// Whether it may be added to collections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add: Option<bool>,
}

words! {
    /// Who may see a film at Vimeo.
    VimeoView, "a view setting", {
        Anybody = "anybody",
        Nobody = "nobody",
        Contacts = "contacts",
        Password = "password",
        Unlisted = "unlisted",
    }
}

words! {
    /// Where a film of Vimeo may be embedded.
    VimeoEmbed, "an embed setting", {
        Public = "public",
        Private = "private",
        Whitelist = "whitelist",
    }
}

words! {
    /// Who may comment at Vimeo.
    VimeoComments, "a comments setting", {
        Anybody = "anybody",
        Nobody = "nobody",
        Contacts = "contacts",
    }
}

impl Read for VimeoPrivacy {
    const EXPECTED: &'static str = "privacy of Vimeo (view, embed, comments, download, add)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                view: fields.optional("view"),
                embed: fields.optional("embed"),
                comments: fields.optional("comments"),
                download: fields.optional("download"),
                add: fields.optional("add"),
            })
        })
    }
}

/// Options of TikTok.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TiktokOptions {
    /// At most 150 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who sees it; private when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_level: Option<TiktokPrivacy>,
    /// True forbids duets.
    pub disable_duet: bool,
    /// True forbids stitches.
    pub disable_stitch: bool,
    /// True forbids comments.
    pub disable_comment: bool,
}

words! {
    /// Who sees a film at TikTok.
    TiktokPrivacy, "a privacy level", {
        Public = "public",
        Friends = "friends",
        Private = "private",
    }
}

impl Read for TiktokOptions {
    const EXPECTED: &'static str = "options of TikTok";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                title: fields.text("title", 150),
                privacy_level: fields.optional("privacyLevel"),
                disable_duet: fields.flag("disableDuet"),
                disable_stitch: fields.flag("disableStitch"),
                disable_comment: fields.flag("disableComment"),
            })
        })
    }
}

/// Options of Akamai NetStorage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AkamaiOptions {
    /// Host.
    pub host: String,
    /// Code of the storage group.
    pub cp_code: String,
    /// Folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Name without its ending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

impl Read for AkamaiOptions {
    const EXPECTED: &'static str = "options of Akamai NetStorage (host, cpCode)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let (host, cp_code) = (needed(fields, "host"), needed(fields, "cpCode"));
            let (path, filename) = (name(fields, "path"), name(fields, "filename"));
            Some(Self { host: host?, cp_code: cp_code?, path, filename })
        })
    }
}

/// Options of Azure Blob Storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AzureOptions {
    /// Name of the account.
    pub account_name: String,
    /// Name of the container.
    pub container: String,
    /// Folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Name without its ending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

impl Read for AzureOptions {
    const EXPECTED: &'static str = "options of Azure Blob Storage (accountName, container)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let (account_name, container) = (needed(fields, "accountName"), needed(fields, "container"));
            let (prefix, filename) = (name(fields, "prefix"), name(fields, "filename"));
            Some(Self { account_name: account_name?, container: container?, prefix, filename })
        })
    }
}
