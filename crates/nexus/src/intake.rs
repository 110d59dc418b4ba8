//! What comes in by command line: clips through presigned uploads, a track, a review, a business.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use nexus_core::{
    AssetId, BusinessId, RunId,
    blob::{BlobKey, BlobRef, Bucket},
    business::{BrandKit, BrandVoice, Business},
    journal::Journal as _,
    network::Network,
    review::ReviewDocument,
};
use nexus_store::UploadRegistration;
use serde::Deserialize;

use crate::{installation::Installation, show::Meter};

/// Endings of files that are taken for clips.
const CLIP_ENDINGS: [&str; 7] = ["mp4", "mov", "m4v", "mkv", "webm", "avi", "mts"];

/// Endings of files that are taken for photos.
const PHOTO_ENDINGS: [&str; 3] = ["jpg", "jpeg", "png"];

/// The clips below `paths`, folders searched one level deep, in order of name.
pub(crate) fn find_clips(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    find("clips", &CLIP_ENDINGS, paths)
}

/// The clips and photos below `paths`, folders searched one level deep, in order of name.
pub(crate) fn find_media(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let endings: Vec<&str> = CLIP_ENDINGS.iter().chain(&PHOTO_ENDINGS).copied().collect();
    find("clips or photos", &endings, paths)
}

fn find(what: &str, endings: &[&str], paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut clips = Vec::new();
    for path in paths {
        let facts =
            std::fs::metadata(path).with_context(|| format!("{} cannot be read; check the path", path.display()))?;
        if facts.is_file() {
            clips.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).with_context(|| format!("read the folder {}", path.display()))?;
        let mut inside: Vec<PathBuf> =
            entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| ends_in(path, endings)).collect();
        inside.sort();
        clips.append(&mut inside);
    }
    if clips.is_empty() {
        let places = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        bail!(
            "there are no {what} in {places}; add some ({})",
            endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(", ")
        );
    }
    Ok(clips)
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
    path.is_file() && ending.is_some_and(|ending| endings.contains(&ending.as_str()))
}

/// A clip in the store and the run that looks at it.
#[derive(Debug, Clone)]
pub(crate) struct Uploaded {
    /// Its name for people.
    pub(crate) file_name: String,
    /// The run.
    pub(crate) run: RunId,
}

/// Arrow 1: one presigned PUT per clip, unless the same content is there already.
pub(crate) async fn upload(
    installation: &Installation,
    business: BusinessId,
    clip: &Path,
    tags: &[String],
    meter: &mut Meter,
) -> anyhow::Result<Uploaded> {
    let file_name = clip.file_name().map_or_else(|| "clip".into(), |name| name.to_string_lossy().into_owned());
    let size_bytes = std::fs::metadata(clip).with_context(|| format!("{} cannot be read", clip.display()))?.len();
    if size_bytes == 0 {
        bail!("{file_name} is empty (0 bytes); copy it again from where it came from");
    }
    let hash = hash_file(clip)?;
    let id = AssetId::derived(&[&business.to_string(), &file_name, &hash]);
    let key = BlobKey::new(business, &format!("raw/{id}"))?;
    let ports = &installation.ports;
    let object = match ports.blobs.head(Bucket::Raw, &key).await? {
        Some(object) => object,
        None => {
            let registration = UploadRegistration {
                business,
                key: key.clone(),
                file_name: file_name.clone(),
                user_tags: tags.to_vec(),
                size: size_bytes,
            };
            installation.store.register_upload(registration).await?;
            let ticket = ports.blobs.presign_put(Bucket::Raw, &key, size_bytes, 3600).await?;
            let (words, topic) = (format!("01-upload {file_name}"), "01-upload".to_owned());
            meter.tell(0, size_bytes, &words, &topic);
            nexus_store::upload_file(&ticket.url, clip, |_, _| {}).await?;
            meter.tell(size_bytes, size_bytes, &words, &topic);
            let stored = ports.blobs.head(Bucket::Raw, &key).await?;
            stored.with_context(|| format!("{file_name} was sent but is not in the store; run the command again"))?
        }
    };
    Ok(Uploaded { file_name, run: RunId::derived(&["ingest", object.key.as_str(), &object.etag]) })
}

