//! Overlays ready to blend: rasterised once, redrawn only while they move.

use std::sync::Arc;

use crate::{
    RenderError,
    affine::Affine,
    animate::largest,
    filter,
    fonts::{Face, Fonts},
    geometry::Rect,
    motion::largest_scale,
    plan::{Content, Layer},
    pose::Pose,
    raster::Raster,
    sprite::Sprite,
    still::Still,
    svg::Drawing,
    text::{Arrival, Captions, SetText, Spoken, TextJob, arrival, set},
};

/// A layer that is not a picture, with what it is drawn from.
pub(crate) struct Overlay {
    source: Source,
    frame_px: (u32, u32),
    /// The last sprite, with the state that it shows.
    last: Option<(State, Option<Arc<Sprite>>)>,
}

#[expect(clippy::large_enum_variant, reason = "a handful per film, never moved in a loop")]
enum Source {
    Text { set: SetText, animation: Option<nexus_edit::model::TextAnimation>, settled: Raster },
    Svg(Drawing),
    Image(Raster),
    Captions(Captions),
}

/// All that an overlay's pixels depend on.
#[derive(Debug, Clone, PartialEq)]
struct State {
    map: Affine,
    arrivals: Vec<Arrival>,
    spoken: Option<Spoken>,
}

impl Overlay {
    /// Prepares a layer; `None` for pictures. `still` is the decoded image of an image layer.
    pub(crate) fn new(
        layer: &Layer,
        frame_px: (u32, u32),
        fonts: &Arc<Fonts>,
        face: Option<&Face>,
        still: Option<&Still>,
    ) -> Result<Option<Self>, RenderError> {
        let source = match &layer.content {
            Content::Video { .. } | Content::Still { .. } => return Ok(None),
            Content::Text { text } => {
                let face = face.ok_or(RenderError::NoFont)?;
                let set = set(&TextJob { text, face, area: layer.placement.target }, fonts);
                let settled = compose(&set, &vec![Arrival::DONE; set.units]);
                Source::Text { set, animation: text.animation, settled }
            }
            Content::Captions { caption, cues, .. } => {
                let face = face.ok_or(RenderError::NoFont)?;
                Source::Captions(Captions::new(caption, cues, layer.placement.target, face, fonts))
            }
            Content::Svg { markup } => Source::Svg(
                Drawing::new(markup, fonts.for_drawings())
                    .map_err(|error| RenderError::edit(format!("{}.asset.src", layer.path), error))?,
            ),
            Content::Image { .. } => {
                let still = still.ok_or(RenderError::Stopped("image reader"))?;
                let part = still.part(layer.placement.source);
                // No larger than it is ever shown: an image of a camera may be drawn as a small mark.
                let largest = largest(&layer.scale, 1e4, layer.frames()).max(0.0) * largest_scale(layer.effect);
                let target = layer.placement.target;
                let wanted = Rect { x: 0.0, y: 0.0, width: target.width * largest, height: target.height * largest };
                let is_larger = part.width as f64 > wanted.width + 1.0 && part.height as f64 > wanted.height + 1.0;
                let fits = wanted.width >= 1.0 && wanted.height >= 1.0;
                Source::Image(if is_larger && fits { part.stretched(wanted) } else { part })
            }
        };
        Ok(Some(Self { source, frame_px, last: None }))
    }

    /// What people should know of this overlay.
    pub(crate) fn remark(&self) -> Option<String> {
        match &self.source {
            Source::Text { set, .. } => set.remark.clone(),
            Source::Svg(_) | Source::Image(_) | Source::Captions(_) => None,
        }
    }

