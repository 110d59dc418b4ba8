//! Stored bytes: where they lie, how large they are, what their content is.

use serde::{Deserialize, Serialize};

use crate::BusinessId;

/// The two buckets of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bucket {
    /// What people upload.
    Raw,
    /// What the product makes.
    Final,
}

impl Bucket {
    /// The name as the S3 protocol sees it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "nexus-raw",
            Self::Final => "nexus-final",
        }
    }

    /// The bucket with that S3 name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Raw, Self::Final].into_iter().find(|bucket| bucket.name() == name)
    }
}

/// An object key that cannot leave its bucket: 1 to 1024 bytes of `[A-Za-z0-9._/-]`, every segment
/// non-empty and not made of dots alone, always below `t/<business>/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlobKey(String);

/// A text that cannot be an object key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' cannot be an object key: expected t/<business>/<path> of letters, digits, '.', '_' and '-'")]
pub struct BlobKeyError(pub String);

impl BlobKey {
    /// `t/<business>/<path>`; the tenant stands in every key.
    ///
    /// # Errors
    /// [`BlobKeyError`] when `path` holds anything that could leave the tenant's folder.
    pub fn new(business: BusinessId, path: &str) -> Result<Self, BlobKeyError> {
        format!("t/{business}/{path}").try_into()
    }

    /// The key as S3 sees it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tenant that owns the object.
    #[must_use]
    pub fn business(&self) -> BusinessId {
        let id = self.0.split('/').nth(1).and_then(|text| text.parse().ok());
        id.expect("checked when the key was made")
    }
}

impl TryFrom<String> for BlobKey {
    type Error = BlobKeyError;

    fn try_from(text: String) -> Result<Self, BlobKeyError> {
        let segment_ok = |segment: &str| {
            segment.bytes().any(|byte| byte != b'.')
                && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        let mut segments = text.split('/');
        let rooted = segments.next() == Some("t")
            // In the one spelling that rows are kept apart by.
            && segments.next().is_some_and(|id| id.parse::<BusinessId>().is_ok_and(|business| business.to_string() == id))
            && text.split('/').count() >= 3;
        if text.len() <= 1024 && rooted && text.split('/').all(segment_ok) {
            Ok(Self(text))
        } else {
            Err(BlobKeyError(text.chars().take(120).collect()))
        }
    }
}

impl From<BlobKey> for String {
    fn from(key: BlobKey) -> Self {
        key.0
    }
}

impl std::fmt::Display for BlobKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A stored object, complete and durable.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlobRef {
    /// Its bucket.
    pub bucket: Bucket,
    /// Its key.
    pub key: BlobKey,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// The S3 entity tag without quotes: MD5 for a single PUT, `<md5>-<parts>` for multipart.
    pub etag: String,
}

impl BlobRef {
    /// `nexus://<bucket>/<key>`: how an edit document names a stored object.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nexus://{}/{}", self.bucket.name(), self.key)
    }

    /// Bucket and key of a text that [`BlobRef::url`] could have made; `None` for every other one.
    #[must_use]
    pub fn place_of(url: &str) -> Option<(Bucket, BlobKey)> {
        let (bucket, key) = url.strip_prefix("nexus://")?.split_once('/')?;
        Some((Bucket::from_name(bucket)?, BlobKey::try_from(key.to_owned()).ok()?))
    }
}

/// A permission to upload one object with one PUT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadTicket {
    /// Where the object will lie.
    pub bucket: Bucket,
    /// Under which key.
    pub key: BlobKey,
    /// PUT the bytes here; the signature covers method, key and expiry.
    pub url: String,
    /// After that many seconds the link is dead.
    pub expires_in_s: u64,
}

/// A permission to send one part of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartTicket {
    /// Which part, from 1.
    pub number: u16,
    /// PUT the bytes here; the signature covers upload, number and expiry.
    pub url: String,
    /// After that many seconds the link is dead.
    pub expires_in_s: u64,
}

/// A part that has arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedPart {
    /// Which part, from 1.
    pub number: u16,
    /// Its entity tag without quotes.
    pub etag: String,
    /// Its length in bytes.
    pub size_bytes: u64,
}

/// "An object arrived": what an S3 event says, one record of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The object.
    pub object: BlobRef,
    /// The name that the person gave the file, without folders; from the upload's registration.
    pub file_name: String,
    /// Words that the person gave with the upload.
    pub user_tags: Vec<String>,
    /// Milliseconds between the permission and the completed upload, when known.
    pub upload_ms: Option<u64>,
    /// The event exactly as AWS would send it.
    pub event: serde_json::Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_back() {
        let key = BlobKey::new(BusinessId::derived(&["quay"]), "films/a.mp4").expect("a key");
        let blob = BlobRef { bucket: Bucket::Final, key: key.clone(), size_bytes: 1, etag: "x".into() };
        assert_eq!(BlobRef::place_of(&blob.url()), Some((Bucket::Final, key)));
        for url in ["nexus://elsewhere/t/x", "nexus://nexus-final/../etc", "https://nexus-final/t/x"] {
            assert_eq!(BlobRef::place_of(url), None, "{url}");
        }
    }

    #[test]
    fn keys_cannot_leave_their_tenant() {
        let business = BusinessId::derived(&["quay"]);
        assert_eq!(BlobKey::new(business, "raw/a.mp4").map(|key| key.business()), Ok(business));
        for path in ["../x", "a//b", "a/./b", "", "a b", "a\0", "ä", "a/..", "%2e%2e/x"] {
            assert!(BlobKey::new(business, path).is_err(), "{path:?}");
        }
        assert!(BlobKey::try_from("t/nobody/x".to_owned()).is_err());
        // Another spelling of the same business would lie in a folder that row-level security does not know.
        let hyphens = "t/business_0190b8a0-0000-7000-8000-000000000001/x";
        assert!(BlobKey::try_from(hyphens.to_owned()).is_err());
        assert!(BlobKey::try_from(hyphens.replace('-', "")).is_ok());
        assert!(BlobKey::new(business, &"x".repeat(1025)).is_err());
    }
}
