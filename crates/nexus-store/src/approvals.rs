//! Questions put to the owner: opened once, answered once, each bound to one film.

use std::time::Duration;

use nexus_core::{
    ApprovalId, BusinessId, Instant, RunId,
    delivery::{Notice, Verdict},
    journal::Arrived,
};
use serde_json::json;
use sqlx::AnyConnection;

use crate::{
    Store, StoreError,
    database::{Scope, record},
    journal::{self, id as stored_id, json as from_json, to_json},
    link,
};

/// Where an approval stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalState {
    /// The owner may answer.
    Waiting,
    /// The owner answered.
    Answered {
        /// What they said.
        verdict: Verdict,
        /// When it became durable.
        at: Instant,
    },
    /// A newer film of the same run asks in its place.
    Superseded,
    /// Its time passed without an answer.
    Expired,
}

/// An approval as its page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalView {
    /// Its id.
    pub id: ApprovalId,
    /// The run that waits.
    pub run: RunId,
    /// Whose film.
    pub business: BusinessId,
    /// The question, with film and posts.
    pub notice: Notice,
    /// Where it stands now.
    pub state: ApprovalState,
    /// When it was opened.
    pub created: Instant,
    /// Path of its signed page, without host: `/a/…`.
    pub link_path: String,
}

/// Whether an answer was the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It counts; the run was told in the same transaction.
    First,
    /// Another answer came before; nothing changed.
    Already(Verdict),
}

const ONE: &str = "select * from approvals where id = $1";
const WAITING: &str = "select * from approvals where verdict is null and superseded is null and expires > $1
    and ($2 is null or business = $2) order by created, id";
const ANSWER: &str = "update approvals set verdict = $2, answered = $3
    where id = $1 and verdict is null and superseded is null and expires > $3 returning run, signal";

record! {
    struct ApprovalRecord {
        id: String,
        film_hash: String,
        notice: String,
        expires: i64,
        created: i64,
        superseded: Option<i64>,
        verdict: Option<String>,
        answered: Option<i64>,
    }
}

impl Store {
    /// The approval behind a link.
    ///
    /// # Errors
    /// [`StoreError::LinkInvalid`] unless this folder signed the token; [`StoreError::LinkExpired`] when its
    /// time has passed without an answer, or a newer film asks in its place.
    pub async fn approval_by_token(&self, token: &str) -> Result<ApprovalView, StoreError> {
        let (id, code) = link::split(token)?;
        let record = self.approval_record(id).await?.ok_or(StoreError::LinkInvalid)?;
        let expires = Instant::from_unix_millis(record.expires);
        link::verify(&self.secrets().approval_key, id, &record.film_hash, expires, &code)?;
        let view = self.view(record)?;
        match view.state {
            ApprovalState::Waiting | ApprovalState::Answered { .. } => Ok(view),
            ApprovalState::Superseded | ApprovalState::Expired => Err(StoreError::LinkExpired),
        }
    }

