//! A chef's hands at the pass: one steadies the plate, one sets a leaf with tweezers, backlit by the kitchen.

use super::bokeh::{Lamp, lamps, room};
use super::camera::Camera;
use super::light::{Rgb, bell, fade, mix, rgb, smooth};
use super::noise::{Field, hash};
use super::plate::{Frame, Plate};
use super::shapes::{Point, cover, disc, ellipse, length, melt, slab, stroke, turn};
use super::{Scene, Shader};

const PLATE: Point = (-0.03, 0.205);
const PLATE_HALF: Point = (0.43, 0.158);
const TABLE: f32 = 0.05;

pub(crate) struct Plating {
    lamps: Vec<Lamp>,
    right: Plate,
    left: Plate,
    dish: Plate,
    smoke: Field,
    lines: f32,
}

impl Plating {
    pub(crate) fn new(lines: f32) -> Self {
        let mut far = lamps(22, Frame { left: -1.0, top: -0.48, right: 1.0, bottom: -0.02 }, (0.02, 0.060), 121);
        for k in 0..6 {
            far.push(Lamp {
                at: (-0.80 + 0.32 * k as f32, -0.40),
                radius: 0.062,
                light: rgb(1.0, 0.62, 0.28) * 0.95,
                near: 0.35,
            });
        }
        let skin = Field::clouds(512, 30, 3, 122);
        let detail = lines;
        let right = Plate::paint(Frame { left: -0.12, top: -0.62, right: 1.15, bottom: 0.16 }, detail, |x, y| {
            modelled((x, y), 1.6 / lines, &skin, right_hand)
        });
        let left = Plate::paint(Frame { left: -1.2, top: -0.42, right: -0.2, bottom: 0.42 }, detail, |x, y| {
            modelled((x, y), 1.6 / lines, &skin, left_hand)
        });
        let dish = Plate::paint(Frame { left: -0.55, top: -0.02, right: 0.5, bottom: 0.42 }, detail, |x, y| {
            dish((x, y), 1.6 / lines, &skin)
        });
        Self { lamps: far, right, left, dish, smoke: Field::clouds(512, 5, 5, 123), lines }
    }
}

impl Scene for Plating {
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_> {
        let camera = Camera::between(
            Camera { at: (0.03, -0.012), zoom: 1.0 },
            Camera { at: (-0.012, 0.035), zoom: 1.17 },
            progress,
            seconds,
            0.0012,
        );
        let back = room(0.95, self.lines * 0.176, camera, seconds, &self.lamps, |x, y| {
            rgb(0.016, 0.013, 0.014)
                + rgb(0.20, 0.085, 0.032) * bell(y + 0.34, 0.20)
                + rgb(0.06, 0.028, 0.014) * bell(x - 0.1, 0.4) * bell(y, 0.3)
        });
        // Down to the plate, a short rest, and up again.
        let lift = 0.075 * (1.0 - smooth(0.2, 1.7, seconds)) + 0.095 * smooth(3.0, 4.6, seconds);
        let tremor = 0.0012 * (seconds * 7.0).sin() + 0.0009 * (seconds * 11.0).sin();
        let hand = (0.65 * lift + tremor, -lift + 0.5 * tremor);
        let rest = (0.002 * (seconds * 1.7).sin(), 0.0015 * (seconds * 1.3).cos());
        let steam = Plate::paint(Frame::around(0.95, 0.51), self.lines * 0.111, |x, y| {
            let (wx, wy) = camera.see(x, y, 1.0);
            [self.steam(wx, wy, seconds), 0.0, 0.0, 0.0]
        });
        Box::new(Moment { scene: self, camera, back, steam, hand, rest, held: seconds < 2.35 })
    }

    fn bloom(&self) -> f32 {
        0.6
    }
}

impl Plating {
    fn steam(&self, x: f32, y: f32, seconds: f32) -> f32 {
        let up = 0.19 - y;
        if !(0.0..0.6).contains(&up) {
            return 0.0;
        }
        let bend = (self.smoke.at(0.3 + seconds * 0.03, y * 0.5 + seconds * 0.1) - 0.5) * 0.35 * up;
        let dx = x + 0.05 - bend;
        let wisp = self.smoke.at(dx * 0.9, y * 0.45 + seconds * 0.15) * 0.65
            + self.smoke.at(dx * 2.0 + 0.4, y * 0.8 + seconds * 0.22) * 0.42;
        smooth(0.48, 0.80, wisp) * bell(dx, 0.10 + 0.2 * up) * smooth(0.0, 0.1, up) * smooth(0.6, 0.2, up)
    }
}

