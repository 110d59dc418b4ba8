//! PCM in; beats, downbeats, bars, sections and energy out: a small trained network with signal processing around it.
//!
//! [`Analyzer`] is the front door, [`analyze`] the same for samples in memory; [`EmbeddedTracker`] puts it behind the port.
//! The path of the sound: `resample` → `spectrum` (one pass) → `network` (the trained ear) beside `onset` (SuperFlux) →
//! `decode` (bar-pointer model, once per tempo) → `level` (which reading is right) → `bar` (downbeats) → `refine` (exact
//! times) → `grid` with `structure` and `tempo`.

mod analysis;
mod bar;
mod beat_this;
mod confidence;
mod decode;
mod ear;
mod grid;
mod level;
mod means;
mod mel;
mod network;
mod onset;
mod refine;
mod resample;
mod show;
mod spectrum;
mod structure;
mod tempo;
mod tracker;
pub mod training;
mod transform;
mod weights;

pub use analysis::{Analyzer, BeatError, ENGINE, Engine, SHORTEST_S, analyze};
pub use beat_this::{BeatThis, ModelError};
pub use show::{Peaks, add_clicks, plot};
pub use tracker::EmbeddedTracker;
