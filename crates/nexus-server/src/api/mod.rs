//! The JSON API under `/v1`.

pub(crate) mod businesses;
pub(crate) mod events;
pub(crate) mod memory;
pub(crate) mod openapi;
pub(crate) mod parts;
pub(crate) mod reviews;
pub(crate) mod runs;
pub(crate) mod search;
pub(crate) mod uploads;

use nexus_core::BusinessId;

use crate::{App, Problem};

/// The answer of every handler.
pub(crate) type Answer<T> = Result<T, Problem>;

/// Is the process there?
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// The business that a request names, or the only one there is.
pub(crate) fn business_or_default(app: &App, named: Option<BusinessId>) -> Answer<BusinessId> {
    named
        .or(app.defaults.business)
        .ok_or_else(|| Problem::invalid("say which business: add \"business\": \"business_…\""))
}
