//! A terrace at dusk: strings of lamps in long arcs, leaves, tables with candles, the last light over the water.

use super::bokeh::{Lamp, lamps, room};
use super::camera::Camera;
use super::light::{Rgb, fade, rgb, smooth};
use super::noise::{Field, hash};
use super::plate::{Frame, Plate};
use super::shapes::{Point, cover, disc, slab, stroke};
use super::{Scene, Shader};

/// A string of lamps: ends, sag, number of lamps, size, and its share of the camera's movement.
struct Cord {
    from: Point,
    to: Point,
    sag: f32,
    bulbs: i32,
    size: f32,
    near: f32,
}

const CORDS: [Cord; 5] = [
    Cord { from: (-1.15, -0.30), to: (0.35, -0.16), sag: 0.10, bulbs: 17, size: 0.55, near: 0.55 },
    Cord { from: (0.05, -0.19), to: (1.2, -0.28), sag: 0.09, bulbs: 13, size: 0.6, near: 0.6 },
    Cord { from: (-1.2, -0.42), to: (0.62, -0.30), sag: 0.17, bulbs: 15, size: 0.95, near: 0.85 },
    Cord { from: (-0.30, -0.50), to: (1.3, -0.40), sag: 0.15, bulbs: 12, size: 1.1, near: 1.0 },
    Cord { from: (-1.3, -0.60), to: (1.3, -0.66), sag: 0.33, bulbs: 13, size: 1.75, near: 1.35 },
];

pub(crate) struct Terrace {
    sky: Plate,
    cords: Vec<Plate>,
    leaves: Plate,
    tables: Plate,
    lamps: Vec<Lamp>,
    sway: Field,
    lines: f32,
}

impl Terrace {
    pub(crate) fn new(lines: f32) -> Self {
        let clouds = Field::clouds(512, 4, 6, 71);
        let sky =
            Plate::paint_light(Frame { left: -1.1, top: -0.56, right: 1.1, bottom: 0.56 }, lines * 0.28, |x, y| {
                sky(&clouds, x, y)
            });
        let cords = CORDS
            .iter()
            .map(|cord| {
                let frame = Frame { left: -1.35, top: -0.72, right: 1.35, bottom: 0.12 };
                Plate::paint(frame, lines * if cord.near > 1.2 { 0.5 } else { 0.9 }, |x, y| {
                    cord.paint((x, y), 1.5 / lines)
                })
            })
            .collect();
        let rough = Field::clouds(512, 10, 5, 72);
        let leaf = Field::cells(512, 26, 73);
        let leaves = Plate::paint(Frame { left: -1.5, top: -0.75, right: 1.5, bottom: 0.75 }, lines * 0.39, |x, y| {
            foliage(&rough, &leaf, x, y)
        });
        let mut tables = Plate::paint(Frame { left: -1.2, top: 0.0, right: 1.2, bottom: 0.62 }, lines * 0.6, |x, y| {
            tables((x, y), 2.4 / lines)
        });
        tables.blur(0.0042);
        let lamps = lamps(60, Frame { left: -1.0, top: 0.085, right: 1.0, bottom: 0.17 }, (0.006, 0.017), 74);
        Self { sky, cords, leaves, tables, lamps, sway: Field::clouds(256, 6, 2, 75), lines }
    }
}

impl Scene for Terrace {
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_> {
        let camera = Camera::between(
            Camera { at: (-0.11, -0.012), zoom: 1.02 },
            Camera { at: (0.11, 0.012), zoom: 1.07 },
            progress,
            seconds,
            0.0012,
        );
        let mut back = room(0.95, self.lines * 0.24, camera, seconds, &self.lamps, |x, y| self.sky.light(x, y));
        for cord in &CORDS {
            for k in 0..cord.bulbs {
                back.add_glow(
                    camera.show(cord.bulb(k), cord.near),
                    0.11 * cord.size + 0.02,
                    rgb(0.55, 0.23, 0.06) * (0.5 + 0.35 * cord.size),
                );
            }
        }
        let sway = CORDS.each_ref().map(|cord| self.sway.at(seconds * 0.11 + cord.near, cord.sag) - 0.5);
        let rustle = self.sway.at(seconds * 0.16, 0.7) - 0.5;
        Box::new(Moment { scene: self, camera, back, sway, rustle })
    }

