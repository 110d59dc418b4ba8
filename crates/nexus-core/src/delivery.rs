//! From a finished film to a published one.

use serde::{Deserialize, Serialize};

use crate::{ApprovalId, BusinessId, Instant, RunId, blob::BlobRef, film::Film, network::Network};

/// A question put to the owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The approval that it asks for; derived from run and revision, so a repeat asks once.
    pub approval: ApprovalId,
    /// The run that waits for the answer.
    pub run: RunId,
    /// The signal that the answer is sent as.
    pub signal: String,
    /// Whose film.
    pub business: BusinessId,
    /// The film.
    pub film: Film,
    /// One line: who wrote, what is ready.
    pub headline: String,
    /// The quote that the film shows.
    pub quote: String,
    /// What each network will get: shown before the tap.
    pub posts: Vec<Post>,
    /// After this moment the link is dead.
    pub expires: Instant,
    /// Seconds in which an approval can be taken back.
    pub undo_s: u64,
}

/// What the notifier did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notified {
    /// Path of the signed approval page, without host: `/a/…`.
    pub link_path: String,
    /// How the owner was told: `inbox`, `push`.
    pub channel: String,
}

/// The owner's answer, bound to the film that they saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Post it.
    Approve {
        /// When it was tapped; the undo window counts from here.
        at: Instant,
    },
    /// Make it again, differently.
    Change {
        /// In the owner's words.
        note: String,
    },
    /// Do not make it.
    Decline {
        /// In the owner's words; may be empty.
        reason: String,
    },
}

/// One post for one network, exactly as it will be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Where.
    pub network: Network,
    /// Title, empty where the network has none.
    pub title: String,
    /// Text with hashtags, within the network's limits.
    pub text: String,
    /// Hashtags that `text` ends with, without `#`.
    pub hashtags: Vec<String>,
    /// The film.
    pub media: BlobRef,
    /// The poster frame.
    pub poster: BlobRef,
    /// True when a shot was generated: networks ask for the label.
    pub contains_generated: bool,
}

/// What Google's place profile gets: a short video for the photos, and a post with a still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceUpdate {
    /// Whose place.
    pub business: BusinessId,
    /// At most 30 s and 25 MB, short side at least 720 pixels.
    pub video: BlobRef,
    /// Description of the video in the photos section.
    pub video_description: String,
    /// The still of the local post; posts take no video.
    pub still: BlobRef,
    /// At most 1500 characters, no hashtags, no phone number.
    pub summary: String,
    /// Label of the button.
    pub action: String,
    /// Where the button leads.
    pub action_url: String,
}

/// Proof of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The other side's id of the post.
    pub provider_id: String,
    /// Where it can be seen: a URL or a file path.
    pub location: String,
}
