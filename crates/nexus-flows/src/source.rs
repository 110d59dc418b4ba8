//! A file that is brought in as a source for later edits: fetched or uploaded, looked at, offered by address.

use std::sync::Arc;

use async_trait::async_trait;
use nexus_core::{
    ErrorKind,
    blob::BlobRef,
    fetch::{Fetched, HostedFile, HostedRole},
    footage::MediaInfo,
    journal::StepName,
    port::Ports,
};
use nexus_workflow::{Flow, FlowError, Run};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::media_type::{UNKNOWN, accepted, ending_of, of_container, of_ending};

/// Where the file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceFrom {
    /// At an address.
    Link(String),
    /// In the store already.
    Stored(BlobRef),
}

/// What is brought in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInput {
    /// Where it is.
    pub from: SourceFrom,
    /// The address under which others reach this server, without a slash at its end; empty when unknown.
    pub base_url: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceOutput {
    /// The file that edits may name.
    pub file: HostedFile,
    /// Technical facts; `None` for what is neither film nor sound.
    pub info: Option<MediaInfo>,
}

/// The flow that a source starts.
pub struct SourceFlow {
    /// The ports.
    pub ports: Arc<Ports>,
}

#[async_trait]
impl Flow for SourceFlow {
    fn name(&self) -> &str {
        "source"
    }

    fn version(&self) -> u32 {
        1
    }

    async fn run(&self, run: &Run) -> Result<Value, FlowError> {
        let input: SourceInput = run.input()?;
        let output = source(run, &self.ports, input).await?;
        Ok(serde_json::json!(output))
    }
}

async fn source(run: &Run, ports: &Ports, input: SourceInput) -> Result<SourceOutput, FlowError> {
    let Fetched { blob, media_type } = match input.from {
        SourceFrom::Stored(blob) => Fetched { blob, media_type: None },
        SourceFrom::Link(url) => {
            run.by(ports.fetcher.adapter())
                .step(StepName::aside("fetch"), async |_| ports.fetcher.fetch(run.business(), &url).await)
                .await?
        }
    };
    let info: Option<MediaInfo> = run
        .by(ports.media.adapter())
        .step(StepName::aside("probe"), async |_| {
            let file = ports.blobs.local_file(&blob).await?;
            match ports.media.probe(&file).await {
                Ok(info) => Ok(Some(info)),
                // A picture or a font is a good source, although there is nothing to play in it.
                Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::Unsupported) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await?;
    let file = hosted(run, blob, media_type.as_deref(), info.as_ref());
    run.by(ports.hosting.adapter())
        .step(StepName::aside("save"), async |_| ports.hosting.host(std::slice::from_ref(&file)).await)
        .await?;
    Ok(SourceOutput { file, info })
}

fn hosted(run: &Run, blob: BlobRef, told: Option<&str>, info: Option<&MediaInfo>) -> HostedFile {
    let ending = ending_of(blob.key.as_str()).map(str::to_owned);
    let by_ending = ending.as_deref().map_or(UNKNOWN, of_ending);
    let by_content = info.map_or(UNKNOWN, |info| of_container(&info.container));
    let media_type = [told.and_then(accepted).unwrap_or(UNKNOWN), by_ending, by_content]
        .into_iter()
        .find(|media_type| *media_type != UNKNOWN)
        .unwrap_or(UNKNOWN);
    HostedFile {
        id: HostedFile::id_of(run.id(), HostedRole::Source),
        business: run.business(),
        run: run.id(),
        role: HostedRole::Source,
        file_name: ending.map_or_else(|| "source".to_owned(), |ending| format!("source.{ending}")),
        media_type: media_type.to_owned(),
        blob,
    }
}
