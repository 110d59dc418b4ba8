//! Clips that were seen by other eyes are looked at again, one after the other, while everything else goes on.
//!
//! Until a clip's turn comes it is found by what was seen before; vectors of two models are never compared.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use nexus_core::{
    AssetId, BusinessId, PortResult,
    blob::BlobRef,
    footage::{Examination, Shot},
    journal::StepName,
    port::{Ports, StepContext, TagWords},
};
use nexus_workflow::{Flow, FlowError, Run};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ingest::{Clip, describe};

/// The flow that begins when a model came, or changed.
pub struct LookAgainFlow {
    /// The ports.
    pub ports: Arc<Ports>,
}

#[async_trait]
impl Flow for LookAgainFlow {
    fn name(&self) -> &str {
        "look-again"
    }

    fn version(&self) -> u32 {
        1
    }

    async fn run(&self, run: &Run) -> Result<serde_json::Value, FlowError> {
        let find = async |_| {
            let shots = self.ports.memory.all(run.business()).await?;
            Ok(outdated(&shots, &self.ports.tagger.eyes()))
        };
        let clips: Vec<SeenBefore> = run.step(StepName::aside("find-clips"), find).await?;
        let mut shots = 0;
        for clip in &clips {
            let scoped = run.scoped(clip.asset.to_string()).by(self.ports.tagger.adapter());
            let again = async |context: StepContext| look_again(&self.ports, run.business(), clip, &context).await;
            shots += scoped.step(StepName::aside("look-again"), again).await?;
        }
        Ok(json!({ "clips": clips.len(), "shots": shots }))
    }
}

/// A clip that other eyes saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeenBefore {
    /// The asset.
    pub asset: AssetId,
    /// Its file.
    pub blob: BlobRef,
    /// The file's name as its owner knows it.
    pub file_name: String,
    /// Words that its owner gave.
    pub user_tags: Vec<String>,
}

/// Footage that other eyes than `eyes` saw, by asset. What the product made itself says what it is.
#[must_use]
pub fn outdated(shots: &[Shot], eyes: &str) -> Vec<SeenBefore> {
    let old = shots.iter().filter(|shot| shot.seen_by != eyes && !shot.generated);
    let clips: BTreeMap<AssetId, &Shot> = old.map(|shot| (shot.asset, shot)).collect();
    let clip = |shot: &Shot| SeenBefore {
        asset: shot.asset,
        blob: shot.blob.clone(),
        file_name: shot.file_name.clone(),
        user_tags: shot.tags.iter().filter(|tag| tag.source == "you").map(|tag| tag.name.clone()).collect(),
    };
    clips.into_values().map(clip).collect()
}

/// One clip; how many shots it has now.
async fn look_again(
    ports: &Ports,
    business: BusinessId,
    known: &SeenBefore,
    context: &StepContext,
) -> PortResult<usize> {
    let Some(blob) = ports.blobs.head(known.blob.bucket, &known.blob.key).await? else {
        // Whoever removed the file meant it; its shots stay until they are removed, too.
        return Ok(0);
    };
    let file = ports.blobs.local_file(&blob).await?;
    let examination: Examination = ports.media.examine(&file, context).await?;
    let words = TagWords { file_name: known.file_name.clone(), user_tags: known.user_tags.clone() };
    let seen = ports.tagger.tag(&examination.info, &examination.shots, &words).await?;
    let clip =
        Clip { asset: known.asset, business, blob, file_name: known.file_name.clone(), eyes: ports.tagger.eyes() };
    ports.memory.upsert(business, &describe(&clip, examination, seen)).await
}
