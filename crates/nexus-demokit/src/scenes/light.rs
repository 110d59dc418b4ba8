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
#[inline]
pub(crate) const fn rgb(r: f32, g: f32, b: f32) -> Rgb {
    Rgb { r, g, b }
}

impl Rgb {
    /// No light.
    pub(crate) const BLACK: Self = rgb(0.0, 0.0, 0.0);

    /// Brightness as the eye weighs it.
    #[inline]
    pub(crate) fn luma(self) -> f32 {
        0.2126 * self.r + 0.7152 * self.g + 0.0722 * self.b
    }

    /// This colour at `share` 0, `other` at 1.
    #[inline]
    pub(crate) fn mix(self, other: Self, share: f32) -> Self {
        self + (other - self) * share
    }
}

impl Add for Rgb {
    type Output = Self;
    #[inline]
    fn add(self, o: Self) -> Self {
        rgb(self.r + o.r, self.g + o.g, self.b + o.b)
    }
}

impl AddAssign for Rgb {
    #[inline]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}

impl Sub for Rgb {
    type Output = Self;
    #[inline]
    fn sub(self, o: Self) -> Self {
        rgb(self.r - o.r, self.g - o.g, self.b - o.b)
    }
}

impl Mul<f32> for Rgb {
    type Output = Self;
    #[inline]
    fn mul(self, k: f32) -> Self {
        rgb(self.r * k, self.g * k, self.b * k)
    }
}

impl Mul for Rgb {
    type Output = Self;
    #[inline]
    fn mul(self, o: Self) -> Self {
        rgb(self.r * o.r, self.g * o.g, self.b * o.b)
    }
}

/// `a` at 0, `b` at 1.
#[inline]
pub(crate) fn mix(a: f32, b: f32, share: f32) -> f32 {
    a + (b - a) * share
}

/// 0 below `from`, 1 above `to`, an S between; `from` may be the larger one.
#[inline]
pub(crate) fn smooth(from: f32, to: f32, x: f32) -> f32 {
    let s = ((x - from) / (to - from)).clamp(0.0, 1.0);
    s * s * (3.0 - 2.0 * s)
}

/// About `exp(-x)` for `x >= 0`, within 1.5 %; one division.
#[inline]
pub(crate) fn fade(x: f32) -> f32 {
    let x = x.max(0.0);
    1.0 / (1.0 + x * (1.0 + x * (0.48 + x * 0.235)))
}

/// A bell of height 1 at 0 and width `w` (its standard deviation is `w / sqrt 2`).
#[inline]
pub(crate) fn bell(x: f32, w: f32) -> f32 {
    let s = x / w;
    fade(s * s)
}

/// About `x^n` for `0 <= x <= 1`, for highlights; Schlick's rational form.
#[inline]
pub(crate) fn shine(x: f32, n: f32) -> f32 {
    let x = x.clamp(0.0, 1.0);
    x / (n - n * x + x)
}

/// The film curve per channel: linear light to a screen value in 0..1 (Narkowicz's fit of ACES, then a fit of the
/// sRGB transfer curve by three square roots).
fn curve(x: f32) -> f32 {
    let x = (x * 0.8).max(0.0);
    let y = ((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)).min(1.0);
    let a = y.sqrt();
    let b = a.sqrt();
    (0.585_122_4 * a + 0.783_140_4 * b - 0.368_262_7 * b.sqrt()).clamp(0.0, 1.0)
}

/// The film curve, looked up: a table over the light's binary exponent and first bits, so that steps are even to
/// the eye (each is under half of an 8-bit step, and grain hides that).
#[derive(Debug, Clone)]
pub(crate) struct Film {
    table: Vec<f32>,
}

/// Bits of a value of 2^-14, below which all is black.
const DARKEST: u32 = (127 - 14) << 23;
/// Mantissa bits that are ignored.
const COARSE: u32 = 15;

impl Film {
    /// Makes the table, from 2^-14 to 2^5.
    pub(crate) fn new() -> Self {
        let table = (0..19u32 << (23 - COARSE))
            .map(|i| curve(f32::from_bits(DARKEST + (i << COARSE) + (1 << (COARSE - 1)))))
            .collect();
        Self { table }
    }

    /// The screen value of a light.
    #[inline]
    pub(crate) fn at(&self, x: f32) -> f32 {
        let index = (x.max(0.0).to_bits().saturating_sub(DARKEST) >> COARSE) as usize;
        self.table[index.min(self.table.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_film_table_follows_its_curve() {
        let film = Film::new();
        for x in [0.0, 1e-6, 0.002, 0.018, 0.18, 0.5, 1.0, 3.0, 20.0, 1e9] {
            assert!((film.at(x) - curve(x)).abs() < 0.004, "{x}: {} for {}", film.at(x), curve(x));
        }
        assert!(film.at(0.1) < film.at(0.2));
    }
}
