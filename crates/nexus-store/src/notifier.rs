//! The embedded notifier: an approval and a line in the inbox, in one transaction.

use async_trait::async_trait;
use nexus_core::{
    ApprovalId, BusinessId, Instant, PortResult,
    delivery::{Notice, Notified},
    port::{Adapter, Notifier, StepContext},
};
use sqlx::AnyConnection;

use crate::{
    Store, StoreError,
    journal::{id as stored_id, to_json},
};

/// Tells the owner through the product's own inbox.
#[derive(Clone)]
pub struct EmbeddedNotifier {
    store: Store,
}

/// A line of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Grows with every line.
    pub seq: i64,
    /// Whose inbox.
    pub business: BusinessId,
    /// The approval that it asks for.
    pub approval: ApprovalId,
    /// One line: who wrote, what is ready.
    pub headline: String,
    /// Path of the signed page, without host.
    pub link_path: String,
    /// When it was written.
    pub created: Instant,
}

const OPEN: &str = "insert into approvals (id, run, signal, business, film_hash, notice, expires, created)
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing";
const SUPERSEDE: &str =
    "update approvals set superseded = $3 where run = $1 and id <> $2 and verdict is null and superseded is null";
const TELL: &str =
    "insert into notifications (business, approval, headline, link_path, created) values ($1, $2, $3, $4, $5)
    on conflict (approval) do nothing";
const LINK: &str = "select link_path from notifications where approval = $1";
const INBOX: &str = "select seq, business, approval, headline, link_path, created from notifications
    where business = $1 order by seq desc limit $2";

impl EmbeddedNotifier {
    /// A notifier that writes into `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

impl Adapter for EmbeddedNotifier {}

#[async_trait]
impl Notifier for EmbeddedNotifier {
    async fn notify(&self, notice: &Notice, _context: &StepContext) -> PortResult<Notified> {
        let link_path = self.store.open_approval(notice).await.map_err(|error| error.port("notify the owner"))?;
        Ok(Notified { link_path, channel: "inbox".into() })
    }
}

impl Store {
    /// The newest lines of an inbox, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn notifications(&self, business: BusinessId, limit: u32) -> Result<Vec<Notification>, StoreError> {
        let rows: Vec<(i64, String, String, String, String, i64)> = sqlx::query_as(INBOX)
            .bind(business.to_string())
            .bind(i64::from(limit))
            .fetch_all(&mut *self.read(business).await?)
            .await
            .map_err(StoreError::database("read the inbox"))?;
        let lines = rows.into_iter().map(|(seq, business, approval, headline, link_path, created)| {
            Ok(Notification {
                seq,
                business: stored_id("notification", &business)?,
                approval: stored_id("notification", &approval)?,
                headline,
                link_path,
                created: Instant::from_unix_millis(created),
            })
        });
        lines.collect()
    }

    /// Opens the approval, retires older ones of the run, writes the inbox; once per approval id.
    async fn open_approval(&self, notice: &Notice) -> Result<String, StoreError> {
        let now = self.now();
        let link_path = self.link_path(notice.approval, &notice.film.hash, notice.expires);
        let notice = notice.clone();
        self.write(|_| true, move |connection| Box::pin(async move { open(connection, &notice, link_path, now).await }))
            .await
    }
}

/// Returns the path of the page: the stored one when the approval was opened before.
async fn open(
    connection: &mut AnyConnection,
    notice: &Notice,
    link_path: String,
    now: Instant,
) -> Result<String, StoreError> {
    let failed = StoreError::database("open an approval");
    let (id, run) = (notice.approval.to_string(), notice.run.to_string());
    let opened = sqlx::query(OPEN)
        .bind(&id)
        .bind(&run)
        .bind(&notice.signal)
        .bind(notice.business.to_string())
        .bind(&notice.film.hash)
        .bind(to_json("approval", notice)?)
        .bind(notice.expires.unix_millis())
        .bind(now.unix_millis())
        .execute(&mut *connection)
        .await
        .map_err(&failed)?;
    if opened.rows_affected() == 0 {
        let stored: Option<String> =
            sqlx::query_scalar(LINK).bind(&id).fetch_optional(connection).await.map_err(&failed)?;
        return Ok(stored.unwrap_or(link_path));
    }
    sqlx::query(SUPERSEDE)
        .bind(&run)
        .bind(&id)
        .bind(now.unix_millis())
        .execute(&mut *connection)
        .await
        .map_err(&failed)?;
    sqlx::query(TELL)
        .bind(notice.business.to_string())
        .bind(&id)
        .bind(&notice.headline)
        .bind(&link_path)
        .bind(now.unix_millis())
        .execute(connection)
        .await
        .map_err(&failed)?;
    Ok(link_path)
}
