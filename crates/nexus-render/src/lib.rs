//! An edit becomes a film: plan, segments, compositor, text raster, audio mix, concat, cache.
//!
//! The pure part resolves an edit document into frames ([`plan`]) and pieces ([`segment`]); the rest draws
//! them in planar YUV between one decoder per picture and one encoder per piece.

pub mod animate;
mod cache;
mod check;
mod colour;
mod compositor;
pub mod document;
mod error;
mod filter;
mod fonts;
pub mod geometry;
mod overlay;
pub mod plan;
mod raster;
mod renderer;
mod resample;
pub mod segment;
mod sound;
mod sources;
mod sprite;
mod still;
mod svg;
mod text;
mod worker;

pub use error::RenderError;

pub use renderer::{LocalRenderer, RendererConfig};
