//! Flow 1, arrows 1 to 4: a dumb file becomes shots that can be found by meaning.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use nexus_core::{
    Arrow, AssetId, BusinessId, ErrorKind, PortError, PortResult,
    blob::{Arrival, BlobRef},
    footage::{Examination, MediaInfo, Seen, Shot},
    journal::{Role, StepName},
    port::{Ports, StepContext, TagWords},
};
use nexus_workflow::{Flow, FlowError, Run};
use serde::{Deserialize, Serialize};

/// What became of an uploaded file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ingested {
    /// The asset.
    pub asset: AssetId,
    /// The name its owner gave it.
    pub file_name: String,
    /// How many shots were remembered.
    pub shots: usize,
    /// Its best tags with how often they were seen, best first.
    pub tags: Vec<String>,
}

/// The flow that an arriving object starts.
pub struct IngestFlow {
    /// The ports.
    pub ports: Arc<Ports>,
}

#[async_trait]
impl Flow for IngestFlow {
    fn name(&self) -> &str {
        "ingest"
    }

    fn version(&self) -> u32 {
        1
    }

    fn role(&self) -> Role {
        Role::Ingest
    }

    async fn run(&self, run: &Run) -> Result<serde_json::Value, FlowError> {
        let arrival: Arrival = run.input()?;
        let ingested = ingest(run, &self.ports, &arrival).await?;
        Ok(serde_json::json!(ingested))
    }
}

/// Arrows 1 to 4 for one file.
async fn ingest(run: &Run, ports: &Ports, arrival: &Arrival) -> Result<Ingested, FlowError> {
    let object = &arrival.object;
    let asset = AssetId::derived(&[object.key.as_str(), &object.etag]);
    let words = TagWords { file_name: arrival.file_name.clone(), user_tags: arrival.user_tags.clone() };

    let stored = run
        .by(ports.blobs.adapter())
        .step(Arrow::Upload, async |_| {
            let head = ports.blobs.head(object.bucket, &object.key).await?;
            head.ok_or_else(|| vanished(&arrival.file_name))
        })
        .await?;
    run.note(Arrow::TriggerVision, arrival.event.clone()).await?;

    first_look(run, ports, &stored, &words).await?;
    let shots: Vec<Shot> = run
        .by(ports.tagger.adapter())
        .step(Arrow::AnalyzeFrames, async |context| {
            let clip = Clip {
                asset,
                business: run.business(),
                blob: arrival.object.clone(),
                file_name: arrival.file_name.clone(),
                eyes: ports.tagger.eyes(),
            };
            see(ports, &stored, &clip, &words, &context).await
        })
        .await?;
    let count = run
        .by(ports.memory.adapter())
        .step(Arrow::StoreTags, async |_| ports.memory.upsert(run.business(), &shots).await)
        .await?;
    Ok(Ingested { asset, file_name: arrival.file_name.clone(), shots: count, tags: best_tags(&shots) })
}

/// First words for what is in a film, before all of it is decoded; the step's output shows them. They are not remembered: what cannot be decoded to its end must not be found. A model that runs elsewhere is asked once, later.
async fn first_look(run: &Run, ports: &Ports, stored: &BlobRef, words: &TagWords) -> Result<(), FlowError> {
    if ports.tagger.adapter() != "embedded" {
        return Ok(());
    }
    let look = async || {
        let file = ports.blobs.local_file(stored).await?;
        let Examination { info, shots, .. } = ports.media.glance(&file).await?;
        // A few moments say nothing of movement and sound, as in a photo.
        let moments = MediaInfo { duration_s: 0.0, ..info };
        let seen = ports.tagger.tag(&moments, &shots, words).await?;
        Ok::<_, PortError>(seen.into_iter().flat_map(|seen| seen.tags).map(|tag| tag.name).collect::<Vec<String>>())
    };
    // What is wrong with a file is for the full pass to say.
    run.step(StepName::aside("first-look"), async |_| Ok(look().await.unwrap_or_default())).await?;
    Ok(())
}

fn vanished(file_name: &str) -> PortError {
    let message = format!("{file_name} was announced but is not in the store any more; upload it again");
    PortError::new(ErrorKind::NotFound, "storage", "find the upload", message)
}

/// The same error with the name that the owner knows instead of the stored one.
fn in_words_of_owner(mut error: PortError, stored: &BlobRef, file_name: &str) -> PortError {
    let stored_name = stored.key.as_str().rsplit('/').next().unwrap_or_default();
    error.message = error.message.replace(stored_name, file_name);
    error
}

/// A stored clip, and the eyes that saw it.
pub(crate) struct Clip {
    pub(crate) asset: AssetId,
    pub(crate) business: BusinessId,
    pub(crate) blob: BlobRef,
    pub(crate) file_name: String,
    pub(crate) eyes: String,
}

/// One decode of the clip that lies in `stored`, and what is seen in it.
pub(crate) async fn see(
    ports: &Ports,
    stored: &BlobRef,
    clip: &Clip,
    words: &TagWords,
    context: &StepContext,
) -> PortResult<Vec<Shot>> {
    let file = ports.blobs.local_file(stored).await?;
    let examined = ports.media.examine(&file, context).await;
    let examination = examined.map_err(|error| in_words_of_owner(error, stored, &clip.file_name))?;
    let seen = ports.tagger.tag(&examination.info, &examination.shots, words).await?;
    Ok(describe(clip, examination, seen))
}

/// What is remembered of a clip: one entry per shot.
fn describe(clip: &Clip, examination: Examination, seen: Vec<Seen>) -> Vec<Shot> {
    let Examination { info, shots, frames: _ } = examination;
    let describe_one = |(index, (view, seen)): (usize, (nexus_core::footage::ShotView, Seen))| Shot {
        asset: clip.asset,
        index: index as u32,
        business: clip.business,
        blob: clip.blob.clone(),
        file_name: clip.file_name.clone(),
        start_s: view.start_s,
        end_s: view.end_s,
        tags: seen.tags,
        quality: seen.quality,
        motion: view.motion,
        mean_rgb: seen.mean_rgb,
        focus: seen.focus,
        calm: seen.calm,
        light: seen.light,
        info: info.clone(),
        sound: view.sound,
        generated: false,
        seen_by: clip.eyes.clone(),
        caption: seen.caption,
        vectors: seen.vectors,
    };
    shots.into_iter().zip(seen).enumerate().map(describe_one).collect()
}

/// Tag names over all shots, by their summed score.
fn best_tags(shots: &[Shot]) -> Vec<String> {
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for tag in shots.iter().flat_map(|shot| &shot.tags) {
        *sums.entry(&tag.name).or_default() += tag.score;
    }
    let mut ranked: Vec<(&str, f64)> = sums.into_iter().collect();
    ranked.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
    ranked.into_iter().take(8).map(|(name, _)| name.to_owned()).collect()
}
