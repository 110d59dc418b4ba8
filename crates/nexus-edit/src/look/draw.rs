//! Words, grounds, stars and rules as clips.

use nexus_core::business::Style;

use super::{Band, Frame, Look, Role};
use crate::model::{
    Align, AnimateBy, Animated, Asset, Clip, Color, Easing, Fit, Font, Horizontal, Interpolation, Offset, Position,
    RichText, Shadow, Svg, TextAnimation, TextBackground, TextStyle, Tween, Vertical, asset::TextCase,
};

/// Everything arrives and leaves within this many seconds.
const SHORT_S: f64 = 0.2;

/// Words to be set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line<'a> {
    /// Their role.
    pub role: Role,
    /// The words.
    pub words: &'a str,
    /// Where.
    pub band: Band,
    /// From when to when, in seconds.
    pub span_s: (f64, f64),
    /// Their colour.
    pub color: Color,
    /// The shape behind them, when there is one.
    pub block: Option<Color>,
    /// How they arrive.
    pub enters: Enters,
}

/// How words arrive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Enters {
    /// They stand in the first frame.
    AtOnce,
    /// The whole line within 0.2 s.
    AsOne,
    /// One word after another, this many seconds apart.
    ByWord(f64),
}

impl Frame {
    /// A line or block of text.
    #[must_use]
    pub fn text(self, look: &Look, line: &Line<'_>) -> Clip {
        let Line { role, words, band, span_s, color, block, enters } = *line;
        let (face, weight) = look.face(role);
        let size = self.size_px(look, role);
        // A name of up to three words in the lower third of a night film stands in wide capitals.
        let is_caps = look.style == Style::Night && role == Role::Title && words.split_whitespace().count() <= 3;
        let tracking = if is_caps { 0.14 } else { face.tracking };
        let background = block.map(|color| TextBackground {
            color: Some(color),
            opacity: 1.0,
            border_radius: 0.0,
            wrap: true,
            padding: padding_px(role, size) as u32,
        });
        let animation = match enters {
            Enters::AtOnce => None,
            Enters::AsOne => Some(TextAnimation::new(look.motion.arrival, SHORT_S)),
            Enters::ByWord(step_s) => {
                let gaps = words.split_whitespace().count().saturating_sub(1) as f64;
                let duration_s = ((SHORT_S + gaps * step_s) * 1000.0).round() / 1000.0;
                let animation = TextAnimation::new(look.motion.arrival, duration_s);
                Some(TextAnimation { style: Some(AnimateBy::Word), ..animation })
            }
        };
        let text = RichText {
            font: Font { family: face.family.clone(), size: size as u32, weight, color, ..Font::default() },
            style: TextStyle {
                letter_spacing: size * tracking,
                line_height: face.line_height,
                text_transform: if is_caps { TextCase::Uppercase } else { TextCase::None },
                ..TextStyle::default()
            },
            align: Align { horizontal: look.align, vertical: band.vertical },
            shadow: if block.is_none() { shadow(look, role, size) } else { None },
            background,
            animation,
            ..RichText::new(words)
        };
        let (left, right) = look.sides;
        let clip = self.boxed(Asset::RichText(text), (left, right), band, span_s);
        leaving(clip, look.motion.leave_s, span_s.1 - span_s.0)
    }

