//! For tests only: one conformance suite per port, which every adapter of the port passes, factories, and a
//! PostgreSQL server.

pub mod conformance;
pub mod factory;
#[cfg(unix)]
pub mod postgres;
#[cfg(unix)]
pub mod stand_in;
