//! Words as the tests compare them: runs of letters and digits in lower case, emoji and invisible signs left out.

/// The words of a text.
pub(crate) fn words(text: &str) -> Vec<String> {
    let seen = |letter: &char| {
        !matches!(*letter, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{200b}' | '\u{ad}' | '\u{feff}' | '\u{2060}')
            && !matches!(*letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}')
    };
    let clean: String = text
        .chars()
        .map(|letter| if matches!(letter, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}') { ' ' } else { letter })
        .filter(seen)
        .collect();
    clean
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// True when `part` stands in `whole` word for word without a gap.
pub(crate) fn stands_in(part: &str, whole: &str) -> bool {
    let (part, whole) = (words(part), words(whole));
    !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
}

/// How many words a viewer reads: pieces between spaces that hold a letter or digit.
pub(crate) fn count(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}
