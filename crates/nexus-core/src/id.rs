//! Prefixed identifiers: `asset_018f…`. One macro makes them all, so they behave alike.

use serde::{Deserialize, Serialize};

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not an id of the form {prefix}_<uuid>")]
pub struct IdError {
    /// What was given.
    pub text: String,
    /// The prefix that was expected, without the underscore.
    pub prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// The text before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// An id that sorts by time: UUID version 7 of `at` and ten random bytes.
            #[must_use]
            pub fn fresh(at: crate::Instant, entropy: [u8; 10]) -> Self {
                let millis = u64::try_from(at.unix_millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid())
            }

            /// The same id for the same parts, for ever: UUID version 8 of their BLAKE3 hash.
            /// Used where a repeat must find what the first try made.
            #[must_use]
            pub fn derived(parts: &[&str]) -> Self {
                let mut hasher = blake3::Hasher::new();
                for part in parts {
                    hasher.update(&(part.len() as u64).to_le_bytes());
                    hasher.update(part.as_bytes());
                }
                let mut bytes = [0_u8; 16];
                bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
                Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
            }

            /// The id without its prefix, hyphenated, as systems that know only UUIDs write it.
            #[must_use]
            pub fn uuid(&self) -> String {
                self.0.hyphenated().to_string()
            }

            /// The id of a UUID in any of its spellings.
            ///
            /// # Errors
            /// [`IdError`] when the text is no UUID.
            pub fn from_uuid(text: &str) -> Result<Self, IdError> {
                let refused = |_| IdError { text: text.chars().take(80).collect(), prefix: $prefix };
                uuid::Uuid::try_parse(text).map(Self).map_err(refused)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|rest| uuid::Uuid::try_parse(rest).ok())
                    .map(Self)
                    .ok_or_else(|| IdError { text: text.chars().take(80).collect(), prefix: $prefix })
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    )+};
}

ids! {
    /// One uploaded file.
    AssetId = "asset",
    /// One statement of a brand's memory.
    StatementId = "stmt",
    /// One run of a flow.
    RunId = "run",
    /// One question put to the owner.
    ApprovalId = "approval",
    /// One place or brand: the tenant.
    BusinessId = "business",
    /// One review by a guest.
    ReviewId = "review",
    /// One file that others may download.
    HostedId = "hosted",
    /// One edit that is kept to be rendered with other words.
    TemplateId = "template",
    /// One vector index.
    IndexId = "index",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Instant;

    #[test]
    fn text_form_round_trips_and_refuses_strangers() {
        let id = AssetId::derived(&["quay-house", "sunset.mp4"]);
        assert_eq!(id.to_string().parse::<AssetId>(), Ok(id));
        assert_eq!(id, AssetId::derived(&["quay-house", "sunset.mp4"]));
        assert_ne!(id, AssetId::derived(&["quay-houses", "unset.mp4"]), "parts are delimited");
        for (name, text) in [("other kind", "run_00000000000000000000000000000000"), ("bare", "asset_"), ("empty", "")]
        {
            assert!(text.parse::<AssetId>().is_err(), "{name}");
        }
    }

    #[test]
    fn uuids_name_the_same_thing() {
        let id = RunId::derived(&["x"]);
        assert_eq!(id.uuid().len(), 36);
        assert_eq!(RunId::from_uuid(&id.uuid()), Ok(id));
        assert!(RunId::from_uuid("nothing").is_err());
    }

    #[test]
    fn fresh_ids_sort_by_time() {
        let early = RunId::fresh(Instant::from_unix_millis(1_000), [255; 10]);
        let late = RunId::fresh(Instant::from_unix_millis(2_000), [0; 10]);
        assert!(early < late);
    }
}
