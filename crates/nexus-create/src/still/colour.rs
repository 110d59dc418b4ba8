//! Colour: brand colours as text, blending in linear light, mixing where eyes see even steps.

/// Linear-light RGB, 0 to 1 within the display's range, more for light sources.
pub(crate) type Light = [f32; 3];

/// Linear light of `#rrggbb`; `fallback` when the text is none.
pub(crate) fn parse(text: &str, fallback: u32) -> Light {
    let digits = text.trim().trim_start_matches('#');
    let value = if digits.len() == 6 { u32::from_str_radix(digits, 16).unwrap_or(fallback) } else { fallback };
    [value >> 16, value >> 8, value].map(|part| from_srgb((part & 255) as f32 / 255.0))
}

fn from_srgb(value: f32) -> f32 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// sRGB bytes of linear light by table: exact to a tenth of a step, many times faster than powers.
pub(crate) struct Curve(Vec<f32>);

impl Curve {
    const STEPS: f32 = 2048.0;
    const BRIGHTEST: f32 = 4.0;

    /// The table.
    pub(crate) fn new() -> Self {
        let entries = (Self::STEPS * Self::BRIGHTEST.sqrt()) as usize + 2;
        Self((0..entries).map(|at| 255.0 * to_srgb((at as f32 / Self::STEPS).powi(2))).collect())
    }

    /// The value of `light`, 0 to 255.
    pub(crate) fn at(&self, light: f32) -> f32 {
        // Evenly spaced in the square root, because eyes and the curve are finest in the dark.
        let place = light.clamp(0.0, Self::BRIGHTEST - 0.01).sqrt() * Self::STEPS;
        let index = place as usize;
        let (low, high) = (self.0[index], self.0[index + 1]);
        low + (high - low) * (place - index as f32)
    }
}

/// The sRGB value, 0 to 1, of linear light; brighter light bends softly into white instead of clipping.
fn to_srgb(value: f32) -> f32 {
    let value = if value > 0.8 { 0.8 + 0.2 * (1.0 - (-(value - 0.8) / 0.2).exp()) } else { value.max(0.0) };
    if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
}

/// Between two lights, `at` from 0 to 1.
pub(crate) fn lerp(one: Light, other: Light, at: f32) -> Light {
    std::array::from_fn(|part| one[part] + (other[part] - one[part]) * at)
}

/// Two lights together.
pub(crate) fn plus(one: Light, other: Light) -> Light {
    std::array::from_fn(|part| one[part] + other[part])
}

/// Light times a factor.
pub(crate) fn scaled(light: Light, factor: f32) -> Light {
    light.map(|part| part * factor)
}

/// Mixes two colours in Oklab, where steps look even. Source: B. Ottosson, "A perceptual color space", 2020.
pub(crate) fn mix(one: Light, other: Light, at: f32) -> Light {
    from_oklab(lerp(to_oklab(one), to_oklab(other), at))
}

/// The colour at another lightness (0 black, 1 white) and with `chroma` times its saturation.
pub(crate) fn toned(light: Light, lightness: f32, chroma: f32) -> Light {
    let [_, a, b] = to_oklab(light);
    from_oklab([lightness, a * chroma, b * chroma]).map(|part| part.max(0.0))
}

/// Oklab lightness of a colour, 0 to 1.
pub(crate) fn lightness(light: Light) -> f32 {
    to_oklab(light)[0]
}

fn to_oklab([r, g, b]: Light) -> Light {
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

fn from_oklab([lightness, a, b]: Light) -> Light {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ]
}

/// The colours a still is painted with, made of the brand's three.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Palette {
    /// The darkest ground.
    pub deep: Light,
    /// The brand's main colour, at a lightness that captions can stand on.
    pub ground: Light,
    /// The main colour, lifted.
    pub lifted: Light,
    /// The accent as a light source.
    pub glow: Light,
    /// The accent in shade.
    pub ember: Light,
    /// Paper: the ink colour, slightly warmed by the accent.
    pub paper: Light,
    /// Paper in shade.
    pub shade: Light,
}

impl Palette {
    /// From `#rrggbb` texts; what cannot be read falls back to the default kit.
    pub(crate) fn of(primary: &str, accent: &str, ink: &str) -> Self {
        let (primary, accent, ink) = (parse(primary, 0x14_34_3c), parse(accent, 0xf2_b4_5c), parse(ink, 0xfb_f6_ec));
        // Ink may be dark on a light brand: paper is always the lighter of both, ground the darker.
        let (dark, light) = if lightness(primary) <= lightness(ink) { (primary, ink) } else { (ink, primary) };
        let base = lightness(dark).clamp(0.24, 0.42);
        Self {
            deep: toned(dark, base * 0.50, 1.0),
            ground: toned(dark, base, 1.25),
            lifted: mix(toned(dark, base + 0.13, 1.45), accent, 0.05),
            glow: toned(accent, lightness(accent).clamp(0.66, 0.86), 1.05),
            ember: mix(toned(accent, 0.50, 1.1), dark, 0.18),
            paper: mix(toned(light, lightness(light).clamp(0.86, 0.97), 1.0), accent, 0.07),
            shade: mix(toned(light, 0.68, 1.0), dark, 0.30),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oklab_is_its_own_inverse() {
        for text in ["#14343c", "#f2b45c", "#ffffff", "#ff0000", "#0000ff"] {
            let light = parse(text, 0);
            let back = from_oklab(to_oklab(light));
            assert!((0..3).all(|part| (light[part] - back[part]).abs() < 1e-3), "{text}: {light:?} {back:?}");
        }
    }

    #[test]
    fn the_table_is_the_curve() {
        let curve = Curve::new();
        for step in 0..1000 {
            let light = step as f32 / 500.0;
            assert!((curve.at(light) - 255.0 * to_srgb(light)).abs() < 0.1, "{light}");
        }
    }

    #[test]
    fn paper_is_lighter_than_ground_for_any_kit() {
        for (primary, ink) in
            [("#14343c", "#fbf6ec"), ("#ffffff", "#000000"), ("#ff00ff", "#ff00ff"), ("nonsense", "#12")]
        {
            let palette = Palette::of(primary, "#f2b45c", ink);
            assert!(lightness(palette.paper) > lightness(palette.ground) + 0.2, "{primary}");
            assert!(lightness(palette.deep) < lightness(palette.ground), "{primary}");
        }
    }
}
