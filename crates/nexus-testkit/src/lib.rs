//! For tests only: one conformance suite per port, which every adapter of the port passes, and factories.

pub mod conformance;
pub mod factory;
