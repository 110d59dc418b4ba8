//! An edit and the facts of its sources become a plan.

use std::collections::BTreeMap;

use nexus_core::{FrameRate, Frames, Seconds};
use nexus_edit::{
    model::{
        Alias, Asset, Audio, Caption, Clip, Crop, Edit, Fit, Html, Image, Luma, RichCaption, RichText, Source, Video,
        asset::CaptionSource,
    },
    subtitles::Cue,
    timing::{self, Span, clip_path},
};

use super::{
    Content, Layer, Matte, Plan, Sounding, SourceFacts,
    picture::{cropped, even, read},
    sounds::{is_mute, sounding, soundtrack},
};
use crate::{
    RenderError, check,
    content::{Boxed, captioned, drawing, from_html, from_text, from_title},
    geometry::{Placement, place},
    svg,
};

/// Resolves `edit`. `sources` says what each `src` is.
///
/// # Errors
/// [`RenderError::Edit`] when a source is missing, of the wrong kind, or ends before the clip begins;
/// [`RenderError::Edits`] when clips overlap, or wait for each other.
pub fn resolve(edit: &Edit, sources: &BTreeMap<String, SourceFacts>) -> Result<Plan, RenderError> {
    let media_s = |src: &str| match sources.get(src)? {
        SourceFacts::Video { duration_s, .. } | SourceFacts::Sound { duration_s } => Some(*duration_s),
        SourceFacts::Subtitles { cues } => cues.iter().map(|cue| cue.end_s).reduce(f64::max),
        SourceFacts::Image { .. } => None,
    };
    let timing = timing::resolve(edit, &media_s)?;
    check::check_overlaps(edit, &timing)?;
    let rate = timing.rate;
    let frame = edit.output.frame();
    let (width_px, height_px) = (even(f64::from(frame.width)), even(f64::from(frame.height)));
    let mut resolver = Resolver {
        edit,
        sources,
        rate,
        frame_px: (f64::from(width_px), f64::from(height_px)),
        layers: vec![],
        sounds: vec![],
        remarks: vec![],
    };
    for (track, clips) in edit.timeline.tracks.iter().enumerate().rev() {
        let below = resolver.layers.len();
        let mut lumas = Vec::new();
        for (index, (clip, span)) in clips.clips.iter().zip(&timing.tracks[track]).enumerate() {
            let timed = Timed::new(clip, track, clip_path(track, index), *span);
            match &clip.asset {
                Asset::Luma(luma) => lumas.extend(resolver.luma(&timed, luma)?),
                _ => resolver.clip(&timed)?,
            }
        }
        resolver.mask(below, &lumas);
    }
    if (frame.width, frame.height) != (width_px, height_px) {
        let (width, height) = (frame.width, frame.height);
        resolver.remarks.push(format!("{width}x{height} has an odd side; the film is {width_px}x{height_px}"));
    }
    let frames = timing.length.0.max(1);
    let Resolver { layers, mut sounds, remarks, .. } = resolver;
    sounds.extend(edit.timeline.soundtrack.as_ref().and_then(|track| soundtrack(track, frames, rate)));
    if edit.output.mute == Some(true) {
        sounds.clear();
    }
    sounds.sort_by(|left, right| left.start_s.total_cmp(&right.start_s));
    let window = window(edit, frames, rate)?;
    let quality = edit.output.quality.unwrap_or_default();
    let background = edit.timeline.background;
    Ok(Plan { width_px, height_px, rate, window, background, layers, sounds, quality, remarks })
}

/// The frames of the timeline that `output.range` asks for.
fn window(edit: &Edit, frames: u64, rate: FrameRate) -> Result<std::ops::Range<u64>, RenderError> {
    let Some(range) = &edit.output.range else { return Ok(0..frames) };
    let frame = |seconds: f64| rate.nearest_frame(Seconds(seconds)).0;
    let start = frame(range.start.unwrap_or(0.0));
    let end = range.length.map_or(frames, |length| frame(range.start.unwrap_or(0.0) + length)).min(frames);
    if start >= frames {
        let length_s = rate.start_of(Frames(frames)).0;
        let found = range.start.unwrap_or(0.0);
        let expected = format!("expected less than {length_s:.2} s, the length of the timeline, found {found}");
        return Err(RenderError::edit("output.range.start", expected));
    }
    Ok(start..end.max(start + 1))
}