struct Moment<'a> {
    scene: &'a Plating,
    camera: Camera,
    back: Plate,
    steam: Plate,
    hand: Point,
    rest: Point,
    held: bool,
}

impl Shader for Moment<'_> {
    fn light(&self, x: f32, y: f32, pixel: f32) -> Rgb {
        let p = self.camera.see(x, y, 1.0);
        let mut out = if p.1 < TABLE {
            self.back.light(x, y)
        } else {
            // The steel pass mirrors the lamps.
            let mirror = self.camera.show((p.0, 2.0 * TABLE - p.1), 1.0);
            let near = smooth(TABLE, 0.55, p.1);
            self.back.light(mirror.0, mirror.1.max(-0.5)) * mix(0.55, 0.16, near)
                + rgb(0.020, 0.015, 0.013)
                + rgb(0.55, 0.30, 0.14) * (bell(p.1 - TABLE, 0.004) * 0.5)
        };
        let shadow = ellipse(p, (PLATE.0, PLATE.1 + 0.030), (PLATE_HALF.0 * 0.96, PLATE_HALF.1));
        out = out * (1.0 - 0.85 * smooth(0.045, -0.03, shadow));
        out = self.scene.dish.over(p.0.clamp(-0.549, 0.499), p.1.clamp(-0.019, 0.419), out);
        out += rgb(0.60, 0.46, 0.34) * (self.steam.at(x, y)[0] * 0.22);
        out = self.scene.left.over((p.0 - self.rest.0).min(-0.201), (p.1 - self.rest.1).clamp(-0.419, 0.419), out);
        let q = (p.0 - self.hand.0, p.1 - self.hand.1);
        // The leaf goes with the tweezers until it is let go.
        let leaf_at = if self.held { q } else { p };
        out = leaf(leaf_at, pixel, out);
        if q.1 < 0.155 && q.0 > -0.115 {
            out = self.scene.right.over(q.0, q.1.max(-0.61), out);
        }
        out
    }
}

/// Where tweezers and leaf meet when the hand is down.
const TIP: Point = (-0.045, 0.128);

fn leaf(p: Point, pixel: f32, ground: Rgb) -> Rgb {
    let q = turn((p.0 - TIP.0, p.1 - TIP.1), 0.5);
    if length(q) > 0.06 {
        return ground;
    }
    let soft = pixel * 1.6;
    let d = ellipse(q, (-0.006, 0.006), (0.030, 0.0125)).min(ellipse(q, (0.012, -0.010), (0.016, 0.008)));
    let vein = bell(q.1 - 0.006, 0.0016);
    let green = rgb(0.10, 0.24, 0.035) * (0.7 + 0.9 * smooth(0.012, -0.01, q.1))
        + rgb(0.20, 0.30, 0.08) * (vein * 0.5)
        + rgb(0.8, 0.75, 0.4) * (bell(d, 0.0022) * 0.35 * smooth(0.01, -0.01, q.1));
    ground.mix(green, cover(d, soft))
}

/// A part of a body: distance, and what it is made of.
#[derive(Clone, Copy)]
enum Stuff {
    Skin,
    Cloth,
    Steel,
}

