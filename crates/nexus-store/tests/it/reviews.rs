//! Reviews and the runs that they start.

use nexus_core::{
    journal::{Arrived, Journal, RunFilter},
    review::{ReviewDocument, ReviewError},
};
use nexus_store::ReviewState;
use nexus_testkit::factory;

use crate::{Desk, business, new_run};

#[tokio::test]
async fn a_review_sent_twice_starts_one_run() {
    let desk = Desk::new().await;
    let review = factory::review("The best soup by the harbour.");
    for want in [Arrived::First, Arrived::Again, Arrived::Again] {
        assert_eq!(desk.store.accept_review(&review, new_run("review")).await.expect("accepted"), want);
    }
    let runs = desk.store.runs(&RunFilter { limit: 10, ..RunFilter::default() }).await.expect("runs");
    assert_eq!(runs.len(), 1);
    let rows = desk.store.list_reviews(Some(business()), 10).await.expect("reviews");
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&rows[0].review, rows[0].state, rows[0].run),
        (&review, ReviewState::Accepted, Some(new_run("review").id))
    );
    let stranger = nexus_core::BusinessId::derived(&["stranger"]);
    assert!(desk.store.list_reviews(Some(stranger), 10).await.expect("reviews").is_empty());
}

#[tokio::test]
async fn a_review_without_words_is_kept_until_it_has_some() {
    let desk = Desk::new().await;
    let document = ReviewDocument {
        id: "g-1".into(),
        rating: 5,
        author: "Marta K.".into(),
        text: String::new(),
        created_at: "2026-06-01T19:30:00Z".into(),
        language: "en".into(),
        source: "Google".into(),
    };
    assert!(matches!(document.clone().accept(business()), Err(ReviewError::NoText(_))));
    for want in [Arrived::First, Arrived::Again] {
        assert_eq!(desk.store.keep_review(business(), document.clone()).await.expect("kept"), want);
    }
    let rows = desk.store.list_reviews(None, 10).await.expect("reviews");
    assert_eq!((rows.len(), rows[0].state, rows[0].run), (1, ReviewState::Kept, None));
    assert!(desk.store.runs(&RunFilter { limit: 10, ..RunFilter::default() }).await.expect("runs").is_empty());

    let review = factory::review("Now with words.");
    assert_eq!(review.id, rows[0].review.id, "the same review");
    assert_eq!(desk.store.accept_review(&review, new_run("later")).await.expect("accepted"), Arrived::First);
    assert_eq!(desk.store.keep_review(business(), document).await.expect("kept"), Arrived::Again);
    let rows = desk.store.list_reviews(None, 10).await.expect("reviews");
    assert_eq!(
        (rows.len(), rows[0].state, rows[0].review.text.as_str()),
        (1, ReviewState::Accepted, "Now with words.")
    );
}
