//! What each network and the place profile will say, within their limits. Pure.

use nexus_core::{
    blob::BlobRef,
    business::Business,
    delivery::{PlaceUpdate, Post},
    film::{Film, FilmTags},
    network::{Network, NetworkLimits},
    script::Script,
};

/// Longest summary of a Google post, in characters.
const PLACE_SUMMARY_CHARS: usize = 1500;

/// One post per network of the business.
#[must_use]
pub fn posts(business: &Business, script: &Script, film: &Film, contains_generated: bool) -> Vec<Post> {
    let one = |&network: &Network| post(business, script, film, network, contains_generated);
    business.networks.iter().map(one).collect()
}

fn post(business: &Business, script: &Script, film: &Film, network: Network, contains_generated: bool) -> Post {
    let limits = network.limits();
    let hashtags: Vec<String> = script.seo.hashtags.iter().take(limits.hashtags).cloned().collect();
    Post {
        network,
        title: shorten_chars(&script.seo.title, limits.title_chars),
        text: post_text(business, script, &hashtags, limits),
        hashtags,
        media: film.blob.clone(),
        poster: film.poster.clone(),
        contains_generated,
    }
}

fn post_text(business: &Business, script: &Script, hashtags: &[String], limits: NetworkLimits) -> String {
    let tags = hashtags.iter().map(|tag| format!("#{tag}")).collect::<Vec<_>>().join(" ");
    let action = match (script.call_to_action.as_str(), business.website.as_str()) {
        ("", website) => website.to_owned(),
        (action, "") => action.to_owned(),
        (action, website) => format!("{action}: {website}"),
    };
    let quote = format!("{}\n{}", quoted(&script.quote), credit_line(&script.credit));
    let gap = if limits.newlines { "\n\n" } else { " " };
    let fixed =
        [action.as_str(), tags.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(gap);
    let words = [quote.as_str(), script.seo.description.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(gap);
    let words = if limits.newlines { words } else { words.replace('\n', " ") };
    let room = limits.text_utf16.saturating_sub(utf16(&fixed) + utf16(gap));
    format!("{}{gap}{fixed}", shorten_utf16(&words, room)).trim().to_owned()
}

/// The quote in quotation marks, unless it carries its own.
fn quoted(quote: &str) -> String {
    if quote.starts_with(['“', '„', '«', '"']) { quote.to_owned() } else { format!("“{quote}”") }
}

fn credit_line(credit: &str) -> String {
    if credit.is_empty() { String::new() } else { format!("— {credit}") }
}

/// What Google's profile gets: no hashtags, no video in the post.
#[must_use]
pub fn place_update(
    business: &Business,
    script: &Script,
    video: BlobRef,
    still: BlobRef,
    watch_url: &str,
) -> PlaceUpdate {
    let summary = format!("{}\n{}\n\n{}", quoted(&script.quote), credit_line(&script.credit), script.seo.description);
    PlaceUpdate {
        business: business.id,
        video,
        video_description: script.seo.title.clone(),
        still,
        summary: shorten_chars(&summary, PLACE_SUMMARY_CHARS),
        action: if script.call_to_action.is_empty() { "Learn more".into() } else { script.call_to_action.clone() },
        action_url: if watch_url.is_empty() { business.website.clone() } else { watch_url.to_owned() },
    }
}

/// Metadata for the file itself.
#[must_use]
pub fn film_tags(business: &Business, script: &Script, contains_generated: bool) -> FilmTags {
    FilmTags {
        title: script.seo.title.clone(),
        description: script.seo.description.clone(),
        artist: business.name.clone(),
        comment: if contains_generated { "Contains generated imagery.".into() } else { String::new() },
        keywords: script.seo.hashtags.join(", "),
    }
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// `text` cut at a word, with an ellipsis, so that `measure` of it is at most `most`.
fn shorten(text: &str, most: usize, measure: impl Fn(&str) -> usize) -> String {
    if measure(text) <= most {
        return text.to_owned();
    }
    let ends = text.char_indices().filter(|(_, character)| character.is_whitespace()).map(|(at, _)| at);
    let fitting = ends.filter(|&end| measure(text[..end].trim_end()) < most).last();
    fitting.map_or_else(String::new, |end| format!("{}…", text[..end].trim_end()))
}

fn shorten_chars(text: &str, most: usize) -> String {
    shorten(text, most, |text| text.chars().count())
}

fn shorten_utf16(text: &str, most: usize) -> String {
    shorten(text, most, utf16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_words_and_counted_as_the_network_counts() {
        for (name, text, most, want) in [
            ("fits", "a short one", 20, "a short one"),
            ("cut", "a rather long one", 10, "a rather…"),
            ("no room for a word", "unbreakable", 5, ""),
            ("surrogates count twice", "🌅🌅 sunset", 5, "🌅🌅…"),
        ] {
            assert_eq!(shorten_utf16(text, most), want, "{name}");
            assert!(utf16(&shorten_utf16(text, most)) <= most, "{name}");
        }
    }
}
