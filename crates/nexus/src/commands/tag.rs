//! `nexus tag FILE|DIR…`: what is seen in clips and photos. Prints, stores nothing.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use nexus_core::{
    RunId,
    footage::{Begins, Examination, Seen, ShotView, Tag},
    journal::{StepKey, StepName},
    port::{Media, StepContext, TagWords, Tagger},
};
use nexus_vision::Sight;
use serde::Serialize;

use crate::{
    cli::{Global, TagArguments},
    config::Config,
    intake, show, wire,
};

/// Tags of one file that are shown in a line for people.
const MOST_SHOWN: usize = 10;

/// Runs the command.
pub(crate) async fn run(arguments: TagArguments, config: &Config, global: &Global) -> anyhow::Result<()> {
    let files = intake::find_media(&arguments.paths)?;
    let eye = Eye::open(config)?;
    let mut told = Vec::new();
    let mut failed = Vec::new();
    for file in &files {
        let words =
            TagWords { file_name: if arguments.names { name_of(file) } else { String::new() }, ..TagWords::default() };
        match eye.look(file, &words).await {
            Ok(mut looked) => {
                // Pictures of a thousand files would not fit; what is told needs none.
                looked.shots.iter_mut().for_each(|shot| shot.frames.clear());
                if !global.json {
                    show::result(&looked.line());
                }
                told.push(looked);
            }
            Err(error) => {
                show::line(&format!("left out: {error:#}"));
                failed.push(Failed { file: file.display().to_string(), reason: format!("{error:#}") });
            }
        }
    }
    if global.json {
        show::json(&Told { rungs: eye.sight.rungs(), files: &told, failed: &failed })?;
    } else {
        show::line(&format!("Seen by {}.", eye.sight.rungs().join(", ")));
    }
    anyhow::ensure!(!told.is_empty(), "none of the files can be looked at; the reasons stand above");
    Ok(())
}

/// Reads files and says what is in them.
pub(crate) struct Eye {
    pub(crate) sight: Arc<Sight>,
    media: Arc<dyn Media>,
    tagger: Arc<dyn Tagger>,
}

impl Eye {
    /// The eye that the configuration gives.
    pub(crate) fn open(config: &Config) -> anyhow::Result<Self> {
        let sight = wire::sight(config)?;
        Ok(Self { tagger: wire::tagger(config, Arc::clone(&sight))?, media: wire::media(), sight })
    }

    /// One decode of `file`, and what was seen.
    pub(crate) async fn look(&self, file: &Path, words: &TagWords) -> anyhow::Result<Looked> {
        let context = StepContext::quiet(StepKey {
            run: RunId::derived(&["tag"]),
            step: StepName::aside("look"),
            item: String::new(),
        });
        let Examination { info, shots, frames } = self.media.examine(file, &context).await?;
        let seen = self.tagger.tag(&info, &shots, words).await?;
        Ok(Looked { file: name_of(file), frames_decoded: frames, duration_s: info.duration_s, shots, seen })
    }
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What was seen in one file.
pub(crate) struct Looked {
    pub(crate) file: String,
    pub(crate) frames_decoded: u64,
    pub(crate) duration_s: f64,
    pub(crate) shots: Vec<ShotView>,
    pub(crate) seen: Vec<Seen>,
}

impl Looked {
    /// Tags over all shots: each with its best score, best first.
    fn tags(&self) -> Vec<&Tag> {
        let mut best: BTreeMap<&str, &Tag> = BTreeMap::new();
        for tag in self.seen.iter().flat_map(|seen| &seen.tags) {
            let known = best.entry(&tag.name).or_insert(tag);
            if tag.score > known.score {
                *known = tag;
            }
        }
        let mut tags: Vec<&Tag> = best.into_values().collect();
        tags.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.name.cmp(&b.name)));
        tags
    }

    fn line(&self) -> String {
        let tags: Vec<String> =
            self.tags().iter().take(MOST_SHOWN).map(|tag| format!("{} {:.2}", tag.name, tag.score)).collect();
        format!("{}: {}", self.file, tags.join(", "))
    }
}

/// What others read.
#[derive(Serialize)]
struct Told<'a> {
    rungs: Vec<String>,
    files: &'a [Looked],
    failed: &'a [Failed],
}

#[derive(Serialize)]
struct Failed {
    file: String,
    reason: String,
}

impl Serialize for Looked {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FileTold {
            file: &self.file,
            duration_s: self.duration_s,
            frames_decoded: self.frames_decoded,
            tags: self.tags(),
            shots: self.shots.iter().zip(&self.seen).map(ShotTold::from).collect(),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct FileTold<'a> {
    file: &'a str,
    duration_s: f64,
    /// Frames of the one decode.
    frames_decoded: u64,
    tags: Vec<&'a Tag>,
    shots: Vec<ShotTold<'a>>,
}

/// A shot as others read it.
#[derive(Serialize)]
pub(crate) struct ShotTold<'a> {
    start: f64,
    end: f64,
    transition: Begins,
    quality: f64,
    focus: [f64; 2],
    #[serde(skip_serializing_if = "str::is_empty")]
    caption: &'a str,
    tags: &'a [Tag],
    spaces: Vec<&'a str>,
}

impl<'a> From<(&'a ShotView, &'a Seen)> for ShotTold<'a> {
    fn from((view, seen): (&'a ShotView, &'a Seen)) -> Self {
        Self {
            start: view.start_s,
            end: view.end_s,
            transition: view.begins,
            quality: seen.quality,
            focus: seen.focus,
            caption: &seen.caption,
            tags: &seen.tags,
            spaces: seen.vectors.iter().map(|vector| vector.space.as_str()).collect(),
        }
    }
}
