//! The Edit document of `@shotstack/schemas` 1.18.3, as far as films are made of it today: video, image,
//! audio, rich-text and svg clips on tracks. Unknown fields are refused by name, never ignored.

use serde::{Deserialize, Serialize};

/// An edit: what is shown when, and how it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The layers.
    pub timeline: Timeline,
    /// The file.
    pub output: Output,
}

/// Layers over a background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// `#rrggbb` below everything.
    #[serde(default = "black")]
    pub background: String,
    /// Layers; **the first is on top**. Clips of one track do not overlap.
    pub tracks: Vec<Track>,
}

fn black() -> String {
    "#000000".into()
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// In order of start.
    pub clips: Vec<Clip>,
}

/// One asset for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    /// What.
    pub asset: Asset,
    /// Seconds on the timeline.
    pub start: f64,
    /// Seconds.
    pub length: f64,
    /// How it fills its box.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fit: Fit,
    /// Magnification about the anchored position, constant or over time.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub scale: Animated,
    /// Which edge of the clip is anchored to which edge of the frame.
    #[serde(default, skip_serializing_if = "is_default")]
    pub position: Position,
    /// Shift as a fraction of the frame; **y points up**.
    #[serde(default, skip_serializing_if = "is_default")]
    pub offset: Offset,
    /// Width of its box in pixels; the frame's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of its box in pixels; the frame's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// 0 to 1, constant or over time.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub opacity: Animated,
    /// Visual effect over the whole clip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// How it comes and goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,
}

impl Clip {
    /// A clip with every choice at its default.
    #[must_use]
    pub fn new(asset: Asset, start: f64, length: f64) -> Self {
        Self {
            asset,
            start,
            length,
            fit: Fit::default(),
            scale: one(),
            position: Position::default(),
            offset: Offset::default(),
            width: None,
            height: None,
            opacity: one(),
            filter: None,
            transition: None,
        }
    }
}

fn one() -> Animated {
    Animated::Constant(1.0)
}

fn is_one(value: &Animated) -> bool {
    *value == one()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a clip shows or plays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Asset {
    /// Moving pictures, with their sound at `volume`.
    Video {
        /// Source.
        src: String,
        /// Seconds skipped at its start.
        #[serde(default)]
        trim: f64,
        /// 0 to 1; 0 leaves the sound out.
        #[serde(default)]
        volume: f64,
        /// Where the crop stays when `fit` is `crop`: fractions of width and height from the left and the top.
        /// An extension of ours; Shotstack crops about the centre.
        #[serde(default, rename = "x-nexus-focus", skip_serializing_if = "Option::is_none")]
        focus: Option<[f64; 2]>,
    },
    /// A still.
    Image {
        /// Source.
        src: String,
    },
    /// Sound alone.
    Audio {
        /// Source.
        src: String,
        /// Seconds skipped at its start.
        #[serde(default)]
        trim: f64,
        /// 0 to 1.
        #[serde(default = "full_volume")]
        volume: f64,
        /// Fades.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<AudioEffect>,
    },
    /// Text.
    RichText(RichText),
    /// Vector graphics: `src` is the markup itself.
    Svg {
        /// SVG markup.
        src: String,
    },
}

fn full_volume() -> f64 {
    1.0
}

/// Fades of sound, as Shotstack names them; each lasts two seconds or half the clip, whichever is shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AudioEffect {
    /// In.
    FadeIn,
    /// Out.
    FadeOut,
    /// Both.
    FadeInFadeOut,
}

/// Text with its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RichText {
    /// The words; the renderer breaks and balances lines within the clip's box.
    pub text: String,
    /// Family, size, colour.
    pub font: Font,
    /// Spacing.
    #[serde(default)]
    pub style: TextStyle,
    /// Where the block stands within its box.
    #[serde(default)]
    pub align: Align,
    /// A soft shadow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Shadow>,
    /// A shape behind the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<TextBackground>,
    /// How it arrives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub animation: Option<TextAnimation>,
}

/// A font and its colour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Font {
    /// Family name as embedded in the font file.
    pub family: String,
    /// Pixels, 1 to 500.
    pub size: u32,
    /// 100 to 900.
    #[serde(default = "regular")]
    pub weight: u16,
    /// `#rrggbb`.
    pub color: String,
    /// 0 to 1.
    #[serde(default = "full_volume")]
    pub opacity: f64,
}

fn regular() -> u16 {
    400
}

/// Spacing of text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct TextStyle {
    /// Pixels between letters, negative for tighter.
    pub letter_spacing: f64,
    /// Line height as a multiple of the size.
    pub line_height: f64,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { letter_spacing: 0.0, line_height: 1.2 }
    }
}

