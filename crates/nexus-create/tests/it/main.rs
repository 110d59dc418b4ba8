//! The crate through its front door: scripts, stills and clips.

mod blobs;
mod pictures;
mod reviews;
mod words;
mod writer;
