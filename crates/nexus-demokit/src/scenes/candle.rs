//! A table by candle light: wax that glows from within, a living flame, a glass of wine, lamps far behind.

use super::bokeh::{Lamp, lamps, room};
use super::camera::Camera;
use super::glass::Glass;
use super::light::{Rgb, bell, fade, mix, rgb, smooth};
use super::noise::Field;
use super::plate::{Frame, Plate};
use super::shapes::{cover, ellipse, stroke};
use super::{Scene, Shader};

const EDGE: f32 = 0.17;
const TOP: (f32, f32) = (-0.075, 0.03);

pub(crate) struct Candle {
    lamps: Vec<Lamp>,
    wood: Plate,
    flicker: Field,
    lines: f32,
}

impl Candle {
    pub(crate) fn new(lines: f32) -> Self {
        let mut far = lamps(34, Frame { left: -0.5, top: -0.48, right: 0.5, bottom: 0.10 }, (0.018, 0.055), 41);
        for k in 0..5 {
            far.push(Lamp {
                at: (-0.36 + 0.17 * k as f32, -0.37 + 0.03 * (k % 2) as f32),
                radius: 0.05,
                light: rgb(1.0, 0.48, 0.15) * 0.6,
                near: 0.4,
            });
        }
        let grain = Field::clouds(512, 4, 6, 42);
        let wood = Plate::paint_light(Frame { left: -0.9, top: 0.0, right: 0.9, bottom: 1.0 }, lines * 0.55, |x, z| {
            wood(&grain, x, z)
        });
        Self { lamps: far, wood, flicker: Field::clouds(256, 8, 3, 43), lines }
    }
}

impl Scene for Candle {
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_> {
        let camera = Camera::between(
            Camera { at: (-0.03, 0.035), zoom: 1.0 },
            Camera { at: (0.012, -0.005), zoom: 1.14 },
            progress,
            seconds,
            0.0011,
        );
        let flicker = 0.86
            + 0.28 * (self.flicker.at(seconds * 0.31, 0.2) - 0.5) * 2.0
            + 0.10 * (self.flicker.at(seconds * 1.3, 0.7) - 0.5);
        let sway = (self.flicker.at(seconds * 0.14, 0.5) - 0.5) * 0.05;
        let back = room(0.34, self.lines * 0.177, camera, seconds, &self.lamps, |x, y| {
            rgb(0.010, 0.005, 0.005)
                + rgb(0.060, 0.018, 0.007) * bell(y + 0.25 + 0.3 * x, 0.33)
                + rgb(0.018, 0.008, 0.008) * bell(x - 0.3, 0.2)
        });
        Box::new(Moment { scene: self, camera, seconds, flicker, sway, back })
    }

    fn bloom(&self) -> f32 {
        0.9
    }
}

struct Moment<'a> {
    scene: &'a Candle,
    camera: Camera,
    seconds: f32,
    flicker: f32,
    sway: f32,
    back: Plate,
}

impl Shader for Moment<'_> {
    fn light(&self, x: f32, y: f32, pixel: f32) -> Rgb {
        let p = self.camera.see(x, y, 1.0);
        let pixel = pixel / self.camera.zoom;
        let glass = Glass {
            rim: (0.125, -0.045),
            height: 0.345,
            radius: 0.083,
            fill: 0.47,
            light: rgb(1.5, 0.72, 0.26) * self.flicker,
            ripple: (0.0, 0.0),
        };
        let mut out = glass.light(p, pixel, |gx, gy| self.table(gx, gy));
        out = self.candle(p.0, p.1, pixel, out);
        out + self.flame(p.0, p.1)
    }
}

