//! Where a URL leads, read once: everything after uses this reading and never the text again.

use std::{net::IpAddr, str::FromStr};

use url::{Host, Url};

use super::FetchError;

/// Longest URL, in bytes.
const MOST_URL_BYTES: usize = 8192;
/// Longest file ending that is kept, in characters.
const MOST_ENDING_CHARS: usize = 5;

/// Scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: String,
    host: Host<String>,
    port: u16,
}

/// A text that is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an origin; expected scheme, host and port alone, for instance http://192.168.1.20:8000")]
pub struct OriginError(pub String);

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let refused = || OriginError(text.chars().take(120).collect());
        let target = Target::parse(text).map_err(|_| refused())?;
        let bare = target.url.path() == "/" && target.url.query().is_none();
        if bare { Ok(target.origin) } else { Err(refused()) }
    }
}

/// A URL that may be asked, once its addresses have been checked.
#[derive(Debug, Clone)]
pub struct Target {
    url: Url,
    origin: Origin,
    /// The host as names are resolved and as the `Host` header spells it; IPv6 in brackets.
    host: String,
}

impl Target {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`FetchError::Unreadable`] for what is no absolute `http` or `https` URL with a host, or too long;
    /// [`FetchError::Credentials`] when a user or a password stands in it.
    pub fn parse(text: &str) -> Result<Self, FetchError> {
        if text.len() > MOST_URL_BYTES {
            return Err(unreadable(text, format!("it is longer than {MOST_URL_BYTES} bytes")));
        }
        Self::of(Url::parse(text).map_err(|error| unreadable(text, error.to_string()))?)
    }

    /// The place that a `Location` header names, seen from here.
    ///
    /// # Errors
    /// As [`Target::parse`].
    pub fn join(&self, place: &str) -> Result<Self, FetchError> {
        if place.len() > MOST_URL_BYTES {
            return Err(unreadable(place, format!("it is longer than {MOST_URL_BYTES} bytes")));
        }
        Self::of(self.url.join(place).map_err(|error| unreadable(place, error.to_string()))?)
    }

    fn of(mut url: Url) -> Result<Self, FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(unreadable(url.as_str(), format!("'{}' is not followed, only https", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Credentials { url: super::shown(url.as_str()) });
        }
        url.set_fragment(None);
        let host = match url.host() {
            Some(host) => host.to_owned(),
            None => return Err(unreadable(url.as_str(), "it names no host".into())),
        };
        let port = url.port_or_known_default().expect("http and https have a default port");
        let origin = Origin { scheme: url.scheme().to_owned(), host, port };
        let host = origin.host.to_string();
        Ok(Self { url, origin, host })
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The host as it is resolved.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.origin.port
    }

    /// True for `https`.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.origin.scheme == "https"
    }

    /// The address, when the host is one in any spelling.
    #[must_use]
    pub fn literal(&self) -> Option<IpAddr> {
        match &self.origin.host {
            Host::Ipv4(address) => Some((*address).into()),
            Host::Ipv6(address) => Some((*address).into()),
            Host::Domain(_) => None,
        }
    }

    /// Path and query as they are sent.
    pub(crate) fn path_and_query(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// The `Host` header.
    pub(crate) fn authority(&self) -> String {
        match self.url.port() {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// The URL for messages, without its query.
    pub(crate) fn shown(&self) -> String {
        super::shown(self.url.as_str())
    }

    /// The ending of the file's name in lower case, when it looks like one.
    pub(crate) fn ending(&self) -> Option<String> {
        let name = self.url.path_segments()?.next_back()?;
        let (stem, ending) = name.rsplit_once('.')?;
        let fits = !stem.is_empty()
            && (1..=MOST_ENDING_CHARS).contains(&ending.len())
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| ending.to_ascii_lowercase())
    }
}

fn unreadable(text: &str, why: String) -> FetchError {
    FetchError::Unreadable { url: super::shown(text), why }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn origins_are_bare() {
        for (text, good) in [
            ("http://127.0.0.1:8000", true),
            ("https://media.example.com", true),
            ("http://127.0.0.1:8000/folder", false),
            ("http://user@127.0.0.1", false),
            ("ftp://127.0.0.1", false),
            ("127.0.0.1:8000", false),
        ] {
            assert_eq!(text.parse::<Origin>().is_ok(), good, "{text}");
        }
        assert_eq!("http://127.0.0.1:80".parse::<Origin>(), "http://127.0.0.1".parse());
    }

    #[test]
    fn endings_are_plain_words() {
        for (url, want) in [
            ("https://a.example/x/Clip.MP4?sig=1", Some("mp4")),
            ("https://a.example/clip", None),
            ("https://a.example/.mp4", None),
            ("https://a.example/a.%2e%2e", None),
            ("https://a.example/a.toolong", None),
        ] {
            assert_eq!(Target::parse(url).expect("a URL").ending().as_deref(), want, "{url}");
        }
    }

    proptest! {
        /// Whatever is read is what is asked: the request line and the headers hold no byte that could begin
        /// another one, and no credential survives.
        #[test]
        fn no_url_can_break_out_of_its_request(text in "\\PC{0,80}", scheme in "(https?://)?") {
            if let Ok(target) = Target::parse(&format!("{scheme}{text}")) {
                for part in [target.path_and_query(), target.authority()] {
                    prop_assert!(part.bytes().all(|byte| (0x21..0x7f).contains(&byte)), "{part:?}");
                }
                prop_assert!(!target.authority().contains('@'));
                prop_assert!(target.path_and_query().starts_with('/'));
            }
        }

        /// A host that is an address in any spelling is seen as one.
        #[test]
        fn every_spelling_of_an_address_is_an_address(bits in any::<u32>(), form in 0_u8..4) {
            let [a, b, c, d] = bits.to_be_bytes();
            let host = match form {
                0 => format!("{bits}"),
                1 => format!("0x{bits:x}"),
                2 => format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
                _ => format!("0x{a:x}.{b}.{}", u16::from_be_bytes([c, d])),
            };
            let target = Target::parse(&format!("http://{host}/")).expect("a URL");
            prop_assert_eq!(target.literal(), Some(IpAddr::from(bits.to_be_bytes())));
        }

        #[test]
        fn reading_never_panics(text in any::<String>(), place in any::<String>()) {
            if let Ok(target) = Target::parse(&text) {
                drop(target.join(&place));
            }
        }
    }
}
