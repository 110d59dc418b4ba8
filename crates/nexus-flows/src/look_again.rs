//! Clips that were seen by other eyes are looked at again, one after the other, while everything else goes on.
//!
//! Until a clip's turn comes it is found by what was seen before; vectors of two models are never compared.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use nexus_core::{
    AssetId, BusinessId, PortResult,
    blob::BlobRef,
    footage::Shot,
    journal::{Role, StepName},
    port::{Ports, StepContext, TagWords},
};
use nexus_workflow::{Flow, FlowError, Run};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ingest::{Clip, see};

/// Between two clips.
const STEP_BACK: Duration = Duration::from_millis(200);

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

    fn role(&self) -> Role {
        Role::Ingest
    }

    async fn run(&self, run: &Run) -> Result<serde_json::Value, FlowError> {
        let find = async |_| {
            let shots = self.ports.memory.all(run.business()).await?;
            Ok(outdated(&shots, &self.ports.tagger.eyes()))
        };
        let clips: Vec<SeenBefore> = run.step(StepName::aside("find-clips"), find).await?;
        let (mut shots, mut failed) = (0, Vec::new());
        for clip in &clips {
            let scoped = run.scoped(clip.asset.to_string());
            // Others first: whatever waits for this worker goes on before the next clip.
            let now = scoped.timestamp(StepName::aside("step-back")).await?;
            let _: Option<serde_json::Value> =
                scoped.wait_until(StepName::aside("stepped-back"), "look-again", now.after(STEP_BACK)).await?;
            let again = async |context: StepContext| {
                match look_again(&self.ports, run.business(), clip, &context).await {
                    // One clip that cannot be seen must not keep the others from it.
                    Err(error) if !error.kind.is_retryable() => Ok(Err(error.chain())),
                    other => other.map(Ok),
                }
            };
            let seen: Result<usize, String> =
                scoped.by(self.ports.tagger.adapter()).step(StepName::aside("look-again"), again).await?;
            match seen {
                Ok(seen) => shots += seen,
                Err(reason) => failed.push(json!({ "file": clip.file_name, "reason": reason })),
            }
        }
        Ok(json!({ "clips": clips.len(), "shots": shots, "failed": failed }))
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
    let mut clips: BTreeMap<AssetId, SeenBefore> = BTreeMap::new();
    for shot in old {
        let clip = clips.entry(shot.asset).or_insert_with(|| SeenBefore {
            asset: shot.asset,
            blob: shot.blob.clone(),
            file_name: shot.file_name.clone(),
            user_tags: Vec::new(),
        });
        let yours = shot.tags.iter().filter(|tag| tag.source == "you").map(|tag| tag.name.clone());
        clip.user_tags.extend(yours);
        clip.user_tags.sort();
        clip.user_tags.dedup();
    }
    clips.into_values().collect()
}

/// One clip; how many shots it has now.
async fn look_again(
    ports: &Ports,
    business: BusinessId,
    known: &SeenBefore,
    context: &StepContext,
) -> PortResult<usize> {
    let stored = ports.blobs.head(known.blob.bucket, &known.blob.key).await?;
    let Some(blob) = stored.filter(|blob| blob.etag == known.blob.etag) else {
        // Whoever removed or replaced the file meant it; its shots stay until they are removed, too.
        return Ok(0);
    };
    let words = TagWords { file_name: known.file_name.clone(), user_tags: known.user_tags.clone() };
    let clip =
        Clip { asset: known.asset, business, blob, file_name: known.file_name.clone(), eyes: ports.tagger.eyes() };
    ports.memory.upsert(business, &see(ports, &clip.blob, &clip, &words, context).await?).await
}
