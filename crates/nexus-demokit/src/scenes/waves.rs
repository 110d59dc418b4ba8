//! Waves on the shore from above: turquoise water, foam like lace, wet sand that shines, in low golden light.

use super::camera::Camera;
use super::light::{Rgb, bell, fade, mix, rgb, smooth};
use super::noise::{Field, Slopes};
use super::{Scene, Shader};

pub(crate) struct Waves {
    lace: Field,
    fine_lace: Field,
    clouds: Field,
    grain: Field,
    ripples: Slopes,
    swell: Slopes,
    sand: Slopes,
}

/// Cosine and sine of the shore's slant in the picture, 0.16 radians.
const TURN: (f32, f32) = (0.987_227_3, 0.159_318_2);
/// Seconds between two waves.
const PERIOD: f32 = 5.0;

impl Waves {
    pub(crate) fn new() -> Self {
        let dunes = Field::clouds(512, 10, 5, 114);
        Self {
            lace: Field::cells(512, 18, 111),
            fine_lace: Field::cells(512, 40, 112),
            clouds: Field::clouds(512, 5, 6, 113),
            grain: Field::clouds(512, 170, 2, 115),
            ripples: Field::clouds(512, 16, 4, 116).slopes(),
            swell: Field::clouds(256, 5, 3, 117).slopes(),
            sand: dunes.slopes(),
        }
    }
}

impl Scene for Waves {
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_> {
        let camera = Camera::between(Camera { at: (-0.05, -0.015), zoom: 1.0 }, Camera { at: (0.06, 0.02), zoom: 1.05 }, progress, seconds, 0.0022);
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
            Front { at: front, strength, phase, seed: k * 0.31 + ((seconds / PERIOD + 0.14 + k / 2.0) / 1.5).floor() * 0.17 }
        });
        Box::new(Moment { scene: self, camera, seconds, waves })
    }

    fn bloom(&self) -> f32 {
        0.45
    }
}

#[derive(Clone, Copy)]
struct Front {
    at: f32,
    strength: f32,
    phase: f32,
    seed: f32,
}

struct Moment<'a> {
    scene: &'a Waves,
    camera: Camera,
    seconds: f32,
    waves: [Front; 3],
}