/// Shades a drawn shape as if it were round: its distance is its height, its slope its normal.
fn modelled(p: Point, soft: f32, skin: &Field, shape: fn(Point) -> (f32, Stuff)) -> [f32; 4] {
    let (d, stuff) = shape(p);
    let a = cover(d, soft);
    if a <= 0.0 {
        return [0.0; 4];
    }
    let e = 0.0015;
    let depth = |p: Point| {
        let round = match stuff {
            Stuff::Skin | Stuff::Steel => 0.05,
            Stuff::Cloth => 0.10,
        };
        let deep = (-shape(p).0).clamp(0.0, round);
        (deep * (2.0 * round - deep)).max(0.0).sqrt()
    };
    let here = depth(p);
    let (gx, gy) = ((depth((p.0 + e, p.1)) - here) / e, (depth((p.0, p.1 + e)) - here) / e);
    let scale = 1.0 / (1.0 + gx * gx + gy * gy).sqrt();
    let n = (-gx * scale, -gy * scale, scale);
    let grain = skin.at(p.0 * 2.0, p.1 * 2.0) - 0.5;
    // Light from behind and above, a weak warm bounce from the plate below.
    let back = (-0.35 * n.0 - 0.90 * n.1 + 0.12 * n.2).max(0.0);
    let bounce = (0.85 * n.1 + 0.25 * n.2).max(0.0);
    let rim = smooth(0.75, 0.15, n.2);
    let light = match stuff {
        Stuff::Skin => {
            let base = rgb(0.33, 0.165, 0.095) * (1.0 + 0.22 * grain);
            base * (back * back * 1.9 + bounce * 0.30 + 0.075)
                + rgb(1.5, 0.72, 0.34) * (rim * back * 0.85)
                + rgb(0.25, 0.05, 0.015) * (rim * 0.25)
        }
        Stuff::Cloth => {
            let weave = 1.0 + 0.05 * grain;
            let crease = skin.at(p.0 * 0.10 + p.1 * 0.06, p.1 * 0.16 - p.0 * 0.05);
            let folds = 0.62 + 0.75 * crease;
            rgb(0.62, 0.56, 0.50) * (back * 1.25 * folds + bounce * 0.30 + 0.10 * folds) * weave
                + rgb(1.3, 0.75, 0.42) * (rim * back * 0.7)
        }
        Stuff::Steel => rgb(0.10, 0.10, 0.105) + rgb(1.7, 1.25, 0.85) * (back * back * 0.9),
    };
    let out = light * a;
    [out.r, out.g, out.b, a]
}

fn nearest(parts: &[(f32, Stuff)]) -> (f32, Stuff) {
    let mut found = parts[0];
    for part in parts {
        if part.0 < found.0 {
            found = *part;
        }
    }
    found
}

/// A finger of three bones.
fn finger(p: Point, joints: [Point; 4], radius: f32) -> f32 {
    let [a, b, c, d] = joints;
    let one = stroke(p, a, b, radius * 1.12, radius * 1.02);
    let two = stroke(p, b, c, radius * 1.04, radius * 0.92);
    let three = stroke(p, c, d, radius * 0.94, radius * 0.74);
    melt(melt(one, two, radius * 0.5), three, radius * 0.5)
}

fn right_hand(p: Point) -> (f32, Stuff) {
    let arm = stroke(p, (0.98, -0.50), (0.40, -0.185), 0.118, 0.056);
    let palm = melt(
        stroke(p, (0.38, -0.175), (0.245, -0.135), 0.058, 0.070),
        stroke(p, (0.33, -0.14), (0.23, -0.085), 0.045, 0.043),
        0.05,
    );
    let index = finger(p, [(0.225, -0.170), (0.135, -0.158), (0.080, -0.105), (0.052, -0.048)], 0.0235);
    let middle = finger(p, [(0.235, -0.135), (0.155, -0.115), (0.105, -0.060), (0.083, -0.008)], 0.0235);
    let ring = finger(p, [(0.250, -0.105), (0.190, -0.070), (0.158, -0.018), (0.150, 0.018)], 0.0225);
    let small = finger(p, [(0.275, -0.095), (0.240, -0.045), (0.222, -0.005), (0.214, 0.022)], 0.0195);
    let thumb = finger(p, [(0.290, -0.185), (0.190, -0.215), (0.115, -0.165), (0.062, -0.100)], 0.0245);
    let hand = melt(melt(palm, arm, 0.06), thumb.min(index).min(middle).min(ring).min(small), 0.014);
    let sleeve = stroke(p, (1.25, -0.66), (0.57, -0.275), 0.185, 0.102);
    let cuff = slab(turn((p.0 - 0.525, p.1 + 0.250), -2.63), (0.0, 0.0), (0.034, 0.100), 0.020);
    let grip = turn((p.0 - TIP.0, p.1 - TIP.1), 0.0);
    let blade = stroke(grip, (0.0, 0.0), (0.112, -0.190), 0.0024, 0.0055)
        .min(stroke(grip, (0.006, 0.004), (0.132, -0.178), 0.0024, 0.0055))
        .min(stroke(grip, (0.115, -0.186), (0.225, -0.365), 0.0085, 0.0075));
    let front = thumb;
    if front < 0.0 {
        return (hand, Stuff::Skin);
    }
    let cloth = melt(sleeve, cuff, 0.012);
    if cloth < 0.0 {
        return (cloth, Stuff::Cloth);
    }
    nearest(&[(hand, Stuff::Skin), (blade, Stuff::Steel), (cloth, Stuff::Cloth)])
}

