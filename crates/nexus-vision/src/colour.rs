//! sRGB to OKLab, and OKLab to the words that people use for colours.

use std::sync::LazyLock;

/// A colour in OKLab: lightness 0 to 1, two opponent axes of about -0.4 to 0.4.
///
/// Source: Björn Ottosson, "A perceptual color space for image processing", 2020.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Lab {
    /// Lightness, 0 to 1.
    pub(crate) l: f32,
    /// Green (-) to red (+).
    pub(crate) a: f32,
    /// Blue (-) to yellow (+).
    pub(crate) b: f32,
}

impl Lab {
    /// From 8-bit sRGB.
    pub(crate) fn from_srgb([red, green, blue]: [u8; 3]) -> Self {
        let [r, g, b] = [red, green, blue].map(|value| LINEAR[usize::from(value)]);
        let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
        let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
        let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
        Self {
            l: 0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
            a: 1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
            b: 0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
        }
    }

    /// Distance from grey, 0 to about 0.32.
    pub(crate) fn chroma(self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Hue in degrees, 0 up to 360: red near 29, yellow 110, green 142, turquoise 190, blue 264.
    pub(crate) fn hue(self) -> f32 {
        self.b.atan2(self.a).to_degrees().rem_euclid(360.0)
    }

    /// True for a hue from `from` up to `to` degrees and a chroma of at least `chroma`.
    pub(crate) fn is_hue(self, from: f32, to: f32, chroma: f32) -> bool {
        self.chroma() >= chroma && (from..to).contains(&self.hue())
    }

    /// Squared distance to another colour.
    pub(crate) fn distance2(self, other: Self) -> f32 {
        (self.l - other.l).powi(2) + (self.a - other.a).powi(2) + (self.b - other.b).powi(2)
    }
}

/// The word for a colour, as a person would say it.
pub(crate) fn colour_word(colour: Lab) -> &'static str {
    let (l, c, h) = (colour.l, colour.chroma(), colour.hue());
    if l < 0.22 && c < 0.06 {
        return "black";
    }
    if c < 0.028 {
        return if l > 0.9 {
            "white"
        } else if l < 0.3 {
            "black"
        } else {
            "grey"
        };
    }
    match h {
        h if !(15.0..345.0).contains(&h) => pinkish(l, c),
        h if h < 40.0 => reddish(l, c),
        h if h < 70.0 => orange(l, c),
        h if h < 100.0 => golden(l, c),
        h if h < 122.0 => yellowish(l, c),
        h if h < 162.0 => green(l, c),
        h if h < 212.0 => sea_green(l),
        h if h < 282.0 => blue(l),
        h if h < 320.0 => "purple",
        _ => pinkish(l, c),
    }
}

fn pinkish(l: f32, c: f32) -> &'static str {
    match (l, c) {
        (l, c) if l > 0.62 && c < 0.2 => "pink",
        (l, _) if l < 0.38 => "burgundy",
        _ => "magenta",
    }
}

fn reddish(l: f32, c: f32) -> &'static str {
    match (l, c) {
        (l, c) if l > 0.68 && c > 0.1 => "coral",
        (l, _) if l > 0.72 => "pink",
        (_, c) if c < 0.1 => "brown",
        (l, _) if l < 0.36 => "burgundy",
        _ => "red",
    }
}

fn orange(l: f32, c: f32) -> &'static str {
    match (l, c) {
        (l, c) if l > 0.75 && c < 0.09 => "beige",
        (l, c) if l >= 0.6 && c >= 0.11 => "orange",
        (l, _) if l >= 0.62 => "tan",
        _ => "brown",
    }
}

fn golden(l: f32, c: f32) -> &'static str {
    match (l, c) {
        (l, _) if l < 0.5 => "brown",
        (l, c) if l > 0.88 && c < 0.09 => "cream",
        (_, c) if c < 0.075 => "beige",
        (l, c) if l < 0.88 && c < 0.13 => "golden",
        (l, _) if l < 0.75 => "golden",
        _ => "amber",
    }
}

fn yellowish(l: f32, c: f32) -> &'static str {
    match (l, c) {
        (l, c) if l > 0.88 && c < 0.07 => "cream",
        (l, c) if l > 0.78 && c > 0.1 => "yellow",
        (_, c) if c < 0.045 => "beige",
        _ => "olive",
    }
}

fn green(l: f32, c: f32) -> &'static str {
    match (l, c) {
        (l, c) if c < 0.06 && l > 0.55 => "sage",
        (l, _) if l < 0.42 => "dark green",
        (l, c) if (0.5..0.72).contains(&l) && c > 0.16 => "emerald",
        _ => "green",
    }
}

fn sea_green(l: f32) -> &'static str {
    if l >= 0.66 { "turquoise" } else { "teal" }
}

fn blue(l: f32) -> &'static str {
    match l {
        l if l > 0.72 => "light blue",
        l if l < 0.36 => "navy",
        _ => "blue",
    }
}

/// 8-bit sRGB to linear light.
static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|value| {
        let value = value as f32 / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_have_their_words() {
        for (rgb, want) in [
            ([64, 224, 208], "turquoise"),
            ([0, 128, 128], "teal"),
            ([72, 122, 108], "teal"),
            ([20, 95, 160], "blue"),
            ([135, 206, 235], "light blue"),
            ([10, 20, 70], "navy"),
            ([230, 120, 30], "orange"),
            ([255, 191, 0], "amber"),
            ([212, 160, 60], "golden"),
            ([120, 75, 40], "brown"),
            ([205, 30, 40], "red"),
            ([250, 128, 114], "coral"),
            ([250, 235, 60], "yellow"),
            ([60, 150, 60], "green"),
            ([30, 70, 35], "dark green"),
            ([245, 245, 245], "white"),
            ([8, 8, 8], "black"),
            ([128, 128, 128], "grey"),
            ([235, 170, 190], "pink"),
            ([110, 60, 160], "purple"),
            ([225, 205, 170], "beige"),
            ([110, 110, 40], "olive"),
        ] {
            assert_eq!(colour_word(Lab::from_srgb(rgb)), want, "{rgb:?}");
        }
    }

    #[test]
    fn white_and_black_are_the_ends_of_lightness() {
        assert!((Lab::from_srgb([255, 255, 255]).l - 1.0).abs() < 1e-3);
        assert!(Lab::from_srgb([255, 255, 255]).chroma() < 1e-3);
        assert!(Lab::from_srgb([0, 0, 0]).l.abs() < 1e-6);
    }
}
