//! Media that an edit describes is made before the edit is rendered: the same description, the same file, made once.

use std::{collections::BTreeMap, sync::Arc};

use nexus_core::{
    BusinessId, ErrorKind, PortError, PortResult, RunId,
    blob::{BlobKey, BlobRef, Bucket},
    business::BrandKit,
    film::StillRequest,
    journal::{StepKey, StepName},
    port::{AnimateSpec, Animator, ImageMaker, Ports, SpeechMaker, StepContext},
    speech::{Speech, SpeechRequest},
};
use nexus_edit::{
    Edit,
    making::{Making, Media, Picture, StillFrom, makings},
};
use nexus_workflow::{FlowError, Run};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{fallback::enlarged, media_type::ending_of};

/// Who makes media.
#[derive(Clone)]
pub struct Makers {
    /// Stills from words.
    pub images: Arc<dyn ImageMaker>,
    /// Moving pictures from stills.
    pub animator: Arc<dyn Animator>,
    /// Speech from words.
    pub speech: Arc<dyn SpeechMaker>,
}

impl From<&Ports> for Makers {
    fn from(ports: &Ports) -> Self {
        let Ports { images, animator, speech, .. } = ports;
        Self { images: Arc::clone(images), animator: Arc::clone(animator), speech: Arc::clone(speech) }
    }
}

/// For whom media is made, and how it looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// The tenant.
    pub business: BusinessId,
    /// Its colours.
    pub kit: BrandKit,
}

/// Media that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// The stored file.
    pub blob: BlobRef,
    /// What people should know.
    pub remarks: Vec<String>,
}

impl Makers {
    /// Makes what an edit describes at a place, or finds what an equal description made before. `still` is the file
    /// behind the address that a clip moves over.
    ///
    /// # Errors
    /// As the port that makes it, with the place in front.
    pub async fn make(
        &self,
        customer: &Customer,
        making: &Making,
        still: Option<&BlobRef>,
        context: &StepContext,
    ) -> PortResult<Made> {
        let made = match &making.media {
            Media::Still(picture) => self.still(customer, picture, context).await.map(Made::plain),
            Media::Clip { still: from, size_px, rate, length_s } => {
                let (width_px, height_px) = *size_px;
                let spec = AnimateSpec { width_px, height_px, rate: *rate, length_s: *length_s };
                self.clip(customer, (from, still), &spec, context).await.map(Made::plain)
            }
            Media::Speech { text, voice, language, is_newscaster } => {
                let request = SpeechRequest {
                    business: customer.business,
                    text: text.clone(),
                    voice: voice.clone(),
                    language: language.clone(),
                    is_newscaster: *is_newscaster,
                };
                let content = json!(&request);
                let said = self.speech.speak(&request, &by_content(customer.business, &content, context)).await;
                said.map(|Speech { blob, remarks }| Made { blob, remarks })
            }
        };
        let mut made = made.map_err(|error| super::at(&making.path, error))?;
        for remark in &mut made.remarks {
            *remark = format!("{}: {remark}", making.path);
        }
        made.remarks.extend(making.remarks.iter().cloned());
        Ok(made)
    }

    async fn still(&self, customer: &Customer, picture: &Picture, context: &StepContext) -> PortResult<BlobRef> {
        let Picture { words, size_px: (width_px, height_px) } = picture;
        let context = by_content(customer.business, &json!(["still", picture, customer.kit]), context);
        let request = StillRequest {
            business: customer.business,
            subject: words.clone(),
            kit: customer.kit.clone(),
            width_px: *width_px,
            height_px: *height_px,
            // The words decide, so that other words never give the same picture.
            seed: u64::from_str_radix(&context.key.token()[..16], 16).unwrap_or_default(),
        };
        self.images.make_still(&request, &context).await
    }

