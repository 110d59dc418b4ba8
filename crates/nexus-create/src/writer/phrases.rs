//! Breaks a quote into phrases as a person would say them: short, at natural pauses, by least total cost.

use super::{
    language::Role,
    words::{Pause, Word},
};

/// Most words on screen at once.
pub(crate) const MOST_WORDS: usize = 7;
/// Most characters on screen at once: three lines, and read within a shot of four seconds.
const MOST_CHARACTERS: usize = 56;

/// Phrases of at most [`MOST_WORDS`] words that cover every segment in order, none across two segments.
/// Each is a range of words.
pub(crate) fn break_up(words: &[Word], segments: &[(usize, usize)]) -> Vec<(usize, usize)> {
    segments.iter().flat_map(|&(start, end)| break_segment(words, start, end)).collect()
}

/// Dynamic programming over break positions; O(n) for a fixed longest phrase.
fn break_segment(words: &[Word], start: usize, end: usize) -> Vec<(usize, usize)> {
    let length = end - start;
    // best[i]: least cost of the first i words, and where their last phrase begins.
    let mut best = vec![(f64::INFINITY, 0_usize); length + 1];
    best[0] = (0.0, 0);
    for to in 1..=length {
        for from in to.saturating_sub(MOST_WORDS)..to {
            let cost = best[from].0 + phrase_cost(words, start + from, start + to, start + to == end);
            if cost < best[to].0 {
                best[to] = (cost, from);
            }
        }
    }
    let mut phrases = Vec::new();
    let mut to = length;
    while to > 0 {
        let from = best[to].1;
        phrases.push((start + from, start + to));
        to = from;
    }
    phrases.reverse();
    phrases
}

fn phrase_cost(words: &[Word], from: usize, to: usize, is_last: bool) -> f64 {
    let phrase = &words[from..to];
    let by_length = match phrase.len() {
        1 => 3.2,
        2 => 1.4,
        3 => 0.5,
        4 | 5 => 0.0,
        6 => 0.5,
        _ => 1.7,
    };
    let characters = phrase.iter().map(|word| word.core.chars().count() + 1).sum::<usize>();
    let by_width = if characters > MOST_CHARACTERS { 40.0 } else { (characters as f64 - 34.0).max(0.0) * 0.15 };
    // `&` alone on the screen says nothing.
    let by_silence = if phrase.iter().any(Word::is_read) { 0.0 } else { 40.0 };
    let run_over = phrase[..phrase.len() - 1]
        .iter()
        .map(|word| match word.pause {
            Pause::None => 0.0,
            Pause::Comma => 2.0,
            Pause::Clause => 3.0,
            Pause::Sentence => 5.0,
        })
        .sum::<f64>();
    let by_break = if is_last { 0.0 } else { break_cost(&words[to - 1], &words[to], words.get(to + 1)) };
    1.0 + by_length + by_width + by_silence + run_over + by_break
}

/// How much it hurts to break between two words.
fn break_cost(before: &Word, after: &Word, next: Option<&Word>) -> f64 {
    match before.pause {
        Pause::Sentence => return 0.0,
        Pause::Clause => return 0.1,
        Pause::Comma => return 0.3,
        Pause::None => {}
    }
    let ends_badly = match before.role {
        Some(Role::Determiner | Role::Preposition) => 6.0,
        Some(Role::Joiner | Role::Turner) => 5.0,
        Some(Role::Auxiliary) => 2.6,
        Some(Role::Pronoun) => 3.0,
        None => 0.0,
    };
    let begins = match after.role {
        Some(Role::Turner) => 0.5,
        Some(Role::Joiner) => 0.4,
        Some(Role::Preposition) => 1.2,
        Some(Role::Pronoun) => 1.4,
        Some(Role::Determiner) => 1.7,
        Some(Role::Auxiliary) => 1.9,
        None => 3.2,
    };
    let begins = if after.folded == "that" && before.role.is_none() { 0.8 } else { begins };
    let names = before.is_capitalised() && after.is_capitalised() && after.role.is_none() && before.role.is_none();
    let counts = before.core.chars().all(|letter| letter.is_ascii_digit());
    // `bread and | butter`: the second of a pair stays with the first.
    let pair = after.role == Some(Role::Joiner)
        && next.is_some_and(|next| next.role.is_none() && next.thing.is_some())
        && before.thing.is_some();
    ends_badly + begins + if names { 4.0 } else { 0.0 } + if counts { 4.0 } else { 0.0 } + if pair { 1.5 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::words::read;

    #[test]
    fn breaks_as_spoken() {
        for (text, want) in [
            (
                "The oysters were the best I've ever had, and the sunset from the terrace was unreal.",
                vec!["The oysters were the best", "I've ever had", "and the sunset", "from the terrace was unreal"],
            ),
            ("Great food. Great wine. Great people.", vec!["Great food", "Great wine", "Great people"]),
            ("We loved the fresh bread and butter", vec!["We loved the fresh bread and butter"]),
        ] {
            let (words, _) = read(text, "en");
            let phrases: Vec<String> = break_up(&words, &[(0, words.len())])
                .into_iter()
                .map(|(start, end)| {
                    words[start..end].iter().map(|word| word.core.clone()).collect::<Vec<_>>().join(" ")
                })
                .collect();
            assert_eq!(phrases, want);
        }
    }
}
