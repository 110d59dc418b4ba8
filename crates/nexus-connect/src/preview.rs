//! The preview of an entry: a page that shows the post as a phone would, from the files beside it alone.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use nexus_core::{
    business::{BrandKit, Business},
    delivery::{PlaceUpdate, Post},
    network::Network,
};

use crate::google::action_type;

/// Layout of the page; colours come from the brand kit as custom properties.
const STYLE: &str = include_str!("preview.css");

/// The page for a post; `media` is the file beside it.
pub(crate) fn of_post(business: &Business, post: &Post, media: &str) -> String {
    let network = name_of(post.network);
    let limits = post.network.limits();
    let facts = [
        ("Text", format!("{} of {} UTF-16 units", post.text.encode_utf16().count(), limits.text_utf16)),
        ("Hashtags", format!("{} of {}", post.hashtags.len(), limits.hashtags)),
        (
            "Title",
            match limits.title_chars {
                0 => "none on this network".to_owned(),
                most => format!("{} of {most} characters", post.title.chars().count()),
            },
        ),
        ("Generated shots", if post.contains_generated { "yes, declared to the network" } else { "none" }.to_owned()),
    ];
    let caption = html! {
        @if !post.title.is_empty() { h2 { (post.title) } }
        p.text { (with_hashtags(&post.text)) }
    };
    page(business, network, media, &caption, &facts)
}

/// The page for an update of a place.
pub(crate) fn of_place(business: &Business, update: &PlaceUpdate, media: &str) -> String {
    let facts = [
        ("Summary", format!("{} of 1500 characters", update.summary.chars().count())),
        ("Video", format!("{:.1} of 25 MB", update.video.size_bytes as f64 / 1e6)),
        ("Button", action_type(&update.action).replace('_', " ").to_lowercase()),
        ("Leads to", if update.action_url.is_empty() { "nowhere" } else { &update.action_url }.to_owned()),
    ];
    let caption = html! {
        img.still src="poster.jpg" alt=(format!("Still of the film of {}", business.name));
        p.text { (update.summary) }
        @if !update.action_url.is_empty() { span.button { (update.action) } }
        p.small { "Video in the photos: " (update.video_description) }
    };
    page(business, "Google Business Profile", media, &caption, &facts)
}

fn page(business: &Business, network: &str, media: &str, caption: &Markup, facts: &[(&str, String)]) -> String {
    let initial: String = business.name.chars().next().into_iter().collect();
    let markup = html! {
        (DOCTYPE)
        html lang=(business.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (business.name) " on " (network) }
                style { (PreEscaped(colours(&business.kit))) (PreEscaped(STYLE)) }
            }
            body {
                main.phone aria-label=(format!("Preview for {network}")) {
                    header {
                        span.avatar aria-hidden="true" { (initial) }
                        div { strong { (business.name) } span.small { (network) " · preview" } }
                    }
                    video src=(media) poster="poster.jpg" controls loop muted playsinline {}
                    section.caption { (caption) }
                }
                aside {
                    h1 { "Ready for " (network) }
                    dl { @for (name, value) in facts { dt { (name) } dd { (value) } } }
                    p.small { "Nothing has left this machine. The request as it would be sent: " a href="payload.json" { "payload.json" } }
                }
            }
        }
    };
    markup.into_string()
}

/// The text, its hashtags marked.
fn with_hashtags(text: &str) -> Markup {
    html! {
        @for word in text.split_inclusive(char::is_whitespace) {
            @if word.starts_with('#') { span.tag { (word) } } @else { (word) }
        }
    }
}

/// The kit's colours; a value that is no `#rrggbb` gives way to the default one.
fn colours(kit: &BrandKit) -> String {
    let usual = BrandKit::default();
    let safe = |colour: &String, otherwise: &String| {
        let digits = colour.strip_prefix('#').unwrap_or_default();
        let fine = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if fine { colour.clone() } else { otherwise.clone() }
    };
    format!(
        ":root{{--primary:{};--accent:{};--ink:{}}}",
        safe(&kit.primary, &usual.primary),
        safe(&kit.accent, &usual.accent),
        safe(&kit.ink, &usual.ink)
    )
}

fn name_of(network: Network) -> &'static str {
    match network {
        Network::Instagram => "Instagram",
        Network::Tiktok => "TikTok",
        Network::Facebook => "Facebook",
        Network::Youtube => "YouTube",
    }
}
