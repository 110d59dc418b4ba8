//! The embedded scriptwriter: finds the best lines of a review and lays them out as scenes, word for word.
//!
//! The text of the review is data from end to end. Nothing in it is followed, and nothing is written that
//! neither the guest nor the business said.

mod clauses;
mod credit;
mod guard;
mod hook;
mod language;
mod lexicon;
mod phrases;
mod quote;
mod reading;
mod scenes;
mod seo;
mod shows;
mod typeset;
mod words;

use async_trait::async_trait;
use nexus_core::{
    PortResult,
    port::{Adapter, ScriptWriter, StepContext},
    script::{Script, ScriptRequest},
};

pub use guard::Reason;
pub use reading::Dropped;

use crate::error::CreateError;

/// Writes scripts from the words of the review alone. Deterministic: the same request gives the same script.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExtractiveWriter;

impl ExtractiveWriter {
    /// The name that scripts carry.
    pub const NAME: &'static str = "extractive-1";

    /// A writer; it holds nothing.
    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// The parts of the review that are never quoted, in order, with the reason of each.
    #[must_use]
    pub fn dropped(self, request: &ScriptRequest) -> Vec<Dropped> {
        reading::Reading::of(request).dropped()
    }

    /// The script for `request`.
    ///
    /// # Errors
    /// [`CreateError::NothingToQuote`] when no sentence of the review may be quoted.
    pub fn script(self, request: &ScriptRequest) -> Result<Script, CreateError> {
        let reading = reading::Reading::of(request);
        let line = reading.choose()?;
        Ok(scenes::lay_out(request, &reading, &line))
    }
}

impl Adapter for ExtractiveWriter {}

#[async_trait]
impl ScriptWriter for ExtractiveWriter {
    async fn write(&self, request: &ScriptRequest, context: &StepContext) -> PortResult<Script> {
        let (writer, request) = (*self, request.clone());
        let script = tokio::task::spawn_blocking(move || writer.script(&request))
            .await
            .map_err(|source| CreateError::Stopped { work: "script", source }.at("scriptwriter", "write the script"))?
            .map_err(|error| error.at("scriptwriter", "write the script"))?;
        context.report(1, 1, format!("quote chosen: {}", script.quote));
        Ok(script)
    }
}
