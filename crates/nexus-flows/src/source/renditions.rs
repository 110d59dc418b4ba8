//! Versions of a source in other sizes and formats. Each is a film of one clip, a picture or a sound, so the renderer
//! makes them all.

use std::collections::BTreeMap;

use nexus_core::{
    fetch::HostedFile,
    film::{FilmTags, RenderRequest},
    footage::MediaInfo,
};
use nexus_edit::model::{Format, Fps, Quality, Word as _};
use serde_json::json;

mod wish;

pub use wish::wished;

/// Longest side in pixels.
const MOST_SIDE: u32 = 4096;

/// A version that is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendition {
    format: Option<Format>,
    /// Width and height in pixels, each on its own.
    size: (Option<u32>, Option<u32>),
    fit: &'static str,
    quality: Quality,
    fps: Option<Fps>,
    /// More than 0, at most 10.
    speed: f64,
    /// The file's name without its ending, of letters, digits, `.`, `_` and `-`.
    file_name: Option<String>,
}

impl Rendition {
    /// The file's name without its ending.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// What the renderer is asked for to make this version of `source`.
    ///
    /// # Errors
    /// Why there is no such version of it, in words.
    pub fn request(&self, source: &HostedFile, info: Option<&MediaInfo>) -> Result<RenderRequest, String> {
        let kind = Kind::of(source, info)?;
        let format = self.format.unwrap_or(kind.formats()[0]);
        if !kind.formats().contains(&format) {
            let all = kind.formats().iter().map(|format| format.word()).collect::<Vec<_>>().join(" or ");
            return Err(format!("{} cannot become '{}': expected {all}", kind.name(), format.word()));
        }
        let src = source.blob.url();
        let (asset, length) = match kind {
            Kind::Film => (json!({ "type": "video", "src": src, "speed": self.speed }), json!("auto")),
            Kind::Picture => (json!({ "type": "image", "src": src }), json!(1)),
            Kind::Sound => (json!({ "type": "audio", "src": src, "speed": self.speed }), json!("auto")),
        };
        let mut output = json!({ "format": format, "quality": self.quality });
        if kind != Kind::Sound {
            let video = info.and_then(|info| info.video.as_ref());
            let (width, height) = self
                .size_px(video.map(|video| (video.width_px, video.height_px)))
                .ok_or("the size of this picture is not known: give 'size' with width and height, or a 'resolution'")?;
            output["size"] = json!({ "width": width, "height": height });
            output["fps"] =
                json!(self.fps.or_else(|| video.map(|video| Fps::nearest(video.rate))).unwrap_or(Fps::FPS_25));
        }
        let clip = json!({ "asset": asset, "start": 0, "length": length, "fit": self.fit });
        Ok(RenderRequest {
            business: source.business,
            edit: json!({ "timeline": { "tracks": [{ "clips": [clip] }] }, "output": output }),
            assets: BTreeMap::from([(src, source.blob.clone())]),
            tags: FilmTags::default(),
        })
    }

