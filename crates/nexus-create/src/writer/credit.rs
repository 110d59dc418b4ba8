//! Who said it: the name as far as a film may show it, and where it was written.

use super::{
    guard,
    language::{Language, fold},
    words::is_emoji,
};

/// `Marta K. on Google`, in the language of the captions.
pub(crate) fn credit(author: &str, source: &str, language: Language, banned: &[Vec<String>]) -> String {
    let name = shown_name(author, language, banned);
    let source = shown_source(source);
    if source.is_empty() {
        return name;
    }
    let on = match language {
        Language::German => "auf",
        Language::French => "sur",
        Language::Spanish => "en",
        Language::Italian => "su",
        Language::English | Language::Other => "on",
    };
    format!("{name} {on} {source}")
}

/// First name and initial; `Guest` when the review has no name that may be shown.
pub(crate) fn shown_name(author: &str, language: Language, banned: &[Vec<String>]) -> String {
    let guest = match language {
        Language::German => "Gast",
        Language::French => "Client",
        Language::Spanish => "Cliente",
        Language::Italian => "Ospite",
        Language::English | Language::Other => "Guest",
    };
    let clean: String = author.chars().filter(|letter| !is_emoji(*letter) && !letter.is_control()).collect();
    let parts: Vec<&str> =
        clean.split_whitespace().filter(|part| part.chars().any(char::is_alphabetic) || *part == "&").collect();
    let folded: Vec<String> =
        parts.iter().map(|part| fold(part.trim_matches(|letter: char| !letter.is_alphanumeric()))).collect();
    let nameless = folded
        .iter()
        .any(|part| ["google", "user", "anonymous", "anonym", "guest", "nutzer", "unknown"].contains(&part.as_str()));
    if parts.is_empty()
        || nameless
        || guard::is_private(&clean)
        || guard::holds_banned(banned, folded.iter().map(String::as_str))
    {
        return guest.to_owned();
    }
    let titled = |part: &str| ["dr", "mr", "mrs", "ms", "prof", "herr", "frau"].contains(&part);
    let names: Vec<&str> =
        parts.iter().zip(&folded).filter(|(_, folded)| !titled(folded)).map(|(part, _)| *part).collect();
    let first = |name: &str| name.chars().take(20).collect::<String>();
    match names.as_slice() {
        [] => guest.to_owned(),
        [only] => first(only.trim_matches(|letter: char| !letter.is_alphanumeric())),
        // Two people who sign together: `Sara & Tom`.
        [one, and, other] if ["&", "and", "und", "et", "y", "e"].contains(and) => {
            format!("{} {and} {}", first(one), first(other))
        }
        [one, .., last] => match last.chars().find(|letter| letter.is_alphabetic()) {
            Some(initial) => format!("{} {initial}.", first(one.trim_matches(','))),
            None => first(one),
        },
    }
}

fn shown_source(source: &str) -> String {
    let clean: String =
        source.chars().filter(|letter| letter.is_alphanumeric() || " .-'".contains(*letter)).take(24).collect();
    super::typeset::capitalised(clean.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_by_table() {
        for (author, source, want) in [
            ("Marta K.", "Google", "Marta K. on Google"),
            ("Marta Kowalska", "google", "Marta K. on Google"),
            ("Dr. Hans Peter Müller", "Google", "Hans M. on Google"),
            ("", "Google", "Guest on Google"),
            ("A Google User", "Google", "Guest on Google"),
            ("marta", "", "marta"),
            ("Sara & Tom", "Tripadvisor", "Sara & Tom on Tripadvisor"),
            ("tom@quay.example", "Google", "Guest on Google"),
            ("😍 Lena 😍", "Google", "Lena on Google"),
            ("+44 20 7946 0958", "Google", "Guest on Google"),
        ] {
            assert_eq!(credit(author, source, Language::English, &[]), want, "{author}");
        }
        assert_eq!(credit("Jörg Ä.", "Google", Language::German, &[]), "Jörg Ä. auf Google");
    }
}
