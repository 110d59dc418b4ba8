//! The embedded vector index over the product's own database: the suite of its port, tenants, restarts, recall.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use nexus_core::{
    BusinessId, ErrorKind,
    port::{VectorCatalog as _, VectorIndex},
    vectors::{
        Deletion, IndexName, IndexSpec, Metadata, Metric, Namespace, Paging, RecordId, VectorRecord, VectorUpdate,
    },
};
use nexus_memory::{EmbeddedVectors, index::Table};
use nexus_store::Store;
use nexus_testkit::conformance::{
    journal::TestClock,
    vectors::{self as suite, filter, id, names, near},
};
use proptest::prelude::*;
use serde_json::json;

async fn open(folder: &std::path::Path) -> EmbeddedVectors {
    let store = Store::open(folder, TestClock::at(1_780_000_000_000)).await.expect("a store");
    EmbeddedVectors::new(Arc::new(store))
}

fn spec(name: &str) -> IndexSpec {
    let name = IndexName::new(name).expect("a name");
    IndexSpec { name, dimension: None, metric: Metric::Cosine, notes: json!({}) }
}

fn owner(name: &str) -> BusinessId {
    BusinessId::derived(&[name])
}

#[tokio::test]
async fn the_embedded_index_keeps_the_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    suite::check(&open(folder.path()).await.lazy(owner("a"), spec("clips"))).await;
}

#[tokio::test]
async fn what_was_stored_is_found_by_the_next_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let space = suite::namespace("house");
    let record = suite::record("a", [1.0, 2.0, 3.0, 4.0], json!({ "day": 1 }));
    open(folder.path()).await.lazy(owner("a"), spec("clips")).upsert(&space, vec![record]).await.expect("an upsert");
    let index = open(folder.path()).await.open(owner("a"), &spec("clips").name).await.expect("the index");
    assert_eq!(names(&index.query(&space, &near([1.0; 4], 3, None)).await.expect("a query")), ["a"]);
    assert_eq!(index.stats(Some(&filter(json!({ "day": 2 })))).await.expect("stats").total(), 0);
}

#[tokio::test]
async fn two_processes_never_answer_from_old_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (open(folder.path()).await, open(folder.path()).await);
    let (one, two) = (one.lazy(owner("a"), spec("clips")), two.lazy(owner("a"), spec("clips")));
    let space = suite::namespace("house");
    for round in 0..3 {
        let record = suite::record(&format!("r{round}"), [1.0, 0.0, 0.0, round as f32], json!({ "day": round }));
        one.upsert(&space, vec![record]).await.expect("an upsert");
        assert_eq!(two.query(&space, &near([1.0; 4], 10, None)).await.expect("a query").len(), round + 1);
    }
    two.delete(&space, &Deletion::Matching(filter(json!({ "day": { "$lt": 2 } })))).await.expect("a deletion");
    assert_eq!(names(&one.query(&space, &near([1.0; 4], 10, None)).await.expect("a query")), ["r2"]);
}

#[tokio::test]
async fn owners_never_see_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let (a, b) = (owner("a"), owner("b"));
    let name = spec("clips").name;
    catalog.create(a, &spec("clips")).await.expect("a new index");
    assert_eq!(catalog.create(a, &spec("clips")).await.expect_err("twice").kind, ErrorKind::Conflict);
    assert!(catalog.list(b).await.expect("a list").is_empty());
    assert_eq!(catalog.delete(b, &name).await.expect_err("not theirs").kind, ErrorKind::NotFound);
    assert_eq!(catalog.open(b, &name).await.map(drop).expect_err("not theirs").kind, ErrorKind::NotFound);
    catalog.create(b, &IndexSpec { dimension: Some(2), ..spec("clips") }).await.expect("the same name, for another");
    let space = suite::namespace("");
    let ours = catalog.open(a, &name).await.expect("ours");
    ours.upsert(&space, vec![suite::record("x", [1.0; 4], json!({}))]).await.expect("an upsert");
    let theirs = catalog.open(b, &name).await.expect("theirs");
    assert!(theirs.fetch(&space, &[id("x")]).await.expect("a fetch").is_empty());
    let error = theirs.upsert(&space, vec![suite::record("x", [1.0; 4], json!({}))]).await.expect_err("two dimensions");
    assert!(error.message.contains('4') && error.message.contains('2'), "{}", error.message);
    catalog.delete(a, &name).await.expect("ours goes");
    let late = ours.upsert(&space, vec![suite::record("x", [1.0; 4], json!({}))]).await;
    assert_eq!(late.expect_err("it is gone").kind, ErrorKind::NotFound);
    catalog.create(a, &spec("clips")).await.expect("it can be made again");
    let again = catalog.open(a, &name).await.expect("made again");
    assert!(again.query(&space, &near([1.0; 4], 9, None)).await.expect("a query").is_empty(), "and is empty");
}

/// What may happen to one namespace.
#[derive(Debug, Clone)]
enum Act {
    Upsert(u8, u8, u8),
    Update(u8, u8),
    UpdateMatching(u8, u8),
    Delete(u8),
    DeleteMatching(u8),
    Clear,
    Drop,
}

fn act() -> impl Strategy<Value = (usize, Act)> {
    let small = || 0..4_u8;
    let act = prop_oneof![
        6 => (small(), small(), small()).prop_map(|(id, value, tag)| Act::Upsert(id, value, tag)),
        2 => (small(), small()).prop_map(|(id, tag)| Act::Update(id, tag)),
        1 => (small(), small()).prop_map(|(old, new)| Act::UpdateMatching(old, new)),
        2 => small().prop_map(Act::Delete),
        1 => small().prop_map(Act::DeleteMatching),
        1 => Just(Act::Clear),
        1 => Just(Act::Drop),
    ];
    (0..4_usize, act)
}

