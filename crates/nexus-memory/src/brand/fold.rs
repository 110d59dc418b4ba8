//! Evidence becomes statements: what points the same way adds up, what the owner says of a statement decides.

use std::collections::BTreeMap;

use nexus_core::{
    BusinessId, Instant, StatementId,
    brand::{Amendment, Evidence, Leaning, Origin, Statement},
};

use super::words::wants;

/// Weight from which a statement is made: two films that were answered alike, or one word of the owner.
const LEAST_WEIGHT: f64 = 0.3;

/// Pieces of evidence that a statement shows.
const MOST_SHOWN: usize = 20;

/// The id of the statement that evidence of this kind and topic belongs to.
pub(super) fn statement_id(business: BusinessId, leaning: Leaning, topic: &str) -> StatementId {
    let kind = match leaning {
        Leaning::More | Leaning::Less => "picture",
        Leaning::Never => "never",
        Leaning::Voice => "voice",
    };
    StatementId::derived(&[&business.to_string(), kind, &stem(topic)])
}

/// The topic without the plural of its last word, so that `candle` and `candles` are one.
fn stem(topic: &str) -> String {
    let topic = topic.trim().to_lowercase();
    match topic.strip_suffix('s') {
        Some(singular) if singular.chars().count() > 3 && !singular.ends_with('s') => singular.to_owned(),
        _ => topic,
    }
}

/// Every statement that follows, the surest first.
pub(super) fn statements(
    business: BusinessId,
    evidence: Vec<Evidence>,
    amendments: &BTreeMap<StatementId, Amendment>,
) -> Vec<Statement> {
    let mut groups: BTreeMap<StatementId, Vec<Evidence>> = BTreeMap::new();
    for piece in evidence {
        groups.entry(statement_id(business, piece.leaning, &piece.topic)).or_default().push(piece);
    }
    let mut statements: Vec<Statement> =
        groups.into_iter().filter_map(|(id, pieces)| statement(id, pieces, amendments.get(&id))).collect();
    statements.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.text.cmp(&b.text)).then(a.id.cmp(&b.id)));
    statements
}

fn statement(id: StatementId, mut pieces: Vec<Evidence>, amendment: Option<&Amendment>) -> Option<Statement> {
    if let Some(forgotten) = amendment.and_then(forgotten) {
        pieces.retain(|piece| piece.at > forgotten);
    }
    pieces.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.key.cmp(&b.key)));
    let newest = pieces.first()?.clone();
    let (leaning, weight) = lean(&pieces);
    let mut by_owner = pieces.iter().any(|piece| piece.origin == Origin::Owner);
    let (mut text, mut topic, mut leaning, mut weight) =
        (sentence(leaning, &newest.topic), newest.topic, leaning, weight);
    if let Some(Amendment::Edited { text: edited, .. }) = amendment {
        // What the owner made of it stands, whatever is learnt later.
        (by_owner, weight) = (true, 1.0);
        text.clone_from(edited);
        match wants(edited).into_iter().next() {
            Some(want) => (leaning, topic) = (want.leaning, want.topic),
            None => (leaning, topic) = (Leaning::Voice, edited.clone()),
        }
    }
    if weight < LEAST_WEIGHT {
        return None;
    }
    pieces.truncate(MOST_SHOWN);
    Some(Statement { id, text, leaning, topic, weight, by_owner, evidence: pieces })
}

/// Until when evidence is forgotten.
pub(super) fn forgotten(amendment: &Amendment) -> Option<Instant> {
    match amendment {
        Amendment::Forgotten { at } => Some(*at),
        Amendment::Edited { forgotten, .. } => *forgotten,
    }
}

/// Which way the pieces point together and how strongly, newest first. What the owner said last outweighs what was
/// said before it: older pieces count half.
fn lean(pieces: &[Evidence]) -> (Leaning, f64) {
    let newest = pieces[0].leaning;
    if matches!(newest, Leaning::Never | Leaning::Voice) {
        return (newest, pieces.iter().map(|piece| piece.strength).fold(0.0, f64::max));
    }
    let said_last = pieces.iter().position(|piece| !piece.words.is_empty());
    let share = |number: usize| if said_last.is_some_and(|said| number > said) { 0.5 } else { 1.0 };
    let sign = |leaning: Leaning| if leaning == Leaning::More { 1.0 } else { -1.0 };
    let sum: f64 =
        pieces.iter().enumerate().map(|(number, piece)| share(number) * piece.strength * sign(piece.leaning)).sum();
    (if sum >= 0.0 { Leaning::More } else { Leaning::Less }, sum.abs().min(1.0))
}

/// A statement in words.
fn sentence(leaning: Leaning, topic: &str) -> String {
    match leaning {
        Leaning::More => format!("More {topic}."),
        Leaning::Less if topic.ends_with('s') && !topic.ends_with("ss") => format!("Fewer {topic}."),
        Leaning::Less => format!("Less {topic}."),
        Leaning::Never => format!("Never say “{topic}”."),
        Leaning::Voice => {
            let ends = topic.ends_with(['.', '!', '?']);
            format!("{topic}{}", if ends { "" } else { "." })
        }
    }
}
