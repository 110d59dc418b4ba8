//! Requests to a service that the operator configured: where it is, who we are to it, and what its answers mean.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::{
    Method, StatusCode,
    header::{HeaderName, HeaderValue},
};
use nexus_core::{ErrorKind, PortError, PortResult, Secret};
use serde_json::Value;
use url::{Host, Url};

use crate::fetch::{Call, Dialer, FetchError, Resolver as _, SystemResolver, Target};

/// Longest silence while names are looked up.
const LOOKUP_PATIENCE: Duration = Duration::from_secs(30);
/// Longest message of the other side that is repeated, in characters.
const MOST_MESSAGE_CHARS: usize = 300;

/// A service as its errors speak of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    /// The vendor, as a word for people.
    pub(crate) provider: &'static str,
    /// The configuration key of its address.
    pub(crate) address: &'static str,
    /// The configuration key of its secret.
    pub(crate) secret: &'static str,
}

/// Bounds of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Longest silence.
    pub(crate) patience: Duration,
    /// Largest answer in bytes.
    pub(crate) most_answer_bytes: usize,
}

/// Speaks to one service.
pub(crate) struct Vendor {
    named: Named,
    base: Url,
    secret: Option<Secret<String>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    dialer: Dialer,
    bounds: Bounds,
}

impl Vendor {
    /// The service at `address`; `https://` where the address names no scheme.
    ///
    /// # Errors
    /// `Invalid` when the address is none, or would carry requests in the clear beyond the operator's own network.
    pub(crate) fn new(named: Named, address: &str, bounds: Bounds) -> PortResult<Self> {
        let Named { provider, address: key, .. } = named;
        let refused = |message: String| PortError::new(ErrorKind::Invalid, provider, "be reached", message);
        let shown: String = address.chars().take(100).collect();
        let address = address.trim();
        let text = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
        let base = Url::parse(&text).map_err(|error| refused(format!("'{shown}' ({key}) is no address: {error}")))?;
        let is_good = match base.scheme() {
            "https" => base.host().is_some(),
            "http" => base.host().is_some_and(|host| is_near(&host)),
            _ => false,
        };
        if !is_good {
            let wanted = "must be an https:// address; http:// is taken within your own network alone";
            return Err(refused(format!("'{shown}' ({key}) {wanted}")));
        }
        let dialer = Dialer::new(&[], bounds.patience).map_err(|error| failed(provider, "be reached", error))?;
        Ok(Self { named, base, secret: None, headers: Vec::new(), dialer, bounds })
    }

    /// The same service, waited for as long as `patience`, where it is given: for a connection, for the head of an
    /// answer, for its body.
    ///
    /// # Errors
    /// As [`Vendor::new`].
    pub(crate) fn with_patience(mut self, patience: Option<Duration>) -> PortResult<Self> {
        let Some(patience) = patience else { return Ok(self) };
        let provider = self.named.provider;
        self.dialer = Dialer::new(&[], patience).map_err(|error| failed(provider, "be reached", error))?;
        self.bounds.patience = patience;
        Ok(self)
    }

