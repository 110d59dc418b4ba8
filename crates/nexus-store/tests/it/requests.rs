//! HTTP requests with an idempotency key.

use nexus_store::{Recalled, RequestMark};

use crate::Desk;

fn mark(key: &str, hash: &str) -> RequestMark {
    RequestMark { key: key.into(), route: "POST /v1/reviews".into(), request_hash: hash.into() }
}

#[tokio::test]
async fn a_request_is_answered_once_and_the_same_for_a_day() {
    let desk = Desk::new().await;
    let one = mark("k", "hash");
    let recall = async |mark: &RequestMark| desk.store.begin_request(mark).await.expect("recalled");
    assert_eq!(recall(&one).await, Recalled::New);
    assert_eq!(recall(&one).await, Recalled::Unanswered, "begun, not answered");
    desk.store.remember_response(&one, 202, "{\"run\":1}".into()).await.expect("remembered");
    desk.store.remember_response(&one, 500, "late".into()).await.expect("the first answer counts");
    let answered = Recalled::Answered { status: 202, body: "{\"run\":1}".into() };
    assert_eq!(recall(&one).await, answered);
    assert_eq!(recall(&mark("k", "another")).await, Recalled::Mismatch);
    let elsewhere = RequestMark { route: "POST /v1/uploads".into(), ..one.clone() };
    assert_eq!(recall(&elsewhere).await, Recalled::New, "a key belongs to its route");
    desk.advance(24 * 3600);
    assert_eq!(recall(&one).await, answered, "a day is not over yet");
    desk.advance(1);
    assert_eq!(recall(&one).await, Recalled::New, "after a day it is forgotten");
}
