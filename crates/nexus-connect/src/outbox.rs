//! The publisher that needs no account: every post becomes a folder that can be looked at and posted by hand.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::BlobRef,
    business::Business,
    delivery::{PlaceUpdate, Post, Receipt},
    journal::StepKey,
    port::{Adapter, BlobStore, PlaceProfile, Publisher, StepContext},
};
use nexus_media::{Limits, probe_file};
use serde_json::json;
use tokio::sync::Mutex;

use crate::{
    ayrshare, check_place, check_post,
    entry::{self, Parts},
    google,
    limits::GOOGLE,
    preview,
};

/// A folder that takes the place of the networks and of Google's place profile. Per film and destination one
/// folder `<film>/<destination>/` with `payload.json`, `entry.json`, the film, `poster.jpg` and `preview.html`.
pub struct Outbox {
    folder: PathBuf,
    blobs: Arc<dyn BlobStore>,
    /// One entry is written at a time: two steps must not both find a place free.
    writing: Mutex<()>,
}

impl Outbox {
    /// An outbox in `folder`, which is made when the first entry comes; media are read from `blobs`.
    #[must_use]
    pub fn new(folder: PathBuf, blobs: Arc<dyn BlobStore>) -> Self {
        Self { folder, blobs, writing: Mutex::new(()) }
    }

    async fn write(&self, parts: Parts) -> PortResult<Receipt> {
        let _one_at_a_time = self.writing.lock().await;
        let folder = self.folder.clone();
        let receipt = blocking(move || entry::publish(&folder, &parts)).await?;
        tracing::info!(location = receipt.location, "put into the outbox");
        Ok(receipt)
    }

    async fn look_up(&self, key: &StepKey) -> PortResult<Option<Receipt>> {
        let (folder, key) = (self.folder.clone(), key.clone());
        blocking(move || entry::find(&folder, &key)).await
    }
}

impl Adapter for Outbox {}

#[async_trait]
impl Publisher for Outbox {
    async fn publish(&self, business: &Business, post: &Post, context: &StepContext) -> PortResult<Receipt> {
        if let Some(receipt) = self.look_up(&context.key).await? {
            return Ok(receipt);
        }
        let measured = check_post(post)?;
        context.report(0, 1, format!("putting the film into the outbox for {}", post.network.slug()));
        let extension = extension_of(&post.media);
        let parts = Parts {
            destination: post.network.slug(),
            key: context.key.clone(),
            business: business.id,
            media: self.blobs.local_file(&post.media).await?,
            poster: self.blobs.local_file(&post.poster).await?,
            payload: ayrshare::post_body(post, &context.key),
            limits: json!(measured),
            asked: json!(post),
            preview: preview::of_post(business, post, &format!("film.{extension}")),
            extension,
        };
        self.write(parts).await
    }

    async fn find(&self, key: &StepKey) -> PortResult<Option<Receipt>> {
        self.look_up(key).await
    }
}

#[async_trait]
impl PlaceProfile for Outbox {
    async fn update(&self, business: &Business, update: &PlaceUpdate, context: &StepContext) -> PortResult<Receipt> {
        if let Some(receipt) = self.look_up(&context.key).await? {
            return Ok(receipt);
        }
        let media = self.blobs.local_file(&update.video).await?;
        let measured = check_place(update, &probe_file(&media, &Limits::default()).await?)?;
        context.report(0, 1, "putting the film into the outbox for Google");
        let extension = extension_of(&update.video);
        let parts = Parts {
            destination: GOOGLE,
            key: context.key.clone(),
            business: business.id,
            media,
            poster: self.blobs.local_file(&update.still).await?,
            payload: google::place_requests(business, update),
            limits: json!(measured),
            asked: json!(update),
            preview: preview::of_place(business, update, &format!("film.{extension}")),
            extension,
        };
        self.write(parts).await
    }

    async fn find(&self, key: &StepKey) -> PortResult<Option<Receipt>> {
        self.look_up(key).await
    }
}

/// The extension of an object's key in lower case, `mp4` when it has none.
fn extension_of(blob: &BlobRef) -> String {
    let name = blob.key.as_str().rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or_else(|| "mp4".to_owned(), |(_, extension)| extension.to_lowercase())
}

/// Runs disk work beside the async tasks.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, crate::ConnectError> + Send + 'static,
) -> PortResult<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(error) => {
            let message = "its disk work broke: this is a fault of the program; please report it";
            Err(PortError::new(ErrorKind::Bug, "the outbox", "publish the film", message).caused_by(error))
        }
    }
}