struct Resolver<'a> {
    edit: &'a Edit,
    sources: &'a BTreeMap<String, SourceFacts>,
    rate: FrameRate,
    frame_px: (f64, f64),
    layers: Vec<Layer>,
    sounds: Vec<Sounding>,
    remarks: Vec<String>,
}

/// A clip with its exact frames.
struct Timed<'a> {
    clip: &'a Clip,
    track: usize,
    path: String,
    start: u64,
    end: u64,
    /// Seconds, before rounding to frames.
    length_s: f64,
}

impl<'a> Timed<'a> {
    fn new(clip: &'a Clip, track: usize, path: String, span: Span) -> Self {
        Self { clip, track, path, start: span.start.0, end: span.end.0, length_s: span.length_s }
    }

    fn frames(&self) -> u64 {
        self.end - self.start
    }
}

impl Resolver<'_> {
    fn clip(&mut self, timed: &Timed<'_>) -> Result<(), RenderError> {
        if timed.start == timed.end {
            self.remarks.push(format!("{} is shorter than half a frame and is not shown", timed.path));
            return Ok(());
        }
        match &timed.clip.asset {
            Asset::Video(video) => self.video(timed, video),
            Asset::Image(image) => self.image(timed, image),
            Asset::Audio(audio) => self.audio(timed, audio),
            Asset::RichText(text) => self.text(timed, Boxed { text: text.clone(), width: None, height: None }),
            Asset::Text(text) => self.text(timed, from_text(text)),
            Asset::Title(title) => {
                self.text(timed, from_title(title, self.frame_px))?;
                self.shift_last(&title.offset);
                Ok(())
            }
            Asset::Html(html) => self.html(timed, html),
            Asset::Caption(caption) => self.caption(timed, caption),
            Asset::RichCaption(caption) => self.rich_caption(timed, caption),
            Asset::Shape(shape) => self.svg(timed, drawing(shape)),
            Asset::Svg(svg) => self.svg(timed, svg.src.clone()),
            Asset::Luma(_) => Ok(()),
            Asset::Html5(_) | Asset::TextToImage(_) | Asset::ImageToVideo(_) | Asset::TextToSpeech(_) => {
                Err(check::asset_not_drawn(&timed.path, &timed.clip.asset))
            }
        }
    }

    fn layer(&self, timed: &Timed<'_>, placement: Placement, content: Content) -> Layer {
        let Timed { clip, track, path, start, end, .. } = timed;
        Layer {
            path: path.clone(),
            track: *track,
            start: *start,
            end: *end,
            placement,
            scale: clip.scale.clone(),
            offset: clip.offset.clone(),
            transform: clip.transform.clone(),
            effect: clip.effect,
            transition: clip.transition,
            opacity: clip.opacity.clone(),
            filter: clip.filter,
            content,
            mattes: vec![],
        }
    }

    fn push(&mut self, timed: &Timed<'_>, placement: Placement, content: Content) {
        self.layers.push(self.layer(timed, placement, content));
    }

    /// A title has an offset of its own beside that of its clip.
    fn shift_last(&mut self, offset: &nexus_edit::model::Offset) {
        let shift = (offset.x.at(0.0) * self.frame_px.0, -offset.y.at(0.0) * self.frame_px.1);
        if let Some(layer) = self.layers.last_mut() {
            layer.placement.target = layer.placement.target.moved(shift);
        }
    }

    fn facts(&self, src: &str, path: &str) -> Result<SourceFacts, RenderError> {
        self.sources.get(src).cloned().ok_or_else(|| {
            RenderError::edit(
                format!("{path}.asset.src"),
                format!("the request has no asset called '{src}'; add it to the request's assets"),
            )
        })
    }

    fn video(&mut self, timed: &Timed<'_>, video: &Video) -> Result<(), RenderError> {
        let path = &timed.path;
        let src = file_of(&video.source, path)?;
        let SourceFacts::Video { width_px, height_px, duration_s, has_sound } = self.facts(src, path)? else {
            return Err(wrong_kind(path, src, "moving pictures, and", "has none"));
        };
        begins_within(timed, src, video.trim, duration_s)?;
        let available = self.available(timed, src, duration_s - video.trim, video.speed);
        if has_sound && video.speed > 0.0 && !is_mute(&video.volume) {
            let sound = sounding(src, (timed.start, timed.end), self.rate);
            let (trim_s, speed, volume) = (video.trim, video.speed, video.volume.clone());
            self.sounds.push(Sounding {
                trim_s,
                speed,
                volume,
                effect: video.volume_effect,
                of_picture: true,
                ..sound
            });
        }
        let focus = video.focus.unwrap_or([0.5; 2]);
        let Some((placement, picture)) = self.picture(timed, (width_px, height_px), (video.crop, focus), src) else {
            return Ok(());
        };
        let content = Content::Video {
            src: src.to_owned(),
            trim_s: video.trim,
            speed: video.speed,
            available,
            picture,
            key: video.chroma_key,
            grade: video.grade,
        };
        self.push(timed, placement, content);
        Ok(())
    }

    /// Frames that a source has left, with a remark when they are too few.
    fn available(&mut self, timed: &Timed<'_>, src: &str, left_s: f64, speed: f64) -> u64 {
        if speed <= 0.0 {
            return 1;
        }
        let frames = timed.frames();
        let left = (left_s / speed * self.rate.as_f64() + 1e-6).floor().max(1.0) as u64;
        if left + 1 < frames {
            let missing_s = (frames - left) as f64 / self.rate.as_f64();
            self.remarks
                .push(format!("'{}' ends {missing_s:.1} s before its clip; its last frame stands still", short(src)));
        }
        left.min(frames)
    }

    fn image(&mut self, timed: &Timed<'_>, image: &Image) -> Result<(), RenderError> {
        let path = &timed.path;
        let src = file_of(&image.source, path)?;
        let SourceFacts::Image { width_px, height_px, has_alpha } = self.facts(src, path)? else {
            return Err(wrong_kind(path, src, "a PNG or JPEG still, and", "is none"));
        };
        if has_alpha {
            let placement = self.placed(timed.clip, (width_px, height_px), (image.crop, [0.5; 2]));
            self.push(timed, placement, Content::Image { src: src.to_owned() });
        } else if let Some((placement, picture)) =
            self.picture(timed, (width_px, height_px), (image.crop, [0.5; 2]), src)
        {
            self.push(timed, placement, Content::Still { src: src.to_owned(), picture });
        }
        Ok(())
    }

    /// The mask of a track, as a layer of its own.
    fn luma(&mut self, timed: &Timed<'_>, luma: &Luma) -> Result<Option<Layer>, RenderError> {
        let (size, moving) = match self.facts(&luma.src, &timed.path)? {
            SourceFacts::Video { width_px, height_px, duration_s, .. } => {
                begins_within(timed, &luma.src, luma.trim, duration_s)?;
                ((width_px, height_px), Some(self.available(timed, &luma.src, duration_s - luma.trim, 1.0)))
            }
            SourceFacts::Image { width_px, height_px, .. } => ((width_px, height_px), None),
            SourceFacts::Sound { .. } | SourceFacts::Subtitles { .. } => {
                return Err(wrong_kind(&timed.path, &luma.src, "pictures, and", "has none"));
            }
        };
        let whole = (Crop::default(), [0.5; 2]);
        let Some((placement, picture)) = self.picture(timed, size, whole, &luma.src) else { return Ok(None) };
        let src = luma.src.clone();
        let content = match moving {
            Some(available) => {
                let trim_s = luma.trim;
                Content::Video { src, trim_s, speed: 1.0, available, picture, key: None, grade: None }
            }
            None => Content::Still { src, picture },
        };
        Ok(Some(self.layer(timed, placement, content)))
    }

    /// Gives every layer from `first` on the masks that stand while it does.
    fn mask(&mut self, first: usize, lumas: &[Layer]) {
        let signed = |frame: u64| i64::try_from(frame).unwrap_or(i64::MAX);
        for layer in &mut self.layers[first..] {
            let (start, end) = (layer.start, layer.end);
            let over = lumas.iter().filter(|luma| luma.start < end && luma.end > start);
            layer.mattes = over
                .map(|luma| Matte {
                    from: signed(luma.start) - signed(start),
                    to: signed(luma.end) - signed(start),
                    layer: luma.clone(),
                })
                .collect();
        }
    }

    fn audio(&mut self, timed: &Timed<'_>, audio: &Audio) -> Result<(), RenderError> {
        let path = &timed.path;
        let src = file_of(&audio.source, path)?;
        let duration_s = match self.facts(src, path)? {
            SourceFacts::Sound { duration_s } | SourceFacts::Video { duration_s, has_sound: true, .. } => duration_s,
            SourceFacts::Video { .. } | SourceFacts::Image { .. } | SourceFacts::Subtitles { .. } => {
                return Err(wrong_kind(path, src, "sound, and", "has none"));
            }
        };
        begins_within(timed, src, audio.trim, duration_s)?;
        let missing_s = timed.length_s - (duration_s - audio.trim) / audio.speed.max(0.01);
        if missing_s > 0.05 {
            self.remarks.push(format!("'{}' ends {missing_s:.1} s before its clip; silence follows", short(src)));
        }
        if audio.speed > 0.0 && !is_mute(&audio.volume) {
            let sound = sounding(src, (timed.start, timed.end), self.rate);
            let (trim_s, speed, volume) = (audio.trim, audio.speed, audio.volume.clone());
            self.sounds.push(Sounding { trim_s, speed, volume, effect: audio.effect, ..sound });
        }
        Ok(())
    }

    /// Text fills its box: the asset's own, the clip's, or the frame.
    fn text(&mut self, timed: &Timed<'_>, boxed: Boxed) -> Result<(), RenderError> {
        let placement = self.text_box(timed.clip, &boxed);
        self.push(timed, placement, Content::Text { text: boxed.text });
        Ok(())
    }

    fn text_box(&self, clip: &Clip, boxed: &Boxed) -> Placement {
        let mut clip = clip.clone();
        clip.fit = Fit::Cover;
        clip.width = clip.width.or(boxed.width);
        clip.height = clip.height.or(boxed.height);
        place(&clip, self.frame_px, self.frame_px, [0.5; 2])
    }

    fn html(&mut self, timed: &Timed<'_>, html: &Html) -> Result<(), RenderError> {
        let (boxed, remarks) = from_html(html);
        self.remarks.extend(remarks.into_iter().map(|remark| format!("{}: {remark}", timed.path)));
        self.text(timed, boxed)
    }

    fn caption(&mut self, timed: &Timed<'_>, caption: &Caption) -> Result<(), RenderError> {
        let src = self.caption_source(timed, &caption.src)?;
        let cues = self.cues(timed, &src)?;
        for captioned in captioned(caption, &cues, self.frame_px) {
            let frame = |seconds: f64| timed.start + self.rate.nearest_frame(Seconds(seconds.max(0.0))).0;
            let (start, end) = (frame(captioned.from_s), frame(captioned.to_s).min(timed.end));
            if start < end {
                let part = Timed { start, end, path: timed.path.clone(), ..*timed };
                self.text(&part, Boxed { text: captioned.text, width: None, height: None })?;
            }
        }
        Ok(())
    }

    fn rich_caption(&mut self, timed: &Timed<'_>, caption: &RichCaption) -> Result<(), RenderError> {
        let src = self.caption_source(timed, &caption.src)?;
        let cues = self.cues(timed, &src)?.to_vec();
        let boxed = Boxed { text: RichText::new(""), width: None, height: None };
        let placement = self.text_box(timed.clip, &boxed);
        self.push(timed, placement, Content::Captions { src, caption: caption.clone(), cues });
        Ok(())
    }

    fn caption_source(&self, timed: &Timed<'_>, source: &CaptionSource) -> Result<String, RenderError> {
        match source {
            CaptionSource::File(src) => Ok(src.clone()),
            CaptionSource::Clip(alias) => self.speech_of(alias, &timed.path),
        }
    }

    /// Speech is written down by nobody here; a clip whose own source is subtitles has words.
    fn speech_of(&self, alias: &Alias, path: &str) -> Result<String, RenderError> {
        let clips = self.edit.timeline.tracks.iter().flat_map(|track| &track.clips);
        let named = clips.into_iter().find(|clip| clip.alias.as_ref() == Some(alias));
        match named.map(|clip| &clip.asset) {
            Some(Asset::Caption(Caption { src: CaptionSource::File(src), .. })) => Ok(src.clone()),
            _ => Err(no_words(path)),
        }
    }

    fn cues(&self, timed: &Timed<'_>, src: &str) -> Result<std::sync::Arc<Vec<Cue>>, RenderError> {
        match self.facts(src, &timed.path)? {
            SourceFacts::Subtitles { cues } => Ok(cues),
            SourceFacts::Video { .. } | SourceFacts::Sound { .. } | SourceFacts::Image { .. } => {
                Err(no_words(&timed.path))
            }
        }
    }

    fn svg(&mut self, timed: &Timed<'_>, markup: String) -> Result<(), RenderError> {
        let size = svg::size(&markup).map_err(|error| RenderError::edit(format!("{}.asset.src", timed.path), error))?;
        let placement = place(timed.clip, size, self.frame_px, [0.5; 2]);
        self.push(timed, placement, Content::Svg { markup });
        Ok(())
    }

    /// Where a picture of `source_px` stands, with what a crop by numbers leaves of it.
    fn placed(&self, clip: &Clip, source_px: (u32, u32), (crop, focus): (Crop, [f64; 2])) -> Placement {
        let left = cropped(crop, source_px);
        let mut placement = place(clip, (left.width, left.height), self.frame_px, focus);
        placement.source = placement.source.moved((left.x, left.y));
        placement
    }

    /// Crop and decode size of an opaque picture; `None` when no part of it is in the frame.
    fn picture(
        &mut self,
        timed: &Timed<'_>,
        source_px: (u32, u32),
        part: (Crop, [f64; 2]),
        src: &str,
    ) -> Option<(Placement, super::Picture)> {
        let placement = self.placed(timed.clip, source_px, part);
        let length = (timed.frames(), self.rate.as_f64());
        let found = read(timed.clip, placement, source_px, self.frame_px, length)?;
        if let Some(factor) = found.enlarged {
            let percent = (factor * 100.0).round();
            let from_s = timed.start as f64 / self.rate.as_f64();
            let too_much = if factor > 1.3 { ", more than the 130 % that still look sharp" } else { "" };
            self.remarks
                .push(format!("the shot at {from_s:.1} s ('{}') is enlarged to {percent} %{too_much}", short(src)));
        }
        Some((found.placement, found.picture))
    }
}

/// The file of a source.
fn file_of<'a>(source: &'a Source, path: &str) -> Result<&'a str, RenderError> {
    match source {
        Source::File { src } => Ok(src),
        Source::Prompt(_) => Err(RenderError::edit(format!("{path}.asset.prompt"), check::NO_PROMPTS)),
    }
}

fn begins_within(timed: &Timed<'_>, src: &str, trim_s: f64, duration_s: f64) -> Result<(), RenderError> {
    if trim_s < duration_s {
        return Ok(());
    }
    let expected = format!("expected less than {duration_s:.2} s, the length of '{}', found {trim_s}", short(src));
    Err(RenderError::edit(format!("{}.asset.trim", timed.path), expected))
}

fn wrong_kind(path: &str, src: &str, expected: &str, found: &str) -> RenderError {
    RenderError::edit(format!("{path}.asset.src"), format!("expected {expected} '{}' {found}", short(src)))
}

fn no_words(path: &str) -> RenderError {
    let expected = "expected an SRT or WebVTT file: speech is not written down here yet";
    RenderError::edit(format!("{path}.asset.src"), expected)
}

/// The last part of a source's name.
fn short(src: &str) -> &str {
    src.rsplit('/').next().unwrap_or(src)
}
