//! The index in PostgreSQL, against a server of its own; skipped with a word about it where none is installed.

use std::collections::BTreeSet;

use nexus_core::{
    Secret,
    port::VectorIndex as _,
    vectors::{Include, Metadata, MetadataValue, Metric, Namespace, Near, RecordId, TopK, VectorQuery, VectorRecord},
};
use nexus_store::PgVectorIndex;
use nexus_testkit::{conformance::vectors as suite, postgres::Server};
use serde_json::json;

fn index(server: &Server) -> PgVectorIndex {
    PgVectorIndex::new(&Secret::new(server.url()), Metric::Cosine).expect("an address")
}

#[tokio::test]
async fn the_index_in_postgresql_keeps_the_rules() {
    let Some(server) = Server::start() else { return };
    suite::check(&index(&server)).await;
    // Another process finds what this one made.
    let again = index(&server);
    assert_eq!(again.stats(None).await.expect("stats").dimension, Some(4));
    let other = PgVectorIndex::new(&Secret::new(server.url()), Metric::Euclidean).expect("an address");
    assert!(other.stats(None).await.is_err(), "a metric is chosen once");
}

#[tokio::test]
async fn what_is_no_address_is_refused_without_repeating_it() {
    let error = PgVectorIndex::new(&Secret::new("secret-and-wrong".into()), Metric::Cosine).map(drop);
    let error = error.expect_err("no address");
    assert!(!error.chain().contains("secret"), "{}", error.chain());
}

const DIMENSION: usize = 128;
const ROWS: usize = 10_000;
const TENANTS: usize = 10;

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

    fn around(&mut self, centre: &[f32]) -> Vec<f32> {
        centre.iter().map(|value| value + 0.4 * self.next()).collect()
    }
}

/// The ten nearest rows by the exact angle.
fn exactly<'a>(query: &[f32], rows: impl Iterator<Item = &'a VectorRecord>) -> BTreeSet<RecordId> {
    let length = |values: &[f32]| values.iter().map(|value| value * value).sum::<f32>().sqrt();
    let angle =
        |values: &[f32]| values.iter().zip(query).map(|(a, b)| a * b).sum::<f32>() / (length(values) * length(query));
    let mut scored: Vec<(f32, &VectorRecord)> = rows.map(|row| (angle(&row.values), row)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(10).map(|(_, row)| row.id.clone()).collect()
}

/// The trap of an HNSW index: it looks at its best few rows, and few of those are the tenant's.
#[tokio::test]
async fn a_tenth_of_the_rows_is_found_among_all_of_them() {
    let Some(server) = Server::start() else { return };
    let index = index(&server);
    let mut noise = Noise(11);
    let centres: Vec<Vec<f32>> = (0..100).map(|_| (0..DIMENSION).map(|_| noise.next()).collect()).collect();
    let rows: Vec<VectorRecord> = (0..ROWS)
        .map(|number| VectorRecord {
            id: RecordId::new(&format!("r{number:05}")).expect("an id"),
            values: noise.around(&centres[(number / TENANTS) % centres.len()]),
            sparse: None,
            metadata: Metadata::from_iter([("tenant".to_owned(), MetadataValue::Number((number % TENANTS) as f64))]),
        })
        .collect();
    let space = |name: &str| Namespace::new(name).expect("a name");
    // All tenants in one namespace, told apart by a filter; and each in one of its own.
    for batch in rows.chunks(1000) {
        index.upsert(&space("all"), batch.to_vec()).await.expect("an upsert");
    }
    for tenant in 0..TENANTS {
        let own: Vec<VectorRecord> = rows.iter().skip(tenant).step_by(TENANTS).cloned().collect();
        index.upsert(&space(&format!("tenant {tenant}")), own).await.expect("an upsert");
    }
    server.analyze();

    // Once as PostgreSQL plans it, which may be a scan of the tenant's rows, and once by the HNSW index in any case.
    let forced = format!("{}?options[enable_sort]=off&options[enable_bitmapscan]=off", server.url());
    for (name, url) in [("as planned", server.url()), ("by the index", forced)] {
        let index = PgVectorIndex::new(&Secret::new(url), Metric::Cosine).expect("an address");
        let (mut by_filter, mut by_namespace, mut asked) = (0, 0, 0);
        let start = std::time::Instant::now();
        for number in 0..100 {
            let tenant = number % TENANTS;
            let values = noise.around(&centres[number % centres.len()]);
            let want = exactly(&values, rows.iter().skip(tenant).step_by(TENANTS));
            let query = VectorQuery {
                near: Near::Values(values),
                top_k: TopK::new(10).expect("ten"),
                filter: Some(suite::filter(json!({ "tenant": tenant }))),
                include: Include::default(),
            };
            let found = index.query(&space("all"), &query).await.expect("a query");
            by_filter += found.iter().filter(|found| want.contains(&found.id)).count();
            let query = VectorQuery { filter: None, ..query };
            let found = index.query(&space(&format!("tenant {tenant}")), &query).await.expect("a query");
            by_namespace += found.iter().filter(|found| want.contains(&found.id)).count();
            asked += want.len();
        }
        let share = |hits: usize| hits as f64 / asked as f64;
        let (by_filter, by_namespace, ms) =
            (share(by_filter), share(by_namespace), start.elapsed().as_secs_f64() * 1000.0 / 200.0);
        eprintln!("{name}: recall@10 {by_filter:.3} by filter, {by_namespace:.3} by namespace; {ms:.2} ms a query");
        assert!(by_filter >= 0.94, "{name}: recall by filter is {by_filter}");
        assert!(by_namespace >= 0.94, "{name}: recall by namespace is {by_namespace}");
    }
}
