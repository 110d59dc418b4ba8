//! Splits a review into words that remember their punctuation. Nothing is ever added or reordered.

use super::{
    language::{Language, Role, fold},
    lexicon::{self, Kind},
};

/// How strongly a text pauses after a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pause {
    /// None.
    None,
    /// A comma.
    Comma,
    /// A dash, colon, semicolon, bracket, emoji or single line break.
    Clause,
    /// The end of a sentence.
    Sentence,
}

/// One word of the review.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    /// Punctuation before it, as written.
    pub lead: String,
    /// The word itself, inner apostrophes and hyphens included.
    pub core: String,
    /// Punctuation after it, as written, without emoji.
    pub trail: String,
    /// False when it follows the word before without a space, as in Chinese.
    pub spaced: bool,
    /// The pause after it.
    pub pause: Pause,
    /// The pause comes from the writing of the guest, not from a line break or an emoji.
    pub written_pause: bool,
    /// `core` folded for look-ups.
    pub folded: String,
    /// What it does, when it is a small word.
    pub role: Option<Role>,
    /// Strength of praise, 0 to 3.
    pub praise: u8,
    /// True when it complains.
    pub complains: bool,
    /// The thing it names, with its English name.
    pub thing: Option<(Kind, String)>,
}

impl Word {
    /// True when every letter is a capital and there are at least two.
    pub(crate) fn is_shouted(&self) -> bool {
        let letters = || self.core.chars().filter(|letter| letter.is_alphabetic());
        letters().count() >= 2 && letters().all(char::is_uppercase)
    }

    /// True when a viewer reads it as a word: `&` alone is none.
    pub(crate) fn is_read(&self) -> bool {
        self.core.chars().any(char::is_alphanumeric)
    }

    /// True when it starts with a capital.
    pub(crate) fn is_capitalised(&self) -> bool {
        self.core.chars().next().is_some_and(char::is_uppercase)
    }
}

/// The words of `text` and the language they are in; `declared` is the BCP 47 tag that came with the text.
pub(crate) fn read(text: &str, declared: &str) -> (Vec<Word>, Language) {
    let mut words = split(text);
    let language = Language::detect(words.iter().map(|word| word.folded.as_str()), declared);
    for word in &mut words {
        word.role = language.role(&word.folded).or_else(|| elided_role(language, &word.folded));
        word.praise = lexicon::praise(language, &word.folded);
        word.complains = lexicon::complains(language, &word.folded);
        let bare = word.folded.rsplit('\'').next().unwrap_or(&word.folded);
        let known = lexicon::thing(language, &word.folded)
            .or_else(|| lexicon::thing(language, bare))
            .or_else(|| lexicon::thing(language, bare.rsplit('-').next().unwrap_or(bare)));
        word.thing = known.map(|(kind, english)| (kind, english.unwrap_or_else(|| word.folded.clone())));
    }
    (words, language)
}

/// `d'huîtres`, `l'acqua`: the article is part of the word, so it may open a phrase but needs what follows it.
fn elided_role(language: Language, folded: &str) -> Option<Role> {
    let elides = matches!(language, Language::French | Language::Italian);
    (elides && folded.ends_with('\'')).then_some(Role::Determiner)
}

fn split(text: &str) -> Vec<Word> {
    let clean: String = text.chars().filter_map(readable).collect();
    let mut words: Vec<Word> = Vec::new();
    let mut pending_lead = String::new();
    for (number, line) in clean.split('\n').enumerate() {
        if number > 0
            && let Some(last) = words.last_mut()
        {
            last.pause = last.pause.max(Pause::Clause);
        }
        for token in line.split_whitespace() {
            for (piece, spaced) in pieces(token) {
                push_piece(&mut words, &mut pending_lead, &piece, spaced);
            }
        }
    }
    settle_pauses(&mut words);
    words
}

/// Emoji and pictures become a mark of their own; invisible and direction-changing characters disappear.
fn readable(character: char) -> Option<char> {
    match character {
        '\n' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some('\n'),
        '\u{200b}' | '\u{feff}' | '\u{ad}' | '\u{2060}' | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' => None,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        '\u{e0000}'..='\u{e007f}' | '\u{1f3fb}'..='\u{1f3ff}' => None,
        character if is_emoji(character) => Some(EMOJI),
        character if character.is_control() => Some(' '),
        character => Some(character),
    }
}

