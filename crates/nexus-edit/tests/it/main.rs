//! The crate through its front door.

#![expect(clippy::unwrap_used, reason = "a test whose material is broken has failed")]

mod contract;
mod cuts;
mod documents;
mod films;
mod making;
mod merge;
mod output;
mod reading;
mod report;
mod rhythm;
mod schema;
mod stage;
mod styles;
mod timing;
mod tweens;
