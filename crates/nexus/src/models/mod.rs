//! The folder of models: what is in it, what is right, and how the rest gets there.

mod add;
mod check;
mod package;
mod pull;

pub(crate) use add::add;
pub(crate) use check::{State, state, verify};
pub(crate) use pull::pull;
