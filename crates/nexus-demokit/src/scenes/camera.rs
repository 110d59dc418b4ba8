//! The camera: where it looks at a moment, with the small drift of a hand, and what a farther layer sees of it.

use super::shapes::Point;

/// A camera's place at one moment. One unit is the picture's height.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Camera {
    /// The point of the scene's plane in the picture's middle.
    pub(crate) at: Point,
    /// 1 shows one unit of height; larger is nearer.
    pub(crate) zoom: f32,
}

impl Camera {
    /// Moves from one place to another; `progress` runs 0..1 with soft ends, `seconds` drives the hand's drift of
    /// about `hand` units.
    pub(crate) fn between(from: Self, to: Self, progress: f32, seconds: f32, hand: f32) -> Self {
        let s = progress.clamp(0.0, 1.0);
        let s = 0.65 * s + 0.35 * s * s * (3.0 - 2.0 * s);
        let drift = |a: f32, b: f32, c: f32| {
            ((seconds * a).sin() + 0.6 * (seconds * b + 1.3).sin() + 0.3 * (seconds * c + 2.1).sin()) * hand
        };
        Self {
            at: (
                from.at.0 + (to.at.0 - from.at.0) * s + drift(1.1, 1.9, 4.3),
                from.at.1 + (to.at.1 - from.at.1) * s + drift(0.9, 2.3, 3.7),
            ),
            zoom: from.zoom * (to.zoom / from.zoom).powf(s),
        }
    }

    /// The scene point behind a picture point, for a layer whose share of the camera's movement is `near`
    /// (1 is the main layer, 0 is infinitely far, above 1 is before it).
    #[inline]
    pub(crate) fn see(&self, x: f32, y: f32, near: f32) -> Point {
        let zoom = 1.0 + (self.zoom - 1.0) * near;
        (x / zoom + self.at.0 * near, y / zoom + self.at.1 * near)
    }

    /// The picture point at which a scene point of a layer appears.
    #[inline]
    pub(crate) fn show(&self, p: Point, near: f32) -> Point {
        let zoom = 1.0 + (self.zoom - 1.0) * near;
        ((p.0 - self.at.0 * near) * zoom, (p.1 - self.at.1 * near) * zoom)
    }
}
