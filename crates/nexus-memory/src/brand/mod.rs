//! [`EmbeddedBrandMemory`]: what a brand wants, learnt from what its owner says and does.
//!
//! Only evidence is stored, each piece once; statements follow from it whenever they are read. So nothing learnt is
//! lost when two films are answered at the same moment, and what is forgotten stays forgotten.

mod fold;
mod lesson;
mod words;

use std::sync::Arc;

use async_trait::async_trait;
use nexus_core::{
    BusinessId, ErrorKind, PortError, PortResult, StatementId,
    brand::{Amendment, Leaning, Lesson, Recalled, Statement},
    port::{Adapter, BrandMemory, BrandStore, Embedder},
    time::Clock,
};

use crate::{memory::embed, namespace::cosine};

/// Longest text of the owner, in characters.
const MOST_TEXT_CHARS: usize = 400;
/// Longest lesson, in characters: a long document on a brand's voice.
const MOST_LESSON_CHARS: usize = 60_000;

/// The memory of brands over the product's own database.
pub struct EmbeddedBrandMemory {
    store: Arc<dyn BrandStore>,
    embedder: Arc<dyn Embedder>,
    clock: Arc<dyn Clock>,
}

impl EmbeddedBrandMemory {
    /// A memory over `store` that understands questions through `embedder`.
    #[must_use]
    pub fn new(store: Arc<dyn BrandStore>, embedder: Arc<dyn Embedder>, clock: Arc<dyn Clock>) -> Self {
        Self { store, embedder, clock }
    }

    async fn one(&self, business: BusinessId, id: StatementId) -> PortResult<Statement> {
        let known = self.statements(business).await?.into_iter().find(|statement| statement.id == id);
        known.ok_or_else(|| {
            let message = format!("there is no statement {id} in this brand's memory; list them to see their ids");
            PortError::new(ErrorKind::NotFound, "brand memory", "find a statement", message)
        })
    }
}

impl Adapter for EmbeddedBrandMemory {}

#[async_trait]
impl BrandMemory for EmbeddedBrandMemory {
    async fn statements(&self, business: BusinessId) -> PortResult<Vec<Statement>> {
        let evidence = self.store.evidence(business).await?;
        let amendments = self.store.amendments(business).await?;
        Ok(fold::statements(business, evidence, &amendments))
    }

    async fn learn(&self, business: BusinessId, lesson: &Lesson) -> PortResult<Vec<Statement>> {
        let (Lesson::Told { words, .. } | Lesson::Answered { words, .. }) = lesson;
        if words.chars().count() > MOST_LESSON_CHARS {
            let message =
                format!("the text is longer than {MOST_LESSON_CHARS} characters; take its most important part");
            return Err(PortError::new(ErrorKind::Invalid, "brand memory", "learn", message));
        }
        let pieces = lesson::evidence(lesson, self.clock.now());
        if pieces.is_empty() && matches!(lesson, Lesson::Told { .. }) {
            let message = "there is no sentence in it; write for instance \"Fewer neon signs\" or \"Never say cheap\"";
            return Err(PortError::new(ErrorKind::Invalid, "brand memory", "learn", message));
        }
        self.store.add(business, &pieces).await?;
        let touched: Vec<StatementId> =
            pieces.iter().map(|piece| fold::statement_id(business, piece.leaning, &piece.topic)).collect();
        let mut statements = self.statements(business).await?;
        statements.retain(|statement| touched.contains(&statement.id));
        Ok(statements)
    }

    async fn edit(&self, business: BusinessId, id: StatementId, text: &str) -> PortResult<Statement> {
        self.one(business, id).await?;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || text.chars().count() > MOST_TEXT_CHARS {
            let message =
                format!("a statement is one sentence of 1 to {MOST_TEXT_CHARS} characters; to remove it, forget it");
            return Err(PortError::new(ErrorKind::Invalid, "brand memory", "edit a statement", message));
        }
        if words::wants(&text).len() > 1 {
            let message = "a statement wants one thing; edit it to the first, and add the other as one of its own";
            return Err(PortError::new(ErrorKind::Invalid, "brand memory", "edit a statement", message));
        }
        let forgotten = self.store.amendments(business).await?.get(&id).and_then(fold::forgotten);
        self.store.amend(business, id, &Amendment::Edited { text, at: self.clock.now(), forgotten }).await?;
        self.one(business, id).await
    }

    async fn forget(&self, business: BusinessId, id: StatementId) -> PortResult<()> {
        self.one(business, id).await?;
        self.store.amend(business, id, &Amendment::Forgotten { at: self.clock.now() }).await
    }

    async fn recall(&self, business: BusinessId, text: &str, limit: usize) -> PortResult<Vec<Recalled>> {
        let statements = self.statements(business).await?;
        let texts: Vec<String> = std::iter::once(text.to_owned()).chain(statements.iter().map(meaning)).collect();
        let vectors = embed(self.embedder.as_ref(), &texts).await?;
        let Some((question, answers)) = vectors.split_first() else { return Ok(Vec::new()) };
        let mut recalled: Vec<Recalled> = statements
            .into_iter()
            .zip(answers)
            .map(|(statement, vector)| Recalled {
                score: cosine(&question.values, &vector.values).clamp(0.0, 1.0),
                statement,
            })
            .filter(|recalled| recalled.score > 0.0)
            .collect();
        recalled.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.statement.id.cmp(&b.statement.id)));
        recalled.truncate(limit);
        Ok(recalled)
    }
}

/// The words that a statement is found by.
fn meaning(statement: &Statement) -> String {
    match statement.leaning {
        Leaning::Voice => statement.text.clone(),
        Leaning::More | Leaning::Less | Leaning::Never => statement.topic.clone(),
    }
}
