//! `GET /probe/{url}`: what a file elsewhere is.

use std::path::{Path as FilePath, PathBuf};

use axum::{
    Json,
    extract::{Path, State},
};
use nexus_core::{
    FrameRate,
    fetch::Downloaded,
    footage::{AudioInfo, MediaInfo, VideoInfo},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    refusal::Refusal,
    replies::{Envelope, Probed},
};
use crate::App;

#[derive(Debug, Deserialize)]
pub(crate) struct Address {
    url: String,
}

/// Facts of a file elsewhere, in the form of ffprobe.
#[utoipa::path(get, path = "/edit/{stage}/probe/{url}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("url" = String, Path, description = "URL-encoded")), responses((status = 200, body = Envelope<Probed>), (status = 400), (status = 401), (status = 404)))]
pub(crate) async fn probe(
    State(app): State<App>,
    Path(Address { url }): Path<Address>,
) -> Result<Json<Envelope<Probed>>, Refusal> {
    let (path, downloaded) = app.ports.fetcher.download(&url).await?;
    let file = Removed(path);
    let info = app.ports.media.probe(&file.0).await.map_err(|mut error| {
        // The caller knows the address, not the name of our copy.
        error.message = error.message.replace(&name_of(&file.0), &url);
        error
    })?;
    Ok(Json(Envelope::created(Probed { metadata: metadata(&url, &info, &downloaded) })))
}

/// A file that is removed with this value.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "a probed file stays behind");
        }
    }
}

fn name_of(path: &FilePath) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn metadata(url: &str, info: &MediaInfo, downloaded: &Downloaded) -> Value {
    let MediaInfo { duration_s, video, audio, container } = info;
    let streams: Vec<Value> = video
        .iter()
        .map(|video| video_stream(video, *duration_s))
        .chain(audio.iter().map(|audio| audio_stream(audio, *duration_s)))
        .enumerate()
        .map(|(index, mut stream)| {
            stream["index"] = json!(index);
            stream
        })
        .collect();
    json!({
        "streams": streams,
        "chapters": [],
        "format": {
            "filename": url,
            "nb_streams": streams.len(),
            "format_name": container,
            "duration": format!("{duration_s:.6}"),
            "size": downloaded.size_bytes.to_string(),
        },
    })
}

fn video_stream(video: &VideoInfo, duration_s: f64) -> Value {
    let FrameRate { num, den } = video.rate;
    json!({
        "codec_type": "video",
        "codec_name": video.codec,
        "width": video.width_px,
        "height": video.height_px,
        "pix_fmt": video.pixel_format,
        "r_frame_rate": format!("{num}/{den}"),
        "avg_frame_rate": format!("{num}/{den}"),
        "duration": format!("{duration_s:.6}"),
        "bits_per_raw_sample": video.bit_depth.to_string(),
        "tags": { "rotate": video.rotation_deg.to_string() },
    })
}

fn audio_stream(audio: &AudioInfo, duration_s: f64) -> Value {
    json!({
        "codec_type": "audio",
        "codec_name": audio.codec,
        "sample_rate": audio.rate_hz.to_string(),
        "channels": audio.channels,
        "duration": format!("{duration_s:.6}"),
    })
}
