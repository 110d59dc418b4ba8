//! What is known of businesses, their footage and their brands.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::Adapter;
use crate::{
    BusinessId, PortResult, StatementId,
    brand::{Amendment, Evidence, Lesson, Recalled, Statement},
    business::{Business, BusinessContext},
    footage::Shot,
    journal::StepKey,
    memory::{Embedding, Found, SearchQuery},
};

/// Pinecone: remembers shots and finds them by meaning. A namespace per business; none sees another's.
#[async_trait]
pub trait Memory: Adapter + Send + Sync {
    /// Stores or replaces all shots of the assets that `shots` belong to, with their vectors, at once.
    async fn upsert(&self, business: BusinessId, shots: &[Shot]) -> PortResult<usize>;

    /// Finds shots for words.
    async fn search(&self, business: BusinessId, query: &SearchQuery) -> PortResult<Found>;

    /// Every shot of the business.
    async fn all(&self, business: BusinessId) -> PortResult<Vec<Shot>>;
}

/// Where the embedded memory keeps shots: beside the product's other rows.
#[async_trait]
pub trait ShotStore: Send + Sync {
    /// Replaces all shots of the assets that appear in `shots`, in one transaction.
    async fn replace(&self, business: BusinessId, shots: &[(Shot, Embedding)]) -> PortResult<()>;

    /// Every shot of the business with its vector, ordered by file name, then index.
    async fn load(&self, business: BusinessId) -> PortResult<Vec<(Shot, Embedding)>>;

    /// Grows with every change of the business's shots; a cache is good while it stands.
    async fn version(&self, business: BusinessId) -> PortResult<u64>;
}

/// What brands want, learnt from what their owners say and do. None sees another's.
#[async_trait]
pub trait BrandMemory: Adapter + Send + Sync {
    /// Every statement, the surest first.
    async fn statements(&self, business: BusinessId) -> PortResult<Vec<Statement>>;

    /// Learns; the statements that the lesson speaks of, as they stand then. The same lesson again adds nothing.
    ///
    /// # Errors
    /// `Invalid` for told words without a sentence in them.
    async fn learn(&self, business: BusinessId, lesson: &Lesson) -> PortResult<Vec<Statement>>;

    /// Makes a statement say something else; what is learnt later does not change it any more.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for an empty text, or one that is longer than a sentence.
    async fn edit(&self, business: BusinessId, id: StatementId, text: &str) -> PortResult<Statement>;

    /// Forgets a statement and what it rests on; only what happens later may bring it back.
    ///
    /// # Errors
    /// `NotFound`.
    async fn forget(&self, business: BusinessId, id: StatementId) -> PortResult<()>;

    /// The statements nearest in meaning to `text`, nearest first.
    async fn recall(&self, business: BusinessId, text: &str, limit: usize) -> PortResult<Vec<Recalled>>;
}

/// Where the memory of brands is kept: beside the product's other rows.
#[async_trait]
pub trait BrandStore: Send + Sync {
    /// Adds evidence. A piece whose topic and key are there already changes nothing.
    async fn add(&self, business: BusinessId, evidence: &[Evidence]) -> PortResult<()>;

    /// All evidence, oldest first.
    async fn evidence(&self, business: BusinessId) -> PortResult<Vec<Evidence>>;

    /// Keeps what the owner made of a statement, in place of what they made of it before.
    async fn amend(&self, business: BusinessId, id: StatementId, amendment: &Amendment) -> PortResult<()>;

    /// What the owner made of statements.
    async fn amendments(&self, business: BusinessId) -> PortResult<BTreeMap<StatementId, Amendment>>;
}

/// PostgreSQL: business and brand.
#[async_trait]
pub trait BusinessDirectory: Adapter + Send + Sync {
    /// All that a writer may know.
    async fn context(&self, business: BusinessId) -> PortResult<BusinessContext>;

    /// Adds or replaces a business.
    async fn save(&self, business: &Business) -> PortResult<()>;

    /// Every business, by name.
    async fn list(&self) -> PortResult<Vec<Business>>;

    /// Remembers that a quote was used in a film. Repeating with the same key changes nothing.
    async fn remember_quote(&self, business: BusinessId, quote: &str, key: &StepKey) -> PortResult<()>;
}
