//! Google Business Profile's protocol: a video for the photos, and a local post with a still. Posts take no
//! video, so there are two requests.
//!
//! Source: Google My Business API v4, `accounts.locations.media.create` and `accounts.locations.localPosts.create`.

use nexus_core::{business::Business, delivery::PlaceUpdate};
use serde_json::{Value, json};

/// The two requests in their order, each with `method`, `url` and `body`. `{location}` in a URL stands for
/// `accounts/<account>/locations/<location>`, which only a connected profile has.
#[must_use]
pub fn place_requests(business: &Business, update: &PlaceUpdate) -> Value {
    let base = "https://mybusiness.googleapis.com/v4/{location}";
    json!([
        { "method": "POST", "url": format!("{base}/media"), "body": media_item(update) },
        { "method": "POST", "url": format!("{base}/localPosts"), "body": local_post(business, update) },
    ])
}

fn media_item(update: &PlaceUpdate) -> Value {
    json!({
        "mediaFormat": "VIDEO",
        "locationAssociation": { "category": "ADDITIONAL" },
        "sourceUrl": update.video.url(),
        "description": update.video_description,
    })
}

fn local_post(business: &Business, update: &PlaceUpdate) -> Value {
    let mut post = json!({
        "languageCode": business.language,
        "summary": update.summary,
        "topicType": "STANDARD",
        "media": [{ "mediaFormat": "PHOTO", "sourceUrl": update.still.url() }],
    });
    if let Some(action) = call_to_action(update) {
        post["callToAction"] = action;
    }
    post
}

/// The button; none when it would lead nowhere. A call takes the profile's own number and no URL.
fn call_to_action(update: &PlaceUpdate) -> Option<Value> {
    let kind = action_type(&update.action);
    if kind == "CALL" {
        return Some(json!({ "actionType": kind }));
    }
    let leads_somewhere = !update.action_url.is_empty();
    leads_somewhere.then(|| json!({ "actionType": kind, "url": update.action_url }))
}

/// Google's button that is nearest to the owner's words; `LEARN_MORE` when none is near.
pub(crate) fn action_type(label: &str) -> &'static str {
    let label = label.to_lowercase();
    let starts = |words: &[&str]| words.iter().any(|word| label.starts_with(word));
    match () {
        () if starts(&["book", "reserve", "buch", "reserv", "tisch"]) => "BOOK",
        () if starts(&["order", "bestell", "command"]) => "ORDER",
        () if starts(&["shop", "buy", "kauf", "achet"]) => "SHOP",
        () if starts(&["sign up", "join", "anmeld", "inscri"]) => "SIGN_UP",
        () if starts(&["call", "ring", "anruf", "appel"]) => "CALL",
        () => "LEARN_MORE",
    }
}

#[cfg(test)]
mod tests {
    use super::action_type;

    #[test]
    fn labels_find_their_button() {
        for (label, want) in [
            ("Book a table", "BOOK"),
            ("Tisch reservieren", "BOOK"),
            ("Order now", "ORDER"),
            ("Shop the look", "SHOP"),
            ("Sign up", "SIGN_UP"),
            ("Call us", "CALL"),
            ("See the menu", "LEARN_MORE"),
            ("", "LEARN_MORE"),
        ] {
            assert_eq!(action_type(label), want, "{label}");
        }
    }
}
