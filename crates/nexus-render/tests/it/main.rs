//! The renderer through its front door, on clips that the tests make themselves.

mod cache;
mod cuts;
mod layers;
mod plan;
mod rules;
mod sound;
mod stage;
