//! One file per command.

pub mod config;
pub mod demo;
pub mod doctor;
pub mod ingest;
pub mod review;
pub mod run;
pub mod search;
pub mod up;
