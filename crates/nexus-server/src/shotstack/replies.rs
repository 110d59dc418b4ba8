//! The bodies of good answers, named as in the contract.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The frame of every answer of `/edit`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Envelope<T> {
    success: bool,
    /// The words of the status.
    message: &'static str,
    response: T,
}

impl<T> Envelope<T> {
    /// Something was made.
    pub(crate) fn created(response: T) -> Self {
        Self { success: true, message: "Created", response }
    }

    /// Here it is.
    pub(crate) fn ok(response: T) -> Self {
        Self { success: true, message: "OK", response }
    }
}

/// What was done to which id.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// In a few words.
    pub(crate) message: &'static str,
    /// A UUID.
    pub(crate) id: String,
}

/// A render.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RenderStatus {
    /// A UUID.
    pub(crate) id: String,
    /// Whose.
    pub(crate) owner: String,
    /// Always `self-hosted`.
    pub(crate) plan: &'static str,
    /// `queued`, `fetching`, `rendering`, `saving`, `done` or `failed`.
    pub(crate) status: &'static str,
    /// Why it failed; empty when it did not.
    pub(crate) error: String,
    /// Length of the film, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<f64>,
    /// How long rendering took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) render_time: Option<u64>,
    /// Where the film can be downloaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// Where its poster can be, when one was asked for.
    pub(crate) poster: Option<String>,
    /// Where its thumbnail can be, when one was asked for.
    pub(crate) thumbnail: Option<String>,
    /// The edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) data: Option<Value>,
    /// RFC 3339.
    pub(crate) created: String,
    /// RFC 3339.
    pub(crate) updated: String,
}

/// A template with its edit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TemplateData {
    /// A UUID.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Whose.
    pub(crate) owner: String,
    /// The edit.
    #[schema(value_type = Object)]
    pub(crate) template: Value,
}

/// Templates, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TemplateList {
    /// Whose.
    pub(crate) owner: String,
    /// Without their edits.
    pub(crate) templates: Vec<TemplateItem>,
}

/// A template without its edit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TemplateItem {
    /// A UUID.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// RFC 3339.
    pub(crate) created: String,
    /// RFC 3339.
    pub(crate) updated: String,
}

/// Facts of a file as ffprobe writes them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Probed {
    /// `streams`, `chapters` and `format`.
    #[schema(value_type = Object)]
    pub(crate) metadata: Value,
}

/// The frame of every answer of `/serve` and `/ingest`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}

/// A file that can be downloaded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Asset {
    /// Always `asset`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// Its facts.
    pub(crate) attributes: AssetAttributes,
}

/// Facts of a file that can be downloaded.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssetAttributes {
    /// A UUID.
    pub(crate) id: String,
    /// Whose.
    pub(crate) owner: String,
    /// Always `local`.
    pub(crate) region: &'static str,
    /// The render, or the source, that it came from; for a transfer the id that its sender gave it.
    pub(crate) render_id: String,
    /// The id again: this server keeps its files itself.
    pub(crate) provider_id: String,
    /// Its name.
    pub(crate) filename: String,
    /// Where it can be downloaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// `importing`, `ready`, `failed` or `deleted`.
    pub(crate) status: &'static str,
    /// RFC 3339.
    pub(crate) created: String,
    /// RFC 3339.
    pub(crate) updated: String,
}

/// A transfer that was asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Transfer {
    /// Always `asset`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// Its facts.
    pub(crate) attributes: TransferAttributes,
}

/// Facts of a transfer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TransferAttributes {
    /// The id that its sender gave it.
    pub(crate) id: String,
    /// Whose.
    pub(crate) owner: String,
    /// Always `queued`.
    pub(crate) status: &'static str,
    /// RFC 3339.
    pub(crate) created: String,
}

/// A source that will be brought in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct QueuedSource {
    /// Always `source`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// A UUID.
    pub(crate) id: String,
}

/// A source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Source {
    /// Always `source`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// A UUID.
    pub(crate) id: String,
    /// Its facts.
    pub(crate) attributes: SourceAttributes,
}

/// Facts of a source.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub(crate) struct SourceAttributes {
    /// A UUID.
    pub(crate) id: String,
    /// Whose.
    pub(crate) owner: String,
    /// Where it came from; absent for an upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<String>,
    /// The address that edits may name, when it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// `queued`, `importing`, `ready`, `failed` or `deleted`.
    pub(crate) status: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// Its versions, when some were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outputs: Option<Outputs>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) height: Option<u32>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<f64>,
    /// Frames per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fps: Option<f64>,
    /// RFC 3339.
    pub(crate) created: String,
    /// RFC 3339.
    pub(crate) updated: String,
}

/// Versions of a source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Outputs {
    /// In the order in which they were asked for.
    pub(crate) renditions: Vec<RenditionAttributes>,
}

/// Facts of a version of a source.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub(crate) struct RenditionAttributes {
    /// A UUID.
    pub(crate) id: String,
    /// Whose.
    pub(crate) owner: String,
    /// `queued`, `importing`, `ready`, `failed` or `deleted`.
    pub(crate) status: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The address that edits may name, when it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// What was asked for.
    #[schema(value_type = Object)]
    pub(crate) transformation: Value,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) height: Option<u32>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<f64>,
    /// Frames per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fps: Option<f64>,
}

/// A permission to upload a source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Upload {
    /// Always `upload`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// A UUID: that of the source.
    pub(crate) id: String,
    /// Where to.
    pub(crate) attributes: UploadAttributes,
}

/// Where to upload a source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct UploadAttributes {
    /// A UUID: that of the source.
    pub(crate) id: String,
    /// PUT the bytes here.
    pub(crate) url: String,
    /// RFC 3339.
    pub(crate) expires: String,
}
