//! One frame from its layers: pictures resampled into place, overlays blended over them.

use nexus_edit::model::Color;
use nexus_media::Yuv420;

use crate::{
    animate::transition_opacity,
    colour::Rgb,
    filter,
    geometry::Rect,
    overlay::Overlay,
    plan::{Layer, Plan},
    resample::{Lay, draw},
};

/// A layer of a piece, with where its pixels come from.
pub(crate) struct LiveLayer {
    pub(crate) layer: Layer,
    pub(crate) pixels: Pixels,
}

/// Where a layer's pixels come from.
#[expect(clippy::large_enum_variant, reason = "one per layer of a segment, never moved in a loop")]
pub(crate) enum Pixels {
    /// The current frame of a video; raw until its filter has been applied.
    Moving {
        /// The frame.
        picture: Yuv420,
        /// True before the filter.
        is_raw: bool,
    },
    /// A still, filtered already.
    Standing(Yuv420),
    /// Text, vectors, transparent images.
    Drawn(Overlay),
}

/// Draws frame `frame` of the film over `canvas`.
pub(crate) fn compose(plan: &Plan, layers: &mut [LiveLayer], frame: u64, canvas: &mut Yuv420) {
    let fps = plan.rate.as_f64();
    let is_seen = |live: &LiveLayer| (live.layer.start..live.layer.end).contains(&frame);
    let bottom = layers.iter().rposition(|live| is_seen(live) && hides_all_below(plan, live, frame - live.layer.start));
    if bottom.is_none() {
        fill(canvas, plan.background);
    }
    for live in layers.iter_mut().skip(bottom.unwrap_or(0)).filter(|live| is_seen(live)) {
        let index = frame - live.layer.start;
        let opacity = (opacity_at(&live.layer, index, fps) * 255.0).round() as u8;
        if opacity == 0 {
            continue;
        }
        let target = target_at(&live.layer, index, fps);
        match &mut live.pixels {
            Pixels::Moving { picture, is_raw } => {
                if let Some(effect) = live.layer.filter.filter(|_| std::mem::take(is_raw)) {
                    filter::apply(effect, picture);
                }
                draw(canvas, picture, Lay { target, opacity });
            }
            Pixels::Standing(picture) => draw(canvas, picture, Lay { target, opacity }),
            Pixels::Drawn(overlay) => {
                if let Some(sprite) = overlay.sprite(&live.layer, index, fps) {
                    sprite.blend(canvas, opacity);
                }
            }
        }
    }
}

fn hides_all_below(plan: &Plan, live: &LiveLayer, index: u64) -> bool {
    let fps = plan.rate.as_f64();
    match live.pixels {
        Pixels::Moving { .. } | Pixels::Standing(_) => {
            opacity_at(&live.layer, index, fps) > 0.999
                && target_at(&live.layer, index, fps).covers(f64::from(plan.width_px), f64::from(plan.height_px))
        }
        Pixels::Drawn(_) => false,
    }
}

fn opacity_at(layer: &Layer, index: u64, fps: f64) -> f64 {
    layer.opacity.at(index as f64 / fps) * transition_opacity(layer.transition, index, layer.frames(), fps)
}

/// Where a picture stands; edges within a thousandth of a pixel of a whole one lie on it.
fn target_at(layer: &Layer, index: u64, fps: f64) -> Rect {
    let scale = layer.scale.at(index as f64 / fps);
    let target = layer.placement.target.scaled_about(layer.placement.anchor, scale);
    let snap = |value: f64| if (value - value.round()).abs() < 1e-3 { value.round() } else { value };
    Rect { x: snap(target.x), y: snap(target.y), width: snap(target.width), height: snap(target.height) }
}

fn fill(canvas: &mut Yuv420, colour: Color) {
    let [luma, blue, red] = Rgb::from(colour).yuv();
    canvas.y_mut().fill(luma);
    canvas.u_mut().fill(blue);
    canvas.v_mut().fill(red);
}
