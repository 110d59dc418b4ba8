//! The tenant: a place, its brand, and how it wants to be heard.

use serde::{Deserialize, Serialize};

use crate::{BusinessId, brand::Statement, network::Network};

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

/// How a brand looks: colours, family and style. Everything else in a film follows from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrandKit {
    /// `#rrggbb`; blocks, the end card's ground.
    pub primary: String,
    /// `#rrggbb`; small marks, stars.
    pub accent: String,
    /// `#rrggbb`; text on `primary`.
    pub ink: String,
    /// What its films look like; kits from before there were styles are quiet, as their films were.
    pub style: Style,
    /// Font family of large text; the style's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_font: Option<String>,
    /// Font family of small text; the style's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_font: Option<String>,
}

impl Default for BrandKit {
    fn default() -> Self {
        Self {
            primary: "#14343c".into(),
            accent: "#f2b45c".into(),
            ink: "#fbf6ec".into(),
            style: Style::default(),
            display_font: None,
            text_font: None,
        }
    }
}

/// The styles of films. Each is complete: type, colour, movement, stars and end card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// A serif, lots of air, dissolves.
    #[default]
    Quiet,
    /// A grotesque on blocks of the brand's colour, crisp cuts.
    Bright,
    /// Light on dark, a warm glow, a slow push.
    Night,
}

impl Style {
    /// Every style.
    pub const ALL: [Self; 3] = [Self::Quiet, Self::Bright, Self::Night];

    /// Its name in documents and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Bright => "bright",
            Self::Night => "night",
        }
    }
}

/// All that a writer may know of a business: arrow 5's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BusinessContext {
    /// The business as stored.
    pub business: Business,
    /// Quotes used in its latest films, so that a line is not used twice.
    pub recent_quotes: Vec<String>,
    /// What the brand is remembered by, the surest first.
    #[serde(default)]
    pub memory: Vec<Statement>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kits_from_before_there_were_styles_are_read_as_they_were_meant() {
        let old = r##"{"primary":"#102030","accent":"#f2b45c","ink":"#ffffff","display_font":"EB Garamond","text_font":"Inter"}"##;
        let kit: BrandKit = serde_json::from_str(old).expect("an older kit");
        assert_eq!((kit.style, kit.display_font.as_deref()), (Style::Quiet, Some("EB Garamond")));
        for style in Style::ALL {
            let text = serde_json::to_string(&BrandKit { style, ..BrandKit::default() }).expect("a kit");
            assert!(text.contains(&format!("\"style\":\"{}\"", style.name())), "{text}");
            assert_eq!(serde_json::from_str::<BrandKit>(&text).expect("its own words").style, style);
        }
    }
}
