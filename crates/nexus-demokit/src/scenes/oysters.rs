//! Oysters on crushed ice with lemon: wet shells in a ring, a lamp that wanders over them, the camera coming nearer.

use super::camera::Camera;
use super::light::{Rgb, bell, mix, rgb, smooth};
use super::noise::{Field, cell, hash};
use super::plate::{Frame, Plate};
use super::relief::{Lamps, StillLife, Surface};
use super::shapes::{length, turn};
use super::{Scene, Shader};

/// Foreshortening of the table.
const LEAN: f32 = 0.80;

pub(crate) struct Oysters {
    still: StillLife,
    soft: Plate,
}

struct Noises {
    broad: Field,
    fine: Field,
}

impl Oysters {
    pub(crate) fn new(lines: f32) -> Self {
        let noises = Noises { broad: Field::clouds(512, 6, 5, 81), fine: Field::clouds(512, 24, 4, 82) };
        let lamps = Lamps {
            key: [-0.42, -0.62, 0.66],
            key_light: rgb(1.05, 0.82, 0.58),
            rim: [0.70, -0.35, 0.62],
            rim_light: rgb(0.12, 0.18, 0.28),
            sky: rgb(0.085, 0.105, 0.135),
            reach: 0.055,
        };
        let frame = Frame { left: -1.0, top: -0.6, right: 1.0, bottom: 0.6 };
        let per_unit = (lines * 1.02).min(1080.0);
        let still = StillLife::new(frame, per_unit, &lamps, |x, y| surface(&noises, x, y / LEAN));
        let mut soft = Plate::paint(frame, per_unit * 0.34, |x, y| {
            let light = still.light(x, y, (-0.1, -0.25), rgb(1.0, 0.9, 0.8));
            [light.r, light.g, light.b, 1.0]
        });
        soft.blur(0.011);
        Self { still, soft }
    }
}

impl Scene for Oysters {
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_> {
        let camera = Camera::between(
            Camera { at: (-0.05, 0.03), zoom: 1.10 },
            Camera { at: (0.03, -0.01), zoom: 1.34 },
            progress,
            seconds,
            0.0012,
        );
        let half = (-0.20 + 0.30 * progress + 0.01 * (seconds * 2.0).sin(), -0.27 + 0.05 * progress);
        Box::new(Moment { scene: self, camera, half })
    }

    fn bloom(&self) -> f32 {
        0.55
    }
}

struct Moment<'a> {
    scene: &'a Oysters,
    camera: Camera,
    half: (f32, f32),
}

impl Shader for Moment<'_> {
    fn light(&self, x: f32, y: f32, _pixel: f32) -> Rgb {
        let p = self.camera.see(x, y, 1.0);
        let sharp = self.scene.still.light(p.0, p.1, self.half, rgb(1.25, 1.10, 0.95));
        let away = smooth(0.16, 0.50, y) * 0.9 + smooth(-0.17, -0.48, y);
        let light = if away > 0.01 { sharp.mix(self.scene.soft.light(p.0, p.1), away.min(1.0)) } else { sharp };
        light * (1.0 - 0.45 * smooth(-0.1, -0.62, y) - 0.25 * smooth(0.3, 0.6, y))
    }
}

fn surface(noises: &Noises, x: f32, y: f32) -> Surface {
    let mut out = ice(noises, x, y);
    for k in 0..9 {
        // A ring of shells around the lemon, thin ends inward, and a few strays outside.
        let (at, angle, size) = if k < 7 {
            let a = k as f32 / 7.0 * std::f32::consts::TAU + 0.28;
            (
                (0.345 * a.cos() * 1.12, 0.335 * a.sin()),
                a + std::f32::consts::PI + 0.22 * (hash(k, 1, 83) - 0.5),
                0.146 + 0.018 * hash(k, 2, 83),
            )
        } else {
            [((-0.83f32, -0.23f32), 0.5f32, 0.15f32), ((0.86, 0.20), 2.9, 0.155)][(k - 7) as usize]
        };
        let q = (x - at.0, y - at.1);
        if length(q) < size * 1.75 {
            out = oyster(noises, turn(q, angle), size, k, out);
        }
    }
    for (at, size, turned) in [((0.0f32, 0.0f32), 0.108f32, 0.3f32), ((0.70, -0.42), 0.10, 1.1)] {
        let q = (x - at.0, y - at.1);
        if length(q) < size * 1.1 {
            out = lemon(noises, turn(q, turned), size, out);
        }
    }
    out
}

