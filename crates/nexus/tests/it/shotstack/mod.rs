//! The API of Shotstack over a real socket, with the real renderer, as its clients use it.

mod contract;
mod edits;
#[cfg(unix)]
mod encoder;
mod ingest;
mod made;
mod renditions;
mod stage;
mod templates;
mod transfer;