impl Shader for Moment<'_> {
    fn light(&self, x: f32, y: f32, _pixel: f32) -> Rgb {
        let p = self.camera.see(x, y, 1.0);
        // Seen from a height, a little forward: what is up in the picture is farther.
        let far = 1.0 / (1.0 + 0.38 * (p.1 + 0.1));
        let (ax, ay) = (p.0 * far, (p.1 - 0.17) * far);
        let q = (ax * TURN.0 - ay * TURN.1, ay * TURN.0 + ax * TURN.1);
        let (along, out) = (q.0, -q.1);
        let s = self.scene;
        let t = self.seconds;
        let bend = (s.clouds.at(along * 0.34 + 0.2, 0.31) - 0.5) * 0.16;
        let sea = out + bend;
        // The water's edge is the foremost front that has reached the sand.
        let mut foam = 0.0f32;
        let mut face = 0.0f32;
        let mut crest = 0.0f32;
        let mut edge = 0.035f32;
        let warp_x = s.clouds.at(along * 0.9 + t * 0.010, out * 0.9 - t * 0.02) - 0.5;
        let warp_y = s.clouds.at(along * 0.9 + 0.5, out * 0.9 + t * 0.015) - 0.5;
        for wave in &self.waves {
            let ragged = (s.clouds.at(along * 0.55 + wave.seed, wave.seed + t * 0.006) - 0.5) * 0.12
                + (s.clouds.at(along * 2.3 + wave.seed, wave.seed * 2.0 + t * 0.012) - 0.5) * 0.034;
            let behind = sea - wave.at - ragged;
            let broken = smooth(0.30, 0.55, wave.phase);
            edge = edge.min(mix(9.0, wave.at + ragged, smooth(0.55, 0.66, wave.phase)));
            let trail = 0.10 + 0.30 * broken;
            if behind > -0.015 && behind < 0.9 {
                let lip = smooth(-0.006, 0.004, behind) * fade((behind / (0.012 + 0.030 * broken)).max(0.0));
                let tail = smooth(0.0, 0.012, behind) * fade(behind / trail * 1.3);
                foam = foam.max((lip * 1.25 + tail * 0.88 * broken) * wave.strength);
            }
            if wave.at > 0.0 {
                face += bell(behind + 0.012, 0.030) * wave.strength * (1.0 - 0.6 * broken);
                crest += bell(behind - 0.035, 0.035) * wave.strength * (1.0 - 0.5 * broken);
            }
        }
        let wet_edge = sea - edge;
        let sand = self.sand(along, out, sea);
        let mut light = sand;
        if wet_edge > -0.004 {
            let depth = (sea + 0.05).max(0.0) * 0.9 + 0.012 * smooth(0.0, 0.03, wet_edge);
            let clear = rgb(fade(depth * 15.0), fade(depth * 5.4), fade(depth * 4.4));
            let body = rgb(0.010, 0.165, 0.185).mix(rgb(0.006, 0.070, 0.115), smooth(0.25, 1.0, sea));
            let ripple = s.ripples.at(along * 0.95 + t * 0.035, out * 0.95 + t * 0.055);
            let fine = s.ripples.at(along * 2.2 - t * 0.06 + 0.3, out * 2.2 + t * 0.07);
            let roll = s.swell.at(along * 0.30 + t * 0.02, out * 0.55 + t * 0.05);
            let nx = ripple[0] * 0.5 + fine[0] * 0.3 + roll[0] * 0.35;
            let ny = ripple[1] * 0.5 + fine[1] * 0.3 + roll[1] * 0.5;
            let slope = nx * 0.55 - ny * 0.83;
            let water = sand * clear + body * (rgb(1.0, 1.0, 1.0) - clear) * (1.0 + 0.30 * slope);
            // Light comes low from the left: bright slopes, glints, green light through the wave's face.
            let sky = rgb(0.42, 0.36, 0.34) * (0.10 + 0.07 * slope).clamp(0.02, 0.5);
            let glint = smooth(1.45, 2.5, slope) * smooth(0.02, 0.2, sea);
            // Caustic lines where it is shallow.
            let caustic = smooth(0.16, 0.0, s.lace.at(along * 1.3 + warp_x * 0.14 + t * 0.012, out * 1.3 + warp_y * 0.14)) * fade(depth * 7.0) * smooth(0.01, 0.06, depth);
            let water = water * (1.0 - 0.35 * face) + sky + rgb(0.06, 0.30, 0.27) * (crest * 0.42) + rgb(2.6, 1.9, 1.2) * (glint * 0.8) + rgb(0.36, 0.30, 0.16) * (caustic * 0.30);
            light = light.mix(water, smooth(-0.004, 0.004, wet_edge));
            // Foam: a lace of bubbles, thick at the front, torn into threads behind.
            let a = s.lace.at(along * 1.05 + warp_x * 0.22, out * 1.05 + warp_y * 0.22 + t * 0.012);
            let b = s.fine_lace.at(along * 1.25 - warp_y * 0.16, out * 1.25 + warp_x * 0.16 + t * 0.018);
            let patch = s.clouds.at(along * 0.8 + 0.1, out * 1.2 + t * 0.02);
            let old = 0.34 * smooth(0.5, 0.8, patch) * smooth(0.85, 0.1, sea);
            let amount = (foam * (0.62 + 0.76 * patch)).max(old).clamp(0.0, 1.25);
            let threads = smooth(0.50 * amount, 0.50 * amount - 0.16, a) * 0.85 + smooth(0.42 * amount, 0.42 * amount - 0.14, b) * 0.65;
            let cover = (threads * smooth(0.04, 0.45, amount)).min(1.0).max(smooth(0.80, 1.10, amount));
            let bubble = s.grain.at(along * 2.3, out * 2.3 + t * 0.01);
            let shade = 0.80 + 0.22 * (bubble - 0.5) + 0.10 * (a - 0.2) + 0.05 * nx;
            light = light.mix(rgb(0.97, 0.88, 0.79) * shade, cover * 0.96);
        }
        // The thin shadow in front of the sheet of water.
        let shadow = bell(wet_edge + 0.007, 0.007) * smooth(0.004, -0.002, wet_edge);
        light * (1.0 - 0.42 * shadow)
    }
}

impl Moment<'_> {
    fn sand(&self, along: f32, out: f32, sea: f32) -> Rgb {
        let s = self.scene;
        let grain = s.grain.at(along * 2.6, out * 2.6) - 0.5;
        let coarse = s.grain.at(along * 0.9 + 0.4, out * 0.9) - 0.5;
        let slope = s.sand.at(along * 0.9, out * 1.1);
        let high = s.clouds.at(along * 0.5, out * 0.5 + 0.4) - 0.5;
        let dry = smooth(-0.19, -0.30, sea + high * 0.10);
        let light = 0.5 * slope[0] - 0.25 * slope[1];
        let base = rgb(0.60, 0.40, 0.235).mix(rgb(0.70, 0.50, 0.31), (0.5 + high).clamp(0.0, 1.0));
        let dry_sand = base * (1.0 + 0.11 * light * dry + 0.34 * grain + 0.26 * coarse);
        // Wet sand is dark and mirrors the evening sky.
        let film = smooth(-0.20, -0.05, sea);
        let wet = base * rgb(0.50, 0.46, 0.45) * (1.0 + 0.18 * grain) + rgb(0.30, 0.22, 0.20) * (film * (0.34 + 0.10 * light));
        wet.mix(dry_sand, dry)
    }
}
