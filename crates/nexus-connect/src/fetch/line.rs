//! The line to the other side: addresses checked, redirects followed, pieces read.

use std::sync::Arc;

use http_body_util::BodyExt as _;
use hyper::{StatusCode, header};

use super::{
    FetchConfig, FetchError, Resolver, Target,
    address::is_public,
    connection::{Answer, Call, Dialer},
    shown,
};

/// Redirects that are followed, each checked like the first address.
const MOST_REDIRECTS: usize = 3;

/// Asks checked addresses and no others.
pub(super) struct Line {
    pub(super) config: FetchConfig,
    resolver: Arc<dyn Resolver>,
    dialer: Dialer,
}

impl Line {
    pub(super) fn new(config: FetchConfig, resolver: Arc<dyn Resolver>) -> Result<Self, FetchError> {
        let dialer = Dialer::new(&config.extra_roots, config.patience)?;
        Ok(Self { config, resolver, dialer })
    }

    /// The next piece of the body; silence of the other side is an error.
    pub(super) async fn chunk(&self, answer: &mut Answer, target: &Target) -> Result<Option<bytes::Bytes>, FetchError> {
        loop {
            let frame = tokio::time::timeout(self.config.patience, answer.body.frame()).await;
            let frame = frame.map_err(|_| FetchError::Silent { url: target.shown() })?;
            match frame {
                None => return Ok(None),
                Some(Err(source)) => return Err(FetchError::Broken { url: target.shown(), source: source.into() }),
                // Trailers carry nothing that is wanted.
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// The answer at the end of at most three redirects.
    pub(super) async fn follow(&self, url: &str, call: Call) -> Result<(Target, Answer), FetchError> {
        let mut target = Target::parse(url)?;
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.ask(&target, call.clone()).await?;
            if !answer.status.is_redirection() || answer.status == StatusCode::NOT_MODIFIED {
                answer.check(&target)?;
                return Ok((target, answer));
            }
            let place = answer.header(header::LOCATION.as_str());
            let place = place.ok_or_else(|| FetchError::Answered {
                url: target.shown(),
                status: answer.status.as_u16(),
                wait: None,
            })?;
            target = target.join(place)?;
        }
        Err(FetchError::TooManyRedirects { url: shown(url), most: MOST_REDIRECTS })
    }

    /// One request to one checked address.
    pub(super) async fn ask(&self, target: &Target, call: Call) -> Result<Answer, FetchError> {
        let trusted = self.config.allowed_private_origins.contains(target.origin());
        if !target.is_tls() && !self.config.allow_http && !trusted {
            return Err(FetchError::Plain { url: target.shown() });
        }
        let addresses = self.addresses(target, trusted).await?;
        self.dialer.ask(target, &addresses, call).await
    }

    /// Every address of the target, all of them checked.
    async fn addresses(&self, target: &Target, trusted: bool) -> Result<Vec<std::net::SocketAddr>, FetchError> {
        let found = match target.literal() {
            Some(address) => vec![address],
            None => {
                let asked = tokio::time::timeout(self.config.patience, self.resolver.resolve(target.host())).await;
                let answer = asked.map_err(|_| FetchError::Silent { url: target.shown() })?;
                answer.map_err(|source| FetchError::Unresolved { host: target.host().to_owned(), source })?
            }
        };
        if found.is_empty() {
            let source = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(FetchError::Unresolved { host: target.host().to_owned(), source });
        }
        if !trusted && let Some(address) = found.iter().find(|address| !is_public(**address)) {
            return Err(FetchError::Private { url: target.shown(), address: *address });
        }
        Ok(found.into_iter().map(|address| (address, target.port()).into()).collect())
    }
}
