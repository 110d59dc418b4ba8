//! A Shotstack edit as a run: every source is brought in, the film is rendered, and offered for download.

mod check;
pub mod destinations;
mod made;
mod merge;
mod phase;
mod sources;
mod stills;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use nexus_core::{
    Arrow, ErrorKind, PortError, PortResult,
    blob::BlobRef,
    fetch::{HostedFile, HostedRole},
    film::{Film, FilmTags, RenderRequest},
    journal::{Role, StepName},
    port::Ports,
};
use nexus_workflow::{Flow, FlowError, Run};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use check::{Fault, check};
pub use made::{Customer, Made, Makers};
pub use merge::{MergeField, overridden};
pub use phase::{Phase, render_ms};
pub use sources::{Source, sources};

use self::stills::Still;
use crate::{
    media_type::{ending_of, of_ending},
    parts,
};

/// Keys of the document that are for the service and not for the renderer.
const OF_THE_SERVICE: [&str; 3] = ["callback", "disk", "instance"];

/// What a render is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EditInput {
    /// The document as it was sent, with its merge fields.
    pub edit: Value,
    /// Sources of the edit that are links to files of ours.
    pub links: BTreeMap<String, BlobRef>,
    /// The address under which others reach this server, without a slash at its end.
    pub base_url: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EditOutput {
    /// The film.
    pub film: Film,
    /// What can be downloaded: the film first, then poster and thumbnail where the edit asks for them.
    pub files: Vec<HostedFile>,
}

impl EditOutput {
    /// The file in a role.
    #[must_use]
    pub fn file(&self, role: HostedRole) -> Option<&HostedFile> {
        self.files.iter().find(|file| file.role == role)
    }
}

/// The flow that a posted edit starts.
pub struct EditFlow {
    /// The ports.
    pub ports: Arc<Ports>,
}

#[async_trait]
impl Flow for EditFlow {
    fn name(&self) -> &str {
        "edit"
    }

    fn version(&self) -> u32 {
        1
    }

    fn role(&self) -> Role {
        Role::Render
    }

    async fn run(&self, run: &Run) -> Result<Value, FlowError> {
        let input: EditInput = run.input()?;
        let output = edit(run, &self.ports, input).await?;
        Ok(serde_json::json!(output))
    }
}

async fn edit(run: &Run, ports: &Ports, input: EditInput) -> Result<EditOutput, FlowError> {
    let edit: Value = run.note(Arrow::SendEdit, merged(&input.edit)).await?;
    let mut assets = BTreeMap::new();
    for (index, source) in sources(&edit).into_iter().enumerate() {
        let blob: BlobRef = run
            .by(ports.fetcher.adapter())
            .step_item(StepName::aside("fetch"), &format!("{index:03}"), async |_| {
                bring_in(run, ports, &input.links, &source).await.map_err(|error| at(&source.path, error))
            })
            .await?;
        assets.insert(source.src, blob);
    }
    let output = edit["output"].clone();
    let (edit, remarks) = made::fill_in(run, ports, edit, &mut assets).await?;
    let assets: BTreeMap<String, BlobRef> = run.note(phase::fetched(), assets).await?;
    let request =
        RenderRequest { business: run.business(), edit: for_renderer(edit), assets, tags: FilmTags::default() };
    let mut film = parts::render(run, ports, Arrow::Render, &request, |_| {}).await?;
    film.remarks.extend(remarks);
    let mut files = vec![hosted(run, HostedRole::Film, "", &film.blob)];
    for (role, suffix, still) in [
        (HostedRole::Poster, "-poster", Still::poster(&output)),
        (HostedRole::Thumbnail, "-thumb", Still::thumbnail(&output)),
    ] {
        match still {
            None => {}
            Some(_) if film.width_px == 0 => film.remarks.push(format!("a sound has no {}", role.as_str())),
            Some(still) => {
                let picture = run
                    .by(ports.renderer.adapter())
                    .step(StepName::aside(role.as_str()), async |step| still.take(ports, &request, &film, &step).await)
                    .await?;
                files.push(hosted(run, role, suffix, &picture));
            }
        }
    }
    run.by(ports.hosting.adapter()).step(StepName::aside("save"), async |_| ports.hosting.host(&files).await).await?;
    Ok(EditOutput { film, files })
}

