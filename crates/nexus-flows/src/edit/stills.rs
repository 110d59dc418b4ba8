//! Poster and thumbnail: frames of the film's own timeline, rendered as pictures in the size of the film.

use std::collections::BTreeMap;

use nexus_core::{
    Frames, PortResult,
    blob::BlobRef,
    film::{Film, FilmTags, RenderRequest},
    port::{Ports, StepContext},
};
use serde_json::{Value, json};

/// A picture beside a film.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Still {
    /// Second of the timeline.
    capture_s: f64,
    /// Share of the film's size.
    scale: f64,
}

impl Still {
    /// The poster that `output` asks for.
    pub(super) fn poster(output: &Value) -> Option<Self> {
        Some(Self { capture_s: number(&output["poster"]["capture"])?, scale: 1.0 })
    }

    /// The thumbnail that `output` asks for.
    pub(super) fn thumbnail(output: &Value) -> Option<Self> {
        let thumbnail = &output["thumbnail"];
        Some(Self { capture_s: number(&thumbnail["capture"])?, scale: number(&thumbnail["scale"])? })
    }

    /// The JPEG. A moment outside of the film gives its first or last frame.
    pub(super) async fn take(
        self,
        ports: &Ports,
        request: &RenderRequest,
        film: &Film,
        context: &StepContext,
    ) -> PortResult<BlobRef> {
        let frame = RenderRequest { edit: self.frame_of(&request.edit, film), ..request.clone() };
        let frame = ports.renderer.render(&frame, context).await?.blob;
        if self.scale >= 1.0 {
            return Ok(frame);
        }
        let edit = scaled(&frame, self.size_px(film));
        let assets = BTreeMap::from([(frame.url(), frame)]);
        let small = RenderRequest { business: request.business, edit, assets, tags: FilmTags::default() };
        Ok(ports.renderer.render(&small, context).await?.blob)
    }

    /// `edit` as a picture of that moment.
    fn frame_of(self, edit: &Value, film: &Film) -> Value {
        let second = |frames: u64| film.rate.start_of(Frames(frames)).0;
        let begins_s = number(&edit["output"]["range"]["start"]).unwrap_or(0.0);
        let last_s = begins_s + second(film.length.0.saturating_sub(1));
        let mut edit = edit.clone();
        edit["output"]["format"] = json!("jpg");
        edit["output"]["range"] = json!({ "start": self.capture_s.clamp(begins_s, last_s) });
        edit
    }

    /// Width and height in pixels, even.
    fn size_px(self, film: &Film) -> (u32, u32) {
        let side = |pixels: u32| ((f64::from(pixels) * self.scale / 2.0).round() as u32 * 2).max(2);
        (side(film.width_px), side(film.height_px))
    }
}

/// Templates write numbers as text, too.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn scaled(picture: &BlobRef, (width, height): (u32, u32)) -> Value {
    let asset = json!({ "type": "image", "src": picture.url() });
    json!({
        "timeline": { "tracks": [{ "clips": [{ "asset": asset, "start": 0, "length": 1, "fit": "cover" }] }] },
        "output": { "format": "jpg", "size": { "width": width, "height": height } },
    })
}

#[cfg(test)]
mod tests {
    use nexus_core::{
        BusinessId, FrameRate,
        blob::{BlobKey, Bucket},
    };

    use super::*;

    fn film(frames: u64) -> Film {
        let key = BlobKey::new(BusinessId::derived(&["quay"]), "films/a.mp4").expect("a key");
        let blob = BlobRef { bucket: Bucket::Final, key, size_bytes: 1, etag: "x".into() };
        Film {
            poster: blob.clone(),
            blob,
            hash: String::new(),
            width_px: 320,
            height_px: 180,
            rate: FrameRate::FPS_25,
            length: Frames(frames),
            loudness_lufs: None,
            true_peak_dbtp: None,
            remarks: Vec::new(),
        }
    }

    #[test]
    fn the_moment_is_one_of_the_timeline_and_within_the_film() {
        let ranged = json!({ "output": { "format": "mp4", "range": { "start": 2, "length": 1 } } });
        let whole = json!({ "output": { "format": "gif" } });
        for (name, edit, capture_s, want_s) in [
            ("inside", &whole, 0.4, 0.4),
            ("after the end", &whole, 9.0, 0.96),
            ("of a range", &ranged, 2.4, 2.4),
            ("before a range", &ranged, 0.5, 2.0),
            ("after a range", &ranged, 7.0, 2.96),
        ] {
            let frame = Still { capture_s, scale: 1.0 }.frame_of(edit, &film(25));
            assert_eq!(frame["output"]["format"], "jpg", "{name}");
            let at_s = frame["output"]["range"]["start"].as_f64().expect("a moment");
            assert!((at_s - want_s).abs() < 1e-9, "{name}: {at_s}");
        }
    }

    #[test]
    fn what_is_asked_for_is_read_as_leniently_as_the_edit() {
        let output = json!({ "poster": { "capture": "1.5" }, "thumbnail": { "capture": 1, "scale": "0.3" } });
        assert_eq!(Still::poster(&output), Some(Still { capture_s: 1.5, scale: 1.0 }));
        let thumbnail = Still::thumbnail(&output).expect("one is asked for");
        assert_eq!(thumbnail.size_px(&film(1)), (96, 54));
        assert_eq!(Still { capture_s: 0.0, scale: 0.0 }.size_px(&film(1)), (2, 2));
        assert_eq!([Still::poster(&json!({})), Still::thumbnail(&json!({}))], [None, None]);
    }
}
