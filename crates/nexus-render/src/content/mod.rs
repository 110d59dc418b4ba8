//! Older and simpler assets as the few that are drawn: text, title, captions and plain HTML become rich text in a box,
//! shapes become SVG. Pure.

mod captions;
mod html;
mod plain;
mod shape;
mod style;

pub(crate) use captions::captioned;
pub(crate) use html::from_html;
pub(crate) use plain::{from_text, from_title};
pub(crate) use shape::drawing;

use nexus_edit::model::RichText;

/// A text in a box of pixels; the frame's side where one is absent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Boxed {
    pub(crate) text: RichText,
    pub(crate) width: Option<f64>,
    pub(crate) height: Option<f64>,
}
