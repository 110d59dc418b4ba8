//! One file per command.

pub(crate) mod backup;
pub(crate) mod beats;
pub(crate) mod blobs;
pub(crate) mod brand;
pub(crate) mod config;
pub(crate) mod db;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod ingest;
#[cfg(feature = "lambda")]
pub(crate) mod lambda;
pub(crate) mod models;
pub(crate) mod render;
pub(crate) mod review;
pub(crate) mod run;
pub(crate) mod search;
pub(crate) mod shots;
pub(crate) mod tag;
pub(crate) mod up;
pub(crate) mod vision;
pub(crate) mod worker;
