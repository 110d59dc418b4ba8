//! Sunset over the harbour: low sun, lit clouds, a quay with lamps, sailing boats at their moorings, moving water.

use super::camera::Camera;
use super::light::{Rgb, bell, fade, mix, rgb, smooth};
use super::noise::{Field, Slopes, hash};
use super::plate::{Frame, Plate};
use super::shapes::{cover, polygon, slab, stroke};
use super::{Scene, Shader};

const HORIZON: f32 = 0.1;
const SUN: (f32, f32) = (0.13, 0.045);
const SUN_RADIUS: f32 = 0.027;

pub(crate) struct Sunset {
    sky: Plate,
    town: Plate,
    boats: Plate,
    water: Slopes,
    swell: Slopes,
    lines: f32,
}

impl Sunset {
    pub(crate) fn new(lines: f32) -> Self {
        let clouds = Field::clouds(512, 4, 7, 11);
        let wisps = Field::clouds(512, 3, 6, 12);
        let sky = Plate::paint_light(
            Frame { left: -1.15, top: -0.62, right: 1.15, bottom: HORIZON + 0.02 },
            (lines * 0.5).min(700.0),
            |x, y| sky(&clouds, &wisps, x, y),
        );
        let detail = lines.min(2160.0);
        let town = Plate::paint(
            Frame { left: -1.1, top: -0.12, right: 1.1, bottom: HORIZON + 0.002 },
            detail * 0.75,
            |x, y| town(x, y, 1.5 / detail),
        );
        let boats = Plate::paint(Frame { left: -1.1, top: -0.4, right: 1.1, bottom: HORIZON + 0.1 }, detail, |x, y| {
            boats(x, y, 1.6 / detail)
        });
        Self {
            sky,
            town,
            boats,
            water: Field::clouds(512, 8, 5, 21).slopes(),
            swell: Field::clouds(256, 4, 3, 22).slopes(),
            lines,
        }
    }
}

impl Scene for Sunset {
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_> {
        let camera = Camera::between(
            Camera { at: (-0.045, 0.0), zoom: 1.0 },
            Camera { at: (0.05, 0.005), zoom: 1.05 },
            progress,
            seconds,
            0.0007,
        );
        let mut moment = Moment {
            scene: self,
            camera,
            seconds,
            sun: camera.show(SUN, 0.3),
            horizon: camera.show((0.0, HORIZON), 0.6).1,
            bob: (seconds * 1.3).sin() * 0.0011,
            mirrored: Plate::paint_light(Frame::around(0.1, 0.1), 20.0, |_, _| Rgb::BLACK),
        };
        moment.mirrored = Plate::paint_light(
            Frame { left: -0.95, top: -0.52, right: 0.95, bottom: 0.14 },
            self.lines * 0.185,
            |x, y| moment.beyond(x, y),
        );
        Box::new(moment)
    }

    fn bloom(&self) -> f32 {
        0.8
    }
}

struct Moment<'a> {
    scene: &'a Sunset,
    camera: Camera,
    seconds: f32,
    sun: (f32, f32),
    horizon: f32,
    bob: f32,
    /// Sky and town without the sun, small: what the water mirrors.
    mirrored: Plate,
}

impl Moment<'_> {
    /// The sky and the far town in a direction, without the sun.
    fn beyond(&self, x: f32, y: f32) -> Rgb {
        self.town(x, y, self.sky(x, y))
    }

    fn sky(&self, x: f32, y: f32) -> Rgb {
        let (sx, sy) = self.camera.see(x, y, 0.3);
        self.scene.sky.light(sx + self.seconds * 0.0016, sy)
    }

    fn town(&self, x: f32, y: f32, behind: Rgb) -> Rgb {
        let (tx, ty) = self.camera.see(x, y, 0.6);
        if ty < -0.06 { behind } else { self.scene.town.over(tx, ty, behind) }
    }
}

