//! The renderer through its front door, on clips that the tests make themselves.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage has failed")]
#![expect(clippy::single_range_in_vec_init, reason = "a film of one segment is a list of one range")]

mod any_edit;
mod cache;
mod cuts;
mod direct;
mod golden;
mod layers;
mod plan;
mod rules;
mod sound;
mod stage;
mod undrawn;
