//! What S3 says when an object was created, as it arrives through a queue.
//! Source: the event message structure in the Amazon S3 user guide, versions 2.1 to 2.3.

use nexus_core::blob::{BlobKey, BlobRef, Bucket};
use serde::Deserialize;
use serde_json::Value;

/// One created object, and the event that told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The object.
    pub object: BlobRef,
    /// A document with this record alone.
    pub event: Value,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Message {
    /// Objects were created; none when the message speaks of other things.
    Created(Vec<Created>),
    /// It is no message of S3.
    Foreign(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    s3: About,
}

#[derive(Deserialize)]
struct About {
    bucket: Named,
    object: Object,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    key: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    e_tag: String,
}

/// Reads a message. `raw_bucket` is the bucket of uploads; what happens elsewhere, or under keys that are not ours, is
/// nobody's business here. The first message of every new notification is `s3:TestEvent`, without records.
pub(super) fn read(body: &str, raw_bucket: &str) -> Message {
    let document: Value = match serde_json::from_str(body) {
        Ok(document) => document,
        Err(error) => return Message::Foreign(format!("it is no JSON ({error})")),
    };
    let Some(records) = document.get("Records") else {
        let is_test = document.get("Event").and_then(Value::as_str) == Some("s3:TestEvent");
        return if is_test { Message::Created(Vec::new()) } else { Message::Foreign("it has no Records".into()) };
    };
    let Value::Array(records) = records else { return Message::Foreign("its Records are no list".into()) };
    let mut created = Vec::new();
    for record in records {
        let read: Record = match serde_json::from_value(record.clone()) {
            Ok(read) => read,
            Err(error) => return Message::Foreign(format!("a record of it cannot be read ({error})")),
        };
        let About { bucket, object } = read.s3;
        let is_creation = read.event_name.trim_start_matches("s3:").starts_with("ObjectCreated:");
        if !is_creation || bucket.name != raw_bucket {
            continue;
        }
        let Ok(key) = BlobKey::try_from(decoded(&object.key)) else { continue };
        let etag = object.e_tag.trim_matches('"').to_owned();
        let blob = BlobRef { bucket: Bucket::Raw, key, size_bytes: object.size, etag };
        created.push(Created { object: blob, event: serde_json::json!({ "Records": [record] }) });
    }
    Message::Created(created)
}

/// The objects of which an event of S3 tells, as [`read`] has it; `Err` says why it is no such event.
///
/// # Errors
/// A sentence about what it is instead.
pub fn read_s3_event(body: &str, raw_bucket: &str) -> Result<Vec<Created>, String> {
    match read(body, raw_bucket) {
        Message::Created(created) => Ok(created),
        Message::Foreign(why) => Err(why),
    }
}

/// Keys come as a form would write them: `+` for a space, `%` for what else is odd.
fn decoded(key: &str) -> String {
    let form = format!("k={key}");
    url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const KEY: &str = "t/business_0190b8a0000070008000000000000001/raw/a.mp4";

    fn record(name: &str, bucket: &str, key: &str) -> Value {
        json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": name,
            "s3": { "bucket": { "name": bucket }, "object": { "key": key, "size": 7, "eTag": "\"abc\"", "sequencer": "1" } },
        })
    }

    fn keys(body: &Value) -> Vec<String> {
        match read(&body.to_string(), "up") {
            Message::Created(created) => created.into_iter().map(|one| one.object.key.to_string()).collect(),
            Message::Foreign(why) => panic!("{why}"),
        }
    }

    #[test]
    fn creations_in_the_bucket_of_uploads_are_told() {
        let business = nexus_core::BusinessId::derived(&["quay"]);
        let key = BlobKey::new(business, "raw/a.mp4").expect("a key").to_string();
        let escaped = key.replace('/', "%2F");
        for name in ["ObjectCreated:Put", "s3:ObjectCreated:CompleteMultipartUpload", "ObjectCreated:Copy"] {
            assert_eq!(
                keys(&json!({ "Records": [record(name, "up", &escaped)] })),
                std::slice::from_ref(&key),
                "{name}"
            );
        }
        for (what, record) in [
            ("a removal", record("ObjectRemoved:Delete", "up", &key)),
            ("another bucket", record("ObjectCreated:Put", "other", &key)),
            ("a key that is not ours", record("ObjectCreated:Put", "up", "holiday+photos/a.mp4")),
            ("a way out", record("ObjectCreated:Put", "up", "t/../etc/passwd")),
            ("no business", record("ObjectCreated:Put", "up", KEY.trim_start_matches("t/"))),
        ] {
            assert_eq!(keys(&json!({ "Records": [record] })), Vec::<String>::new(), "{what}");
        }
        let test = json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "up" });
        assert_eq!(keys(&test), Vec::<String>::new(), "the first message of a notification");
    }

    #[test]
    fn what_is_no_event_is_said_to_be_none() {
        for body in ["", "hello", "{}", "[]", r#"{"Records":{}}"#, r#"{"Records":[{"s3":1}]}"#] {
            assert!(matches!(read(body, "up"), Message::Foreign(_)), "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(body in ".{0,200}", key in ".{0,80}") {
            read(&body, "up");
            read(&json!({ "Records": [record("ObjectCreated:Put", "up", &key)] }).to_string(), "up");
        }
    }
}
