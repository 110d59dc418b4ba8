//! Rules of the delivery ports: publisher and place profile.

use std::sync::Arc;

use nexus_core::{
    Arrow, ErrorKind, PortResult, RunId,
    business::Business,
    delivery::{PlaceUpdate, Post, Receipt},
    journal::StepKey,
    network::Network,
    port::{PlaceProfile, Publisher, StepContext},
};

/// A post that a publisher under test can make: its media and poster are stored where the publisher looks.
pub struct PostCase {
    /// The adapter, with nothing published.
    pub publisher: Arc<dyn Publisher>,
    /// Whose post.
    pub business: Business,
    /// A post within the limits of every network; the suite changes network, title and texts.
    pub post: Post,
}

/// An update that a place profile under test can make.
pub struct PlaceCase {
    /// The adapter, with nothing published.
    pub place: Arc<dyn PlaceProfile>,
    /// Whose place.
    pub business: Business,
    /// An update within the limits.
    pub update: PlaceUpdate,
}

/// Drives a fresh publisher through every rule of the port.
///
/// # Panics
/// With the name of the rule that the adapter breaks.
pub async fn publisher_suite(make: impl AsyncFn() -> PostCase) {
    a_post_is_made_once_per_key(&make().await).await;
    parallel_tries_make_one_post(&make().await).await;
    another_step_cannot_post_the_film_again(&make().await).await;
    every_network_is_served(&make().await).await;
    posts_over_a_limit_are_refused(&make().await).await;
}

/// Drives a fresh place profile through every rule of the port.
///
/// # Panics
/// With the name of the rule that the adapter breaks.
pub async fn place_suite(make: impl AsyncFn() -> PlaceCase) {
    an_update_is_made_once_per_key(&make().await).await;
    another_step_cannot_update_with_the_film_again(&make().await).await;
    updates_over_a_limit_are_refused(&make().await).await;
}

fn context(run: &str, arrow: Arrow, item: &str) -> StepContext {
    StepContext::quiet(StepKey { run: RunId::derived(&[run]), step: arrow.into(), item: item.into() })
}

fn made(rule: &str, result: PortResult<Receipt>) -> Receipt {
    result.unwrap_or_else(|error| panic!("{rule}: {}", error.chain()))
}

fn refused(rule: &str, result: PortResult<Receipt>, kind: ErrorKind, word: &str) {
    match result {
        Ok(receipt) => panic!("{rule}: accepted as {}", receipt.location),
        Err(error) => {
            assert_eq!(error.kind, kind, "{rule}: {}", error.chain());
            assert!(error.message.contains(word), "{rule}: the message names '{word}': {}", error.message);
        }
    }
}

async fn found(case: &PostCase, context: &StepContext) -> Option<Receipt> {
    case.publisher.find(&context.key).await.expect("find")
}

impl PostCase {
    async fn publish(&self, post: &Post, context: &StepContext) -> PortResult<Receipt> {
        self.publisher.publish(&self.business, post, context).await
    }
}

async fn a_post_is_made_once_per_key(case: &PostCase) {
    let step = context("run", Arrow::Publish, case.post.network.slug());
    assert_eq!(found(case, &step).await, None, "nothing is found before the first call");
    let first = made("first call", case.publish(&case.post, &step).await);
    assert!(!first.provider_id.is_empty() && !first.location.is_empty(), "a receipt says what and where");
    assert_eq!(made("same call", case.publish(&case.post, &step).await), first, "the same key, the same post");
    let changed = Post { text: "Other words.".into(), ..case.post.clone() };
    assert_eq!(made("changed call", case.publish(&changed, &step).await), first, "the key alone decides");
    assert_eq!(found(case, &step).await, Some(first), "an earlier call is found");
    let other = context("run", Arrow::Publish, "another item");
    assert_eq!(found(case, &other).await, None, "another key finds nothing");
}

async fn parallel_tries_make_one_post(case: &PostCase) {
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (publisher, business, post) = (Arc::clone(&case.publisher), case.business.clone(), case.post.clone());
        tries.spawn(async move {
            let step = context("run", Arrow::Publish, "parallel");
            publisher.publish(&business, &post, &step).await
        });
    }
    let receipts: Vec<Receipt> = tries.join_all().await.into_iter().map(|result| made("parallel", result)).collect();
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]), "parallel tries find one post");
}

async fn another_step_cannot_post_the_film_again(case: &PostCase) {
    let (first, second) = (context("run", Arrow::Publish, "a"), context("another run", Arrow::Publish, "a"));
    let receipt = made("first step", case.publish(&case.post, &first).await);
    refused("second step", case.publish(&case.post, &second).await, ErrorKind::Conflict, case.post.network.slug());
    assert_eq!(found(case, &second).await, None, "a refused post is not found");
    assert_eq!(found(case, &first).await, Some(receipt), "the first post stands");
}

