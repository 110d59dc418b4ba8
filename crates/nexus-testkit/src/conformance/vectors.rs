//! Rules of the vector index, which every adapter of the port keeps.
//!
//! Values are such that 16-bit numbers hold them exactly, because an adapter may keep no more than those.

use std::collections::BTreeMap;

use nexus_core::{
    ErrorKind,
    port::VectorIndex,
    vectors::{
        Deletion, Filter, Include, Match, Metadata, Namespace, Near, Paging, RecordId, TopK, VectorQuery, VectorRecord,
        VectorUpdate,
    },
};
use serde_json::{Value, json};

/// Drives an empty index of four dimensions and the metric cosine through its port.
///
/// # Panics
/// With the name of the rule that the index breaks.
pub async fn check(index: &dyn VectorIndex) {
    nothing_is_there(index).await;
    records_come_back(index).await;
    queries(index).await;
    updates(index).await;
    lists(index).await;
    namespaces_are_apart(index).await;
    deletions(index).await;
    namespaces(index).await;
}

/// The namespace of that name.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn namespace(name: &str) -> Namespace {
    Namespace::new(name).expect("a namespace")
}

/// The record id of that name.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn id(name: &str) -> RecordId {
    RecordId::new(name).expect("an id")
}

/// A record.
///
/// # Panics
/// When the name or the metadata are none.
#[must_use]
pub fn record(name: &str, values: [f32; 4], metadata: Value) -> VectorRecord {
    let metadata = Metadata::read(&metadata).expect("metadata");
    VectorRecord { id: id(name), values: values.to_vec(), sparse: None, metadata }
}

/// A filter.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn filter(value: Value) -> Filter {
    Filter::read(&value).expect("a filter")
}

/// A query for values, with metadata.
///
/// # Panics
/// When `top_k` is out of range.
#[must_use]
pub fn near(values: [f32; 4], top_k: u64, passing: Option<Value>) -> VectorQuery {
    VectorQuery {
        near: Near::Values(values.to_vec()),
        top_k: TopK::new(top_k).expect("in range"),
        filter: passing.map(filter),
        include: Include { values: false, metadata: true },
    }
}

/// The names of matches, in order.
#[must_use]
pub fn names(matches: &[Match]) -> Vec<&str> {
    matches.iter().map(|found| found.id.as_str()).collect()
}

const EAST: [f32; 4] = [1.0, 0.0, 0.0, 0.0];

fn sample() -> Vec<VectorRecord> {
    vec![
        record("clip-a", EAST, json!({ "tag": ["sunset", "oysters"], "dur": 4.5, "day": 1, "ok": true })),
        record("clip-b", [0.75, 0.5, 0.0, 0.0], json!({ "tag": ["sunset"], "dur": 2, "day": 2 })),
        record("clip-c", [0.0, 1.0, 0.0, 0.0], json!({ "tag": ["snow"], "dur": 9, "who": "ann" })),
        record("still-d", [-1.0, 0.0, 0.5, 0.0], json!({})),
    ]
}

async fn nothing_is_there(index: &dyn VectorIndex) {
    let space = namespace("house");
    let found = index.query(&space, &near(EAST, 5, None)).await.expect("a query of an empty namespace");
    assert!(found.is_empty(), "an empty namespace answers with nothing");
    assert!(index.fetch(&space, &[id("clip-a")]).await.expect("a fetch").is_empty(), "nothing is fetched of nothing");
    assert_eq!(index.stats(None).await.expect("stats").total(), 0, "an empty index counts nothing");
    index.delete(&space, &Deletion::Ids(vec![id("clip-a")])).await.expect("removing what is not there is no error");
}

