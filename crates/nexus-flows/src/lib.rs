//! The product: the nineteen arrows as straight-line code.
//!
//! Hold a file against the diagram: one line per arrow. Nothing here knows SQL, HTTP, ffmpeg, retries or
//! clocks; [`nexus_workflow::Run`] journals every step and goes on where it was.

pub mod assemble;
pub mod callback;
pub mod choose;
pub mod deliver;
pub mod edit;
pub mod fallback;
pub mod fill;
pub mod ingest;
mod learn;
mod look_again;
pub mod media_type;
mod parts;
pub mod posts;
pub mod reel;
pub mod script;
pub mod source;

pub use callback::CallbackFlow;
pub use edit::{EditFlow, EditInput, EditOutput};
pub use ingest::IngestFlow;
pub use look_again::{LookAgainFlow, SeenBefore, outdated};
pub use parts::PartFlow;
pub use reel::{FilmSettings, ReelFlow, ReelInput, ReelOutput};
pub use source::{RenditionOutput, SourceFlow, SourceInput, SourceOutput};
