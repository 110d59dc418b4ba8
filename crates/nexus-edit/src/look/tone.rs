//! Colours as the eye weighs them: luminance, contrast, and how much ground light words need.

use crate::model::Color;

/// Least contrast of words against what lies behind them (WCAG 2, level AA).
pub const LEAST_CONTRAST: f64 = 4.5;

/// `text` as an opaque colour, black when it is none: nothing else may enter markup.
#[must_use]
pub fn color_of(text: &str) -> Color {
    Color::parse(text).filter(|color| color.is_opaque()).unwrap_or(Color::BLACK)
}

/// Relative luminance, 0 (black) to 1 (white).
#[must_use]
pub fn luminance(color: Color) -> f64 {
    let [red, green, blue] = color.rgb().map(|channel| linear(f64::from(channel) / 255.0));
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Contrast of two luminances, 1 to 21.
#[must_use]
pub fn contrast(left: f64, right: f64) -> f64 {
    (left.max(right) + 0.05) / (left.min(right) + 0.05)
}

/// The first of `candidates` that is legible on `ground`, else black or white, whichever stands out more.
#[must_use]
pub fn legible(ground: Color, candidates: &[Color]) -> Color {
    let on_ground = |color: &Color| contrast(luminance(*color), luminance(ground));
    let plain = if on_ground(&Color::WHITE) >= on_ground(&Color::BLACK) { Color::WHITE } else { Color::BLACK };
    candidates.iter().copied().find(|color| on_ground(color) >= LEAST_CONTRAST).unwrap_or(plain)
}

/// `from` with `share` (0 to 1) of `to` in it.
#[must_use]
pub fn mix(from: Color, to: Color, share: f64) -> Color {
    let (from, to) = (from.rgb(), to.rgb());
    let channel =
        |index: usize| (f64::from(from[index]) + (f64::from(to[index]) - f64::from(from[index])) * share).round() as u8;
    Color::opaque(channel(0), channel(1), channel(2))
}

/// A colour of the same hue, dark enough to lie behind light words.
#[must_use]
pub fn shade(color: Color) -> Color {
    const DARK: f64 = 0.012;
    let mut dark = color;
    while luminance(dark) > DARK {
        dark = mix(dark, Color::BLACK, 0.1);
    }
    dark
}

/// Opacity, 0 to 1, at which a layer of `ground` over a grey of luminance `light` gives `words` enough contrast;
/// in steps of 0.02, 0 where none is needed, 1 where not even the ground alone is enough.
#[must_use]
pub fn needed_ground(words: Color, ground: Color, light: f64) -> f64 {
    // More than the least: the brightest twentieth of a picture is not in its measure, and moves.
    const WANTED: f64 = LEAST_CONTRAST * 1.3;
    let grey = (encoded(light.clamp(0.0, 1.0)) * 255.0).round() as u8;
    let behind = |step: u32| mix(Color::opaque(grey, grey, grey), ground, f64::from(step) / 50.0);
    let enough = |step: &u32| contrast(luminance(words), luminance(behind(*step))) >= WANTED;
    f64::from((0..50).find(enough).unwrap_or(50)) / 50.0
}

fn linear(encoded: f64) -> f64 {
    if encoded <= 0.04045 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

fn encoded(linear: f64) -> f64 {
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_colours_enter_markup() {
        for (name, given, want) in [
            ("good", "#14343c", "#14343c"),
            ("markup", "\"/><script>", "#000000"),
            ("short", "#fff", "#000000"),
            ("umlaut", "#ääää", "#000000"),
        ] {
            assert_eq!(color_of(given).to_string(), want, "{name}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        let of = |left: &str, right: &str| contrast(luminance(color_of(left)), luminance(color_of(right)));
        for (left, right, want) in
            [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#14343c", "#f2b45c", 7.3)]
        {
            assert!((of(left, right) - want).abs() < 0.1, "{left} {right}: {}", of(left, right));
        }
    }

    proptest! {
        #[test]
        fn words_are_legible_on_every_colour_and_shades_are_dark(red: u8, green: u8, blue: u8, light in 0.0_f64..1.0) {
            let ground = Color::opaque(red, green, blue);
            let words = legible(ground, &[color_of("#fbf6ec")]);
            prop_assert!(contrast(luminance(words), luminance(ground)) >= LEAST_CONTRAST);
            let dark = shade(ground);
            prop_assert!(luminance(dark) <= 0.012);
            prop_assert!(needed_ground(Color::WHITE, dark, light) <= 0.7, "white words never need a closed curtain");
        }
    }
}
