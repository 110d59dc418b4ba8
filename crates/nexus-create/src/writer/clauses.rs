//! Cuts a review into clauses and judges each: may it be quoted, how much does it praise, what does it show?

use std::collections::BTreeSet;

use super::{
    guard::{Guard, Reason},
    language::{Language, Role},
    lexicon,
    words::{Pause, Word},
};

/// A run of words between two pauses.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    /// Its first word.
    pub start: usize,
    /// One past its last word.
    pub end: usize,
    /// The number of its sentence.
    pub sentence: usize,
    /// Why it is not quoted.
    pub objection: Option<Reason>,
    /// Sum of its words' praise, at least 0.
    pub praise: f64,
    /// How many things it names that a camera can show, those in the owner's footage counted twice.
    pub things: f64,
}

/// The clauses of a review in order. `seen` holds the folded words of footage that fits the review.
pub(crate) fn judge(guard: &Guard<'_>, rating: u8, seen: &BTreeSet<String>) -> Vec<Clause> {
    let words = guard.words;
    let mut clauses = cut(words);
    for clause in &mut clauses {
        let part = &words[clause.start..clause.end];
        let mood = mood(part, guard.language, rating);
        clause.objection = guard.objection(clause.start, clause.end).or(mood.objection);
        clause.praise = mood.praise;
        clause.things = part.iter().filter_map(|word| word.thing.as_ref().map(|(_, english)| (word, english))).fold(
            0.0,
            |sum, (word, english)| {
                let in_footage = seen.contains(&word.folded) || english.split(' ').any(|part| seen.contains(part));
                sum + if in_footage { 2.0 } else { 1.0 }
            },
        );
        if clause.objection.is_none() && rating <= 3 && clause.praise < if rating == 3 { 1.0 } else { 2.0 } {
            clause.objection = Some(Reason::NotPraise);
        }
    }
    judge_sentences(guard, rating, &mut clauses);
    clauses
}

/// What is seen only with the whole sentence in view: orders to machines, and praise that was not meant.
fn judge_sentences(guard: &Guard<'_>, rating: u8, clauses: &mut [Clause]) {
    let sentences = clauses.last().map_or(0, |clause| clause.sentence + 1);
    for sentence in 0..sentences {
        let range = clauses.iter().filter(|clause| clause.sentence == sentence);
        let (start, end) =
            range.fold((usize::MAX, 0), |(start, end), clause| (start.min(clause.start), end.max(clause.end)));
        if start >= end {
            continue;
        }
        let words = &guard.words[start..end];
        // An address or a number makes the whole sentence an advertisement.
        let advert = clauses
            .iter()
            .filter(|clause| clause.sentence == sentence)
            .find_map(|clause| clause.objection.filter(|reason| matches!(reason, Reason::Email | Reason::Phone)));
        let instructs = guard.instructs(start, end);
        let ironic = rating <= 3
            && (words
                .iter()
                .any(|word| lexicon::is_unmet(&word.folded) || word.folded == "only" || word.trail.contains('?'))
                || words.iter().any(|word| word.lead.contains(['"', '“', '„', '«', '\''])));
        for clause in clauses.iter_mut().filter(|clause| clause.sentence == sentence) {
            if instructs {
                clause.objection = Some(Reason::Instruction);
            } else if clause.objection.is_none() && advert.is_some() {
                clause.objection = advert;
            } else if ironic && clause.objection.is_none() {
                clause.objection = Some(Reason::Negative);
            }
        }
    }
}

fn cut(words: &[Word]) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let (mut start, mut sentence) = (0, 0);
    for index in 0..words.len() {
        let next_opens = words.get(index + 1).is_some_and(|_| opens_clause(words, index + 1, start));
        if words[index].pause == Pause::None && !next_opens {
            continue;
        }
        let whole = Clause { start, end: index + 1, sentence, objection: None, praise: 0.0, things: 0.0 };
        clauses.extend(shorten(whole, words));
        start = index + 1;
        sentence += usize::from(words[index].pause == Pause::Sentence);
    }
    clauses
}

/// True when `words[index]` begins a new clause without a comma before it: `but …`, `and the …`.
fn opens_clause(words: &[Word], index: usize, clause_start: usize) -> bool {
    let length = index - clause_start;
    let next = words.get(index + 1);
    match words[index].role {
        // `so good` strengthens; `so we stayed` turns.
        Some(Role::Turner) if matches!(words[index].folded.as_str(), "so" | "doch" | "nur" | "denn") => {
            length >= 3 && next.is_some_and(|next| matches!(next.role, Some(Role::Pronoun | Role::Determiner)))
        }
        Some(Role::Turner) => {
            length >= 2 || matches!(words[index].folded.as_str(), "but" | "aber" | "mais" | "pero" | "ma")
        }
        Some(Role::Joiner) => {
            length >= 3 && next.is_some_and(|next| matches!(next.role, Some(Role::Pronoun | Role::Determiner)))
        }
        _ => false,
    }
}