fn left_hand(p: Point) -> (f32, Stuff) {
    let arm = stroke(p, (-1.15, -0.06), (-0.70, 0.09), 0.105, 0.058);
    let palm = stroke(p, (-0.69, 0.095), (-0.585, 0.120), 0.060, 0.062);
    let index = finger(p, [(-0.585, 0.080), (-0.515, 0.075), (-0.460, 0.105), (-0.425, 0.142)], 0.0235);
    let middle = finger(p, [(-0.575, 0.112), (-0.500, 0.120), (-0.450, 0.150), (-0.424, 0.186)], 0.0235);
    let ring = finger(p, [(-0.580, 0.145), (-0.515, 0.165), (-0.468, 0.195), (-0.446, 0.226)], 0.0225);
    let small = finger(p, [(-0.600, 0.168), (-0.548, 0.198), (-0.508, 0.226), (-0.490, 0.252)], 0.0195);
    let thumb = finger(p, [(-0.640, 0.060), (-0.560, 0.030), (-0.485, 0.045), (-0.428, 0.085)], 0.0235);
    let hand = melt(melt(palm, arm, 0.06), thumb.min(index).min(middle).min(ring).min(small), 0.014);
    let sleeve = stroke(p, (-1.4, -0.15), (-0.84, 0.042), 0.165, 0.098);
    let cuff = slab(turn((p.0 + 0.795, p.1 - 0.057), 0.32), (0.0, 0.0), (0.034, 0.097), 0.020);
    let cloth = melt(sleeve, cuff, 0.012);
    if cloth < 0.0 {
        return (cloth, Stuff::Cloth);
    }
    nearest(&[(hand, Stuff::Skin), (cloth, Stuff::Cloth)])
}

