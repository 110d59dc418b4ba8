//! One request to the data plane: key, version, and what an answer means.

use std::{net::SocketAddr, time::Duration};

use http_body_util::{BodyExt as _, Limited};
use hyper::{Method, StatusCode, header::HeaderValue};
use nexus_core::{ErrorKind, PortError, PortResult, Secret};
use serde_json::Value;
use url::{Host, Url};

use crate::fetch::{Answer, Call, Dialer, FetchError, Resolver as _, SystemResolver, Target};

/// The adapter's name in errors.
pub(super) const PROVIDER: &str = "Pinecone";
/// The version of the API.
const VERSION: &str = "2026-04";
/// Longest silence.
const PATIENCE: Duration = Duration::from_secs(30);
/// Largest answer, in bytes: ten thousand matches with values.
const MOST_ANSWER_BYTES: usize = 256 << 20;
/// Longest message of the other side that is repeated, in characters.
const MOST_MESSAGE_CHARS: usize = 300;

/// Speaks to one index.
pub(super) struct Client {
    base: Url,
    key: Secret<String>,
    header: HeaderValue,
    dialer: Dialer,
}

impl Client {
    /// As [`super::PineconeIndex::new`].
    pub(super) fn new(host: &str, key: Secret<String>) -> PortResult<Self> {
        let refused = |message: String| PortError::new(ErrorKind::Invalid, PROVIDER, "be reached", message);
        let shown: String = host.chars().take(100).collect();
        let host = host.trim();
        let text = if host.contains("://") { host.to_owned() } else { format!("https://{host}") };
        let base =
            Url::parse(&text).map_err(|error| refused(format!("'{shown}' (vectors.host) is no host: {error}")))?;
        let is_local = match base.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if base.host().is_none() || !(base.scheme() == "https" || (base.scheme() == "http" && is_local)) {
            return Err(refused(format!("'{shown}' (vectors.host) must be the host of an index, reached by https")));
        }
        let mut header =
            HeaderValue::from_str(key.expose()).ok().filter(|header| !header.is_empty()).ok_or_else(|| {
                refused("the API key (vectors.key) is missing, or holds characters that no key has".into())
            })?;
        header.set_sensitive(true);
        let dialer = Dialer::new(&[], PATIENCE).map_err(|error| failed("be reached", error))?;
        Ok(Self { base, key, header, dialer })
    }

    /// The answer to one request as JSON; `null` when it is empty.
    pub(super) async fn call(
        &self,
        op: &'static str,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> PortResult<Value> {
        let target = self.target(path, query).map_err(|error| failed(op, error))?;
        let addresses = addresses(&target).await.map_err(|error| failed(op, error))?;
        let headers =
            vec![("api-key", self.header.clone()), ("x-pinecone-api-version", HeaderValue::from_static(VERSION))];
        let answer = self.dialer.ask(&target, &addresses, Call { method, headers, body }).await;
        let answer = answer.map_err(|error| failed(op, error))?;
        let (status, wait) = (answer.status, retry_after(&answer));
        let body = tokio::time::timeout(PATIENCE, Limited::new(answer.body, MOST_ANSWER_BYTES).collect()).await;
        let body = match body {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) => {
                let broken = "the answer broke off, or was too long; try again";
                return Err(PortError::new(ErrorKind::Unavailable, PROVIDER, op, broken).caused_by(error));
            }
            Err(_) => return Err(PortError::new(ErrorKind::Timeout, PROVIDER, op, "the answer did not end in time")),
        };
        if !status.is_success() {
            return Err(self.refusal(op, status, wait, &body));
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|error| {
            let message = "the answer is no JSON; check that vectors.host is the host of an index";
            PortError::new(ErrorKind::Unavailable, PROVIDER, op, message).caused_by(error)
        })
    }

    fn target(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Target, FetchError> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Target::parse(url.as_str())
    }

    fn refusal(&self, op: &'static str, status: StatusCode, wait: Option<Duration>, body: &[u8]) -> PortError {
        let told = serde_json::from_slice::<Value>(body).ok().and_then(|body| {
            let message = body.get("message").or_else(|| body.get("error")?.get("message"))?;
            message.as_str().map(str::to_owned)
        });
        let plain: String = told
            .unwrap_or_default()
            .replace(self.key.expose(), "***")
            .chars()
            .filter(|character| !character.is_control())
            .take(MOST_MESSAGE_CHARS)
            .collect();
        let kind = kind_of(status);
        let advice = match kind {
            ErrorKind::Unauthorized => "; check vectors.key and vectors.host",
            ErrorKind::RateLimited => "; it goes on by itself after a while",
            _ => "",
        };
        let message =
            if plain.is_empty() { format!("it answered HTTP {status}{advice}") } else { format!("{plain}{advice}") };
        let error = PortError::new(kind, PROVIDER, op, message);
        match wait {
            Some(wait) => error.retry_after(wait),
            None => error,
        }
    }
}

