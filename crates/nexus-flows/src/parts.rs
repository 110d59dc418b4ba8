//! Arrow 15 on many machines: the pieces of a film are runs of their own, and whoever is free takes one.

use std::sync::Arc;

use async_trait::async_trait;
use nexus_core::{
    Arrow, RunId,
    film::{Film, RenderParts, RenderRequest},
    journal::{NewRun, Priority, Role, StepName},
    port::Ports,
};
use nexus_workflow::{Flow, FlowError, Run};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One piece of a film to render.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PartInput {
    request: RenderRequest,
    parts: RenderParts,
    part: u32,
}

/// The flow that renders one piece to where the film is joined.
pub struct PartFlow {
    /// The ports.
    pub ports: Arc<Ports>,
}

#[async_trait]
impl Flow for PartFlow {
    fn name(&self) -> &str {
        "part"
    }

    fn version(&self) -> u32 {
        1
    }

    fn role(&self) -> Role {
        Role::Render
    }

    async fn run(&self, run: &Run) -> Result<Value, FlowError> {
        let PartInput { request, parts, part } = run.input()?;
        let renderer = &self.ports.renderer;
        run.by(renderer.adapter())
            .step(StepName::aside("render-part"), async |step| {
                renderer.render_part(&request, &parts, part, &step).await
            })
            .await?;
        Ok(json!({ "part": part }))
    }
}

/// Renders `request` as `arrow`: in parts where the renderer has some that others can make, then joined.
pub(crate) async fn render(
    run: &Run,
    ports: &Ports,
    arrow: Arrow,
    request: &RenderRequest,
    finish: impl FnOnce(&mut Film),
) -> Result<Film, FlowError> {
    let renderer = &ports.renderer;
    let by = run.by(renderer.adapter());
    if renderer.shares_parts() && !run.has(arrow) {
        let parts: RenderParts =
            by.step(StepName::aside("plan-parts"), async |_| renderer.parts(request).await).await?;
        // The same at every repeat, and another one for another film of the same run.
        let film = serde_json::to_string(request).unwrap_or_default();
        let child = |part: u32| NewRun {
            id: RunId::derived(&["part", &run.id().to_string(), &film, &part.to_string()]),
            flow: "part".into(),
            version: 1,
            priority: Priority::Urgent,
            business: run.business(),
            input: json!(PartInput { request: request.clone(), parts: parts.clone(), part }),
        };
        by.join(StepName::aside("render-parts"), (0..parts.count).map(child).collect()).await?;
    }
    let film = by
        .step(arrow, async |step| {
            let mut film = renderer.render(request, &step).await?;
            finish(&mut film);
            Ok(film)
        })
        .await?;
    if renderer.shares_parts() {
        by.step(StepName::aside("clear-parts"), async |_| renderer.clear_parts(request).await).await?;
    }
    Ok(film)
}
