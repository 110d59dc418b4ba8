//! What every handler may reach.

use std::sync::Arc;

use nexus_core::{BusinessId, blob::BlobRef, journal::Journal, port::Ports, time::Clock};
use nexus_flows::FilmSettings;
use nexus_store::Store;

use crate::{pinecone::Pinecone, shotstack::Shotstack};

/// The application, cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Everything durable.
    pub store: Store,
    /// The ports.
    pub ports: Arc<Ports>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// What requests may leave out.
    pub defaults: Arc<Defaults>,
    /// The origin that uploads are sent to, when it is neither this server nor this machine; else empty.
    pub upload_origin: Arc<str>,
    /// What the API of Shotstack needs besides.
    pub shotstack: Arc<Shotstack>,
    /// What the API of Pinecone needs besides; `None` when nobody may use it.
    pub pinecone: Option<Arc<Pinecone>>,
}

/// What requests may leave out.
pub struct Defaults {
    /// The business, when there is only one.
    pub business: Option<BusinessId>,
    /// The track for films of businesses that chose none.
    pub music: Option<BlobRef>,
    /// How films are made.
    pub settings: FilmSettings,
}

impl App {
    /// The journal of runs.
    #[must_use]
    pub fn journal(&self) -> &dyn Journal {
        &self.store
    }
}
