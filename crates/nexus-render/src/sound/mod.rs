//! The film's sound: mixed once for the whole film, brought to its loudness, kept below its peak.

mod limiter;
mod loudness;
mod master;
mod mix;

pub(crate) use master::{Master, master};
pub(crate) use mix::{Mix, mix};

/// Samples per second and channel of every film.
pub(crate) const RATE_HZ: u32 = 48_000;
/// Channels of every film.
pub(crate) const CHANNELS: u16 = 2;
