//! The memory of a brand, through its port and the product's own database.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use nexus_core::{
    BusinessId, ErrorKind, Instant, RunId,
    brand::{Answer, Leaning, Lesson, Origin, Statement},
    port::BrandMemory,
    time::Clock,
};
use nexus_memory::EmbeddedBrandMemory;
use nexus_store::Store;
use nexus_vision::LexicalEmbedder;
use tempfile::TempDir;

/// Every look at the clock is a second later.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Instant {
        Instant::from_unix_millis(self.0.fetch_add(1000, Ordering::SeqCst))
    }
}

async fn memory() -> (EmbeddedBrandMemory, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let clock: Arc<dyn Clock> = Arc::new(Ticking(AtomicI64::new(1_780_000_000_000)));
    let store = Store::open(folder.path(), Arc::clone(&clock)).await.expect("a store");
    (EmbeddedBrandMemory::new(Arc::new(store), Arc::new(LexicalEmbedder), clock), folder)
}

fn house(name: &str) -> BusinessId {
    BusinessId::derived(&[name])
}

fn told(words: &str) -> Lesson {
    Lesson::Told { words: words.into(), document: None }
}

fn answered(film: u32, answer: Answer, words: &str, shown: &[&str]) -> Lesson {
    Lesson::Answered {
        run: RunId::derived(&["film", &film.to_string()]),
        revision: 0,
        answer,
        words: words.into(),
        shown: shown.iter().map(|word| (*word).to_owned()).collect(),
    }
}

async fn texts(memory: &EmbeddedBrandMemory, business: BusinessId) -> Vec<String> {
    let statements = memory.statements(business).await.expect("statements");
    statements.into_iter().map(|Statement { text, .. }| text).collect()
}

#[tokio::test]
async fn a_declined_film_becomes_a_statement_with_its_evidence() {
    let (memory, _folder) = memory().await;
    let quay = house("quay");
    let lesson = answered(1, Answer::Declined, "Too many neon captions", &["bar"]);
    for _ in 0..2 {
        let learnt = memory.learn(quay, &lesson).await.expect("learnt");
        assert_eq!(learnt.len(), 1);
    }
    let statements = memory.statements(quay).await.expect("statements");
    let [statement] = statements.as_slice() else { panic!("{statements:?}") };
    assert_eq!((statement.text.as_str(), statement.leaning), ("Fewer neon captions.", Leaning::Less));
    assert!(!statement.by_owner && statement.weight > 0.5, "{statement:?}");
    let [evidence] = statement.evidence.as_slice() else { panic!("told twice, counted once: {statement:?}") };
    assert_eq!((evidence.origin, evidence.words.as_str()), (Origin::Declined, "Too many neon captions"));
    assert_eq!(evidence.run, Some(RunId::derived(&["film", "1"])));
    assert_eq!(texts(&memory, house("inn")).await, Vec::<String>::new(), "another house knows nothing of it");
}

#[tokio::test]
async fn what_films_showed_counts_when_it_was_answered_alike_twice() {
    let (memory, _folder) = memory().await;
    let quay = house("quay");
    memory.learn(quay, &answered(1, Answer::Approved, "", &["terrace", "bread"])).await.expect("learnt");
    assert_eq!(texts(&memory, quay).await, Vec::<String>::new(), "one film is no habit");
    memory.learn(quay, &answered(2, Answer::Approved, "", &["terrace"])).await.expect("learnt");
    assert_eq!(texts(&memory, quay).await, ["More terrace."]);
    memory.learn(quay, &answered(3, Answer::Declined, "", &["terrace"])).await.expect("learnt");
    memory.learn(quay, &answered(4, Answer::Declined, "", &["terrace"])).await.expect("learnt");
    assert_eq!(texts(&memory, quay).await, Vec::<String>::new(), "as often declined as approved");
    memory.learn(quay, &answered(5, Answer::Changed, "less terrace please", &["terrace"])).await.expect("learnt");
    assert_eq!(texts(&memory, quay).await, ["Less terrace."], "words outweigh habits");
}

#[tokio::test]
async fn a_document_on_the_voice_is_read_by_sentences() {
    let (memory, _folder) = memory().await;
    let quay = house("quay");
    let words =
        "# How we speak\n\n- We are quiet and warm.\n- Never say \"cheap\".\n- More of the sea, fewer cocktails.\n";
    let lesson = Lesson::Told { words: words.into(), document: Some("voice.md".into()) };
    memory.learn(quay, &lesson).await.expect("learnt");
    let mut found = texts(&memory, quay).await;
    found.sort();
    assert_eq!(
        found,
        ["Fewer cocktails.", "How we speak.", "More sea.", "Never say “cheap”.", "We are quiet and warm."]
    );
    let near = memory.recall(quay, "the sea", 1).await.expect("recalled");
    assert_eq!(near[0].statement.text, "More sea.");
    let nothing = memory.learn(quay, &told(" \n - \n")).await.expect_err("no sentence");
    assert_eq!(nothing.kind, ErrorKind::Invalid);
}

#[tokio::test]
async fn the_owner_edits_and_makes_forget() {
    let (memory, _folder) = memory().await;
    let quay = house("quay");
    let learnt = memory.learn(quay, &told("Fewer lamps")).await.expect("learnt");
    let id = learnt[0].id;

    let edited = memory.edit(quay, id, " Never  say \"lamp\" ").await.expect("edited");
    assert_eq!(
        (edited.text.as_str(), edited.leaning, edited.topic.as_str()),
        ("Never say \"lamp\"", Leaning::Never, "lamp")
    );
    assert!(edited.by_owner && edited.weight == 1.0);
    memory.learn(quay, &answered(1, Answer::Changed, "more lamps", &[])).await.expect("learnt");
    assert_eq!(texts(&memory, quay).await, ["Never say \"lamp\""], "what the owner made of it stands");

    for (other, id) in [(house("inn"), id), (quay, nexus_core::StatementId::derived(&["nobody"]))] {
        let stranger = memory.forget(other, id).await.expect_err("not theirs");
        assert_eq!(stranger.kind, ErrorKind::NotFound);
    }
    assert_eq!(memory.edit(quay, id, "  ").await.expect_err("empty").kind, ErrorKind::Invalid);

    memory.forget(quay, id).await.expect("forgotten");
    assert_eq!(texts(&memory, quay).await, Vec::<String>::new());
    memory.learn(quay, &answered(1, Answer::Changed, "more lamps", &[])).await.expect("a step that is repeated");
    assert_eq!(texts(&memory, quay).await, Vec::<String>::new(), "what rests on old evidence stays forgotten");
    memory.learn(quay, &told("Fewer lamps")).await.expect("told again");
    assert_eq!(texts(&memory, quay).await, ["Fewer lamps."], "only what happens later brings it back");
    let edited = memory.edit(quay, id, "Fewer red lamps").await.expect("edited");
    assert_eq!(edited.evidence.len(), 1, "what was forgotten before stays so: {edited:?}");
    let two = memory.edit(quay, id, "More garden, fewer lamps").await.expect_err("two statements in one");
    assert_eq!(two.kind, ErrorKind::Invalid);
}
