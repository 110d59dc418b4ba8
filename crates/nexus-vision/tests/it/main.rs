//! The eye and the text model through their front doors, on painted frames.

mod embedding;
mod models;
mod paint;
mod seeing;