    /// The same service with a header in every request.
    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((HeaderName::from_static(name), HeaderValue::from_static(value)));
        self
    }

    /// The same service with `secret` in every request, in the header `name`, after `scheme` (`Bearer `).
    ///
    /// # Errors
    /// `Invalid` for a secret that fits into no header, and for a header name that is none.
    pub(crate) fn with_secret(mut self, name: &str, scheme: &str, secret: Secret<String>) -> PortResult<Self> {
        let Named { provider, secret: key, .. } = self.named;
        let refused = |what: &str| PortError::new(ErrorKind::Invalid, provider, "be reached", what);
        let name = HeaderName::from_bytes(name.trim().to_ascii_lowercase().as_bytes())
            .map_err(|_| refused("the header that carries the key has a name that no header has"))?;
        let value = HeaderValue::from_str(&format!("{scheme}{}", secret.expose())).ok();
        let mut value = value
            .filter(|_| !secret.expose().is_empty())
            .ok_or_else(|| refused(&format!("the API key ({key}) is missing, or holds characters that no key has")))?;
        value.set_sensitive(true);
        self.headers.push((name, value));
        self.secret = Some(secret);
        Ok(self)
    }

    /// The answer to one request below the address as JSON; `null` when it is empty.
    pub(crate) async fn call(
        &self,
        op: &'static str,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> PortResult<Value> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.ask(op, url, Call { method, headers: Vec::new(), body }).await
    }

    /// The answer of the address itself, with further headers.
    pub(crate) async fn post(
        &self,
        op: &'static str,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: &Value,
    ) -> PortResult<Value> {
        let body = Some(body.to_string().into_bytes());
        self.ask(op, self.base.clone(), Call { method: Method::POST, headers, body }).await
    }

    /// What stands at an address that the service named itself.
    ///
    /// # Errors
    /// `Refused` for an address of another origin: our key is sent along.
    pub(crate) async fn follow(&self, op: &'static str, address: &str) -> PortResult<Value> {
        let url = self.base.join(address).ok().filter(|url| url.origin() == self.base.origin()).ok_or_else(|| {
            let message = "it named an address on another server; the key is not sent there";
            PortError::new(ErrorKind::Refused, self.named.provider, op, message)
        })?;
        self.ask(op, url, Call { method: Method::GET, headers: Vec::new(), body: None }).await
    }

    async fn ask(&self, op: &'static str, url: Url, mut call: Call) -> PortResult<Value> {
        let provider = self.named.provider;
        let error = |kind, message: &str| PortError::new(kind, provider, op, message);
        let target = Target::parse(url.as_str()).map_err(|error| failed(provider, op, error))?;
        let addresses = addresses(&target).await.map_err(|error| failed(provider, op, error))?;
        call.headers.extend(self.headers.iter().cloned());
        let answer = self.dialer.ask(&target, &addresses, call).await.map_err(|error| failed(provider, op, error))?;
        let (status, wait) = (answer.status, answer.retry_after());
        let limited = Limited::new(answer.body, self.bounds.most_answer_bytes);
        let body: Bytes = match tokio::time::timeout(self.bounds.patience, limited.collect()).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(cause)) if cause.is::<LengthLimitError>() => {
                let most = self.bounds.most_answer_bytes / 1_000_000;
                let message =
                    format!("the answer is longer than {most} MB; check that {} is its address", self.named.address);
                return Err(error(ErrorKind::Refused, &message));
            }
            Ok(Err(cause)) => {
                return Err(error(ErrorKind::Unavailable, "the answer broke off; try again").caused_by(cause));
            }
            Err(_) => return Err(error(ErrorKind::Timeout, "the answer did not end in time")),
        };
        if !status.is_success() {
            return Err(self.refusal(op, status, wait, &body));
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|cause| {
            let message = format!("the answer is no JSON; check that {} is its address", self.named.address);
            error(ErrorKind::Unavailable, &message).caused_by(cause)
        })
    }

    /// What a status means, with the other side's own words, in which our secret never stands.
    pub(crate) fn refusal(
        &self,
        op: &'static str,
        status: StatusCode,
        wait: Option<Duration>,
        body: &[u8],
    ) -> PortError {
        let Named { provider, address, secret } = self.named;
        let mut told = told(body).unwrap_or_default();
        if let Some(secret) = &self.secret {
            told = told.replace(secret.expose(), "***");
        }
        let plain: String = told.chars().filter(|sign| !sign.is_control()).take(MOST_MESSAGE_CHARS).collect();
        let kind = kind_of(status);
        let advice = match kind {
            ErrorKind::Unauthorized => format!("; check {secret} and {address}"),
            ErrorKind::NotFound => format!("; check {address}"),
            ErrorKind::RateLimited => "; it goes on by itself after a while".into(),
            _ => String::new(),
        };
        let message =
            if plain.is_empty() { format!("it answered HTTP {status}{advice}") } else { format!("{plain}{advice}") };
        let error = PortError::new(kind, provider, op, message);
        match wait {
            Some(wait) => error.retry_after(wait),
            None => error,
        }
    }
}

/// The sentence that an error document tells, in the shapes that services use.
fn told(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    ["/message", "/error/message", "/error", "/detail", "/title"]
        .iter()
        .find_map(|pointer| body.pointer(pointer)?.as_str().map(str::to_owned))
}

