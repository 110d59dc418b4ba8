//! Procedural demo footage and music with exact truth, a demo business and reviews.
//!
//! Everything is made by this crate's own arithmetic, nothing is fetched: nine short films of an evening at a
//! harbour restaurant, two tracks whose every beat is known, one business and three reviews. [`make`] writes them
//! once; [`DemoKit::small`] is the same in miniature for tests. [`counter_clip`] and [`cuts_clip`] make films whose
//! frames say their own numbers.

mod ambience;
mod error;
mod film;
mod footage;
mod kit;
mod music;
mod pattern;
mod picture;
mod place;
mod scenes;
mod still;

pub use error::DemoKitError;
pub use footage::ClipTruth;
pub use kit::{DemoKit, KIT_VERSION, MusicTrack, make};
pub use music::{MusicTruth, TrueBeat, TrueSection};
pub use pattern::{Segment, counter_clip, cuts_clip, read_counter};
pub use place::{business, reviews};
pub use still::{Still, still};
