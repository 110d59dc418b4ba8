//! Pinecone over its REST API: the data plane of one index, version 2026-04.
//!
//! Pinecone is eventually consistent: what was written is found a little later.

mod bodies;
mod client;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use hyper::Method;
use nexus_core::{
    ErrorKind, PortError, PortResult, Secret,
    port::{Adapter, VectorIndex},
    vectors::{
        Deletion, Filter, IndexStats, MOST_RECORDS, Match, Namespace, NamespaceInfo, Near, Page, Paging, RecordId,
        VectorQuery, VectorRecord, VectorUpdate,
    },
};
use serde_json::{Map, Value, json};

use self::{
    bodies::{Described, Fetched, Found, Listed, ListedNamespaces, Stats, Updated, vector_json},
    client::{PROVIDER, client},
};
use crate::vendor::Vendor;

/// Largest request, in bytes, with room for what is around the records.
const MOST_BATCH_BYTES: usize = 2_000_000 - 4096;
/// Longest query of a fetch, in bytes.
const MOST_QUERY_BYTES: usize = 6000;

/// One index at Pinecone.
pub struct PineconeIndex {
    client: Vendor,
}

impl PineconeIndex {
    /// The index at `host`, as Pinecone's console shows it, with or without `https://`. Plain `http://` is taken for
    /// this machine alone.
    ///
    /// # Errors
    /// `Invalid` when the host is no address, or is not encrypted.
    pub fn new(host: &str, key: Secret<String>) -> PortResult<Self> {
        Ok(Self { client: client(host, key)? })
    }

    /// The same index, whose answers are waited for as long as `patience`, where it is given.
    ///
    /// # Errors
    /// As [`PineconeIndex::new`].
    pub fn with_patience(mut self, patience: Option<Duration>) -> PortResult<Self> {
        self.client = self.client.with_patience(patience)?;
        Ok(self)
    }

    async fn send(&self, op: &'static str, path: &[&str], body: Value) -> PortResult<Value> {
        self.post(op, path, body.to_string()).await
    }

    async fn post(&self, op: &'static str, path: &[&str], body: String) -> PortResult<Value> {
        let answer = self.client.call(op, Method::POST, path, &[], Some(body.into_bytes())).await?;
        bodies::no_error(op, answer)
    }

    async fn get(&self, op: &'static str, path: &[&str], query: &[(&str, &str)]) -> PortResult<Value> {
        bodies::no_error(op, self.client.call(op, Method::GET, path, query, None).await?)
    }
}

impl Adapter for PineconeIndex {
    fn adapter(&self) -> &'static str {
        "pinecone"
    }
}

#[async_trait]
impl VectorIndex for PineconeIndex {
    async fn upsert(&self, namespace: &Namespace, records: Vec<VectorRecord>) -> PortResult<usize> {
        const OP: &str = "store the vectors";
        for record in &records {
            record.check().map_err(|error| error.port(PROVIDER, OP))?;
        }
        for batch in batches(&records) {
            let body = format!("{{\"namespace\":{},\"vectors\":[{}]}}", json!(namespace.as_str()), batch.join(","));
            self.post(OP, &["vectors", "upsert"], body).await?;
        }
        Ok(records.len())
    }

    async fn query(&self, namespace: &Namespace, query: &VectorQuery) -> PortResult<Vec<Match>> {
        const OP: &str = "search the vectors";
        let mut body = json!({
            "namespace": namespace.as_str(),
            "topK": query.top_k.get(),
            "includeValues": query.include.values,
            "includeMetadata": query.include.metadata,
        });
        match &query.near {
            Near::Values(values) => body["vector"] = bodies::values_json(values),
            Near::Record(id) => body["id"] = json!(id.as_str()),
        }
        if let Some(filter) = &query.filter {
            body["filter"] = filter.to_json();
        }
        let Found { matches } = bodies::read(OP, self.send(OP, &["query"], body).await?)?;
        matches.into_iter().map(|found| found.into_match(OP, query.include)).collect()
    }

