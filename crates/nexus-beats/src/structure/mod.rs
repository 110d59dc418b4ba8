//! What an editor wants beyond beats: the energy of each bar, the places where the bass comes back, and the parts of the
//! track.

mod energy;
mod novelty;
mod sections;

pub(crate) use energy::{bar_energy, beat_energy, drops};
pub(crate) use sections::{phrases, sections};
