//! What an owner's sentences want: more of something, less of it, a word that is never used.

use nexus_core::brand::Leaning;

/// Longest topic, in words.
const MOST_TOPIC_WORDS: usize = 6;

/// Words before a topic and what they want, in English and in German. Longer ones stand before what they begin with.
const MARKERS: &[(&str, Leaning)] = &[
    ("do not use the word", Leaning::Never),
    ("don't use the word", Leaning::Never),
    ("never use the word", Leaning::Never),
    ("avoid the word", Leaning::Never),
    ("do not say", Leaning::Never),
    ("don't say", Leaning::Never),
    ("never say", Leaning::Never),
    ("never write", Leaning::Never),
    ("sag nie", Leaning::Never),
    ("nie das wort", Leaning::Never),
    ("do not show", Leaning::Less),
    ("don't show", Leaning::Less),
    ("never show", Leaning::Less),
    ("do not like", Leaning::Less),
    ("don't like", Leaning::Less),
    ("do not want", Leaning::Less),
    ("don't want", Leaning::Less),
    ("not so many", Leaning::Less),
    ("not so much", Leaning::Less),
    ("nicht so viele", Leaning::Less),
    ("nicht so viel", Leaning::Less),
    ("instead of", Leaning::Less),
    ("rather than", Leaning::Less),
    ("too many", Leaning::Less),
    ("too much", Leaning::Less),
    ("zu viele", Leaning::Less),
    ("zu viel", Leaning::Less),
    ("no more", Leaning::Less),
    ("fewer", Leaning::Less),
    ("less", Leaning::Less),
    ("without", Leaning::Less),
    ("avoid", Leaning::Less),
    ("hate", Leaning::Less),
    ("never", Leaning::Less),
    ("weniger", Leaning::Less),
    ("ohne", Leaning::Less),
    ("keine", Leaning::Less),
    ("kein", Leaning::Less),
    ("too", Leaning::Less),
    ("no", Leaning::Less),
    ("show more", Leaning::More),
    ("focus on", Leaning::More),
    ("more", Leaning::More),
    ("show", Leaning::More),
    ("prefer", Leaning::More),
    ("love", Leaning::More),
    ("like", Leaning::More),
    ("add", Leaning::More),
    ("mehr", Leaning::More),
    ("zeig", Leaning::More),
    ("zeigt", Leaning::More),
    ("lieber", Leaning::More),
];

/// Words that open a topic and say nothing of it.
const OPENERS: &[&str] = &[
    "the", "a", "an", "our", "your", "my", "any", "those", "these", "this", "that", "such", "so", "of", "to", "see",
    "some", "all", "us", "me", "with", "das", "die", "der", "den", "vom", "von", "unsere", "unseren", "bitte", "shots",
    "pictures", "footage",
];

/// Words at which a topic is over.
const CLOSERS: &[&str] = &[
    "please", "because", "when", "than", "next", "if", "for", "bitte", "weil", "wenn", "als", "here", "anymore",
    "again", "in", "at", "is", "are", "was", "were", "instead", "rather", "but", "though", "unless",
];

/// What one sentence or a part of it wants of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Want {
    /// What.
    pub(super) leaning: Leaning,
    /// Of what.
    pub(super) topic: String,
}

/// Everything that `text` wants, in order. Nothing for text that wants nothing that can be understood.
pub(super) fn wants(text: &str) -> Vec<Want> {
    sentences(text).iter().flat_map(|sentence| wants_of(sentence)).collect()
}

/// The sentences of a text, without marks of lists and headings.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let marks: &[char] = &['.', '!', '?', ';', '\n', '\r', '…'];
    let plain = |part: &str| {
        let part = part.trim().trim_start_matches(['-', '*', '#', '>', '•', ' ']).trim();
        part.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    text.split(marks).map(plain).filter(|part| part.chars().filter(|sign| sign.is_alphabetic()).count() > 2).collect()
}

fn wants_of(sentence: &str) -> Vec<Want> {
    let folded = sentence.to_lowercase().replace('’', "'");
    let places = markers(&folded);
    let mut found: Vec<Want> = Vec::new();
    for (number, (end, leaning)) in places.iter().enumerate() {
        let until = places.get(number + 1).map_or(folded.len(), |next| folded[..next.0].rfind(marker_at(&folded, next.0)).unwrap_or(folded.len()));
        let rest = &folded[*end..until.max(*end)];
        // "No, thank you": what follows a comma is not its topic.
        if rest.starts_with(',') {
            continue;
        }
        for topic in topics(rest, *leaning) {
            let want = Want { leaning: *leaning, topic };
            if !found.contains(&want) {
                found.push(want);
            }
        }
    }
    found
}