/// Alignment within the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Align {
    /// Across.
    pub horizontal: Horizontal,
    /// Down.
    pub vertical: Vertical,
}

/// Alignment across.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Horizontal {
    /// At the left edge.
    Left,
    /// In the middle.
    #[default]
    Center,
    /// At the right edge.
    Right,
}

/// Alignment down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vertical {
    /// At the top.
    Top,
    /// In the middle.
    #[default]
    Middle,
    /// At the bottom.
    Bottom,
}

/// A soft shadow below text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Shadow {
    /// Pixels to the right.
    pub offset_x: f64,
    /// Pixels down.
    pub offset_y: f64,
    /// Radius in pixels.
    pub blur: f64,
    /// `#rrggbb`.
    pub color: String,
    /// 0 to 1.
    pub opacity: f64,
}

/// A rounded shape behind text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextBackground {
    /// `#rrggbb`.
    pub color: String,
    /// 0 to 1.
    pub opacity: f64,
    /// Pixels.
    pub border_radius: f64,
    /// True hugs the text, false fills the box.
    pub wrap: bool,
    /// Pixels between text and edge.
    pub padding: u32,
}

/// How text arrives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextAnimation {
    /// The kind.
    pub preset: TextPreset,
    /// Seconds until the whole text stands.
    pub duration: f64,
    /// By word or by character, for `ascend` and `shift`; the whole block when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<AnimateBy>,
}

/// Kinds of text animation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TextPreset {
    /// Opacity alone.
    FadeIn,
    /// Rises into place while it fades in.
    Ascend,
    /// Moves in from a side while it fades in.
    Shift,
}

/// The unit that is animated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnimateBy {
    /// Letter by letter.
    Character,
    /// Word by word.
    Word,
}

/// How a picture fills its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// Fill and crop.
    #[default]
    Crop,
    /// Stretch; yes, Shotstack calls it that.
    Cover,
    /// Letterbox.
    Contain,
    /// Native size.
    None,
}

/// The nine anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Position {
    Top,
    TopRight,
    Right,
    BottomRight,
    Bottom,
    BottomLeft,
    Left,
    TopLeft,
    #[default]
    Center,
}

/// A shift as fractions of the frame; y points up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Offset {
    /// To the right.
    pub x: f64,
    /// Up.
    pub y: f64,
}

/// A number that may change over the clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Animated {
    /// The same all the time.
    Constant(f64),
    /// Pieces; before the first its `from` holds, after each its `to`.
    Tweens(Vec<Tween>),
}

/// One piece of a movement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tween {
    /// Value at its start.
    pub from: f64,
    /// Value at its end.
    pub to: f64,
    /// Seconds from the clip's start.
    pub start: f64,
    /// Seconds.
    pub length: f64,
    /// Pace.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// Curve of a `bezier`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub easing: Option<Easing>,
}

/// Pace of a tween.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interpolation {
    /// Even.
    #[default]
    Linear,
    /// By `easing`.
    Bezier,
    /// Jumps at its end.
    Constant,
}

/// CSS cubic-bezier curves by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Easing {
    /// (.25, .1, .25, 1)
    Ease,
    /// (.42, 0, 1, 1)
    EaseIn,
    /// (0, 0, .58, 1)
    EaseOut,
    /// (.42, 0, .58, 1)
    EaseInOut,
    /// (.215, .61, .355, 1)
    EaseOutCubic,
}

/// Visual filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    /// Soft, for a ground behind text.
    Blur,
    /// Darker, for a ground behind text.
    Darken,
}

/// How a clip comes and goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// At its start.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub enter: Option<TransitionKind>,
    /// At its end.
    #[serde(default, rename = "out", skip_serializing_if = "Option::is_none")]
    pub leave: Option<TransitionKind>,
}

/// Kinds of transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TransitionKind {
    /// 1 s of opacity.
    Fade,
    /// 0.5 s of opacity.
    FadeFast,
    /// 2 s of opacity.
    FadeSlow,
}

/// The file to write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// `mp4`.
    pub format: Format,
    /// Exact size.
    pub size: Size,
    /// Frames per second: one of 12, 15, 23.976, 24, 25, 29.97, 30, 48, 50, 59.94, 60.
    #[serde(default = "default_fps")]
    pub fps: f64,
    /// Encoder effort and bitrate.
    #[serde(default)]
    pub quality: Quality,
}

fn default_fps() -> f64 {
    25.0
}

/// File formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// H.264 and AAC, fast start.
    Mp4,
}

/// Pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// 2 to 4096, even.
    pub width: u32,
    /// 2 to 4096, even.
    pub height: u32,
}

/// How good and how large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Quality {
    Verylow,
    Low,
    #[default]
    Medium,
    High,
    Veryhigh,
}
