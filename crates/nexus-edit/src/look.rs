//! How words look in the frame: sizes, places and shapes, as shares of the frame.

use nexus_core::business::BrandKit;

use crate::model::{
    Align, AnimateBy, Animated, Asset, Clip, Color, Easing, Fit, Font, Horizontal, Interpolation, Offset, Position,
    RichText, Shadow, Svg, TextAnimation, TextBackground, TextPreset, TextStyle, Tween, Vertical,
};

/// The frame that words are set in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Pixels.
    pub width_px: u32,
    /// Pixels.
    pub height_px: u32,
}

/// A role of text; each has its size, weight and line height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The guest's best words.
    Hook,
    /// The quote, phrase by phrase.
    Quote,
    /// The name on the end card.
    Name,
    /// Place, credit, website.
    Small,
    /// The call to action.
    Action,
}

/// Where a block of text stands; the fractions are of the frame's height, from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Upper edge.
    pub top: f64,
    /// Lower edge.
    pub bottom: f64,
    /// Alignment within the band.
    pub vertical: Vertical,
}

impl Band {
    /// Upper place, clear of the networks' top bars.
    pub const UPPER: Self = Self { top: 0.155, bottom: 0.345, vertical: Vertical::Top };
    /// Middle place.
    pub const MIDDLE: Self = Self { top: 0.33, bottom: 0.53, vertical: Vertical::Middle };
    /// Lower place, clear of the networks' captions and buttons.
    pub const LOWER: Self = Self { top: 0.45, bottom: 0.64, vertical: Vertical::Bottom };

    /// The calmest of the three places; the lower one unless another is clearly calmer.
    /// `calm` holds 0 to 1 for the top, middle and lower third of the picture.
    #[must_use]
    pub fn calmest(calm: [f64; 3]) -> Self {
        let lower = 0.5 * calm[1] + 0.5 * calm[2];
        if calm[0] > lower + 0.15 { Self::UPPER } else { Self::LOWER }
    }
}

/// Left and right edge of text as shares of the width: clear of the networks' buttons on the right.
const TEXT_SIDES: (f64, f64) = (0.08, 0.86);

impl Frame {
    /// Height that sizes refer to: portrait and square frames use their own, landscape frames a larger one,
    /// because a phone shows them small.
    fn type_height(self) -> f64 {
        if self.width_px > self.height_px { f64::from(self.height_px) * 1.35 } else { f64::from(self.height_px) }
    }

    /// A line or block of text in a band, for a time.
    #[must_use]
    pub fn text(self, kit: &BrandKit, role: Role, words: &str, band: Band, span_s: (f64, f64)) -> Clip {
        let (share, weight, line_height, tracking) = match role {
            Role::Hook => (0.052, 600, 1.08, -0.012),
            Role::Quote => (0.041, 500, 1.15, -0.008),
            Role::Name => (0.050, 600, 1.1, -0.012),
            Role::Small => (0.0200, 500, 1.25, 0.0),
            Role::Action => (0.0215, 600, 1.2, 0.0),
        };
        let size = (self.type_height() * share).round();
        let display = matches!(role, Role::Hook | Role::Quote | Role::Name);
        let family = if display { &kit.display_font } else { &kit.text_font };
        let background = (role == Role::Action).then(|| TextBackground {
            color: Some(color_of(&kit.accent)),
            opacity: 1.0,
            border_radius: (size * 1.1).round(),
            wrap: true,
            padding: (size * 0.75) as u32,
        });
        let color = color_of(if role == Role::Action { &kit.primary } else { &kit.ink });
        let animation = match role {
            // The hook stands in the very first frame; a caption that is there at once is read at once.
            Role::Hook => None,
            Role::Quote => {
                let words = TextAnimation::new(TextPreset::Ascend, 0.45);
                Some(TextAnimation { style: Some(AnimateBy::Word), ..words })
            }
            Role::Name | Role::Small | Role::Action => Some(TextAnimation::new(TextPreset::FadeIn, 0.2)),
        };
        let shadow = (role != Role::Action).then(|| Shadow {
            offset_x: 0.0,
            offset_y: (size * 0.03).max(1.0),
            blur: size * 0.22,
            color: Color::BLACK,
            opacity: 0.55,
        });
        let text = RichText {
            font: Font { family: family.clone(), size: size as u32, weight, color, ..Font::default() },
            style: TextStyle { letter_spacing: size * tracking, line_height, ..TextStyle::default() },
            align: Align { horizontal: Horizontal::Center, vertical: band.vertical },
            shadow,
            background,
            animation,
            ..RichText::new(words)
        };
        self.boxed(Asset::RichText(text), TEXT_SIDES.0, TEXT_SIDES.1, band, span_s)
    }

