//! An edit becomes a film: plan, segments, compositor, text raster, audio mix, concat, cache.
//!
//! The pure part resolves an edit document into frames ([`plan`]) and pieces ([`segment`]); the rest draws
//! them in planar YUV between one decoder per picture and one encoder per piece.

pub mod affine;
pub mod animate;
mod cache;
mod check;
mod chroma;
mod colour;
mod compositor;
mod content;
mod direct;
pub mod document;
mod error;
mod explain;
mod export;
mod filter;
mod fonts;
pub mod geometry;
mod grade;
mod mask;
pub mod motion;
mod overlay;
mod pieces;
pub mod plan;
pub mod pose;
mod raster;
mod renderer;
mod resample;
pub mod segment;
mod sheet;
mod sound;
mod sources;
mod sprite;
mod still;
mod studio;
mod svg;
mod text;
mod warp;
mod worker;

pub use error::RenderError;

pub use explain::Explanation;
pub use renderer::LocalRenderer;
pub use sheet::{Tile, contact_sheet};
pub use sources::{Files, Found, Library};
pub use studio::{Job, Rendered, RendererConfig, Studio};
