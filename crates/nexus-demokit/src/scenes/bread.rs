//! Loaves just out of the oven: blistered crust, open cuts dusted with flour, embers behind, steam in the light.

use super::camera::Camera;
use super::light::{Rgb, bell, mix, rgb, smooth};
use super::noise::{Field, cell};
use super::plate::{Frame, Plate};
use super::relief::{Lamps, StillLife, Surface};
use super::shapes::{Point, cover, ellipse, turn};
use super::{Scene, Shader};

const LEAN: f32 = 0.72;
/// Where the table ends and the oven begins.
const BACK: f32 = -0.235;

pub(crate) struct Bread {
    still: StillLife,
    oven: Plate,
    smoke: Field,
    embers: Field,
    lines: f32,
}

impl Bread {
    pub(crate) fn new(lines: f32) -> Self {
        let broad = Field::clouds(512, 6, 5, 101);
        let fine = Field::clouds(512, 28, 4, 102);
        let lamps = Lamps {
            key: [0.30, -0.72, 0.62],
            key_light: rgb(2.35, 1.42, 0.72),
            rim: [-0.75, -0.15, 0.64],
            rim_light: rgb(0.24, 0.30, 0.40),
            sky: rgb(0.17, 0.145, 0.135),
            reach: 0.16,
        };
        let frame = Frame { left: -1.08, top: -0.56, right: 1.08, bottom: 0.62 };
        let still = StillLife::new(frame, (lines * 0.96).min(1040.0), &lamps, |x, y| {
            surface(&broad, &fine, x, (y - BACK) / LEAN)
        });
        let mut oven =
            Plate::paint_light(Frame { left: -1.08, top: -0.62, right: 1.08, bottom: 0.2 }, lines * 0.24, |x, y| {
                oven(&fine, x, y)
            });
        oven.blur(0.008);
        Self { still, oven, smoke: Field::clouds(512, 5, 5, 103), embers: Field::clouds(256, 6, 3, 104), lines }
    }
}

impl Scene for Bread {
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_> {
        let camera = Camera::between(
            Camera { at: (0.085, 0.0), zoom: 1.08 },
            Camera { at: (-0.085, 0.012), zoom: 1.15 },
            progress,
            seconds,
            0.0011,
        );
        let steam = Plate::paint(Frame::around(0.95, 0.51), self.lines * 0.125, |x, y| {
            let (wx, wy) = camera.see(x, y, 0.9);
            [self.steam(wx, wy, seconds), 0.0, 0.0, 0.0]
        });
        let embers = 0.86 + 0.28 * self.embers.at(seconds * 0.4, 0.3);
        Box::new(Moment { scene: self, camera, steam, embers, half: (0.10 - 0.12 * progress, -0.36) })
    }

    fn bloom(&self) -> f32 {
        0.55
    }
}

impl Bread {
    fn steam(&self, x: f32, y: f32, seconds: f32) -> f32 {
        let mut total = 0.0;
        for (at, base, wide) in [(-0.36f32, 0.05f32, 0.30f32), (0.36, 0.0, 0.28), (0.0, -0.1, 0.35)] {
            let up = base - y;
            if !(-0.14..0.72).contains(&up) {
                continue;
            }
            let bend = (self.smoke.at(at + seconds * 0.03, y * 0.5 + seconds * 0.11) - 0.5) * 0.5 * up.max(0.0);
            let dx = x - at - bend;
            let wisp = self.smoke.at(dx * 0.75 + at, y * 0.42 + seconds * 0.16 + at);
            let thread = self.smoke.at(dx * 1.7 - at, y * 0.7 + seconds * 0.23);
            let body = smooth(0.46, 0.80, wisp * 0.65 + thread * 0.42);
            total += body * bell(dx, wide * (0.5 + up.max(0.0))) * smooth(-0.14, 0.10, up) * smooth(0.72, 0.25, up);
        }
        total
    }
}

struct Moment<'a> {
    scene: &'a Bread,
    camera: Camera,
    steam: Plate,
    embers: f32,
    half: (f32, f32),
}

