//! The whole line for one review: script, choice, fallback, assembly, delivery, until the owner is content.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use nexus_core::{
    blob::BlobRef,
    business::Style,
    delivery::Receipt,
    film::{Aspect, Film, Resolution},
    journal::Role,
    port::Ports,
    review::Review,
    script::Script,
};
use nexus_edit::{CutConfig, CutPlan};
use nexus_workflow::{Flow, FlowError, Run};
use serde::{Deserialize, Serialize};

use crate::{
    assemble::{Assembled, assemble},
    choose::choose,
    deliver::{Decision, Delivery},
    fallback::{GeneratedLook, fallback},
    fill::Placed,
    learn::learn,
    script::{Revision, script},
};

/// How films are made and delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilmSettings {
    /// Shape.
    pub aspect: Aspect,
    /// Pixels.
    pub resolution: Resolution,
    /// Same seed, same film.
    pub seed: u64,
    /// The style; the brand's own when absent.
    #[serde(default)]
    pub style: Option<Style>,
    /// How the edit follows the music.
    pub cut: CutConfig,
    /// Seconds in which an approval can be taken back; nothing leaves before they are over.
    pub undo_s: u64,
    /// Hours after which the question expires.
    pub approval_hours: u64,
    /// Address of this installation as guests reach it; empty when there is none.
    pub public_url: String,
}

/// What a film is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReelInput {
    /// The review.
    pub review: Review,
    /// The track.
    pub music: BlobRef,
    /// How.
    pub settings: FilmSettings,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReelOutput {
    /// `published` or `declined`.
    pub outcome: String,
    /// The owner's reason, when declined.
    pub reason: String,
    /// The film.
    pub film: Film,
    /// The script.
    pub script: Script,
    /// Every shot in its place.
    pub placed: Vec<Placed>,
    /// Every cut.
    pub cuts: CutPlan,
    /// Proofs of publication; empty when declined.
    pub receipts: Vec<Receipt>,
}

/// How often one film is made anew on the owner's wish.
const MOST_REVISIONS: u32 = 5;

/// The flow that a review starts.
pub struct ReelFlow {
    /// The ports.
    pub ports: Arc<Ports>,
    /// A folder for files on their way into the store.
    pub scratch: PathBuf,
}

#[async_trait]
impl Flow for ReelFlow {
    fn name(&self) -> &str {
        "reel"
    }

    fn version(&self) -> u32 {
        1
    }

    fn role(&self) -> Role {
        Role::Render
    }

    async fn run(&self, run: &Run) -> Result<serde_json::Value, FlowError> {
        let input: ReelInput = run.input()?;
        let output = reel(run, &self.ports, &self.scratch, input).await?;
        Ok(serde_json::json!(output))
    }
}

async fn reel(run: &Run, ports: &Ports, scratch: &std::path::Path, input: ReelInput) -> Result<ReelOutput, FlowError> {
    let ReelInput { review, music, settings } = input;
    let mut revision = Revision::default();
    loop {
        let run = &run.scoped(format!("r{}", revision.number));
        let mut draft = script(run, ports, &review, settings.seed, &revision).await?;
        let kit = &mut draft.context.business.kit;
        kit.style = settings.style.unwrap_or(kit.style);
        let (width_px, height_px) = settings.aspect.size_px(settings.resolution);
        let choice = choose(run, ports, &review, &draft, (width_px, height_px)).await?;
        let look = GeneratedLook {
            width_px,
            height_px,
            rate: nexus_core::FrameRate::FPS_30,
            seed: settings.seed + u64::from(revision.number),
        };
        let choice = fallback(run, ports, &draft.context.business, &draft.script, choice, look).await?;
        let Assembled { film, placed, cuts } = assemble(run, ports, &draft, &choice, &music, &settings).await?;
        let delivery = Delivery {
            business: &draft.context.business,
            review: &review,
            script: &draft.script,
            film: &film,
            revision: revision.number,
            contains_generated: placed.iter().any(|placed| placed.pick.shot.generated),
            settings: &settings,
        };
        let decision = delivery.ask(run, ports).await?;
        learn(run, ports, review.business, revision.number, &decision, &placed).await?;
        let (outcome, reason, receipts) = match decision {
            Decision::Approved => ("published", String::new(), delivery.publish(run, ports, scratch).await?),
            Decision::Declined(reason) => ("declined", reason, Vec::new()),
            Decision::Expired => ("declined", "nobody answered before the link expired".into(), Vec::new()),
            Decision::Change(note) if revision.number < MOST_REVISIONS => {
                revision = Revision { number: revision.number + 1, wish: Some(note) };
                continue;
            }
            Decision::Change(note) => {
                ("declined", format!("changed {MOST_REVISIONS} times; last wish: {note}"), Vec::new())
            }
        };
        return Ok(ReelOutput { outcome: outcome.into(), reason, film, script: draft.script, placed, cuts, receipts });
    }
}