    /// A soft ground behind a band, `opacity` dense where the words stand. It runs out to the nearer edge of the
    /// frame, as dusk does, and never shows as a bar across it.
    #[must_use]
    pub fn scrim(self, color: Color, opacity: f64, band: Band, span_s: (f64, f64)) -> Clip {
        let Band { top, bottom, .. } = band;
        let middle = f64::midpoint(top, bottom);
        // Offsets of the gradient and its density there, as a share of `opacity`.
        let stops: Vec<(f64, f64)> = if middle < 0.3 {
            vec![
                (0.0, 0.92),
                (top, 1.0),
                (bottom, 1.0),
                (bottom + 0.06, 0.72),
                (bottom + 0.14, 0.28),
                (bottom + 0.24, 0.0),
            ]
        } else if middle < 0.46 {
            vec![
                (top - 0.22, 0.0),
                (top - 0.12, 0.3),
                (top - 0.04, 0.8),
                (top, 1.0),
                (bottom, 1.0),
                (bottom + 0.04, 0.8),
                (bottom + 0.12, 0.3),
                (bottom + 0.22, 0.0),
            ]
        } else {
            vec![
                (top - 0.24, 0.0),
                (top - 0.14, 0.28),
                (top - 0.06, 0.72),
                (top, 1.0),
                (bottom, 1.0),
                (bottom + 0.12, 0.9),
                (1.0, 0.7),
            ]
        };
        let stop = |(offset, share): (f64, f64)| {
            let offset = offset.clamp(0.0, 1.0);
            format!(r##"<stop offset="{offset:.4}" stop-color="{color}" stop-opacity="{:.3}"/>"##, share * opacity)
        };
        let stops: String = stops.into_iter().map(stop).collect();
        self.full(
            &format!(
                r##"<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>"##
            ),
            span_s,
        )
    }

    /// A colour over the frame from its upper edge down to a share of its height.
    #[must_use]
    pub fn wash(self, color: Color, opacity: f64, height: f64, span_s: (f64, f64)) -> Clip {
        let height_px = (f64::from(self.height_px) * height / 2.0).round() * 2.0;
        let markup = format!(r##"<rect width="100%" height="{height_px}" fill="{color}"/>"##);
        Clip { opacity: Animated::Constant(opacity), ..self.full(&markup, span_s) }
    }

    /// A soft light of a colour around the middle of the frame, `centre_y` down it.
    #[must_use]
    pub fn glow(self, color: Color, opacity: f64, centre_y: f64, span_s: (f64, f64)) -> Clip {
        let (width, height) = (f64::from(self.width_px), f64::from(self.height_px));
        let (x, y, radius) = (width / 2.0, height * centre_y, width.max(height) * 0.36);
        let stops: String = [(0.0, 1.0), (0.25, 0.72), (0.5, 0.36), (0.75, 0.1), (1.0, 0.0)]
            .map(|(offset, share)| {
                format!(r##"<stop offset="{offset}" stop-color="{color}" stop-opacity="{:.3}"/>"##, share * opacity)
            })
            .concat();
        self.full(
            &format!(
                r##"<defs><radialGradient id="g" gradientUnits="userSpaceOnUse" cx="{x:.1}" cy="{y:.1}" r="{radius:.1}">{stops}</radialGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>"##
            ),
            span_s,
        )
    }

    /// One star of a row of `count`, `index` from 0, whose middle stands at `centre_y`.
    #[must_use]
    pub fn star(self, look: &Look, (index, count): (u8, u8), centre_y: f64, span_s: (f64, f64)) -> Clip {
        let size = self.star_px(look);
        let from_left = f64::from(index) * size * STAR_STEP + size / 2.0;
        let row = f64::from(count.saturating_sub(1)) * size * STAR_STEP + size;
        let left = f64::from(self.width_px) * look.sides.0;
        let x = match look.align {
            Horizontal::Left => left + self.star_inset(look) + from_left,
            Horizontal::Center | Horizontal::Right => {
                f64::from(self.width_px) * f64::midpoint(look.sides.0, look.sides.1) - row / 2.0 + from_left
            }
        };
        let color = look.palette.accent;
        let halo = match look.style {
            Style::Night => format!(
                r##"<defs><radialGradient id="h"><stop offset="0.2" stop-color="{color}" stop-opacity="0.5"/><stop offset="1" stop-color="{color}" stop-opacity="0"/></radialGradient></defs><circle cx="0" cy="0" r="100" fill="url(#h)"/>"##
            ),
            Style::Quiet | Style::Bright => String::new(),
        };
        let src = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200" viewBox="-100 -100 200 200">{halo}<path fill="{color}" d="{}"/></svg>"##,
            star_path()
        );
        // The drawing is twice as wide as the star: a halo has room in it.
        Clip {
            width: Some((2.0 * size).round()),
            height: Some((2.0 * size).round()),
            fit: Fit::Contain,
            position: Position::Center,
            offset: Offset::fixed(x / f64::from(self.width_px) - 0.5, 0.5 - centre_y),
            opacity: Animated::Tweens(vec![ease_out(0.0, 1.0, 0.18)]),
            scale: Animated::Tweens(vec![ease_out(1.3, 1.0, 0.18)]),
            ..Clip::new(Asset::Svg(Svg::new(src)), span_s.0, span_s.1 - span_s.0)
        }
    }

    /// Side of a star in pixels.
    #[must_use]
    pub fn star_px(self, look: &Look) -> f64 {
        let share = match look.style {
            Style::Quiet => 0.024,
            Style::Bright => 0.034,
            Style::Night => 0.028,
        };
        (self.type_height() * share).round()
    }

    /// Room between the left edge of words and the first star, in pixels.
    fn star_inset(self, look: &Look) -> f64 {
        match look.style {
            Style::Bright => padding_px(Role::Label, self.size_px(look, Role::Label)),
            Style::Quiet | Style::Night => 0.0,
        }
    }

    /// The block behind a row of `count` stars, in a band.
    #[must_use]
    pub fn star_block(self, look: &Look, count: u8, band: Band, span_s: (f64, f64)) -> Clip {
        let size = self.star_px(look);
        let row = f64::from(count.saturating_sub(1)) * size * STAR_STEP + size + 2.0 * self.star_inset(look);
        let left = look.sides.0;
        self.bar(look.palette.block, (left, left + row / f64::from(self.width_px)), band, span_s)
    }

    /// A fine rule at the left edge of words, `y` down the frame.
    #[must_use]
    pub fn rule(self, look: &Look, y: f64, span_s: (f64, f64)) -> Clip {
        let thickness = (self.type_height() * 0.0016).round().max(2.0) / f64::from(self.height_px);
        let length = self.type_height() * 0.036 / f64::from(self.width_px);
        let left = match look.align {
            Horizontal::Left => look.sides.0,
            Horizontal::Center | Horizontal::Right => f64::midpoint(look.sides.0, look.sides.1) - length / 2.0,
        };
        let band = Band { top: y, bottom: y + thickness, vertical: Vertical::Top };
        let clip = self.bar(look.palette.accent, (left, left + length), band, span_s);
        let clip = Clip { opacity: Animated::Tweens(vec![ease_out(0.0, 1.0, SHORT_S)]), ..clip };
        leaving(clip, look.motion.leave_s, span_s.1 - span_s.0)
    }

    /// A rectangle between two shares of the width, in a band.
    #[must_use]
    pub fn bar(self, color: Color, sides: (f64, f64), band: Band, span_s: (f64, f64)) -> Clip {
        let src = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100" viewBox="0 0 100 100" preserveAspectRatio="none"><rect width="100" height="100" fill="{color}"/></svg>"##
        );
        Clip { fit: Fit::Cover, ..self.boxed(Asset::Svg(Svg::new(src)), sides, band, span_s) }
    }

    /// Markup over the whole frame.
    fn full(self, markup: &str, span_s: (f64, f64)) -> Clip {
        let (width, height) = (self.width_px, self.height_px);
        let src = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{markup}</svg>"##
        );
        Clip { fit: Fit::Cover, ..Clip::new(Asset::Svg(Svg::new(src)), span_s.0, span_s.1 - span_s.0) }
    }