async fn records_come_back(index: &dyn VectorIndex) {
    let space = namespace("house");
    assert_eq!(index.upsert(&space, sample()).await.expect("four records are stored"), 4, "as many as were given");
    let ids = ["still-d", "clip-a", "nobody"].map(id);
    let fetched = index.fetch(&space, &ids).await.expect("a fetch");
    assert_eq!(fetched, [sample().remove(0), sample().remove(3)], "records come back whole, by id, unknown ones not");

    let wrong = VectorRecord { values: vec![1.0; 3], ..record("wrong", EAST, json!({})) };
    let error = index.upsert(&space, vec![wrong]).await.expect_err("another dimension is refused");
    assert_eq!(error.kind, ErrorKind::Invalid, "another dimension is the caller's fault");
    assert!(error.message.contains('3') && error.message.contains('4'), "both numbers are named: {}", error.message);
    let query = VectorQuery { near: Near::Values(vec![1.0; 5]), ..near(EAST, 1, None) };
    let error = index.query(&space, &query).await.expect_err("a query of another dimension is refused");
    assert_eq!(error.kind, ErrorKind::Invalid, "so is a query's");
    let stats = index.stats(None).await.expect("stats");
    assert_eq!((stats.dimension, stats.total()), (Some(4), 4), "a refused upsert stores nothing");

    let again = record("clip-b", [0.5, 0.5, 0.0, 0.0], json!({ "tag": ["fog"] }));
    index.upsert(&space, vec![again.clone()]).await.expect("a record is stored again");
    assert_eq!(index.fetch(&space, &[id("clip-b")]).await.expect("a fetch"), [again], "a repeated id replaces");
    index.upsert(&space, sample()).await.expect("back to the sample");
}

async fn queries(index: &dyn VectorIndex) {
    let space = namespace("house");
    let found = index.query(&space, &near(EAST, 10, None)).await.expect("a query");
    assert_eq!(names(&found), ["clip-a", "clip-b", "clip-c", "still-d"], "nearest first");
    let scores: Vec<f32> = found.iter().map(|found| found.score).collect();
    for (score, want) in scores.iter().zip([1.0, 0.832_050_3, 0.0, -0.894_427_2]) {
        assert!((score - want).abs() < 2e-3, "cosine: {score} for {want}");
    }
    assert_eq!(found[1].metadata.as_ref(), Some(&sample()[1].metadata), "metadata comes when asked for");
    assert_eq!(found[1].values, None, "values come only when asked for");
    let found = index.query(&space, &near(EAST, 2, None)).await.expect("a query");
    assert_eq!(names(&found), ["clip-a", "clip-b"], "no more than were asked for");

    let of = VectorQuery {
        near: Near::Record(id("clip-c")),
        include: Include { values: true, metadata: false },
        ..near(EAST, 2, None)
    };
    let found = index.query(&space, &of).await.expect("a query from a record");
    assert_eq!(names(&found), ["clip-c", "clip-b"], "a record is nearest to itself");
    assert_eq!(
        (found[1].values.as_deref(), &found[1].metadata),
        (Some(&sample()[1].values[..]), &None),
        "what was asked"
    );
    let nobody = VectorQuery { near: Near::Record(id("nobody")), ..of };
    assert!(index.query(&space, &nobody).await.map_or(true, |found| found.is_empty()), "no record, no matches");

    for (name, passing, want) in [
        ("membership", json!({ "tag": "sunset" }), vec!["clip-a", "clip-b"]),
        ("in", json!({ "tag": { "$in": ["oysters", "snow"] } }), vec!["clip-a", "clip-c"]),
        ("not in", json!({ "tag": { "$nin": ["sunset"] } }), vec!["clip-c", "still-d"]),
        ("not equal", json!({ "who": { "$ne": "ann" } }), vec!["clip-a", "clip-b", "still-d"]),
        ("greater", json!({ "dur": { "$gt": 2 } }), vec!["clip-a", "clip-c"]),
        ("within", json!({ "dur": { "$gte": 2, "$lt": 9 } }), vec!["clip-a", "clip-b"]),
        ("at most", json!({ "dur": { "$lte": 4.5 } }), vec!["clip-a", "clip-b"]),
        ("truth", json!({ "ok": true }), vec!["clip-a"]),
        ("exists", json!({ "who": { "$exists": true } }), vec!["clip-c"]),
        ("does not exist", json!({ "dur": { "$exists": false } }), vec!["still-d"]),
        ("or", json!({ "$or": [{ "day": 2 }, { "who": "ann" }] }), vec!["clip-b", "clip-c"]),
        ("and", json!({ "$and": [{ "tag": "sunset" }, { "day": { "$ne": 1 } }] }), vec!["clip-b"]),
        ("a text is no number", json!({ "day": "1" }), vec![]),
        ("a quote is text", json!({ "who": "' or '1'='1" }), vec![]),
        ("a field with odd letters", json!({ "a'b\"c.d $1 \\": { "$exists": true } }), vec![]),
    ] {
        let found = index.query(&space, &near(EAST, 10, Some(passing))).await.expect(name);
        assert_eq!(names(&found), want, "filter: {name}");
    }
}

