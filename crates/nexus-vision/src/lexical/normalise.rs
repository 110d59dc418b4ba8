//! Text to stems: lower case, letters only, accents folded, function words dropped, light English stemming.

/// The stems of the content words of `text`, in order.
pub(crate) fn stems(text: &str) -> Vec<String> {
    words(text).filter(|word| !is_stop_word(word)).map(|word| stem(&word)).collect()
}

/// The stems of all words of `text`, function words included: the key of a phrase in the concept table.
pub(crate) fn phrase_stems(text: &str) -> Vec<String> {
    words(text).map(|word| if is_stop_word(&word) { word } else { stem(&word) }).collect()
}

/// Lower-case words of `text` without accents. Digits and signs separate words; an apostrophe ends one
/// (`chef's` is `chef`).
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !(c.is_alphabetic() || c == '\'' || c == '’')).filter_map(|piece| {
        let word = piece.trim_matches(['\'', '’']);
        let word = word.split(['\'', '’']).next().unwrap_or(word);
        (!word.is_empty()).then(|| word.chars().flat_map(char::to_lowercase).flat_map(fold).collect())
    })
}

/// Words that say how something is asked for, not what should be seen.
pub(crate) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

const STOP_WORDS: &[&str] = &[
    "a", "about", "above", "after", "again", "all", "along", "also", "an", "and", "any", "are", "around", "as", "at",
    "be", "because", "been", "being", "below", "between", "both", "but", "by", "can", "clip", "clips", "could", "did",
    "do", "does", "during", "each", "etc", "every", "few", "find", "footage", "for", "from", "get", "give", "had",
    "has", "have", "having", "he", "her", "here", "his", "how", "i", "if", "image", "images", "in", "into", "is", "it",
    "its", "just", "like", "looking", "many", "me", "more", "most", "my", "near", "next", "no", "not", "of", "on",
    "one", "only", "or", "other", "our", "out", "over", "photo", "picture", "please", "scene", "she", "shot", "shots",
    "should", "show", "showing", "shows", "so", "some", "such", "than", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "through", "to", "too", "under", "up", "us", "very", "video", "videos",
    "want", "was", "we", "were", "what", "when", "where", "which", "while", "who", "will", "with", "would", "you",
    "your",
];

/// Words that end like an inflection and are none.
const WHOLE_WORDS: &[&str] = &["building", "ceiling", "evening", "morning", "speed", "wedding"];

/// A light English stem: plural, `-ing`, `-ed`, final `e` and `y`. Made for nearness, not for reading.
fn stem(word: &str) -> String {
    if !word.is_ascii() || WHOLE_WORDS.contains(&word) {
        return word.to_owned();
    }
    let mut stem = singular(word);
    for ending in ["ing", "ed"] {
        if let Some(base) = stem.strip_suffix(ending)
            && base.len() >= 3
            && base.contains(['a', 'e', 'i', 'o', 'u', 'y'])
        {
            let mut base = base.to_owned();
            if ends_in_double_consonant(&base) {
                base.pop();
            }
            stem = base;
            break;
        }
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    // `sky` keeps its y, or it would be `ski`.
    if let Some(base) = stem.strip_suffix('y')
        && base.contains(['a', 'e', 'i', 'o', 'u'])
    {
        stem = format!("{base}i");
    }
    stem
}

fn singular(word: &str) -> String {
    if word.len() <= 3 || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word.to_owned();
    }
    if let Some(base) = word.strip_suffix("ies") {
        return format!("{base}y");
    }
    for ending in ["sses", "shes", "ches", "xes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

fn ends_in_double_consonant(word: &str) -> bool {
    let bytes = word.as_bytes();
    let [.., a, b] = bytes else { return false };
    a == b && !b"aeioulsz".contains(a)
}

/// The letter without its accent, for the languages written with Latin letters.
fn fold(letter: char) -> impl Iterator<Item = char> {
    let plain: [Option<char>; 2] = match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => [Some('a'), None],
        'ç' | 'ć' | 'č' => [Some('c'), None],
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => [Some('e'), None],
        'ì' | 'í' | 'î' | 'ï' | 'ī' => [Some('i'), None],
        'ñ' | 'ń' | 'ň' => [Some('n'), None],
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' => [Some('o'), None],
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' => [Some('u'), None],
        'ý' | 'ÿ' => [Some('y'), None],
        'ś' | 'š' => [Some('s'), None],
        'ź' | 'ż' | 'ž' => [Some('z'), None],
        'ł' => [Some('l'), None],
        'ß' => [Some('s'), Some('s')],
        'æ' => [Some('a'), Some('e')],
        'œ' => [Some('o'), Some('e')],
        // A combining mark left behind by lower-casing.
        '\u{300}'..='\u{36f}' => [None, None],
        other => [Some(other), None],
    };
    plain.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn inflections_of_one_word_share_a_stem() {
        for (name, forms) in [
            ("plural", ["oyster", "oysters", "Oyster's"]),
            ("gerund", ["swim", "swimming", "swims"]),
            ("final e", ["bake", "baking", "baked"]),
            ("final y", ["berry", "berries", "BERRY"]),
            ("ch", ["beach", "beaches", "beach's"]),
            ("accents", ["café", "cafe", "Cafés"]),
        ] {
            let stems: Vec<_> = forms.iter().flat_map(|form| stems(form)).collect();
            assert_eq!(stems.len(), 3, "{name}");
            assert!(stems.iter().all(|stem| *stem == stems[0]), "{name}: {stems:?}");
        }
        assert_ne!(stems("glass"), stems("glas"), "a double s is no plural");
        assert_eq!(stems("evening"), ["evening"]);
    }

    #[test]
    fn function_words_fall_away() {
        assert_eq!(stems("Show me some shots of the sea, please!"), ["sea"]);
        assert!(STOP_WORDS.is_sorted());
    }

    proptest! {
        #[test]
        fn any_text_gives_stems_without_signs(text in ".{0,80}") {
            for stem in stems(&text) {
                prop_assert!(!stem.is_empty());
                prop_assert!(!stem.chars().any(|c| c.is_ascii_digit() || c.is_whitespace()));
            }
        }
    }
}