async fn addresses(target: &Target) -> Result<Vec<SocketAddr>, FetchError> {
    let found = match target.literal() {
        Some(address) => vec![address],
        None => {
            let asked = tokio::time::timeout(PATIENCE, SystemResolver.resolve(target.host())).await;
            let answer = asked.map_err(|_| FetchError::Silent { url: target.shown() })?;
            answer.map_err(|source| FetchError::Unresolved { host: target.host().to_owned(), source })?
        }
    };
    Ok(found.into_iter().map(|address| (address, target.port()).into()).collect())
}

fn retry_after(answer: &Answer) -> Option<Duration> {
    answer.header("retry-after").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs)
}

fn kind_of(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        401..=403 => ErrorKind::Unauthorized,
        404 => ErrorKind::NotFound,
        408 | 504 => ErrorKind::Timeout,
        409 => ErrorKind::Conflict,
        412 => ErrorKind::Refused,
        425 | 429 => ErrorKind::RateLimited,
        501 => ErrorKind::Unsupported,
        500..=599 => ErrorKind::Unavailable,
        _ => ErrorKind::Invalid,
    }
}

fn failed(op: &'static str, error: FetchError) -> PortError {
    let PortError { kind, message, source, .. } = error.into();
    let told = PortError::new(kind, PROVIDER, op, message);
    match source {
        Some(source) => told.caused_by(source),
        None => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        let key = || Secret::new("pcsk_x".to_owned());
        for (name, host, good) in [
            ("bare", "clips-abc.svc.pinecone.io", true),
            ("https", "https://clips-abc.svc.pinecone.io", true),
            ("loopback", "http://127.0.0.1:8787/pinecone/data/clips", true),
            ("http", "http://clips-abc.svc.pinecone.io", false),
            ("other scheme", "ftp://127.0.0.1", false),
            ("nothing", "", false),
        ] {
            assert_eq!(Client::new(host, key()).is_ok(), good, "{name}");
        }
        assert!(Client::new("a.b", Secret::new(String::new())).is_err());
    }

    #[test]
    fn answers_become_kinds_and_never_repeat_the_key() {
        let client = Client::new("a.b", Secret::new("pcsk_secret".into())).expect("a client");
        let body = br#"{"code":16,"message":"bad key pcsk_secret","details":[]}"#;
        let error = client.refusal("search", StatusCode::UNAUTHORIZED, None, body);
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        assert!(!error.chain().contains("pcsk_secret") && error.message.contains("***"), "{error}");
        let body = br#"{"error":{"code":"RESOURCE_EXHAUSTED","message":"slow down"},"status":429}"#;
        let wait = Some(Duration::from_secs(7));
        let error = client.refusal("search", StatusCode::TOO_MANY_REQUESTS, wait, body);
        assert_eq!((error.kind, error.retry_after), (ErrorKind::RateLimited, wait));
        for (status, kind) in [(400, ErrorKind::Invalid), (404, ErrorKind::NotFound), (503, ErrorKind::Unavailable)] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(client.refusal("search", status, None, b"<html>").kind, kind);
        }
    }
}
