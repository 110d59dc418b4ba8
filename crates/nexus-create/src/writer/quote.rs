//! Finds the lines of a review that make the best quote, best first.

use std::collections::BTreeSet;

use super::{
    clauses::Clause,
    language::Role,
    phrases,
    words::{Pause, Word},
};

/// Most phrases of praise in a film: ten scenes with hook, place, drop, proof and end card.
pub(crate) const MOST_PHRASES: usize = 5;

/// A line that may be quoted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// Runs of words in order; between two of them words are left out.
    pub segments: Vec<(usize, usize)>,
    /// The phrases it is shown in.
    pub phrases: Vec<(usize, usize)>,
    /// Higher is better.
    pub score: f64,
}

impl Candidate {
    /// Its words in the form for comparison.
    pub(crate) fn key(&self, words: &[Word]) -> Vec<String> {
        self.segments
            .iter()
            .flat_map(|&(start, end)| words[start..end].iter().map(|word| word.folded.clone()))
            .collect()
    }

    /// True when both share at least half of the shorter one's words.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let words = |candidate: &Self| -> BTreeSet<usize> {
            candidate.segments.iter().flat_map(|&(start, end)| start..end).collect()
        };
        let (mine, others) = (words(self), words(other));
        2 * mine.intersection(&others).count() >= mine.len().min(others.len())
    }
}

/// Every line worth quoting, best first; ties keep the order of the review.
pub(crate) fn candidates(words: &[Word], clauses: &[Clause]) -> Vec<Candidate> {
    let mut singles = Vec::new();
    for first in 0..clauses.len() {
        for last in first..clauses.len() {
            let span = &clauses[first..=last];
            let length = clauses[last].end - clauses[first].start;
            if clauses[last].objection.is_some() || length > 32 || clauses[last].sentence - clauses[first].sentence > 2
            {
                break;
            }
            let start = skip_joiner(words, &clauses[first]);
            if clauses[last].end > start {
                singles.extend(candidate(words, &[(span, start)]));
            }
        }
    }
    sort(&mut singles);
    let mut all = singles.clone();
    let short: Vec<&Candidate> = singles.iter().filter(|single| single.phrases.len() <= 3).take(12).collect();
    for (index, one) in short.iter().enumerate() {
        for other in &short[index + 1..] {
            let (early, late) = if one.segments < other.segments { (one, other) } else { (other, one) };
            all.extend(pair(words, early, late));
        }
    }
    sort(&mut all);
    all
}

/// How much what the brand wants counts beside what a line says.
const LEANING_SHARE: f64 = 3.0;

/// Moves lines that speak of what the brand wants more of forward, those of what it wants less of back. `leanings` are
/// folded words of a topic and its weight, -1 to 1.
pub(crate) fn lean(candidates: &mut [Candidate], words: &[Word], leanings: &[(Vec<String>, f64)]) {
    let is_same = |one: &str, other: &str| {
        one == other || one.strip_suffix('s').unwrap_or(one) == other.strip_suffix('s').unwrap_or(other)
    };
    for candidate in candidates.iter_mut() {
        let key = candidate.key(words);
        let speaks_of =
            |topic: &[String]| !topic.is_empty() && topic.iter().all(|word| key.iter().any(|said| is_same(said, word)));
        let wanted: f64 = leanings.iter().filter(|(topic, _)| speaks_of(topic)).map(|(_, weight)| weight).sum();
        candidate.score += LEANING_SHARE * wanted.clamp(-1.5, 1.5);
    }
    sort(candidates);
}

fn sort(candidates: &mut [Candidate]) {
    candidates.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| one.segments.cmp(&other.segments)));
}

/// `and`, `but` at the head of a clause inside a sentence is left out with what came before.
fn skip_joiner(words: &[Word], clause: &Clause) -> usize {
    let inside = clause.start > 0 && words[clause.start - 1].pause != Pause::Sentence;
    let joins = matches!(words[clause.start].role, Some(Role::Joiner))
        || matches!(words[clause.start].folded.as_str(), "but" | "aber" | "mais" | "pero" | "ma" | "so");
    clause.start + usize::from(inside && joins)
}

fn candidate(words: &[Word], parts: &[(&[Clause], usize)]) -> Option<Candidate> {
    let mut segments = Vec::new();
    let (mut praise, mut things, mut clauses) = (0.0, 0.0, 0);
    for (span, start) in parts {
        segments.push((*start, span.last()?.end));
        praise += span.iter().map(|clause| clause.praise.min(5.0)).sum::<f64>();
        things += span.iter().map(|clause| clause.things.min(4.0)).sum::<f64>();
        clauses += span.len();
    }
    build(words, segments, praise / (clauses as f64).sqrt(), things)
}

