//! Rung L3 of seeing: models that run elsewhere. [`RemoteTagger`] keeps what the tagger of this machine measures, and adds
//! the words and the sentence of a remote model: a Banana or Potassium endpoint ([`Banana`]), any inference service
//! over HTTP ([`HttpInference`]), or a model that reads pictures behind the API of OpenAI ([`VisionChat`]).

mod banana;
mod chat;
mod generic;
mod jpeg;
mod opinion;
mod template;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use nexus_core::{
    ErrorKind, PortResult,
    footage::{MediaInfo, Seen, ShotView, Tag, best_first},
    port::{Adapter, TagWords, Tagger},
};

pub use banana::Banana;
pub use chat::VisionChat;
pub use generic::{HttpInference, InferenceConfig, Polling};
pub use opinion::{Opinion, Word};

/// Shots that are asked about at a time.
const AT_A_TIME: usize = 4;

/// How a busy model is waited for: so often, at first so long, never longer.
const MOST_WAITS: usize = 4;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Pictures of one shot, for a model that runs elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Pictures {
    /// JPEG files in order of time; at least one.
    pub jpegs: Vec<Vec<u8>>,
    /// Words that come with the file.
    pub words: TagWords,
}

impl Pictures {
    /// The middle one.
    fn middle(&self) -> &[u8] {
        &self.jpegs[self.jpegs.len() / 2]
    }
}

/// A model that runs elsewhere.
#[async_trait]
pub trait Inference: Send + Sync {
    /// The adapter's word: `banana`, `http`, `openai`.
    fn adapter(&self) -> &'static str;

    /// The model, as tags name it.
    fn model(&self) -> &str;

    /// What it says of the pictures of one shot.
    ///
    /// # Errors
    /// By kind, as the other side answers; `Invalid` for an answer in which no opinion can be found.
    async fn look(&self, pictures: &Pictures) -> PortResult<Opinion>;
}

/// The tagger of this machine, with the opinion of a model that runs elsewhere.
pub struct RemoteTagger {
    local: Arc<dyn Tagger>,
    remote: Box<dyn Inference>,
}

impl RemoteTagger {
    /// `local` measures (quality, focus, calm, light) and says what it sees; `remote` adds to its words.
    #[must_use]
    pub fn new(local: Arc<dyn Tagger>, remote: Box<dyn Inference>) -> Self {
        Self { local, remote }
    }

    /// Asks, and waits in place while the other side is busy: a whole clip asked anew would be paid for twice.
    async fn ask(&self, pictures: &Pictures) -> PortResult<Opinion> {
        let mut wait = FIRST_WAIT;
        for _ in 0..MOST_WAITS {
            match self.remote.look(pictures).await {
                Err(error) if error.kind.is_retryable() => {
                    tokio::time::sleep(error.retry_after.unwrap_or(wait).min(LONGEST_WAIT)).await;
                    wait *= 2;
                }
                other => return other,
            }
        }
        self.remote.look(pictures).await
    }

    async fn add(&self, view: &ShotView, words: &TagWords, mut seen: Seen) -> PortResult<Seen> {
        let jpegs: Vec<Vec<u8>> = view.frames.iter().filter_map(jpeg::of).collect();
        if jpegs.is_empty() {
            return Ok(seen);
        }
        let Opinion { words: said, caption } = match self.ask(&Pictures { jpegs, words: words.clone() }).await {
            Ok(opinion) => opinion,
            // Wrong for good: what this machine sees is enough to cut films from.
            Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Invalid) => {
                tracing::warn!(error = %error, "a shot goes without the words of the model elsewhere");
                return Ok(seen);
            }
            Err(error) => return Err(error),
        };
        let source = format!("L3 {}", self.remote.model());
        // The model saw the whole shot; its middle picture stands for that.
        let at_s = view.frames[view.frames.len() / 2].time_s.clamp(view.start_s, view.end_s);
        let tag = |word: Word| Tag { name: word.name, score: word.score, source: source.clone(), at_s };
        seen.tags.extend(said.into_iter().map(tag));
        seen.tags = best_first(seen.tags);
        if let Some(caption) = caption {
            seen.caption = caption;
        }
        Ok(seen)
    }
}

impl Adapter for RemoteTagger {
    fn adapter(&self) -> &'static str {
        self.remote.adapter()
    }
}

#[async_trait]
impl Tagger for RemoteTagger {
    fn eyes(&self) -> String {
        format!("{} + {} {}", self.local.eyes(), self.remote.adapter(), self.remote.model())
    }

    async fn tag(&self, info: &MediaInfo, shots: &[ShotView], words: &TagWords) -> PortResult<Vec<Seen>> {
        let seen = self.local.tag(info, shots, words).await?;
        let asked = shots.iter().zip(seen).map(|(view, seen)| self.add(view, words, seen));
        let asked: Vec<_> = asked.collect();
        stream::iter(asked).buffered(AT_A_TIME).try_collect().await
    }
}
