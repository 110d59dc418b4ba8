//! What a lesson says: evidence for topics.

use nexus_core::{
    Instant,
    brand::{Answer, Evidence, Leaning, Lesson, Origin},
};

use super::words::{sentences, wants};

/// How much is said by the owner's own words, by a wish for one film, by a reason for declining one, and by each thing
/// that an answered film showed.
const TOLD: f64 = 1.0;
const DECLINED: f64 = 0.8;
const WISHED: f64 = 0.6;
const SHOWN: f64 = 0.15;

/// Most topics of one lesson; a longer document is cut there.
const MOST_PIECES: usize = 500;

/// The evidence in `lesson`.
pub(super) fn evidence(lesson: &Lesson, at: Instant) -> Vec<Evidence> {
    let mut pieces = match lesson {
        Lesson::Told { words, document } => told(words, document.as_deref(), at),
        Lesson::Answered { .. } => answered(lesson, at),
    };
    pieces.truncate(MOST_PIECES);
    pieces
}

fn told(words: &str, document: Option<&str>, at: Instant) -> Vec<Evidence> {
    let origin = if document.is_some() { Origin::Document } else { Origin::Owner };
    let piece = |sentence: &str, leaning: Leaning, topic: String| Evidence {
        key: format!("told {} {sentence}", document.unwrap_or_default()),
        topic,
        leaning,
        strength: TOLD,
        words: sentence.to_owned(),
        origin,
        run: None,
        at,
    };
    let mut pieces = Vec::new();
    for sentence in sentences(words) {
        let wants = wants(&sentence);
        if wants.is_empty() {
            pieces.push(piece(&sentence, Leaning::Voice, sentence.clone()));
        }
        pieces.extend(wants.into_iter().map(|want| piece(&sentence, want.leaning, want.topic)));
    }
    pieces
}

fn answered(lesson: &Lesson, at: Instant) -> Vec<Evidence> {
    let Lesson::Answered { run, revision, answer, words, shown } = lesson else { return Vec::new() };
    let (origin, strength) = match answer {
        Answer::Approved => (Origin::Approved, SHOWN),
        Answer::Changed => (Origin::Wish, WISHED),
        Answer::Declined => (Origin::Declined, DECLINED),
    };
    let key = format!("{run} {revision} {origin:?}");
    let words = words.trim();
    let piece = |topic: String, leaning: Leaning, strength: f64| Evidence {
        topic,
        leaning,
        strength,
        words: words.to_owned(),
        origin,
        run: Some(*run),
        at,
        key: key.clone(),
    };
    let wants = wants(words);
    let mut pieces: Vec<Evidence> =
        wants.iter().map(|want| piece(want.topic.clone(), want.leaning, strength)).collect();
    // A reason that names nothing to see is kept as it was said; a wish of that kind was about its film alone.
    if wants.is_empty() && !words.is_empty() && *answer == Answer::Declined {
        pieces.push(piece(format!("declined a film: {words}"), Leaning::Voice, strength));
    }
    // Without words, what the film showed is all there is to learn from.
    if words.is_empty() {
        let leaning = match answer {
            Answer::Approved => Some(Leaning::More),
            Answer::Declined => Some(Leaning::Less),
            Answer::Changed => None,
        };
        let mut shown = shown.clone();
        shown.sort();
        shown.dedup();
        pieces.extend(
            leaning
                .into_iter()
                .flat_map(|leaning| shown.iter().map(move |topic| (topic.clone(), leaning)))
                .map(|(topic, leaning)| piece(topic, leaning, SHOWN)),
        );
    }
    pieces
}
