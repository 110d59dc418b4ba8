//! Looks at what was asked about. Bytes of strangers go to the media port as files, and to nothing else.

use std::path::Path;

use nexus_core::{
    ErrorKind, PortError, PortResult, RunId,
    footage::{Examination, Seen, ShotView, Tag, best_first},
    journal::{StepKey, StepName},
    port::{StepContext, TagWords},
};
use serde_json::{Value, json};
use tempfile::TempPath;

use super::{
    VisionWorker,
    asked::{Asked, Subject},
};

/// What is looked at.
pub(super) enum Material {
    Images(Vec<Vec<u8>>, TagWords),
    Clip(TempPath, TagWords),
}

impl VisionWorker {
    /// What was asked about, with all that has to be fetched.
    pub(super) async fn fetch(&self, asked: Asked) -> PortResult<Material> {
        let Asked { subject, words } = asked;
        Ok(match subject {
            Subject::Images(images) => Material::Images(images, words),
            Subject::Url(url) => Material::Clip((self.download)(url).await?, words),
        })
    }

    /// The answer to one request.
    pub(super) async fn look(&self, material: Material) -> PortResult<Value> {
        match material {
            Material::Images(images, words) => self.images(images, &words).await,
            Material::Clip(file, words) => self.clip(&file, &words).await,
        }
    }

    /// Pictures of one shot: what is said of them together.
    async fn images(&self, images: Vec<Vec<u8>>, words: &TagWords) -> PortResult<Value> {
        let mut shot: Option<ShotView> = None;
        let mut info = None;
        let count = images.len() as f64;
        for image in images {
            let disk = |error| PortError::disk("nexus", "keep a picture", &self.scratch, error);
            let file = tempfile::Builder::new().prefix("asked-").tempfile_in(&self.scratch).map_err(disk)?;
            tokio::fs::write(file.path(), image).await.map_err(disk)?;
            let file = file.into_temp_path();
            let examined = self.examine(&file).await;
            let Examination { info: found, shots, frames: _ } =
                examined.map_err(|error| in_words_of_client(error, &file))?;
            for view in shots {
                match &mut shot {
                    None => shot = Some(ShotView { sharpness: view.sharpness / count, ..view }),
                    Some(shot) => {
                        shot.sharpness += view.sharpness / count;
                        shot.frames.extend(view.frames);
                    }
                }
            }
            info.get_or_insert(found);
        }
        let (Some(info), Some(shot)) = (info, shot) else { return Err(nothing()) };
        let seen = self.tagger.tag(&info, std::slice::from_ref(&shot), words).await?;
        seen.first().map(told).ok_or_else(nothing)
    }

    /// A clip: what is said of each shot, and of all together.
    async fn clip(&self, file: &Path, words: &TagWords) -> PortResult<Value> {
        let examined = self.examine(file).await;
        let Examination { info, shots, frames: _ } = examined.map_err(|error| in_words_of_client(error, file))?;
        let seen = self.tagger.tag(&info, &shots, words).await?;
        let all: Vec<Tag> = best_first(seen.iter().flat_map(|seen| seen.tags.iter().cloned()).collect());
        let shots = shots.iter().zip(&seen).map(|(view, seen)| {
            let mut shot = told(seen);
            shot["start"] = json!(view.start_s);
            shot["end"] = json!(view.end_s);
            shot
        });
        Ok(json!({ "tags": tags(&all), "duration": info.duration_s, "shots": shots.collect::<Vec<_>>() }))
    }

    async fn examine(&self, file: &Path) -> PortResult<Examination> {
        let key = StepKey { run: RunId::derived(&["vision"]), step: StepName::aside("look"), item: String::new() };
        self.media.examine(file, &StepContext::quiet(key)).await
    }
}

fn told(seen: &Seen) -> Value {
    json!({
        "tags": tags(&seen.tags),
        "caption": seen.caption,
        "quality": seen.quality,
        "focus": seen.focus,
        "vectors": seen.vectors,
    })
}

fn tags(tags: &[Tag]) -> Vec<Value> {
    let tag = |tag: &Tag| json!({ "name": tag.name, "score": tag.score, "source": tag.source, "at": tag.at_s });
    tags.iter().map(tag).collect()
}

/// The name of our file means nothing to who asked.
fn in_words_of_client(mut error: PortError, file: &Path) -> PortError {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    error.message = error.message.replace(&*name, "the picture or clip");
    error
}

fn nothing() -> PortError {
    PortError::new(ErrorKind::Invalid, "nexus", "look at a picture", "there is no picture in what was sent")
}
