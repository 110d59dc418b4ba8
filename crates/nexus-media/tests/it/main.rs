//! The crate through its front door. Every file that is read here was made here.

mod decode;
mod encode;
mod examine;
mod hostile;
mod listen;
mod material;
mod mux;
mod port;
mod sound;