impl Shader for Moment<'_> {
    fn light(&self, x: f32, y: f32, _pixel: f32) -> Rgb {
        let p = self.camera.see(x, y, 1.0);
        let far = self.camera.see(x, y, 0.7);
        let (still, height) = self.scene.still.light_and_height(p.0, p.1, self.half, rgb(2.2, 1.45, 0.8));
        let front = smooth(BACK - 0.003, BACK + 0.003, p.1 + height * 1.1).max(smooth(0.02, 0.04, height));
        let oven = if front < 1.0 { self.scene.oven.light(far.0, far.1) * self.embers } else { Rgb::BLACK };
        let out = oven.mix(still * (1.0 - 0.35 * smooth(0.2, 0.62, p.1)), front);
        let steam = self.steam.at(x, y)[0].min(1.3);
        out + rgb(0.50, 0.36, 0.25) * (steam * 0.40 * mix(1.0, 0.7, smooth(-0.3, 0.3, y)))
    }
}

/// The mouth of a brick oven with embers, out of focus.
fn oven(fine: &Field, x: f32, y: f32) -> Rgb {
    let rows = (y * 13.0).floor();
    let brick = ((x * 6.5 + 0.5 * (rows.rem_euclid(2.0))).fract().abs() - 0.5)
        .abs()
        .min(((y * 13.0).fract().abs() - 0.5).abs());
    let wall = rgb(0.050, 0.024, 0.016) * (0.6 + 0.9 * fine.at(x * 0.5, y * 0.5)) * smooth(0.5, 0.40, brick).max(0.35);
    let mouth = ellipse((x, y), (0.12, -0.20), (0.50, 0.34));
    let inside = cover(mouth, 0.02);
    let bed = bell(y + 0.245, 0.055);
    let coals = fine.at(x * 1.3, y * 2.0);
    let heat = rgb(0.55, 0.13, 0.022) * (0.55 + 0.5 * smooth(-0.6, -0.2, y))
        + rgb(3.6, 1.15, 0.16) * (bed * smooth(0.36, 0.72, coals));
    let lip = bell(mouth, 0.02) * 0.55;
    let flame = bell(x - 0.32, 0.11) * bell(y + 0.30, 0.11);
    wall.mix(heat + rgb(2.6, 1.0, 0.18) * flame, inside) + rgb(0.9, 0.28, 0.06) * (lip * smooth(-0.6, -0.2, y))
}

fn surface(broad: &Field, fine: &Field, x: f32, y: f32) -> Surface {
    let mut out = table(broad, fine, x, y);
    out = loaf(broad, fine, (x, y), ((-0.36, 0.52), 0.46, 0.215, 0.20), 0, out);
    out = loaf(broad, fine, (x, y), ((0.43, 0.40), 0.30, 0.27, -0.3), 1, out);
    out = loaf(broad, fine, (x, y), ((-0.95, 0.16), 0.26, 0.20, 0.4), 2, out);
    loaf(broad, fine, (x, y), ((0.93, 0.82), 0.32, 0.20, 0.5), 3, out)
}

fn table(broad: &Field, fine: &Field, x: f32, y: f32) -> Surface {
    let board = (y * 4.2).floor();
    let inside = (y * 4.2) - board;
    let own = (board * 1.7).sin() * 0.5 + 0.5;
    let veins = broad.at(x * 0.22 + own, y * 2.4 + own);
    let lines = (veins * 36.0 + y * 20.0).sin() * 0.5 + 0.5;
    let gap = smooth(0.0, 0.025, inside) * smooth(1.0, 0.975, inside);
    let wood =
        rgb(0.20, 0.105, 0.055).mix(rgb(0.095, 0.045, 0.024), lines * 0.8) * (0.8 + 0.4 * own) * mix(0.2, 1.0, gap);
    // Flour, strewn in drifts.
    let drift = smooth(0.50, 0.72, broad.at(x * 0.5 + 0.3, y * 0.6));
    let specks =
        smooth(0.60, 0.72, fine.at(x * 1.8, y * 1.8)) * 0.5 + smooth(0.66, 0.72, fine.at(x * 4.5 + 0.3, y * 4.5));
    let flour = (drift * (0.22 + 0.6 * specks) + specks * 0.10).min(0.9);
    Surface {
        height: 0.0006 * lines + 0.0015 * gap + 0.0015 * flour,
        colour: wood.mix(rgb(0.82, 0.77, 0.69), flour),
        gloss: 0.10 * (1.0 - flour),
        glow: Rgb::BLACK,
    }
}

