//! A room far behind the focus: soft walls and lamps that have become discs.

use rayon::prelude::*;

use super::camera::Camera;
use super::light::{Rgb, rgb};
use super::noise::hash;
use super::plate::{Frame, Plate};
use super::shapes::Point;

/// One lamp out of focus.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lamp {
    pub(crate) at: Point,
    pub(crate) radius: f32,
    pub(crate) light: Rgb,
    /// Its share of the camera's movement.
    pub(crate) near: f32,
}

/// `count` warm lamps strewn over `area` by `seed`; some rows of them, a few cool ones.
pub(crate) fn lamps(count: i32, area: Frame, radius: (f32, f32), seed: u32) -> Vec<Lamp> {
    (0..count)
        .map(|k| {
            let h = |i: i32| hash(k, i, seed);
            let warm = rgb(1.0, 0.50 + 0.16 * h(5), 0.14 + 0.16 * h(6)).mix(rgb(0.9, 0.34, 0.08), h(7) * 0.6);
            let size = radius.0 + (radius.1 - radius.0) * h(2) * h(2);
            Lamp {
                at: (area.left + (area.right - area.left) * h(0), area.top + (area.bottom - area.top) * h(1)),
                radius: size,
                light: warm * (0.10 + 0.75 * h(3) * h(3)),
                near: 0.2 + 0.4 * h(4),
            }
        })
        .collect()
}

/// The room as the camera sees it at this moment, small (`per_unit` cells per unit) but soft anyway.
pub(crate) fn room(
    half_width: f32,
    per_unit: f32,
    camera: Camera,
    seconds: f32,
    lamps: &[Lamp],
    wall: impl Fn(f32, f32) -> Rgb + Sync,
) -> Plate {
    let mut plate = Plate::paint_light(Frame::around(half_width, 0.51), per_unit, |x, y| {
        let (wx, wy) = camera.see(x, y, 0.25);
        wall(wx, wy)
    });
    for (index, lamp) in lamps.iter().enumerate() {
        let flicker = 0.93 + 0.07 * (seconds * (1.3 + hash(index as i32, 0, 9)) + index as f32).sin();
        plate.add_disc(
            camera.show(lamp.at, lamp.near),
            lamp.radius * (1.0 + (camera.zoom - 1.0) * lamp.near),
            lamp.light * flicker,
        );
    }
    plate
}

/// Sums per-lamp light over many points in parallel; here for scenes that draw many small lights at once.
pub(crate) fn scatter(plate: &mut Plate, points: &[(Point, f32, Rgb)]) {
    let seen: Vec<_> = points.par_iter().filter(|(p, _, _)| p.0.abs() < 1.2 && p.1.abs() < 0.8).copied().collect();
    for (at, radius, light) in seen {
        plate.add_glow(at, radius, light);
    }
}