    /// An asset in a box between two shares of the width, in a band.
    fn boxed(self, asset: Asset, (left, right): (f64, f64), band: Band, span_s: (f64, f64)) -> Clip {
        let width = (f64::from(self.width_px) * (right - left)).round().max(1.0);
        let height = (f64::from(self.height_px) * (band.bottom - band.top)).round().max(1.0);
        Clip {
            width: Some(width),
            height: Some(height),
            position: Position::TopLeft,
            offset: Offset::fixed(left, -band.top),
            ..Clip::new(asset, span_s.0, span_s.1 - span_s.0)
        }
    }
}

/// From one star to the next, as a multiple of its size.
const STAR_STEP: f64 = 1.26;

/// Room between words and the edge of their block, as a share of the frame's height.
#[must_use]
pub fn padding(frame: Frame, look: &Look, role: Role) -> f64 {
    padding_px(role, frame.size_px(look, role)) / f64::from(frame.height_px)
}

/// The same in pixels.
pub(super) fn padding_px(role: Role, size_px: f64) -> f64 {
    let share = match role {
        Role::Hook | Role::Quote | Role::Name | Role::Title => 0.36,
        Role::Label | Role::Action => 0.7,
    };
    (size_px * share).round()
}

/// What makes letters stand off the picture: a shadow, or by night a glow in the accent's colour.
fn shadow(look: &Look, role: Role, size: f64) -> Option<Shadow> {
    match look.style {
        Style::Bright => None,
        Style::Quiet => Some(Shadow {
            offset_x: 0.0,
            offset_y: (size * 0.02).max(1.0),
            blur: size * 0.3,
            color: look.palette.ground,
            opacity: 0.5,
        }),
        Style::Night => {
            let is_large = matches!(role, Role::Hook | Role::Name | Role::Quote | Role::Title);
            let opacity = if is_large { 0.9 } else { 0.4 };
            Some(Shadow { offset_x: 0.0, offset_y: 0.0, blur: size * 0.7, color: look.palette.accent, opacity })
        }
    }
}

/// A clip of `length_s` seconds that fades at its end.
fn leaving(clip: Clip, leave_s: f64, length_s: f64) -> Clip {
    if leave_s <= 0.0 || length_s <= 2.0 * leave_s {
        return clip;
    }
    let fade = Tween {
        from: 1.0,
        to: 0.0,
        start: length_s - leave_s,
        length: leave_s,
        interpolation: Interpolation::Bezier(Easing::EaseInCubic),
    };
    let mut tweens = match clip.opacity {
        Animated::Constant(_) => vec![],
        Animated::Tweens(tweens) => tweens,
    };
    tweens.push(fade);
    Clip { opacity: Animated::Tweens(tweens), ..clip }
}

fn ease_out(from: f64, to: f64, length: f64) -> Tween {
    Tween { from, to, start: 0.0, length, interpolation: Interpolation::Bezier(Easing::EaseOutCubic) }
}

/// A five-pointed star around the origin, 100 units wide.
fn star_path() -> String {
    let point = |index: u32| {
        let radius = if index.is_multiple_of(2) { 50.0 } else { 21.0 };
        let angle = std::f64::consts::PI * (f64::from(index) / 5.0 - 0.5);
        format!("{:.2} {:.2}", radius * angle.cos(), 3.0 + radius * angle.sin())
    };
    let points: Vec<String> = (0..10).map(point).collect();
    format!("M{}Z", points.join("L"))
}
