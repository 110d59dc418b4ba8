//! Words and their nearness.

use nexus_core::port::Embedder;
use nexus_vision::{DIMENSIONS, LexicalEmbedder, SPACE, related};
use proptest::prelude::*;

fn nearness(a: &str, b: &str) -> f32 {
    let (a, b) = (LexicalEmbedder.vector(a), LexicalEmbedder.vector(b));
    a.iter().zip(&b).map(|(x, y)| x * y).sum()
}

#[test]
fn related_words_are_nearer_than_strangers() {
    for (text, near, far) in [
        ("the sea", "waves_on_the_shore", "a wooden chair"),
        ("the sea", "turquoise", "piano"),
        ("the sea", "horizon", "oysters"),
        ("the sea", "water-like blue", "candle-like light"),
        ("golden hour", "warm light", "greenery"),
        ("oysters", "seafood", "horizon"),
        ("cooking", "kitchen", "bedroom"),
        ("a romantic evening", "candle-like light", "keyboard"),
        ("coffee", "espresso", "waves"),
        ("a cosy room", "warm light", "runway"),
    ] {
        let (near_by, far_off) = (nearness(text, near), nearness(text, far));
        assert!(near_by > 0.13 && near_by > far_off + 0.08, "{text}: {near} {near_by}, {far} {far_off}");
    }
}

#[test]
fn members_of_one_family_are_not_the_same() {
    for (a, b) in [("lobster", "oysters"), ("piano", "saxophone"), ("bedroom", "lobby"), ("swan", "pelican")] {
        assert!(nearness(a, b) < 0.25, "{a} and {b}: {}", nearness(a, b));
    }
}

#[test]
fn inflections_and_case_do_not_matter() {
    for (a, b) in [("Oysters", "oyster"), ("swimming", "swim"), ("the beaches", "beach"), ("CAFÉ", "cafe")] {
        assert!(nearness(a, b) > 0.999, "{a} and {b}");
    }
}

#[test]
fn concepts_can_be_read() {
    let sea = related("sea");
    assert!(sea.len() > 10 && sea.is_sorted_by(|a, b| a.weight >= b.weight));
}

#[tokio::test]
async fn nothing_said_is_all_zero() {
    let texts = ["", "of the and", "123 !?"].map(str::to_owned);
    let vectors = LexicalEmbedder.embed(&texts).await.expect("embedded");
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        assert_eq!(vector.space, SPACE);
        assert_eq!(vector.values, vec![0.0; DIMENSIONS]);
    }
}

proptest! {
    #[test]
    fn every_vector_is_unit_or_zero_and_repeatable(text in ".{0,60}") {
        let vector = LexicalEmbedder.vector(&text);
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        prop_assert_eq!(vector.len(), DIMENSIONS);
        prop_assert!(length == 0.0 || (length - 1.0).abs() < 1e-4);
        prop_assert_eq!(vector, LexicalEmbedder.vector(&text));
    }

    #[test]
    fn strangers_stay_strangers(a in "[bcdfghjk]{6,9}", b in "[lmnpqrtvw]{6,9}") {
        prop_assert!(nearness(&a, &b).abs() < 0.35);
    }
}