/// A loaf around `place.0` with half axes `place.1` and `place.2`, turned by `place.3`; odd ones are round with a
/// cross, even ones long with slanting cuts.
fn loaf(broad: &Field, fine: &Field, p: Point, place: (Point, f32, f32, f32), kind: i32, ground: Surface) -> Surface {
    let (at, long, wide, angle) = place;
    let q = turn((p.0 - at.0, p.1 - at.1), angle);
    let own = kind as f32 * 0.31;
    let wob = broad.at(q.0 * 0.45 + own, q.1 * 0.45) - 0.5;
    let n = (q.0 / long, q.1 / wide);
    let rho = (n.0.abs().powf(2.3) + n.1.abs().powf(2.0)).powf(0.45) * (1.0 + 0.10 * wob);
    if rho > 1.0 {
        let shadow = smooth(1.25, 1.0, rho);
        return Surface {
            colour: ground.colour * (1.0 - 0.6 * shadow),
            gloss: ground.gloss * (1.0 - shadow),
            ..ground
        };
    }
    let dome = (1.0 - rho * rho).max(0.0).powf(0.42);
    let blister = cell(q.0 * 34.0 + 80.0 + wob * 3.0, q.1 * 34.0 + 80.0, 400, 105);
    let bubbles = smooth(0.42, 0.0, blister.near) * smooth(0.45, 0.9, blister.value);
    let crackle = fine.at(q.0 * 1.5 + own, q.1 * 1.5) - 0.5;
    // The cuts, opened by the oven.
    let (mut cut, mut ear) = (0.0f32, 0.0f32);
    if kind % 2 == 0 {
        for k in -1..=1 {
            let c = turn((q.0 - k as f32 * long * 0.50, q.1), -0.62);
            let bow = c.1 + 0.10 * c.0 * c.0 / wide - 0.012 * crackle;
            let half = 0.052 * (1.0 - (c.0 / (wide * 0.98)).powi(2)).max(0.0).sqrt();
            cut = cut.max(smooth(half, half * 0.72, bow.abs()) * smooth(0.0, 0.015, half));
            ear = ear.max(bell(bow + half, 0.012) * smooth(0.0, 0.02, half));
        }
    } else {
        for turned in [0.0f32, std::f32::consts::FRAC_PI_2] {
            let c = turn(q, turned + 0.5);
            let half = 0.044 * (1.0 - (c.0 / (wide * 0.84)).powi(2)).max(0.0).sqrt();
            let off = c.1 - 0.012 * crackle;
            cut = cut.max(smooth(half, half * 0.7, off.abs()) * smooth(0.0, 0.015, half));
            ear = ear.max(bell(off.abs() - half, 0.010) * smooth(0.0, 0.02, half));
        }
    }
    let tear = fine.at(q.0 * 3.0 + 0.2, q.1 * 0.9 + own);
    let height = 0.30 * wide / 0.2 * 0.55 * dome
        + 0.0030 * bubbles
        + 0.006 * crackle
        + cut * (-0.014 + 0.011 * tear)
        + 0.013 * ear;
    let bake = (0.5 + 1.25 * wob + 0.55 * crackle + 0.20 * dome).clamp(0.0, 1.0);
    let crust = rgb(0.62, 0.30, 0.085)
        .mix(rgb(0.31, 0.105, 0.024), bake)
        .mix(rgb(0.10, 0.032, 0.010), smooth(0.86, 1.0, rho) * 0.6 + ear * 0.7);
    let crust = crust.mix(rgb(0.72, 0.42, 0.15), bubbles * 0.5);
    // Rings of flour from the proving basket.
    let ring =
        smooth(0.25, 0.85, ((rho * 21.0 + wob * 2.0).sin() * 0.5 + 0.5) * (0.55 + 0.9 * fine.at(q.0 * 2.4, q.1 * 2.4)));
    let dust = ring * smooth(0.95, 0.55, rho) * 0.60 * if kind % 2 == 1 { 1.0 } else { 0.55 };
    let crumb = rgb(0.86, 0.66, 0.37).mix(rgb(0.62, 0.36, 0.13), smooth(0.35, 0.75, tear));
    let colour = crust.mix(rgb(0.84, 0.75, 0.62), dust * (1.0 - cut)).mix(crumb, cut * 0.92);
    let gloss = 0.16 * (1.0 - cut) * (1.0 - dust) + 0.1 * bubbles;
    Surface { height, colour, gloss, glow: rgb(0.012, 0.004, 0.001) }
}