    fn bloom(&self) -> f32 {
        1.0
    }
}

struct Moment<'a> {
    scene: &'a Terrace,
    camera: Camera,
    back: Plate,
    sway: [f32; 5],
    rustle: f32,
}

impl Shader for Moment<'_> {
    fn light(&self, x: f32, y: f32, _pixel: f32) -> Rgb {
        let mut out = self.back.light(x, y);
        let (tx, ty) = self.camera.see(x, y, 0.9);
        if ty > 0.01 {
            out = self.scene.tables.over(tx, ty, out);
        }
        for ((cord, plate), push) in CORDS.iter().zip(&self.scene.cords).zip(&self.sway) {
            let (cx, cy) = self.camera.see(x, y, cord.near);
            if cy < 0.11 {
                out = plate.over(cx + push * 0.008 * cord.size, cy + push * 0.012 * cord.size, out);
            }
        }
        if x.abs() > 0.35 || y < -0.3 {
            let (lx, ly) = self.camera.see(x, y, 1.6);
            let push = self.rustle * (0.6 + ly);
            out = self.scene.leaves.over(lx + push * 0.020, ly + push * 0.012, out);
        }
        out
    }
}

impl Cord {
    fn height(&self, s: f32) -> f32 {
        self.from.1 + (self.to.1 - self.from.1) * s + 4.0 * self.sag * s * (1.0 - s)
    }

    fn bulb(&self, k: i32) -> Point {
        let s = (k as f32 + 0.5) / self.bulbs as f32;
        (self.from.0 + (self.to.0 - self.from.0) * s, self.height(s) + 0.019 * self.size)
    }

    /// Wire, sockets and glowing bulbs.
    fn paint(&self, p: Point, soft: f32) -> [f32; 4] {
        let length = self.to.0 - self.from.0;
        let s = ((p.0 - self.from.0) / length).clamp(0.0, 1.0);
        let slope = (self.height((s + 0.01).min(1.0)) - self.height((s - 0.01).max(0.0))) / (0.02 * length);
        let blur = soft + if self.near > 1.2 { 0.010 } else { 0.0 };
        let wire = (p.1 - self.height(s)).abs() / (1.0 + slope * slope).sqrt() - 0.0016 * self.size;
        let hung = smooth(-0.002, 0.0, p.0 - self.from.0) * smooth(0.002, 0.0, p.0 - self.to.0);
        let mut a = hung * cover(wire, blur.max(soft)) * if blur > 0.005 { 0.5 } else { 1.0 };
        let mut light = rgb(0.012, 0.008, 0.008) * a;
        let k = (s * self.bulbs as f32) as i32;
        for k in [k - 1, k, k + 1] {
            if !(0..self.bulbs).contains(&k) {
                continue;
            }
            let at = self.bulb(k);
            let size = self.size;
            let socket = slab(p, (at.0, at.1 - 0.0125 * size), (0.0036 * size, 0.0065 * size), 0.001);
            let cap = cover(socket, blur);
            light = light * (1.0 - cap) + rgb(0.02, 0.012, 0.008) * cap;
            a = a.max(cap);
            let globe = disc(p, (at.0, at.1 + 0.002 * size), 0.0098 * size).min(disc(
                p,
                (at.0, at.1 - 0.005 * size),
                0.0062 * size,
            ));
            let inside = cover(globe, blur * 1.6);
            let (dx, dy) = (p.0 - at.0, p.1 - at.1 - 0.001 * size);
            let wire = fade((dx * dx * 1.6 + dy * dy * 0.6) / (size * size) * 30_000.0);
            let warm = rgb(2.1, 0.92, 0.26) + rgb(7.0, 4.4, 1.8) * wire;
            light = light * (1.0 - inside) + warm * inside;
            a = a.max(inside);
        }
        [light.r, light.g, light.b, a]
    }
}