/// Stands for any run of emoji: a character of the private use area.
const EMOJI: char = '\u{e000}';

/// True for pictographs, dingbats, arrows and flags.
pub(crate) fn is_emoji(character: char) -> bool {
    matches!(character,
        '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{25ff}' | '\u{e000}'..='\u{f8ff}' | '\u{200d}' | '\u{3030}' | '\u{303d}'
        | '\u{fffd}')
}

/// Cuts a token where writing has no spaces: at emoji, after East Asian punctuation, inside long East Asian
/// runs, and at dashes or ellipses between words. The flag is true for what begins the token.
fn pieces(token: &str) -> Vec<(String, bool)> {
    let letters: Vec<char> = token.chars().collect();
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut spaced = true;
    let mut run = 0_usize;
    for (index, &letter) in letters.iter().enumerate() {
        let previous = index.checked_sub(1).map(|before| letters[before]);
        let next = letters.get(index + 1).copied();
        let after_break = previous.is_some_and(|before| {
            before == EMOJI
                || "。！？、，；：…—".contains(before) && letter.is_alphanumeric()
                || ".!?,;".contains(before) && letter.is_alphabetic() && splits_at(&letters, index)
                || before == '-' && piece.ends_with("--") && letter.is_alphanumeric()
        });
        let script_break = is_east_asian(letter)
            && previous.is_some_and(is_east_asian)
            && (run >= 6 || (is_kana(previous.unwrap_or(letter)) && !is_kana(letter) && run >= 2));
        if !piece.is_empty() && (after_break || script_break || letter == EMOJI) {
            // Only East Asian writing continues without a space; elsewhere one was forgotten.
            let joined = is_east_asian(letter)
                && previous.is_some_and(|before| is_east_asian(before) || "。！？、，".contains(before));
            pieces.push((std::mem::take(&mut piece), spaced));
            spaced = !joined;
            run = 0;
        }
        run = if is_east_asian(letter) { run + 1 } else { 0 };
        if !(letter == EMOJI && (previous == Some(EMOJI) || next.is_none() && piece.contains(EMOJI))) {
            piece.push(letter);
        }
    }
    if !piece.is_empty() {
        pieces.push((piece, spaced));
    }
    pieces
}

/// `great.The`: a forgotten space after a sentence, not `z.B.`, `e.g.`, `3.5` or `site.com`.
fn splits_at(letters: &[char], index: usize) -> bool {
    let long_before = letters[..index - 1].iter().rev().take_while(|letter| letter.is_alphabetic()).count() >= 3;
    let comma = ",;!?".contains(letters[index - 1]);
    let capital_after = letters[index].is_uppercase() && letters.get(index + 1).is_some_and(|next| next.is_lowercase());
    let ellipsis = index >= 2 && letters[index - 2] == '.';
    long_before && (comma || capital_after) || ellipsis
}

