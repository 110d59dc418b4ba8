//! A wine glass as a body of revolution: edges that catch light, what is behind seen upside down, wine inside.

use super::light::{Rgb, bell, mix, rgb, smooth};
use super::shapes::{Point, cover, ellipse, length};

/// A stemmed glass seen from the side, slightly from above.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Glass {
    /// Middle of the rim.
    pub(crate) rim: Point,
    /// From rim to foot.
    pub(crate) height: f32,
    /// Largest radius of the bowl.
    pub(crate) radius: f32,
    /// Share of the bowl's height filled with wine, from its bottom.
    pub(crate) fill: f32,
    /// Colour of the lamps that it mirrors.
    pub(crate) light: Rgb,
    /// Radius of the ripples on the wine, 0 for still; with their phase.
    pub(crate) ripple: (f32, f32),
}

const BOWL: f32 = 0.57;
/// Height of a circle seen in this perspective, as share of its width.
const TILT: f32 = 0.15;

impl Glass {
    /// The bowl's radius at a share `s` of its height (0 rim, 1 bottom).
    #[inline]
    fn bowl(&self, s: f32) -> f32 {
        let s = s.clamp(0.0, 1.0);
        let share = if s < 0.55 {
            mix(0.76, 1.0, smooth(-0.15, 0.62, s))
        } else {
            let k = (s - 0.55) / 0.45;
            (1.0 - k * k).max(0.0).sqrt() * 0.985
        };
        self.radius * share.max(0.03)
    }

    /// The picture at `p` with this glass before `behind`.
    #[inline]
    pub(crate) fn light(&self, p: Point, pixel: f32, behind: impl Fn(f32, f32) -> Rgb) -> Rgb {
        let (x, y) = (p.0 - self.rim.0, p.1 - self.rim.1);
        let ground = behind(p.0, p.1);
        if x.abs() > self.radius * 1.15 || y < -self.radius * 0.3 || y > self.height * 1.12 {
            return ground;
        }
        let soft = pixel * 1.5;
        let bowl_height = self.height * BOWL;
        let mut out = ground;
        // Foot.
        let foot_radius = self.radius * 0.78;
        let foot = ellipse((x, y), (0.0, self.height), (foot_radius, foot_radius * TILT * 1.15));
        let ring = bell(foot, 0.004) * cover(foot, soft);
        out = out.mix(out * 0.72 + self.light * 0.02, cover(foot, soft));
        out += self.light * (ring * 0.55 * (0.4 + 0.6 * smooth(-0.6, 0.9, -x / foot_radius + y * 0.2)));
        out += self.light * (0.22 * bell(foot + 0.02, 0.010) * smooth(0.0, 0.05, x + 0.02) * cover(foot, soft));
        // Stem.
        if y > bowl_height * 0.97 && y < self.height {
            let s = (y - bowl_height) / (self.height - bowl_height);
            let r = self.radius * (0.055 + 0.10 * smooth(0.10, 0.0, s) + 0.30 * smooth(0.90, 1.02, s));
            let inside = cover(x.abs() - r, soft);
            let n = x / r;
            let stem = behind(p.0 - n * 0.05, p.1 + 0.03) * 0.75
                + self.light * (0.75 * bell(n + 0.55, 0.2) + 0.35 * bell(n - 0.65, 0.16));
            out = out.mix(stem * smooth(1.25, 0.5, n.abs()), inside * 0.85);
        }
        // Bowl.
        let s = y / bowl_height;
        let rim = ellipse((x, y), (0.0, 0.0), (self.bowl(0.0), self.bowl(0.0) * TILT));
        let r = self.bowl(s);
        let side = if s < 0.0 {
            rim
        } else if s > 1.0 {
            1.0
        } else {
            x.abs() - r
        };
        let inside = cover(side.min(rim), soft);
        if inside > 0.0 {
            out = out.mix(self.inside(x, y, s, r, p, &behind), inside);
        }
        let rim_line = bell(rim, 0.0022 + pixel * 0.6) * cover(x.abs() - self.bowl(0.0) - 0.001, soft * 2.0);
        out + self.light
            * (rim_line * (0.25 + 0.5 * smooth(-0.3, 1.0, -x / self.radius) + 0.45 * smooth(0.5, 1.0, x / self.radius)))
    }

    #[inline]
    fn inside(&self, x: f32, y: f32, s: f32, r: f32, p: Point, behind: &impl Fn(f32, f32) -> Rgb) -> Rgb {
        let n = (x / r).clamp(-1.0, 1.0);
        let bowl_height = self.height * BOWL;
        let edge = n.abs().powi(6);
        let bent = behind(p.0 - n * n * n * 0.05, p.1);
        let mut out = bent * mix(0.94, 0.45, edge);
        let level = 1.0 - self.fill.clamp(0.0, 0.95);
        let surface_y = level * bowl_height;
        let surface_r = self.bowl(level) * 0.975;
        let d = ellipse((x, y), (0.0, surface_y), (surface_r, surface_r * TILT));
        let below = y > surface_y;
        if self.fill > 0.02 && (d < 0.0 || (below && s < 0.99)) {
            let inner = smooth(1.0, 0.94, n.abs());
            let down = ((y - surface_y) / (bowl_height - surface_y).max(0.01)).clamp(0.0, 1.0);
            // Thin wine at the sides and low is ruby, thick wine nearly black; the room shines through upside down.
            let thin = 0.10 + 0.9 * n.abs().powi(3) + 0.55 * smooth(0.55, 1.0, down);
            let through = behind(p.0 - x * 2.2, self.rim.1 + bowl_height * 0.9 - (y - surface_y) * 1.9);
            let wine = rgb(0.10, 0.002, 0.008) * (0.5 + 1.3 * thin)
                + through * rgb(0.75, 0.03, 0.04) * (0.12 + 0.75 * thin)
                + self.light * rgb(0.45, 0.012, 0.02) * (0.38 * bell(n - 0.52, 0.26) * smooth(0.25, 0.95, down));
            out = out.mix(wine, inner * 0.97);
            if d < 0.0 {
                let q = (x / surface_r, (y - surface_y) / (surface_r * TILT));
                let far = length(q);
                let wave = ((far * 17.0 - self.ripple.1).sin()) * self.ripple.0 * (1.0 - far * 0.7);
                let top = rgb(0.19, 0.006, 0.014) * (0.8 + 0.7 * (1.0 - q.1) * 0.5 + wave * 1.4)
                    + self.light * rgb(0.55, 0.2, 0.16) * (0.10 * smooth(0.2, -0.9, q.1) + (wave.max(0.0)) * 0.22);
                out = top;
            }
            let line = bell(d, 0.0028) * smooth(-0.1, 0.6, (y - surface_y) / (surface_r * TILT) + 0.4);
            out += self.light * rgb(0.8, 0.16, 0.12) * (line * 0.42);
        }
        // Lamps mirrored in the bowl: a tall soft window left, a thin one right, the bright edge.
        let tall = smooth(0.03, 0.12, s) * smooth(0.80, 0.45, s);
        let window = bell(n + 0.62, 0.085) * tall * 0.62 + bell(n + 0.80, 0.03) * tall * 0.3;
        let thin = bell(n - 0.80, 0.045) * smooth(0.1, 0.3, s) * smooth(0.95, 0.6, s) * 0.6;
        let low = bell(n + 0.35, 0.2) * bell(s - 0.86, 0.05) * 0.22;
        out + self.light * (window + thin + low + 0.30 * n.abs().powi(14) * smooth(1.05, 0.5, s) + 0.10 * edge)
    }
}
