//! Subtitles over a film: each cue a text for its time.

use nexus_edit::{
    model::{Align, Caption, Color, Font, Horizontal, RichText, Sides, Stroke, TextBackground, TextStyle, Vertical},
    subtitles::Cue,
};

/// Shares of the frame that captions keep clear where no margin is named.
const TOP: f64 = 0.8;
const SIDE: f64 = 0.2;
/// Size of captions where none is named, as a share of the frame's height.
const SIZE: f64 = 0.042;

/// A caption for a time of its clip.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Captioned {
    /// The text, placed by its padding within the frame.
    pub(crate) text: RichText,
    /// Seconds from the clip's start.
    pub(crate) from_s: f64,
    /// Seconds from the clip's start.
    pub(crate) to_s: f64,
}

/// The captions of `caption` for a frame of `frame_px`, from the cues of its file.
pub(crate) fn captioned(caption: &Caption, cues: &[Cue], frame_px: (f64, f64)) -> Vec<Captioned> {
    let Caption { font, background, margin, trim, speed, .. } = caption;
    let pace = if *speed > 0.0 { *speed } else { 1.0 };
    let font = font.as_ref();
    let size = font.and_then(|font| font.size).map_or(frame_px.1 * SIZE, f64::from).round().clamp(1.0, 500.0);
    let share = |value: Option<f64>, absent: f64| value.unwrap_or(absent).clamp(0.0, 0.95);
    let margin = margin.as_ref();
    let padding = Sides {
        top: share(margin.and_then(|margin| margin.top), TOP) * frame_px.1,
        left: share(margin.and_then(|margin| margin.left), SIDE) * frame_px.0,
        right: share(margin.and_then(|margin| margin.right), SIDE) * frame_px.0,
        bottom: 0.0,
    };
    let stroke = font.and_then(|font| {
        let width = font.stroke_width.filter(|width| *width > 0.0)?;
        Some(Stroke { width, color: font.stroke.unwrap_or(Color::BLACK), opacity: 1.0 })
    });
    let backing = background.as_ref().and_then(|background| {
        Some(TextBackground {
            color: Some(background.color?),
            opacity: background.opacity.unwrap_or(1.0),
            border_radius: background.border_radius.map_or(0.0, f64::from),
            wrap: true,
            padding: background.padding.unwrap_or(0),
        })
    });
    let text = |words: &str| RichText {
        font: Font {
            family: font.and_then(|font| font.family.clone()).unwrap_or_else(|| "Open Sans".into()),
            size: size as u32,
            color: font.and_then(|font| font.color).unwrap_or(Color::WHITE),
            opacity: font.and_then(|font| font.opacity).unwrap_or(1.0),
            ..Font::default()
        },
        style: TextStyle { line_height: font.and_then(|font| font.line_height).unwrap_or(1.2), ..TextStyle::default() },
        stroke,
        background: backing,
        padding,
        align: Align { horizontal: Horizontal::Center, vertical: Vertical::Top },
        ..RichText::new(words)
    };
    let timed = |cue: &Cue| Captioned {
        text: text(&cue.text),
        from_s: (cue.start_s - trim) / pace,
        to_s: (cue.end_s - trim) / pace,
    };
    cues.iter().map(timed).filter(|caption| caption.to_s > 0.0).collect()
}