fn is_east_asian(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

fn is_kana(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{309f}')
}

fn push_piece(words: &mut Vec<Word>, pending_lead: &mut String, piece: &str, spaced: bool) {
    let is_core = |letter: char| letter.is_alphanumeric() || is_mark(letter);
    let has_emoji = piece.contains(EMOJI);
    let piece: String = piece.chars().filter(|&letter| letter != EMOJI).collect();
    if has_emoji && let Some(last) = words.last_mut() {
        last.pause = last.pause.max(Pause::Clause);
    }
    let (Some(first), Some(last)) = (piece.find(is_core), piece.rfind(is_core)) else {
        match words.last_mut() {
            // `&` reads as a word of its own.
            _ if piece == "&" => words.push(word(pending_lead, "&", "", spaced)),
            _ if piece.chars().all(|letter| OPENERS.contains(letter)) => pending_lead.push_str(&piece),
            Some(last) => {
                last.trail.push(' ');
                last.trail.push_str(&piece);
            }
            None => {}
        }
        return;
    };
    let end = last + piece[last..].chars().next().map_or(1, char::len_utf8);
    // A closing apostrophe or a sign belongs to the word: `5*`, `100%`, `dogs'`.
    let end =
        end + piece[end..].chars().take_while(|letter| "%°€£$+".contains(*letter)).map(char::len_utf8).sum::<usize>();
    let first = if piece[..first].ends_with(['$', '€', '£']) {
        first - piece[..first].chars().next_back().map_or(0, char::len_utf8)
    } else {
        first
    };
    pending_lead.push_str(&piece[..first]);
    words.push(word(pending_lead, &piece[first..end], &piece[end..], spaced));
}

const OPENERS: &str = "\"'“„«‚‘([{¡¿‹「『（";

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

fn word(lead: &mut String, core: &str, trail: &str, spaced: bool) -> Word {
    Word {
        lead: std::mem::take(lead),
        core: core.to_owned(),
        trail: trail.to_owned(),
        spaced,
        pause: Pause::None,
        written_pause: false,
        folded: fold(core),
        role: None,
        praise: 0,
        complains: false,
        thing: None,
    }
}

/// Turns punctuation into pauses, once neighbours are known.
fn settle_pauses(words: &mut [Word]) {
    for index in 0..words.len() {
        let next_capital = words.get(index + 1).is_none_or(Word::is_capitalised);
        let next_opens = words.get(index + 1).is_some_and(|next| next.lead.contains(['(', '[', '（']));
        let next_dashed = words.get(index + 1).is_some_and(|next| next.lead.contains(['–', '—', '-', '¿', '¡']));
        let this = &mut words[index];
        let has = |marks: &str| this.trail.chars().any(|letter| marks.contains(letter));
        let dots = has("…") || this.trail.contains("..");
        let written = if has("!?。！？؟।") || (has(".") && !dots && !is_abbreviation(&this.core, next_capital)) {
            Pause::Sentence
        } else if dots {
            if next_capital { Pause::Sentence } else { Pause::Clause }
        } else if has(";:–—；：)]）()[")
            || this.trail.contains(" -")
            || this.trail.contains("--")
            || next_opens
            || next_dashed
        {
            Pause::Clause
        } else if has(",、，،·/|") {
            Pause::Comma
        } else {
            Pause::None
        };
        this.written_pause = written > Pause::None;
        let by_layout = match this.pause {
            Pause::Clause if next_capital => Pause::Sentence,
            other => other,
        };
        this.pause = written.max(by_layout);
    }
    if let Some(last) = words.last_mut() {
        last.pause = Pause::Sentence;
    }
}

/// A full stop that does not end a sentence.
fn is_abbreviation(core: &str, next_capital: bool) -> bool {
    const KNOWN: &str = "mr mrs ms dr prof st sr sra dott sig e.g i.e z.b d.h u.a bzw ca approx no nr vs mme mlle min std str \
                         tel ave rd jr inkl p.s";
    let folded = fold(core);
    let single_letter = core.chars().count() == 1 && core.chars().all(|letter| letter.is_uppercase());
    let known = KNOWN.split_whitespace().any(|word| word == folded);
    // `etc.` and `a.m.` may also end one.
    known
        || single_letter && folded != "i"
        || (matches!(folded.as_str(), "etc" | "a.m" | "p.m" | "usw") && !next_capital)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cores(text: &str) -> Vec<String> {
        read(text, "en").0.into_iter().map(|word| word.core).collect()
    }

    fn sentences(text: &str) -> usize {
        read(text, "en").0.iter().filter(|word| word.pause == Pause::Sentence).count()
    }

    #[test]
    fn words_keep_their_inside() {
        for (text, want) in [
            ("Couldn’t be better-made!", vec!["Couldn’t", "be", "better-made"]),
            ("fish & chips", vec!["fish", "&", "chips"]),
            ("great😍😍food 👍🏽", vec!["great", "food"]),
            ("(really) \"good\"", vec!["really", "good"]),
            ("lovely,thanks", vec!["lovely", "thanks"]),
            ("z.B. 3.5 Sterne", vec!["z.B", "3.5", "Sterne"]),
            ("", vec![]),
            ("😍", vec![]),
        ] {
            assert_eq!(cores(text), want, "{text}");
        }
    }

    #[test]
    fn sentences_end_where_people_end_them() {
        for (text, want) in [
            ("Great. Really great! Wasn't it?", 3),
            ("Mr. Brown is kind. We ate at 7 p.m. and left.", 2),
            ("So good... we came back", 1),
            ("So good... We came back", 2),
            ("Loved it 😍 Will return", 2),
            ("料理は最高でした。また行きます！", 2),
            ("Great food\nGreat people", 2),
            ("Asked for Tom B. and he was great", 1),
        ] {
            assert_eq!(sentences(text), want, "{text}");
        }
    }
}
