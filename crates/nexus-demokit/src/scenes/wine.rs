//! Red wine poured into a glass: a dark bottle, a thread of wine, a rising level with ripples, evening lamps behind.

use super::bokeh::{Lamp, lamps, room};
use super::camera::Camera;
use super::glass::Glass;
use super::light::{Rgb, bell, mix, rgb, smooth};
use super::noise::Field;
use super::plate::{Frame, Plate};
use super::shapes::{Point, cover, polygon, turn};
use super::{Scene, Shader};

const TABLE: f32 = 0.36;
const MOUTH: Point = (-0.034, -0.262);
const LIP: f32 = 0.60;

pub(crate) struct Wine {
    lamps: Vec<Lamp>,
    noise: Field,
    lines: f32,
}

impl Wine {
    pub(crate) fn new(lines: f32) -> Self {
        let mut far = lamps(42, Frame { left: -0.5, top: -0.5, right: 0.5, bottom: 0.27 }, (0.014, 0.050), 51);
        far.push(Lamp { at: (0.20, -0.20), radius: 0.10, light: rgb(0.55, 0.24, 0.08), near: 0.3 });
        far.push(Lamp { at: (-0.24, 0.08), radius: 0.075, light: rgb(0.34, 0.13, 0.06), near: 0.35 });
        Self { lamps: far, noise: Field::clouds(256, 6, 4, 52), lines }
    }
}

impl Scene for Wine {
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_> {
        let camera = Camera::between(
            Camera { at: (0.0, -0.045), zoom: 1.03 },
            Camera { at: (0.012, 0.03), zoom: 1.16 },
            progress,
            seconds,
            0.0012,
        );
        let back = room(0.34, self.lines * 0.156, camera, seconds, &self.lamps, |x, y| {
            let wall = rgb(0.012, 0.010, 0.014) + rgb(0.10, 0.034, 0.014) * bell(x - 0.22, 0.32) * bell(y + 0.15, 0.4);
            let counter = rgb(0.045, 0.018, 0.010) * smooth(0.20, 0.34, y);
            wall + counter + rgb(0.04, 0.03, 0.045) * bell(x + 0.33, 0.16)
        });
        let fill = mix(0.16, 0.60, smooth(-0.1, 1.05, progress));
        Box::new(Moment { scene: self, camera, seconds, fill, back })
    }

    fn bloom(&self) -> f32 {
        0.6
    }
}

struct Moment<'a> {
    scene: &'a Wine,
    camera: Camera,
    seconds: f32,
    fill: f32,
    back: Plate,
}

impl Shader for Moment<'_> {
    fn light(&self, x: f32, y: f32, pixel: f32) -> Rgb {
        let p = self.camera.see(x, y, 1.0);
        let pixel = pixel / self.camera.zoom;
        let glass = Glass {
            rim: (0.012, -0.155),
            height: 0.585,
            radius: 0.152,
            fill: self.fill,
            light: rgb(1.35, 0.95, 0.62),
            ripple: (0.55, self.seconds * 21.0),
        };
        let mut out = glass.light(p, pixel, |gx, gy| self.ground(gx, gy));
        out = self.stream(p, pixel, &glass, out);
        self.bottle(p, pixel, out)
    }
}