async fn every_network_is_served(case: &PostCase) {
    let mut receipts = Vec::new();
    for network in Network::ALL {
        let step = context("run", Arrow::Publish, network.slug());
        let post = fitting(case, network);
        receipts.push(made(network.slug(), case.publish(&post, &step).await));
    }
    for (index, receipt) in receipts.iter().enumerate() {
        assert!(!receipts[..index].contains(receipt), "each network has its own post");
    }
}

/// The case's post, with a title where the network has one.
fn fitting(case: &PostCase, network: Network) -> Post {
    let title = if network.limits().title_chars > 0 { "A table by the water" } else { "" };
    Post { network, title: title.into(), ..case.post.clone() }
}

async fn posts_over_a_limit_are_refused(case: &PostCase) {
    for network in Network::ALL {
        let limits = network.limits();
        let fits = fitting(case, network);
        let tags = |count: usize| (0..count).map(|n| format!("tag{n}")).collect::<Vec<_>>();
        let mut rows = vec![
            ("text", Post { text: "x".repeat(limits.text_utf16 + 1), ..fits.clone() }, "UTF-16"),
            ("emoji count twice", Post { text: "🌅".repeat(limits.text_utf16 / 2 + 1), ..fits.clone() }, "UTF-16"),
            ("title", Post { title: "t".repeat(limits.title_chars + 1), ..fits.clone() }, "title"),
            ("hashtags", Post { hashtags: tags(limits.hashtags + 1), ..fits.clone() }, "hashtags"),
            (
                "hashtags in the text",
                Post { text: "#abc ".repeat(limits.hashtags + 1), hashtags: Vec::new(), ..fits.clone() },
                "hashtags",
            ),
            ("no text", Post { text: " ".into(), ..fits.clone() }, "empty"),
        ];
        if !limits.newlines {
            rows.push(("line breaks", Post { text: "one\ntwo".into(), ..fits.clone() }, "line breaks"));
        }
        for (rule, post, word) in rows {
            let rule = format!("{}: {rule}", network.slug());
            let step = context("run", Arrow::Publish, &rule);
            refused(&rule, case.publish(&post, &step).await, ErrorKind::Invalid, word);
            assert_eq!(found(case, &step).await, None, "{rule}: nothing is left of it");
        }
        let full = Post { text: "x".repeat(limits.text_utf16), hashtags: tags(limits.hashtags), ..fits };
        let step = context("run", Arrow::Publish, network.slug());
        made("exactly at the limits", case.publish(&full, &step).await);
    }
}

impl PlaceCase {
    async fn update(&self, update: &PlaceUpdate, context: &StepContext) -> PortResult<Receipt> {
        self.place.update(&self.business, update, context).await
    }
}

async fn an_update_is_made_once_per_key(case: &PlaceCase) {
    let step = context("run", Arrow::UpdateMaps, "google");
    assert_eq!(case.place.find(&step.key).await.expect("find"), None, "nothing is found before the first call");
    let first = made("first call", case.update(&case.update, &step).await);
    assert_eq!(made("same call", case.update(&case.update, &step).await), first, "the same key, the same update");
    assert_eq!(case.place.find(&step.key).await.expect("find"), Some(first), "an earlier call is found");
}

async fn another_step_cannot_update_with_the_film_again(case: &PlaceCase) {
    let (first, second) = (context("run", Arrow::UpdateMaps, ""), context("another run", Arrow::UpdateMaps, ""));
    made("first step", case.update(&case.update, &first).await);
    refused("second step", case.update(&case.update, &second).await, ErrorKind::Conflict, "google");
}

async fn updates_over_a_limit_are_refused(case: &PlaceCase) {
    let with_summary = |summary: &str| PlaceUpdate { summary: summary.into(), ..case.update.clone() };
    let mut heavy = case.update.clone();
    heavy.video.size_bytes = 25_000_001;
    for (rule, update, word) in [
        ("summary", with_summary(&"x".repeat(1501)), "summary"),
        ("hashtags", with_summary("Come for the #sunset"), "hashtags"),
        ("telephone number", with_summary("Call +49 30 1234567"), "telephone"),
        ("no summary", with_summary(""), "empty"),
        ("a video that is too large", heavy, "bytes of video"),
    ] {
        let step = context("run", Arrow::UpdateMaps, rule);
        refused(rule, case.update(&update, &step).await, ErrorKind::Invalid, word);
        assert_eq!(case.place.find(&step.key).await.expect("find"), None, "{rule}: nothing is left of it");
    }
    let full = with_summary(&"x".repeat(1500));
    made("exactly at the limit", case.update(&full, &context("run", Arrow::UpdateMaps, "full")).await);
}
