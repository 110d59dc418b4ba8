//! Waves on the shore from above: turquoise water, foam like lace, wet sand that shines, in low golden light.

use super::camera::Camera;
use super::light::{Rgb, bell, fade, mix, rgb, smooth};
use super::noise::{Field, Slopes};
use super::plate::{Frame, Plate};
use super::{Scene, Shader};

pub(crate) struct Waves {
    lace: Field,
    fine_lace: Field,
    clouds: Field,
    grain: Field,
    ripples: Slopes,
    swell: Slopes,
    lines: f32,
    beach: Plate,
}

/// Cosine and sine of the shore's slant in the picture, 0.16 radians.
const TURN: (f32, f32) = (0.987_227_3, 0.159_318_2);
/// Seconds between two waves.
const PERIOD: f32 = 5.0;

impl Waves {
    pub(crate) fn new(lines: f32) -> Self {
        let slopes = Field::clouds(512, 10, 5, 114).slopes();
        let (clouds, grain) = (Field::clouds(512, 5, 6, 113), Field::clouds(512, 170, 2, 115));
        let sands = Sands { clouds: &clouds, grain: &grain, slopes: &slopes };
        let beach = Plate::paint(Frame { left: -1.02, top: -0.56, right: 1.02, bottom: 0.56 }, lines, |x, y| {
            beach(&sands, x, y)
        });
        Self {
            lace: Field::cells(512, 18, 111),
            fine_lace: Field::cells(512, 40, 112),
            clouds,
            grain,
            beach,
            ripples: Field::clouds(512, 16, 4, 116).slopes(),
            swell: Field::clouds(256, 5, 3, 117).slopes(),
            lines,
        }
    }
}

impl Scene for Waves {
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_> {
        let camera = Camera::between(
            Camera { at: (-0.05, -0.015), zoom: 1.0 },
            Camera { at: (0.06, 0.02), zoom: 1.05 },
            progress,
            seconds,
            0.0022,
        );
        // Three waves on their way: where each front stands, and how much strength it has left.
        let waves = [0.0, 1.0, 2.0].map(|k| {
            let phase = (seconds / PERIOD + 0.14 + k / 2.0).rem_euclid(1.5) / 1.5;
            let arrive = 0.62;
            let front = if phase < arrive {
                mix(1.05, 0.0, (phase / arrive).powf(0.85))
            } else {
                let s = (phase - arrive) / (1.0 - arrive);
                -0.17 * (s * std::f32::consts::PI * 0.86).sin() / (0.86f32 * std::f32::consts::FRAC_PI_2).sin().max(0.5)
            };
            let strength = smooth(0.0, 0.25, phase) * smooth(1.0, 0.80, phase);
            let seed = k * 0.31 + ((seconds / PERIOD + 0.14 + k / 2.0) / 1.5).floor() * 0.17;
            let front =
                Front { at: front, strength, broken: smooth(0.30, 0.55, phase), landed: smooth(0.55, 0.66, phase) };
            (front, Ragged::new(&self.clouds, seed, seconds))
        });
        let slow = Plate::paint(Frame::around(0.92, 0.51), self.lines * 0.139, |x, y| {
            let p = camera.see(x, y, 1.0);
            let (along, out) = shore(p.0, p.1);
            let warp_x = self.clouds.at(along * 0.9 + seconds * 0.010, out * 0.9 - seconds * 0.02) - 0.5;
            let warp_y = self.clouds.at(along * 0.9 + 0.5, out * 0.9 + seconds * 0.015) - 0.5;
            let roll = self.swell.at(along * 0.30 + seconds * 0.02, out * 0.55 + seconds * 0.05);
            [
                warp_x,
                warp_y,
                self.clouds.at(along * 0.8 + 0.1, out * 1.2 + seconds * 0.02),
                roll[0] * 0.1925 - roll[1] * 0.415,
            ]
        });
        Box::new(Moment { scene: self, camera, seconds, waves, slow })
    }

    fn bloom(&self) -> f32 {
        0.45
    }
}

/// A wave's front at one moment.
#[derive(Debug, Clone, Copy)]
struct Front {
    /// How far out it stands; below 0 on the sand.
    at: f32,
    strength: f32,
    /// How far it has broken into foam, 0 to 1.
    broken: f32,
    /// Whether it is the water's edge, 0 to 1.
    landed: f32,
}

/// How ragged a front is along the shore: a line of offsets.
struct Ragged {
    offsets: Vec<f32>,
}

/// Reach of the lines of [`Ragged`] to both sides.
const ALONG: f32 = 1.35;

