//! The rules that an edit's types cannot express: ranges, colours, frame rates, overlaps.

use nexus_core::FrameRate;
use nexus_edit::model::{Animated, Asset, Clip, Edit, RichText, Track};

use crate::RenderError;

/// Longest film in seconds.
const MAX_FILM_S: f64 = 3600.0;

/// Checks every range that the documentation of the types names.
///
/// # Errors
/// [`RenderError::Edit`] for the first field that is out of range.
pub(crate) fn check(edit: &Edit) -> Result<(), RenderError> {
    colour("timeline.background", &edit.timeline.background)?;
    if frame_rate(edit.output.fps).is_none() {
        return Err(RenderError::edit(
            "output.fps",
            format!("expected 12, 15, 23.976, 24, 25, 29.97, 30, 48, 50, 59.94 or 60, found {}", edit.output.fps),
        ));
    }
    for (name, pixels) in [("width", edit.output.size.width), ("height", edit.output.size.height)] {
        if !(2..=4096).contains(&pixels) || pixels % 2 != 0 {
            return Err(RenderError::edit(
                format!("output.size.{name}"),
                format!("expected an even number from 2 to 4096, found {pixels}"),
            ));
        }
    }
    if edit.timeline.tracks.iter().all(|track| track.clips.is_empty()) {
        return Err(RenderError::edit("timeline.tracks", "expected at least one clip, found none"));
    }
    edit.timeline
        .tracks
        .iter()
        .enumerate()
        .try_for_each(|(index, track)| check_track(track, &format!("timeline.tracks[{index}]")))
}

/// The exact rate of a number of frames per second: 29.97 is 30000/1001.
#[must_use]
pub(crate) fn frame_rate(fps: f64) -> Option<FrameRate> {
    let whole = [12, 15, 24, 25, 30, 48, 50, 60].map(|num| FrameRate { num, den: 1 });
    let broken = [24_000, 30_000, 60_000].map(|num| FrameRate { num, den: 1001 });
    whole.into_iter().chain(broken).find(|rate| (rate.as_f64() - fps).abs() < 0.002)
}

/// The path of a clip in the document.
#[must_use]
pub(crate) fn clip_path(track: usize, clip: usize) -> String {
    format!("timeline.tracks[{track}].clips[{clip}]")
}

fn check_track(track: &Track, path: &str) -> Result<(), RenderError> {
    for (index, clip) in track.clips.iter().enumerate() {
        check_clip(clip, &format!("{path}.clips[{index}]"))?;
    }
    for (index, pair) in track.clips.windows(2).enumerate() {
        let end = pair[0].start + pair[0].length;
        if pair[1].start < end - 0.01 {
            return Err(RenderError::edit(
                format!("{path}.clips[{}].start", index + 1),
                format!(
                    "clips of one track are in order and do not overlap: expected {end:.3} or later, found {:.3}; put the clip on another track",
                    pair[1].start
                ),
            ));
        }
    }
    Ok(())
}

fn check_clip(clip: &Clip, path: &str) -> Result<(), RenderError> {
    within(path, "start", clip.start, 0.0, MAX_FILM_S)?;
    if !(clip.length > 0.0 && clip.length <= MAX_FILM_S) {
        return Err(RenderError::edit(
            format!("{path}.length"),
            format!("expected seconds, more than 0 and at most {MAX_FILM_S}, found {}", clip.length),
        ));
    }
    within(path, "offset.x", clip.offset.x, -10.0, 10.0)?;
    within(path, "offset.y", clip.offset.y, -10.0, 10.0)?;
    for (name, pixels) in [("width", clip.width), ("height", clip.height)] {
        within(path, name, f64::from(pixels.unwrap_or(1)), 1.0, 8192.0)?;
    }
    animated(path, "opacity", &clip.opacity, 0.0, 1.0)?;
    animated(path, "scale", &clip.scale, 0.0, 20.0)?;
    let asset = format!("{path}.asset");
    match &clip.asset {
        Asset::Video { trim, volume, focus, .. } => {
            within(&asset, "trim", *trim, 0.0, 86_400.0)?;
            within(&asset, "volume", *volume, 0.0, 1.0)?;
            focus.iter().flatten().try_for_each(|share| within(&asset, "x-nexus-focus", *share, 0.0, 1.0))
        }
        Asset::Audio { trim, volume, .. } => {
            within(&asset, "trim", *trim, 0.0, 86_400.0)?;
            within(&asset, "volume", *volume, 0.0, 1.0)
        }
        Asset::RichText(text) => check_text(text, &asset),
        Asset::Image { .. } | Asset::Svg { .. } => Ok(()),
    }
}

