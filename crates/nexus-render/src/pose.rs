//! Where a clip stands at a moment, all things together: fit, tweens, transforms, effect and transition. Pure.

use crate::{
    affine::Affine,
    geometry::Rect,
    motion::{Curtain, Motion, motion},
    plan::Layer,
};

/// A clip at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// From the clip's place at rest to its place now, both in frame pixels.
    pub map: Affine,
    /// 0 to 1.
    pub opacity: f64,
    /// A part of the frame that is hidden.
    pub curtain: Option<Curtain>,
}

impl Pose {
    /// The upright rectangle that the clip fills now; `None` when it is turned, slanted or mirrored. Edges within a
    /// thousandth of a pixel of a whole one lie on it, so that rounding costs no sharpness.
    #[must_use]
    pub fn upright(&self, at_rest: Rect) -> Option<Rect> {
        self.map.is_upright().then(|| self.map.bounds(at_rest).snapped())
    }
}

/// Where `layer` stands at its frame `index` in a frame of `frame_px`.
#[must_use]
pub fn pose(layer: &Layer, index: u64, fps: f64, frame_px: (f64, f64)) -> Pose {
    let at_s = index as f64 / fps;
    let Motion { opacity, shift, scale, curtain } =
        motion(layer.transition, layer.effect, (index, layer.frames()), fps);
    let target = layer.placement.target;
    let middle = (target.x + target.width / 2.0, target.y + target.height / 2.0);

    let transform = &layer.transform;
    let mut map = Affine::IDENTITY;
    if let Some(flip) = transform.flip {
        let sign = |is_flipped: bool| if is_flipped { -1.0 } else { 1.0 };
        map = map.then(Affine::scaled(sign(flip.horizontal), sign(flip.vertical)));
    }
    if let Some(skew) = &transform.skew {
        map = map.then(Affine::slanted(skew.x.at(at_s), skew.y.at(at_s)));
    }
    if let Some(rotate) = &transform.rotate {
        map = map.then(Affine::turned(rotate.angle.at(at_s)));
    }
    let own = layer.scale.at(at_s);
    map = map.then(Affine::scaled(scale, scale)).about(middle);
    map = map.then(Affine::scaled(own, own).about(layer.placement.anchor));
    let across = (layer.offset.x.at(at_s) + shift.0) * frame_px.0;
    let up = (layer.offset.y.at(at_s) + shift.1) * frame_px.1;
    Pose {
        map: map.then(Affine::moved(across, -up)),
        opacity: layer.opacity.at(at_s).clamp(0.0, 1.0) * opacity,
        curtain,
    }
}