    /// A soft dark ground behind a band, so that light text is legible on any picture. It runs out to the nearer
    /// edge of the frame, as dusk does, and never shows as a bar across it.
    #[must_use]
    pub fn scrim(self, kit: &BrandKit, band: Band, span_s: (f64, f64)) -> Clip {
        let (width, height) = (self.width_px, self.height_px);
        let places: [(f64, f64); 7] = if f64::midpoint(band.top, band.bottom) < 0.4 {
            let end = band.bottom;
            [
                (0.0, 0.5),
                (band.top, 0.52),
                (end - 0.04, 0.46),
                (end + 0.04, 0.32),
                (end + 0.13, 0.14),
                (end + 0.22, 0.04),
                (end + 0.3, 0.0),
            ]
        } else {
            let start = band.top;
            [
                (start - 0.24, 0.0),
                (start - 0.16, 0.05),
                (start - 0.07, 0.2),
                (start + 0.02, 0.4),
                (band.bottom - 0.06, 0.52),
                (band.bottom + 0.1, 0.46),
                (1.0, 0.4),
            ]
        };
        let stop = |(offset, opacity): (f64, f64)| {
            format!(
                r##"<stop offset="{:.4}" stop-color="{}" stop-opacity="{opacity:.3}"/>"##,
                offset.clamp(0.0, 1.0),
                shade(&kit.primary)
            )
        };
        let stops = places.map(stop).concat();
        let src = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"><defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient></defs><rect width="{width}" height="{height}" fill="url(#g)"/></svg>"##
        );
        Clip { fit: Fit::Cover, ..Clip::new(Asset::Svg(Svg::new(src)), span_s.0, span_s.1 - span_s.0) }
    }

    /// The whole frame in one colour.
    #[must_use]
    pub fn wash(self, color: &str, opacity: f64, span_s: (f64, f64)) -> Clip {
        let (width, height) = (self.width_px, self.height_px);
        let src = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><rect width="{width}" height="{height}" fill="{}"/></svg>"##,
            hex(color)
        );
        Clip {
            opacity: Animated::Constant(opacity),
            fit: Fit::Cover,
            ..Clip::new(Asset::Svg(Svg::new(src)), span_s.0, span_s.1 - span_s.0)
        }
    }

    /// One star of a row of `count`, `index` from 0.
    #[must_use]
    pub fn star(self, kit: &BrandKit, index: u8, count: u8, centre_y: f64, span_s: (f64, f64)) -> Clip {
        let size = self.type_height() * 0.036;
        let gap = size * 1.28;
        let x = (f64::from(index) - f64::from(count - 1) / 2.0) * gap;
        // Stars stand over the middle of the text below them.
        let middle = f64::midpoint(TEXT_SIDES.0, TEXT_SIDES.1) - 0.5;
        let src = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100" viewBox="0 0 100 100"><path fill="{}" d="{}"/></svg>"##,
            hex(&kit.accent),
            star_path()
        );
        Clip {
            width: Some(size.round()),
            height: Some(size.round()),
            fit: Fit::Contain,
            position: Position::Center,
            offset: Offset::fixed(x / f64::from(self.width_px) + middle, 0.5 - centre_y),
            opacity: Animated::Tweens(vec![ease_out(0.0, 1.0, 0.18)]),
            scale: Animated::Tweens(vec![ease_out(1.35, 1.0, 0.18)]),
            ..Clip::new(Asset::Svg(Svg::new(src)), span_s.0, span_s.1 - span_s.0)
        }
    }

    /// An asset in a box between two shares of the width, in a band.
    fn boxed(self, asset: Asset, left: f64, right: f64, band: Band, span_s: (f64, f64)) -> Clip {
        let width = (f64::from(self.width_px) * (right - left)).round();
        let height = (f64::from(self.height_px) * (band.bottom - band.top)).round();
        Clip {
            width: Some(width),
            height: Some(height),
            position: Position::TopLeft,
            offset: Offset::fixed(left, -band.top),
            ..Clip::new(asset, span_s.0, span_s.1 - span_s.0)
        }
    }
}

fn ease_out(from: f64, to: f64, length: f64) -> Tween {
    Tween { from, to, start: 0.0, length, interpolation: Interpolation::Bezier(Easing::EaseOutCubic) }
}

/// A five-pointed star in a square of 100 units.
fn star_path() -> String {
    let point = |index: u32| {
        let radius = if index.is_multiple_of(2) { 48.0 } else { 20.5 };
        let angle = std::f64::consts::PI * (f64::from(index) / 5.0 - 0.5);
        format!("{:.2} {:.2}", 50.0 + radius * angle.cos(), 52.0 + radius * angle.sin())
    };
    let points: Vec<String> = (0..10).map(point).collect();
    format!("M{}Z", points.join("L"))
}

/// `color` as `#rrggbb` when it is that, black otherwise: nothing else may enter markup.
#[must_use]
pub fn hex(color: &str) -> String {
    color_of(color).to_string()
}

fn color_of(text: &str) -> Color {
    Color::parse(text).filter(|color| color.is_opaque()).unwrap_or(Color::BLACK)
}

/// A colour at a third of its brightness: the ground behind light text.
fn shade(color: &str) -> String {
    let [red, green, blue] = color_of(color).rgb().map(|channel| channel / 3);
    Color::opaque(red, green, blue).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_enter_markup() {
        for (name, given, want) in [
            ("good", "#14343c", "#14343c"),
            ("markup", "\"/><script>", "#000000"),
            ("short", "#fff", "#000000"),
            ("umlaut", "#ääää", "#000000"),
        ] {
            assert_eq!(hex(given), want, "{name}");
        }
    }

    #[test]
    fn text_stays_inside_the_safe_area() {
        for band in [Band::UPPER, Band::MIDDLE, Band::LOWER] {
            assert!(band.top >= 0.14 && band.bottom <= 0.65);
        }
        let frame = Frame { width_px: 1080, height_px: 1920 };
        let clip = frame.text(&BrandKit::default(), Role::Quote, "words", Band::LOWER, (0.0, 1.0));
        let width = clip.width.expect("a box");
        let left = clip.offset.x.at(0.0);
        assert!(left >= 0.06 && left + width / 1080.0 <= 0.88);
    }
}