fn check_text(text: &RichText, path: &str) -> Result<(), RenderError> {
    colour(&format!("{path}.font.color"), &text.font.color)?;
    within(path, "font.size", f64::from(text.font.size), 1.0, 500.0)?;
    within(path, "font.weight", f64::from(text.font.weight), 100.0, 900.0)?;
    within(path, "font.opacity", text.font.opacity, 0.0, 1.0)?;
    within(path, "style.letterSpacing", text.style.letter_spacing, -500.0, 500.0)?;
    within(path, "style.lineHeight", text.style.line_height, 0.5, 5.0)?;
    if text.text.chars().count() > 2000 {
        return Err(RenderError::edit(
            format!("{path}.text"),
            "expected at most 2000 characters; split the text into several clips",
        ));
    }
    if let Some(shadow) = &text.shadow {
        colour(&format!("{path}.shadow.color"), &shadow.color)?;
        within(path, "shadow.opacity", shadow.opacity, 0.0, 1.0)?;
        within(path, "shadow.blur", shadow.blur, 0.0, 500.0)?;
        within(path, "shadow.offsetX", shadow.offset_x, -500.0, 500.0)?;
        within(path, "shadow.offsetY", shadow.offset_y, -500.0, 500.0)?;
    }
    if let Some(background) = &text.background {
        colour(&format!("{path}.background.color"), &background.color)?;
        within(path, "background.opacity", background.opacity, 0.0, 1.0)?;
        within(path, "background.borderRadius", background.border_radius, 0.0, 4096.0)?;
        within(path, "background.padding", f64::from(background.padding), 0.0, 1000.0)?;
    }
    text.animation.map_or(Ok(()), |animation| within(path, "animation.duration", animation.duration, 0.0, 60.0))
}

fn animated(path: &str, name: &str, value: &Animated, low: f64, high: f64) -> Result<(), RenderError> {
    match value {
        Animated::Constant(value) => within(path, name, *value, low, high),
        Animated::Tweens(tweens) if tweens.is_empty() => Err(RenderError::edit(
            format!("{path}.{name}"),
            "expected a number or at least one tween, found an empty list",
        )),
        Animated::Tweens(tweens) => {
            for (index, tween) in tweens.iter().enumerate() {
                let path = format!("{path}.{name}[{index}]");
                within(&path, "from", tween.from, low, high)?;
                within(&path, "to", tween.to, low, high)?;
                within(&path, "start", tween.start, 0.0, MAX_FILM_S)?;
                within(&path, "length", tween.length, 0.0, MAX_FILM_S)?;
            }
            let in_order = tweens.windows(2).all(|pair| pair[0].start <= pair[1].start);
            if in_order {
                Ok(())
            } else {
                Err(RenderError::edit(format!("{path}.{name}"), "expected tweens in order of their start"))
            }
        }
    }
}

fn within(path: &str, name: &str, value: f64, low: f64, high: f64) -> Result<(), RenderError> {
    if value.is_finite() && (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(RenderError::edit(format!("{path}.{name}"), format!("expected {low} to {high}, found {value}")))
    }
}

fn colour(path: &str, text: &str) -> Result<(), RenderError> {
    crate::colour::Rgb::parse(text).map(|_| ()).ok_or_else(|| {
        RenderError::edit(
            path,
            format!("expected a colour as #rrggbb, found '{}'", text.chars().take(20).collect::<String>()),
        )
    })
}
