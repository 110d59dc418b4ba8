//! The hybrid score of every shot for one question, and the two groups.

use nexus_core::memory::Hit;

use crate::{
    glance::{Glance, sight},
    namespace::Namespace,
    query::Question,
    reason::{Evidence, reason},
    split::split_at_gap,
};

/// Parts of the score; their sum is 1, so scores of different questions compare.
const WORDS: f64 = 0.64;
const VECTOR: f64 = 0.28;
const QUALITY: f64 = 0.08;

/// Most that likeness of the picture adds to a score of nothing.
const SIGHT: f64 = 0.7;

/// A shot below this quality is never best and comes last.
const UNUSABLE: f64 = 0.15;

/// Two words that are this near are the same.
const SAME_WORD: f64 = 0.9;

/// Evidence below this may be chance: a word is not answered by it.
const FAINT: f64 = 0.08;

/// The least evidence for one word that lets a shot into the first group.
const CLEAR: f64 = 0.3;

/// A shot with its score for one question.
struct Scored {
    shot: usize,
    score: f64,
    /// The strongest evidence for one word of the question.
    strongest: f64,
    /// Likeness of the picture itself, 0 to 1.
    seen: f64,
    /// Per word of the question, 0 to 1.
    answered: Vec<f64>,
    evidence: Vec<Evidence>,
}

/// How near the question is to every shot.
pub(crate) struct Likenesses {
    /// Cosines to the words of each shot.
    pub(crate) words: Vec<f64>,
    /// Cosines to what was seen, in each space.
    pub(crate) pictures: Vec<Glance>,
}

/// The best and the possible hits, at most `limit` in all. Order: score, then file name, then index.
pub(crate) fn search(
    namespace: &Namespace,
    question: &Question,
    likeness: &Likenesses,
    limit: usize,
    semantic: bool,
) -> (Vec<Hit>, Vec<Hit>) {
    let relations = relations(namespace, question);
    let mut scored: Vec<Scored> =
        (0..namespace.shots().len()).map(|shot| words_of(namespace, question, &relations, shot)).collect();
    let weights = word_weights(&scored, question.words.len());
    let (vector_mean, vector_deviation) = spread(&likeness.words);
    for (one, vector) in scored.iter_mut().zip(&likeness.words) {
        let by_meaning = semantic && vector_deviation > 0.0 && (vector - vector_mean) / vector_deviation >= 2.5;
        let total: f64 = weights.iter().sum();
        let words =
            one.answered.iter().zip(&weights).map(|(answer, weight)| answer * weight).sum::<f64>() / total.max(1e-9);
        if one.strongest >= FAINT || by_meaning {
            let near = ((vector - 0.05) / 0.55).clamp(0.0, 1.0);
            let quality = namespace.shots()[one.shot].quality.clamp(0.0, 1.0);
            one.score = (WORDS * words + VECTOR * near + QUALITY * quality * words.sqrt()).clamp(0.0, 1.0);
            one.strongest = one.strongest.max(if by_meaning { near } else { 0.0 });
        }
    }
    for (one, seen) in scored.iter_mut().zip(sight(namespace.shots().len(), &likeness.pictures)) {
        one.score = 1.0 - (1.0 - one.score) * (1.0 - SIGHT * seen.strength);
        one.seen = seen.strength;
        if seen.is_clear {
            one.strongest = one.strongest.max(seen.strength);
        }
    }
    let (mean, deviation) = spread(&scored.iter().map(|one| one.score).collect::<Vec<_>>());
    scored.retain(|one| one.score > 0.0);
    unusable_last(namespace, &mut scored);
    scored.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.shot.cmp(&b.shot)));

    let scores: Vec<f64> = scored.iter().map(|one| one.score).collect();
    let split = split_at_gap(&scores, mean, deviation);
    let fits = |one: &Scored| one.strongest >= CLEAR && namespace.shots()[one.shot].quality >= UNUSABLE;
    let best = scored.iter().take(split.best).take_while(|one| fits(one)).count();
    let mut hits = scored.into_iter().take(split.maybe.min(limit)).map(|one| hit(namespace, question, one));
    let first: Vec<Hit> = hits.by_ref().take(best).collect();
    (first, hits.collect())
}

