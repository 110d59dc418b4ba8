//! The tenant: a place, its brand, and how it wants to be heard.

use serde::{Deserialize, Serialize};

use crate::{BusinessId, network::Network};

/// One place or brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Business {
    /// Its id; derived from `slug` when a file leaves it out.
    pub id: BusinessId,
    /// Lower-case letters, digits and dashes; unique.
    pub slug: String,
    /// The name on the door.
    pub name: String,
    /// What it is, in the owner's word: `restaurant`, `hotel`, `shop`.
    pub category: String,
    /// Town or quarter, as people would search for it.
    pub locality: String,
    /// Language of captions, BCP 47.
    pub language: String,
    /// What the owner wants people to do, for instance `Book a table`.
    pub call_to_action: String,
    /// Where to do it; shown on the end card and linked from posts.
    pub website: String,
    /// How it speaks.
    pub voice: BrandVoice,
    /// How it looks.
    pub kit: BrandKit,
    /// Where films go after approval.
    pub networks: Vec<Network>,
}

/// How a brand speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrandVoice {
    /// The general tone.
    pub tone: Tone,
    /// Words that never appear, in any form of upper and lower case.
    pub banned_words: Vec<String>,
    /// Whether posts may carry emoji; captions in the film never do.
    pub emoji: EmojiPolicy,
    /// Words that are always fine as hashtags, without `#`.
    pub hashtags: Vec<String>,
    /// What the business says of itself, sentences that may be used as they are.
    pub facts: Vec<String>,
}

impl Default for BrandVoice {
    fn default() -> Self {
        Self {
            tone: Tone::Warm,
            banned_words: Vec::new(),
            emoji: EmojiPolicy::None,
            hashtags: Vec::new(),
            facts: Vec::new(),
        }
    }
}

/// The tone of post texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Friendly, in the first person plural.
    Warm,
    /// Few words, no exclamation marks.
    Quiet,
    /// Lively, short sentences.
    Playful,
}

/// How many emoji a post may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmojiPolicy {
    /// None at all; those of the guest are left out of posts, too.
    None,
    /// At most one.
    One,
}

/// How a brand looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrandKit {
    /// `#rrggbb`; blocks, the end card's ground.
    pub primary: String,
    /// `#rrggbb`; small marks, stars.
    pub accent: String,
    /// `#rrggbb`; text on `primary`.
    pub ink: String,
    /// Font family of large text.
    pub display_font: String,
    /// Font family of small text.
    pub text_font: String,
}

impl Default for BrandKit {
    fn default() -> Self {
        Self {
            primary: "#14343c".into(),
            accent: "#f2b45c".into(),
            ink: "#fbf6ec".into(),
            display_font: "EB Garamond".into(),
            text_font: "Inter".into(),
        }
    }
}

/// All that a writer may know of a business: arrow 5's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessContext {
    /// The business as stored.
    pub business: Business,
    /// Quotes used in its latest films, so that a line is not used twice.
    pub recent_quotes: Vec<String>,
}
