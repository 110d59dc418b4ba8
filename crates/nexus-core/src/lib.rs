//! The vocabulary of the product: ids, media units, entities, the nineteen arrows and the ports.
//!
//! Nothing here performs IO or knows a runtime. Every other crate speaks these words; a word that two
//! crates need lives here, a word that one crate needs lives there.

pub mod arrow;
pub mod blob;
pub mod brand;
pub mod business;
pub mod delivery;
pub mod error;
pub mod fetch;
pub mod film;
pub mod footage;
pub mod id;
pub mod journal;
pub mod memory;
pub mod music;
pub mod network;
pub mod port;
pub mod review;
pub mod script;
pub mod secret;
pub mod speech;
pub mod time;
pub mod vectors;

pub use arrow::Arrow;
pub use error::{ErrorKind, PortError, PortResult};
pub use id::{ApprovalId, AssetId, BusinessId, HostedId, IndexId, ReviewId, RunId, StatementId, TemplateId};
pub use secret::Secret;
pub use time::{FrameRate, Frames, Instant, Seconds};