impl Ragged {
    fn new(clouds: &Field, seed: f32, seconds: f32) -> Self {
        let offsets = (0..=1024)
            .map(|k| {
                let along = (k as f32 / 512.0 - 1.0) * ALONG;
                (clouds.at(along * 0.55 + seed, seed + seconds * 0.006) - 0.5) * 0.12
                    + (clouds.at(along * 2.3 + seed, seed * 2.0 + seconds * 0.012) - 0.5) * 0.034
            })
            .collect();
        Self { offsets }
    }

    #[inline]
    fn at(&self, along: f32) -> f32 {
        let at = ((along / ALONG + 1.0) * 512.0).clamp(0.0, 1023.99);
        let k = at as i32 as usize;
        mix(self.offsets[k], self.offsets[k + 1], at - k as f32)
    }
}

struct Moment<'a> {
    scene: &'a Waves,
    camera: Camera,
    seconds: f32,
    waves: [(Front, Ragged); 3],
    /// Slow things, small: two warps, the patches of foam, the swell's slope toward the light.
    slow: Plate,
}

/// Shore coordinates, along and out to sea, of a point of the scene's plane seen from a height, a little forward.
#[inline]
fn shore(x: f32, y: f32) -> (f32, f32) {
    let far = 1.0 / (1.0 + 0.38 * (y + 0.1));
    let (ax, ay) = (x * far, (y - 0.17) * far);
    (ax * TURN.0 - ay * TURN.1, -(ay * TURN.0 + ax * TURN.1))
}

impl Shader for Moment<'_> {
    fn tolerance(&self) -> f32 {
        0.17
    }

    fn light(&self, x: f32, y: f32, _pixel: f32) -> Rgb {
        let p = self.camera.see(x, y, 1.0);
        let (along, out) = shore(p.0, p.1);
        let s = self.scene;
        let t = self.seconds;
        let [sand_r, sand_g, sand_b, bend] = s.beach.at(p.0, p.1);
        let sand = rgb(sand_r, sand_g, sand_b);
        let sea = out + bend;
        let mut foam = 0.0f32;
        let mut face = 0.0f32;
        let mut crest = 0.0f32;
        // The water's edge is the foremost front that has reached the sand.
        let mut edge = 0.035f32;
        for (wave, ragged) in &self.waves {
            let offset = ragged.at(along);
            let behind = sea - wave.at - offset;
            edge = edge.min(mix(9.0, wave.at + offset, wave.landed));
            if behind > -0.10 && behind < 0.9 {
                if behind > -0.015 {
                    let lip = smooth(-0.006, 0.004, behind) * fade(behind.max(0.0) / (0.012 + 0.030 * wave.broken));
                    let tail = smooth(0.0, 0.012, behind) * fade(behind / (0.10 + 0.30 * wave.broken) * 1.3);
                    foam = foam.max((lip * 1.25 + tail * 0.88 * wave.broken) * wave.strength);
                }
                if wave.at > 0.0 && behind < 0.16 {
                    face += bell(behind + 0.012, 0.030) * wave.strength * (1.0 - 0.6 * wave.broken);
                    crest += bell(behind - 0.035, 0.035) * wave.strength * (1.0 - 0.5 * wave.broken);
                }
            }
        }
        let wet_edge = sea - edge;
        if wet_edge <= -0.004 {
            // The thin shadow in front of the sheet of water.
            return sand * (1.0 - 0.42 * bell(wet_edge + 0.007, 0.007));
        }
        let [warp_x, warp_y, patch, roll] = self.slow.at(x, y);
        let old = 0.34 * smooth(0.5, 0.8, patch) * smooth(0.85, 0.1, sea);
        let amount = (foam * (0.62 + 0.76 * patch)).max(old).clamp(0.0, 1.25);
        let mut light = sand;
        let solid = smooth(0.80, 1.10, amount);
        if solid < 0.999 {
            light = light.mix(
                self.water(along, out, sea, (wet_edge, face, crest), (warp_x, warp_y, roll), sand),
                smooth(-0.004, 0.004, wet_edge),
            );
        }
        if amount > 0.03 {
            // Foam: a lace of bubbles, thick at the front, torn into threads behind.
            let a = s.lace.at(along * 1.05 + warp_x * 0.22, out * 1.05 + warp_y * 0.22 + t * 0.012);
            let b = s.fine_lace.at(along * 1.25 - warp_y * 0.16, out * 1.25 + warp_x * 0.16 + t * 0.018);
            let threads = smooth(0.50 * amount, 0.50 * amount - 0.16, a) * 0.85
                + smooth(0.42 * amount, 0.42 * amount - 0.14, b) * 0.65;
            let cover = (threads * smooth(0.04, 0.45, amount)).min(1.0).max(solid);
            if cover > 0.0 {
                let bubble = s.grain.at(along * 2.3, out * 2.3 + t * 0.01);
                let shade = 0.80 + 0.22 * (bubble - 0.5) + 0.10 * (a - 0.2);
                light = light.mix(rgb(0.97, 0.88, 0.79) * shade, cover * 0.96);
            }
        }
        light
    }
}