impl Shader for Moment<'_> {
    fn tolerance(&self) -> f32 {
        0.24
    }

    fn light(&self, x: f32, y: f32, pixel: f32) -> Rgb {
        let horizon = self.horizon;
        let (bx, by) = self.camera.see(x, y, 1.0);
        let bob = self.bob;
        if y < horizon {
            let behind = self.town(x, y, self.sky(x, y) + sun(x, y, self.sun, pixel));
            return self.scene.boats.over(bx, by + bob, behind);
        }
        // Water: a plane seen at a flat angle; `depth` grows towards the viewer.
        let depth = y - horizon + 0.0035;
        let far = 0.16 / depth;
        let (wx, wz) = (x * far, far);
        let t = self.seconds;
        let near = self.scene.water.at(wx * 0.42 + t * 0.012, wz * 0.30 - t * 0.022);
        let fine = self.scene.water.at(wx * 1.35 - t * 0.03 + 0.3, wz * 1.05 + t * 0.035);
        let roll = self.scene.swell.at(wx * 0.11 + t * 0.012, wz * 0.16 + t * 0.03);
        let calm = 1.0 / (1.0 + far * 0.42);
        let slope_y = (near[1] * 0.75 + fine[1] * 0.6 + roll[1] * 0.5) * calm;
        let slope_x = (near[0] * 0.6 + fine[0] * 0.45 + roll[0] * 0.3) * calm;
        let up = (depth * 0.80 + slope_y * 0.088 + 0.004).abs();
        let rx = x + slope_x * 0.02;
        let mut sky = self.mirrored.light(rx, horizon - up) + sun(rx, horizon - up, self.sun, pixel * 3.0);
        // Boats mirror in the near water, broken by the waves.
        let (mx, my) = self.camera.see(x + slope_x * 0.006, horizon - (y - horizon) * 0.93 + slope_y * 0.016, 1.0);
        let near_share = smooth(0.42, 0.02, y - horizon);
        let mirror = if near_share > 0.0 && !self.scene.boats.is_empty(mx, my) {
            self.scene.boats.at(mx, my)[3] * near_share
        } else {
            0.0
        };
        sky = sky * (1.0 - 0.86 * mirror);
        let facing = (depth * 1.5 - slope_y * 0.28).clamp(0.0, 1.0);
        let mirror_share = mix(0.92, 0.36, facing);
        let body = rgb(0.012, 0.03, 0.045) + rgb(0.06, 0.03, 0.025) * bell(x - 0.1, 0.5);
        let light = body.mix(sky, mirror_share);
        if y < horizon + 0.13 { self.scene.boats.over(bx, by + bob, light) } else { light }
    }
}

#[inline]
fn sun(x: f32, y: f32, at: (f32, f32), pixel: f32) -> Rgb {
    let (dx, dy) = (x - at.0, y - at.1);
    let d2 = dx * dx + dy * dy;
    if d2 > 0.09 {
        return rgb(0.0, 0.0, 0.0);
    }
    let d = d2.sqrt();
    let disc = smooth(SUN_RADIUS + pixel, SUN_RADIUS - pixel - 0.001, d);
    let halo = fade(d * 26.0) * (1.0 - d2 / 0.09);
    rgb(9.0, 5.2, 2.1) * disc + rgb(1.5, 0.62, 0.16) * halo
}

fn sky(clouds: &Field, wisps: &Field, x: f32, y: f32) -> Rgb {
    let up = (HORIZON - y).max(0.0);
    let near_sun = bell(x - SUN.0, 0.55);
    let low = rgb(0.98, 0.27, 0.050).mix(rgb(0.50, 0.115, 0.085), 1.0 - near_sun);
    let middle = rgb(0.36, 0.095, 0.105);
    let high = rgb(0.040, 0.055, 0.16);
    let mut light = low.mix(middle, smooth(0.0, 0.22, up)).mix(high, smooth(0.12, 0.62, up));
    light += rgb(0.9, 0.36, 0.07) * (near_sun * fade(up * 7.0) * 0.9);
    // Clouds on a layer overhead: farther ones are flatter.
    let far = 1.0 / (up + 0.09);
    let (u, v) = ((x - SUN.0) * far * 0.055 + 0.37, far * 0.075 + 0.1);
    let warp = wisps.at(u * 0.7, v * 0.7) - 0.5;
    let at = |du: f32, dv: f32| {
        let big = clouds.at(u + du + warp * 0.10, v + dv + warp * 0.16);
        let thin = wisps.at(u * 2.3 + du, v * 2.9 + dv + warp * 0.2);
        big * 0.78 + thin * 0.32
    };
    let here = at(0.0, 0.0);
    let density = smooth(0.50, 0.80, here) * smooth(0.0, 0.07, up);
    let toward = at((SUN.0 - x) * 0.02, 0.018);
    let edge = smooth(-0.03, 0.13, here - toward);
    let near = bell(x - SUN.0, 0.75) * fade(up * 1.7);
    let shaded = rgb(0.095, 0.050, 0.10).mix(rgb(0.20, 0.060, 0.065), near);
    let lit = rgb(0.80, 0.20, 0.13).mix(rgb(2.3, 0.80, 0.20), near);
    let cloud = shaded.mix(lit, edge * (0.25 + 0.75 * near) + 0.1);
    light.mix(cloud, density * 0.92)
}

