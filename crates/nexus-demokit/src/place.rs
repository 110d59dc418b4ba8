//! The demo business and what its guests wrote.

use nexus_core::{
    BusinessId,
    business::{BrandKit, BrandVoice, Business, EmojiPolicy, Tone},
    network::Network,
    review::ReviewDocument,
};

/// Quay House, a restaurant at the old harbour.
pub fn business() -> Business {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    Business {
        id: BusinessId::derived(&["quay-house"]),
        slug: "quay-house".into(),
        name: "Quay House".into(),
        category: "restaurant".into(),
        locality: "Old Harbour".into(),
        language: "en".into(),
        call_to_action: "Book a table".into(),
        website: "https://quayhouse.example".into(),
        voice: BrandVoice {
            tone: Tone::Warm,
            banned_words: words(&["cheap", "discount", "fancy", "yummy"]),
            emoji: EmojiPolicy::None,
            hashtags: words(&["QuayHouse", "OldHarbour", "Oysters", "DinnerByTheSea", "Sunset"]),
            facts: words(&[
                "Our oysters come from the bay, on the morning's boat.",
                "The terrace looks west over the harbour.",
                "Bread leaves our oven twice a day.",
            ]),
        },
        kit: BrandKit::default(),
        networks: Network::ALL.to_vec(),
    }
}

/// Three reviews; the first is the default and praises one thing that no clip shows.
pub fn reviews() -> Vec<ReviewDocument> {
    let review = |id: &str, rating, author: &str, text: &str, created_at: &str| ReviewDocument {
        id: id.into(),
        rating,
        author: author.into(),
        text: text.into(),
        created_at: created_at.into(),
        language: "en".into(),
        source: "Google".into(),
    };
    vec![
        review(
            "demo-review-1",
            5,
            "Marta K.",
            "We came for the oysters and stayed for the sunset over the harbour, while a jazz trio played by the \
             window. Candles on every table, the kindest people, and a glass of red that was poured with a smile. \
             Easily the best evening of our summer!",
            "2026-06-14T21:40:00Z",
        ),
        review(
            "demo-review-2",
            4,
            "Jonas P.",
            "Lovely terrace under the string lights, and you can watch the flames leap in the open kitchen. The chef \
             brought our plates out himself. Service was a little slow at first, but the food made up for it.",
            "2026-07-02T20:15:00Z",
        ),
        review(
            "demo-review-3",
            5,
            "Amélie R.",
            "Warm bread straight from the oven, good butter, and a red wine I still think about. You hear the waves from \
             the table. We will be back before the summer ends.",
            "2026-08-21T19:05:00Z",
        ),
    ]
}

/// File names of the reviews, in the order of [`reviews`].
pub(crate) const REVIEW_FILES: [&str; 3] = ["marta.json", "jonas.json", "amelie.json"];
