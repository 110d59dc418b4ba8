//! The hook: two to six words of the guest that stand alone in the first frame.

use super::{
    clauses::Clause,
    language::Role,
    lexicon,
    quote::Candidate,
    words::{Pause, Word},
};

/// The best run of 2 to 6 words within what may be quoted, preferably not the words that open the quote.
pub(crate) fn choose(words: &[Word], clauses: &[Clause], quote: &Candidate) -> (usize, usize) {
    let mut best: Option<(f64, (usize, usize))> = None;
    for clause in clauses.iter().filter(|clause| clause.objection.is_none()) {
        for start in clause.start..clause.end {
            for end in start + 2..=(start + 6).min(clause.end) {
                if words[start..end].iter().filter(|word| word.is_read()).count() < 2 {
                    continue;
                }
                let score = score(words, clause, (start, end), quote);
                if best.is_none_or(|(highest, _)| score > highest) {
                    best = Some((score, (start, end)));
                }
            }
        }
    }
    // Every clause may be one word ("Wow! Perfect!"): then the quote's own opening.
    let (start, end) = quote.segments[0];
    best.map_or((start, end.min(start + 6)), |(_, run)| run)
}

fn score(words: &[Word], clause: &Clause, (start, end): (usize, usize), quote: &Candidate) -> f64 {
    let run = &words[start..end];
    let praise: f64 = run.iter().map(|word| f64::from(word.praise)).sum::<f64>().min(5.0);
    let things = run.iter().filter(|word| word.thing.is_some()).count().min(2) as f64;
    let length = match run.len() {
        2 => -0.7,
        3..=5 => 0.3,
        _ => -0.2,
    };
    let opening = match run[0].role {
        _ if start == clause.start && !matches!(run[0].role, Some(Role::Joiner | Role::Turner)) => 1.2,
        Some(Role::Determiner) => 0.9,
        Some(Role::Pronoun) => 0.7,
        Some(Role::Joiner | Role::Turner) => -4.0,
        Some(Role::Auxiliary)
            if ["so", "absolutely", "really", "simply", "truly"].contains(&run[0].folded.as_str()) =>
        {
            0.4
        }
        Some(Role::Auxiliary) => -2.4,
        Some(Role::Preposition) => -1.6,
        None if run[0].praise > 0 => 0.5,
        None => -0.6,
    };
    let last = &run[run.len() - 1];
    let ending = if end == clause.end {
        let open = last.pause <= Pause::Comma && last.role.is_some();
        if open { -1.0 } else { 1.6 }
    } else if last.role.is_some() {
        -5.0
    } else if words[end].role.is_none() {
        // `the most wonderful | evening`: the noun is missing.
        -2.6
    } else if matches!(words[end].role, Some(Role::Preposition)) && last.thing.is_some() {
        0.1
    } else {
        -0.3
    };
    let torn = torn_from(words, clause, start);
    let points = ["it", "they", "he", "she", "this", "that", "he's", "she's"].contains(&run[0].folded.as_str());
    let (first_start, first_end) = quote.phrases[0];
    let repeats_opening = start < first_end && end > first_start;
    let in_quote = quote.segments.iter().any(|&(from, to)| start < to && end > from);
    praise + 0.6 * things + length + opening + ending
        - 0.5 * f64::from(u8::from(points))
        - 1.6 * f64::from(u8::from(repeats_opening))
        - 0.6 * f64::from(u8::from(in_quote))
        - torn
        - characters_cost(run)
}

/// A run must mean what the sentence means: `the sunset from | the terrace was unreal` praises the sunset, and
/// words after `not` or `never` say the opposite alone.
fn torn_from(words: &[Word], clause: &Clause, start: usize) -> f64 {
    let before = &words[clause.start..start];
    let governed = before.last().map_or(0.0, |word| match word.role {
        Some(Role::Preposition) => 6.0,
        Some(Role::Determiner) => 0.6,
        None if words[start].role.is_none() => 1.2,
        _ => 0.0,
    });
    // A preposition earlier may still own the noun: `from the | terrace was unreal`.
    let owned = before.len() >= 2
        && before[before.len() - 2].role == Some(Role::Preposition)
        && before[before.len() - 1].role == Some(Role::Determiner);
    let negated = before.iter().any(|word| lexicon::negates(&word.folded));
    governed + if owned { 6.0 } else { 0.0 } + if negated { 8.0 } else { 0.0 }
}

/// A hook is set large: thirty characters fill two lines.
fn characters_cost(run: &[Word]) -> f64 {
    let characters: usize = run.iter().map(|word| word.core.chars().count() + 1).sum();
    (characters as f64 - 30.0).max(0.0) * 0.12
}