async fn updates(index: &dyn VectorIndex) {
    let space = namespace("house");
    let set = |metadata: Value| Metadata::read(&metadata).expect("metadata");
    let update = VectorUpdate::Record {
        id: id("clip-b"),
        values: Some(vec![0.0, 0.0, 1.0, 0.0]),
        sparse: None,
        metadata: set(json!({ "day": 7, "new": "yes" })),
    };
    index.update(&space, update).await.expect("an update");
    let want = record("clip-b", [0.0, 0.0, 1.0, 0.0], json!({ "tag": ["sunset"], "dur": 2, "day": 7, "new": "yes" }));
    assert_eq!(index.fetch(&space, &[id("clip-b")]).await.expect("a fetch"), [want], "metadata is merged by name");
    let found = index.query(&space, &near([0.0, 0.0, 1.0, 0.0], 1, None)).await.expect("a query");
    assert_eq!(names(&found), ["clip-b"], "new values are searched");
    let nobody =
        VectorUpdate::Record { id: id("nobody"), values: None, sparse: None, metadata: set(json!({ "a": 1 })) };
    index.update(&space, nobody).await.expect("updating what is not there is no error");
    assert!(index.fetch(&space, &[id("nobody")]).await.expect("a fetch").is_empty(), "and makes nothing");
    let matching =
        VectorUpdate::Matching { filter: filter(json!({ "tag": "sunset" })), metadata: set(json!({ "sky": "red" })) };
    let count = index.update(&space, matching).await.expect("an update of many");
    assert_eq!(count, 2, "as many as pass");
    let found = index.query(&space, &near(EAST, 10, Some(json!({ "sky": "red" })))).await.expect("a query");
    assert_eq!(found.len(), 2, "what was set is found");
    index.upsert(&space, sample()).await.expect("back to the sample");
}

