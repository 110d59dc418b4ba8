//! What a guest wrote.

use serde::{Deserialize, Serialize};

use crate::{BusinessId, ReviewId};

/// A review as it came in, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Our id, derived from business and `source_id`: the same review always has the same.
    pub id: ReviewId,
    /// The id that the source gave it.
    pub source_id: String,
    /// Whose guest.
    pub business: BusinessId,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// The name as the source shows it.
    pub author: String,
    /// Word for word.
    pub text: String,
    /// RFC 3339, as given.
    pub created_at: String,
    /// BCP 47.
    pub language: String,
    /// Where it was written, for the credit: `Google`.
    pub source: String,
}

/// The file and webhook form of a review; unknown keys are ignored because sources add their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewDocument {
    /// The source's id.
    pub id: String,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// The shown name.
    #[serde(default)]
    pub author: String,
    /// The words.
    #[serde(default)]
    pub text: String,
    /// RFC 3339.
    #[serde(default)]
    pub created_at: String,
    /// BCP 47.
    #[serde(default = "english")]
    pub language: String,
    /// Where it was written.
    #[serde(default = "google")]
    pub source: String,
}

fn english() -> String {
    "en".into()
}

fn google() -> String {
    "Google".into()
}

/// A review that cannot become a film, with the remedy in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// Without an id a repeat could not be recognised.
    #[error("the review has no id; give it the id of its source so that sending it twice makes one film")]
    NoId,
    /// Nothing to quote.
    #[error(
        "review '{0}' has no text to quote; a film needs at least one sentence of the guest, so this review was kept but no film is made"
    )]
    NoText(String),
    /// Too long to be a review.
    #[error("review '{0}' has {1} characters; at most 10,000 are accepted")]
    TooLong(String, usize),
    /// Not a number of stars.
    #[error("review '{0}' has rating {1}; expected 1 to 5 stars")]
    Rating(String, u8),
}

impl ReviewDocument {
    /// Checks the document and gives it to `business`.
    ///
    /// # Errors
    /// [`ReviewError`], each with its remedy.
    pub fn accept(self, business: BusinessId) -> Result<Review, ReviewError> {
        let Self { id, rating, author, text, created_at, language, source } = self;
        if id.trim().is_empty() {
            return Err(ReviewError::NoId);
        }
        if !(1..=5).contains(&rating) {
            return Err(ReviewError::Rating(id, rating));
        }
        if !text.chars().any(char::is_alphabetic) {
            return Err(ReviewError::NoText(id));
        }
        let length = text.chars().count();
        if length > 10_000 {
            return Err(ReviewError::TooLong(id, length));
        }
        let ours = ReviewId::derived(&[&business.to_string(), &source, &id]);
        Ok(Review { id: ours, source_id: id, business, rating, author, text, created_at, language, source })
    }
}
