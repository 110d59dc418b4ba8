//! A review as the writer reads it: words, clauses, and the line that is chosen for this film.

use std::collections::BTreeSet;

use nexus_core::{
    brand::{Leaning, Statement},
    script::ScriptRequest,
};

use super::{
    clauses::{self, Clause},
    guard::{Guard, Reason, banned_sequences},
    language::{Language, fold},
    quote::{self, Candidate, was_used},
    typeset,
    words::{self, Word},
};
use crate::error::CreateError;

/// A part of a review that is not quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The words as written.
    pub text: String,
    /// Why.
    pub reason: Reason,
}

/// A review, read.
pub(crate) struct Reading<'a> {
    request: &'a ScriptRequest,
    /// Its words, shouting calmed.
    pub words: Vec<Word>,
    /// Its clauses, judged.
    pub clauses: Vec<Clause>,
    /// The language it is written in.
    pub language: Language,
    /// The brand's banned words.
    pub banned: Vec<Vec<String>>,
}

impl<'a> Reading<'a> {
    /// Reads the review of a request.
    pub(crate) fn of(request: &'a ScriptRequest) -> Self {
        let business = &request.context.business;
        let (mut words, language) = words::read(&request.review.text, &request.review.language);
        let names: Vec<String> = [&business.name, &business.locality]
            .into_iter()
            .flat_map(|name| name.split_whitespace())
            .filter(|part| part.chars().next().is_some_and(char::is_uppercase))
            .map(str::to_owned)
            .collect();
        let banned = banned_sequences(&banned_words(request));
        let known_names: Vec<String> = names.iter().map(|name| fold(name)).collect();
        // The name on the door is not a thing to film: `Quay House` is no house.
        for word in words.iter_mut().filter(|word| word.is_capitalised() && known_names.contains(&word.folded)) {
            word.thing = None;
        }
        let guard = Guard { language, banned: banned.clone(), known_names, words: &words };
        let clauses = clauses::judge(&guard, request.review.rating, &seen_words(request));
        typeset::calm_capitals(&mut words, language, &names);
        Self { request, words, clauses, language, banned }
    }

    /// What is never quoted, and why.
    pub(crate) fn dropped(&self) -> Vec<Dropped> {
        let dropped = |clause: &Clause| {
            let reason = clause.objection?;
            let text = self.words[clause.start..clause.end]
                .iter()
                .map(|word| word.core.as_str())
                .collect::<Vec<_>>()
                .join(" ");
            Some(Dropped { text, reason })
        };
        self.clauses.iter().filter_map(dropped).collect()
    }

    /// The line for this film: the best one, moved on by the owner's wish, by lines already used and by the seed.
    pub(crate) fn choose(&self) -> Result<Candidate, CreateError> {
        let mut all = quote::candidates(&self.words, &self.clauses);
        quote::lean(&mut all, &self.words, &leanings(self.request));
        let ranked = self.fresh(all);
        let Some(best) = ranked.first().cloned() else {
            return Err(CreateError::NothingToQuote { reasons: self.reasons() });
        };
        let wish = Wish::read(self.request.wish.as_deref(), self.request.revision);
        let turn = usize::try_from(self.request.revision).unwrap_or(usize::MAX);
        Ok(match wish {
            Wish::None => by_seed(&ranked, self.request.seed),
            Wish::Shorter => {
                let before = by_seed(&ranked, self.request.seed).phrases.len();
                let most = before.div_ceil(2).min(before.saturating_sub(1)).max(1);
                let short: Vec<Candidate> = ranked.iter().filter(|line| line.phrases.len() <= most).cloned().collect();
                short.first().or_else(|| ranked.iter().min_by_key(|line| line.phrases.len())).cloned().unwrap_or(best)
            }
            Wish::OtherLine => {
                let distinct = distinct(&ranked, &by_seed(&ranked, self.request.seed));
                distinct[turn.max(1) % distinct.len()].clone()
            }
            Wish::Other => by_seed(&ranked, self.request.seed.wrapping_add(u64::from(self.request.revision.max(1)))),
        })
    }