    /// An approval by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn approval(&self, id: ApprovalId) -> Result<ApprovalView, StoreError> {
        let record = self.approval_record(id).await?.ok_or_else(|| unknown(id))?;
        self.view(record)
    }

    /// Approvals that wait for an answer, oldest first; of one business or of all.
    ///
    /// # Errors
    /// What the database says.
    pub async fn waiting_approvals(&self, business: Option<BusinessId>) -> Result<Vec<ApprovalView>, StoreError> {
        let records: Vec<ApprovalRecord> = sqlx::query_as(WAITING)
            .bind(self.now().unix_millis())
            .bind(business.map(|business| business.to_string()))
            .fetch_all(&mut *self.read(business).await?)
            .await
            .map_err(reading)?;
        records.into_iter().map(|record| self.view(record)).collect()
    }

    /// Answers an approval and tells its run, in one transaction. The first answer wins.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::LinkExpired`] after its time; [`StoreError::Conflict`] when a
    /// newer film asks in its place.
    pub async fn answer_approval(&self, id: ApprovalId, verdict: Verdict) -> Result<Answered, StoreError> {
        let now = self.now();
        self.write(
            |answered| *answered == Answered::First,
            move |connection| Box::pin(async move { answer(connection, id, &verdict, now).await }),
        )
        .await
    }

    /// Takes an approval back: delivers `signal` to its run, while less than `window` has passed since the tap.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when it was not approved or the window has passed.
    pub async fn undo_publication(
        &self,
        id: ApprovalId,
        signal: &str,
        window: Duration,
    ) -> Result<Arrived, StoreError> {
        let (now, signal) = (self.now(), signal.to_owned());
        self.write(
            |arrived| *arrived == Arrived::First,
            move |connection| Box::pin(async move { undo(connection, id, &signal, window, now).await }),
        )
        .await
    }

    /// Path of the signed page of an approval.
    pub(crate) fn link_path(&self, id: ApprovalId, film_hash: &str, expires: Instant) -> String {
        format!("/a/{}", link::sign(&self.secrets().approval_key, id, film_hash, expires))
    }

    async fn approval_record(&self, id: ApprovalId) -> Result<Option<ApprovalRecord>, StoreError> {
        sqlx::query_as(ONE)
            .bind(id.to_string())
            .fetch_optional(&mut *self.read(Scope::All).await?)
            .await
            .map_err(reading)
    }

    fn view(&self, record: ApprovalRecord) -> Result<ApprovalView, StoreError> {
        let notice: Notice = from_json("approval", &record.notice)?;
        let id: ApprovalId = stored_id("approval", &record.id)?;
        let expires = Instant::from_unix_millis(record.expires);
        let link_path = self.link_path(id, &record.film_hash, expires);
        let state = match (&record.verdict, record.answered) {
            (Some(verdict), answered) => ApprovalState::Answered {
                verdict: from_json("verdict", verdict)?,
                at: Instant::from_unix_millis(answered.unwrap_or(record.created)),
            },
            (None, _) if record.superseded.is_some() => ApprovalState::Superseded,
            (None, _) if expires <= self.now() => ApprovalState::Expired,
            (None, _) => ApprovalState::Waiting,
        };
        let created = Instant::from_unix_millis(record.created);
        Ok(ApprovalView { id, run: notice.run, business: notice.business, notice, state, created, link_path })
    }
}

async fn answer(
    connection: &mut AnyConnection,
    id: ApprovalId,
    verdict: &Verdict,
    now: Instant,
) -> Result<Answered, StoreError> {
    let failed = StoreError::database("answer an approval");
    let won: Option<(String, String)> = sqlx::query_as(ANSWER)
        .bind(id.to_string())
        .bind(to_json("verdict", verdict)?)
        .bind(now.unix_millis())
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    if let Some((run, signal)) = won {
        journal::signal(connection, stored_id("approval", &run)?, &signal, &json!(verdict), now).await?;
        return Ok(Answered::First);
    }
    let record = find(connection, id).await?;
    match record.verdict {
        Some(verdict) => Ok(Answered::Already(from_json("verdict", &verdict)?)),
        None if record.superseded.is_some() => {
            Err(StoreError::Conflict("a newer version of this film waits for an answer; open the newest link".into()))
        }
        None => Err(StoreError::LinkExpired),
    }
}

async fn undo(
    connection: &mut AnyConnection,
    id: ApprovalId,
    signal: &str,
    window: Duration,
    now: Instant,
) -> Result<Arrived, StoreError> {
    let record = find(connection, id).await?;
    let notice: Notice = from_json("approval", &record.notice)?;
    let verdict: Option<Verdict> = record.verdict.as_deref().map(|text| from_json("verdict", text)).transpose()?;
    let approved = matches!(verdict, Some(Verdict::Approve { .. }));
    let Some(answered) = record.answered.filter(|_| approved) else {
        return Err(StoreError::Conflict("this film was not approved, so there is nothing to take back".into()));
    };
    if now >= Instant::from_unix_millis(answered).after(window) {
        return Err(StoreError::Conflict(format!("the {} s for taking it back have passed", window.as_secs())));
    }
    journal::signal(connection, notice.run, signal, &json!({ "approval": id, "at": now }), now).await
}

async fn find(connection: &mut AnyConnection, id: ApprovalId) -> Result<ApprovalRecord, StoreError> {
    let record: Option<ApprovalRecord> =
        sqlx::query_as(ONE).bind(id.to_string()).fetch_optional(connection).await.map_err(reading)?;
    record.ok_or_else(|| unknown(id))
}

fn reading(error: sqlx::Error) -> StoreError {
    StoreError::database("read approvals")(error)
}

fn unknown(id: ApprovalId) -> StoreError {
    StoreError::NotFound(format!("there is no approval {id}; open the newest link from the inbox"))
}