fn ice(noises: &Noises, x: f32, y: f32) -> Surface {
    let warp = (noises.broad.at(x * 0.9, y * 0.9) - 0.5) * 0.06;
    let facet = |n: f32, seed: u32| {
        let c = cell((x + warp) * n + 50.0, (y - warp) * n + 50.0, 200, seed);
        let (a, b) = ((c.value * 47.0).sin(), (c.value * 91.0).cos());
        let bevel = smooth(0.0, 0.34, c.next - c.near);
        (c.value * 0.6 + (c.offset.0 * a + c.offset.1 * b) * 0.75, bevel, c.value)
    };
    let (large, large_edge, value) = facet(11.0, 84);
    let (small, small_edge, small_value) = facet(27.0, 87);
    let height = -0.035
        + (large * 0.6 + large_edge * 0.5) * 0.022
        + (small * 0.7 + small_edge * 0.5) * 0.0085
        + noises.broad.at(x * 0.5, y * 0.5) * 0.02;
    let deep = large_edge * 0.6 + small_edge * 0.4;
    let clear = rgb(0.15, 0.22, 0.29).mix(rgb(0.60, 0.68, 0.74), deep * (0.10 + 0.90 * value * value));
    let milk = smooth(0.55, 0.85, small_value);
    Surface {
        height,
        colour: clear.mix(rgb(0.74, 0.80, 0.84), milk * 0.45),
        gloss: 0.95,
        glow: rgb(0.012, 0.034, 0.058) * (1.2 - 0.6 * deep) + rgb(0.10, 0.13, 0.15) * (value * value * value * deep),
    }
}

fn oyster(noises: &Noises, q: (f32, f32), size: f32, index: i32, ground: Surface) -> Surface {
    // Along +x lies the hinge, thin; the belly is at -x.
    let own = index as f32 * 0.137;
    let angle = q.1.atan2(q.0);
    let wobble = noises.broad.at(angle.cos() * 0.16 + own, angle.sin() * 0.16 + own * 2.0) - 0.5;
    let frill = noises.fine.at(angle.cos() * 0.22 + own, angle.sin() * 0.22) - 0.5;
    let along = q.0 / size;
    let reach = size * (1.0 + 0.26 * angle.cos() - 0.20 * (1.0 - angle.cos().abs()) + 0.30 * wobble + 0.10 * frill);
    let rho = length(q) / reach;
    if rho > 1.06 {
        return ground;
    }
    let edge = smooth(1.06, 0.985, rho);
    let rough = noises.fine.at(q.0 * 2.2 + own, q.1 * 2.2) - 0.5;
    let layers = ((rho * 24.0 + wobble * 14.0 + rough * 3.0).sin() * 0.5 + 0.5).powf(1.6);
    let bowl = smooth(0.90, 0.70, rho);
    let mut height = 0.030 + 0.012 * wobble + (1.0 - bowl) * (0.008 * layers + 0.006 * rough)
        - bowl * 0.026 * (1.0 - (rho / 0.9).powi(2)).max(0.0);
    let bark = rgb(0.11, 0.085, 0.065)
        .mix(rgb(0.36, 0.31, 0.25), layers)
        .mix(rgb(0.045, 0.038, 0.04), smooth(0.05, 0.35, rough + 0.1 * frill));
    let sheen = 0.5 + 0.5 * (angle * 2.0 + rho * 9.0 + wobble * 6.0).sin();
    let pearl = rgb(0.66, 0.63, 0.60)
        .mix(rgb(0.46, 0.52, 0.62), sheen * 0.7)
        .mix(rgb(0.72, 0.54, 0.50), smooth(0.6, 1.0, 1.0 - sheen) * 0.4);
    let mut colour = bark.mix(pearl, bowl);
    let mut gloss = mix(0.22, 0.75, bowl);
    let mut glow = Rgb::BLACK;
    // The flesh: a plump body toward the belly, a dark ruffled mantle around it.
    let m = (q.0 + 0.10 * size, q.1 * 1.12);
    let mantle_angle = m.1.atan2(m.0);
    let ruffle = (mantle_angle * 19.0 + rough * 5.0 + wobble * 9.0).sin();
    let soft = noises.broad.at(q.0 * 3.0 + own, q.1 * 3.0 + 0.3) - 0.5;
    let sigma = length(m) / (size * (0.66 + 0.16 * mantle_angle.cos() + 0.16 * soft + 0.018 * ruffle));
    if sigma < 1.0 {
        let inside = smooth(1.0, 0.93, sigma);
        let dome = (1.0 - sigma * sigma).max(0.0).sqrt();
        let folds = noises.broad.at(q.0 * 5.0 + own, q.1 * 3.2) - 0.5;
        let veil = bell(sigma - 0.84, 0.10);
        height = mix(height, 0.006 + 0.030 * dome + 0.010 * folds * dome + veil * 0.004 * ruffle, inside);
        let cream = rgb(0.56, 0.45, 0.30)
            .mix(rgb(0.30, 0.27, 0.20), smooth(-0.1, 0.35, folds + 0.3 * soft))
            .mix(rgb(0.66, 0.57, 0.43), smooth(0.5, 0.0, length((along + 0.28, q.1 / size * 1.3))));
        let dark = rgb(0.035, 0.036, 0.032).mix(rgb(0.17, 0.155, 0.125), 0.5 + 0.5 * ruffle);
        colour = colour.mix(cream.mix(dark, (veil * 1.15).min(1.0)), inside);
        gloss = mix(gloss, 1.25, inside);
        glow = rgb(0.014, 0.010, 0.006) * inside;
    }
    // A dark scar near the hinge.
    let scar = bell(length((along - 0.52, q.1 / size)), 0.16) * bowl;
    colour = colour.mix(rgb(0.30, 0.24, 0.26), scar * 0.5);
    Surface {
        height: mix(ground.height, height, edge),
        colour: ground.colour.mix(colour, edge),
        gloss: mix(ground.gloss, gloss, edge),
        glow: ground.glow.mix(glow, edge),
    }
}

