//! The nineteen arrows of the specification. They key the journal, the logs and the live diagram.

use serde::{Deserialize, Serialize};

use crate::journal::StepName;

macro_rules! arrows {
    ($($number:literal $variant:ident $slug:literal $from:literal $to:literal $label:literal, $file:literal),+ $(,)?) => {
        /// One numbered arrow of the specification, 1 to 19.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "u8", into = "u8")]
        #[repr(u8)]
        pub enum Arrow {
            $(#[doc = concat!($number, ". ", $from, " -> ", $to, ": ", $label)] $variant = $number),+
        }

        impl Arrow {
            /// All nineteen, in order.
            pub const ALL: [Self; 19] = [$(Self::$variant),+];

            /// A short lower-case word for journal keys and tables.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug),+ }
            }

            /// The words on the arrow.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// The box where the arrow starts and the box where it ends.
            #[must_use]
            pub fn ends(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($from, $to)),+ }
            }

            /// The file of `nexus-flows/src` in which the arrow is a line.
            #[must_use]
            pub fn flow_file(self) -> &'static str {
                match self { $(Self::$variant => $file),+ }
            }
        }
    };
}

arrows! {
    1 Upload "upload" "Upload portal" "S3 raw" "Upload 4K video by presigned URL", "ingest.rs",
    2 TriggerVision "trigger-vision" "S3 raw" "Lambda vision" "Trigger event", "ingest.rs",
    3 AnalyzeFrames "analyze-frames" "Lambda vision" "Banana" "Analyse frames", "ingest.rs",
    4 StoreTags "store-tags" "Banana" "Pinecone" "Return tags and embeddings", "ingest.rs",
    5 FetchContext "fetch-context" "n8n" "PostgreSQL" "Fetch context", "script.rs",
    6 SearchAssets "search-assets" "n8n" "Pinecone" "Semantic search", "script.rs",
    7 ReturnAssets "return-assets" "Pinecone" "n8n" "Return best asset ids", "script.rs",
    8 WriteScript "write-script" "n8n" "GPT-4o" "Generate JSON script", "script.rs",
    9 AssetMissing "asset-missing" "n8n" "Gemini" "If an asset is missing", "fallback.rs",
    10 MakeStill "make-still" "Gemini" "Runway" "Generate a still image", "fallback.rs",
    11 Animate "animate" "Runway" "n8n" "Return video", "fallback.rs",
    12 SendAudio "send-audio" "n8n" "Lambda sync" "Send audio and clips", "assemble.rs",
    13 TrackBeats "track-beats" "Lambda sync" "n8n" "Return beat timestamps", "assemble.rs",
    14 SendEdit "send-edit" "n8n" "Shotstack" "Send final JSON", "assemble.rs",
    15 Render "render" "Shotstack" "S3 final" "Render 4K", "assemble.rs",
    16 Notify "notify" "S3 final" "Approver" "Notify user", "deliver.rs",
    17 Approve "approve" "Approver" "n8n" "Approve", "deliver.rs",
    18 Publish "publish" "n8n" "Ayrshare" "Publish", "deliver.rs",
    19 UpdateMaps "update-maps" "n8n" "Google Business Profile" "Update maps", "deliver.rs",
}

impl Arrow {
    /// The number on the diagram, 1 to 19.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl TryFrom<u8> for Arrow {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|arrow| arrow.number() == number)
            .ok_or_else(|| format!("there is no arrow {number}; arrows are numbered 1 to 19"))
    }
}

impl From<Arrow> for u8 {
    fn from(arrow: Arrow) -> Self {
        arrow.number()
    }
}

impl std::fmt::Display for Arrow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}-{}", self.number(), self.slug())
    }
}

impl From<Arrow> for StepName {
    fn from(arrow: Arrow) -> Self {
        Self::of_arrow(arrow)
    }
}

#[cfg(test)]
mod tests {
    use super::Arrow;

    #[test]
    fn arrows_are_numbered_without_gaps() {
        let numbers: Vec<u8> = Arrow::ALL.iter().map(|arrow| arrow.number()).collect();
        assert_eq!(numbers, (1..=19).collect::<Vec<u8>>());
        assert_eq!(Arrow::try_from(15), Ok(Arrow::Render));
        assert!(Arrow::try_from(20).is_err());
    }
}