    async fn clip(
        &self,
        customer: &Customer,
        (from, file): (&StillFrom, Option<&BlobRef>),
        spec: &AnimateSpec,
        context: &StepContext,
    ) -> PortResult<BlobRef> {
        let still = match (from, file) {
            (StillFrom::File(_), Some(file)) => file.clone(),
            (StillFrom::File(src), None) => {
                let message = format!("expected a picture to move over, and there is no file for '{src}'");
                return Err(PortError::new(ErrorKind::NotFound, "animator", "find the still", message));
            }
            (StillFrom::Words(words), _) => {
                let size_px = (enlarged(spec.width_px), enlarged(spec.height_px));
                self.still(customer, &Picture { words: words.clone(), size_px }, context).await?
            }
        };
        let AnimateSpec { width_px, height_px, rate, length_s } = spec;
        let content = json!(["clip", still.url(), still.etag, width_px, height_px, rate, length_s]);
        // The animator stores below the tenant of its still.
        self.animator.animate(&still, spec, &by_content(customer.business, &content, context)).await
    }
}

impl Made {
    fn plain(blob: BlobRef) -> Self {
        Self { blob, remarks: Vec::new() }
    }
}

/// The context of a call that is the same for the same content, whichever run asks.
fn by_content(business: BusinessId, content: &Value, context: &StepContext) -> StepContext {
    let run = RunId::derived(&["made", &business.to_string(), &content.to_string()]);
    let key = StepKey { run, step: StepName::aside("make"), item: String::new() };
    StepContext { key, progress: Arc::clone(&context.progress) }
}

/// Makes everything that `document` describes and adds it to `assets`; the document of files alone, and what people
/// should know.
pub(super) async fn fill_in(
    run: &Run,
    ports: &Ports,
    mut document: Value,
    assets: &mut BTreeMap<String, BlobRef>,
) -> Result<(Value, Vec<String>), FlowError> {
    // What cannot be read or made was refused when it was sent, and the renderer refuses it with its own words.
    let Ok((edit, _)) = Edit::read(&document) else { return Ok((document, Vec::new())) };
    let all = makings(&edit).unwrap_or_default();
    if all.is_empty() {
        return Ok((document, Vec::new()));
    }
    let business = run.business();
    let kit: BrandKit = run
        .by(ports.business.adapter())
        .step(StepName::aside("kit"), async |_| match ports.business.context(business).await {
            Ok(context) => Ok(context.business.kit),
            // Whoever has a key need not have told us of their brand.
            Err(error) if error.kind == ErrorKind::NotFound => Ok(BrandKit::default()),
            Err(error) => Err(error),
        })
        .await?;
    let (makers, customer) = (Makers::from(ports), Customer { business, kit });
    let mut remarks = Vec::new();
    for (index, making) in all.iter().enumerate() {
        let adapter = match &making.media {
            Media::Still(_) => ports.images.adapter(),
            Media::Clip { .. } => ports.animator.adapter(),
            Media::Speech { .. } => ports.speech.adapter(),
        };
        let still = making.still_src().and_then(|src| assets.get(src));
        let made: Made = run
            .by(adapter)
            .step_item(StepName::aside("make"), &format!("{index:03}"), async |step| {
                let still = match still {
                    Some(still) => Some(own(ports, business, still).await?),
                    None => None,
                };
                makers.make(&customer, making, still.as_ref(), &step).await
            })
            .await?;
        let src = made.blob.url();
        making.put(&edit, &mut document, &src);
        assets.insert(src, made.blob);
        remarks.extend(made.remarks);
    }
    Ok((document, remarks))
}

/// `blob`, or a copy of it among the objects of `business`: whoever has the address of another tenant's file may use
/// it, but what is made of it belongs to whom it is made for.
async fn own(ports: &Ports, business: BusinessId, blob: &BlobRef) -> PortResult<BlobRef> {
    if blob.key.business() == business {
        return Ok(blob.clone());
    }
    let ending = ending_of(blob.key.as_str()).unwrap_or("bin");
    let key = BlobKey::new(business, &format!("fetched/{}.{ending}", blob.etag))
        .map_err(|error| PortError::new(ErrorKind::Bug, "storage", "copy a still", error.to_string()))?;
    match ports.blobs.head(Bucket::Final, &key).await? {
        Some(copy) => Ok(copy),
        None => ports.blobs.put_file(Bucket::Final, &key, &ports.blobs.local_file(blob).await?).await,
    }
}
