//! The networks and what they accept.

use serde::{Deserialize, Serialize};

/// Where a film can be posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// Instagram reel.
    Instagram,
    /// TikTok video.
    Tiktok,
    /// Facebook reel.
    Facebook,
    /// YouTube short.
    Youtube,
}

/// Limits of a network, in the units that it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkLimits {
    /// Longest text in UTF-16 code units.
    pub text_utf16: usize,
    /// Longest title in characters; 0 when there is no title.
    pub title_chars: usize,
    /// Most hashtags.
    pub hashtags: usize,
    /// Whether line breaks survive.
    pub newlines: bool,
}

impl Network {
    /// Every network, in a fixed order.
    pub const ALL: [Self; 4] = [Self::Instagram, Self::Tiktok, Self::Facebook, Self::Youtube];

    /// Lower-case name, as in configuration and file names.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Instagram => "instagram",
            Self::Tiktok => "tiktok",
            Self::Facebook => "facebook",
            Self::Youtube => "youtube",
        }
    }

    /// What it accepts, as published in 2026.
    #[must_use]
    pub fn limits(self) -> NetworkLimits {
        match self {
            Self::Instagram => NetworkLimits { text_utf16: 2200, title_chars: 0, hashtags: 5, newlines: true },
            Self::Tiktok => NetworkLimits { text_utf16: 2200, title_chars: 0, hashtags: 5, newlines: false },
            Self::Facebook => NetworkLimits { text_utf16: 5000, title_chars: 0, hashtags: 5, newlines: true },
            Self::Youtube => NetworkLimits { text_utf16: 5000, title_chars: 100, hashtags: 15, newlines: true },
        }
    }
}
