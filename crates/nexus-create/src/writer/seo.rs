//! Titles, descriptions and hashtags, made only of the guest's words and what the business says of itself.

use nexus_core::{
    business::{Business, Tone},
    script::Seo,
};

use super::{
    guard,
    language::{Language, fold},
    typeset::{capitalised, quotation_marks},
};

/// Longest title in characters.
const TITLE_CHARACTERS: usize = 100;
/// Most hashtags; networks take the first ones that fit their limits.
const MOST_HASHTAGS: usize = 12;

/// What the words for networks are made of.
pub(crate) struct Material<'a> {
    /// The business.
    pub business: &'a Business,
    /// Its banned words.
    pub banned: &'a [Vec<String>],
    /// The quote in type, without marks around it.
    pub quote: &'a str,
    /// The hook in type.
    pub hook: &'a str,
    /// `Marta K. on Google`.
    pub credit: &'a str,
    /// `Marta K.`.
    pub name: &'a str,
    /// Things that the guest named, in the order of the quote.
    pub things: &'a [String],
    /// Language of the post.
    pub language: Language,
    /// Language of the quote.
    pub quoted: Language,
    /// Chooses among equally good facts.
    pub seed: u64,
}

/// The few words that templates are made of.
struct Phrases {
    at: &'static str,
    and: &'static str,
    thanks: &'static str,
    from: &'static str,
    turn: &'static str,
}

fn phrases(language: Language) -> Phrases {
    let [at, and, thanks, from, turn] = match language {
        Language::German => ["bei", "und", "Danke", "Herzliche Grüße von", "Jetzt seid ihr dran"],
        Language::French => ["chez", "et", "Merci", "De la part de", "À votre tour"],
        Language::Spanish => ["en", "y", "Gracias", "De parte de", "Te toca"],
        Language::Italian => ["da", "e", "Grazie", "Da parte di", "Ora tocca a voi"],
        Language::English | Language::Other => ["at", "and", "Thank you", "From all of us at", "Your turn"],
    };
    Phrases { at, and, thanks, from, turn }
}

/// Title, description and hashtags.
pub(crate) fn write(material: &Material<'_>) -> Seo {
    Seo { title: title(material), description: description(material), hashtags: hashtags(material) }
}

/// `Fresh oysters and live jazz at Quay House, Old Harbour`; as many things as fit.
fn title(material: &Material<'_>) -> String {
    let Business { name, locality, voice, .. } = material.business;
    let place = if locality.is_empty() || fold(name).contains(&fold(locality)) {
        name.clone()
    } else {
        format!("{name}, {locality}")
    };
    let Phrases { at, and, .. } = phrases(material.language);
    let [open, close, ..] = quotation_marks(material.quoted);
    let things: Vec<&String> = material.things.iter().filter(|thing| is_clean(material, thing)).take(2).collect();
    let topics = [
        (things.len() > 1).then(|| format!("{} {and} {}", things[0], things[1])),
        things.first().map(|thing| (*thing).clone()),
    ];
    for topic in topics.into_iter().flatten() {
        let topic = capitalised(&topic);
        let text = match voice.tone {
            Tone::Warm => format!("{topic} {at} {place}"),
            Tone::Quiet => format!("{place}: {topic}"),
            Tone::Playful => format!("{topic}? {place}!"),
        };
        if text.chars().count() <= TITLE_CHARACTERS {
            return text;
        }
    }
    let quoted = format!("{open}{}{close} – {place}", material.hook);
    if quoted.chars().count() <= TITLE_CHARACTERS { quoted } else { place.chars().take(TITLE_CHARACTERS).collect() }
}

/// Two or three sentences: the quote, who said it, and a fact or the way to the place.
fn description(material: &Material<'_>) -> String {
    let Business { name, locality, voice, call_to_action, website, .. } = material.business;
    let [open, close, ..] = quotation_marks(material.quoted);
    let Phrases { thanks, from, turn, .. } = phrases(material.language);
    let said = format!("{open}{}{close} – {}.", material.quote, material.credit.trim_end_matches('.'));
    let place = if locality.is_empty() { name.clone() } else { format!("{name}, {locality}") };
    let facts: Vec<&String> = voice
        .facts
        .iter()
        .filter(|fact| is_clean(material, fact) && !fact.trim().is_empty() && fact.chars().count() <= 200)
        .collect();
    let fact = usize::try_from(material.seed % facts.len().max(1) as u64)
        .ok()
        .and_then(|index| facts.get(index))
        .map(|fact| sentence(fact));
    let action = match (call_to_action.is_empty(), website.is_empty()) {
        (false, false) => Some(format!("{call_to_action}: {website}")),
        (false, true) => Some(sentence(call_to_action)),
        (true, false) => Some(website.clone()),
        (true, true) => None,
    };
    let greeting = format!("{thanks}, {}.", material.name.trim_end_matches('.'));
    let mut sentences = vec![said];
    match voice.tone {
        Tone::Warm => {
            sentences.push(fact.unwrap_or_else(|| format!("{} {from} {place}.", greeting)));
            sentences.extend(action);
        }
        Tone::Quiet => {
            sentences.push(fact.unwrap_or_else(|| sentence(&place)));
            sentences.extend(action);
        }
        Tone::Playful => {
            let call = action.map_or_else(|| format!("{turn} – {place}!"), |action| format!("{turn}! {action}"));
            sentences.extend(fact);
            sentences.push(call);
        }
    }
    sentences.retain(|text| !text.is_empty());
    sentences.join(" ")
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', '…']) { text.to_owned() } else { format!("{text}.") }
}

/// The brand's own words, then things the guest named, then the place, then the category; no word twice.
fn hashtags(material: &Material<'_>) -> Vec<String> {
    let Business { name, locality, category, voice, .. } = material.business;
    let local = format!("{locality} {category}");
    let mut tags: Vec<String> = Vec::new();
    let sources = voice.hashtags.iter().chain(material.things).chain([name, &local, locality, category]);
    for source in sources {
        let tag = hashtag(source);
        let letters = tag.chars().filter(|letter| letter.is_alphabetic()).count();
        let again = tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase());
        let banned = material.banned.iter().any(|ban| fold(&tag).contains(&ban.concat()));
        if letters >= 2 && tag.chars().count() <= 40 && !again && !banned {
            tags.push(tag);
        }
    }
    tags.truncate(MOST_HASHTAGS);
    tags
}

/// Letters and digits only; of several words each begins with a capital so that screen readers find them.
fn hashtag(text: &str) -> String {
    let parts: Vec<&str> =
        text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [only] => (*only).to_owned(),
        parts => parts.iter().map(|part| capitalised(part)).collect(),
    }
}

fn is_clean(material: &Material<'_>, text: &str) -> bool {
    let folded = fold(text);
    !guard::holds_banned(material.banned, folded.split(|letter: char| !letter.is_alphanumeric() && letter != '-'))
}
