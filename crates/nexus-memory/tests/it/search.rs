//! Questions to the footage of Quay House, a restaurant by a harbour.

use std::sync::Arc;

use nexus_core::{
    BusinessId, ErrorKind,
    footage::{Shot, Tag},
    memory::{Embedding, Found, SearchQuery},
    port::{Memory, ShotStore},
    vectors::{IndexName, IndexSpec, Metric},
};
use nexus_memory::{EmbeddedMemory, EmbeddedVectors};
use nexus_testkit::{
    conformance::{
        journal::TestClock,
        memory::{VecShotStore, check, check_found, check_store},
    },
    factory,
};
use nexus_vision::LexicalEmbedder;
use proptest::prelude::*;

fn memory_over(store: &Arc<VecShotStore>) -> EmbeddedMemory {
    EmbeddedMemory::new(Arc::clone(store) as Arc<dyn ShotStore>, Arc::new(LexicalEmbedder))
}

/// The same footage, its vectors of words in an index of their own.
async fn memory_with_index(store: &Arc<VecShotStore>) -> (EmbeddedMemory, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = nexus_store::Store::open(folder.path(), TestClock::at(1_780_000_000_000)).await.expect("a store");
    let spec = IndexSpec {
        name: IndexName::new("shots").expect("a name"),
        dimension: None,
        metric: Metric::Cosine,
        notes: serde_json::json!({}),
    };
    let index = EmbeddedVectors::new(Arc::new(rows)).lazy(BusinessId::derived(&["index"]), spec);
    (memory_over(store).with_index(Arc::new(index)), folder)
}

#[tokio::test]
async fn an_index_elsewhere_keeps_the_rules_and_gives_the_same_answers() {
    let (memory, _folder) = memory_with_index(&Arc::new(VecShotStore::default())).await;
    check(&memory).await;

    let (indexed, _folder) = memory_with_index(&Arc::new(VecShotStore::default())).await;
    let plain = memory_over(&Arc::new(VecShotStore::default()));
    let shots = harbour_restaurant();
    let business = shots[0].business;
    for memory in [&plain, &indexed] {
        memory.upsert(business, &shots).await.expect("stored");
        // Seen again with fewer tags: what an asset had before must not be found any more.
        let fewer = Shot { tags: shots[0].tags[..1].to_vec(), ..shots[0].clone() };
        memory.upsert(business, &[fewer]).await.expect("stored again");
    }
    for question in ["waves", "wine on the terrace", "a sunset over the harbour", "submarine", "oysters"] {
        let query = SearchQuery { text: question.into(), limit: 10 };
        let (one, other) = (indexed.search(business, &query).await, plain.search(business, &query).await);
        let names = |found: Found| -> Vec<(String, i64)> {
            let hits = found.best.into_iter().chain(found.maybe);
            hits.map(|hit| (hit.shot.file_name, (hit.score * 1e4).round() as i64)).collect()
        };
        assert_eq!(names(one.expect("found")), names(other.expect("found")), "{question}");
    }
}

fn seen(file_name: &str, tags: &[(&str, f64, &str)]) -> Shot {
    let tag = |(name, score, source): &(&str, f64, &str)| Tag {
        name: (*name).into(),
        score: *score,
        source: (*source).into(),
        at_s: 1.0,
    };
    Shot { tags: tags.iter().map(tag).collect(), ..factory::shot(file_name, &[]) }
}

/// What the rule tagger says of ordinary clips of the house.
fn harbour_restaurant() -> Vec<Shot> {
    let (layout, colour, light, motion) = ("L0 layout", "L0 colour", "L0 light", "L0 motion");
    vec![
        seen(
            "waves_on_the_shore.mp4",
            &[("water-like blue", 0.9, layout), ("horizon", 0.8, layout), ("blue", 0.9, colour)],
        ),
        seen(
            "IMG_2041.mp4",
            &[
                ("water-like blue", 0.85, layout),
                ("turquoise", 0.8, colour),
                ("horizon", 0.7, layout),
                ("static", 0.9, motion),
            ],
        ),
        seen("oysters_on_ice.mp4", &[("grey", 0.7, colour), ("sharp", 0.8, light), ("static", 0.9, motion)]),
        seen(
            "IMG_2050.mp4",
            &[("sunset", 0.8, layout), ("warm light", 0.9, light), ("horizon", 0.8, layout), ("orange", 0.9, colour)],
        ),
        seen("chef_at_the_stove.mp4", &[("brown", 0.8, colour), ("warm light", 0.7, light), ("lively", 0.6, motion)]),
        seen("terrace.mp4", &[("greenery", 0.7, layout), ("sky", 0.7, layout), ("bright", 0.6, light)]),
        seen("IMG_2077.mp4", &[("candle-like light", 0.8, light), ("dark", 0.9, light), ("bokeh lights", 0.6, light)]),
        seen("dining_room.mp4", &[("brown", 0.6, colour), ("hand-held", 0.7, motion)]),
    ]
}

