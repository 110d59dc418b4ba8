//! Approvals: one winner, one film per link, the run told in the same transaction.

use std::time::Duration;

use futures::future::join_all;
use nexus_core::{
    ApprovalId, ErrorKind, FrameRate, Frames, Instant,
    delivery::{Notice, Verdict},
    film::Film,
    journal::{Arrived, Claim, Claimable, Journal, Release, RunState},
    port::Notifier,
    time::Clock as _,
};
use nexus_store::{Answered, ApprovalState, EmbeddedNotifier};
use nexus_testkit::factory;

use crate::{Desk, business, new_run};

const WINDOW: Duration = Duration::from_secs(30);

fn notice(desk: &Desk, revision: &str) -> Notice {
    Notice {
        approval: ApprovalId::derived(&["run", revision]),
        run: new_run("film").id,
        signal: format!("verdict-{revision}"),
        business: business(),
        film: Film {
            blob: factory::blob("final/film.mp4"),
            hash: format!("hash of {revision}"),
            poster: factory::blob("final/film.jpg"),
            width_px: 1080,
            height_px: 1920,
            rate: FrameRate::FPS_30,
            length: Frames(450),
            loudness_lufs: Some(-14.0),
            true_peak_dbtp: Some(-1.5),
            remarks: vec![],
        },
        headline: "Marta wrote five stars".into(),
        quote: "the best soup".into(),
        posts: vec![],
        expires: desk.clock.now().after(Duration::from_secs(3600)),
        undo_s: 30,
    }
}

/// A desk whose run waits for the verdict on `notice`.
async fn waiting(revision: &str) -> (Desk, Notice, String) {
    let desk = Desk::new().await;
    desk.store.enqueue(new_run("film")).await.expect("enqueued");
    let claim = claim(&desk).await.expect("a run");
    let notice = notice(&desk, revision);
    let link = notify(&desk, &notice).await;
    let wait = Release::Wait { signal: notice.signal.clone(), until: Some(notice.expires) };
    desk.store.release(claim.run.id, claim.run.epoch, wait).await.expect("parked");
    (desk, notice, link)
}

async fn claim(desk: &Desk) -> Option<Claim> {
    desk.store.claim("w", &[Claimable::new("reel", 1)], 10_000).await.expect("a claim")
}

async fn notify(desk: &Desk, notice: &Notice) -> String {
    let notifier = EmbeddedNotifier::new(desk.store.clone());
    let told = notifier.notify(notice, &factory::context("notify")).await.expect("notified");
    assert_eq!(told.channel, "inbox");
    told.link_path.strip_prefix("/a/").expect("a page").to_owned()
}

fn approve(at: i64) -> Verdict {
    Verdict::Approve { at: Instant::from_unix_millis(at) }
}

#[tokio::test]
async fn telling_twice_asks_once() {
    let (desk, notice, token) = waiting("1").await;
    assert_eq!(notify(&desk, &notice).await, token, "the same link");
    let inbox = desk.store.notifications(business(), 10).await.expect("an inbox");
    assert_eq!(inbox.len(), 1);
    assert_eq!(
        (inbox[0].headline.as_str(), inbox[0].link_path.as_str()),
        ("Marta wrote five stars", format!("/a/{token}").as_str())
    );
    let open = desk.store.waiting_approvals(Some(business())).await.expect("approvals");
    assert_eq!(open.len(), 1);
    assert_eq!((&open[0].notice, open[0].link_path.as_str()), (&notice, inbox[0].link_path.as_str()));
    let view = desk.store.approval_by_token(&token).await.expect("the page");
    assert_eq!((view.state, view.notice), (ApprovalState::Waiting, notice));
}

#[tokio::test]
async fn of_fifty_answers_at_once_exactly_one_wins() {
    let (desk, notice, token) = waiting("1").await;
    let answers = (0..50).map(|number| {
        let verdict = if number % 2 == 0 { approve(number) } else { Verdict::Decline { reason: number.to_string() } };
        let store = desk.store.clone();
        let id = notice.approval;
        async move { (verdict.clone(), store.answer_approval(id, verdict).await.expect("an answer")) }
    });
    let answers = join_all(answers).await;
    let winners: Vec<_> = answers.iter().filter(|(_, answered)| *answered == Answered::First).collect();
    assert_eq!(winners.len(), 1);
    let won = &winners[0].0;
    for (_, answered) in &answers {
        assert!(matches!(answered, Answered::First) || *answered == Answered::Already(won.clone()));
    }
    let claim = claim(&desk).await.expect("the run was woken");
    assert_eq!(claim.signals, [(notice.signal.clone(), serde_json::to_value(won).expect("json"))]);
    let view = desk.store.approval_by_token(&token).await.expect("the page still opens");
    assert!(matches!(view.state, ApprovalState::Answered { verdict, .. } if verdict == *won));
    assert!(desk.store.waiting_approvals(None).await.expect("approvals").is_empty());
}

