//! Shotstack Edit JSON as types, and the pure maths that lay shots on downbeats. No IO.

pub mod compose;
pub mod cut;
pub mod look;
pub mod model;
pub mod subtitles;

pub use compose::{FilmPlan, Footage, compose};
pub use cut::{CutConfig, CutError, CutPlan, Slot, lay_cuts};
pub use model::Edit;
