//! Makes the kit in a folder, once: what is there and whole is kept, what is missing or changed is made again.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use nexus_core::{business::Business, review::ReviewDocument};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    DemoKitError, MusicTruth,
    film::film,
    footage::{CLIPS, ClipTruth},
    music::{self, TRACKS},
    place,
};

/// Changes whenever a file of the kit would come out differently.
pub const KIT_VERSION: u32 = 3;

/// Everything that a first film needs, with the truth about it.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoKit {
    /// The clips, in a fixed order.
    pub footage: Vec<PathBuf>,
    /// What is true of each clip, in the same order.
    pub truths: Vec<ClipTruth>,
    /// The tracks.
    pub music: Vec<MusicTrack>,
    /// The business.
    pub business: Business,
    /// The reviews; the first is the one to start with.
    pub reviews: Vec<ReviewDocument>,
}

/// A track and the truth about it.
#[derive(Debug, Clone, PartialEq)]
pub struct MusicTrack {
    /// The WAV file.
    pub path: PathBuf,
    /// Its exact beats and sections.
    pub truth: MusicTruth,
}

/// Makes the full kit in `dir`, or finds it there. `progress` hears how many of how many files are done and which
/// one comes next. Takes one to two minutes of two cores the first time and well under a second after that; a run
/// that was cut off goes on where it stopped.
///
/// # Errors
/// [`DemoKitError`] when the disk or the encoder fails.
pub async fn make(dir: &Path, progress: impl Fn(usize, usize, &str) + Send + Sync) -> Result<DemoKit, DemoKitError> {
    make_variant(dir, Variant::Full, &progress).await
}

impl DemoKit {
    /// The same kit, small: 480 x 270 or 270 x 480 pixels, clips of 3 s, tracks of about 24 s. For tests.
    ///
    /// # Errors
    /// [`DemoKitError`] when the disk or the encoder fails.
    pub async fn small(dir: &Path) -> Result<Self, DemoKitError> {
        make_variant(dir, Variant::Small, &|_, _, _| {}).await
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Variant {
    Full,
    Small,
}

/// `demokit.json`: which files are whole.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Marker {
    version: u32,
    variant: Variant,
    /// Path inside the kit to BLAKE3 of the content.
    files: BTreeMap<String, String>,
}

type Progress<'a> = &'a (dyn Fn(usize, usize, &str) + Send + Sync);

async fn make_variant(dir: &Path, variant: Variant, progress: Progress<'_>) -> Result<DemoKit, DemoKitError> {
    for folder in ["footage", "music", "reviews"] {
        let path = dir.join(folder);
        std::fs::create_dir_all(&path).map_err(|source| DemoKitError::Disk { path, source })?;
    }
    let mut work = Workshop::open(dir, variant)?;
    let total = CLIPS.len() + TRACKS.len() + 1;
    // The tracks are recorded on one core while the first clips are drawn.
    let mut recordings = Vec::new();
    for track in TRACKS {
        let names = ["wav", "beats", "json"].map(|ending| format!("music/{track}.{ending}"));
        if !names.iter().all(|name| work.has(name)) {
            let task = tokio::task::spawn_blocking(move || music::record(track, variant == Variant::Small));
            recordings.push((track, names, task));
        }
    }
    for (done, clip) in CLIPS.iter().enumerate() {
        progress(done, total, clip.name);
        let truth = clip.truth(variant == Variant::Small);
        work.document(&format!("footage/{}.truth.json", clip.name), &truth)?;
        let name = format!("footage/{}.mp4", clip.name);
        if !work.has(&name) {
            film(clip, &truth, &dir.join(&name)).await?;
            work.keep(&name)?;
        }
    }
    for (track, [wav, beats, json], task) in recordings {
        progress(CLIPS.len() + usize::from(track == TRACKS[1]), total, track);
        let recording = task.await.ok().flatten().ok_or_else(|| DemoKitError::Stopped(track.into()))?;
        work.write(&wav, &recording.wav)?;
        work.write(&beats, recording.truth.beats_text().as_bytes())?;
        work.document(&json, &recording.truth)?;
    }
    progress(total - 1, total, "business and reviews");
    work.document("business.json", &place::business())?;
    for (file, review) in place::REVIEW_FILES.iter().zip(place::reviews()) {
        work.document(&format!("reviews/{file}"), &review)?;
    }
    progress(total, total, "done");
    open(dir, variant)
}

/// The kit as it lies in the folder.
fn open(dir: &Path, variant: Variant) -> Result<DemoKit, DemoKitError> {
    let truths: Vec<ClipTruth> = CLIPS.iter().map(|clip| clip.truth(variant == Variant::Small)).collect();
    let music = TRACKS
        .iter()
        .map(|track| {
            Ok(MusicTrack {
                path: dir.join(format!("music/{track}.wav")),
                truth: read(&dir.join(format!("music/{track}.json")))?,
            })
        })
        .collect::<Result<_, DemoKitError>>()?;
    let footage = truths.iter().map(|truth| dir.join(format!("footage/{}.mp4", truth.name))).collect();
    Ok(DemoKit { footage, truths, music, business: place::business(), reviews: place::reviews() })
}

struct Workshop<'a> {
    dir: &'a Path,
    marker: Marker,
}

