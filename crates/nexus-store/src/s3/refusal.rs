//! From what went wrong here to what the protocol says.

use axum::http::StatusCode;
use nexus_core::{
    ErrorKind,
    blob::{BlobKey, Bucket},
};
use s3s::{S3Error, S3ErrorCode, s3_error};

use crate::{StoreError, disk::ReceiveError, error::DISK_FULL};

/// A bucket that exists.
pub(super) fn bucket(name: &str) -> Result<Bucket, S3Error> {
    Bucket::from_name(name).ok_or_else(|| s3_error!(NoSuchBucket, "the buckets are nexus-raw and nexus-final"))
}

/// A bucket that exists and a key that cannot leave it.
pub(super) fn place(bucket_name: &str, key: &str) -> Result<(Bucket, BlobKey), S3Error> {
    let bucket = bucket(bucket_name)?;
    if key.len() > 1024 {
        return Err(s3_error!(KeyTooLongError, "a key has at most 1024 bytes"));
    }
    let key = BlobKey::try_from(key.to_owned())
        .map_err(|error| S3Error::with_message(S3ErrorCode::InvalidArgument, error.to_string()))?;
    Ok((bucket, key))
}

/// The protocol's word for a failure of the store. Details of the machine stay here.
pub(super) fn store_error(error: StoreError) -> S3Error {
    if error.is_disk_full() {
        return insufficient_storage();
    }
    tracing::warn!(%error, "an S3 request failed");
    let (code, message) = match error.kind() {
        ErrorKind::NotFound => (S3ErrorCode::NoSuchKey, "there is no such object"),
        ErrorKind::Unavailable => (S3ErrorCode::ServiceUnavailable, "the store is not able just now; try again"),
        _ => (S3ErrorCode::InternalError, "the store could not do it; its log says why"),
    };
    S3Error::with_message(code, message)
}

/// The protocol's word for bytes that could not be taken in.
pub(super) fn receive_error(error: ReceiveError) -> S3Error {
    if error.is_disk_full() {
        return insufficient_storage();
    }
    match error {
        ReceiveError::TooLarge => too_large(),
        ReceiveError::Broken(detail) => {
            S3Error::with_message(S3ErrorCode::IncompleteBody, format!("the upload broke off: {detail}"))
        }
        ReceiveError::Disk(error) => store_error(error),
    }
}

pub(super) fn too_large() -> S3Error {
    s3_error!(EntityTooLarge, "the upload is larger than what was announced or allowed")
}

fn insufficient_storage() -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom("InsufficientStorage".into()), DISK_FULL);
    error.set_status_code(StatusCode::INSUFFICIENT_STORAGE);
    error
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_full_disk_is_told_as_507_with_the_remedy() {
        let full = || StoreError::disk("part")(io::Error::from(io::ErrorKind::StorageFull));
        for (name, error) in [("row", store_error(full())), ("bytes", receive_error(ReceiveError::Disk(full())))] {
            assert_eq!(error.code().as_str(), "InsufficientStorage", "{name}");
            assert_eq!(error.status_code(), Some(StatusCode::INSUFFICIENT_STORAGE), "{name}");
            assert!(error.message().is_some_and(|message| message.contains("free some space")), "{name}");
        }
    }

    #[test]
    fn keys_that_could_leave_the_bucket_are_refused() {
        let business = nexus_core::BusinessId::derived(&["quay"]);
        assert!(place("nexus-raw", &format!("t/{business}/raw/a.mp4")).is_ok());
        for key in ["../x", "x", "t/nobody/x", "t/../x", "%2e%2e/x", "a\0b", "\u{202e}gp4.exe"] {
            assert!(place("nexus-raw", key).is_err(), "{key:?}");
        }
        assert!(place("other", &format!("t/{business}/raw/a.mp4")).is_err(), "unknown bucket");
    }
}