async fn ask(shots: &[Shot], text: &str) -> Found {
    let store = Arc::new(VecShotStore::default());
    let memory = memory_over(&store);
    memory.upsert(factory::business().id, shots).await.expect("stored");
    let found =
        memory.search(factory::business().id, &SearchQuery { text: text.into(), limit: 6 }).await.expect("found");
    check_found(&found, 6);
    found
}

fn names(found: &Found) -> Vec<&str> {
    found.best.iter().map(|hit| hit.shot.file_name.as_str()).collect()
}

#[tokio::test]
async fn obeys_the_rules_of_the_ports() {
    check_store(&VecShotStore::default()).await;
    check(&memory_over(&Arc::default())).await;
}

#[tokio::test]
async fn finds_what_is_there() {
    for (text, want) in [
        ("the sea", vec!["waves_on_the_shore.mp4", "IMG_2041.mp4"]),
        ("waves and beach", vec!["waves_on_the_shore.mp4"]),
        ("oysters", vec!["oysters_on_ice.mp4"]),
        ("fresh seafood on ice", vec!["oysters_on_ice.mp4"]),
        ("a sunset over the harbour", vec!["IMG_2050.mp4"]),
        ("golden hour", vec!["IMG_2050.mp4"]),
        ("cooking in the kitchen", vec!["chef_at_the_stove.mp4"]),
        ("a candlelit dinner", vec!["IMG_2077.mp4"]),
        ("dining", vec!["dining_room.mp4"]),
    ] {
        let found = ask(&harbour_restaurant(), text).await;
        for name in want {
            assert!(names(&found).contains(&name), "'{text}' should find {name}, found {:?}", names(&found));
        }
    }
}