/// The document that the renderer gets: merge fields filled in, what is for the service taken out. A document whose
/// merge fields are wrong stays as it is: [`check`] has refused it, and the renderer would.
#[must_use]
pub fn merged(edit: &Value) -> Value {
    let mut document = nexus_edit::merge::expand(edit).map_or_else(|_| edit.clone(), |(filled, _)| filled);
    if let Some(object) = document.as_object_mut() {
        for key in OF_THE_SERVICE {
            object.remove(key);
        }
    }
    document
}

/// The document without what is done here: poster and thumbnail, and the film's offer from this server, which is what
/// the destination `shotstack` asks for. Others were refused.
fn for_renderer(mut edit: Value) -> Value {
    if let Some(output) = edit.get_mut("output").and_then(Value::as_object_mut) {
        for key in ["poster", "thumbnail", "destinations"] {
            output.remove(key);
        }
    }
    edit
}

/// The stored object behind a source: one of ours, or one that is fetched now.
async fn bring_in(run: &Run, ports: &Ports, links: &BTreeMap<String, BlobRef>, source: &Source) -> PortResult<BlobRef> {
    if let Some(blob) = links.get(&source.src) {
        return Ok(blob.clone());
    }
    if !source.src.starts_with("nexus://") {
        return Ok(ports.fetcher.fetch(run.business(), &source.src).await?.blob);
    }
    // Another tenant's object is answered like one that does not exist.
    let place = BlobRef::place_of(&source.src).filter(|(_, key)| key.business() == run.business());
    let stored = match place {
        Some((bucket, key)) => ports.blobs.head(bucket, &key).await?,
        None => None,
    };
    stored.ok_or_else(|| {
        let message =
            format!("there is no stored object '{}'; upload it, or give a public https:// address", source.src);
        PortError::new(ErrorKind::NotFound, "storage", "find a source", message)
    })
}

/// The same error with the place in the document at which it arose.
fn at(path: &str, mut error: PortError) -> PortError {
    error.message = format!("{path}: {}", error.message);
    error
}

fn hosted(run: &Run, role: HostedRole, suffix: &str, blob: &BlobRef) -> HostedFile {
    let ending = ending_of(blob.key.as_str()).unwrap_or("bin");
    HostedFile {
        id: HostedFile::id_of(run.id(), role),
        business: run.business(),
        run: run.id(),
        role,
        file_name: format!("{}{suffix}.{ending}", run.id().uuid()),
        media_type: of_ending(ending).to_owned(),
        blob: blob.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_renderer_gets_what_is_its_own() {
        let edit = json!({
            "timeline": { "tracks": [{ "clips": [{ "asset": { "type": "image", "src": "{{ A }}" }, "start": 0, "length": 1 }] }] },
            "output": {
                "format": "mp4",
                "poster": { "capture": 1 },
                "thumbnail": { "capture": 1, "scale": 0.3 },
                "destinations": [{ "provider": "shotstack" }],
            },
            "merge": [{ "find": "A", "replace": "https://a.example/x.png" }],
            "callback": "https://a.example/told",
        });
        let want = json!({
            "timeline": { "tracks": [{ "clips": [{ "asset": { "type": "image", "src": "https://a.example/x.png" }, "start": 0, "length": 1 }] }] },
            "output": { "format": "mp4" },
        });
        assert_eq!(for_renderer(merged(&edit)), want);
        assert_eq!(for_renderer(json!({ "timeline": 3 })), json!({ "timeline": 3 }));
    }
}
