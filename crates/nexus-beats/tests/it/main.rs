//! What the analyser promises, through its front door, on sound made here.

mod clicks;
mod nothing;
mod port;
mod sound;
mod tune;