impl<'a> Workshop<'a> {
    /// Reads the marker; entries whose file is gone or changed are dropped.
    fn open(dir: &'a Path, variant: Variant) -> Result<Self, DemoKitError> {
        let fresh = Marker { version: KIT_VERSION, variant, files: BTreeMap::new() };
        let found = std::fs::read(dir.join("demokit.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Marker>(&bytes).ok());
        let mut marker = match found {
            Some(marker) if marker.version == KIT_VERSION && marker.variant == variant => marker,
            Some(_) | None => fresh,
        };
        marker.files.retain(|name, digest| digest_of(&dir.join(name)).is_ok_and(|now| now == *digest));
        Ok(Self { dir, marker })
    }

    fn has(&self, name: &str) -> bool {
        self.marker.files.contains_key(name)
    }

    /// Notes a file that now lies whole under its name.
    fn keep(&mut self, name: &str) -> Result<(), DemoKitError> {
        let path = self.dir.join(name);
        let digest = digest_of(&path).map_err(|source| DemoKitError::Disk { path, source })?;
        self.marker.files.insert(name.to_owned(), digest);
        let text = json("demokit.json", &self.marker)?;
        put(&self.dir.join("demokit.json"), &text)
    }

    fn write(&mut self, name: &str, content: &[u8]) -> Result<(), DemoKitError> {
        if self.marker.files.get(name).is_some_and(|digest| *digest == blake3::hash(content).to_hex().as_str()) {
            return Ok(());
        }
        put(&self.dir.join(name), content)?;
        self.keep(name)
    }

    fn document(&mut self, name: &str, document: &impl Serialize) -> Result<(), DemoKitError> {
        self.write(name, &json(name, document)?)
    }
}

fn json(name: &str, document: &impl Serialize) -> Result<Vec<u8>, DemoKitError> {
    let mut text = serde_json::to_vec_pretty(document)
        .map_err(|source| DemoKitError::Document { name: name.to_owned(), source })?;
    text.push(b'\n');
    Ok(text)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, DemoKitError> {
    let bytes = std::fs::read(path).map_err(|source| DemoKitError::Disk { path: path.to_owned(), source })?;
    serde_json::from_slice(&bytes).map_err(|source| DemoKitError::Document { name: path.display().to_string(), source })
}

/// Writes to a name beside the target and renames, so that a file is whole or absent.
fn put(path: &Path, content: &[u8]) -> Result<(), DemoKitError> {
    let whole = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut part = tempfile::NamedTempFile::new_in(folder)?;
        io::Write::write_all(&mut part, content)?;
        part.as_file().sync_all()?;
        part.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    whole().map_err(|source| DemoKitError::Disk { path: path.to_owned(), source })
}

fn digest_of(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut std::fs::File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}
