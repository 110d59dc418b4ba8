//! A kitchen at night: a pan on a gas ring, the flame that leaps from it, sparks, steel that mirrors the fire.

use super::bokeh::{Lamp, lamps, room, scatter};
use super::camera::Camera;
use super::light::{Rgb, bell, fade, mix, rgb, smooth};
use super::noise::{Field, hash};
use super::plate::{Frame, Plate};
use super::shapes::{Point, cover, ellipse, polygon, slab, stroke};
use super::{Scene, Shader};

const RIM: f32 = 0.205;

pub(crate) struct Flame {
    lamps: Vec<Lamp>,
    large: Field,
    small: Field,
    steel: Field,
    lines: f32,
}

impl Flame {
    pub(crate) fn new(lines: f32) -> Self {
        let mut far = lamps(16, Frame { left: -1.0, top: -0.48, right: 1.0, bottom: -0.02 }, (0.014, 0.045), 61);
        for k in 0..7 {
            // A shelf of steel pots far behind and a hood with lamps.
            far.push(Lamp {
                at: (-0.78 + 0.26 * k as f32, -0.44),
                radius: 0.045,
                light: rgb(0.9, 0.62, 0.34) * 0.55,
                near: 0.35,
            });
            far.push(Lamp {
                at: (-0.86 + 0.27 * k as f32, -0.10 + 0.02 * (k % 3) as f32),
                radius: 0.028,
                light: rgb(0.30, 0.34, 0.42) * 0.4,
                near: 0.4,
            });
        }
        Self {
            lamps: far,
            large: Field::clouds(256, 4, 4, 62),
            small: Field::clouds(256, 6, 4, 63),
            steel: Field::clouds(256, 16, 3, 64),
            lines,
        }
    }

    /// How high the fire stands: a burst, then a living height.
    fn power(&self, seconds: f32) -> f32 {
        let burst =
            smooth(0.1, 0.9, seconds) * (0.82 + 0.30 * bell(seconds - 1.3, 0.7) + 0.34 * bell(seconds - 3.6, 0.9));
        burst * (0.9 + 0.2 * self.large.at(seconds * 0.55, 0.15)) + 0.25 * smooth(0.8, 0.0, seconds)
    }
}

impl Scene for Flame {
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_> {
        let camera = Camera::between(
            Camera { at: (-0.06, 0.03), zoom: 1.12 },
            Camera { at: (0.05, -0.005), zoom: 1.0 },
            progress,
            seconds,
            0.0016,
        );
        let power = self.power(seconds);
        let flicker = power * (0.85 + 0.3 * self.large.at(seconds * 1.7, 0.6));
        let back = room(0.95, self.lines * 0.231, camera, seconds, &self.lamps, |x, y| {
            let tiles = 0.85 + 0.15 * smooth(0.0, 0.2, (x * 9.0).sin().abs().min((y * 9.0).sin().abs()));
            let fire = rgb(0.30, 0.085, 0.018) * (flicker * fade((x * x + (y + 0.02) * (y + 0.02)) * 5.0));
            rgb(0.010, 0.011, 0.014) * tiles + fire * tiles + rgb(0.02, 0.022, 0.028) * bell(y + 0.30, 0.05)
        });
        let mut fire = Plate::paint_light(Frame::around(0.95, 0.51), (self.lines * 0.34).min(370.0), |x, y| {
            let (wx, wy) = camera.see(x, y, 1.0);
            self.fire(wx, wy, seconds, power)
        });
        scatter(&mut fire, &sparks(&camera, seconds, power));
        Box::new(Moment { scene: self, camera, seconds, flicker, back, fire })
    }

    fn bloom(&self) -> f32 {
        0.75
    }
}

impl Flame {
    fn fire(&self, x: f32, y: f32, seconds: f32, power: f32) -> Rgb {
        let tall = 0.62 * power.max(0.05);
        let v = (RIM + 0.005 - y) / tall;
        if !(-0.06..1.6).contains(&v) || x.abs() > 0.62 {
            return Rgb::BLACK;
        }
        let t = seconds;
        let lean = (self.large.at(t * 0.21, 0.4) - 0.5) * 0.28;
        let warp = self.large.at(x * 1.15 + 0.2, y * 0.85 + t * 0.80) - 0.5;
        let curl = self.small.at(x * 1.9 + warp * 0.35, y * 1.25 + t * 1.30 + warp * 0.3) - 0.5;
        let lick = self.small.at(x * 4.1 - 0.3 + curl * 0.2, y * 2.3 + t * 2.1) - 0.5;
        let vv = v.max(0.0);
        let dx = x + 0.01 - lean * vv * vv * 0.5 + (warp * 0.34 + curl * 0.13) * vv.min(1.0);
        let wide = 0.205 * (1.0 - 0.62 * vv.min(1.0)).max(0.05);
        let body = 1.0 - (dx / wide).abs().powf(1.6);
        let heat = body * 0.95 + curl * 1.45 * (0.35 + vv) + lick * 0.7 - vv * 0.95 + 0.25;
        let heat = heat * smooth(-0.05, 0.04, v);
        if heat <= 0.0 {
            return Rgb::BLACK;
        }
        let h = heat.min(1.3);
        let red = rgb(1.5, 0.22, 0.02) * smooth(0.0, 0.35, h);
        let orange = rgb(1.9, 0.62, 0.055) * smooth(0.25, 0.85, h);
        let white = rgb(1.9, 1.6, 0.65) * smooth(0.75, 1.30, h);
        let blue = rgb(0.05, 0.12, 0.55) * (smooth(0.16, 0.0, vv) * smooth(0.0, 0.3, h));
        (red + orange + white) * (0.30 + 0.70 * smooth(0.0, 0.20, vv)) + blue
    }
}

