//! Text as pixels: shaped, broken into balanced lines, with shadow and backing, in units that can arrive one
//! by one.

mod arrive;
mod lines;
mod paint;
mod set;
mod spoken;

pub(crate) use arrive::{Arrival, arrival};
pub(crate) use set::{SetText, TextJob, set};
pub(crate) use spoken::{Captions, Spoken};
