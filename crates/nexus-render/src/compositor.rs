//! One frame from its layers: pictures resampled into place, everything else blended over them.

use nexus_edit::model::{ChromaKey, Color};
use nexus_media::Yuv420;

use crate::{
    affine::Affine,
    chroma,
    colour::Rgb,
    filter,
    geometry::Rect,
    grade,
    mask::Mask,
    overlay::Overlay,
    plan::{Content, Layer, Plan},
    pose::{Pose, pose},
    resample::{Lay, draw},
    warp::{Sheet, warp},
};

/// A layer of a piece, with where its pixels come from.
pub(crate) struct LiveLayer {
    pub(crate) layer: Layer,
    pub(crate) pixels: Pixels,
    /// Its masks, live themselves.
    pub(crate) mattes: Vec<LiveLayer>,
}

/// Where a layer's pixels come from.
#[expect(clippy::large_enum_variant, reason = "one per layer of a segment, never moved in a loop")]
pub(crate) enum Pixels {
    /// The current frame of a video; raw until its key and its filter have been applied.
    Moving {
        /// The frame.
        picture: Yuv420,
        /// What a chroma key leaves of it; empty without one.
        alpha: Vec<u8>,
        /// The key.
        key: Option<ChromaKey>,
        /// True before the filter.
        is_raw: bool,
    },
    /// A still, filtered already.
    Standing(Yuv420),
    /// Text, vectors, transparent images.
    Drawn(Overlay),
}

/// What every frame of a film has in common.
#[derive(Clone, Copy)]
struct Stage {
    fps: f64,
    frame_px: (f64, f64),
}

/// Draws frame `frame` of the timeline over `canvas`.
pub(crate) fn compose(plan: &Plan, layers: &mut [impl AsMut<LiveLayer>], frame: u64, canvas: &mut Yuv420) {
    let stage = Stage { fps: plan.rate.as_f64(), frame_px: plan.frame_px() };
    let mut seen: Vec<&mut LiveLayer> =
        layers.iter_mut().map(AsMut::as_mut).filter(|live: &&mut LiveLayer| live.is_seen(frame)).collect();
    let bottom = seen.iter().rposition(|live| live.hides_all_below(frame, stage));
    if bottom.is_none() {
        fill(canvas, plan.background);
    }
    for live in seen.iter_mut().skip(bottom.unwrap_or(0)) {
        live.draw(frame, stage, canvas);
    }
}

impl LiveLayer {
    /// What people should know of it.
    pub(crate) fn remark(&self) -> Option<String> {
        match &self.pixels {
            Pixels::Drawn(overlay) => overlay.remark(),
            Pixels::Moving { .. } | Pixels::Standing(_) => None,
        }
    }

    fn is_seen(&self, frame: u64) -> bool {
        (self.layer.start..self.layer.end).contains(&frame)
    }

    fn pose(&self, frame: u64, stage: Stage) -> Pose {
        pose(&self.layer, frame - self.layer.start, stage.fps, stage.frame_px)
    }

    fn hides_all_below(&self, frame: u64, stage: Stage) -> bool {
        let is_opaque = match &self.pixels {
            Pixels::Moving { key, .. } => key.is_none(),
            Pixels::Standing(_) => true,
            Pixels::Drawn(_) => false,
        };
        let pose = self.pose(frame, stage);
        let covers = |target: Rect| target.covers(stage.frame_px.0, stage.frame_px.1);
        is_opaque
            && pose.opacity > 0.999
            && pose.curtain.is_none()
            && !self.mattes.iter().any(|matte| matte.is_seen(frame))
            && pose.upright(self.layer.placement.target).is_some_and(covers)
    }

    fn draw(&mut self, frame: u64, stage: Stage, canvas: &mut Yuv420) {
        let pose = self.pose(frame, stage);
        let opacity = (pose.opacity * 255.0).round() as u8;
        if opacity == 0 {
            return;
        }
        let mask = self.mask(&pose, frame, stage, canvas);
        let at_rest = self.layer.placement.target;
        let frame_px = (canvas.width_px as usize, canvas.height_px as usize);
        let (picture, alpha) = match &mut self.pixels {
            Pixels::Moving { picture, alpha, key, is_raw } => {
                if std::mem::take(is_raw) {
                    if let Some(key) = key {
                        chroma::key_out(key, picture, alpha);
                    }
                    if let Content::Video { grade: Some(grade), .. } = self.layer.content {
                        grade::apply(grade, picture);
                    }
                    if let Some(effect) = self.layer.filter {
                        filter::apply(effect, picture);
                    }
                }
                (&*picture, (!alpha.is_empty()).then_some(alpha.as_slice()))
            }
            Pixels::Standing(picture) => (&*picture, None),
            Pixels::Drawn(overlay) => {
                let Some(sprite) = overlay.sprite(&self.layer, frame - self.layer.start, stage.fps, &pose) else {
                    return;
                };
                match mask {
                    Some(mask) => {
                        let mut masked = (*sprite).clone();
                        masked.mask(&mask);
                        masked.blend(canvas, opacity);
                    }
                    None => sprite.blend(canvas, opacity),
                }
                return;
            }
        };
        match pose.upright(at_rest) {
            Some(target) if mask.is_none() && alpha.is_none() => draw(canvas, picture, Lay { target, opacity }),
            Some(_) | None => {
                let (width, height) = (f64::from(picture.width_px), f64::from(picture.height_px));
                let own = Rect { x: 0.0, y: 0.0, width, height };
                let map = Affine::between(own, at_rest).then(pose.map);
                let Some(mut sprite) = warp(Sheet { picture, alpha }, map, frame_px) else { return };
                if let Some(mask) = &mask {
                    sprite.mask(mask);
                }
                sprite.blend(canvas, opacity);
            }
        }
    }

    /// What hides parts of the layer at this frame.
    fn mask(&mut self, pose: &Pose, frame: u64, stage: Stage, canvas: &Yuv420) -> Option<Mask> {
        let mut luma = None;
        for matte in self.mattes.iter_mut().filter(|matte| matte.is_seen(frame)) {
            let black = || Yuv420::new(canvas.width_px, canvas.height_px);
            matte.draw(frame, stage, luma.get_or_insert_with(black));
        }
        Mask::new(pose.curtain, luma.as_ref(), canvas.width_px as usize)
    }
}

fn fill(canvas: &mut Yuv420, colour: Color) {
    let [luma, blue, red] = Rgb::from(colour).yuv();
    canvas.y_mut().fill(luma);
    canvas.u_mut().fill(blue);
    canvas.v_mut().fill(red);
}
