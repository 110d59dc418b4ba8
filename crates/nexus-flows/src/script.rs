//! Flow 2, arrows 5 to 8: a review becomes a script in the brand's voice.

use nexus_core::{
    Arrow,
    business::BusinessContext,
    memory::{Found, Hit, SearchQuery},
    port::Ports,
    review::Review,
    script::{Script, ScriptRequest},
};
use nexus_workflow::{FlowError, Run};

/// What the script room hands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The business and its voice.
    pub context: BusinessContext,
    /// The script.
    pub script: Script,
}

/// Which film of this review it is, and what the owner wished for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revision {
    /// 0 for the first.
    pub number: u32,
    /// In the owner's words.
    pub wish: Option<String>,
}

/// Arrows 5 to 8.
pub async fn script(
    run: &Run,
    ports: &Ports,
    review: &Review,
    seed: u64,
    revision: &Revision,
) -> Result<Draft, FlowError> {
    let context = run
        .by(ports.business.adapter())
        .step(Arrow::FetchContext, async |_| {
            let mut context = ports.business.context(review.business).await?;
            context.memory = ports.brand.statements(review.business).await?;
            Ok(context)
        })
        .await?;
    let query = SearchQuery { text: review.text.clone(), limit: 24 };
    let found = run
        .by(ports.memory.adapter())
        .step(Arrow::SearchAssets, async |_| ports.memory.search(review.business, &query).await)
        .await?;
    let best = run.note(Arrow::ReturnAssets, best_assets(found)).await?;
    let request = ScriptRequest {
        context: context.clone(),
        review: review.clone(),
        best,
        seed,
        revision: revision.number,
        wish: revision.wish.clone(),
    };
    let script = run
        .by(ports.writer.adapter())
        .step(Arrow::WriteScript, async |step| ports.writer.write(&request, &step).await)
        .await?;
    Ok(Draft { context, script })
}

/// The best hit of every asset, best first.
fn best_assets(found: Found) -> Vec<Hit> {
    let mut best: Vec<Hit> = Vec::new();
    for hit in found.best.into_iter().chain(found.maybe) {
        if best.iter().all(|known| known.shot.asset != hit.shot.asset) {
            best.push(hit);
        }
    }
    best
}