impl Moment<'_> {
    fn table(&self, x: f32, y: f32) -> Rgb {
        let (px, py) = self.camera.show((x, y), 1.0);
        if y < EDGE {
            return self.back.light(px, py.clamp(-0.5, 0.5))
                + rgb(0.5, 0.2, 0.06)
                    * (0.06 * self.flicker * fade(((x - TOP.0) * (x - TOP.0) + (y + 0.03) * (y + 0.03)) * 26.0));
        }
        let depth = y - EDGE + 0.10;
        let far = 0.10 / depth;
        let (wx, wz) = (x * far * 1.6, far);
        let wood = self.scene.wood.light(wx, wz);
        let (dx, dy) = (x - TOP.0, (y - 0.30) * 2.6);
        let pool = fade((dx * dx + dy * dy) * 16.0);
        let lit = wood * (rgb(2.1, 0.92, 0.30) * (pool * self.flicker) + rgb(0.10, 0.055, 0.035));
        // The polished wood mirrors the flame and the room, softer towards the viewer.
        let mirror_y = 2.0 * 0.285 - y;
        let grain = (wood.luma() - 0.12) * 0.08;
        let streak =
            bell(x - TOP.0 + grain, 0.014 + 0.05 * (y - 0.28).max(0.0)) * smooth(0.29, 0.36, y) * smooth(0.56, 0.38, y);
        let room =
            self.back.light(px, (self.camera.show((0.0, 2.0 * EDGE - y), 1.0).1).clamp(-0.5, 0.5)) * (0.16 * far);
        let wax = bell(x - TOP.0, 0.045) * smooth(0.29, 0.31, y) * smooth(0.46, 0.30, y) * smooth(-0.2, 0.2, mirror_y);
        let haze = rgb(0.11, 0.042, 0.014) * bell(y - EDGE, 0.022);
        lit + room + haze + rgb(1.5, 0.72, 0.22) * (streak * 0.42 * self.flicker) + rgb(0.30, 0.12, 0.04) * (wax * 0.3)
    }

    fn candle(&self, x: f32, y: f32, pixel: f32, ground: Rgb) -> Rgb {
        let (half, bottom) = (0.047, 0.285);
        let dx = x - TOP.0;
        if dx.abs() > 0.10 || !(TOP.1 - 0.03..bottom + 0.05).contains(&y) {
            return ground;
        }
        let soft = pixel * 1.6;
        let wobble = 0.0025 * (y * 40.0).sin() * smooth(0.1, 0.0, y - TOP.1);
        let rim = ellipse((dx, y), (0.0, TOP.1), (half, half * 0.2));
        let foot = ellipse((dx, y), (0.0, bottom), (half, half * 0.2));
        let body = if y < TOP.1 {
            rim
        } else if y > bottom {
            foot
        } else {
            dx.abs() - half - wobble
        };
        // A small dark dish under the candle.
        let dish = ellipse((dx, y), (0.0, bottom + 0.003), (0.083, 0.021));
        let dish_edge = bell(dish, 0.0035);
        let mut out = ground.mix(
            rgb(0.045, 0.022, 0.012) + rgb(0.55, 0.23, 0.075) * (bell(dx, 0.06) * 0.35 * self.flicker),
            cover(dish, soft),
        );
        out += rgb(0.9, 0.42, 0.14) * (dish_edge * 0.5 * self.flicker * (0.3 + 0.7 * smooth(0.29, 0.32, y)));
        let n = (dx / half).clamp(-1.0, 1.0);
        let down = (y - TOP.1).max(0.0);
        let inner = fade(down * 15.0);
        let round = (1.0 - n * n).max(0.0).sqrt();
        let wax = rgb(1.55, 0.66, 0.20) * (inner * self.flicker * (0.55 + 0.6 * round))
            + rgb(0.22, 0.10, 0.05) * (0.15 + 0.45 * round + 0.25 * smooth(0.2, 1.0, n))
            + rgb(0.25, 0.10, 0.04) * smooth(0.8, 1.0, n) * 0.5;
        out = out.mix(wax, cover(body.min(rim), soft));
        // The molten pool, brighter than the rim, darker where the wick stands.
        let pool = ellipse((dx, y), (0.0, TOP.1 + 0.001), (half * 0.86, half * 0.15));
        let melt = rgb(2.3, 1.15, 0.42) * (self.flicker * (0.55 + 0.6 * bell(dx, 0.028)));
        out = out.mix(melt, smooth(0.003, -0.002, pool));
        let wick = stroke((dx, y), (0.0, TOP.1), (0.003, TOP.1 - 0.021), 0.0018, 0.0015);
        out.mix(rgb(0.06, 0.02, 0.01), cover(wick, soft))
    }

    fn flame(&self, x: f32, y: f32) -> Rgb {
        let base = TOP.1 - 0.009;
        let tall = 0.118 * (0.86 + 0.22 * self.flicker);
        let s = (base - y) / tall;
        let (dx0, dy0) = (x - TOP.0, y - (base - tall * 0.4));
        let glow = fade((dx0 * dx0 + dy0 * dy0).sqrt() * 13.0);
        let mut out = rgb(0.46, 0.18, 0.05) * (glow * self.flicker);
        if !(-0.1..1.15).contains(&s) || dx0.abs() > 0.06 {
            return out;
        }
        let tremble =
            (self.scene.flicker.at(self.seconds * 0.9, s * 0.10 - self.seconds * 0.35) - 0.5) * 0.016 * s.max(0.0);
        let dx = dx0 - self.sway * s * s - tremble;
        let k = s.clamp(0.0, 1.0);
        let wide = 0.0225 * (k.sqrt() * (1.0 - k).powf(0.72) * 1.75).max(0.0) + 0.0008;
        let n = dx.abs() / wide;
        let body = smooth(1.15, 0.55, n) * smooth(1.06, 0.86, s) * smooth(-0.05, 0.03, s);
        let heart = smooth(0.9, 0.0, n) * smooth(0.02, 0.28, s) * smooth(1.0, 0.5, s);
        let wick = bell(dx, 0.006) * smooth(0.28, 0.04, s);
        out += rgb(4.2, 1.75, 0.36) * (body * mix(0.55, 1.0, smooth(0.0, 0.3, s))) + rgb(3.6, 3.0, 1.5) * heart;
        out += rgb(0.05, 0.16, 0.75) * (smooth(1.3, 0.5, n) * smooth(0.22, 0.02, s) * smooth(-0.06, 0.02, s));
        out * (1.0 - 0.55 * wick * smooth(-0.02, 0.05, s))
    }
}

/// Oiled oak boards running away from the viewer.
fn wood(grain: &Field, x: f32, z: f32) -> Rgb {
    let board = (x * 6.0 + 20.0).floor();
    let inside = (x * 6.0 + 20.0) - board;
    let own = (board * 0.37).sin() * 0.5 + 0.5;
    let veins = grain.at(x * 2.6 + own * 3.0, z * 0.23 + own);
    let lines = ((veins * 34.0 + x * 30.0).sin() * 0.5 + 0.5) * 0.6 + 0.4 * grain.at(x * 9.0, z * 0.8 + own);
    let gap = smooth(0.0, 0.035, inside) * smooth(1.0, 0.965, inside);
    rgb(0.24, 0.115, 0.05).mix(rgb(0.11, 0.045, 0.02), lines) * (0.75 + 0.4 * own) * mix(0.12, 1.0, gap)
}
