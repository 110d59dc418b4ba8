//! What a phrase wants to see: the things in it as words for a search.

use super::{
    language::{Language, Role},
    lexicon::{self, Kind},
    words::{Pause, Word},
};

/// What should be seen under a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// A search query in plain words.
    pub query: String,
    /// True when a thing is named that must be seen and that may be made when no footage shows it.
    pub must_show: bool,
    /// What titles and hashtags may name, in the guest's words and in English.
    pub names: Vec<Name>,
}

/// A thing as the guest named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// In the guest's words.
    pub said: String,
    /// In English.
    pub english: String,
}

/// The picture of a phrase; `None` when the phrase names nothing that can be seen.
///
/// People and the place itself are looked for but never demanded: a made shot of them would pretend.
pub(crate) fn picture(phrase: &[Word], language: Language) -> Option<Picture> {
    let mut found = Picture { query: String::new(), must_show: false, names: Vec::new() };
    let mut used = vec![false; phrase.len()];
    let mut parts: Vec<String> = Vec::new();
    for (index, word) in phrase.iter().enumerate() {
        let Some((kind, english)) = &word.thing else { continue };
        if used[index] || lexicon::is_abstract(&word.folded) {
            continue;
        }
        let mut first = index;
        while first > 0 && !used[first - 1] && index - first < 2 && modifies(&phrase[first - 1]) {
            first -= 1;
        }
        let mut last = index;
        while last + 1 < phrase.len()
            && phrase[last].pause == Pause::None
            && phrase[last + 1].thing.is_some()
            && last - index < 2
        {
            last += 1;
        }
        used[first..=last].fill(true);
        let name = plain(&phrase[first..=last], language);
        let mut query = name.clone();
        if language != Language::English && !query.contains(english.as_str()) {
            query = format!("{english} {query}");
        }
        found.must_show |= *kind == Kind::Thing;
        if is_topic(*kind, english) {
            let english = if language == Language::English { name.clone() } else { english.clone() };
            found.names.push(Name { said: name, english });
        }
        parts.push(query);
    }
    if parts.is_empty() {
        let (name, sure) = named_by_article(phrase, language)?;
        found.must_show = sure;
        found.names.push(Name { said: name.clone(), english: name.clone() });
        parts.push(name);
    }
    parts.dedup();
    found.query = parts.join(" ");
    Some(found)
}

/// The words of a phrase that carry meaning, for phrases without things: mood finds pictures, too.
pub(crate) fn mood_words(phrase: &[Word]) -> String {
    let meaningful: Vec<String> = phrase
        .iter()
        .filter(|word| word.role.is_none() && word.core.chars().count() > 2)
        .map(|word| word.core.to_lowercase())
        .collect();
    meaningful.join(" ")
}

/// What a title may be about: people are not, and neither is the furniture.
fn is_topic(kind: Kind, english: &str) -> bool {
    const FURNITURE: &str = "window windows table tables bed beds corner chair sofa counter entrance bathroom hotel restaurant shop \
        store house place door kitchen bar";
    kind != Kind::Person && !FURNITURE.split_whitespace().any(|name| name == english)
}

/// The words in lower case, German ones as written, without articles that are part of a word: `l'équipe`.
fn plain(words: &[Word], language: Language) -> String {
    let bare = |word: &Word| {
        let elides = matches!(language, Language::French | Language::Italian);
        let core = if elides { word.core.rsplit(['\'', '’']).next().unwrap_or(&word.core) } else { &word.core };
        if language == Language::German { core.to_owned() } else { core.to_lowercase() }
    };
    words.iter().map(bare).collect::<Vec<_>>().join(" ")
}

/// `fresh`, `wood-fired`, `live`: what stands before a noun and can be seen.
fn modifies(word: &Word) -> bool {
    const VERBS: &str = "ate eat eating drank drink drinking tried try ordered order got get came come went go serve serves served \
        serving made make makes tasted taste brought bring play plays played playing visit visited order loved love enjoyed enjoy \
        own whole entire local did said told felt found kept think thought want wanted back two three four five six first last \
        great good nice best lovely amazing";
    word.pause == Pause::None
        && word.role.is_none()
        && word.praise < 2
        && !word.complains
        && word.core.chars().all(|letter| letter.is_alphabetic() || letter == '-' || letter == '\'')
        && !word.folded.ends_with("ly")
        && !VERBS.split_whitespace().any(|verb| verb == word.folded)
}

/// `the chandelier was …`: a noun that no list knows, told by what stands around it. English only for a demand;
/// in other languages the noun is looked for but not demanded.
fn named_by_article(phrase: &[Word], language: Language) -> Option<(String, bool)> {
    for index in 0..phrase.len() {
        let owns = phrase[index].role == Some(Role::Determiner)
            && !["no", "any", "all", "every", "each", "that", "this", "such", "both", "another", "my", "your", "our"]
                .contains(&phrase[index].folded.as_str());
        if !owns {
            continue;
        }
        for last in index + 1..(index + 4).min(phrase.len()) {
            let ends = phrase[last].pause != Pause::None
                || phrase.get(last + 1).is_none_or(|next| {
                    matches!(
                        next.role,
                        Some(Role::Auxiliary | Role::Preposition | Role::Joiner | Role::Pronoun | Role::Turner)
                    )
                });
            if phrase[last].role.is_some() {
                break;
            }
            if ends && is_noun_like(&phrase[last]) {
                let first = (index + 1..last).find(|&at| modifies(&phrase[at])).unwrap_or(last);
                return Some((plain(&phrase[first..=last], language), language == Language::English));
            }
        }
    }
    None
}

fn is_noun_like(word: &Word) -> bool {
    let ending = [
        "ly", "ing", "ed", "ness", "ity", "tion", "sion", "ment", "ance", "ence", "ism", "ship", "ful", "ous", "able",
        "est",
    ];
    word.praise == 0
        && !word.complains
        && word.core.chars().count() >= 4
        && word.core.chars().all(char::is_alphabetic)
        && !lexicon::is_abstract(&word.folded)
        && !word.is_capitalised()
        && !ending.iter().any(|ending| word.folded.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::words::read;

    #[test]
    fn pictures_by_table() {
        for (text, want) in [
            ("The oysters were the best", Some(("oysters", true))),
            ("and fresh bread from the oven", Some(("fresh bread oven", true))),
            ("a jazz trio on the terrace", Some(("jazz trio terrace", true))),
            ("we loved the view", Some(("view", false))),
            ("the staff were so kind", Some(("staff", false))),
            ("such a wonderful experience", None),
            ("the chandelier was beautiful", Some(("chandelier", true))),
            ("the best evening of our lives", None),
            ("the attention to detail", None),
            ("Le pain est délicieux", Some(("bread pain", true))),
        ] {
            let (words, language) = read(text, "en");
            let found = picture(&words, language);
            assert_eq!(found.as_ref().map(|found| (found.query.as_str(), found.must_show)), want, "{text}");
        }
    }
}
