//! PCM in; beats, downbeats, bars and energy out. Pure signal processing.
//!
//! [`analyze`] is the front door; [`DspTracker`] puts it behind the port. The path of the sound:
//! `spectrum` (one pass, five-band SuperFlux) → `onset` (one curve) → `decode` (bar-pointer model) →
//! `level` (which pulse is the beat) → `bar` (downbeats) → `refine` (exact times) → `structure`.

mod analysis;
mod bar;
mod decode;
mod level;
mod means;
mod onset;
mod refine;
mod spectrum;
mod structure;
mod tracker;
pub mod training;
mod weights;

pub use analysis::{BeatError, ENGINE, SHORTEST_S, analyze};
pub use tracker::DspTracker;