#[tokio::test]
async fn an_answer_and_its_signal_are_one_fact() {
    let desk = Desk::new().await;
    let notice = notice(&desk, "1");
    notify(&desk, &notice).await;
    let error = desk.store.answer_approval(notice.approval, approve(1)).await.expect_err("there is no such run");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let view = desk.store.approval(notice.approval).await.expect("the approval");
    assert_eq!(view.state, ApprovalState::Waiting, "the answer was undone with the signal");
}

#[tokio::test]
async fn forged_and_old_links_open_nothing() {
    let (desk, _, token) = waiting("1").await;
    let other = waiting("1").await.2;
    assert_ne!(other, token, "another folder signs differently");
    let (id, code) = token.split_once('.').expect("two parts");
    let last = if code.ends_with('A') { 'B' } else { 'A' };
    let stranger = ApprovalId::derived(&["stranger"]);
    for (name, forged) in [
        ("another folder's", other.clone()),
        ("code of another", format!("{stranger}.{code}")),
        ("no code", format!("{id}.")),
        ("bare id", id.to_owned()),
        ("first letter changed", format!("{id}.{last}{}", &code[1..])),
        ("empty", String::new()),
    ] {
        if forged != token {
            let error = desk.store.approval_by_token(&forged).await.expect_err(name);
            assert_eq!(error.kind(), ErrorKind::Unauthorized, "{name}");
        }
    }
    desk.advance(3600);
    let error = desk.store.approval_by_token(&token).await.expect_err("expired");
    assert!(error.to_string().contains("expired"), "{error}");
    assert!(desk.store.waiting_approvals(None).await.expect("approvals").is_empty());
}

#[tokio::test]
async fn a_late_answer_counts_for_nothing() {
    let (desk, notice, _) = waiting("1").await;
    desk.advance(3600);
    let error = desk.store.answer_approval(notice.approval, approve(1)).await.expect_err("too late");
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    let claim = claim(&desk).await.expect("the deadline woke the run");
    assert!(claim.signals.is_empty());
}

#[tokio::test]
async fn a_newer_film_retires_the_old_link() {
    let (desk, old, token) = waiting("1").await;
    notify(&desk, &notice(&desk, "2")).await;
    assert!(desk.store.approval_by_token(&token).await.is_err(), "the old link is closed");
    let error = desk.store.answer_approval(old.approval, approve(1)).await.expect_err("the old film");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let open = desk.store.waiting_approvals(None).await.expect("approvals");
    assert_eq!(open.iter().map(|view| view.notice.signal.as_str()).collect::<Vec<_>>(), ["verdict-2"]);
}

#[tokio::test]
async fn an_approval_can_be_taken_back_within_its_window() {
    for (name, verdict, wait_s, want) in [
        ("in time", approve(1), 29, Ok(Arrived::First)),
        ("too late", approve(1), 30, Err(ErrorKind::Conflict)),
        ("was declined", Verdict::Decline { reason: String::new() }, 0, Err(ErrorKind::Conflict)),
    ] {
        let (desk, notice, _) = waiting("1").await;
        desk.store.answer_approval(notice.approval, verdict).await.expect("answered");
        let claim = claim(&desk).await.expect("woken");
        let wait = Release::Wait { signal: "undo".into(), until: Some(desk.clock.now().after(WINDOW)) };
        desk.store.release(claim.run.id, claim.run.epoch, wait).await.expect("parked");
        desk.advance(wait_s);
        let undone = desk.store.undo_publication(notice.approval, "undo", WINDOW).await.map_err(|error| error.kind());
        assert_eq!(undone, want, "{name}");
        if want.is_ok() {
            let again = desk.store.undo_publication(notice.approval, "undo", WINDOW).await.expect("again");
            assert_eq!(again, Arrived::Again, "{name}");
            let row = desk.store.run(notice.run).await.expect("read").expect("the run");
            assert_eq!(row.state, RunState::Ready, "{name}: the run was woken");
        }
    }
    let (desk, notice, _) = waiting("1").await;
    let error = desk.store.undo_publication(notice.approval, "undo", WINDOW).await.expect_err("nothing to take back");
    assert_eq!(error.kind(), ErrorKind::Conflict);
}
