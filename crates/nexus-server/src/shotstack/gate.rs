//! Who may come in: `x-api-key`, compared in constant time, and how often.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{Path, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use nexus_core::{BusinessId, Instant, Secret};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Owner, refusal::Refusal};
use crate::App;

/// A key and whose it is.
pub struct ApiKey {
    /// The tenant.
    pub owner: BusinessId,
    /// The key.
    pub key: Secret<String>,
}

/// How much one owner may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateLimits {
    /// Requests per second over time; twice as many at once. 0 sets no limit.
    pub requests_per_s: u32,
    /// Renders that have not ended; 0 sets no limit.
    pub most_unfinished: u32,
}

/// Who may come in, and how often.
pub struct Gate {
    keys: Vec<(BusinessId, [u8; 32])>,
    /// Whose requests are those with any key, when none is configured.
    open_owner: Option<BusinessId>,
    limits: GateLimits,
    said_open: AtomicBool,
    buckets: Mutex<BTreeMap<BusinessId, Bucket>>,
}

/// Requests that an owner may still make, in thousandths, and when that was worked out.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    thousandths: u64,
    at: Instant,
}

impl Gate {
    /// A gate for `keys`. With none, any key that is not empty belongs to `open_owner`; that is for a server which
    /// only this machine reaches, and `None` keeps everybody out.
    #[must_use]
    pub fn new(keys: Vec<ApiKey>, open_owner: Option<BusinessId>, limits: GateLimits) -> Self {
        let digest = |ApiKey { owner, key }: ApiKey| (owner, Sha256::digest(key.expose().as_bytes()).into());
        let keys: Vec<(BusinessId, [u8; 32])> = keys.into_iter().map(digest).collect();
        Self {
            open_owner: open_owner.filter(|_| keys.is_empty()),
            keys,
            limits,
            said_open: AtomicBool::new(false),
            buckets: Mutex::default(),
        }
    }

    /// How many renders one owner may have unfinished; 0 for any number.
    pub(super) fn most_unfinished(&self) -> u64 {
        u64::from(self.limits.most_unfinished)
    }

    /// Whose key it is. Takes the same time whether and where a key fits.
    pub(crate) fn owner_of(&self, key: &[u8]) -> Option<BusinessId> {
        if key.is_empty() {
            return None;
        }
        let given: [u8; 32] = Sha256::digest(key).into();
        let mut owner = None;
        for (whose, digest) in &self.keys {
            if bool::from(digest.ct_eq(&given)) {
                owner = Some(*whose);
            }
        }
        if owner.is_none() && self.open_owner.is_some() && !self.said_open.swap(true, Ordering::Relaxed) {
            tracing::warn!("no API key is configured, so any key is accepted from this machine; set shotstack.keys");
        }
        owner.or(self.open_owner)
    }

    /// Takes one request from the owner's bucket, or says how many seconds to wait for one.
    pub(crate) fn take(&self, owner: BusinessId, now: Instant) -> Result<(), u64> {
        let rate = u64::from(self.limits.requests_per_s);
        if rate == 0 {
            return Ok(());
        }
        let full = rate * 2 * 1000;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(owner).or_insert(Bucket { thousandths: full, at: now });
        let gained = now.millis_since(bucket.at).saturating_mul(rate);
        *bucket = Bucket { thousandths: bucket.thousandths.saturating_add(gained).min(full), at: now };
        match bucket.thousandths.checked_sub(1000) {
            Some(left) => {
                bucket.thousandths = left;
                Ok(())
            }
            None => Err((1000 - bucket.thousandths).div_ceil(rate * 1000).max(1)),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Stage {
    stage: String,
}

/// Lets a request pass with its [`Owner`], or refuses it.
pub(super) async fn admit(
    State(app): State<App>,
    Path(Stage { stage }): Path<Stage>,
    mut request: Request,
    next: Next,
) -> Response {
    if !matches!(stage.as_str(), "v1" | "stage") {
        return Refusal::not_found("there are the stages v1 and stage").into_response();
    }
    let gate = &app.shotstack.gate;
    let key = request.headers().get("x-api-key").map(|key| key.as_bytes()).unwrap_or_default();
    let Some(owner) = gate.owner_of(key) else {
        return Refusal::unauthorized().into_response();
    };
    if let Err(seconds) = gate.take(owner, app.clock.now()) {
        return Refusal::too_many("too many requests; ask again in a moment", seconds).into_response();
    }
    request.extensions_mut().insert(Owner(owner));
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: GateLimits = GateLimits { requests_per_s: 2, most_unfinished: 0 };

    fn business(name: &str) -> BusinessId {
        BusinessId::derived(&[name])
    }

    #[test]
    fn keys_open_their_own_door_only() {
        let key = |owner: &str, key: &str| ApiKey { owner: business(owner), key: Secret::new(key.into()) };
        let gate = Gate::new(vec![key("a", "one"), key("b", "two")], Some(business("open")), LIMITS);
        for (name, given, want) in [
            ("first", "one", Some("a")),
            ("second", "two", Some("b")),
            ("wrong", "three", None),
            ("prefix", "on", None),
            ("longer", "one ", None),
            ("empty", "", None),
        ] {
            assert_eq!(gate.owner_of(given.as_bytes()), want.map(business), "{name}");
        }
        let open = Gate::new(Vec::new(), Some(business("open")), LIMITS);
        assert_eq!(open.owner_of(b"anything"), Some(business("open")));
        assert_eq!(open.owner_of(b""), None);
        assert_eq!(Gate::new(Vec::new(), None, LIMITS).owner_of(b"anything"), None);
    }

    #[test]
    fn a_bucket_fills_again() {
        let gate = Gate::new(Vec::new(), Some(business("a")), LIMITS);
        let at = Instant::from_unix_millis;
        let asked: Vec<bool> = (0..6).map(|_| gate.take(business("a"), at(1000)).is_ok()).collect();
        assert_eq!(asked, [true, true, true, true, false, false]);
        assert_eq!(gate.take(business("a"), at(1000)), Err(1));
        assert_eq!(gate.take(business("b"), at(1000)), Ok(()), "another owner has a bucket of its own");
        assert_eq!(gate.take(business("a"), at(1500)), Ok(()));
        assert!(gate.take(business("a"), at(1500)).is_err());
    }
}
