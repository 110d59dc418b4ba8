//! Colours in BT.709 limited range, the colours of every film.

use nexus_edit::model::Color;

/// Red, green and blue, 8 bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rgb(pub(crate) [u8; 3]);

impl From<Color> for Rgb {
    fn from(color: Color) -> Self {
        Self(color.rgb())
    }
}

impl Rgb {
    /// Y, U and V, 8 bits, limited range.
    pub(crate) fn yuv(self) -> [u8; 3] {
        let [red, green, blue] = self.0.map(i32::from);
        [clamp(luma(red, green, blue)), clamp(chroma_u(red, green, blue, 255)), clamp(chroma_v(red, green, blue, 255))]
    }
}

/// Luma of (premultiplied) 8-bit RGB without the offset 16, BT.709, limited range, times 65536.
/// Factors: Kr 0.2126, Kg 0.7152, Kb 0.0722, times 219/255.
pub(crate) const LUMA: [i32; 3] = [11_966, 40_254, 4_064];
/// Cb, times 65536: −Kr/1.8556, −Kg/1.8556, ½, times 224/255.
pub(crate) const BLUE: [i32; 3] = [-6_596, -22_189, 28_784];
/// Cr, times 65536: ½, −Kg/1.5748, −Kb/1.5748, times 224/255.
pub(crate) const RED: [i32; 3] = [28_784, -26_145, -2_639];

fn dot(factors: [i32; 3], red: i32, green: i32, blue: i32) -> i32 {
    factors[0] * red + factors[1] * green + factors[2] * blue
}

fn luma(red: i32, green: i32, blue: i32) -> i32 {
    16 + ((dot(LUMA, red, green, blue) + 32_768) >> 16)
}

/// Blue difference of colours premultiplied with `alpha` (0 to 255): its neutral 128 is premultiplied too.
pub(crate) fn chroma_u(red: i32, green: i32, blue: i32, alpha: i32) -> i32 {
    (dot(BLUE, red, green, blue) + offset(128, alpha) + 32_768) >> 16
}

/// Red difference, likewise.
pub(crate) fn chroma_v(red: i32, green: i32, blue: i32, alpha: i32) -> i32 {
    (dot(RED, red, green, blue) + offset(128, alpha) + 32_768) >> 16
}

/// Luma of colours premultiplied with `alpha`: its black 16 is premultiplied too.
pub(crate) fn premultiplied_luma(red: i32, green: i32, blue: i32, alpha: i32) -> i32 {
    (dot(LUMA, red, green, blue) + offset(16, alpha) + 32_768) >> 16
}

fn offset(level: i32, alpha: i32) -> i32 {
    // 65 536 / 255 without a division: exact at both ends, within a thousandth of a level between.
    level * (alpha * 257 + (alpha >> 7))
}

pub(crate) fn clamp(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_of_bt_709() {
        // ITU-R BT.709, 75 % and 100 % colour bars, 8 bits.
        for (name, text, want) in [
            ("black", "#000000", [16, 128, 128]),
            ("white", "#ffffff", [235, 128, 128]),
            ("red", "#ff0000", [63, 102, 240]),
            ("green", "#00ff00", [173, 42, 26]),
            ("blue", "#0000ff", [32, 240, 118]),
        ] {
            assert_eq!(Color::parse(text).map(|color| Rgb::from(color).yuv()), Some(want), "{name}");
        }
    }
}
