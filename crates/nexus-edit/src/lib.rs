//! Shotstack Edit JSON as types, and the pure maths that lay shots on downbeats. No IO.

pub mod compose;
pub mod cut;
pub mod look;
pub mod making;
pub mod merge;
pub mod model;
mod reader;
pub mod subtitles;
pub mod timing;

pub use compose::{FilmPlan, Footage, compose, joins};
pub use cut::{CutConfig, CutError, CutPlan, Join, Slot, lay_cuts};
pub use model::Edit;
pub use reader::{EditError, EditErrors, Remark, RemarkKind};