/// Waits for the runs of `uploaded`; what failed comes back with its reason, the rest goes on.
pub(crate) async fn wait_ingested(
    installation: &Installation,
    engine: &nexus_workflow::Engine,
    uploaded: &[Uploaded],
) -> anyhow::Result<Vec<(String, String)>> {
    let mut failed = Vec::new();
    for clip in uploaded {
        wait_until_known(installation, clip.run).await?;
        let run = engine.wait_run(clip.run).await?;
        if let Some(error) = run.error.filter(|_| run.state.is_final()) {
            failed.push((clip.file_name.clone(), error.message));
        }
    }
    Ok(failed)
}

/// The dispatcher enqueues a moment after the upload.
async fn wait_until_known(installation: &Installation, run: RunId) -> anyhow::Result<()> {
    let mut changes = installation.store.subscribe();
    for _ in 0..600 {
        changes.mark_unchanged();
        if installation.store.run(run).await?.is_some() {
            return Ok(());
        }
        let _ = tokio::time::timeout(std::time::Duration::from_millis(100), changes.changed()).await;
    }
    bail!("an upload was stored but its run did not start; run the command again")
}

/// Stores a track, checked: it must have sound of at least 3 s.
pub(crate) async fn store_music(
    installation: &Installation,
    business: BusinessId,
    file: &Path,
) -> anyhow::Result<BlobRef> {
    let info = installation.ports.media.probe(file).await?;
    if info.audio.is_none() {
        bail!("{} has no sound; choose a music file (mp3, m4a, wav, flac, ogg)", file.display());
    }
    if info.duration_s < 3.0 {
        bail!(
            "{} is {:.1} s long; a film needs at least 3 s of music, choose a longer track",
            file.display(),
            info.duration_s
        );
    }
    let ending = file
        .extension()
        .and_then(|ending| ending.to_str())
        .filter(|ending| ending.chars().all(|c| c.is_ascii_alphanumeric()));
    let key = BlobKey::new(
        business,
        &format!("music/{}.{}", &hash_file(file)?[..32], ending.unwrap_or("audio").to_lowercase()),
    )?;
    Ok(installation.ports.blobs.put_file(Bucket::Final, &key, file).await?)
}

/// A review file.
pub(crate) fn read_review(file: &Path) -> anyhow::Result<ReviewDocument> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("{} cannot be read; check the path", file.display()))?;
    serde_json::from_str(&text).with_context(|| {
        format!(
            "{} is not a review; expected JSON with id, rating (1 to 5), author, text, created_at, language",
            file.display()
        )
    })
}

/// A business file; everything but the name may be left out.
pub(crate) fn read_business(file: &Path) -> anyhow::Result<Business> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("{} cannot be read; check the path", file.display()))?;
    let given: BusinessFile = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a business; expected JSON with at least \"name\"", file.display()))?;
    Ok(given.complete())
}

/// The business that an empty installation begins with; a business file replaces it by the same slug.
pub(crate) fn first_business() -> Business {
    let plain: BusinessFile = serde_json::from_value(serde_json::json!({ "name": "My business" }))
        .expect("a name is all that a business needs");
    plain.complete()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BusinessFile {
    id: Option<BusinessId>,
    slug: Option<String>,
    name: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    locality: String,
    language: Option<String>,
    #[serde(default)]
    call_to_action: String,
    #[serde(default)]
    website: String,
    #[serde(default)]
    voice: BrandVoice,
    #[serde(default)]
    kit: BrandKit,
    networks: Option<Vec<Network>>,
}

impl BusinessFile {
    fn complete(self) -> Business {
        let slug = self.slug.unwrap_or_else(|| slug_of(&self.name));
        Business {
            id: self.id.unwrap_or_else(|| BusinessId::derived(&[&slug])),
            slug,
            name: self.name,
            category: self.category,
            locality: self.locality,
            language: self.language.unwrap_or_else(|| "en".into()),
            call_to_action: self.call_to_action,
            website: self.website,
            voice: self.voice,
            kit: self.kit,
            networks: self.networks.unwrap_or_else(|| Network::ALL.to_vec()),
        }
    }
}

fn slug_of(name: &str) -> String {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "business".into() } else { slug }
}

/// BLAKE3 of a file, hexadecimal.
pub(crate) fn hash_file(file: &Path) -> anyhow::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut open =
        std::fs::File::open(file).with_context(|| format!("{} cannot be read; check the path", file.display()))?;
    std::io::copy(&mut open, &mut hasher).with_context(|| format!("read {}", file.display()))?;
    Ok(hasher.finalize().to_hex().to_string())
}
