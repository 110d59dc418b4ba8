//! Embedded vector index and hybrid ranking: footage search with score and reason.

mod brand;
mod error;
mod glance;
pub mod index;
mod memory;
mod namespace;
mod query;
mod rank;
mod reason;
mod remote;
mod split;
mod words;

pub use brand::EmbeddedBrandMemory;
pub use error::MemoryError;
pub use index::EmbeddedVectors;
pub use memory::EmbeddedMemory;
pub use split::{Split, split_at_gap};
