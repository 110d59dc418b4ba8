//! The script: what is said, what is shown, in which part of the film.

use serde::{Deserialize, Serialize};

use crate::{business::BusinessContext, memory::Hit, review::Review};

/// What a writer works from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScriptRequest {
    /// The business and its voice.
    pub context: BusinessContext,
    /// The review.
    pub review: Review,
    /// The best shots for the review as a whole, best first.
    pub best: Vec<Hit>,
    /// Same seed, same script.
    pub seed: u64,
    /// 0 for the first film of a review, 1 for the first change.
    pub revision: u32,
    /// What the owner asked to change, in their words.
    pub wish: Option<String>,
}

/// A whole script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// The hook: 2 to 6 words of the guest.
    pub hook: String,
    /// The best quote, word for word; ellipses marked with `…`.
    pub quote: String,
    /// Name and source, for instance `Marta K. on Google`.
    pub credit: String,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// Scenes in order.
    pub scenes: Vec<Scene>,
    /// What the viewer is asked to do.
    pub call_to_action: String,
    /// Words for search engines and networks.
    pub seo: Seo,
    /// Who wrote it: `extractive-1`, `gpt-…`.
    pub writer: String,
}

/// One scene: one or more bars of one shot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Stable within the script: `hook`, `praise-2`.
    pub id: String,
    /// Its place in the film.
    pub part: Part,
    /// Text on screen; empty for none. Lines are broken by the renderer.
    pub caption: String,
    /// What should be seen, in plain words: a search query.
    pub shows: String,
    /// True when `shows` names a thing that must be seen; then a missing shot is made, not replaced.
    pub must_show: bool,
    /// Least time on screen in seconds, from the length of the caption.
    pub min_s: f64,
}

/// The parts of a film, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The strongest shot and the guest's best words.
    Hook,
    /// Where we are.
    Place,
    /// The quote, phrase by phrase.
    Praise,
    /// Quick best moments.
    Drop,
    /// Stars and name.
    Proof,
    /// Name, place, call to action.
    End,
}

/// Words for search engines and networks; each network takes what fits its limits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seo {
    /// At most 100 characters.
    pub title: String,
    /// Two or three sentences.
    pub description: String,
    /// Without `#`, most specific first.
    pub hashtags: Vec<String>,
}

/// Least reading time of a caption in seconds: 0.3 s and 0.06 s per character; 0 for no text.
#[must_use]
pub fn reading_time_s(caption: &str) -> f64 {
    let characters = caption.chars().count();
    if characters == 0 { 0.0 } else { 0.3 + 0.06 * characters as f64 }
}
