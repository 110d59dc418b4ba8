//! How long the embedded vector index takes: prints the table of docs/benchmarks.md.
//!
//! Built with `cargo build --locked --workspace --example vectors`. 512 values a row, 10 matches, one query at a time,
//! through the port over the product's own database; the answer to each query is a fresh read of the namespace's version.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use nexus_core::{
    BusinessId,
    port::VectorIndex as _,
    vectors::{
        Filter, Include, IndexName, IndexSpec, Metadata, Metric, Namespace, Near, RecordId, TopK, VectorQuery,
        VectorRecord,
    },
};
use nexus_memory::{EmbeddedVectors, index::Table};
use nexus_store::Store;
use nexus_testkit::conformance::journal::TestClock;
use serde_json::json;

const DIMENSION: usize = 512;
const QUERIES: usize = 300;
const CENTRES: usize = 300;

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
        centre.iter().map(|value| value + 0.5 * self.next()).collect()
    }
}

fn records(rows: usize, centres: &[Vec<f32>], noise: &mut Noise) -> Vec<VectorRecord> {
    let record = |number: usize| VectorRecord {
        id: RecordId::new(&format!("shot-{number:06}")).expect("an id"),
        values: noise.around(&centres[number % centres.len()]),
        sparse: None,
        metadata: Metadata::read(&json!({
            "tenant": number % 10, "tags": ["sunset", if number.is_multiple_of(2) { "oysters" } else { "snow" }],
            "length_s": (number % 40) as f64 / 4.0, "file": format!("clip-{}.mp4", number / 7),
        }))
        .expect("metadata"),
    };
    (0..rows).map(record).collect()
}

fn percentiles(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1000.0;
    (at(0.5), at(0.99))
}

fn line(what: &str, rows: usize, times: Vec<Duration>, recall: f64) {
    let (half, most) = percentiles(times);
    println!("| {rows} | {what} | {half:.2} | {most:.2} | {recall:.3} |");
}

/// Exact and coarse scans of one table, without the port around them.
fn scans(rows: usize, records: Vec<VectorRecord>, queries: &[Vec<f32>]) {
    let table = Table::new(Metric::Cosine, records);
    let (mut exact_times, mut times, mut hits) = (Vec::new(), Vec::new(), 0);
    for query in queries {
        let start = Instant::now();
        let exact = table.search_exactly(query, 10, None);
        exact_times.push(start.elapsed());
        let start = Instant::now();
        let found = table.search(query, 10, None);
        times.push(start.elapsed());
        hits += exact.iter().filter(|hit| found.contains(hit)).count();
    }
    line("scan of every row, alone", rows, exact_times, 1.0);
    line("as it searches, alone", rows, times, hits as f64 / (queries.len() * 10) as f64);
}

#[tokio::main]
async fn main() {
    let mut noise = Noise(3);
    let centres: Vec<Vec<f32>> = (0..CENTRES).map(|_| (0..DIMENSION).map(|_| noise.next()).collect()).collect();
    println!("| rows | what | p50, ms | p99, ms | recall@10 |\n|---|---|---|---|---|");
    for rows in [10_000, 100_000] {
        let records = records(rows, &centres, &mut noise);
        let queries: Vec<Vec<f32>> =
            (0..QUERIES).map(|number| noise.around(&centres[(number * 7) % CENTRES])).collect();
        scans(rows, records.clone(), &queries);

        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), TestClock::at(1_780_000_000_000)).await.expect("a store");
        let name = IndexName::new("bench").expect("a name");
        let spec = IndexSpec { name, dimension: None, metric: Metric::Cosine, notes: json!({}) };
        let index = EmbeddedVectors::new(Arc::new(store)).lazy(BusinessId::derived(&["bench"]), spec);
        let space = Namespace::new("all").expect("a name");
        let mut times = Vec::new();
        for batch in records.chunks(1000) {
            let start = Instant::now();
            index.upsert(&space, batch.to_vec()).await.expect("an upsert");
            times.push(start.elapsed());
        }
        let whole = Table::new(Metric::Cosine, records);
        for (what, filter) in [
            ("query", None),
            ("query, a filter that 1 in 10 passes", Some(json!({ "tenant": 3 }))),
            (
                "query, a filter of three parts that 1 in 4 passes",
                Some(json!({ "$and": [
                { "tags": { "$in": ["oysters", "fog"] } }, { "length_s": { "$gte": 2, "$lt": 7.5 } },
            ] })),
            ),
        ] {
            let filter = filter.map(|filter| Filter::read(&filter).expect("a filter"));
            let (mut times, mut hits, mut wanted) = (Vec::new(), 0, 0);
            for values in &queries {
                let query = VectorQuery {
                    near: Near::Values(values.clone()),
                    top_k: TopK::new(10).expect("ten"),
                    filter: filter.clone(),
                    include: Include { values: false, metadata: true },
                };
                let start = Instant::now();
                let found = index.query(&space, &query).await.expect("a query");
                times.push(start.elapsed());
                let exact = whole.search_exactly(values, 10, filter.as_ref());
                wanted += exact.len();
                hits += exact.iter().filter(|hit| found.iter().any(|found| found.id == *whole.id(hit.row))).count();
            }
            line(what, rows, times, hits as f64 / wanted as f64);
        }
        line("upsert of 1000 records", rows, times, 1.0);
    }
}