async fn lists(index: &dyn VectorIndex) {
    let space = namespace("house");
    let paging = |prefix: &str, limit, after: Option<String>| Paging { prefix: prefix.into(), limit, after };
    let mut seen = Vec::new();
    let mut after = None;
    for _ in 0..3 {
        let page = index.list(&space, &paging("clip-", 2, after.take())).await.expect("a list");
        assert!(page.items.len() <= 2, "no more than were asked for");
        seen.extend(page.items.iter().map(|id| id.as_str().to_owned()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(
        (seen.as_slice(), after),
        (&["clip-a", "clip-b", "clip-c"].map(str::to_owned)[..], None),
        "page by page"
    );
    let page = index
        .fetch_matching(&space, &filter(json!({ "dur": { "$gt": 1 } })), &paging("", 2, None))
        .await
        .expect("a fetch by metadata");
    assert_eq!(page.items, sample()[..2], "records that pass, by id");
    let rest = index.fetch_matching(&space, &filter(json!({ "dur": { "$gt": 1 } })), &paging("", 2, page.next)).await;
    let rest = rest.expect("the rest");
    assert_eq!((&rest.items[..], rest.next), (&sample()[2..3], None), "and the rest of them");
}

async fn namespaces_are_apart(index: &dyn VectorIndex) {
    let (ours, theirs) = (namespace("house"), namespace("other house"));
    let same = vec![record("clip-a", EAST, json!({ "tag": ["theirs"] }))];
    index.upsert(&theirs, same.clone()).await.expect("another namespace");
    assert_eq!(
        index.fetch(&ours, &[id("clip-a")]).await.expect("a fetch"),
        sample()[..1],
        "the same id is another record"
    );
    let found = index.query(&theirs, &near(EAST, 10, None)).await.expect("a query");
    assert_eq!(names(&found), ["clip-a"], "a query sees its own namespace");
    index.delete(&theirs, &Deletion::Matching(filter(json!({ "dur": { "$gt": 0 } })))).await.expect("a deletion");
    index.delete(&theirs, &Deletion::All).await.expect("a deletion");
    assert_eq!(index.list(&ours, &Paging { limit: 10, ..Paging::default() }).await.expect("a list").items.len(), 4);
    let counts: BTreeMap<String, u64> =
        index.stats(None).await.expect("stats").namespaces.into_iter().map(|(name, n)| (name.to_string(), n)).collect();
    assert_eq!(counts.get("house"), Some(&4), "what one deletes the other keeps");
    assert_eq!(counts.get("other house").copied().unwrap_or(0), 0, "what is deleted is gone");
}

async fn deletions(index: &dyn VectorIndex) {
    let space = namespace("house");
    index.delete(&space, &Deletion::Ids(vec![id("clip-a"), id("nobody")])).await.expect("a deletion");
    index.delete(&space, &Deletion::Matching(filter(json!({ "tag": "snow" })))).await.expect("a deletion");
    let found = index.query(&space, &near(EAST, 10, None)).await.expect("a query");
    assert_eq!(names(&found), ["clip-b", "still-d"], "what was deleted is not found");
    index.delete(&space, &Deletion::All).await.expect("a deletion");
    assert_eq!(index.query(&space, &near(EAST, 10, None)).await.expect("a query"), [], "all is all");
    index.upsert(&space, sample()).await.expect("it can be filled again");
    assert_eq!(index.stats(None).await.expect("stats").total(), 4, "and holds what it was filled with");
}

async fn namespaces(index: &dyn VectorIndex) {
    let fresh = namespace("fresh");
    assert_eq!(index.namespace(&fresh).await.expect_err("not there").kind, ErrorKind::NotFound, "no such namespace");
    assert_eq!(index.create_namespace(&fresh).await.expect("a new one").records, 0, "it is empty");
    let error = index.create_namespace(&fresh).await.expect_err("it is there");
    assert_eq!(error.kind, ErrorKind::Conflict, "a namespace is made once");
    index.upsert(&fresh, sample()).await.expect("it can be used");
    assert_eq!(index.namespace(&fresh).await.expect("it is there").records, 4, "records are counted");
    let page = index.namespaces(&Paging { prefix: "f".into(), limit: 10, after: None }).await.expect("a list");
    let listed: Vec<(&str, u64)> = page.items.iter().map(|info| (info.name.as_str(), info.records)).collect();
    assert_eq!((listed, page.next), (vec![("fresh", 4)], None), "namespaces are listed by their beginning");
    index.delete_namespace(&fresh).await.expect("it goes");
    index.delete_namespace(&fresh).await.expect("removing what is not there is no error");
    assert_eq!(index.namespace(&fresh).await.expect_err("gone").kind, ErrorKind::NotFound, "it is gone");
    assert_eq!(index.query(&fresh, &near(EAST, 10, None)).await.expect("a query"), [], "with everything in it");
    index.upsert(&fresh, sample()[..1].to_vec()).await.expect("it can be made again");
    let found = index.query(&fresh, &near(EAST, 10, None)).await.expect("a query");
    assert_eq!(names(&found), ["clip-a"], "and holds nothing of before");
}
