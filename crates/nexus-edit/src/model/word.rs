//! Words of the contract: enums with one table from name to meaning.

/// An enum whose values have names in the contract.
pub trait Word: Copy + PartialEq + 'static {
    /// What the words name, with its article: `a transition`.
    const WHAT: &'static str;
    /// Every name with its meaning, in the contract's order.
    const TABLE: &'static [(&'static str, Self)];

    /// The name of this value.
    fn word(self) -> &'static str {
        let row = Self::TABLE.iter().find(|(_, value)| *value == self);
        row.map(|(name, _)| *name).expect("every value stands in its table")
    }

    /// The value of a name, exactly as the contract writes it.
    fn from_word(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// Defines an enum of words: the enum, its table and its JSON form, so that the three cannot differ.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $what:literal, {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("`", $word, "`")] $variant,)+
        }

        impl $crate::model::Word for $name {
            const WHAT: &'static str = $what;
            const TABLE: &'static [(&'static str, Self)] = &[$(($word, Self::$variant),)+];
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::model::Word::word(*self))
            }
        }
    };
}

pub(crate) use words;
