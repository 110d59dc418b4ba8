//! One file per outside system: the outbox that publishes without an account, and the vendors' protocols.
//!
//! [`fetch`] is the one way out to addresses that strangers name.
//!
//! Of publishing there is the embedded form alone: [`Outbox`] does what a publisher does, into a folder. What it writes
//! as `payload.json` is the exact body that the vendor's API would get, so that a person can look at it, post
//! it by hand, or send it later. Objects are named by their `nexus://` address there; an adapter that really
//! sends them puts a link in its place.

mod ayrshare;
mod entry;
mod error;
pub mod fetch;
mod google;
pub mod inference;
mod limits;
mod outbox;
mod picture;
pub mod pinecone;
mod preview;
mod vendor;

pub use ayrshare::post_body;
pub use error::ConnectError;
pub use google::place_requests;
pub use limits::{Measured, PlaceMeasured, PostMeasured, check_place, check_post};
pub use outbox::Outbox;
