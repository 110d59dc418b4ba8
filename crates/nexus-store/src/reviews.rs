//! Reviews as they came in, and the runs that they started.

use nexus_core::{
    BusinessId, Instant, ReviewId, RunId,
    journal::{Arrived, NewRun},
    review::{Review, ReviewDocument},
};
use sqlx::AnyConnection;

use crate::{
    Store, StoreError,
    journal::{self, id as stored_id, json, to_json},
};

/// What became of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    /// It started a run.
    Accepted,
    /// It has nothing to quote and is only kept.
    Kept,
}

/// A review as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// The review; its text is empty when it is only kept.
    pub review: Review,
    /// What became of it.
    pub state: ReviewState,
    /// The run that it started.
    pub run: Option<RunId>,
    /// When it came in.
    pub created: Instant,
}

/// The first text counts; a review that was only kept may become an accepted one.
const ACCEPT: &str = "insert into reviews (id, business, state, run, document, created) values ($1, $2, 'accepted', $3, $4, $5)
    on conflict (id) do update set state = 'accepted', run = excluded.run, document = excluded.document where reviews.state = 'kept'";
const KEEP: &str = "insert into reviews (id, business, state, document, created) values ($1, $2, 'kept', $3, $4) on conflict (id) do nothing";
const LIST: &str =
    "select document, state, run, created from reviews where ($1 is null or business = $1) order by seq desc limit $2";

impl Store {
    /// Stores a review and enqueues its run, in one transaction. The same review again changes nothing.
    ///
    /// # Errors
    /// What the database says; then neither was stored.
    pub async fn accept_review(&self, review: &Review, run: NewRun) -> Result<Arrived, StoreError> {
        let (review, now) = (review.clone(), self.now());
        self.write_of(
            review.business,
            |arrived| *arrived == Arrived::First,
            move |connection| Box::pin(async move { accept(connection, &review, &run, now).await }),
        )
        .await
    }

    /// Keeps a review that [`ReviewDocument::accept`] found without text. The same one again changes nothing.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_review(&self, business: BusinessId, document: ReviewDocument) -> Result<Arrived, StoreError> {
        let ReviewDocument { id: source_id, rating, author, text, created_at, language, source } = document;
        let id = ReviewId::derived(&[&business.to_string(), &source, &source_id]);
        let review = Review { id, source_id, business, rating, author, text, created_at, language, source };
        let (text, now) = (to_json("review", &review)?, self.now());
        self.write_of(
            business,
            |_| false,
            move |connection| {
                Box::pin(async move {
                    let keep = sqlx::query(KEEP)
                        .bind(id.to_string())
                        .bind(business.to_string())
                        .bind(text)
                        .bind(now.unix_millis());
                    let kept = keep.execute(connection).await.map_err(StoreError::database("keep a review"))?;
                    Ok(if kept.rows_affected() == 1 { Arrived::First } else { Arrived::Again })
                })
            },
        )
        .await
    }

    /// Reviews, newest first; of one business or of all.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_reviews(&self, business: Option<BusinessId>, limit: u32) -> Result<Vec<ReviewRow>, StoreError> {
        let rows: Vec<(String, String, Option<String>, i64)> = sqlx::query_as(LIST)
            .bind(business.map(|business| business.to_string()))
            .bind(i64::from(limit))
            .fetch_all(&mut *self.read(business).await?)
            .await
            .map_err(StoreError::database("list reviews"))?;
        let reviews = rows.into_iter().map(|(document, state, run, created)| {
            Ok(ReviewRow {
                review: json("review", &document)?,
                state: if state == "accepted" { ReviewState::Accepted } else { ReviewState::Kept },
                run: run.as_deref().map(|run| stored_id("review", run)).transpose()?,
                created: Instant::from_unix_millis(created),
            })
        });
        reviews.collect()
    }
}

async fn accept(
    connection: &mut AnyConnection,
    review: &Review,
    run: &NewRun,
    now: Instant,
) -> Result<Arrived, StoreError> {
    journal::enqueue(connection, run, now).await?;
    let added = sqlx::query(ACCEPT)
        .bind(review.id.to_string())
        .bind(review.business.to_string())
        .bind(run.id.to_string())
        .bind(to_json("review", review)?)
        .bind(now.unix_millis())
        .execute(connection)
        .await
        .map_err(StoreError::database("accept a review"))?;
    Ok(if added.rows_affected() == 1 { Arrived::First } else { Arrived::Again })
}
