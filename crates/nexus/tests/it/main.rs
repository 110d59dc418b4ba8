//! The product as a user meets it: the binary, run on material that the demo kit makes.

mod beats;
mod crash;
mod demo;
#[cfg(unix)]
mod lambda;
mod made;
mod mistakes;
mod models;
mod parts;
mod releases;
#[cfg(target_os = "linux")]
mod sandbox;
mod shotstack;
mod stage;
mod up;
mod vectors;
mod vision;
mod written;
