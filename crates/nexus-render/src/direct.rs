//! Pieces in which nothing moves but the footage itself: they need no compositor, and one process decodes, lays and
//! encodes them. What it gives differs from the compositor's by at most a rounding.

use std::{io::Write, ops::Range, path::Path, sync::Arc};

use nexus_media::{GraphSpec, Shot, StillOverlay, render_graph};

use crate::{
    RenderError,
    compositor::{LiveLayer, Pixels},
    geometry::Rect,
    plan::{Content, Layer},
    pose::pose,
    sprite::Sprite,
    worker::{Actor, Film, Piece, decode_spec, encode_spec},
};

/// One process decodes at most this many shots: each holds its decoder's memory until the piece ends.
const MOST_SHOTS: usize = 3;

/// A piece as one process renders it, with the files of its overlays, which are removed when it is dropped.
pub(crate) struct Direct {
    graph: GraphSpec,
    _stills: Vec<tempfile::TempPath>,
}

impl Direct {
    /// The piece, when one process can render it and the compositor is not needed.
    ///
    /// # Errors
    /// The disk's, when an overlay cannot be written.
    pub(crate) fn of(film: &Film, piece: &Piece, cast: &mut [Actor]) -> Result<Option<Self>, RenderError> {
        if film.file_px != (film.plan.width_px, film.plan.height_px) {
            return Ok(None);
        }
        // Pictures lie at the bottom, everything drawn above them.
        let pictures = cast.iter().take_while(|actor| is_moving(&actor.live)).count();
        let (pictures, drawn) = cast.split_at_mut(pictures);
        let Some(shots) = shots(film, &piece.frames, pictures) else { return Ok(None) };
        let (mut overlays, mut stills) = (Vec::new(), Vec::new());
        for actor in drawn {
            let Some((sprite, frames)) = still_sprite(film, &piece.frames, &mut actor.live) else { return Ok(None) };
            let Some(sprite) = sprite else { continue };
            let file = write_sprite(&sprite, piece.out.parent().unwrap_or(Path::new(".")))?;
            let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
            overlays.push(StillOverlay {
                file: file.to_path_buf(),
                width_px: side(sprite.width),
                height_px: side(sprite.height),
                x: side(sprite.x),
                y: side(sprite.y),
                start: frames.start,
                end: frames.end,
            });
            stills.push(file);
        }
        let frames = piece.frames.end - piece.frames.start;
        let graph = GraphSpec { shots, overlays, encode: encode_spec(film, piece.out.clone()), frames };
        Ok(Some(Self { graph, _stills: stills }))
    }

    /// Renders the piece; `on_frames` is told how many frames more are done.
    pub(crate) async fn render(self, on_frames: impl Fn(u64) + Send) -> Result<(), RenderError> {
        Ok(render_graph(&self.graph, on_frames).await?)
    }
}

fn is_moving(live: &LiveLayer) -> bool {
    matches!(live.pixels, Pixels::Moving { .. })
}

/// The frames of `piece` at which `layer` is seen.
fn seen(layer: &Layer, piece: &Range<u64>) -> Range<u64> {
    layer.start.max(piece.start)..layer.end.min(piece.end)
}

/// What fills the frame from the first frame to the last: each shot cut or faded to the next, none hidden.
fn shots(film: &Film, piece: &Range<u64>, actors: &[Actor]) -> Option<Vec<Shot>> {
    let mut shots: Vec<Shot> = Vec::new();
    let mut covered = piece.start;
    // The compositor draws them from the bottom; in time they may come in any order.
    let mut by_time: Vec<(usize, &Layer)> = actors.iter().map(|actor| &actor.live.layer).enumerate().collect();
    by_time.sort_by_key(|(_, layer)| layer.start);
    let mut below: Option<(usize, &Layer)> = None;
    for (height, layer) in by_time {
        let frames = seen(layer, piece);
        let fade = fade_in(film, layer, &frames)?;
        match below {
            None if frames.start == piece.start && fade == 0 => {}
            Some((_, before)) if frames.start == seen(before, piece).end && fade == 0 => {}
            // It comes over the one before, which stands until it is there.
            Some((lower, before))
                if lower < height
                    && fade > 0
                    && seen(before, piece).end >= frames.start + fade
                    && frames.start > piece.start =>
            {
                let last = shots.last_mut()?;
                last.decode.frames = frames.start + fade - (piece.start + last.start);
            }
            None | Some(_) => return None,
        }
        if frames.end <= covered {
            return None;
        }
        covered = frames.end;
        let Content::Video { src, available, .. } = &layer.content else { return None };
        if frames.end - layer.start > *available {
            return None;
        }
        let file = film.sources.files.get(src)?.clone();
        let (decode, _) = decode_spec(film, layer, frames.clone(), file);
        shots.push(Shot { decode, start: frames.start - piece.start, fade });
        below = Some((height, layer));
    }
    (covered == piece.end && shots.len() <= MOST_SHOTS).then_some(shots)
}