    /// The overlay at frame `index` of its layer, which stands as `pose` says.
    pub(crate) fn sprite(&mut self, layer: &Layer, index: u64, fps: f64, pose: &Pose) -> Option<Arc<Sprite>> {
        let arrivals = match &self.source {
            Source::Text { set, animation: Some(animation), .. } => {
                // The middle of the frame counts, so that the first word is there in the first frame.
                let since_s = (index as f64 + 0.5) / fps;
                let height = f64::from(self.frame_px.1);
                (0..set.units).map(|unit| arrival(animation, (unit, set.units), since_s, set.size_px, height)).collect()
            }
            Source::Text { .. } | Source::Svg(_) | Source::Image(_) | Source::Captions(_) => vec![],
        };
        let spoken = match &self.source {
            Source::Captions(captions) => Some(captions.at((index as f64 + 0.5) / fps)?),
            Source::Text { .. } | Source::Svg(_) | Source::Image(_) => None,
        };
        let state = State { map: pose.map, arrivals, spoken };
        if let Some((last, sprite)) = &self.last
            && *last == state
        {
            return sprite.clone();
        }
        let size = (self.frame_px.0 as usize, self.frame_px.1 as usize);
        let mut sprite = self.raster(layer, &state, pose).and_then(|raster| Sprite::new(&raster, size.0, size.1));
        if let (Some(effect), Some(sprite)) = (layer.filter, &mut sprite) {
            filter::apply_to_sprite(effect, sprite);
        }
        let sprite = sprite.map(Arc::new);
        self.last = Some((state, sprite.clone()));
        sprite
    }

    fn raster(&mut self, layer: &Layer, state: &State, pose: &Pose) -> Option<Raster> {
        let area = layer.placement.target;
        let upright = pose.upright(area);
        let frame_px = self.frame_px;
        let placed = |raster: Raster| match upright {
            Some(target) if target == area => Some(raster),
            Some(target) if target.width == area.width && target.height == area.height => {
                Some(raster.moved(target.x - area.x, target.y - area.y))
            }
            Some(_) | None => raster.warped(state.map, frame_px),
        };
        match &mut self.source {
            Source::Text { set, settled, .. } => {
                let is_done = state.arrivals.iter().all(|arrival| *arrival == Arrival::DONE);
                placed(if is_done { settled.clone() } else { compose(set, &state.arrivals) })
            }
            Source::Captions(captions) => placed(captions.draw(state.spoken.as_ref()?)),
            Source::Svg(drawing) => {
                let (width, height) = drawing.size();
                let whole = Rect { x: 0.0, y: 0.0, width, height };
                let own = layer.placement.source;
                if own == whole {
                    let now = match upright {
                        Some(target) => Affine::between(own, target),
                        None => Affine::between(own, area).then(state.map),
                    };
                    return drawing.draw(now, frame_px);
                }
                // A drawing that is cropped is drawn in its box first, where what hangs over is cut off.
                let mut boxed = drawing.draw(Affine::between(own, area), frame_px)?;
                boxed.cut(area);
                placed(boxed)
            }
            Source::Image(raster) => match upright {
                Some(target) if target.width < 0.5 || target.height < 0.5 => None,
                Some(target) if target.width == raster.width as f64 && target.height == raster.height as f64 => {
                    Some(raster.moved(target.x, target.y))
                }
                Some(target) => Some(raster.stretched(target)),
                None => {
                    let own = Rect { x: 0.0, y: 0.0, width: raster.width as f64, height: raster.height as f64 };
                    raster.warped(Affine::between(own, area).then(state.map), frame_px)
                }
            },
        }
    }
}

fn compose(set: &SetText, arrivals: &[Arrival]) -> Raster {
    let parts: Vec<&Raster> = set.pieces.iter().map(|piece| &piece.raster).collect();
    let furthest = arrivals.iter().map(|arrival| arrival.across.abs().max(arrival.down.abs())).fold(0.0, f64::max);
    let mut whole = Raster::around(&parts, furthest.ceil() as i32 + 1);
    for piece in &set.pieces {
        // The backing comes with the first unit.
        let state = arrivals.get(piece.unit.unwrap_or(0)).copied().unwrap_or(Arrival::DONE);
        let opacity = (state.opacity * 255.0).round() as u8;
        if opacity > 0 {
            let is_backing = piece.unit.is_none();
            let (across, down) = if is_backing { (0.0, 0.0) } else { (state.across, state.down) };
            whole.over(&piece.raster.moved(across, down), opacity);
        }
    }
    whole
}