fn sparks(camera: &Camera, seconds: f32, power: f32) -> Vec<(Point, f32, Rgb)> {
    let mut out = Vec::new();
    for k in 0..46 {
        let life = 0.7 + 0.9 * hash(k, 0, 65);
        let age = (seconds / life + hash(k, 1, 65)).fract();
        let turn = ((seconds / life + hash(k, 1, 65)) as i32) * 131;
        let h = |i: i32| hash(k + turn, i, 66);
        let x = (h(0) - 0.5) * 0.34 + (h(1) - 0.5) * 0.5 * age + 0.03 * (age * 9.0 + h(2) * 6.0).sin();
        let y = RIM - 0.05 - (0.45 + 0.5 * h(3)) * age * (1.2 - 0.45 * age);
        let bright = (1.0 - age) * smooth(0.0, 0.08, age) * power * if h(4) > 0.35 { 1.0 } else { 0.0 };
        let at = camera.show((x, y), 1.05);
        out.push((at, 0.0065 + 0.004 * h(5), rgb(9.0, 3.6, 0.7) * bright));
    }
    out
}

struct Moment<'a> {
    scene: &'a Flame,
    camera: Camera,
    seconds: f32,
    flicker: f32,
    back: Plate,
    fire: Plate,
}

impl Shader for Moment<'_> {
    fn light(&self, x: f32, y: f32, pixel: f32) -> Rgb {
        let p = self.camera.see(x, y, 1.0);
        let soft = 1.6 * pixel / self.camera.zoom;
        // Heat bends what is behind it.
        let shimmer = 0.016 * bell(p.0, 0.3) * smooth(0.2, 0.0, p.1);
        let haze = if shimmer > 0.0005 {
            (self.scene.small.at(p.0 * 2.0, p.1 * 1.5 + self.seconds * 1.2) - 0.5) * shimmer
        } else {
            0.0
        };
        let mut out = self.back.light(x + haze, y);
        if p.1 > 0.05 {
            out = self.stove(p, soft, out);
            out = self.pan(p, soft, out);
        }
        let fire = self.fire.light(x, y);
        // Fire hides little but outshines what is behind.
        out * (1.0 - 0.6 * smooth(0.2, 2.5, fire.luma())) + fire
    }
}

