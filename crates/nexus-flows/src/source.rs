//! A file that is brought in as a source for later edits: fetched or uploaded, looked at, offered by address, together
//! with the versions of it that were asked for.

use std::sync::Arc;

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::BlobRef,
    fetch::{Fetched, HostedFile, HostedRole},
    footage::MediaInfo,
    journal::{Role, StepName},
    port::{Ports, StepContext},
};
use nexus_workflow::{Flow, FlowError, Run};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::renditions::Rendition;
use crate::media_type::{UNKNOWN, accepted, ending_of, of_container, of_ending};

pub mod renditions;

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceInput {
    /// Where it is.
    pub from: SourceFrom,
    /// The address under which others reach this server, without a slash at its end; empty when unknown.
    pub base_url: String,
    /// Versions to make of it, each as it was asked for and found good by [`renditions::wished`].
    #[serde(default)]
    pub renditions: Vec<Value>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceOutput {
    /// The file that edits may name.
    pub file: HostedFile,
    /// Technical facts; `None` for what is neither film nor sound.
    pub info: Option<MediaInfo>,
    /// Its versions, in the order in which they were asked for.
    #[serde(default)]
    pub renditions: Vec<RenditionOutput>,
}

/// What came of one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RenditionOutput {
    /// It can be downloaded.
    Ready {
        /// The file.
        file: HostedFile,
        /// Width and height in pixels; 0 for a sound.
        size_px: (u32, u32),
        /// Seconds.
        length_s: f64,
        /// Frames per second.
        fps: f64,
    },
    /// It cannot be made, and why.
    Failed(String),
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

    fn role(&self) -> Role {
        Role::Ingest
    }

    async fn run(&self, run: &Run) -> Result<Value, FlowError> {
        let input: SourceInput = run.input()?;
        let output = source(run, &self.ports, input).await?;
        Ok(serde_json::json!(output))
    }
}

async fn source(run: &Run, ports: &Ports, input: SourceInput) -> Result<SourceOutput, FlowError> {
    let SourceInput { from, base_url: _, renditions: wishes } = input;
    let Fetched { blob, media_type } = match from {
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
    let mut renditions = Vec::new();
    for (index, wish) in wishes.iter().enumerate() {
        let made: RenditionOutput = run
            .by(ports.renderer.adapter())
            .step_item(StepName::aside("rendition"), &format!("{index:03}"), async |step| {
                match rendition(ports, (&file, info.as_ref()), (index, wish), &step).await {
                    // The source is as good as before.
                    Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::Unsupported) => {
                        Ok(RenditionOutput::Failed(error.message))
                    }
                    made => made,
                }
            })
            .await?;
        renditions.push(made);
    }
    let ready = |made: &RenditionOutput| match made {
        RenditionOutput::Ready { file, .. } => Some(file.clone()),
        RenditionOutput::Failed(_) => None,
    };
    let files: Vec<HostedFile> = renditions.iter().filter_map(ready).collect();
    if !files.is_empty() {
        run.by(ports.hosting.adapter())
            .step(StepName::aside("save-renditions"), async |_| ports.hosting.host(&files).await)
            .await?;
    }
    Ok(SourceOutput { file, info, renditions })
}

/// Makes one version of a source.
async fn rendition(
    ports: &Ports,
    (source, info): (&HostedFile, Option<&MediaInfo>),
    (index, wish): (usize, &Value),
    step: &StepContext,
) -> PortResult<RenditionOutput> {
    let wrong = |message: String| PortError::new(ErrorKind::Invalid, "renderer", "make a rendition", message);
    let path = format!("outputs.renditions[{index}]");
    let rendition = Rendition::read(wish, &path)
        .map_err(|faults| wrong(faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("; ")))?;
    let request = rendition.request(source, info).map_err(|why| wrong(format!("{path}: {why}")))?;
    let film = ports.renderer.render(&request, step).await?;
    let id = HostedFile::rendition_id(source.run, index);
    let ending = ending_of(film.blob.key.as_str()).unwrap_or("bin");
    let name = rendition.file_name().map_or_else(|| id.uuid(), str::to_owned);
    let file = HostedFile {
        id,
        role: HostedRole::Rendition,
        file_name: format!("{name}.{ending}"),
        media_type: of_ending(ending).to_owned(),
        blob: film.blob,
        ..source.clone()
    };
    let (size_px, length_s) = ((film.width_px, film.height_px), film.rate.start_of(film.length).0);
    Ok(RenditionOutput::Ready { file, size_px, length_s, fps: film.rate.as_f64() })
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
