//! The two ways in which clients speak of an index: with a `spec`, or since 2026-07 with a `schema` and a `deployment`.

use axum::http::HeaderMap;
use nexus_core::vectors::{IndexName, IndexSpec, MOST_DIMENSIONS, Metric};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// Which way a client understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Up to 2026-04.
    Spec,
    /// Since 2026-07.
    Schema,
}

/// The first version of the second way; versions are dates, so they sort as texts.
const SCHEMA_SINCE: &str = "2026-07";
/// The field that holds the vectors of an index, in the second way.
const FIELD: &str = "_values";

#[derive(Deserialize)]
struct CreateBody {
    name: String,
    dimension: Option<u64>,
    metric: Option<String>,
    vector_type: Option<String>,
    spec: Option<Value>,
    schema: Option<SchemaBody>,
    deployment: Option<Value>,
    deletion_protection: Option<String>,
    tags: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct SchemaBody {
    fields: Map<String, Value>,
}

impl Dialect {
    /// By the version that a request names.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let version = headers.get("x-pinecone-api-version").and_then(|version| version.to_str().ok());
        match version {
            Some(version) if version >= SCHEMA_SINCE && version.starts_with("20") => Self::Schema,
            _ => Self::Spec,
        }
    }

    /// What a request to make an index asks for, in either way.
    pub(super) fn read(body: &Value) -> Result<IndexSpec, Refusal> {
        let body = CreateBody::deserialize(body).map_err(|error| Refusal::unreadable(&error))?;
        if body.deletion_protection.as_deref() == Some("enabled") {
            return Err(Refusal::unsupported("deletion protection is not served here"));
        }
        let (dimension, metric) = match &body.schema {
            Some(schema) => dense_field(&schema.fields)?,
            None => {
                if body.vector_type.as_deref().is_some_and(|kind| kind != "dense") {
                    return Err(Refusal::unsupported("indexes of sparse vectors are not served here"));
                }
                (body.dimension, body.metric)
            }
        };
        let dimension = dimension.and_then(|dimension| usize::try_from(dimension).ok());
        let Some(dimension) = dimension.filter(|dimension| (1..=MOST_DIMENSIONS).contains(dimension)) else {
            return Err(Refusal::invalid(format!("an index needs a dimension of 1 to {MOST_DIMENSIONS}")));
        };
        let metric = metric.map(|metric| metric.parse::<Metric>()).transpose()?.unwrap_or_default();
        let place = body.deployment.as_ref().or_else(|| body.spec.as_ref().and_then(|spec| spec.get("serverless")));
        let word = |name: &str, default: &str| {
            let given = place.and_then(|place| place.get(name)).and_then(Value::as_str);
            given.unwrap_or(default).chars().take(100).collect::<String>()
        };
        let notes = json!({
            "cloud": word("cloud", "aws"),
            "region": word("region", "us-east-1"),
            "tags": body.tags,
        });
        Ok(IndexSpec { name: IndexName::new(&body.name)?, dimension: Some(dimension), metric, notes })
    }

    /// An index as this way describes it; it is always ready.
    pub(super) fn show(self, spec: &IndexSpec, base_url: &str) -> Value {
        let IndexSpec { name, dimension, metric, notes } = spec;
        let (name, metric) = (name.as_str(), metric.as_str());
        let read_capacity = json!({ "mode": "OnDemand", "status": { "state": "Ready" } });
        let mut shown = json!({
            "name": name,
            "host": format!("{base_url}/pinecone/data/{name}"),
            "status": { "ready": true, "state": "Ready" },
            "deletion_protection": "disabled",
            "tags": notes["tags"],
        });
        let own = match self {
            Self::Spec => json!({
                "dimension": dimension,
                "metric": metric,
                "vector_type": "dense",
                "spec": { "serverless": {
                    "cloud": notes["cloud"], "region": notes["region"], "read_capacity": read_capacity,
                } },
            }),
            Self::Schema => json!({
                "schema": { "fields": { FIELD: {
                    "type": "dense_vector", "dimension": dimension, "metric": metric,
                } } },
                "deployment": {
                    "deployment_type": "managed", "cloud": notes["cloud"], "region": notes["region"],
                },
                "read_capacity": read_capacity,
            }),
        };
        if let (Value::Object(shown), Value::Object(own)) = (&mut shown, own) {
            shown.extend(own);
        }
        shown
    }
}

/// Dimension and metric of the one field of vectors; fields of metadata need no declaration here.
fn dense_field(fields: &Map<String, Value>) -> Result<(Option<u64>, Option<String>), Refusal> {
    let kind = |field: &Value| field.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some((name, _)) =
        fields.iter().find(|(_, field)| ["sparse_vector", "semantic_text"].contains(&&*kind(field)))
    {
        return Err(Refusal::unsupported(format!("the field '{name}' is of a type that is not served here")));
    }
    let mut dense = fields.values().filter(|field| kind(field) == "dense_vector");
    match (dense.next(), dense.next()) {
        (Some(field), None) => {
            let metric = field.get("metric").and_then(Value::as_str).map(str::to_owned);
            Ok((field.get("dimension").and_then(Value::as_u64), metric))
        }
        (None, _) | (Some(_), Some(_)) => Err(Refusal::invalid("an index has exactly one field of type dense_vector")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_ask_for_the_same_index() {
        let spec = json!({
            "name": "clips", "dimension": 4, "metric": "cosine",
            "spec": { "serverless": { "cloud": "aws", "region": "us-east-1" } },
        });
        let schema = json!({
            "name": "clips",
            "schema": { "fields": { "_values": { "type": "dense_vector", "dimension": 4, "metric": "cosine" } } },
            "deployment": { "deployment_type": "managed", "cloud": "aws", "region": "us-east-1" },
        });
        let (spec, schema) = (Dialect::read(&spec).expect("a spec"), Dialect::read(&schema).expect("a schema"));
        assert_eq!(spec, schema);
        let old = Dialect::Spec.show(&spec, "http://127.0.0.1:1");
        assert_eq!((&old["dimension"], &old["spec"]["serverless"]["region"]), (&json!(4), &json!("us-east-1")));
        let new = Dialect::Schema.show(&spec, "http://127.0.0.1:1");
        assert_eq!(new["schema"]["fields"]["_values"]["dimension"], json!(4));
        assert_eq!(new["host"], "http://127.0.0.1:1/pinecone/data/clips");
        for (name, body) in [
            ("sparse", json!({ "name": "a", "metric": "dotproduct", "vector_type": "sparse", "spec": {} })),
            ("no dimension", json!({ "name": "a", "spec": {} })),
            ("too many dimensions", json!({ "name": "a", "dimension": 20_001, "spec": {} })),
            ("metric", json!({ "name": "a", "dimension": 2, "metric": "hamming", "spec": {} })),
            ("name", json!({ "name": "A", "dimension": 2, "spec": {} })),
            ("protected", json!({ "name": "a", "dimension": 2, "deletion_protection": "enabled", "spec": {} })),
            ("no vectors", json!({ "name": "a", "schema": { "fields": {} } })),
        ] {
            assert!(Dialect::read(&body).is_err(), "{name}");
        }
    }
}