impl Moment<'_> {
    fn ground(&self, x: f32, y: f32) -> Rgb {
        let (px, py) = self.camera.show((x, y), 1.0);
        if y < TABLE {
            return self.back.light(px, py.clamp(-0.5, 0.5));
        }
        // A dark stone counter that mirrors the lamps, blurred by its grain.
        let grain = self.scene.noise.at(x * 3.0, y * 5.0) - 0.5;
        let mirrored = self.camera.show((x, 2.0 * TABLE - y - 0.06), 1.0);
        let share = mix(0.42, 0.12, smooth(TABLE, 0.56, y));
        let mut out =
            self.back.light(mirrored.0, mirrored.1.clamp(-0.5, 0.5)) * share + rgb(0.012, 0.008, 0.008) * (1.0 + grain);
        // Light through the wine falls on the counter.
        let (dx, dy) = (x - 0.055, (y - 0.455) * 2.6);
        let d2 = dx * dx + dy * dy;
        out += rgb(0.42, 0.028, 0.030) * (bell(d2.sqrt(), 0.10) * smooth(0.1, 0.5, self.fill)) * (0.7 + grain);
        out += rgb(0.5, 0.30, 0.18) * (bell(y - TABLE, 0.004) * 0.10);
        out * smooth(0.02, 0.10, ((x - 0.012).powi(2) * 1.0 + ((y - 0.44) * 3.0).powi(2)).sqrt() * 0.6 + 0.02)
    }

    fn stream(&self, p: Point, pixel: f32, glass: &Glass, ground: Rgb) -> Rgb {
        let bowl = glass.height * 0.57;
        let end = glass.rim.1 + bowl * (1.0 - self.fill) + 0.012;
        let (from, x) = (MOUTH.1 - 0.004, p.0);
        if p.1 < from || p.1 > end + 0.02 {
            return ground;
        }
        let s = ((p.1 - from) / (end - from)).clamp(0.0, 1.0);
        let fall = s.sqrt();
        let wander = (self.scene.noise.at(0.3, s * 0.7 - self.seconds * 1.5) - 0.5) * 0.010 * s;
        let middle = MOUTH.0 + 0.034 * fall + 0.004 + wander;
        let swell = self.scene.noise.at(0.7, s * 1.4 - self.seconds * 3.2) - 0.5;
        let half = mix(0.0118, 0.0062, fall) * (1.0 + 0.55 * swell * s) + 0.006 * smooth(0.94, 1.0, s);
        let n = (x - middle) / half;
        let inside = cover((x - middle).abs() - half, pixel * 1.7) * smooth(end + 0.006, end - 0.002, p.1);
        let (px, py) = self.camera.show((x + n * 0.05, p.1), 1.0);
        let through = self.back.light(px, py.clamp(-0.5, 0.5));
        let wine = rgb(0.17, 0.005, 0.010) * (0.6 + 0.8 * n * n)
            + through * rgb(0.5, 0.02, 0.03)
            + rgb(1.5, 0.75, 0.55) * (bell(n + 0.42, 0.16) * (0.55 + 0.9 * swell).clamp(0.1, 1.0))
            + rgb(0.85, 0.14, 0.10) * (bell(n - 0.55, 0.2) * 0.5);
        let mut out = ground.mix(wine, inside);
        // Where it lands: a ring of lifted wine and a few bubbles.
        let (dx, dy) = (x - middle, (p.1 - end) * 3.2);
        let d = (dx * dx + dy * dy).sqrt();
        let ring = bell(d - 0.020 - 0.004 * (self.seconds * 19.0).sin(), 0.006);
        out += rgb(0.75, 0.20, 0.16) * (ring * 0.35);
        out
    }

    /// The neck and shoulder of a bottle that leans in from the upper left.
    fn bottle(&self, p: Point, pixel: f32, ground: Rgb) -> Rgb {
        let angle = LIP + 0.05 * smooth(0.0, 5.0, self.seconds) + 0.006 * (self.seconds * 2.1).sin();
        // Along the bottle: q.0 from the mouth backwards, q.1 across.
        let q = turn((p.0 - MOUTH.0, p.1 - MOUTH.1), angle);
        let (back, across) = (-q.0, q.1 + 0.012);
        if back < -0.02 || across.abs() > 0.2 {
            return ground;
        }
        let neck = 0.0255;
        let wide = neck + 0.092 * smooth(0.19, 0.36, back);
        let lip = 0.0045 * smooth(0.0, 0.004, back) * smooth(0.030, 0.026, back);
        let half = wide + lip;
        let d = (across.abs() - half).max(-back);
        let a = cover(d, pixel * 1.6);
        if a <= 0.0 {
            return ground;
        }
        let n = across / half;
        let round = (1.0 - n * n).max(0.0).sqrt();
        let (px, py) = self.camera.show((p.0 + n * 0.12, p.1 + n * 0.10), 1.0);
        let mirrored = self.back.light(px.clamp(-0.3, 0.3), py.clamp(-0.5, 0.5));
        let mut glass = rgb(0.004, 0.010, 0.006) + mirrored * rgb(0.10, 0.13, 0.07) * (0.25 + n.abs().powi(3));
        glass += rgb(0.95, 0.72, 0.48) * (0.85 * bell(n - 0.55, 0.10) * smooth(0.0, 0.02, back))
            + rgb(0.9, 0.45, 0.2) * (0.35 * bell(n + 0.72, 0.07));
        glass += rgb(0.25, 0.10, 0.05) * n.abs().powi(10);
        // The wine runs along the low side of the neck.
        glass += rgb(0.12, 0.003, 0.006) * smooth(0.2, 0.7, n) * smooth(0.16, 0.0, back);
        // Foil round the neck, matt gold at its edge.
        if back > 0.034 && back < 0.145 {
            let foil = rgb(0.16, 0.018, 0.022) * (0.25 + 0.75 * round)
                + rgb(0.8, 0.42, 0.32) * (0.35 * bell(n - 0.5, 0.2))
                + rgb(0.3, 0.1, 0.06) * (0.3 * bell(n + 0.7, 0.12));
            let edge = smooth(0.034, 0.036, back) * smooth(0.145, 0.143, back);
            glass = glass.mix(foil, edge);
            let band = bell(back - 0.139, 0.0022) + bell(back - 0.131, 0.0012);
            glass += rgb(0.9, 0.55, 0.2) * (band * (0.15 + 0.6 * round * bell(n - 0.4, 0.45)));
        }
        // A paper label on the shoulder's end.
        let label = polygon((back, across), &[(0.375, -0.3), (0.9, -0.3), (0.9, 0.3), (0.375, 0.3)]);
        glass = glass.mix(rgb(0.55, 0.47, 0.36) * (0.15 + 0.7 * round * smooth(-1.0, 0.6, n)), cover(label, 0.002));
        ground.mix(glass, a)
    }
}
