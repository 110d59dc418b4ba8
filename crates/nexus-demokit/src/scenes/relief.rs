//! Still life from a height map: surfaces with colour and gloss, lit from a side with soft contact shadows.

use rayon::prelude::*;

use super::light::{Rgb, rgb, shine};
use super::plate::{Frame, Plate};

/// One point of a surface seen from above.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surface {
    /// Height in picture heights.
    pub(crate) height: f32,
    /// Colour under white light.
    pub(crate) colour: Rgb,
    /// Strength of highlights, 0 matt to 1 wet.
    pub(crate) gloss: f32,
    /// Light that the surface gives by itself or lets through.
    pub(crate) glow: Rgb,
}

/// The lamps over a still life.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lamps {
    /// Direction to the key lamp (x right, y down, z up), of length 1.
    pub(crate) key: [f32; 3],
    /// Its light.
    pub(crate) key_light: Rgb,
    /// Direction to the rim lamp.
    pub(crate) rim: [f32; 3],
    /// Its light.
    pub(crate) rim_light: Rgb,
    /// Light from everywhere.
    pub(crate) sky: Rgb,
    /// How far shadows and darkened hollows reach, in picture heights.
    pub(crate) reach: f32,
}

/// A still life: its matt picture, and what is needed to move the highlights with the camera.
#[derive(Debug)]
pub(crate) struct StillLife {
    /// Light without highlights; the fourth value is height.
    matt: Plate,
    /// Normal x, normal y, gloss, occlusion.
    skin: Plate,
}

impl StillLife {
    /// Builds the surface over `frame` and lights it. Cost: once per clip.
    pub(crate) fn new(
        frame: Frame,
        per_unit: f32,
        lamps: &Lamps,
        surface: impl Fn(f32, f32) -> Surface + Sync,
    ) -> Self {
        let columns = (((frame.right - frame.left) * per_unit) as usize).max(2);
        let rows = (((frame.bottom - frame.top) * per_unit) as usize).max(2);
        let points: Vec<Surface> = (0..rows * columns)
            .into_par_iter()
            .map(|i| {
                let (x, y) = ((i % columns) as f32 + 0.5, (i / columns) as f32 + 0.5);
                surface(frame.left + x / per_unit, frame.top + y / per_unit)
            })
            .collect();
        let height = |x: isize, y: isize| {
            points[(y.clamp(0, rows as isize - 1) as usize) * columns + x.clamp(0, columns as isize - 1) as usize]
                .height
        };
        let cell = |x: f32, y: f32| {
            (((x - frame.left) * per_unit - 0.5).round() as isize, ((y - frame.top) * per_unit - 0.5).round() as isize)
        };
        let mut soft = Plate::paint(frame, (per_unit * 0.25).max(8.0), |x, y| {
            let (c, r) = cell(x, y);
            [height(c, r), 0.0, 0.0, 0.0]
        });
        soft.blur(lamps.reach * 0.5);
        let normal = |c: isize, r: isize| {
            let dx = (height(c + 1, r) - height(c - 1, r)) * 0.5 * per_unit;
            let dy = (height(c, r + 1) - height(c, r - 1)) * 0.5 * per_unit;
            let scale = 1.0 / (1.0 + dx * dx + dy * dy).sqrt();
            [-dx * scale, -dy * scale, scale]
        };
        let steps = 10;
        let open = |x: f32, y: f32, c: isize, r: isize| {
            let here = height(c, r);
            let hollow = ((soft.at(x, y)[0] - here) / (lamps.reach * 0.35)).clamp(0.0, 1.0);
            let mut shadow = 0.0f32;
            let flat = (lamps.key[0] * lamps.key[0] + lamps.key[1] * lamps.key[1]).sqrt().max(1e-3);
            for step in 1..=steps {
                let far = lamps.reach * step as f32 / steps as f32;
                let (sc, sr) = cell(x + lamps.key[0] / flat * far, y + lamps.key[1] / flat * far);
                let above = height(sc, sr) - here - far * lamps.key[2] / flat;
                shadow = shadow.max(above / (0.15 * far + 0.002));
            }
            (1.0 - 0.75 * hollow, 1.0 - shadow.clamp(0.0, 1.0) * 0.85)
        };
        let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let matt = Plate::paint(frame, per_unit, |x, y| {
            let (c, r) = cell(x, y);
            let point =
                points[r.clamp(0, rows as isize - 1) as usize * columns + c.clamp(0, columns as isize - 1) as usize];
            let n = normal(c, r);
            let (hollow, lit) = open(x, y, c, r);
            let key = (dot(n, lamps.key) * 0.85 + 0.15).max(0.0) * lit;
            let rim = dot(n, lamps.rim).max(0.0);
            let light =
                lamps.key_light * key + lamps.rim_light * (rim * hollow) + lamps.sky * (hollow * (0.6 + 0.4 * n[2]));
            let out = point.colour * light + point.glow * hollow;
            [out.r, out.g, out.b, point.height]
        });
        let skin = Plate::paint(frame, per_unit, |x, y| {
            let (c, r) = cell(x, y);
            let point =
                points[r.clamp(0, rows as isize - 1) as usize * columns + c.clamp(0, columns as isize - 1) as usize];
            let n = normal(c, r);
            let (hollow, lit) = open(x, y, c, r);
            [n[0], n[1], point.gloss, hollow * (0.35 + 0.65 * lit)]
        });
        Self { matt, skin }
    }

    /// The light of a point with highlights of a lamp whose half direction is `half` (x, y; z is the rest).
    #[inline]
    pub(crate) fn light(&self, x: f32, y: f32, half: (f32, f32), lamp: Rgb) -> Rgb {
        self.light_and_height(x, y, half, lamp).0
    }

    /// As [`StillLife::light`], with the surface's height.
    #[inline]
    pub(crate) fn light_and_height(&self, x: f32, y: f32, half: (f32, f32), lamp: Rgb) -> (Rgb, f32) {
        let [r, g, b, height] = self.matt.at(x, y);
        let [nx, ny, gloss, open] = self.skin.at(x, y);
        let base = rgb(r, g, b);
        if gloss < 0.01 {
            return (base, height);
        }
        let (dx, dy) = (nx - half.0, ny - half.1);
        let facing = (1.0 - (dx * dx + dy * dy)).max(0.0);
        let sharp = shine(facing, 60.0);
        (base + lamp * (gloss * open * (sharp * sharp * 2.5 + shine(facing, 12.0) * 0.12)), height)
    }
}