impl Moment<'_> {
    fn stove(&self, p: Point, soft: f32, ground: Rgb) -> Rgb {
        let (x, y) = p;
        let mut out = ground;
        let top = 0.355;
        if y > top - 0.01 {
            let brushed = self.scene.steel.at(x * 0.6, y * 9.0) - 0.5;
            let mirrored = self.back.light((x / 1.1).clamp(-0.9, 0.9), (2.0 * top - y - 0.16).clamp(-0.5, 0.5));
            let near = bell(x, 0.38 + (y - top)) * smooth(0.62, 0.36, y);
            let steel = rgb(0.014, 0.014, 0.016)
                + mirrored * 0.35
                + rgb(0.75, 0.24, 0.05) * (near * self.flicker * 0.30 * (1.0 + brushed * 1.2));
            out = out.mix(steel, smooth(top - 0.001, top + 0.001, y));
            out += rgb(0.9, 0.36, 0.1) * (bell(y - top, 0.0022) * (0.12 + 0.5 * bell(x, 0.3) * self.flicker));
        }
        // The gas ring: a crown of blue tongues under the pan.
        if (0.27..0.365).contains(&y) && x.abs() < 0.22 {
            let mut blue = 0.0f32;
            let mut core = 0.0f32;
            for k in -7i32..=7 {
                let angle = k as f32 / 7.6 * 1.45;
                let at = 0.150 * angle.sin();
                let tall = 0.052 + 0.010 * (self.scene.small.at(self.seconds * 1.6, k as f32 * 0.13) - 0.5);
                let s = (0.338 - y) / tall;
                let wide = 0.0085 * (1.0 - s).max(0.0).sqrt() * smooth(-0.1, 0.15, s);
                let n = (x - at - 0.006 * s * angle) / wide.max(0.0004);
                let body = smooth(1.3, 0.2, n.abs()) * smooth(1.0, 0.4, s) * smooth(-0.12, 0.0, s);
                blue = blue.max(body);
                core = core.max(body * smooth(0.7, 0.0, n.abs()) * smooth(0.5, 0.1, s));
            }
            out += rgb(0.06, 0.25, 1.9) * blue + rgb(0.5, 0.9, 1.6) * core;
        }
        if x.abs() > 0.29 || y < 0.285 {
            return out;
        }
        let burner = slab(p, (0.0, 0.35), (0.155, 0.011), 0.006);
        out = out.mix(rgb(0.008, 0.008, 0.010) + rgb(0.05, 0.10, 0.35) * bell(y - 0.339, 0.006), cover(burner, soft));
        // Iron bars that carry the pan.
        let mut bars = f32::MAX;
        for at in [-0.20f32, -0.07, 0.07, 0.20] {
            bars = bars.min(stroke(p, (at, 0.305), (at * 1.25, 0.36), 0.0065, 0.0075));
        }
        bars = bars.min(slab(p, (0.0, 0.300), (0.25, 0.0055), 0.003));
        let rim = bell(bars, 0.003);
        out.mix(
            rgb(0.006, 0.006, 0.007) + (rgb(0.5, 0.2, 0.05) * self.flicker + rgb(0.03, 0.08, 0.3)) * (rim * 0.22),
            cover(bars, soft),
        )
    }

    fn pan(&self, p: Point, soft: f32, ground: Rgb) -> Rgb {
        let (x, y) = p;
        let beside = x < -0.28 || !(RIM - 0.10..=0.31).contains(&y);
        if beside || (x > 0.27 && y > RIM + 0.06) || (x < 0.24 && y < RIM - 0.05) {
            return ground;
        }
        let mut out = ground;
        let outer = polygon(
            p,
            &[(-0.262, RIM), (0.262, RIM), (0.222, 0.283), (0.190, 0.2965), (-0.190, 0.2965), (-0.222, 0.283)],
        ) - 0.003;
        let handle = stroke(p, (0.245, RIM + 0.022), (0.47, RIM - 0.022), 0.0135, 0.0105).min(stroke(
            p,
            (0.46, RIM - 0.020),
            (0.92, RIM - 0.070),
            0.0165,
            0.019,
        ));
        let rim = ellipse(p, (0.0, RIM), (0.265, 0.034));
        // The pan's hollow, glowing with what burns in it.
        let hollow = rgb(0.03, 0.012, 0.006)
            + rgb(1.5, 0.52, 0.09) * (self.flicker * (0.25 + 0.75 * bell(x, 0.16)) * smooth(RIM + 0.03, RIM - 0.02, y));
        out = out.mix(hollow, cover(rim, soft) * smooth(RIM + 0.004, RIM - 0.004, y));
        let a = cover(outer.min(handle), soft);
        if a > 0.0 {
            let n = x / 0.26;
            let brushed = self.scene.steel.at(x * 0.25, y * 7.0) - 0.5;
            let body = rgb(0.012, 0.011, 0.012)
                + rgb(0.16, 0.15, 0.17) * (0.5 * bell(n + 0.62, 0.10) + 0.35 * bell(n - 0.72, 0.06)) * (1.0 + brushed)
                + rgb(0.03, 0.10, 0.42) * smooth(0.262, 0.300, y) * smooth(1.0, 0.6, n.abs()) * 0.9
                + rgb(0.6, 0.20, 0.04) * (self.flicker * smooth(RIM + 0.025, RIM, y) * 0.35);
            let grip = rgb(0.010, 0.009, 0.009)
                + rgb(1.1, 0.40, 0.08)
                    * (self.flicker
                        * smooth(
                            0.55,
                            1.0,
                            -(y - mix(RIM + 0.022, RIM - 0.07, ((x - 0.245) / 0.675).clamp(0.0, 1.0))) / 0.016,
                        )
                        * fade((x - 0.2).max(0.0) * 2.6)
                        * 0.5);
            out = out.mix(if handle < outer { grip } else { body }, a);
        }
        let line = bell(rim, 0.0030) * smooth(RIM - 0.012, RIM + 0.004, y);
        let line = line + bell(rim, 0.0022) * 0.35 * smooth(RIM, RIM - 0.01, y);
        out + rgb(1.9, 0.85, 0.24) * (line * (0.22 + self.flicker * 0.75 * bell(x, 0.24)))
    }
}