/// Over how many frames a layer that fills the frame fades in at the start of `frames`; `None` when it is anything
/// else than plain footage that fills the frame.
fn fade_in(film: &Film, layer: &Layer, frames: &Range<u64>) -> Option<u64> {
    let Content::Video { picture, key: None, grade: None, speed, .. } = &layer.content else { return None };
    let plan = &film.plan;
    // Frames of another speed carry the times of their source, which a pipe forgets and a graph does not.
    let is_plain = (*speed - 1.0).abs() < 1e-9 && layer.filter.is_none() && layer.mattes.is_empty();
    if !is_plain || (picture.width_px, picture.height_px) != (plan.width_px, plan.height_px) {
        return None;
    }
    let whole = Rect { x: 0.0, y: 0.0, width: plan.frame_px().0, height: plan.frame_px().1 };
    let mut opacities = Vec::new();
    for frame in frames.clone() {
        let pose = pose(layer, frame - layer.start, plan.rate.as_f64(), plan.frame_px());
        if pose.curtain.is_some() || pose.upright(layer.placement.target) != Some(whole) {
            return None;
        }
        opacities.push(pose.opacity);
    }
    let fade = opacities.iter().take_while(|opacity| **opacity < 0.999).count();
    let is_even = |(index, opacity): (usize, &f64)| (opacity - (index as f64 + 0.5) / fade as f64).abs() < 0.002;
    let stays = opacities[fade..].iter().all(|opacity| *opacity > 0.999);
    (stays && opacities[..fade].iter().enumerate().all(is_even)).then_some(fade as u64)
}

/// What a drawn layer shows in `piece` and at which of its frames, when it is the same all the time; a layer that is
/// never seen has no sprite.
fn still_sprite(film: &Film, piece: &Range<u64>, live: &mut LiveLayer) -> Option<(Option<Arc<Sprite>>, Range<u64>)> {
    let plan = &film.plan;
    let (fps, frame_px) = (plan.rate.as_f64(), plan.frame_px());
    let LiveLayer { layer, pixels: Pixels::Drawn(overlay), mattes } = live else { return None };
    if !mattes.is_empty() {
        return None;
    }
    let frames = seen(layer, piece);
    let mut first: Option<Option<Arc<Sprite>>> = None;
    for frame in frames.clone() {
        let index = frame - layer.start;
        let pose = pose(layer, index, fps, frame_px);
        if pose.curtain.is_some() || pose.opacity < 0.999 {
            return None;
        }
        let sprite = overlay.sprite(layer, index, fps, &pose);
        let is_same = match (first.get_or_insert_with(|| sprite.clone()), &sprite) {
            (Some(first), Some(now)) => Arc::ptr_eq(first, now),
            (None, None) => true,
            _ => false,
        };
        if !is_same {
            return None;
        }
    }
    Some((first.flatten(), frames.start - piece.start..frames.end - piece.start))
}

/// One planar frame with alpha as ffmpeg's overlay reads premultiplied colours of limited range: it takes black (16) off
/// every luma, also where nothing lies, and chroma is premultiplied about its middle (128).
/// Source: `blend_plane` of libavfilter/vf_overlay.c, release 5.1.
fn write_sprite(sprite: &Sprite, folder: &Path) -> Result<tempfile::TempPath, RenderError> {
    let failed = RenderError::disk("overlay");
    let mut file = tempfile::Builder::new().prefix(".overlay-").tempfile_in(folder).map_err(&failed)?;
    let luma: Vec<u8> = sprite.luma.iter().map(|luma| luma.saturating_add(16)).collect();
    let about_middle = |plane: &[u8]| -> Vec<u8> {
        let moved = |colour: u8, alpha: u8| i32::from(colour) + 128 - (128 * i32::from(alpha) + 127) / 255;
        plane.iter().zip(&sprite.half_alpha).map(|(colour, alpha)| moved(*colour, *alpha).clamp(0, 255) as u8).collect()
    };
    for plane in [&luma, &about_middle(&sprite.blue), &about_middle(&sprite.red), &sprite.alpha] {
        file.write_all(plane).map_err(&failed)?;
    }
    file.flush().map_err(&failed)?;
    Ok(file.into_temp_path())
}