    async fn fetch(&self, namespace: &Namespace, ids: &[RecordId]) -> PortResult<Vec<VectorRecord>> {
        const OP: &str = "fetch the vectors";
        let mut records = BTreeMap::new();
        let mut rest = ids;
        while !rest.is_empty() {
            let mut bytes = 0;
            // In a query a byte may take three.
            let fits = |id: &&RecordId| {
                bytes += id.as_str().len() * 3 + 5;
                bytes <= MOST_QUERY_BYTES
            };
            let (now, later) = rest.split_at(rest.iter().take_while(fits).count().clamp(1, MOST_RECORDS));
            rest = later;
            let mut query = vec![("namespace", namespace.as_str())];
            query.extend(now.iter().map(|id| ("ids", id.as_str())));
            let fetched: Fetched = bodies::read(OP, self.get(OP, &["vectors", "fetch"], &query).await?)?;
            for body in fetched.vectors.into_values() {
                let record = body.into_record(OP)?;
                records.insert(record.id.clone(), record);
            }
        }
        Ok(records.into_values().collect())
    }

    async fn fetch_matching(
        &self,
        namespace: &Namespace,
        filter: &Filter,
        paging: &Paging,
    ) -> PortResult<Page<VectorRecord>> {
        const OP: &str = "fetch the vectors";
        let mut body = json!({ "namespace": namespace.as_str(), "filter": filter.to_json(), "limit": paging.limit });
        if let Some(after) = &paging.after {
            body["paginationToken"] = json!(after);
        }
        let fetched: Fetched = bodies::read(OP, self.send(OP, &["vectors", "fetch_by_metadata"], body).await?)?;
        let next = bodies::next(fetched.pagination);
        let items = fetched.vectors.into_values().map(|body| body.into_record(OP)).collect::<PortResult<_>>()?;
        Ok(Page { items, next })
    }

    async fn update(&self, namespace: &Namespace, update: VectorUpdate) -> PortResult<u64> {
        const OP: &str = "update the vectors";
        let mut body = Map::from_iter([("namespace".to_owned(), json!(namespace.as_str()))]);
        let metadata = match update {
            VectorUpdate::Record { id, values, sparse, metadata } => {
                body.insert("id".into(), json!(id.as_str()));
                if let Some(values) = &values {
                    body.insert("values".into(), bodies::values_json(values));
                }
                if let Some(sparse) = &sparse {
                    body.insert("sparseValues".into(), json!(sparse));
                }
                metadata
            }
            VectorUpdate::Matching { filter, metadata } => {
                body.insert("filter".into(), filter.to_json());
                metadata
            }
        };
        if !metadata.is_empty() {
            body.insert("setMetadata".into(), metadata.to_json());
        }
        let updated: Updated = bodies::read(OP, self.send(OP, &["vectors", "update"], Value::Object(body)).await?)?;
        Ok(updated.matched_records.unwrap_or(1))
    }

    async fn delete(&self, namespace: &Namespace, deletion: &Deletion) -> PortResult<()> {
        let space = namespace.as_str();
        let bodies = match deletion {
            Deletion::Ids(ids) => {
                let names: Vec<&str> = ids.iter().map(RecordId::as_str).collect();
                names.chunks(MOST_RECORDS).map(|ids| json!({ "namespace": space, "ids": ids })).collect()
            }
            Deletion::All => vec![json!({ "namespace": space, "deleteAll": true })],
            Deletion::Matching(filter) => vec![json!({ "namespace": space, "filter": filter.to_json() })],
        };
        for body in bodies {
            let sent = self.send("delete the vectors", &["vectors", "delete"], body).await;
            unless_missing(sent)?;
        }
        Ok(())
    }

    async fn list(&self, namespace: &Namespace, paging: &Paging) -> PortResult<Page<RecordId>> {
        const OP: &str = "list the vectors";
        let limit = paging.limit.to_string();
        let mut query = vec![("namespace", namespace.as_str()), ("limit", &limit)];
        query.extend((!paging.prefix.is_empty()).then_some(("prefix", paging.prefix.as_str())));
        query.extend(paging.after.as_deref().map(|after| ("paginationToken", after)));
        let listed: Listed = bodies::read(OP, self.get(OP, &["vectors", "list"], &query).await?)?;
        let items =
            listed.vectors.into_iter().map(|item| bodies::record_id(OP, &item.id)).collect::<PortResult<_>>()?;
        Ok(Page { items, next: bodies::next(listed.pagination) })
    }

