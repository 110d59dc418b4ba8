//! A grid for the eye and for the ear.

mod clicks;
mod plot;

pub use clicks::add_clicks;
pub use plot::{Peaks, plot};
