//! For tests only: one conformance suite per port, which every adapter of the port passes, factories, a
//! PostgreSQL server, and providers that misbehave.

pub mod conformance;
pub mod factory;
#[cfg(unix)]
pub mod postgres;
pub mod provider;
#[cfg(unix)]
pub mod stand_in;
