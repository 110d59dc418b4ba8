//! The outbox through its ports, on a real disk with real media.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fetch;

use nexus_testkit::conformance::delivery::{PlaceCase, PostCase, place_suite, publisher_suite};

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_is_a_publisher() {
    let kept = std::sync::Mutex::new(Vec::new());
    publisher_suite(async || {
        let bench = bench::Bench::new();
        let case = PostCase { publisher: bench.outbox(), business: bench.business(), post: bench.post() };
        kept.lock().expect("no panic").push(bench);
        case
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_is_a_place_profile() {
    let kept = std::sync::Mutex::new(Vec::new());
    let video = bench::video(720, 1280, 30).await;
    place_suite(async || {
        let bench = bench::Bench::new();
        let update = bench.place_update(&video);
        let case = PlaceCase { place: bench.outbox(), business: bench.business(), update };
        kept.lock().expect("no panic").push(bench);
        case
    })
    .await;
}
