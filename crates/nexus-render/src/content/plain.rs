//! The older text asset and the titles with their ten styles, as rich text.

use nexus_edit::model::{
    Align, AnimateBy, Color, Font, Horizontal, Position, RichText, Sides, Stroke, Text, TextAnimation, TextBackground,
    TextCase, TextPreset, TextStyle, Title, Vertical,
    asset::{TextVertical, TitleSize, TitleStyle},
};

use super::Boxed;

/// Size of the older text asset where it names none, in pixels.
const TEXT_PX: u32 = 32;
/// Margin of titles, as a share of the frame's shorter side.
const TITLE_MARGIN: f64 = 0.05;

/// The older text asset.
pub(crate) fn from_text(text: &Text) -> Boxed {
    let font = text.font.as_ref();
    let size = font.and_then(|font| font.size).unwrap_or(TEXT_PX);
    let vertical = match text.alignment.vertical {
        TextVertical::Top => Vertical::Top,
        TextVertical::Center => Vertical::Middle,
        TextVertical::Bottom => Vertical::Bottom,
    };
    let stroke = text.stroke.as_ref().map(|stroke| Stroke {
        width: stroke.width.unwrap_or(0.0),
        color: stroke.color.unwrap_or(Color::BLACK),
        opacity: 1.0,
    });
    let animation = text.animation.as_ref().map(|typing| TextAnimation {
        preset: TextPreset::Typewriter,
        duration: typing.duration,
        style: Some(AnimateBy::Character),
        direction: None,
    });
    let rich = RichText {
        font: Font {
            family: font.and_then(|font| font.family.clone()).unwrap_or_else(|| "Open Sans".into()),
            size,
            weight: font.and_then(|font| font.weight).map_or(400, |weight| weight.min(900) as u16),
            color: font.and_then(|font| font.color).unwrap_or(Color::WHITE),
            opacity: font.and_then(|font| font.opacity).unwrap_or(1.0),
            ..Font::default()
        },
        style: TextStyle { line_height: font.and_then(|font| font.line_height).unwrap_or(1.0), ..TextStyle::default() },
        stroke: stroke.filter(|stroke| stroke.width > 0.0),
        background: text.background,
        align: Align { horizontal: text.alignment.horizontal, vertical },
        animation,
        ..RichText::new(text.text.clone())
    };
    Boxed { text: rich, width: text.width.map(f64::from), height: text.height.map(f64::from) }
}

/// A title, in a frame of `frame_px` (width, height).
pub(crate) fn from_title(title: &Title, frame_px: (f64, f64)) -> Boxed {
    let Face { family, weight, case, tracking } = face(title.style.unwrap_or(TitleStyle::Minimal));
    let size = (frame_px.1 * share(title.size.unwrap_or(TitleSize::Medium))).round().clamp(1.0, 500.0);
    let color = title.color.unwrap_or(Color::WHITE);
    let margin = frame_px.0.min(frame_px.1) * TITLE_MARGIN;
    let background = title.background.filter(|color| color.alpha > 0).map(|color| TextBackground {
        color: Some(Color { alpha: 255, ..color }),
        opacity: f64::from(color.alpha) / 255.0,
        border_radius: 0.0,
        wrap: true,
        padding: (size * 0.3).round() as u32,
    });
    let rich = RichText {
        font: Font {
            family: family.into(),
            size: size as u32,
            weight,
            color: Color { alpha: 255, ..color },
            opacity: f64::from(color.alpha) / 255.0,
            ..Font::default()
        },
        style: TextStyle {
            line_height: 1.1,
            letter_spacing: size * tracking,
            text_transform: case,
            ..TextStyle::default()
        },
        background,
        padding: Sides { top: margin, right: margin, bottom: margin, left: margin },
        align: align(title.position.unwrap_or_default()),
        ..RichText::new(title.text.clone())
    };
    Boxed { text: rich, width: None, height: None }
}

/// Where a block stands in its box for one of the nine anchors.
pub(super) fn align(position: Position) -> Align {
    let horizontal = match position {
        Position::TopLeft | Position::Left | Position::BottomLeft => Horizontal::Left,
        Position::Top | Position::Center | Position::Bottom => Horizontal::Center,
        Position::TopRight | Position::Right | Position::BottomRight => Horizontal::Right,
    };
    let vertical = match position {
        Position::TopLeft | Position::Top | Position::TopRight => Vertical::Top,
        Position::Left | Position::Center | Position::Right => Vertical::Middle,
        Position::BottomLeft | Position::Bottom | Position::BottomRight => Vertical::Bottom,
    };
    Align { horizontal, vertical }
}

struct Face {
    family: &'static str,
    weight: u16,
    case: TextCase,
    /// As a share of the size.
    tracking: f64,
}

/// The manner of each style. Families that are not installed are replaced by their nearest kin, with a remark.
fn face(style: TitleStyle) -> Face {
    let face = |family, weight, case, tracking| Face { family, weight, case, tracking };
    match style {
        TitleStyle::Minimal => face("Montserrat", 400, TextCase::None, 0.0),
        TitleStyle::Blockbuster => face("Montserrat", 900, TextCase::Uppercase, 0.06),
        TitleStyle::Vogue => face("Arapey", 400, TextCase::Uppercase, 0.02),
        TitleStyle::Sketchy => face("Sue Ellen Francisco", 400, TextCase::None, 0.0),
        TitleStyle::Skinny => face("Montserrat", 200, TextCase::None, 0.01),
        TitleStyle::Chunk => face("Work Sans", 900, TextCase::Uppercase, -0.02),
        TitleStyle::ChunkLight => face("Work Sans", 500, TextCase::Uppercase, 0.0),
        TitleStyle::Marker => face("Permanent Marker", 400, TextCase::None, 0.0),
        TitleStyle::Future => face("Didact Gothic", 400, TextCase::Uppercase, 0.12),
        TitleStyle::Subtitle => face("Open Sans", 600, TextCase::None, 0.0),
    }
}

/// Size of a title as a share of the frame's height.
fn share(size: TitleSize) -> f64 {
    match size {
        TitleSize::XxSmall => 0.035,
        TitleSize::XSmall => 0.05,
        TitleSize::Small => 0.07,
        TitleSize::Medium => 0.1,
        TitleSize::Large => 0.14,
        TitleSize::XLarge => 0.18,
        TitleSize::XxLarge => 0.25,
    }
}
