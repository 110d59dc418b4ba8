//! What the analyser promises, through its front door, on sound made here.

mod beat_this;
mod clicks;
mod nothing;
mod pieces;
mod port;
mod sound;
mod tune;