fn sky(clouds: &Field, x: f32, y: f32) -> Rgb {
    let horizon = 0.16;
    let up = (horizon - y).max(0.0);
    let mut out = rgb(0.85, 0.30, 0.10)
        .mix(rgb(0.36, 0.16, 0.20), smooth(0.0, 0.14, up))
        .mix(rgb(0.055, 0.085, 0.20), smooth(0.08, 0.40, up))
        .mix(rgb(0.018, 0.033, 0.10), smooth(0.3, 0.66, up));
    let far = 1.0 / (up + 0.12);
    let cloud = smooth(0.5, 0.8, clouds.at(x * far * 0.05 + 0.4, far * 0.07)) * smooth(0.0, 0.1, up);
    out = out.mix(rgb(0.65, 0.20, 0.18).mix(rgb(0.10, 0.08, 0.16), smooth(0.1, 0.35, up)), cloud * 0.7);
    // Far shore and the water that keeps the sky's colour.
    let shore = horizon - 0.022 - 0.012 * (x * 3.1 + 0.5).sin() - 0.006 * (x * 8.3).sin();
    out = out.mix(rgb(0.050, 0.030, 0.055), smooth(shore - 0.006, shore + 0.006, y));
    if y > horizon {
        let down = y - horizon;
        let water = rgb(0.34, 0.14, 0.10).mix(rgb(0.035, 0.035, 0.07), smooth(0.0, 0.10, down));
        let deck = rgb(0.060, 0.028, 0.015)
            * (0.5 + 0.5 * ((x / (down + 0.12) * 5.5).sin().abs().powf(0.3)))
            * smooth(0.5, 0.12, down * 0.8);
        out = out.mix(water, smooth(0.0, 0.006, down)).mix(deck, smooth(0.066, 0.075, down));
    }
    out
}

/// Leaves at both sides and above, far before the focus, with warm light among them.
fn foliage(rough: &Field, leaf: &Field, x: f32, y: f32) -> [f32; 4] {
    let bulk = rough.at(x * 0.42, y * 0.42) - 0.5;
    let fine = leaf.at(x * 0.6 + bulk * 0.04, y * 0.6);
    let side = (x.abs() - 0.90 - 0.12 * (y * 3.0 + x.signum()).sin()) * 2.2;
    let shape = side + bulk * 1.1 + fine * 0.35 - 0.14;
    let a = smooth(-0.02, 0.10, shape) * 0.985;
    let lit = smooth(0.12, 0.0, shape) * smooth(0.2, 0.6, fine);
    let light = (rgb(0.008, 0.012, 0.008) + rgb(0.10, 0.055, 0.014) * lit) * a;
    [light.r, light.g, light.b, a]
}

