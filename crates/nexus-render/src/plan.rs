//! The resolved plan: every clip at its exact frames, every picture with its crop and decode size. A pure
//! function of the edit and of what its sources are.

use std::collections::BTreeMap;

use nexus_core::FrameRate;
use nexus_edit::{
    model::{
        Animated, Asset, Audio, AudioEffect, Clip, Color, Edit, Filter, Fit, Image, Quality, RichText, Source,
        Transition, Video,
    },
    timing::{self, Span, clip_path},
};
use serde::Serialize;

use crate::{
    RenderError,
    animate::largest,
    check,
    geometry::{Placement, Rect, place},
    svg,
};

/// A blurred picture is decoded at this fraction of its size: the blur hides it, and costs a sixteenth.
const BLUR_SHRINK: f64 = 4.0;

/// A moving picture is enlarged by its decoder up to this multiple of its size at scale 1, and by the compositor
/// beyond it.
const FAR_ZOOM: f64 = 1.25;

/// What a source is, after probing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SourceFacts {
    /// Moving pictures.
    Video {
        /// Width as shown, in pixels.
        width_px: u32,
        /// Height as shown, in pixels.
        height_px: u32,
        /// Seconds.
        duration_s: f64,
        /// True when there is sound, too.
        has_sound: bool,
    },
    /// A still.
    Image {
        /// Width in pixels.
        width_px: u32,
        /// Height in pixels.
        height_px: u32,
        /// True when any pixel is not opaque.
        has_alpha: bool,
    },
    /// Sound alone.
    Sound {
        /// Seconds.
        duration_s: f64,
    },
}

/// A film, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Width in pixels, even.
    pub width_px: u32,
    /// Height in pixels, even.
    pub height_px: u32,
    /// Exact rate.
    pub rate: FrameRate,
    /// Length in frames, at least 1.
    pub frames: u64,
    /// Below everything.
    pub background: Color,
    /// What is seen, the bottom layer first.
    pub layers: Vec<Layer>,
    /// What is heard, in order of start.
    pub sounds: Vec<Sounding>,
    /// How good.
    pub quality: Quality,
    /// What people should know.
    pub remarks: Vec<String>,
}

/// One clip that is seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Layer {
    /// Its place in the document.
    #[serde(skip)]
    pub path: String,
    /// Its track, 0 on top.
    #[serde(skip)]
    pub track: usize,
    /// First frame.
    #[serde(skip)]
    pub start: u64,
    /// One past its last frame.
    #[serde(skip)]
    pub end: u64,
    /// Where it stands at scale 1.
    pub placement: Placement,
    /// Magnification over time.
    pub scale: Animated,
    /// Opacity over time.
    pub opacity: Animated,
    /// How it comes and goes.
    pub transition: Transition,
    /// Effect.
    pub filter: Option<Filter>,
    /// What it shows.
    pub content: Content,
}

impl Layer {
    /// Length in frames.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.end - self.start
    }

    /// The source as the request names it, when it has one.
    #[must_use]
    pub fn src(&self) -> Option<&str> {
        match &self.content {
            Content::Video { src, .. } | Content::Still { src, .. } | Content::Image { src } => Some(src),
            Content::Text { .. } | Content::Svg { .. } => None,
        }
    }
}

/// What a layer shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Content {
    /// Moving pictures, opaque.
    Video {
        /// Source.
        #[serde(skip)]
        src: String,
        /// Source time of the first frame.
        trim_s: f64,
        /// Frames that the source has from there; after them the last one stands.
        available: u64,
        /// How it is read.
        picture: Picture,
    },
    /// An opaque still.
    Still {
        /// Source.
        #[serde(skip)]
        src: String,
        /// How it is read.
        picture: Picture,
    },
    /// A still with transparency.
    Image {
        /// Source.
        #[serde(skip)]
        src: String,
    },
    /// Text within `placement.target`.
    Text {
        /// The text.
        text: Box<RichText>,
    },
    /// Vector graphics.
    Svg {
        /// Markup.
        markup: String,
    },
}

/// How a picture is read: cropped first, then scaled to the size that is needed and no larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// Left edge in source pixels, even.
    pub crop_x: u32,
    /// Upper edge, even.
    pub crop_y: u32,
    /// Width of the crop.
    pub crop_width: u32,
    /// Height of the crop.
    pub crop_height: u32,
    /// Width to decode at, even.
    pub width_px: u32,
    /// Height to decode at, even.
    pub height_px: u32,
}