/// Ids with their values and tags: what a namespace should hold.
type Model = BTreeMap<u8, (u8, u8)>;

fn made(id: u8, value: u8, tag: u8) -> VectorRecord {
    suite::record(&format!("r{id}"), [1.0, f32::from(value), 0.0, 0.0], json!({ "tag": tag }))
}

async fn perform(index: &dyn VectorIndex, space: &Namespace, model: &mut Model, act: Act) {
    let tag_of = |tag: u8| Metadata::read(&json!({ "tag": tag })).expect("metadata");
    let tagged = |tag: u8| filter(json!({ "tag": tag }));
    match act {
        Act::Upsert(id, value, tag) => {
            index.upsert(space, vec![made(id, value, tag)]).await.expect("an upsert");
            model.insert(id, (value, tag));
        }
        Act::Update(number, tag) => {
            let id = id(&format!("r{number}"));
            let update = VectorUpdate::Record { id, values: None, sparse: None, metadata: tag_of(tag) };
            index.update(space, update).await.expect("an update");
            model.entry(number).and_modify(|entry| entry.1 = tag);
        }
        Act::UpdateMatching(old, new) => {
            let update = VectorUpdate::Matching { filter: tagged(old), metadata: tag_of(new) };
            index.update(space, update).await.expect("an update");
            model.values_mut().filter(|entry| entry.1 == old).for_each(|entry| entry.1 = new);
        }
        Act::Delete(number) => {
            index.delete(space, &Deletion::Ids(vec![id(&format!("r{number}"))])).await.expect("a deletion");
            model.remove(&number);
        }
        Act::DeleteMatching(tag) => {
            index.delete(space, &Deletion::Matching(tagged(tag))).await.expect("a deletion");
            model.retain(|_, entry| entry.1 != tag);
        }
        Act::Clear => {
            index.delete(space, &Deletion::All).await.expect("a deletion");
            model.clear();
        }
        Act::Drop => {
            index.delete_namespace(space).await.expect("a deletion");
            model.clear();
        }
    }
}

async fn holds(index: &dyn VectorIndex, space: &Namespace, model: &Model) {
    let want: Vec<VectorRecord> = model.iter().map(|(id, (value, tag))| made(*id, *value, *tag)).collect();
    let ids: Vec<RecordId> = (0..4).map(|number| id(&format!("r{number}"))).collect();
    assert_eq!(index.fetch(space, &ids).await.expect("a fetch"), want);
    let listed = index.list(space, &Paging { limit: 100, ..Paging::default() }).await.expect("a list").items;
    assert_eq!(listed, want.iter().map(|record| record.id.clone()).collect::<Vec<_>>());
    for tag in [None, Some(1)] {
        let passing = tag.map(|tag| json!({ "tag": tag }));
        let found = index.query(space, &near([1.0, 0.0, 0.0, 0.0], 10, passing)).await.expect("a query");
        let mut found: Vec<&str> = names(&found);
        found.sort_unstable();
        let wanted = want.iter().filter(|record| {
            tag.is_none_or(|tag| record.metadata == Metadata::read(&json!({ "tag": tag })).expect("metadata"))
        });
        assert_eq!(found, wanted.map(|record| record.id.as_str()).collect::<Vec<_>>());
    }
}

fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().expect("a runtime"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Two owners with two namespaces each, which have the same names, ids, values, filters and deletions.
    #[test]
    fn no_namespace_ever_holds_anything_of_another(acts in prop::collection::vec(act(), 1..40)) {
        runtime().block_on(async {
            let folder = tempfile::tempdir().expect("a folder");
            let catalog = open(folder.path()).await;
            let indexes = [catalog.lazy(owner("a"), spec("clips")), catalog.lazy(owner("b"), spec("clips"))];
            let spaces = [suite::namespace("one"), suite::namespace("two")];
            let mut models = [Model::new(), Model::new(), Model::new(), Model::new()];
            for (place, act) in acts {
                perform(&indexes[place / 2], &spaces[place % 2], &mut models[place], act).await;
                for (place, model) in models.iter().enumerate() {
                    holds(&indexes[place / 2], &spaces[place % 2], model).await;
                }
            }
        });
    }
}

/// Pseudo-random numbers around 0, the same ones every time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        let mut sum = 0.0;
        for _ in 0..4 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += (self.0 >> 40) as f32 / (1 << 24) as f32 - 0.5;
        }
        sum
    }
}

#[test]
fn the_coarse_look_loses_next_to_nothing() {
    const DIMENSION: usize = 128;
    let mut noise = Noise(7);
    let centres: Vec<Vec<f32>> = (0..200).map(|_| (0..DIMENSION).map(|_| noise.next()).collect()).collect();
    let mut around = |number: usize| -> Vec<f32> {
        centres[number % centres.len()].iter().map(|centre| centre + 0.4 * noise.next()).collect()
    };
    let records = (0..60_000).map(|number| VectorRecord {
        id: id(&format!("r{number}")),
        values: around(number),
        sparse: None,
        metadata: Metadata::default(),
    });
    let records: Vec<VectorRecord> = records.collect();
    let mut table = Table::new(Metric::Cosine, records);
    let removed: Vec<RecordId> = (0..500).map(|number| id(&format!("r{}", number * 3))).collect();
    table.remove(&removed);
    let mut hits = 0;
    for number in 0..50 {
        let query = around(number * 37);
        let exact = table.search_exactly(&query, 10, None);
        let coarse = table.search(&query, 10, None);
        assert!(coarse.iter().all(|hit| !removed.contains(table.id(hit.row))));
        hits += exact.iter().filter(|hit| coarse.contains(hit)).count();
    }
    assert!(hits >= 495, "recall is {hits} of 500");
}