impl Moment<'_> {
    /// Clear water over the sand, deeper outwards; `motion` is how far behind the edge, and how much of a wave's
    /// face and crest is here; `slow` is the warp there and the swell's slope.
    #[inline]
    fn water(&self, along: f32, out: f32, sea: f32, motion: (f32, f32, f32), slow: (f32, f32, f32), sand: Rgb) -> Rgb {
        let (s, t) = (self.scene, self.seconds);
        let (wet_edge, face, crest) = motion;
        let (warp_x, warp_y, roll) = slow;
        let depth = (sea + 0.05).max(0.0) * 0.9 + 0.012 * smooth(0.0, 0.03, wet_edge);
        let clear = rgb(fade(depth * 15.0), fade(depth * 5.4), fade(depth * 4.4));
        let body = rgb(0.010, 0.165, 0.185).mix(rgb(0.006, 0.070, 0.115), smooth(0.25, 1.0, sea));
        let ripple = s.ripples.at(along * 0.95 + t * 0.035, out * 0.95 + t * 0.055);
        let fine = s.ripples.at(along * 2.2 - t * 0.06 + 0.3, out * 2.2 + t * 0.07);
        let nx = ripple[0] * 0.5 + fine[0] * 0.3;
        let ny = ripple[1] * 0.5 + fine[1] * 0.3;
        let slope = nx * 0.55 - ny * 0.83 + roll;
        let water = sand * clear + body * (rgb(1.0, 1.0, 1.0) - clear) * (1.0 + 0.30 * slope);
        // Light comes low from the left: bright slopes, glints, green light through the wave's face.
        let sky = rgb(0.42, 0.36, 0.34) * (0.10 + 0.07 * slope).clamp(0.02, 0.5);
        let glint = smooth(1.45, 2.5, slope) * smooth(0.02, 0.2, sea);
        // Caustic lines where it is shallow.
        let shallow = fade(depth * 7.0) * smooth(0.01, 0.06, depth);
        let caustic = if shallow > 0.05 {
            smooth(0.16, 0.0, s.lace.at(along * 1.3 + warp_x * 0.14 + t * 0.012, out * 1.3 + warp_y * 0.14)) * shallow
        } else {
            0.0
        };
        water * (1.0 - 0.35 * face)
            + sky
            + rgb(0.06, 0.30, 0.27) * (crest * 0.42)
            + rgb(2.6, 1.9, 1.2) * (glint * 0.8)
            + rgb(0.36, 0.30, 0.16) * (caustic * 0.30)
    }
}

struct Sands<'a> {
    clouds: &'a Field,
    grain: &'a Field,
    slopes: &'a Slopes,
}

/// The beach without water; the fourth value is how the shore bends there.
fn beach(sands: &Sands<'_>, x: f32, y: f32) -> [f32; 4] {
    let (along, out) = shore(x, y);
    let bend = (sands.clouds.at(along * 0.34 + 0.2, 0.31) - 0.5) * 0.16;
    let sea = out + bend;
    let grain = sands.grain.at(along * 2.6, out * 2.6) - 0.5;
    let coarse = sands.grain.at(along * 0.9 + 0.4, out * 0.9) - 0.5;
    let slope = sands.slopes.at(along * 0.9, out * 1.1);
    let high = sands.clouds.at(along * 0.5, out * 0.5 + 0.4) - 0.5;
    let dry = smooth(-0.19, -0.30, sea + high * 0.10);
    let light = 0.5 * slope[0] - 0.25 * slope[1];
    let base = rgb(0.60, 0.40, 0.235).mix(rgb(0.70, 0.50, 0.31), (0.5 + high).clamp(0.0, 1.0));
    let dry_sand = base * (1.0 + 0.11 * light * dry + 0.34 * grain + 0.26 * coarse);
    // Wet sand is dark and mirrors the evening sky.
    let film = smooth(-0.20, -0.05, sea);
    let wet =
        base * rgb(0.50, 0.46, 0.45) * (1.0 + 0.18 * grain) + rgb(0.30, 0.22, 0.20) * (film * (0.34 + 0.10 * light));
    let c = wet.mix(dry_sand, dry);
    [c.r, c.g, c.b, bend]
}
