//! The data plane of one index as a service.

use std::time::Duration;

use nexus_core::{PortResult, Secret};

use crate::vendor::{Bounds, Named, Vendor};

/// The adapter's name in errors.
pub(super) const PROVIDER: &str = "Pinecone";
/// The version of the API.
const VERSION: &str = "2026-04";
/// An answer may hold ten thousand matches with values.
const BOUNDS: Bounds = Bounds { patience: Duration::from_secs(30), most_answer_bytes: 256 << 20 };

/// As [`super::PineconeIndex::new`].
pub(super) fn client(host: &str, key: Secret<String>) -> PortResult<Vendor> {
    let named = Named { provider: PROVIDER, address: "vectors.host", secret: "vectors.key" };
    Vendor::new(named, host, BOUNDS)?.with_header("x-pinecone-api-version", VERSION).with_secret("api-key", "", key)
}