    /// Lines that were not used before; all of them when every line was.
    fn fresh(&self, all: Vec<Candidate>) -> Vec<Candidate> {
        let key =
            |text: &String| -> Vec<String> { words::read(text, "en").0.into_iter().map(|word| word.folded).collect() };
        let recent: Vec<Vec<String>> = self.request.context.recent_quotes.iter().map(key).collect();
        let is_new = |line: &Candidate| !was_used(&line.key(&self.words), &recent);
        if recent.is_empty() {
            return all;
        }
        let fresh: Vec<Candidate> = all.iter().filter(|line| is_new(line)).cloned().collect();
        if !fresh.is_empty() {
            return fresh;
        }
        // Nothing is wholly new: at least not the very same line, when there is another.
        let other: Vec<Candidate> =
            all.iter().filter(|line| !recent.contains(&line.key(&self.words))).cloned().collect();
        if other.is_empty() { all } else { other }
    }

    fn reasons(&self) -> String {
        let mut reasons: Vec<Reason> = self.clauses.iter().filter_map(|clause| clause.objection).collect();
        reasons.sort();
        reasons.dedup();
        let words: Vec<&str> = reasons.into_iter().map(Reason::words).collect();
        if words.is_empty() { String::new() } else { format!(" (what it says {})", words.join("; or ")) }
    }
}

/// Words that the brand never uses: those of its voice, and those that its owner told since.
fn banned_words(request: &ScriptRequest) -> Vec<String> {
    let told = request.context.memory.iter().filter(|statement| statement.leaning == Leaning::Never);
    let told = told.map(|statement| statement.topic.clone());
    request.context.business.voice.banned_words.iter().cloned().chain(told).collect()
}

/// What the brand wants to read more of (above zero) or less of, as folded words.
fn leanings(request: &ScriptRequest) -> Vec<(Vec<String>, f64)> {
    let folded = |topic: &str| words::read(topic, "en").0.into_iter().map(|word| word.folded).collect();
    let leaning = |statement: &Statement| match statement.leaning {
        Leaning::More => Some((folded(&statement.topic), statement.weight)),
        Leaning::Less => Some((folded(&statement.topic), -statement.weight)),
        Leaning::Never | Leaning::Voice => None,
    };
    request.context.memory.iter().filter_map(leaning).collect()
}

/// Words of the footage that fits the review: what was matched and what is in the best shots.
fn seen_words(request: &ScriptRequest) -> BTreeSet<String> {
    let hits = request.best.iter().take(12);
    let texts = hits.flat_map(|hit| {
        hit.matched.iter().chain(hit.shot.tags.iter().filter(|tag| tag.score >= 0.4).map(|tag| &tag.name))
    });
    let parts = texts.flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric())).map(fold);
    parts.filter(|word| word.chars().count() > 2).collect()
}

/// Among lines that are as good as the best, the seed decides.
fn by_seed(ranked: &[Candidate], seed: u64) -> Candidate {
    let highest = ranked[0].score;
    let margin = 0.05 * highest.abs() + 0.05;
    let equals: Vec<&Candidate> =
        distinct_refs(ranked).into_iter().filter(|line| line.score >= highest - margin).collect();
    equals[(seed % equals.len().max(1) as u64) as usize].clone()
}

/// The chosen line first, then lines that share little with those before, best first. Never empty.
fn distinct(ranked: &[Candidate], chosen: &Candidate) -> Vec<Candidate> {
    let mut lines: Vec<Candidate> = vec![chosen.clone()];
    for line in ranked {
        if lines.iter().all(|known| !known.overlaps(line)) {
            lines.push(line.clone());
        }
    }
    if lines.len() == 1 {
        lines.extend(ranked.iter().find(|line| line.segments != chosen.segments).cloned());
    }
    lines
}

fn distinct_refs(ranked: &[Candidate]) -> Vec<&Candidate> {
    let mut lines: Vec<&Candidate> = Vec::new();
    for line in ranked.iter().take(40) {
        if lines.iter().all(|known| !known.overlaps(line)) {
            lines.push(line);
        }
    }
    lines
}

/// What the owner asked for, as far as a writer can do it.
enum Wish {
    None,
    Shorter,
    OtherLine,
    Other,
}

impl Wish {
    fn read(wish: Option<&str>, revision: u32) -> Self {
        let Some(wish) = wish.map(fold).filter(|wish| !wish.trim().is_empty()) else {
            return if revision == 0 { Self::None } else { Self::Other };
        };
        let has = |words: &[&str]| words.iter().any(|word| wish.contains(word));
        if has(&["short", "kurz", "court", "brev", "mas corto", "fewer words", "less text", "too long"]) {
            Self::Shorter
        } else if has(&["line", "quote", "words", "sentence", "zitat", "satz", "phrase", "citation", "frase", "cita"]) {
            Self::OtherLine
        } else {
            Self::Other
        }
    }
}