/// Tables with candles, chairs, a railing and guests as dark shapes against the evening.
fn tables(p: Point, soft: f32) -> [f32; 4] {
    let (x, y) = p;
    let mut d = slab(p, (0.0, 0.122), (2.0, 0.0030), 0.001);
    let post = (x * 6.0).round() / 6.0;
    d = d.min(slab(p, (post, 0.18), (0.0035, 0.058), 0.001)).min(slab(p, (0.0, 0.180), (2.0, 0.0012), 0.0)).min(slab(
        p,
        (0.0, 0.152),
        (2.0, 0.0012),
        0.0,
    ));
    let mut out = Rgb::BLACK;
    let mut glow = Rgb::BLACK;
    let mut a = cover(d, soft);
    out += rgb(0.010, 0.007, 0.008) * a;
    for (index, &(at, base, size)) in [
        (-0.70f32, 0.285f32, 0.8f32),
        (-0.12, 0.30, 0.9),
        (0.46, 0.285, 0.8),
        (-0.44, 0.40, 1.25),
        (0.27, 0.415, 1.3),
        (0.98, 0.40, 1.2),
    ]
    .iter()
    .enumerate()
    {
        let q = ((x - at) / size, (y - base) / size);
        if q.0.abs() > 0.34 || q.1.abs() > 0.34 {
            continue;
        }
        let top = slab(q, (0.0, 0.0), (0.115, 0.0045), 0.002);
        let cloth = slab(q, (0.0, 0.022), (0.112, 0.022), 0.003);
        let leg = stroke(q, (0.0, 0.0), (0.0, 0.15), 0.006, 0.007).min(stroke(
            q,
            (-0.05, 0.152),
            (0.05, 0.152),
            0.004,
            0.004,
        ));
        let chair = |s: f32| {
            let back = stroke(q, (s * 0.185, 0.05), (s * 0.205, -0.075), 0.0055, 0.0045);
            let seat = stroke(q, (s * 0.115, 0.052), (s * 0.187, 0.05), 0.0065, 0.0065);
            let legs = stroke(q, (s * 0.120, 0.05), (s * 0.115, 0.15), 0.004, 0.003).min(stroke(
                q,
                (s * 0.185, 0.05),
                (s * 0.198, 0.15),
                0.004,
                0.003,
            ));
            back.min(seat).min(legs)
        };
        let guest = |s: f32| {
            let head = disc(q, (s * 0.148, -0.135), 0.0235);
            let neck = stroke(q, (s * 0.150, -0.115), (s * 0.156, -0.09), 0.010, 0.012);
            let trunk = stroke(q, (s * 0.158, -0.075), (s * 0.165, 0.035), 0.029, 0.026);
            let arm = stroke(q, (s * 0.150, -0.068), (s * 0.112, -0.018), 0.012, 0.0095).min(stroke(
                q,
                (s * 0.112, -0.018),
                (s * 0.062, -0.022),
                0.0085,
                0.0065,
            ));
            let thigh = stroke(q, (s * 0.165, 0.04), (s * 0.09, 0.05), 0.019, 0.015).min(stroke(
                q,
                (s * 0.09, 0.05),
                (s * 0.088, 0.145),
                0.012,
                0.008,
            ));
            head.min(neck).min(trunk).min(arm).min(thigh)
        };
        let mut shape = top.min(cloth).min(leg).min(chair(1.0)).min(chair(-1.0));
        if index != 0 && index != 5 {
            shape = shape.min(guest(if index % 2 == 0 { 1.0 } else { -1.0 }));
        }
        if index == 1 || index == 4 || index == 3 {
            shape = shape.min(guest(if index % 2 == 0 { -1.0 } else { 1.0 }));
        }
        let glass = |s: f32| {
            stroke(q, (s * 0.045, -0.006), (s * 0.045, -0.022), 0.0012, 0.0012).min(slab(
                q,
                (s * 0.045, -0.030),
                (0.0065, 0.010),
                0.005,
            ))
        };
        let b = cover(shape * size, soft);
        let toward = 1.0 - (q.0.abs() / 0.2).min(1.0);
        let edge = smooth(-0.010, 0.0, shape) * fade((q.0 * q.0 + (q.1 + 0.04) * (q.1 + 0.04)) * 42.0);
        let cloth_light = cover(cloth.min(top), soft / size) * fade((q.0 * q.0 + q.1 * q.1 * 4.0) * 90.0);
        let light = rgb(0.010, 0.007, 0.008)
            + rgb(0.75, 0.30, 0.08) * (edge * edge * (0.10 + 0.50 * toward))
            + rgb(0.60, 0.28, 0.10) * cloth_light;
        out = out * (1.0 - b) + light * b;
        a = a + b - a * b;
        let g = cover(glass(1.0).min(glass(-1.0)) * size, soft) * 0.6;
        out = out * (1.0 - g) + rgb(0.42, 0.20, 0.09) * g;
        a = a.max(g);
        // The candle.
        let cd = (q.0, q.1 + 0.021);
        let flame = fade((cd.0 * cd.0 * 2.2 + cd.1 * cd.1 * 0.7) * 26_000.0);
        let halo = fade((cd.0 * cd.0 + cd.1 * cd.1) * 900.0);
        glow += rgb(5.0, 2.5, 0.7) * flame + rgb(0.32, 0.13, 0.032) * halo;
        let wax = cover(slab(q, (0.0, -0.008), (0.0065, 0.0075), 0.002) * size, soft);
        out = out * (1.0 - wax) + rgb(1.1, 0.48, 0.15) * wax;
        a = a.max(wax);
    }
    let speck = 0.9 + 0.1 * hash((x * 900.0) as i32, (y * 900.0) as i32, 76);
    let out = out * speck + glow;
    [out.r, out.g, out.b, a]
}
