//! Where an opaque picture is cropped and how large it is decoded.

use nexus_edit::model::{Clip, Crop, Filter, TransitionKind};

use super::Picture;
use crate::{
    animate::largest,
    geometry::{Placement, Rect},
    motion::largest_scale,
};

/// A blurred picture is decoded at this fraction of its size: the blur hides it, and costs a sixteenth.
const BLUR_SHRINK: f64 = 4.0;

/// A moving picture is enlarged by its decoder up to this multiple of its size at scale 1, and by the compositor
/// beyond it.
const FAR_ZOOM: f64 = 1.25;

/// Enlargement beyond which people are told.
const SHARP: f64 = 1.05;

/// A picture's place, how it is read, and by how much it is enlarged.
pub(super) struct Read {
    pub(super) placement: Placement,
    pub(super) picture: Picture,
    /// Frame pixels per source pixel at the largest moment, when that is more than people should accept silently.
    pub(super) enlarged: Option<f64>,
}

/// How the picture of `clip`, placed at `placement`, is read; `None` when no part of it is ever in the frame.
pub(super) fn read(
    clip: &Clip,
    placement: Placement,
    source_px: (u32, u32),
    frame_px: (f64, f64),
    (frames, fps): (u64, f64),
) -> Option<Read> {
    let mut placement = placement;
    let largest = largest(&clip.scale, frames as f64 / fps, frames) * largest_scale(clip.effect);
    let is_static = stands_still(clip);
    if is_static {
        let shift = (clip.offset.x.at(0.0) * frame_px.0, -clip.offset.y.at(0.0) * frame_px.1);
        placement = visible(placement, largest, shift, frame_px)?;
    }
    let blurred = clip.filter == Some(Filter::Blur);
    let needed = (placement.target.width * largest, placement.target.height * largest);
    let factor = (needed.0 / placement.source.width).max(needed.1 / placement.source.height);
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
    let picture = Picture { crop_x, crop_y, crop_width, crop_height, width_px, height_px };
    Some(Read { placement, picture, enlarged: (factor > SHARP && !blurred).then_some(factor) })
}

/// `source` without what a crop by numbers takes away: the whole of it in source pixels.
pub(super) fn cropped(crop: Crop, (width, height): (u32, u32)) -> Rect {
    let (width, height) = (f64::from(width), f64::from(height));
    let (x, y) = ((crop.left * width).min(width - 2.0), (crop.top * height).min(height - 2.0));
    let right = (width - crop.right * width).max(x + 2.0);
    let bottom = (height - crop.bottom * height).max(y + 2.0);
    Rect { x, y, width: right - x, height: bottom - y }
}

/// True when a clip stays upright at one place and size all the time.
fn stands_still(clip: &Clip) -> bool {
    let moves = |kind: TransitionKind| match kind {
        TransitionKind::Fade(_) | TransitionKind::Reveal(_) | TransitionKind::Wipe(..) => false,
        TransitionKind::Slide(..)
        | TransitionKind::Carousel(..)
        | TransitionKind::Shuffle(..)
        | TransitionKind::Zoom => true,
    };
    clip.scale.is_constant()
        && clip.offset.x.is_constant()
        && clip.offset.y.is_constant()
        && clip.effect.is_none()
        && clip.transform == Default::default()
        && ![clip.transition.enter, clip.transition.leave].into_iter().flatten().any(moves)
}

/// The part of a still geometry that lies in the frame, with scale 1 and no shift from now on left in `target`.
fn visible(placement: Placement, scale: f64, shift: (f64, f64), frame_px: (f64, f64)) -> Option<Placement> {
    let Placement { source, anchor, .. } = placement;
    let target = placement.target.scaled_about(anchor, scale).moved(shift);
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
    let seen = Rect { x: left, y: top, width: right - left, height: bottom - top };
    // Shifted and scaled already: both are undone by the way back when the layer is drawn.
    let rest = seen.moved((-shift.0, -shift.1));
    let rest = if (scale - 1.0).abs() < 1e-12 { rest } else { rest.scaled_about(anchor, 1.0 / scale) };
    Some(Placement { source: cut, target: rest, anchor })
}

pub(super) fn even(pixels: f64) -> u32 {
    (((pixels / 2.0).round() as u32) * 2).max(2)
}

fn even_down(pixels: f64, within: u32) -> u32 {
    ((pixels.round().max(0.0) as u32) & !1).min(within.saturating_sub(2) & !1)
}
