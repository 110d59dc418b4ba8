//! One request over one connection to an address that was checked; no pool, no proxy, no cookie.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::Full;
use hyper::{Method, Request, StatusCode, body::Incoming, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
};
use tokio_rustls::TlsConnector;

use super::{FetchError, Target};

/// Longest media type that is kept, in bytes.
const MOST_MEDIA_TYPE_BYTES: usize = 100;

/// Connects and asks.
pub(crate) struct Dialer {
    tls: TlsConnector,
    patience: Duration,
}

/// What is asked: JSON, when there is a body.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Besides those that every request has.
    pub(crate) headers: Vec<(header::HeaderName, header::HeaderValue)>,
    pub(crate) body: Option<Vec<u8>>,
}

/// The head of an answer and the stream of its body; the connection lives as long as this.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: header::HeaderMap,
    pub(crate) body: Incoming,
    _connection: JoinSet<()>,
}

impl Call {
    /// A file, or what follows its first `from` bytes.
    pub(crate) fn get(from: u64) -> Self {
        let range = || header::HeaderValue::from_str(&format!("bytes={from}-")).expect("digits are fit for a header");
        let headers = if from > 0 { vec![(header::RANGE, range())] } else { Vec::new() };
        Self { method: Method::GET, headers, body: None }
    }

    /// A JSON document.
    pub(crate) fn post(body: Vec<u8>) -> Self {
        Self { method: Method::POST, headers: Vec::new(), body: Some(body) }
    }
}

impl Dialer {
    /// Trusts the authorities that Mozilla lists, and `extra_roots`.
    pub(crate) fn new(extra_roots: &[CertificateDer<'static>], patience: Duration) -> Result<Self, FetchError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in extra_roots {
            roots.add(certificate.clone()).map_err(|source| FetchError::Roots { source })?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), patience })
    }

    /// The answer to one request, from the first of `addresses` that takes a connection.
    pub(crate) async fn ask(
        &self,
        target: &Target,
        addresses: &[SocketAddr],
        call: Call,
    ) -> Result<Answer, FetchError> {
        let stream = self.connect(target, addresses).await?;
        if !target.is_tls() {
            return self.exchange(target, stream, call).await;
        }
        let name = ServerName::try_from(target.host().trim_matches(['[', ']']).to_owned()).map_err(|error| {
            FetchError::Unreadable { url: target.shown(), why: format!("its host cannot be checked: {error}") }
        })?;
        let stream = self.within(target, self.tls.connect(name, stream)).await?;
        let stream = stream.map_err(|source| FetchError::Tls { url: target.shown(), source })?;
        self.exchange(target, stream, call).await
    }

    async fn connect(&self, target: &Target, addresses: &[SocketAddr]) -> Result<TcpStream, FetchError> {
        let mut last = FetchError::Silent { url: target.shown() };
        for address in addresses {
            match tokio::time::timeout(self.patience, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(source)) => last = FetchError::Unreachable { url: target.shown(), source },
                Err(_) => last = FetchError::Silent { url: target.shown() },
            }
        }
        Err(last)
    }

    async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        target: &Target,
        stream: S,
        call: Call,
    ) -> Result<Answer, FetchError> {
        let broken = |source: hyper::Error| FetchError::Broken { url: target.shown(), source: source.into() };
        let request = request(target, call)?;
        let (mut sender, connection) =
            self.within(target, http1::handshake(TokioIo::new(stream))).await?.map_err(broken)?;
        let mut driver = JoinSet::new();
        // What goes wrong on the connection is told to the request that waits on it.
        driver.spawn(async move { drop(connection.await) });
        let response = self.within(target, sender.send_request(request)).await?.map_err(broken)?;
        let (head, body) = response.into_parts();
        Ok(Answer { status: head.status, headers: head.headers, body, _connection: driver })
    }

    async fn within<T>(&self, target: &Target, work: impl Future<Output = T>) -> Result<T, FetchError> {
        tokio::time::timeout(self.patience, work).await.map_err(|_| FetchError::Silent { url: target.shown() })
    }
}

fn request(target: &Target, call: Call) -> Result<Request<Full<bytes::Bytes>>, FetchError> {
    let Call { method, headers, body } = call;
    let mut request = Request::builder()
        .method(method)
        .uri(target.path_and_query())
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, concat!("nexus-engine/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT, "*/*")
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::CONNECTION, "close");
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request
        .body(Full::from(body.unwrap_or_default()))
        .map_err(|error| FetchError::Unreadable { url: target.shown(), why: error.to_string() })
}

impl Answer {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type without its parameters, in lower case, when it is one.
    pub(super) fn media_type(&self) -> Option<String> {
        let kind = self.header(header::CONTENT_TYPE.as_str())?.split(';').next()?.trim().to_ascii_lowercase();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/+-.".contains(&byte);
        let fits = kind.len() <= MOST_MEDIA_TYPE_BYTES && kind.matches('/').count() == 1 && kind.bytes().all(plain);
        fits.then_some(kind)
    }

    /// Whether the other side agreed.
    pub(super) fn check(&self, target: &Target) -> Result<(), FetchError> {
        if self.status.is_success() {
            return Ok(());
        }
        Err(FetchError::Answered { url: target.shown(), status: self.status.as_u16(), wait: self.retry_after() })
    }

    /// How long the other side asks to wait, in seconds or until a date by its own clock. Source: RFC 9110, 10.2.3.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let asked = self.header(header::RETRY_AFTER.as_str())?.trim();
        if let Ok(seconds) = asked.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = httpdate::parse_http_date(asked).ok()?;
        let now = httpdate::parse_http_date(self.header(header::DATE.as_str())?).ok()?;
        until.duration_since(now).ok()
    }
}