/// One clip that is heard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sounding {
    /// Source.
    #[serde(skip)]
    pub src: String,
    /// Film time in seconds, on a frame.
    pub start_s: f64,
    /// Seconds, a whole number of frames.
    pub length_s: f64,
    /// Seconds of the source that are skipped.
    pub trim_s: f64,
    /// 0 to 1.
    pub volume: f64,
    /// Fades.
    pub effect: Option<AudioEffect>,
    /// True for the sound of moving pictures, which is faded at every cut.
    pub of_picture: bool,
}

/// Resolves `edit`. `sources` says what each `src` is.
///
/// # Errors
/// [`RenderError::Edit`] when a source is missing, of the wrong kind, or ends before the clip begins;
/// [`RenderError::Edits`] when clips overlap, or wait for each other.
pub fn resolve(edit: &Edit, sources: &BTreeMap<String, SourceFacts>) -> Result<Plan, RenderError> {
    let media_s = |src: &str| match sources.get(src)? {
        SourceFacts::Video { duration_s, .. } | SourceFacts::Sound { duration_s } => Some(*duration_s),
        SourceFacts::Image { .. } => None,
    };
    let timing = timing::resolve(edit, &media_s)?;
    check::check_overlaps(edit, &timing)?;
    let rate = timing.rate;
    let frame = edit.output.frame();
    let (width_px, height_px) = (frame.width, frame.height);
    let mut resolver = Resolver {
        sources,
        rate,
        frame_px: (f64::from(width_px), f64::from(height_px)),
        layers: vec![],
        sounds: vec![],
        remarks: vec![],
    };
    for (track, clips) in edit.timeline.tracks.iter().enumerate().rev() {
        for (index, (clip, span)) in clips.clips.iter().zip(&timing.tracks[track]).enumerate() {
            resolver.clip(track, clip, *span, &clip_path(track, index))?;
        }
    }
    let Resolver { layers, mut sounds, remarks, .. } = resolver;
    sounds.sort_by(|left, right| left.start_s.total_cmp(&right.start_s));
    let quality = edit.output.quality.unwrap_or_default();
    let (background, frames) = (edit.timeline.background, timing.length.0.max(1));
    Ok(Plan { width_px, height_px, rate, frames, background, layers, sounds, quality, remarks })
}

struct Resolver<'a> {
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
    path: &'a str,
    start: u64,
    end: u64,
    /// Seconds, before rounding to frames.
    length_s: f64,
}

