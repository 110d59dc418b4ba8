//! Sends reviews to a running server as fast as it takes them: `webhook URL COUNT AT_ONCE`. Says how many were accepted per
//! second, how long an answer took, and which answers came.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;

/// What came back: how long accepted ones took, answers by status, and how many said when to come back.
#[derive(Default)]
struct Seen {
    took: Vec<Duration>,
    answers: BTreeMap<u16, usize>,
    come_back: usize,
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, count, at_once] = arguments.as_slice() else { panic!("webhook URL COUNT AT_ONCE") };
    let (count, at_once): (usize, usize) = (count.parse().expect("a number"), at_once.parse().expect("a number"));
    nexus_store::use_ring();
    let client = reqwest::Client::builder().pool_max_idle_per_host(at_once).build().expect("a client");
    let address = format!("{}/v1/reviews", url.trim_end_matches('/'));
    let next = Arc::new(AtomicUsize::new(0));
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let stamp = std::process::id();
    let begun = Instant::now();
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (client, address, next, seen) = (client.clone(), address.clone(), Arc::clone(&next), Arc::clone(&seen));
        senders.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                let review = json!({
                    "id": format!("bench-{stamp}-{number}"), "rating": 5, "author": "A guest",
                    "text": "The oysters were fresh and the sunset from the terrace was quiet and warm.",
                    "created_at": "2026-06-01T10:00:00Z", "language": "en",
                });
                let asked = Instant::now();
                let answer = client.post(&address).json(&review).send().await;
                let took = asked.elapsed();
                let (status, comes_back) = match &answer {
                    Ok(answer) => (answer.status().as_u16(), answer.headers().contains_key("retry-after")),
                    Err(_) => (0, false),
                };
                let mut seen = seen.lock().expect("held shortly");
                if status == 202 {
                    seen.took.push(took);
                }
                *seen.answers.entry(status).or_insert(0) += 1;
                seen.come_back += usize::from(comes_back);
            }
        });
    }
    while senders.join_next().await.is_some() {}
    let took = begun.elapsed().as_secs_f64();
    let mut seen = seen.lock().expect("held shortly");
    seen.took.sort();
    let at = |part: f64| {
        let place = ((seen.took.len() as f64 - 1.0) * part).max(0.0) as usize;
        seen.took.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
    };
    println!(
        "{at_once} at once: {:.0} accepted per second, p50 {:.1} ms, p99 {:.1} ms; answers {:?}, {} with Retry-After",
        seen.took.len() as f64 / took,
        at(0.5),
        at(0.99),
        seen.answers,
        seen.come_back
    );
}