/// Cuts a clause that never pauses into parts of at most 21 words, where it hurts least.
fn shorten(whole: Clause, words: &[Word]) -> Vec<Clause> {
    const LONGEST: usize = 21;
    let mut parts = Vec::new();
    let mut rest = whole;
    while rest.end - rest.start > LONGEST {
        let cost = |at: &usize| {
            let after_small = words[at - 1].role.is_some();
            let rank = match words[*at].role {
                Some(Role::Joiner | Role::Turner) => 0,
                Some(Role::Pronoun) => 1,
                Some(Role::Preposition) => 3,
                Some(Role::Determiner) => 4,
                _ => 5,
            };
            (rank + 6 * usize::from(after_small), at.abs_diff(rest.start + 14))
        };
        let at = (rest.start + 7..=rest.start + LONGEST).min_by_key(cost).unwrap_or(rest.start + LONGEST);
        parts.push(Clause { end: at, ..rest.clone() });
        rest.start = at;
    }
    parts.push(rest);
    parts
}

struct Mood {
    praise: f64,
    objection: Option<Reason>,
}

/// Whether the words praise, complain or take their praise back.
fn mood(words: &[Word], language: Language, rating: u8) -> Mood {
    let idioms = idiom_words(words);
    let mut praise = 1.5 * idioms.iter().filter(|inside| **inside).count().min(2) as f64;
    let mut negative = false;
    let mut consumed = vec![false; words.len()];
    for index in 0..words.len() {
        if idioms[index] || !lexicon::negates(&words[index].folded) {
            continue;
        }
        let doubts = words[index..]
            .iter()
            .any(|word| ["think", "believe", "find", "finde", "glaube"].contains(&word.folded.as_str()));
        let reach = if doubts { 9 } else { 5 };
        let scope = index + 1..(index + 1 + reach).min(words.len());
        let strengthens = scope.clone().any(|at| lexicon::is_superlative(&words[at].folded))
            && !words[scope.clone()].iter().any(|word| word.complains);
        let flips = scope.clone().find(|at| words[*at].complains && !idioms[*at]);
        let takes_back = scope.clone().any(|at| words[at].praise > 0 && !idioms[at]);
        if strengthens && !doubts {
            praise += 2.0;
        } else if let Some(at) = flips.filter(|_| !doubts) {
            consumed[at] = true;
            praise += 0.8;
        } else if takes_back || rating <= 3 {
            negative = true;
        }
    }
    for (index, word) in words.iter().enumerate() {
        if word.complains && !idioms[index] && !consumed[index] {
            negative = true;
        }
        if !consumed[index] {
            praise += f64::from(word.praise);
        }
    }
    negative |= words.windows(2).any(|pair| falls_short(&pair[0].folded, &pair[1].folded));
    if language == Language::Other && rating <= 3 && praise < 2.0 {
        negative = true;
    }
    Mood { praise, objection: negative.then_some(Reason::Negative) }
}

/// `could have`, `should be`: what was not.
fn falls_short(first: &str, second: &str) -> bool {
    matches!(first, "could" | "should" | "might") && matches!(second, "have" | "be" | "do" | "use" | "improve")
        || first == "would" && second == "have"
        || matches!(first, "was" | "were" | "used") && matches!(second, "supposed" | "to")
        || matches!(first, "hatte" | "konnte") && matches!(second, "besser" | "sein")
}

fn idiom_words(words: &[Word]) -> Vec<bool> {
    let mut inside = vec![false; words.len()];
    for idiom in lexicon::praising_idioms() {
        for start in 0..(words.len() + 1).saturating_sub(idiom.len()) {
            if idiom.iter().zip(&words[start..]).all(|(part, word)| *part == word.folded) {
                inside[start..start + idiom.len()].fill(true);
            }
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::words::read;

    fn verdict(text: &str, rating: u8) -> bool {
        let (words, language) = read(text, "en");
        let guard = Guard { language, banned: Vec::new(), known_names: Vec::new(), words: &words };
        judge(&guard, rating, &BTreeSet::new()).iter().all(|clause| clause.objection.is_none())
    }

    #[test]
    fn praise_by_table() {
        for (text, rating, want) in [
            ("The oysters were the best", 5, true),
            ("The food was not great", 5, false),
            ("I don't think the wine was any good", 4, false),
            ("We have never had such a wonderful evening", 5, true),
            ("You won't be disappointed", 5, true),
            ("The staff are never rude", 5, true),
            ("Couldn't fault a thing", 5, true),
            ("Can't wait to be back", 5, true),
            ("It could have been better", 5, false),
            ("It was supposed to be lovely", 2, false),
            ("Great service if you like waiting", 1, false),
            ("The only good thing was the door", 1, false),
            ("The terrace is beautiful", 2, true),
            ("We sat at table four", 2, false),
            ("We sat at table four", 5, true),
            ("Das Essen war leider kalt", 5, false),
            ("Wir wurden nicht enttäuscht und das Essen war sehr lecker", 5, true),
            ("Le pain est délicieux et nous avons adoré", 5, true),
            ("Le service est très lent", 5, false),
            ("No es una buena comida", 5, false),
        ] {
            assert_eq!(verdict(text, rating), want, "{text}");
        }
    }

    #[test]
    fn cuts_where_the_mood_may_turn() {
        let (words, _) = read("The food was great but the service was slow, and we left", "en");
        let parts: Vec<(usize, usize)> = cut(&words).iter().map(|clause| (clause.start, clause.end)).collect();
        assert_eq!(parts, [(0, 4), (4, 9), (9, 12)]);
    }
}