impl Resolver<'_> {
    fn clip(&mut self, track: usize, clip: &Clip, span: Span, path: &str) -> Result<(), RenderError> {
        let (start, end) = (span.start.0, span.end.0);
        let timed = Timed { clip, track, path, start, end, length_s: span.length_s };
        if start == end {
            self.remarks.push(format!("{path} is shorter than half a frame and is not shown"));
            return Ok(());
        }
        match &clip.asset {
            Asset::Video(video) => self.video(&timed, video),
            Asset::Image(image) => self.image(&timed, image),
            Asset::Audio(audio) => self.audio(&timed, audio),
            Asset::RichText(text) => {
                let mut boxed = clip.clone();
                boxed.fit = Fit::Cover;
                let placement = place(&boxed, self.frame_px, self.frame_px, [0.5; 2]);
                self.push(&timed, placement, Content::Text { text: Box::new(text.clone()) });
                Ok(())
            }
            Asset::Svg(drawing) => {
                let size =
                    svg::size(&drawing.src).map_err(|error| RenderError::edit(format!("{path}.asset.src"), error))?;
                let placement = place(clip, size, self.frame_px, [0.5; 2]);
                self.push(&timed, placement, Content::Svg { markup: drawing.src.clone() });
                Ok(())
            }
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
            | Asset::TextToSpeech(_) => Err(check::asset_not_drawn(path, &clip.asset)),
        }
    }

    fn push(&mut self, timed: &Timed<'_>, placement: Placement, content: Content) {
        let Timed { clip, track, path, start, end, .. } = *timed;
        self.layers.push(Layer {
            path: path.to_owned(),
            track,
            start,
            end,
            placement,
            scale: clip.scale.clone(),
            opacity: clip.opacity.clone(),
            transition: clip.transition,
            filter: clip.filter,
            content,
        });
    }

    fn facts(&self, src: &str, path: &str) -> Result<SourceFacts, RenderError> {
        self.sources.get(src).copied().ok_or_else(|| {
            RenderError::edit(
                format!("{path}.asset.src"),
                format!("the request has no asset called '{src}'; add it to the request's assets"),
            )
        })
    }

    fn video(&mut self, timed: &Timed<'_>, video: &Video) -> Result<(), RenderError> {
        let path = timed.path;
        let src = file_of(&video.source, path)?;
        let (trim_s, focus) = (video.trim, video.focus.unwrap_or([0.5; 2]));
        // A volume that moves is refused by `check` until it is mixed.
        let volume = video.volume.at(0.0);
        let SourceFacts::Video { width_px, height_px, duration_s, has_sound } = self.facts(src, path)? else {
            return Err(RenderError::edit(
                format!("{path}.asset.src"),
                format!("expected moving pictures, and '{}' has none", short(src)),
            ));
        };
        self.begins_within(timed, src, trim_s, duration_s)?;
        let frames = timed.end - timed.start;
        let left = ((duration_s - trim_s) * self.rate.as_f64() + 1e-6).floor().max(1.0) as u64;
        if left + 1 < frames {
            let missing_s = (frames - left) as f64 / self.rate.as_f64();
            self.remarks
                .push(format!("'{}' ends {missing_s:.1} s before its clip; its last frame stands still", short(src)));
        }
        if volume > 0.0 && has_sound {
            self.sounding(timed, Sounding { trim_s, volume, effect: None, of_picture: true, ..blank(src) });
        }
        let Some((placement, picture)) = self.picture(timed, (width_px, height_px), focus, src) else { return Ok(()) };
        self.push(
            timed,
            placement,
            Content::Video { src: src.to_owned(), trim_s, available: left.min(frames), picture },
        );
        Ok(())
    }

    fn image(&mut self, timed: &Timed<'_>, image: &Image) -> Result<(), RenderError> {
        let src = file_of(&image.source, timed.path)?;
        let SourceFacts::Image { width_px, height_px, has_alpha } = self.facts(src, timed.path)? else {
            return Err(RenderError::edit(
                format!("{}.asset.src", timed.path),
                format!("expected a PNG or JPEG still, and '{}' is none", short(src)),
            ));
        };
        if has_alpha {
            let placement = place(timed.clip, (f64::from(width_px), f64::from(height_px)), self.frame_px, [0.5; 2]);
            self.push(timed, placement, Content::Image { src: src.to_owned() });
        } else if let Some((placement, picture)) = self.picture(timed, (width_px, height_px), [0.5; 2], src) {
            self.push(timed, placement, Content::Still { src: src.to_owned(), picture });
        }
        Ok(())
    }

    fn audio(&mut self, timed: &Timed<'_>, audio: &Audio) -> Result<(), RenderError> {
        let src = file_of(&audio.source, timed.path)?;
        let (trim_s, volume, effect) = (audio.trim, audio.volume.at(0.0), audio.effect);
        let duration_s = match self.facts(src, timed.path)? {
            SourceFacts::Sound { duration_s } | SourceFacts::Video { duration_s, has_sound: true, .. } => duration_s,
            SourceFacts::Video { .. } | SourceFacts::Image { .. } => {
                return Err(RenderError::edit(
                    format!("{}.asset.src", timed.path),
                    format!("expected sound, and '{}' has none", short(src)),
                ));
            }
        };
        self.begins_within(timed, src, trim_s, duration_s)?;
        let missing_s = trim_s + timed.length_s - duration_s;
        if missing_s > 0.05 {
            self.remarks.push(format!("'{}' ends {missing_s:.1} s before its clip; silence follows", short(src)));
        }
        if volume > 0.0 {
            self.sounding(timed, Sounding { trim_s, volume, effect, ..blank(src) });
        }
        Ok(())
    }

    fn begins_within(&self, timed: &Timed<'_>, src: &str, trim_s: f64, duration_s: f64) -> Result<(), RenderError> {
        if trim_s < duration_s {
            return Ok(());
        }
        let expected = format!("expected less than {duration_s:.2} s, the length of '{}', found {trim_s}", short(src));
        Err(RenderError::edit(format!("{}.asset.trim", timed.path), expected))
    }

    fn sounding(&mut self, timed: &Timed<'_>, sound: Sounding) {
        let second = |frame: u64| self.rate.start_of(nexus_core::Frames(frame)).0;
        let start_s = second(timed.start);
        self.sounds.push(Sounding { start_s, length_s: second(timed.end) - start_s, ..sound });
    }

    /// Crop and decode size of an opaque picture; `None` when no part of it is in the frame.
    fn picture(
        &mut self,
        timed: &Timed<'_>,
        source_px: (u32, u32),
        focus: [f64; 2],
        src: &str,
    ) -> Option<(Placement, Picture)> {
        let clip = timed.clip;
        let mut placement = place(clip, (f64::from(source_px.0), f64::from(source_px.1)), self.frame_px, focus);
        let frames = timed.end - timed.start;
        let largest = largest(&clip.scale, frames as f64 / self.rate.as_f64(), frames);
        let is_static = clip.scale.is_constant();
        if is_static {
            placement = visible(placement, largest, self.frame_px)?;
        }
        let blurred = clip.filter == Some(Filter::Blur);
        let needed = (placement.target.width * largest, placement.target.height * largest);
        let enlarged = (needed.0 / placement.source.width).max(needed.1 / placement.source.height);
        if enlarged > 1.05 && !blurred {
            let percent = (enlarged * 100.0).round();
            let from_s = timed.start as f64 / self.rate.as_f64();
            let too_much = if enlarged > 1.3 { ", more than the 130 % that still look sharp" } else { "" };
            self.remarks
                .push(format!("the shot at {from_s:.1} s ('{}') is enlarged to {percent} %{too_much}", short(src)));
        }
        let crop_x = even_down(placement.source.x, source_px.0);
        let crop_y = even_down(placement.source.y, source_px.1);
        let crop_width = even(placement.source.width).clamp(2, (source_px.0 - crop_x).max(2));
        let crop_height = even(placement.source.height).clamp(2, (source_px.1 - crop_y).max(2));
        let shrink = if blurred { BLUR_SHRINK } else { 1.0 };
        let size = |needed: f64, at_one: f64, crop: u32| {
            // Far zooms are sampled from the source's own pixels, or from a little more than the frame's.
            let most = f64::from(crop).max(at_one * FAR_ZOOM);
            even(if is_static { needed } else { needed.min(most) } / shrink)
        };
        let width_px = size(needed.0, placement.target.width, crop_width);
        let height_px = size(needed.1, placement.target.height, crop_height);
        Some((placement, Picture { crop_x, crop_y, crop_width, crop_height, width_px, height_px }))
    }
}