#[tokio::test]
async fn says_when_nothing_fits() {
    for text in ["piano", "jazz trio", "lobster", "wedding dress", "a submarine", "snow", "the", "", "12 34"] {
        let found = ask(&harbour_restaurant(), text).await;
        assert!(
            found.best.is_empty(),
            "'{text}' found {:?}: {:?}",
            names(&found),
            found.best.first().map(|hit| &hit.why)
        );
    }
    let landscape = [
        seen(
            "palawan.mp4",
            &[("water-like blue", 0.9, "L0 layout"), ("horizon", 0.8, "L0 layout"), ("sky", 0.9, "L0 layout")],
        ),
        seen("forest.mp4", &[("greenery", 0.9, "L0 layout"), ("green", 0.9, "L0 colour")]),
    ];
    for text in ["oysters", "oysters on ice", "coffee"] {
        assert!(ask(&landscape, text).await.best.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn explains_in_one_sentence() {
    let found = ask(&harbour_restaurant(), "oysters on ice").await;
    assert_eq!(found.method, "by words (no text model installed)");
    assert_eq!(found.best[0].why, "Shows oysters and ice (file name); crisp and steady.");
    assert_eq!(found.best[0].matched, ["oysters", "ice"]);
    let found = ask(&harbour_restaurant(), "the sea").await;
    let hint = found.best.iter().find(|hit| hit.shot.file_name == "IMG_2041.mp4").expect("found by its colours");
    assert!(hint.why.contains("water-like blue") && hint.why.contains("suggest “sea”"), "{}", hint.why);
}

#[tokio::test]
async fn the_owner_outranks_the_name_and_the_name_outranks_a_measurement() {
    let shots = [
        seen("IMG_1.mp4", &[("sunset", 0.9, "L0 layout")]),
        seen("IMG_2.mp4", &[("sunset", 0.9, "file name")]),
        seen("IMG_3.mp4", &[("sunset", 0.9, "you")]),
    ];
    let found = ask(&shots, "sunset").await;
    let order: Vec<_> = found.best.iter().chain(&found.maybe).map(|hit| hit.shot.file_name.as_str()).collect();
    assert_eq!(order, ["IMG_3.mp4", "IMG_2.mp4", "IMG_1.mp4"]);
}

#[tokio::test]
async fn unusable_shots_come_last_and_are_never_best() {
    let mut blurred = factory::shot("oysters_close.mp4", &["oysters"]);
    blurred.quality = 0.1;
    let found = ask(&[blurred.clone(), factory::shot("bar.mp4", &["shellfish"])], "oysters").await;
    assert!(!names(&found).contains(&"oysters_close.mp4"));
    assert_eq!(found.maybe.last().map(|hit| hit.shot.file_name.as_str()), Some("oysters_close.mp4"));
    assert!(ask(&[blurred], "oysters").await.best.is_empty());
}

#[tokio::test]
async fn equal_shots_stand_by_name_then_index() {
    let mut shots = vec![factory::shot("b.mp4", &["piano"]), factory::shot("a.mp4", &["piano"])];
    shots.push(Shot { index: 1, ..shots[1].clone() });
    let found = ask(&shots, "piano").await;
    let order: Vec<_> = found.best.iter().map(|hit| (hit.shot.file_name.as_str(), hit.shot.index)).collect();
    assert_eq!(order, [("a.mp4", 0), ("a.mp4", 1), ("b.mp4", 0)]);
}

#[tokio::test]
async fn a_change_behind_its_back_is_seen() {
    let store: Arc<VecShotStore> = Arc::default();
    let (one, other) = (memory_over(&store), memory_over(&store));
    let business = factory::business().id;
    let query = SearchQuery { text: "piano".into(), limit: 5 };
    assert!(one.search(business, &query).await.expect("found").best.is_empty());
    other.upsert(business, &[factory::shot("grand_piano.mp4", &[])]).await.expect("stored");
    assert_eq!(one.search(business, &query).await.expect("found").best.len(), 1);
}

#[tokio::test]
async fn vectors_of_another_space_are_made_anew() {
    let store: Arc<VecShotStore> = Arc::default();
    let business = factory::business().id;
    let foreign = Embedding { space: "other-model-7".into(), values: vec![1.0, 0.0, 0.0] };
    store.replace(business, &[(factory::shot("oysters.mp4", &[]), foreign)]).await.expect("stored");
    let found =
        memory_over(&store).search(business, &SearchQuery { text: "oysters".into(), limit: 5 }).await.expect("found");
    assert_eq!(names(&found), ["oysters.mp4"]);
}

#[tokio::test]
async fn wrong_shots_are_refused_with_a_remedy() {
    let memory = memory_over(&Arc::default());
    let shot = factory::shot("a.mp4", &[]);
    let error = memory.upsert(factory::business().id, &[shot.clone(), shot]).await.expect_err("a number stands twice");
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.contains("number the shots"), "{error}");
}

const WORDS: &[&str] = &["sea", "oysters", "candle", "garden", "wine", "sunset", "chef", "room", "blue", "lively"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_question_gets_an_ordered_answer(
        clips in prop::collection::vec((prop::collection::vec(0..WORDS.len(), 0..4), 0.0_f64..1.0), 0..12),
        asked in prop::collection::vec(0..WORDS.len(), 0..4),
        limit in 0_usize..8,
    ) {
        let shots: Vec<Shot> = clips
            .iter()
            .enumerate()
            .map(|(number, (tags, quality))| {
                let tags: Vec<&str> = tags.iter().map(|tag| WORDS[*tag]).collect();
                Shot { quality: *quality, ..factory::shot(&format!("clip{number}.mp4"), &tags) }
            })
            .collect();
        let text = asked.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" and ");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let found = runtime.block_on(async {
            let memory = memory_over(&Arc::default());
            memory.upsert(factory::business().id, &shots).await.expect("stored");
            memory.search(factory::business().id, &SearchQuery { text, limit }).await.expect("found")
        });
        check_found(&found, limit);
        for hit in &found.best {
            prop_assert!(!hit.matched.is_empty() && hit.shot.quality >= 0.15);
            prop_assert!(shots.contains(&hit.shot));
        }
    }
}
