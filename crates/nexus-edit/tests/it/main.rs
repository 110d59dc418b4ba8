//! The crate through its front door.

mod contract;
mod documents;
mod films;
mod merge;
mod output;
mod reading;
mod report;
mod schema;
mod timing;
mod tweens;