/// Whether a host lies within the operator's own network: this machine, a private address, or a name without a domain,
/// as containers have them.
fn is_near(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            !name.contains('.') || [".local", ".internal"].iter().any(|ending| name.ends_with(ending))
        }
        Host::Ipv4(address) => address.is_loopback() || address.is_private(),
        Host::Ipv6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

async fn addresses(target: &Target) -> Result<Vec<SocketAddr>, FetchError> {
    let found = match target.literal() {
        Some(address) => vec![address],
        None => {
            let asked = tokio::time::timeout(LOOKUP_PATIENCE, SystemResolver.resolve(target.host())).await;
            let answer = asked.map_err(|_| FetchError::Silent { url: target.shown() })?;
            answer.map_err(|source| FetchError::Unresolved { host: target.host().to_owned(), source })?
        }
    };
    Ok(found.into_iter().map(|address| (address, target.port()).into()).collect())
}

fn kind_of(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        401..=403 => ErrorKind::Unauthorized,
        404 => ErrorKind::NotFound,
        408 | 504 => ErrorKind::Timeout,
        409 => ErrorKind::Conflict,
        405 | 501 => ErrorKind::Unsupported,
        412 | 413 | 422 => ErrorKind::Refused,
        // Locked is what Potassium says while its worker is busy.
        423 => ErrorKind::Unavailable,
        425 | 429 => ErrorKind::RateLimited,
        500..=599 => ErrorKind::Unavailable,
        _ => ErrorKind::Invalid,
    }
}

fn failed(provider: &'static str, op: &'static str, error: FetchError) -> PortError {
    let PortError { kind, message, source, .. } = error.into();
    let told = PortError::new(kind, provider, op, message);
    match source {
        Some(source) => told.caused_by(source),
        None => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMED: Named = Named { provider: "Vendor", address: "vendor.url", secret: "vendor.key" };
    const BOUNDS: Bounds = Bounds { patience: Duration::from_secs(1), most_answer_bytes: 1000 };

    fn vendor(key: &str) -> PortResult<Vendor> {
        Vendor::new(NAMED, "a.b", BOUNDS)?.with_secret("api-key", "", Secret::new(key.to_owned()))
    }

    #[test]
    fn beyond_ones_own_network_nothing_is_sent_in_the_clear() {
        for (address, good) in [
            ("clips-abc.svc.pinecone.io", true),
            ("https://clips-abc.svc.pinecone.io", true),
            ("http://127.0.0.1:8787/pinecone/data/clips", true),
            ("http://192.168.1.20:8000", true),
            ("http://vision:8000/", true),
            ("http://gpu.local", true),
            ("http://clips-abc.svc.pinecone.io", false),
            ("http://8.8.8.8", false),
            ("ftp://127.0.0.1", false),
            ("", false),
        ] {
            assert_eq!(Vendor::new(NAMED, address, BOUNDS).is_ok(), good, "{address}");
        }
        assert!(vendor("").is_err());
    }

    #[test]
    fn answers_become_kinds_and_never_repeat_the_key() {
        let vendor = vendor("pcsk_secret").expect("a client");
        let body = br#"{"code":16,"message":"bad key pcsk_secret","details":[]}"#;
        let error = vendor.refusal("search", StatusCode::UNAUTHORIZED, None, body);
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        assert!(!error.chain().contains("pcsk_secret") && error.message.contains("***"), "{error}");
        let body = br#"{"error":{"code":"RESOURCE_EXHAUSTED","message":"slow down"},"status":429}"#;
        let wait = Some(Duration::from_secs(7));
        let error = vendor.refusal("search", StatusCode::TOO_MANY_REQUESTS, wait, body);
        assert_eq!((error.kind, error.retry_after), (ErrorKind::RateLimited, wait));
        for (status, kind) in [
            (400, ErrorKind::Invalid),
            (404, ErrorKind::NotFound),
            (422, ErrorKind::Refused),
            (423, ErrorKind::Unavailable),
            (503, ErrorKind::Unavailable),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(vendor.refusal("search", status, None, b"<html>").kind, kind);
        }
    }
}
