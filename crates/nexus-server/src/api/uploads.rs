//! Arrow 1 as browsers and programs begin it: a permission to PUT one file straight into storage.

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
};
use nexus_core::{
    AssetId, BusinessId,
    blob::{BlobKey, Bucket, UploadTicket},
};
use nexus_store::UploadRegistration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, business_or_default};
use crate::{App, Problem};

/// Seconds for which an upload link lives.
const TICKET_S: u64 = 3600;

/// Largest upload, in bytes: 5 GB, what S3 takes in one PUT.
const MOST_BYTES: u64 = 5_000_000_000;

/// A file to upload.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadRequest {
    /// Its name, without folders.
    file_name: String,
    /// Its length.
    size_bytes: u64,
    /// Words for it.
    #[serde(default)]
    tags: Vec<String>,
    /// Whose; may be left out when there is one business.
    #[schema(value_type = Option<String>)]
    business: Option<BusinessId>,
}

/// Where to PUT it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct UploadAnswer {
    /// PUT the bytes here.
    url: String,
    /// Seconds until the link is dead.
    expires_in_s: u64,
}

/// Registers an upload and signs a link for it.
#[utoipa::path(post, path = "/v1/uploads", request_body = UploadRequest, responses((status = 201, body = UploadAnswer), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    request: Result<Json<UploadRequest>, JsonRejection>,
) -> Answer<(StatusCode, Json<UploadAnswer>)> {
    let Json(UploadRequest { file_name, size_bytes, tags, business }) = request?;
    let business = business_or_default(&app, business)?;
    if size_bytes == 0 {
        return Err(Problem::invalid(format!("{file_name} is empty; choose a file with content")));
    }
    if size_bytes > MOST_BYTES {
        return Err(Problem::invalid(format!(
            "{file_name} has {size_bytes} bytes; at most {MOST_BYTES} are accepted in one file"
        )));
    }
    let now = app.clock.now().unix_millis().to_string();
    let id = AssetId::derived(&[&business.to_string(), &file_name, &now]);
    let key = BlobKey::new(business, &format!("raw/{id}")).map_err(|error| Problem::invalid(error.to_string()))?;
    let registration = UploadRegistration { business, key: key.clone(), file_name, user_tags: tags, size: size_bytes };
    app.store.register_upload(registration).await?;
    let UploadTicket { url, expires_in_s, .. } =
        app.ports.blobs.presign_put(Bucket::Raw, &key, size_bytes, TICKET_S).await?;
    Ok((StatusCode::CREATED, Json(UploadAnswer { url, expires_in_s })))
}
