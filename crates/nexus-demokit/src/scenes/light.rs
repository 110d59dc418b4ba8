//! Linear light: colours, the small maths of shading, and the film curve that brings light to a screen.

use std::ops::{Add, AddAssign, Mul, Sub};

/// Linear BT.709 light; 1.0 is a white wall in the scene's exposure, lamps and the sun are far above.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Rgb {
    pub(crate) r: f32,
    pub(crate) g: f32,
    pub(crate) b: f32,
}

/// A colour from its three linear parts.
pub(crate) const fn rgb(r: f32, g: f32, b: f32) -> Rgb {
    Rgb { r, g, b }
}

impl Rgb {
    /// No light.
    pub(crate) const BLACK: Self = rgb(0.0, 0.0, 0.0);

    /// Brightness as the eye weighs it.
    pub(crate) fn luma(self) -> f32 {
        0.2126 * self.r + 0.7152 * self.g + 0.0722 * self.b
    }

    /// This colour at `share` 0, `other` at 1.
    pub(crate) fn mix(self, other: Self, share: f32) -> Self {
        self + (other - self) * share
    }
}

impl Add for Rgb {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        rgb(self.r + o.r, self.g + o.g, self.b + o.b)
    }
}

impl AddAssign for Rgb {
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}

impl Sub for Rgb {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        rgb(self.r - o.r, self.g - o.g, self.b - o.b)
    }
}

impl Mul<f32> for Rgb {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        rgb(self.r * k, self.g * k, self.b * k)
    }
}

impl Mul for Rgb {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        rgb(self.r * o.r, self.g * o.g, self.b * o.b)
    }
}

/// `a` at 0, `b` at 1.
pub(crate) fn mix(a: f32, b: f32, share: f32) -> f32 {
    a + (b - a) * share
}

/// 0 below `from`, 1 above `to`, an S between; `from` may be the larger one.
pub(crate) fn smooth(from: f32, to: f32, x: f32) -> f32 {
    let s = ((x - from) / (to - from)).clamp(0.0, 1.0);
    s * s * (3.0 - 2.0 * s)
}

/// About `exp(-x)` for `x >= 0`, within 1.5 %; one division.
pub(crate) fn fade(x: f32) -> f32 {
    let x = x.max(0.0);
    1.0 / (1.0 + x * (1.0 + x * (0.48 + x * 0.235)))
}

/// A bell of height 1 at 0 and width `w` (its standard deviation is `w / sqrt 2`).
pub(crate) fn bell(x: f32, w: f32) -> f32 {
    let s = x / w;
    fade(s * s)
}

/// About `x^n` for `0 <= x <= 1`, for highlights; Schlick's rational form.
pub(crate) fn shine(x: f32, n: f32) -> f32 {
    let x = x.clamp(0.0, 1.0);
    x / (n - n * x + x)
}

/// The film curve per channel: linear light to a screen value in 0..1 (Narkowicz's fit of ACES, then a fit of the
/// sRGB transfer curve by three square roots).
pub(crate) fn film(x: f32) -> f32 {
    let x = (x * 0.8).max(0.0);
    let y = ((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)).min(1.0);
    let a = y.sqrt();
    let b = a.sqrt();
    (0.585_122_4 * a + 0.783_140_4 * b - 0.368_262_7 * b.sqrt()).clamp(0.0, 1.0)
}
