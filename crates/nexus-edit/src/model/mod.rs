//! The Edit document of `@shotstack/schemas` 1.18.3 as types. Reading is lenient about forms and strict about
//! meaning; writing gives what the published schema accepts, but for our one extension.

pub mod asset;
mod clip;
mod color;
pub mod destination;
mod edit;
mod motion;
mod output;
mod place;
mod tween;
mod word;

pub use asset::{
    Align, AnimateBy, Asset, Audio, AudioEffect, Caption, ChromaKey, Crop, Font, Grade, Gradient, GradientKind,
    GradientStop, Horizontal, Html, Html5, Image, ImageToVideo, Luma, Prompt, RichCaption, RichText, Shadow, Shape,
    Sides, Source, Stroke, Svg, Text, TextAnimation, TextBackground, TextCase, TextDecoration, TextPreset, TextStyle,
    TextToImage, TextToSpeech, Title, Vertical, Video,
};
pub use clip::{Clip, Filter, Fit, Flip, Offset, Position, Rotate, Skew, Transform};
pub use color::Color;
pub use destination::Destination;
pub use edit::{Disk, Edit, FontFile, Instance, Soundtrack, Timeline, Track};
pub use motion::{Corner, Direction, Effect, Pace, Side, Transition, TransitionKind};
pub use output::{AspectRatio, Format, Fps, Output, Poster, Quality, Range, Resolution, Size, Thumbnail};
pub use place::{Alias, Length, Start};
pub use tween::{Animated, CubicBezier, Easing, Interpolation, InterpolationKind, Tween};
pub use word::Word;

pub(crate) use word::words;

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
