//! Colours.

use std::fmt;

use serde::{Serialize, Serializer};

/// A colour with its opacity; almost every place of the contract takes opaque ones only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
    /// 0 (clear) to 255 (opaque).
    pub alpha: u8,
}

impl Color {
    /// `#000000`.
    pub const BLACK: Self = Self::opaque(0, 0, 0);
    /// `#ffffff`.
    pub const WHITE: Self = Self::opaque(255, 255, 255);
    /// Nothing.
    pub const CLEAR: Self = Self { red: 0, green: 0, blue: 0, alpha: 0 };

    /// A colour that hides what lies below.
    #[must_use]
    pub const fn opaque(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue, alpha: 255 }
    }

    /// Reads `#rrggbb`, `#aarrggbb` (opacity first, as the contract has it) and `transparent`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "transparent" {
            return Some(Self::CLEAR);
        }
        let digits = text.strip_prefix('#').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [alpha, red, green, blue] = number.to_be_bytes();
        match digits.len() {
            6 => Some(Self::opaque(red, green, blue)),
            8 => Some(Self { red, green, blue, alpha }),
            _ => None,
        }
    }

    /// Red, green and blue.
    #[must_use]
    pub const fn rgb(self) -> [u8; 3] {
        [self.red, self.green, self.blue]
    }

    /// True when nothing shines through.
    #[must_use]
    pub const fn is_opaque(self) -> bool {
        self.alpha == 255
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { red, green, blue, alpha } = *self;
        if self.is_opaque() {
            write!(f, "#{red:02x}{green:02x}{blue:02x}")
        } else {
            write!(f, "#{alpha:02x}{red:02x}{green:02x}{blue:02x}")
        }
    }
}

impl Serialize for Color {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_read_and_write_the_same() {
        for (text, want) in [
            ("#14343c", Some(Color::opaque(0x14, 0x34, 0x3c))),
            ("#80ffffff", Some(Color { alpha: 128, ..Color::WHITE })),
            ("transparent", Some(Color::CLEAR)),
            ("#fff", None),
            ("ffffff", None),
            ("#+12345", None),
            ("#ääää", None),
            ("", None),
            ("#", None),
        ] {
            let read = Color::parse(text);
            assert_eq!(read, want, "{text}");
            if let Some(color) = read {
                assert_eq!(Color::parse(&color.to_string()), read, "{text}");
            }
        }
    }
}
