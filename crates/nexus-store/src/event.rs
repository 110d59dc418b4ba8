//! The document that AWS sends when an object was created: one record, in its order and spelling.
//! Source: the event message structure in the Amazon S3 user guide, version 2.1.

use nexus_core::{Instant, blob::BlobRef};
use serde_json::{Value, json};

/// How an object came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Creation {
    /// One PUT.
    Put,
    /// Many parts.
    Multipart,
}

/// The event of an object. Keys need no URL encoding: [`nexus_core::blob::BlobKey`] admits only characters that
/// it leaves alone. `seq` grows, so later events of a key have greater sequencers.
pub(crate) fn object_created(object: &BlobRef, creation: Creation, at: Instant, seq: i64, request_id: &str) -> Value {
    let name = match creation {
        Creation::Put => "ObjectCreated:Put",
        Creation::Multipart => "ObjectCreated:CompleteMultipartUpload",
    };
    let bucket = object.bucket.name();
    json!({
        "Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": "us-east-1",
            "eventTime": at.rfc3339(),
            "eventName": name,
            "userIdentity": { "principalId": "NEXUS" },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": { "x-amz-request-id": request_id, "x-amz-id-2": request_id },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "nexus-arrivals",
                "bucket": {
                    "name": bucket,
                    "ownerIdentity": { "principalId": "NEXUS" },
                    "arn": format!("arn:aws:s3:::{bucket}"),
                },
                "object": {
                    "key": object.key.as_str(),
                    "size": object.size_bytes,
                    "eTag": object.etag,
                    "sequencer": format!("{seq:016X}"),
                },
            },
        }],
    })
}