    async fn stats(&self, filter: Option<&Filter>) -> PortResult<IndexStats> {
        const OP: &str = "count the vectors";
        let body = filter.map_or_else(|| json!({}), |filter| json!({ "filter": filter.to_json() }));
        let stats: Stats = bodies::read(OP, self.send(OP, &["describe_index_stats"], body).await?)?;
        stats.into_stats(OP)
    }

    async fn namespaces(&self, paging: &Paging) -> PortResult<Page<NamespaceInfo>> {
        const OP: &str = "list the namespaces";
        let limit = paging.limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend((!paging.prefix.is_empty()).then_some(("prefix", paging.prefix.as_str())));
        query.extend(paging.after.as_deref().map(|after| ("paginationToken", after)));
        let listed: ListedNamespaces = bodies::read(OP, self.get(OP, &["namespaces"], &query).await?)?;
        let items = listed.namespaces.into_iter().map(|item| item.into_info(OP)).collect::<PortResult<_>>()?;
        Ok(Page { items, next: bodies::next(listed.pagination) })
    }

    async fn namespace(&self, namespace: &Namespace) -> PortResult<NamespaceInfo> {
        const OP: &str = "find the namespace";
        let described: Described = bodies::read(OP, self.get(OP, &["namespaces", namespace.as_str()], &[]).await?)?;
        described.into_info(OP)
    }

    async fn create_namespace(&self, namespace: &Namespace) -> PortResult<NamespaceInfo> {
        const OP: &str = "create the namespace";
        let described: Described =
            bodies::read(OP, self.send(OP, &["namespaces"], json!({ "name": namespace.as_str() })).await?)?;
        described.into_info(OP)
    }

    async fn delete_namespace(&self, namespace: &Namespace) -> PortResult<()> {
        let path = ["namespaces", namespace.as_str()];
        unless_missing(self.client.call("delete the namespace", Method::DELETE, &path, &[], None).await)
    }
}

/// What is not there needs no removal.
fn unless_missing(answer: PortResult<Value>) -> PortResult<()> {
    match answer {
        Ok(_) => Ok(()),
        Err(PortError { kind: ErrorKind::NotFound, .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Records as JSON, in groups that one request may hold.
fn batches(records: &[VectorRecord]) -> Vec<Vec<String>> {
    let mut batches = Vec::new();
    let mut batch: Vec<String> = Vec::new();
    let mut bytes = 0;
    for record in records {
        let text = vector_json(record).to_string();
        if batch.len() == MOST_RECORDS || (bytes + text.len() > MOST_BATCH_BYTES && !batch.is_empty()) {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += text.len() + 1;
        batch.push(text);
    }
    batches.extend((!batch.is_empty()).then_some(batch));
    batches
}

#[cfg(test)]
mod tests {
    use nexus_core::vectors::Metadata;

    use super::*;

    #[test]
    fn batches_keep_to_both_limits() {
        let record = |number: usize, dimension: usize| VectorRecord {
            id: RecordId::new(&number.to_string()).expect("an id"),
            values: vec![0.123_456_79; dimension],
            sparse: None,
            metadata: Metadata::default(),
        };
        for (name, records, dimension, least) in
            [("many small", 2500, 2, 3), ("large", 300, 2000, 4), ("none", 0, 2, 0)]
        {
            let records: Vec<VectorRecord> = (0..records).map(|number| record(number, dimension)).collect();
            let batches = batches(&records);
            assert!(batches.len() >= least, "{name}: {}", batches.len());
            assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), records.len(), "{name}");
            for batch in batches {
                assert!(batch.len() <= 1000 && batch.join(",").len() <= 2_000_000, "{name}");
            }
        }
    }
}