/// The part of a still geometry that lies in the frame, with scale 1 from now on left in `target`.
fn visible(placement: Placement, scale: f64, frame_px: (f64, f64)) -> Option<Placement> {
    let Placement { source, anchor, .. } = placement;
    let target = placement.target.scaled_about(anchor, scale);
    let left = target.x.max(0.0);
    let top = target.y.max(0.0);
    let right = (target.x + target.width).min(frame_px.0);
    let bottom = (target.y + target.height).min(frame_px.1);
    if right - left < 1.0 || bottom - top < 1.0 {
        return None;
    }
    let (across, down) = (source.width / target.width, source.height / target.height);
    let cut = Rect {
        x: source.x + (left - target.x) * across,
        y: source.y + (top - target.y) * down,
        width: (right - left) * across,
        height: (bottom - top) * down,
    };
    let target = Rect { x: left, y: top, width: right - left, height: bottom - top };
    // Scaled already: the anchor is undone by dividing it out again when the layer is drawn.
    let unscaled = target.scaled_about(anchor, 1.0 / scale);
    Some(Placement { source: cut, target: if (scale - 1.0).abs() < 1e-12 { target } else { unscaled }, anchor })
}

/// The address of a file; media that has still to be made has none.
fn file_of<'s>(source: &'s Source, path: &str) -> Result<&'s str, RenderError> {
    source
        .src()
        .ok_or_else(|| RenderError::edit(format!("{path}.asset.prompt"), format!("expected {}", check::NO_PROMPTS)))
}

fn blank(src: &str) -> Sounding {
    Sounding {
        src: src.to_owned(),
        start_s: 0.0,
        length_s: 0.0,
        trim_s: 0.0,
        volume: 0.0,
        effect: None,
        of_picture: false,
    }
}

fn even(pixels: f64) -> u32 {
    (((pixels / 2.0).round() as u32) * 2).max(2)
}

fn even_down(pixels: f64, within: u32) -> u32 {
    ((pixels.round().max(0.0) as u32) & !1).min(within.saturating_sub(2) & !1)
}

/// The last part of a source's name.
fn short(src: &str) -> &str {
    src.rsplit('/').next().unwrap_or(src)
}
