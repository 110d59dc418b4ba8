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

use super::{
    Answer, business_or_default,
    parts::{self, InParts},
};
use crate::{App, Problem};

/// Seconds for which an upload link lives.
pub(super) const TICKET_S: u64 = 3600;

/// Largest upload in one piece, in bytes: 5 GB, what S3 takes in one PUT.
const MOST_BYTES: u64 = 5_000_000_000;

/// Largest upload in parts, in bytes.
const MOST_BYTES_IN_PARTS: u64 = 64_000_000_000;

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
    /// True to send it in parts, which go on after a break: for what is larger than 16 MiB.
    #[serde(default)]
    in_parts: bool,
    /// Whose; may be left out when there is one business.
    #[schema(value_type = Option<String>)]
    business: Option<BusinessId>,
}

/// How to send it: one of the two.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum UploadAnswer {
    /// In one piece.
    Whole {
        /// PUT the bytes here.
        url: String,
        /// Seconds until the link is dead.
        expires_in_s: u64,
    },
    /// In parts.
    Parts {
        /// What the requests about its parts name.
        parts: InParts,
    },
}

/// Registers an upload and signs a link for it.
#[utoipa::path(post, path = "/v1/uploads", request_body = UploadRequest, responses((status = 201, body = UploadAnswer), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    request: Result<Json<UploadRequest>, JsonRejection>,
) -> Answer<(StatusCode, Json<UploadAnswer>)> {
    let Json(UploadRequest { file_name, size_bytes, tags, in_parts, business }) = request?;
    let business = business_or_default(&app, business)?;
    if size_bytes == 0 {
        return Err(Problem::invalid(format!("{file_name} is empty; choose a file with content")));
    }
    let most = if in_parts { MOST_BYTES_IN_PARTS } else { MOST_BYTES };
    if size_bytes > most {
        let remedy = if in_parts { "cut it into several files" } else { "send it with \"in_parts\": true" };
        return Err(Problem::invalid(format!("{file_name} has {size_bytes} bytes, more than {most}; {remedy}")));
    }
    let now = app.clock.now().unix_millis().to_string();
    let id = AssetId::derived(&[&business.to_string(), &file_name, &now]);
    let key = BlobKey::new(business, &format!("raw/{id}")).map_err(|error| Problem::invalid(error.to_string()))?;
    let registration = UploadRegistration { business, key: key.clone(), file_name, user_tags: tags, size: size_bytes };
    app.store.register_upload(registration).await?;
    if in_parts {
        let parts = parts::begin(&app, &key, size_bytes).await?;
        return Ok((StatusCode::CREATED, Json(UploadAnswer::Parts { parts })));
    }
    let UploadTicket { url, expires_in_s, .. } =
        app.ports.blobs.presign_put(Bucket::Raw, &key, size_bytes, TICKET_S).await?;
    Ok((StatusCode::CREATED, Json(UploadAnswer::Whole { url, expires_in_s })))
}