/// The plate with its food: a golden fillet on green purée, bright drops of sauce, petals.
fn dish(p: Point, soft: f32, grain: &Field) -> [f32; 4] {
    let q = (p.0 - PLATE.0, p.1 - PLATE.1);
    let outer = ellipse(q, (0.0, 0.0), PLATE_HALF);
    let a = cover(outer, soft);
    if a <= 0.0 {
        return [0.0; 4];
    }
    let n = (q.0 / PLATE_HALF.0, q.1 / PLATE_HALF.1);
    let rho = length(n);
    let back = 0.5 - 0.5 * n.1;
    let warm = rgb(0.74, 0.61, 0.49);
    // Porcelain: a wide brim, a shallow well whose far wall is in shadow.
    let well = smooth(0.705, 0.66, rho);
    let wall = bell(rho - 0.68, 0.035);
    let mut light = warm * mix(0.34 + 0.36 * back, 0.26 + 0.26 * back, well);
    light += warm * (wall * 0.32 * smooth(-0.2, 0.9, n.1)) + rgb(-0.12, -0.11, -0.10) * (wall * smooth(0.0, -0.9, n.1));
    light += rgb(1.5, 1.05, 0.68) * (bell(rho - 0.985, 0.012) * smooth(0.3, -0.8, n.1) * 0.8);
    light += rgb(1.0, 0.68, 0.40) * (bell(rho - 0.83, 0.07) * bell(n.0 - 0.25, 0.42) * smooth(-0.2, -0.8, n.1) * 0.55);
    light = light * (1.0 - 0.30 * smooth(0.955, 1.0, rho) * smooth(0.0, 0.8, n.1));
    let noise = grain.at(q.0 * 1.4, q.1 * 2.2) - 0.5;
    // Purée: a sweep drawn with the spoon.
    let sweep =
        ellipse(turn(q, -0.10), (-0.02, 0.012), (0.215, 0.068)) + 0.010 * (q.0 * 46.0).sin() * 0.3 + noise * 0.008;
    let ridge = (q.1 * 260.0 + q.0 * 26.0 + noise * 4.0).sin();
    let puree = rgb(0.215, 0.255, 0.055) * (0.65 + 0.16 * ridge + 0.5 * back)
        + rgb(0.5, 0.45, 0.25) * (bell(sweep + 0.008, 0.006) * 0.25 * back);
    light = light * (1.0 - 0.35 * bell(sweep - 0.006, 0.012));
    light = light.mix(puree, cover(sweep, soft));
    // The fillet: seared top, pale flaking side.
    let f = turn((q.0 + 0.015, q.1 + 0.040), -0.16);
    let top = ellipse(f, (0.0, 0.0), (0.128, 0.040)) + noise * 0.004;
    let side = ellipse(f, (0.0, 0.030), (0.126, 0.042)).min(top);
    light =
        light * (1.0 - 0.55 * smooth(0.025, -0.005, ellipse(f, (0.006, 0.045), (0.130, 0.042))) * cover(-side, soft));
    let flakes = (f.0 * 92.0 + noise * 5.0).sin() * 0.5 + 0.5;
    light = light.mix(rgb(0.60, 0.45, 0.30) * (0.36 + 0.26 * flakes + 0.2 * smooth(0.06, 0.0, f.1)), cover(side, soft));
    let sear = smooth(-0.25, 0.35, noise + 0.25 * (f.0 * 30.0 + f.1 * 60.0).sin());
    let crust = rgb(0.62, 0.29, 0.075).mix(rgb(0.25, 0.085, 0.02), sear) * (0.55 + 0.75 * smooth(0.035, -0.035, f.1));
    let sparkle = smooth(0.20, 0.34, noise) * smooth(0.02, -0.03, f.1);
    light = light.mix(
        crust + rgb(1.5, 1.0, 0.6) * (sparkle * 0.5 + bell(top + 0.005, 0.004) * 0.35 * smooth(0.01, -0.03, f.1)),
        cover(top, soft),
    );
    // Drops of sauce, each with its glint.
    for k in 0..9 {
        let angle = 0.30 + k as f32 * 0.33;
        let r = 0.0125 - 0.0008 * k as f32;
        let at = (0.245 * angle.cos(), 0.078 * angle.sin() + 0.008);
        let d = ellipse(q, at, (r, r * 0.62));
        let ruby = rgb(0.30, 0.018, 0.022) + rgb(0.45, 0.05, 0.03) * smooth(0.0, 0.008, q.1 - at.1);
        light = light * (1.0 - 0.4 * smooth(0.006, 0.0, ellipse(q, (at.0, at.1 + 0.004), (r, r * 0.62))));
        light = light.mix(ruby, cover(d, soft));
        light += rgb(2.4, 1.8, 1.3) * fade((disc(q, (at.0 - 0.2 * r, at.1 - 0.25 * r), 0.0).powi(2)) * 260_000.0);
    }
    // Greens and petals on the fillet.
    for k in 0..15 {
        let h = |i: i32| hash(k, i, 124);
        let at = (-0.115 + 0.20 * h(0) - 0.015, -0.045 - 0.030 * h(1) + 0.015 * h(5));
        let l = turn((q.0 - at.0, q.1 - at.1), 6.3 * h(2));
        let d = ellipse(l, (0.0, 0.0), (0.015 + 0.010 * h(3), 0.0065));
        let colour =
            if k % 5 == 4 { rgb(0.50, 0.12, 0.26) } else { rgb(0.085, 0.20, 0.030).mix(rgb(0.17, 0.29, 0.06), h(4)) };
        let lit = 0.5 + 0.9 * smooth(0.006, -0.006, l.1) * (0.5 + 0.5 * back);
        light = light.mix(colour * lit + rgb(0.5, 0.5, 0.25) * (bell(d, 0.0018) * 0.25), cover(d, soft));
    }
    let out = light * a;
    [out.r, out.g, out.b, a]
}