    /// Even sides; a missing one follows from the shape of the source, both from its size.
    fn size_px(&self, source: Option<(u32, u32)>) -> Option<(u32, u32)> {
        let sides = source.map(|(width, height)| (f64::from(width.max(1)), f64::from(height.max(1))));
        let (width, height) = match (self.size, sides) {
            ((Some(width), Some(height)), _) => return Some((width, height)),
            ((Some(width), None), Some((across, down))) => (f64::from(width), f64::from(width) * down / across),
            ((None, Some(height)), Some((across, down))) => (f64::from(height) * across / down, f64::from(height)),
            ((None, None), Some(sides)) => sides,
            (_, None) => return None,
        };
        let shrink = (f64::from(MOST_SIDE) / width.max(height)).min(1.0);
        let even = |side: f64| ((side * shrink / 2.0).round() as u32 * 2).max(2);
        Some((even(width), even(height)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Film,
    Picture,
    Sound,
}

impl Kind {
    fn of(source: &HostedFile, info: Option<&MediaInfo>) -> Result<Self, String> {
        let is_picture = info.is_some_and(|info| info.container.ends_with("_pipe"));
        match info {
            _ if is_picture || source.media_type.starts_with("image/") => Ok(Self::Picture),
            Some(info) if info.video.is_some() => Ok(Self::Film),
            Some(info) if info.audio.is_some() => Ok(Self::Sound),
            _ => Err("the source is neither film, picture nor sound, and has no other versions".to_owned()),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Film => "a film",
            Self::Picture => "a picture",
            Self::Sound => "a sound",
        }
    }

    /// What it can become; the first by itself.
    fn formats(self) -> &'static [Format] {
        match self {
            Self::Film => &[Format::Mp4, Format::Gif],
            Self::Picture => &[Format::Jpg, Format::Png],
            Self::Sound => &[Format::Mp3],
        }
    }
}

#[cfg(test)]
mod tests {
    use nexus_core::{
        BusinessId, FrameRate, RunId,
        blob::{BlobKey, BlobRef, Bucket},
        fetch::HostedRole,
        footage::{AudioInfo, VideoInfo},
    };

    use serde_json::Value;

    use super::*;

    fn file(media_type: &str) -> HostedFile {
        let business = BusinessId::derived(&["quay"]);
        let run = RunId::derived(&["source"]);
        let key = BlobKey::new(business, "fetched/a").expect("a key");
        HostedFile {
            id: HostedFile::id_of(run, HostedRole::Source),
            business,
            run,
            role: HostedRole::Source,
            file_name: "source".into(),
            media_type: media_type.into(),
            blob: BlobRef { bucket: Bucket::Final, key, size_bytes: 1, etag: "x".into() },
        }
    }

    fn film(container: &str) -> MediaInfo {
        let video = VideoInfo {
            width_px: 1920,
            height_px: 1080,
            rotation_deg: 0,
            rate: FrameRate::FPS_30,
            variable_rate: false,
            bit_depth: 8,
            full_range: false,
            codec: "h264".into(),
            pixel_format: "yuv420p".into(),
        };
        MediaInfo { duration_s: 4.0, video: Some(video), audio: None, container: container.into() }
    }

    fn sound() -> MediaInfo {
        let audio = AudioInfo { rate_hz: 48_000, channels: 2, codec: "mp3".into() };
        MediaInfo { duration_s: 4.0, video: None, audio: Some(audio), container: "mp3".into() }
    }

    #[test]
    fn a_version_is_an_edit_of_one_clip() {
        for (name, wish, source, want) in [
            (
                "as it is",
                json!({}),
                film("mov,mp4"),
                json!({ "format": "mp4", "quality": "medium", "size": { "width": 1920, "height": 1080 }, "fps": 30 }),
            ),
            (
                "narrow",
                json!({ "format": "gif", "size": { "width": 640 }, "fps": 12 }),
                film("mov,mp4"),
                json!({ "format": "gif", "quality": "medium", "size": { "width": 640, "height": 360 }, "fps": 12 }),
            ),
            (
                "preset",
                json!({ "resolution": "hd", "quality": 70 }),
                film("mov,mp4"),
                json!({ "format": "mp4", "quality": "high", "size": { "width": 1280, "height": 720 }, "fps": 30 }),
            ),
            (
                "picture",
                json!({ "format": "png", "size": { "height": 100 } }),
                film("png_pipe"),
                json!({ "format": "png", "quality": "medium", "size": { "width": 178, "height": 100 }, "fps": 30 }),
            ),
            ("sound", json!({}), sound(), json!({ "format": "mp3", "quality": "medium" })),
        ] {
            let rendition = Rendition::read(&wish, "outputs.renditions[0]").expect(name);
            let request = rendition.request(&file(""), Some(&source)).expect(name);
            assert_eq!(request.edit["output"], want, "{name}");
            let (edit, remarks) = nexus_edit::Edit::read(&request.edit).expect("an edit");
            assert_eq!((edit.timeline.tracks.len(), remarks.len()), (1, 0), "{name}: {remarks:?}");
        }
    }

    #[test]
    fn what_cannot_become_another_is_said() {
        let version = |wish: Value, media_type: &str, info: Option<&MediaInfo>| {
            Rendition::read(&wish, "r").expect("a wish").request(&file(media_type), info)
        };
        for (name, made, word) in [
            ("film as sound", version(json!({ "format": "mp3" }), "", Some(&film("mov"))), "mp4 or gif"),
            ("sound as film", version(json!({ "format": "mp4" }), "", Some(&sound())), "mp3"),
            ("a font", version(json!({}), "font/ttf", None), "neither"),
            ("a picture of no known size", version(json!({}), "image/webp", None), "'size'"),
        ] {
            let message = made.expect_err(name);
            assert!(message.contains(word), "{name}: {message}");
        }
    }
}
