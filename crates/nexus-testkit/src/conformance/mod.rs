//! One suite per port. A suite takes an adapter, drives it through the port alone, and panics with the name
//! of the rule that the adapter breaks.

pub mod beats;
pub mod blobs;
pub mod business;
pub mod create;
pub mod delivery;
pub mod fetch;
pub mod journal;
mod journal_spine;
mod journal_time;
pub mod media;
pub mod memory;
pub mod memory_journal;
pub mod render;
pub mod tagger;
pub mod vectors;
