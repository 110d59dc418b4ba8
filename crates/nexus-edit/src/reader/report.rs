//! What reading found: errors that stop a render, remarks that do not.

use std::{cell::RefCell, fmt};

use serde::Serialize;

use super::Path;

/// Errors kept of one document; the rest are counted.
const MOST_ERRORS: usize = 100;
/// Remarks kept of one document.
const MOST_REMARKS: usize = 200;
/// Characters of a value that a message repeats.
const SHOWN: usize = 40;

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditError {
    /// Where, for instance `timeline.tracks[0].clips[2].asset.trim`; `edit` for the whole.
    pub path: String,
    /// What was expected there, for instance `a number from 0 to 1`.
    pub expected: String,
    /// What was found, `nothing` when the field is missing; absent when the place says it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The valid word that is nearest to what was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

impl EditError {
    /// An error at a place where something else was expected.
    #[must_use]
    pub fn new(path: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { path: path.into(), expected: expected.into(), found: None, nearest: None }
    }

    /// This error, with what was found.
    #[must_use]
    pub fn found(self, found: impl Into<String>) -> Self {
        Self { found: Some(found.into()), ..self }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, expected, found, nearest } = self;
        write!(f, "'{path}': expected {expected}")?;
        if let Some(found) = found {
            write!(f, ", found {found}")?;
        }
        if let Some(nearest) = nearest {
            write!(f, " (did you mean '{nearest}'?)")?;
        }
        Ok(())
    }
}

/// Everything that is wrong with a document, in the order of the document; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditErrors {
    errors: Vec<EditError>,
    /// Errors beyond the first hundred.
    more: usize,
}

impl EditErrors {
    /// `Ok` when `errors` is empty.
    ///
    /// # Errors
    /// The list itself, when it holds anything.
    pub fn check(mut errors: Vec<EditError>) -> Result<(), Self> {
        if errors.is_empty() {
            return Ok(());
        }
        let more = errors.len().saturating_sub(MOST_ERRORS);
        errors.truncate(MOST_ERRORS);
        Err(Self { errors, more })
    }

    /// The errors, at least one and at most a hundred.
    pub fn iter(&self) -> impl Iterator<Item = &EditError> {
        self.errors.iter()
    }

    /// How many errors there are, those included that [`Self::iter`] leaves out.
    #[must_use]
    pub fn count(&self) -> usize {
        self.errors.len() + self.more
    }
}

impl fmt::Display for EditErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.errors.as_slice() {
            return write!(f, "the edit is wrong at {only}; mend that field and render again");
        }
        write!(f, "the edit is wrong in {} places: ", self.count())?;
        for (index, error) in self.errors.iter().enumerate() {
            write!(f, "{}{error}", if index == 0 { "" } else { "; " })?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        f.write_str("; mend these fields and render again")
    }
}

impl std::error::Error for EditErrors {}

/// Something that was read although it was not quite right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Where.
    pub path: String,
    /// How much it matters.
    pub kind: RemarkKind,
    /// What was found and what was made of it.
    pub text: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}': {}", self.path, self.text)
    }
}

/// Kinds of remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemarkKind {
    /// The same meaning in another form, such as a number written as text.
    Form,
    /// A field that the contract does not have; it was left out.
    UnknownField,
    /// A value that has no effect or was replaced by another.
    Replaced,
    /// A placeholder without a merge field.
    UnknownKey,
}

/// The errors and remarks of one reading.
#[derive(Debug, Default)]
pub(crate) struct Report {
    errors: RefCell<Vec<EditError>>,
    remarks: RefCell<Vec<Remark>>,
}

impl Report {
    pub(crate) fn error(&self, error: EditError) {
        self.errors.borrow_mut().push(error);
    }

    pub(crate) fn remark(&self, path: &Path<'_>, kind: RemarkKind, text: impl Into<String>) {
        let mut remarks = self.remarks.borrow_mut();
        if remarks.len() < MOST_REMARKS {
            remarks.push(Remark { path: path.to_string(), kind, text: text.into() });
        }
    }

    /// What was read with its remarks, or all errors.
    pub(crate) fn finish<T>(self, read: Option<T>) -> Result<(T, Vec<Remark>), EditErrors> {
        EditErrors::check(self.errors.into_inner())?;
        let read = read.expect("whatever could not be read left an error behind");
        Ok((read, self.remarks.into_inner()))
    }
}

/// The beginning of a text, fit to stand in a message.
pub(crate) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

/// The candidate that is nearest to `word`, when one is near enough to be meant.
pub(crate) fn nearest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let word: String = word.chars().take(SHOWN).collect::<String>().to_lowercase();
    // Half of a short word, a few letters of a long one.
    let most = (word.chars().count() / 2).clamp(1, 4);
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= most)
        .map(|(_, candidate)| candidate)
}