/// How every part of the question relates to every tag in use: `[part][term]`.
fn relations(namespace: &Namespace, question: &Question) -> Vec<Vec<f64>> {
    let per_part =
        |part: &crate::query::Part| namespace.terms().iter().map(|term| part.relation(&term.vector)).collect();
    question.parts.iter().map(per_part).collect()
}

/// What the tags of one shot say to every word of the question.
fn words_of(namespace: &Namespace, question: &Question, relations: &[Vec<f64>], shot: usize) -> Scored {
    let mut missing = vec![1.0; question.words.len()];
    let mut evidence = Vec::new();
    for tag in namespace.uses(shot) {
        let mut per_word = vec![0.0_f64; question.words.len()];
        let mut relation = 0.0_f64;
        for (part, related) in question.parts.iter().zip(relations) {
            let strength = related[tag.term];
            // A pair counts for both of its words only when it says more than either of them.
            let alone = part.covers.iter().map(|word| per_word[*word]).fold(0.0, f64::max);
            if strength > alone {
                part.covers.iter().for_each(|word| per_word[*word] = strength);
                relation = relation.max(strength);
            }
        }
        // How a camera moves or a file is shaped says nothing of what is shown, unless just that is asked.
        if is_technical(&tag.source) && relation < SAME_WORD {
            continue;
        }
        if relation > 0.0 {
            for (missing, strength) in missing.iter_mut().zip(&per_word) {
                *missing *= 1.0 - strength * tag.weight;
            }
            evidence.push(Evidence {
                term: namespace.terms()[tag.term].name.clone(),
                source: tag.source.clone(),
                word: per_word.iter().position(|strength| *strength > 0.0).unwrap_or(0),
                relation,
                weight: relation * tag.weight,
            });
        }
    }
    evidence.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.word.cmp(&b.word)).then_with(|| a.term.cmp(&b.term)));
    let answered: Vec<f64> = missing.into_iter().map(|missing| 1.0 - missing).collect();
    let strongest = answered.iter().copied().fold(0.0, f64::max);
    Scored { shot, score: 0.0, strongest, seen: 0.0, answered, evidence }
}

fn is_technical(source: &str) -> bool {
    matches!(source, "L0 motion" | "L0 format" | "L0 sound")
}

/// A word that no shot answers says little about which shot fits, but it lowers every score.
fn word_weights(scored: &[Scored], words: usize) -> Vec<f64> {
    (0..words).map(|word| if scored.iter().any(|one| one.answered[word] >= FAINT) { 1.0 } else { 0.5 }).collect()
}

/// Puts shots that cannot be used below every shot that can.
fn unusable_last(namespace: &Namespace, scored: &mut [Scored]) {
    let usable = |one: &Scored| namespace.shots()[one.shot].quality >= UNUSABLE;
    let least = scored.iter().filter(|one| usable(one)).map(|one| one.score).fold(1.0, f64::min);
    for one in scored.iter_mut().filter(|one| !usable(one)) {
        one.score *= least * 0.99;
    }
}

/// Mean and standard deviation; 0 of nothing.
pub(crate) fn spread(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

fn hit(namespace: &Namespace, question: &Question, scored: Scored) -> Hit {
    let shot = namespace.shots()[scored.shot].clone();
    let matched: Vec<String> = question
        .words
        .iter()
        .zip(&scored.answered)
        .filter(|(_, answer)| **answer >= FAINT)
        .map(|(word, _)| word.clone())
        .collect();
    let why = reason(&shot, &scored.evidence, &matched, scored.seen >= CLEAR);
    Hit { shot, score: scored.score, matched, why }
}