/// Far hills and the town's roofs with first lights.
fn town(x: f32, y: f32, soft: f32) -> [f32; 4] {
    if y < -0.06 {
        return [0.0; 4];
    }
    let wave = |f: f32, p: f32| (x * f + p).sin();
    let hill = HORIZON
        - 0.022
        - 0.020 * wave(2.1, 0.6)
        - 0.012 * wave(5.3, 2.0)
        - 0.004 * wave(13.0, 1.0)
        - 0.03 * smooth(0.1, -1.0, x);
    let back = cover(hill - y, soft * 1.5) * 0.93;
    let mut light = rgb(0.30, 0.095, 0.085).mix(rgb(0.16, 0.06, 0.085), smooth(0.2, 0.9, (x - SUN.0).abs()));
    let mut cells = back;
    let mut roofs = f32::MAX;
    for k in -24..24 {
        let (a, b) = (hash(k, 1, 3), hash(k, 2, 3));
        let centre = k as f32 * 0.045 + (a - 0.5) * 0.03;
        if (centre - x).abs() > 0.08 || (centre - SUN.0).abs() < 0.10 {
            continue;
        }
        let (w, h) = (0.012 + 0.026 * b * b, 0.010 + 0.030 * a * smooth(0.1, 0.5, (centre - 0.1).abs()));
        let wall = slab((x, y), (centre, HORIZON), (w, h), 0.0);
        let roof = polygon(
            (x, y),
            &[
                (centre - w * 1.1, HORIZON - h + 0.002),
                (centre + w * 1.1, HORIZON - h + 0.002),
                (centre + (b - 0.5) * w, HORIZON - h - w * (0.25 + 0.75 * a)),
            ],
        );
        roofs = roofs.min(wall).min(roof);
    }
    let tower = slab((x, y), (-0.42, HORIZON - 0.02), (0.009, 0.055), 0.0)
        .min(polygon((x, y), &[(-0.432, HORIZON - 0.074), (-0.408, HORIZON - 0.074), (-0.42, HORIZON - 0.125)]));
    let front = cover(roofs.min(tower), soft);
    light = light.mix(rgb(0.070, 0.027, 0.040), front);
    cells = cells.max(front);
    let mut out = light * cells;
    for k in -30..30 {
        let at = (k as f32 * 0.036 + hash(k, 5, 3) * 0.03, HORIZON - 0.005 - hash(k, 6, 3) * 0.022);
        if hash(k, 7, 3) > 0.45 && (at.0 - SUN.0).abs() > 0.12 {
            let d2 = (x - at.0) * (x - at.0) + (y - at.1) * (y - at.1);
            out += rgb(3.4, 1.7, 0.55) * (0.0000022 / (d2 + 0.0000012) * smooth(0.012, 0.0, d2.sqrt()));
        }
    }
    [out.r, out.g, out.b, cells]
}

/// Sailing boats and the quay before them, as dark shapes with a warm edge toward the sun.
fn boats(x: f32, y: f32, soft: f32) -> [f32; 4] {
    let p = (x, y);
    let mut d = f32::MAX;
    for &(at, size, lean) in &[
        (-0.63f32, 1.25f32, 0.012f32),
        (-0.33, 0.78, -0.008),
        (-0.16, 0.56, 0.006),
        (0.40, 0.9, -0.006),
        (0.63, 0.62, 0.01),
        (0.86, 1.1, 0.0),
    ] {
        if (x - at).abs() > 0.2 * size {
            continue;
        }
        let base = HORIZON + 0.012 * size;
        let k = 0.1 * size;
        let hull = polygon(
            p,
            &[
                (at - 1.05 * k, base - 0.24 * k),
                (at - 0.2 * k, base - 0.17 * k),
                (at + 1.0 * k, base - 0.26 * k),
                (at + 0.82 * k, base + 0.08 * k),
                (at - 0.85 * k, base + 0.08 * k),
            ],
        );
        let cabin = polygon(
            p,
            &[
                (at - 0.35 * k, base - 0.15 * k),
                (at - 0.25 * k, base - 0.36 * k),
                (at + 0.25 * k, base - 0.38 * k),
                (at + 0.5 * k, base - 0.15 * k),
            ],
        );
        let top = (at - 0.1 * k + lean, base - 3.1 * k);
        let mast = stroke(p, (at - 0.1 * k, base), top, 0.022 * k, 0.012 * k);
        let boom = stroke(p, (at - 0.1 * k, base - 0.55 * k), (at + 0.8 * k, base - 0.5 * k), 0.045 * k, 0.03 * k);
        let stay = stroke(p, top, (at - 1.03 * k, base - 0.24 * k), 0.004 * k, 0.004 * k);
        let back = stroke(p, top, (at + 0.98 * k, base - 0.24 * k), 0.004 * k, 0.004 * k);
        let spread = stroke(
            p,
            (at - 0.35 * k + lean * 0.5, base - 1.9 * k),
            (at + 0.15 * k + lean * 0.5, base - 1.9 * k),
            0.008 * k,
            0.008 * k,
        );
        d = d.min(hull).min(cabin).min(mast).min(boom).min(spread).min(stay.min(back) + soft * 0.15);
    }
    // Mooring posts.
    for &(at, high) in &[(-0.49f32, 0.05f32), (-0.45, 0.04), (0.24, 0.035), (0.275, 0.03), (0.52, 0.045)] {
        d = d.min(slab(p, (at, HORIZON + 0.02), (0.0045, high), 0.002));
    }
    let a = cover(d, soft);
    let edge = smooth(-0.006, 0.0, d) * bell(x - SUN.0, 0.6);
    let light = rgb(0.016, 0.010, 0.018) + rgb(0.30, 0.10, 0.03) * edge * 0.28;
    let out = light * a;
    [out.r, out.g, out.b, a]
}
