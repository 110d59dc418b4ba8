//! Overlays ready to blend: rasterised once, redrawn only while they move.

use std::sync::Arc;

use crate::{
    RenderError,
    fonts::{Face, Fonts},
    geometry::Rect,
    plan::{Content, Layer},
    raster::Raster,
    sprite::Sprite,
    still::Still,
    svg::Drawing,
    text::{Arrival, SetText, TextJob, arrival, set},
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
}

/// All that an overlay's pixels depend on.
#[derive(Debug, Clone, PartialEq)]
struct State {
    target: Rect,
    arrivals: Vec<Arrival>,
}

impl Overlay {
    /// Prepares a layer; `None` for pictures. `still` is the decoded image of an image layer.
    pub(crate) fn new(
        layer: &Layer,
        frame_px: (u32, u32),
        fonts: &Fonts,
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
            Content::Svg { markup } => Source::Svg(
                Drawing::new(markup).map_err(|error| RenderError::edit(format!("{}.asset.src", layer.path), error))?,
            ),
            Content::Image { .. } => Source::Image(still.ok_or(RenderError::Stopped("image reader"))?.raster()),
        };
        Ok(Some(Self { source, frame_px, last: None }))
    }

    /// What people should know of this overlay.
    pub(crate) fn remark(&self) -> Option<String> {
        match &self.source {
            Source::Text { set, .. } => set.remark.clone(),
            Source::Svg(_) | Source::Image(_) => None,
        }
    }

    /// The overlay at frame `index` of its layer.
    pub(crate) fn sprite(&mut self, layer: &Layer, index: u64, fps: f64) -> Option<Arc<Sprite>> {
        let since_s = index as f64 / fps;
        let scale = layer.scale.at(since_s);
        let target = layer.placement.target.scaled_about(layer.placement.anchor, scale);
        let arrivals = match &self.source {
            Source::Text { set, animation: Some(animation), .. } => {
                // The middle of the frame counts, so that the first word is there in the first frame.
                let since_s = (index as f64 + 0.5) / fps;
                let height = f64::from(self.frame_px.1);
                (0..set.units).map(|unit| arrival(animation, (unit, set.units), since_s, set.size_px, height)).collect()
            }
            Source::Text { .. } | Source::Svg(_) | Source::Image(_) => vec![],
        };
        let state = State { target, arrivals };
        if let Some((last, sprite)) = &self.last
            && *last == state
        {
            return sprite.clone();
        }
        let raster = self.raster(layer, &state);
        let size = (self.frame_px.0 as usize, self.frame_px.1 as usize);
        let sprite = raster.and_then(|raster| Sprite::new(&raster, size.0, size.1)).map(Arc::new);
        self.last = Some((state, sprite.clone()));
        sprite
    }

    fn raster(&self, layer: &Layer, state: &State) -> Option<Raster> {
        let target = state.target;
        match &self.source {
            Source::Text { set, settled, .. } => {
                let is_done = state.arrivals.iter().all(|arrival| *arrival == Arrival::DONE);
                let raster = if is_done { settled.clone() } else { compose(set, &state.arrivals) };
                let area = layer.placement.target;
                if target == area {
                    return Some(raster);
                }
                let factor = target.width / area.width;
                let moved = Rect {
                    x: target.x + (f64::from(raster.x) - area.x) * factor,
                    y: target.y + (f64::from(raster.y) - area.y) * factor,
                    width: raster.width as f64 * factor,
                    height: raster.height as f64 * factor,
                };
                (factor > 0.0).then(|| raster.stretched(moved))
            }
            Source::Svg(drawing) => drawing.draw(target, self.frame_px),
            Source::Image(raster) => {
                let is_native = target.width == raster.width as f64 && target.height == raster.height as f64;
                let moved = || raster.moved(target.x, target.y);
                (target.width > 0.0).then(|| if is_native { moved() } else { raster.stretched(target) })
            }
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
