//! What an owner's sentences want: more of something, less of it, a word that is never used.

use nexus_core::brand::Leaning;

/// Longest topic, in words.
const MOST_TOPIC_WORDS: usize = 6;

/// Longest item of a list behind its first comma, in words.
const MOST_LISTED_WORDS: usize = 2;

const QUOTATION_MARKS: [char; 6] = ['"', '“', '”', '„', '«', '»'];

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
    ("i like", Leaning::More),
    ("we like", Leaning::More),
    ("i love", Leaning::More),
    ("we love", Leaning::More),
    ("would like", Leaning::More),
    ("i'd like", Leaning::More),
    ("we'd like", Leaning::More),
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
    let places = places(&folded);
    let mut found: Vec<Want> = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let until = places.get(number + 1).map_or(folded.len(), |next| next.start);
        for topic in topics(&folded[place.end..until], place.leaning) {
            let want = Want { leaning: place.leaning, topic };
            if !found.contains(&want) {
                found.push(want);
            }
        }
    }
    found
}

/// A marker in a sentence, by its bytes.
struct Place {
    start: usize,
    end: usize,
    leaning: Leaning,
}

/// The markers of a sentence from left to right, none inside another.
fn places(folded: &str) -> Vec<Place> {
    let is_edge = |at: usize| !folded[at..].starts_with(char::is_alphanumeric);
    let mut places: Vec<Place> = Vec::new();
    for (start, _) in folded.char_indices() {
        let begins = start == 0 || !folded[..start].ends_with(|sign: char| sign.is_alphanumeric() || sign == '\'');
        if !begins || places.last().is_some_and(|last| start < last.end) {
            continue;
        }
        let marker =
            MARKERS.iter().find(|(marker, _)| folded[start..].starts_with(marker) && is_edge(start + marker.len()));
        // What stands in quotation marks is spoken of, not wished for.
        let is_quoted = folded[..start].chars().filter(|sign| QUOTATION_MARKS.contains(sign)).count() % 2 == 1;
        if let Some((marker, leaning)) = marker.filter(|_| !is_quoted) {
            let leaning =
                if *leaning == Leaning::More && is_denied(&folded[..start]) { Leaning::Less } else { *leaning };
            places.push(Place { start, end: start + marker.len(), leaning });
        }
    }
    places
}

/// Whether the word at the end of what stands before turns a wish into its opposite: "please don't add".
fn is_denied(before: &str) -> bool {
    let last = before.split_whitespace().next_back().unwrap_or_default();
    ["not", "never", "nicht", "nie"].contains(&last) || last.ends_with("n't")
}

/// What stands behind a marker: a quoted word, or the words up to where it is over; several of them in a list.
fn topics(rest: &str, leaning: Leaning) -> Vec<String> {
    // "No, thank you": what follows a comma is not its topic.
    if rest.trim_start().starts_with([',', ':']) && leaning != Leaning::Never {
        return Vec::new();
    }
    if leaning == Leaning::Never {
        let quoted = quoted(rest);
        if !quoted.is_empty() {
            return quoted;
        }
    }
    let mut topics = Vec::new();
    for (number, part) in rest.split([',', ':', '(', ')']).enumerate() {
        let part =
            ["and ", "or ", "und ", "oder "].iter().fold(part.trim(), |part, word| part.trim_start_matches(word));
        let joined =
            [" and ", " or ", " und ", " oder "].iter().fold(part.to_owned(), |part, word| part.replace(word, "\n"));
        // Behind a comma only what looks like one more of a list belongs to it: "signs, candles and lamps".
        if number > 0 && joined.lines().any(|item| item.split_whitespace().count() > MOST_LISTED_WORDS) {
            break;
        }
        topics.extend(joined.lines().filter_map(topic));
    }
    topics
}

/// Words in quotation marks of any kind.
fn quoted(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split(QUOTATION_MARKS).collect();
    let inner = |part: &&str| part.trim().to_owned();
    parts.iter().skip(1).step_by(2).map(inner).filter(|part| !part.is_empty() && part.len() <= 60).collect()
}

fn topic(text: &str) -> Option<String> {
    let plain = |word: &str| word.trim_matches(|sign: char| !sign.is_alphanumeric()).to_owned();
    let words = text.split_whitespace().map(plain).filter(|word| !word.is_empty());
    let kept: Vec<String> = words
        .skip_while(|word| OPENERS.contains(&word.as_str()))
        .take_while(|word| !CLOSERS.contains(&word.as_str()))
        .take(MOST_TOPIC_WORDS)
        .collect();
    let topic = kept.join(" ");
    (topic.chars().filter(|sign| sign.is_alphabetic()).count() > 2).then_some(topic)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Leaning::{Less, More, Never};

    #[test]
    fn what_sentences_want() {
        let cases: &[(&str, &[(Leaning, &str)])] = &[
            ("Fewer neon captions.", &[(Less, "neon captions")]),
            (
                "Too many close-ups of plates, more of the terrace please",
                &[(Less, "close-ups of plates"), (More, "terrace")],
            ),
            ("More of our garden and the old oven!", &[(More, "garden"), (More, "old oven")]),
            ("Please show the kitchen instead of the street", &[(More, "kitchen"), (Less, "street")]),
            ("I don't like the red lamps", &[(Less, "red lamps")]),
            ("Never say \"cheap\" or \"deal\".", &[(Never, "cheap"), (Never, "deal")]),
            ("avoid the word customers", &[(Never, "customers")]),
            ("It is too dark.", &[(Less, "dark")]),
            ("No more waves. We love candle light", &[(Less, "waves"), (More, "candle light")]),
            ("Weniger Neon, mehr von der Terrasse", &[(Less, "neon"), (More, "terrasse")]),
            ("Please don't add neon signs", &[(Less, "neon signs")]),
            ("You should not show the kitchen", &[(Less, "kitchen")]),
            ("Nicht mehr Neon", &[(Less, "neon")]),
            ("Never say \"no more\"", &[(Never, "no more")]),
            ("Never say cheap, discount or deal", &[(Never, "cheap"), (Never, "discount"), (Never, "deal")]),
            ("Fewer neon signs, candles and lamps", &[(Less, "neon signs"), (Less, "candles"), (Less, "lamps")]),
            ("Less neon, it looks cheap to us", &[(Less, "neon")]),
            ("No, thank you", &[]),
            ("another line", &[]),
            ("shorter", &[]),
            ("It looks like a bar, moreover", &[]),
            ("", &[]),
        ];
        for (text, want) in cases {
            let found = wants(text);
            let found: Vec<(Leaning, &str)> = found.iter().map(|want| (want.leaning, want.topic.as_str())).collect();
            assert_eq!(found, want.to_vec(), "{text}");
        }
    }

    #[test]
    fn documents_are_read_by_sentences() {
        let text = "# Voice\n\n- We are quiet.\n- Never say “cheap”\n\n* ok\n";
        assert_eq!(sentences(text), ["Voice", "We are quiet", "Never say “cheap”"]);
    }

    proptest! {
        #[test]
        fn whatever_is_written_topics_are_plain(text in "\\PC{0,200}") {
            for want in wants(&text) {
                prop_assert!(!want.topic.trim().is_empty());
                prop_assert!(want.topic.split_whitespace().count() <= 20);
            }
        }
    }
}
