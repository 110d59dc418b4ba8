//! The kit through its front door: what it makes is real, true, repeatable, and survives being cut off.

mod kit;
mod pattern;
mod pictures;
