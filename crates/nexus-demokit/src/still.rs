//! One frame of a scene as RGB, for looking at it and for tests that need a picture without a film.

use crate::{picture::Darkroom, scenes};

/// A picture of 8-bit RGB triples, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Still {
    /// Pixels across.
    pub width_px: u32,
    /// Pixels down.
    pub height_px: u32,
    /// `width_px * height_px * 3` values.
    pub rgb: Vec<u8>,
}

/// The frame of the scene `name` (a clip's file name without its ending) at `at_s` of a clip of `length_s` seconds.
/// `None` when the kit has no such scene. Width and height must be even.
pub fn still(name: &str, at_s: f32, length_s: f32, width_px: u32, height_px: u32) -> Option<Still> {
    let scene = scenes::scene(name, height_px as usize)?;
    let darkroom = Darkroom::new(width_px as usize, height_px as usize);
    let rgb = darkroom
        .still(scene.as_ref(), at_s, length_s)
        .into_iter()
        .flat_map(|c| [c.r, c.g, c.b].map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8))
        .collect();
    Some(Still { width_px, height_px, rgb })
}
