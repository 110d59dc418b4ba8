//! Answers of HTTP requests that carried an `Idempotency-Key`, kept for a day.

use sqlx::AnyConnection;

use crate::{Store, StoreError};

/// What identifies a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestMark {
    /// The value of `Idempotency-Key`.
    pub key: String,
    /// Method and path: `POST /v1/reviews`.
    pub route: String,
    /// A hash of the body.
    pub request_hash: String,
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recalled {
    /// It was not seen before: carry it out, then call [`Store::remember_response`].
    New,
    /// The same request was answered: answer the same.
    Answered {
        /// HTTP status.
        status: u16,
        /// Body.
        body: String,
    },
    /// The same request is being carried out, or was broken off by a crash: everything under such a key is
    /// idempotent itself, so it may be carried out again.
    Unanswered,
    /// The key was used for another request: answer 422.
    Mismatch,
}

const FORGET_OLD: &str = "delete from idempotency where created < $1";
const MARK: &str = "insert into idempotency (request_key, route, request_hash, created) values ($1, $2, $3, $4)
    on conflict (request_key, route) do nothing";
const RECALL: &str = "select request_hash, status, body from idempotency where request_key = $1 and route = $2";
const REMEMBER: &str = "update idempotency set status = $4, body = $5
    where request_key = $1 and route = $2 and request_hash = $3 and status is null";
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

impl Store {
    /// Marks a request as begun, or says what became of it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn begin_request(&self, mark: &RequestMark) -> Result<Recalled, StoreError> {
        let (mark, now) = (mark.clone(), self.now().unix_millis());
        self.write(|_| false, move |connection| Box::pin(async move { begin(connection, &mark, now).await })).await
    }

    /// Keeps the answer of a request that [`Store::begin_request`] began. The first answer counts.
    ///
    /// # Errors
    /// What the database says.
    pub async fn remember_response(&self, mark: &RequestMark, status: u16, body: String) -> Result<(), StoreError> {
        let mark = mark.clone();
        self.write(
            |()| false,
            move |connection| {
                Box::pin(async move {
                    sqlx::query(REMEMBER)
                        .bind(mark.key)
                        .bind(mark.route)
                        .bind(mark.request_hash)
                        .bind(i64::from(status))
                        .bind(body)
                        .execute(connection)
                        .await
                        .map(drop)
                        .map_err(StoreError::database("remember a response"))
                })
            },
        )
        .await
    }
}

async fn begin(connection: &mut AnyConnection, mark: &RequestMark, now: i64) -> Result<Recalled, StoreError> {
    let failed = StoreError::database("recall a request");
    sqlx::query(FORGET_OLD).bind(now - KEPT_MS).execute(&mut *connection).await.map_err(&failed)?;
    let marked = sqlx::query(MARK)
        .bind(&mark.key)
        .bind(&mark.route)
        .bind(&mark.request_hash)
        .bind(now)
        .execute(&mut *connection)
        .await
        .map_err(&failed)?;
    if marked.rows_affected() == 1 {
        return Ok(Recalled::New);
    }
    let (hash, status, body): (String, Option<i64>, Option<String>) =
        sqlx::query_as(RECALL).bind(&mark.key).bind(&mark.route).fetch_one(connection).await.map_err(&failed)?;
    Ok(match status {
        _ if hash != mark.request_hash => Recalled::Mismatch,
        None => Recalled::Unanswered,
        Some(status) => {
            Recalled::Answered { status: u16::try_from(status).unwrap_or(500), body: body.unwrap_or_default() }
        }
    })
}
