//! Sets the guest's words in type: real quotation marks, dashes and ellipses, no emoji, nothing shouted.
//! Words and their order stay; only the letter case of sentences written wholly in capitals is changed.

use super::{
    language::Language,
    words::{Pause, Word},
};

/// Marks around a quote in a language: outer and inner pair.
pub(crate) fn quotation_marks(language: Language) -> [&'static str; 4] {
    match language {
        Language::German => ["„", "“", "‚", "‘"],
        Language::French => ["«\u{202f}", "\u{202f}»", "“", "”"],
        Language::Spanish | Language::Italian => ["«", "»", "“", "”"],
        Language::English | Language::Other => ["“", "”", "‘", "’"],
    }
}

/// Puts sentences written wholly in capitals into sentence case. Runs of at most three capital words stay as
/// the guest wrote them. `names` are written as given, for instance the name on the door.
pub(crate) fn calm_capitals(words: &mut [Word], language: Language, names: &[String]) {
    let mut index = 0;
    while index < words.len() {
        let counts = |word: &Word| word.is_shouted() || !word.core.chars().any(char::is_lowercase);
        let run = words[index..].iter().take_while(|word| counts(word)).count();
        let shouted = words[index..index + run].iter().filter(|word| word.is_shouted()).count();
        if run > 3 && shouted > 0 {
            for at in index..index + run {
                let begins = at == 0 || words[at - 1].pause == Pause::Sentence;
                words[at].core = sentence_case(&words[at], language, names, begins);
            }
        }
        index += run.max(1);
    }
}

fn sentence_case(word: &Word, language: Language, names: &[String], begins_sentence: bool) -> String {
    let lower = word.core.to_lowercase();
    if let Some(name) = names.iter().find(|name| name.to_lowercase() == lower) {
        return name.clone();
    }
    let is_i = language == Language::English && (lower == "i" || lower.starts_with("i'") || lower.starts_with("i’"));
    let is_german_noun = language == Language::German && word.thing.is_some();
    if begins_sentence || is_i || is_german_noun { capitalised(&lower) } else { lower }
}

/// The text with a capital first letter, unless that letter has none of its own.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let mut upper = first.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(capital), None) => std::iter::once(capital).chain(letters).collect(),
        _ => text.to_owned(),
    }
}

/// How a stretch of words sits in the quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Edges {
    /// Words are left out before it.
    pub cut_before: bool,
    /// Words are left out after it.
    pub cut_after: bool,
    /// It ends what is shown together: a comma or dash at its end would dangle.
    pub closes: bool,
}

/// The words in type. Brackets and inner quotation marks without their partner are dropped.
pub(crate) fn set(words: &[Word], language: Language, edges: Edges) -> String {
    let [.., inner_open, inner_close] = quotation_marks(language);
    let pairs = Pairs::of(words);
    let mut text = String::new();
    if edges.cut_before {
        text.push_str("… ");
    }
    for (index, word) in words.iter().enumerate() {
        if index > 0 && word.spaced {
            text.push(' ');
        }
        for mark in word.lead.chars() {
            match mark {
                '"' | '“' | '„' | '«' | '”' | '»' if pairs.quotes => text.push_str(inner_open.trim()),
                '(' | '（' if pairs.brackets => text.push('('),
                '¿' | '¡' => text.push(mark),
                _ => {}
            }
        }
        text.push_str(&word.core.replace(['\'', '`', '´'], "’"));
        let last = index + 1 == words.len();
        push_trail(&mut text, word, &pairs, inner_close.trim(), last && (edges.closes || edges.cut_after));
    }
    if edges.cut_after {
        while text.ends_with(['.', '!', '?', ' ']) {
            text.pop();
        }
        text.push_str(if language == Language::English { "…" } else { " …" });
    }
    text
}

struct Pairs {
    quotes: bool,
    brackets: bool,
}

impl Pairs {
    fn of(words: &[Word]) -> Self {
        let count = |text: fn(&Word) -> &String, marks: &str| {
            words.iter().map(|word| text(word).chars().filter(|letter| marks.contains(*letter)).count()).sum::<usize>()
        };
        const QUOTES: &str = "\"“”„«»";
        let opened = count(|word| &word.lead, QUOTES);
        let closed = count(|word| &word.trail, QUOTES);
        let brackets = count(|word| &word.lead, "(（") == 1 && count(|word| &word.trail, ")）") == 1;
        Self { quotes: opened == closed && opened == 1, brackets }
    }
}

/// Punctuation after a word: one mark of a row, a guest's own dots as a pause, so that `…` always means an omission.
fn push_trail(text: &mut String, word: &Word, pairs: &Pairs, inner_close: &str, is_end: bool) {
    let trail = word.trail.as_str();
    let has = |marks: &str| trail.chars().find(|letter| marks.contains(*letter));
    if has(")）").is_some() && pairs.brackets {
        text.push(')');
    }
    let dots = trail.contains('…') || trail.contains("..");
    let narrow = trail.starts_with([' ', '\u{202f}', '\u{a0}']);
    let sentence_mark = has("?？؟")
        .map(|_| if trail.contains('？') { '？' } else { '?' })
        .or_else(|| has("!！"))
        .or_else(|| has("。।"));
    if let Some(mark) = sentence_mark {
        if narrow {
            text.push('\u{202f}');
        }
        text.push(mark);
    } else if dots {
        match (word.pause, is_end) {
            (Pause::Sentence, _) => text.push('.'),
            (_, false) => text.push_str(" –"),
            (_, true) => {}
        }
    } else if let Some(mark) = has(".") {
        text.push(mark);
    } else if !is_end {
        if let Some(mark) = has(",;、，；:：") {
            if narrow && (mark == ';' || mark == ':') {
                text.push('\u{202f}');
            }
            text.push(mark);
        } else if trail.contains(['–', '—']) || trail.contains(" -") || trail.contains("--") {
            text.push_str(" –");
        } else if trail.contains('/') {
            text.push_str(" /");
        }
    }
    if trail.contains(['"', '”', '“', '»', '«']) && pairs.quotes {
        text.push_str(inner_close);
    } else if trail.starts_with(['\'', '’']) && word.core.ends_with('s') {
        text.push('’');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::words::read;

    fn typeset(text: &str) -> String {
        let (mut words, language) = read(text, "en");
        calm_capitals(&mut words, language, &["Quay".into(), "House".into()]);
        set(&words, language, Edges { closes: true, ..Edges::default() })
    }

    #[test]
    fn type_by_table() {
        for (text, want) in [
            ("It's great!!!", "It’s great!"),
            ("So good... we came back", "So good – we came back"),
            ("So good... We came back...", "So good. We came back."),
            ("bread - fresh -- and warm", "bread – fresh – and warm"),
            ("the \"secret\" sauce", "the ‘secret’ sauce"),
            ("the secret\" sauce (really", "the secret sauce really"),
            ("(really) good", "(really) good"),
            ("THE BEST FOOD AT QUAY HOUSE AND I'M HAPPY", "The best food at Quay House and I’m happy"),
            ("This is SO GOOD", "This is SO GOOD"),
            ("Loved it 😍😍", "Loved it"),
            ("wine,", "wine"),
            ("WOW! AMAZING FOOD! BEST EVER!", "Wow! Amazing food! Best ever!"),
            ("最高でした。", "最高でした。"),
            ("the guests' smiles", "the guests’ smiles"),
        ] {
            assert_eq!(typeset(text), want, "{text}");
        }
    }
}