/// A lemon half, cut face up.
fn lemon(noises: &Noises, q: (f32, f32), size: f32, ground: Surface) -> Surface {
    let far = length(q);
    let angle = q.1.atan2(q.0);
    let bump = noises.fine.at(q.0 * 1.6, q.1 * 1.6) - 0.5;
    let rho = far / (size * (1.0 + 0.015 * (angle * 3.0).sin()));
    if rho > 1.03 {
        return ground;
    }
    let edge = smooth(1.03, 0.985, rho);
    let slices = 9.0;
    let turn = (angle / std::f32::consts::TAU + 0.5) * slices;
    let inside = (turn - turn.floor() - 0.5).abs() * 2.0;
    let wall_width = 0.030 / rho.max(0.08);
    let wall = smooth(1.0 - wall_width * 2.4, 1.0 - wall_width * 0.6, inside).max(smooth(0.09, 0.05, rho));
    let pith = smooth(0.845, 0.885, rho);
    let rind = smooth(0.935, 0.955, rho);
    // Juice sacs: long drops toward the middle.
    let sac = cell(turn * 3.1 + 60.0, rho * 6.5 + 60.0 + (turn.floor() * 0.37).fract(), 300, 91);
    let drop = smooth(0.0, 0.35, sac.next - sac.near);
    let pulp = rgb(0.86, 0.62, 0.085).mix(rgb(0.98, 0.82, 0.28), drop * (0.4 + 0.6 * sac.value));
    let white = rgb(0.92, 0.88, 0.68);
    let colour = pulp.mix(white, wall * 0.85).mix(white, pith).mix(rgb(0.93, 0.66, 0.035), rind);
    let height = 0.056 + 0.004 * drop * (1.0 - wall) * (1.0 - pith) + 0.0022 * wall - 0.030 * smooth(0.95, 1.04, rho)
        + 0.002 * bump * rind;
    let wet = (1.0 - pith) * (1.0 - wall);
    Surface {
        height: mix(ground.height, height, edge),
        colour: ground.colour.mix(colour, edge),
        gloss: mix(ground.gloss, mix(0.3, 1.0, wet), edge),
        glow: ground.glow.mix(rgb(0.10, 0.055, 0.003) * wet, edge),
    }
}
