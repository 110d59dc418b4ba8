//! What this renderer does not draw yet, and the ranges within which it draws. Every such place is one error.

use nexus_edit::{
    EditError, EditErrors,
    model::{
        Animated, Asset, Audio, Clip, Edit, Filter, Format, Image, Length, Output, RichText, Source, Start, TextCase,
        TextDecoration, TextPreset, Timeline, Transition, TransitionKind, Video, Word, asset::FontStyle,
    },
    timing::{Timing, clip_path},
};

use crate::RenderError;

/// Longest film in seconds.
const MAX_FILM_S: f64 = 3600.0;
/// Clips of a track may overlap by this many seconds: decimal fractions do not add up exactly.
const SLACK_S: f64 = 0.01;
/// Why a prompt is an error.
pub(crate) const NO_PROMPTS: &str = "a 'src' with the finished media; this renderer makes none from a prompt yet";

/// Checks what the contract allows and this renderer does not.
///
/// # Errors
/// Every place that asks for what is not drawn yet or lies outside the ranges.
pub(crate) fn check(edit: &Edit) -> Result<(), EditErrors> {
    let mut found = Findings::default();
    let Edit { timeline, output, merge: _, callback: _, disk: _, instance: _ } = edit;
    found.timeline(timeline);
    found.output(output);
    for (track, clips) in timeline.tracks.iter().enumerate() {
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
    RenderError::edit(format!("{path}.asset.type"), format!("expected {}", type_not_yet(asset)))
}

fn not_yet(what: &str) -> String {
    format!("nothing here so far: {what} not drawn yet")
}

fn type_not_yet(asset: &Asset) -> String {
    format!("another type: assets of type '{}' are not drawn yet", asset.kind().word())
}

#[derive(Default)]
struct Findings {
    errors: Vec<EditError>,
}

impl Findings {
    fn not_drawn(&mut self, is_asked: bool, path: String, what: &str) {
        if is_asked {
            self.errors.push(EditError::new(path, not_yet(what)));
        }
    }

    fn timeline(&mut self, timeline: &Timeline) {
        // `cache` is a wish about fetching, which is done before anything is drawn.
        let Timeline { soundtrack, background: _, fonts, tracks: _, cache: _ } = timeline;
        if soundtrack.is_some() {
            let expected = "an audio clip on a track of its own: soundtracks are not mixed yet";
            self.errors.push(EditError::new("timeline.soundtrack", expected));
        }
        self.not_drawn(!fonts.is_empty(), "timeline.fonts".into(), "fonts from files are");
    }

    fn output(&mut self, output: &Output) {
        let Output {
            format,
            resolution: _,
            aspect_ratio: _,
            size,
            fps: _,
            scale_to,
            quality: _,
            // Films have no say in repeating.
            repeat: _,
            mute,
            range,
            poster,
            thumbnail,
            destinations,
        } = output;
        let at = |name: &str| format!("output.{name}");
        if *format != Format::Mp4 {
            let expected = "mp4, the only format that is written so far";
            self.errors.push(EditError::new(at("format"), expected).found(format!("'{}'", format.word())));
        }
        if let Some(size) = size {
            for (name, pixels) in [("width", size.width), ("height", size.height)] {
                if pixels < 2 || pixels % 2 != 0 {
                    let expected = "an even number from 2 to 4096";
                    self.errors.push(EditError::new(at(&format!("size.{name}")), expected).found(pixels.to_string()));
                }
            }
        }
        self.not_drawn(scale_to.is_some(), at("scaleTo"), "films of another size than their frame are");
        self.not_drawn(*mute == Some(true), at("mute"), "films with their sound taken away are");
        self.not_drawn(range.is_some(), at("range"), "parts of a timeline are");
        self.not_drawn(poster.is_some(), at("poster"), "posters at a chosen moment are");
        self.not_drawn(thumbnail.is_some(), at("thumbnail"), "thumbnails are");
        if !destinations.is_empty() {
            let expected = "no destinations: the film is not sent anywhere from here yet";
            self.errors.push(EditError::new(at("destinations"), expected));
        }
    }

    fn clip(&mut self, clip: &Clip, path: &str) {
        let Clip {
            id: _,
            asset,
            start,
            length,
            fit: _,
            scale,
            width: _,
            height: _,
            position: _,
            offset,
            transition,
            effect,
            filter,
            opacity,
            transform,
            alias: _,
        } = clip;
        let at = |name: &str| format!("{path}.{name}");
        if let Start::At(seconds) = start {
            self.within(path, "start", *seconds, 0.0, MAX_FILM_S);
        }
        if let Length::Seconds(seconds) = length
            && !(*seconds > 0.0 && *seconds <= MAX_FILM_S)
        {
            let expected = format!("seconds, more than 0 and at most {MAX_FILM_S}");
            self.errors.push(EditError::new(at("length"), expected).found(seconds.to_string()));
        }
        self.animated(path, "scale", scale, (0.0, 20.0));
        self.animated(path, "opacity", opacity, (0.0, 1.0));
        for (name, shift) in [("offset.x", &offset.x), ("offset.y", &offset.y)] {
            self.not_drawn(!shift.is_constant(), at(name), "offsets that move are");
        }
        let Transition { enter, leave } = transition;
        for (name, kind) in [("transition.in", enter), ("transition.out", leave)] {
            if let Some(kind) = kind
                && !matches!(kind, TransitionKind::Fade(_))
            {
                let expected = "fade, fadeSlow or fadeFast, the only transitions that are drawn so far";
                self.errors.push(EditError::new(at(name), expected).found(format!("'{}'", kind.word())));
            }
        }
        self.not_drawn(effect.is_some(), at("effect"), "effects are");
        if let Some(filter) = filter
            && !matches!(filter, Filter::Blur | Filter::Darken)
        {
            let expected = "blur or darken, the only filters that are drawn so far";
            self.errors.push(EditError::new(at("filter"), expected).found(format!("'{}'", filter.word())));
        }
        self.not_drawn(transform.rotate.is_some(), at("transform.rotate"), "rotations are");
        self.not_drawn(transform.skew.is_some(), at("transform.skew"), "skews are");
        self.not_drawn(transform.flip.is_some(), at("transform.flip"), "mirrored clips are");
        self.asset(asset, path);
    }

    fn asset(&mut self, asset: &Asset, path: &str) {
        let place = format!("{path}.asset");
        match asset {
            Asset::Video(video) => self.video(video, &place),
            Asset::Image(image) => {
                let Image { source, crop } = image;
                self.source(source, &place);
                self.not_drawn(*crop != Default::default(), format!("{place}.crop"), "crops by numbers are");
            }
            Asset::Audio(audio) => self.audio(audio, &place),
            Asset::RichText(text) => self.text(text, &place),
            Asset::Svg(_) => {}
            Asset::Text(_)
            | Asset::Luma(_)
            | Asset::Caption(_)
            | Asset::RichCaption(_)
            | Asset::Html(_)
            | Asset::Html5(_)
            | Asset::Title(_)
            | Asset::Shape(_)
            | Asset::TextToImage(_)
            | Asset::ImageToVideo(_)
            | Asset::TextToSpeech(_) => {
                self.errors.push(EditError::new(format!("{place}.type"), type_not_yet(asset)));
            }
        }
    }

    fn source(&mut self, source: &Source, path: &str) {
        match source {
            Source::File { .. } => {}
            Source::Prompt(_) => self.errors.push(EditError::new(format!("{path}.prompt"), NO_PROMPTS)),
        }
    }

    fn video(&mut self, video: &Video, path: &str) {
        // Every source is read by our own decoder, so `transcode` asks for nothing more.
        let Video { source, transcode: _, trim, volume, volume_effect, speed, crop, chroma_key, focus: _ } = video;
        let at = |name: &str| format!("{path}.{name}");
        self.source(source, path);
        self.within(path, "trim", *trim, 0.0, 86_400.0);
        self.not_drawn(!volume.is_constant(), at("volume"), "volumes that move are");
        self.not_drawn(volume_effect.is_some(), at("volumeEffect"), "fades of a video's sound are");
        self.not_drawn(*speed != 1.0, at("speed"), "other speeds than 1 are");
        self.not_drawn(*crop != Default::default(), at("crop"), "crops by numbers are");
        self.not_drawn(chroma_key.is_some(), at("chromaKey"), "chroma keys are");
    }

    fn audio(&mut self, audio: &Audio, path: &str) {
        let Audio { source, trim, volume, speed, effect: _ } = audio;
        self.source(source, path);
        self.within(path, "trim", *trim, 0.0, 86_400.0);
        self.not_drawn(!volume.is_constant(), format!("{path}.volume"), "volumes that move are");
        self.not_drawn(*speed != 1.0, format!("{path}.speed"), "other speeds than 1 are");
    }

    fn text(&mut self, text: &RichText, path: &str) {
        let RichText { text: words, font, style, stroke, shadow, background, border, padding, align: _, animation } =
            text;
        let at = |name: &str| format!("{path}.{name}");
        if words.chars().count() > 2000 {
            let expected = "at most 2000 characters; split the text into several clips";
            self.errors.push(EditError::new(at("text"), expected));
        }
        self.not_drawn(font.style != FontStyle::Normal, at("font.style"), "italics are");
        self.not_drawn(font.background.is_some(), at("font.background"), "colours behind lines are");
        self.not_drawn(font.stroke.is_some(), at("font.stroke"), "outlined letters are");
        self.not_drawn(stroke.is_some(), at("stroke"), "outlined letters are");
        self.not_drawn(border.is_some(), at("border"), "borders are");
        self.not_drawn(*padding != Default::default(), at("padding"), "paddings of the box are");
        self.within(path, "style.letterSpacing", style.letter_spacing, -500.0, 500.0);
        self.within(path, "style.lineHeight", style.line_height, 0.5, 5.0);
        self.not_drawn(style.word_spacing != 0.0, at("style.wordSpacing"), "spaces between words are");
        self.not_drawn(style.text_transform != TextCase::None, at("style.textTransform"), "other capitals are");
        let is_plain = style.text_decoration == TextDecoration::None;
        self.not_drawn(!is_plain, at("style.textDecoration"), "lines at letters are");
        self.not_drawn(style.gradient.is_some(), at("style.gradient"), "gradients are");
        if let Some(shadow) = shadow {
            self.within(path, "shadow.blur", shadow.blur, 0.0, 500.0);
            self.within(path, "shadow.offsetX", shadow.offset_x, -500.0, 500.0);
            self.within(path, "shadow.offsetY", shadow.offset_y, -500.0, 500.0);
        }
        if let Some(background) = background {
            self.within(path, "background.borderRadius", background.border_radius, 0.0, 4096.0);
        }
        if let Some(animation) = animation {
            let is_drawn = matches!(animation.preset, TextPreset::FadeIn | TextPreset::Ascend | TextPreset::Shift);
            if !is_drawn {
                let expected = "fadeIn, ascend or shift, the only animations of text that are drawn so far";
                let found = format!("'{}'", animation.preset.word());
                self.errors.push(EditError::new(at("animation.preset"), expected).found(found));
            }
            self.not_drawn(animation.direction.is_some(), at("animation.direction"), "chosen directions of text are");
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