fn build(words: &[Word], segments: Vec<(usize, usize)>, praise: f64, things: f64) -> Option<Candidate> {
    let length: usize = segments.iter().map(|(start, end)| end - start).sum();
    // A line needs something to say, and enough of it for a hook.
    let (start, end) = *segments.first()?;
    let opening = words[start..end.min(start + 6)].iter().filter(|word| word.is_read()).count();
    if opening < 2 || words[start..end].iter().all(|word| word.role.is_some() || !word.is_read()) {
        return None;
    }
    let phrases = phrases::break_up(words, &segments);
    let unfit =
        |&(from, to): &(usize, usize)| to - from > phrases::MOST_WORDS || !words[from..to].iter().any(Word::is_read);
    if phrases.len() > MOST_PHRASES || phrases.iter().any(unfit) {
        return None;
    }
    let score = praise + 0.9 * things.min(5.0) - length_cost(length) + edges_score(words, &segments)
        - 0.9 * (segments.len() - 1) as f64;
    Some(Candidate { segments, phrases, score })
}

/// Two lines of one review with an omission between them.
fn pair(words: &[Word], early: &Candidate, late: &Candidate) -> Option<Candidate> {
    let ((_, end), (start, late_end)) = (*early.segments.last()?, *late.segments.first()?);
    if start <= end || late_end - start < 3 {
        return None;
    }
    let segments = vec![early.segments[0], late.segments[0]];
    let praise = |candidate: &Candidate| {
        candidate.score + length_cost(candidate.segments[0].1 - candidate.segments[0].0)
            - edges_score(words, &candidate.segments)
    };
    build(words, segments, 0.62 * (praise(early) + praise(late)), 0.0)
}

/// Twelve to twenty-two words fill a film; a very short line wastes it, a long one hurries.
fn length_cost(length: usize) -> f64 {
    match length {
        0..12 => 0.28 * (12 - length) as f64,
        12..=22 => 0.0,
        _ => 0.3 * (length - 22) as f64,
    }
}

/// Whole sentences read best; a line that opens with a pointing word or ends in the air does not stand alone.
fn edges_score(words: &[Word], segments: &[(usize, usize)]) -> f64 {
    segments
        .iter()
        .map(|&(start, end)| {
            let whole_start = start == 0 || words[start - 1].pause == Pause::Sentence;
            let whole_end = words[end - 1].pause == Pause::Sentence;
            let points = [
                "it", "they", "he", "she", "which", "who", "this", "that", "there", "also", "then", "es", "sie", "il",
                "elle", "ils", "auch", "aussi", "tambien", "anche",
            ]
            .contains(&words[start].folded.as_str());
            let opening = match words[start].role {
                Some(Role::Joiner | Role::Turner) => -1.4,
                Some(Role::Preposition | Role::Auxiliary) => -0.6,
                _ => 0.0,
            };
            let logistics =
                words[start..end].iter().filter(|word| word.core.chars().any(|letter| letter.is_ascii_digit())).count();
            let question = words[end - 1].trail.contains('?');
            let hangs = words[end - 1].role.is_some() && !whole_end;
            0.7 * f64::from(u8::from(whole_start)) + 0.7 * f64::from(u8::from(whole_end))
                - 0.8 * f64::from(u8::from(points))
                + opening
                - 0.5 * logistics as f64
                - 2.5 * f64::from(u8::from(question))
                - 1.5 * f64::from(u8::from(hangs))
        })
        .sum::<f64>()
        / segments.len() as f64
}

/// True when the same words were quoted before: equal, or one inside the other.
pub(crate) fn was_used(key: &[String], recent: &[Vec<String>]) -> bool {
    let inside = |long: &[String], short: &[String]| {
        !short.is_empty() && short.len() <= long.len() && long.windows(short.len()).any(|window| window == short)
    };
    recent.iter().any(|used| inside(used, key) || inside(key, used) || overlap(key, used) >= 0.8)
}

/// Share of the words of `key` that stand in `used`.
fn overlap(key: &[String], used: &[String]) -> f64 {
    let used: BTreeSet<&String> = used.iter().collect();
    key.iter().filter(|word| used.contains(word)).count() as f64 / key.len().max(1) as f64
}
