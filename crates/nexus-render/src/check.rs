//! What this renderer does not draw yet, and the ranges within which it draws. Every such place is one error.

use nexus_edit::{
    EditError, EditErrors,
    model::{Animated, Asset, Clip, Destination, Edit, Length, Output, RichText, Source, Start, Word},
    timing::{Timing, clip_path},
};

use crate::RenderError;

/// Longest film in seconds.
const MAX_FILM_S: f64 = 3600.0;
/// Clips of a track may overlap by this many seconds: decimal fractions do not add up exactly.
const SLACK_S: f64 = 0.01;
/// Why a prompt is an error here: whoever sends an edit to the renderer has made its media.
pub(crate) const NO_PROMPTS: &str = "a 'src' with the finished media, which is made before an edit is rendered";

/// Checks what the contract allows and this renderer does not.
///
/// # Errors
/// Every place that asks for what is not drawn yet or lies outside the ranges.
pub(crate) fn check(edit: &Edit) -> Result<(), EditErrors> {
    let mut found = Findings::default();
    found.output(&edit.output);
    for (track, clips) in edit.timeline.tracks.iter().enumerate() {
        for (index, clip) in clips.clips.iter().enumerate() {
            found.clip(clip, &clip_path(track, index));
        }
    }
    EditErrors::check(found.errors)
}

/// Checks that clips of one track follow each other.
///
/// # Errors
/// Every clip that begins before another one of its track has ended.
pub(crate) fn check_overlaps(edit: &Edit, timing: &Timing) -> Result<(), EditErrors> {
    let mut errors = Vec::new();
    for (track, spans) in timing.tracks.iter().enumerate() {
        let is_mask = |index: &usize| matches!(edit.timeline.tracks[track].clips[*index].asset, Asset::Luma(_));
        let mut order: Vec<usize> = (0..spans.len()).filter(|index| !is_mask(index)).collect();
        order.sort_by(|left, right| spans[*left].start_s.total_cmp(&spans[*right].start_s));
        for pair in order.windows(2) {
            let (end_s, start_s) = (spans[pair[0]].end_s(), spans[pair[1]].start_s);
            if start_s < end_s - SLACK_S {
                let path = format!("{}.start", clip_path(track, pair[1]));
                let expected = format!(
                    "{end_s:.3} or later, because clips of one track do not overlap; put the clip on another track"
                );
                errors.push(EditError::new(path, expected).found(format!("{start_s:.3}")));
            }
        }
    }
    EditErrors::check(errors)
}

/// The error of an asset that is not drawn yet; `path` is that of its clip.
pub(crate) fn asset_not_drawn(path: &str, asset: &Asset) -> RenderError {
    RenderError::edit(format!("{path}.asset.type"), not_yet(asset))
}

fn not_yet(asset: &Asset) -> String {
    let kind = asset.kind().word();
    format!("an asset of another type: '{kind}' is not drawn yet; rich-text, svg, shape or html often do")
}

#[derive(Default)]
struct Findings {
    errors: Vec<EditError>,
}

impl Findings {
    fn output(&mut self, output: &Output) {
        // Films stay here; other destinations need an account that only their adapter knows.
        let is_elsewhere = |destination: &Destination| !matches!(destination, Destination::Shotstack { .. });
        if output.destinations.iter().any(is_elsewhere) {
            let expected = "no destination but 'shotstack': films are sent nowhere else from here yet";
            self.errors.push(EditError::new("output.destinations", expected));
        }
    }

    fn clip(&mut self, clip: &Clip, path: &str) {
        if let Start::At(seconds) = &clip.start {
            self.within(path, "start", *seconds, 0.0, MAX_FILM_S);
        }
        if let Length::Seconds(seconds) = &clip.length
            && !(*seconds > 0.0 && *seconds <= MAX_FILM_S)
        {
            let expected = format!("seconds, more than 0 and at most {MAX_FILM_S}");
            self.errors.push(EditError::new(format!("{path}.length"), expected).found(seconds.to_string()));
        }
        self.animated(path, "scale", &clip.scale, (0.0, 20.0));
        self.animated(path, "opacity", &clip.opacity, (0.0, 1.0));
        self.asset(&clip.asset, path);
    }

    fn asset(&mut self, asset: &Asset, path: &str) {
        let place = format!("{path}.asset");
        match asset {
            Asset::Video(video) => {
                self.source(&video.source, &place);
                self.within(&place, "trim", video.trim, 0.0, 86_400.0);
            }
            Asset::Image(image) => self.source(&image.source, &place),
            Asset::Audio(audio) => {
                self.source(&audio.source, &place);
                self.within(&place, "trim", audio.trim, 0.0, 86_400.0);
            }
            Asset::RichText(text) => self.text(text, &place),
            Asset::Text(_)
            | Asset::Luma(_)
            | Asset::Caption(_)
            | Asset::RichCaption(_)
            | Asset::Html(_)
            | Asset::Title(_)
            | Asset::Shape(_)
            | Asset::Svg(_) => {}
            Asset::Html5(_) | Asset::TextToImage(_) | Asset::ImageToVideo(_) | Asset::TextToSpeech(_) => {
                self.errors.push(EditError::new(format!("{place}.type"), not_yet(asset)));
            }
        }
    }

    fn source(&mut self, source: &Source, path: &str) {
        match source {
            Source::File { .. } => {}
            Source::Prompt(_) => self.errors.push(EditError::new(format!("{path}.prompt"), NO_PROMPTS)),
        }
    }

    fn text(&mut self, text: &RichText, path: &str) {
        self.within(path, "style.letterSpacing", text.style.letter_spacing, -500.0, 500.0);
        if let Some(shadow) = &text.shadow {
            self.within(path, "shadow.blur", shadow.blur, 0.0, 500.0);
            self.within(path, "shadow.offsetX", shadow.offset_x, -500.0, 500.0);
            self.within(path, "shadow.offsetY", shadow.offset_y, -500.0, 500.0);
        }
        if let Some(stroke) = text.stroke.or(text.font.stroke) {
            self.within(path, "stroke.width", stroke.width, 0.0, 200.0);
        }
    }

    fn animated(&mut self, path: &str, name: &str, value: &Animated, (low, high): (f64, f64)) {
        match value {
            Animated::Constant(value) => self.within(path, name, *value, low, high),
            Animated::Tweens(tweens) => {
                for (index, tween) in tweens.iter().enumerate() {
                    let path = format!("{path}.{name}[{index}]");
                    self.within(&path, "from", tween.from, low, high);
                    self.within(&path, "to", tween.to, low, high);
                    self.within(&path, "start", tween.start, 0.0, MAX_FILM_S);
                    self.within(&path, "length", tween.length, 0.0, MAX_FILM_S);
                }
            }
        }
    }

    fn within(&mut self, path: &str, name: &str, value: f64, low: f64, high: f64) {
        if !(low..=high).contains(&value) {
            let expected = format!("a number from {low} to {high}");
            self.errors.push(EditError::new(format!("{path}.{name}"), expected).found(value.to_string()));
        }
    }
}
