//! Edits that are kept to be rendered again with other words.

use nexus_core::{BusinessId, Instant, TemplateId};
use serde_json::Value;

use crate::{
    Store, StoreError,
    journal::{id as stored_id, json, to_json},
};

/// A template as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateRow {
    /// Its id.
    pub id: TemplateId,
    /// The tenant.
    pub business: BusinessId,
    /// Its name for people.
    pub name: String,
    /// The edit document.
    pub document: Value,
    /// When it was made.
    pub created: Instant,
    /// When it was last changed.
    pub updated: Instant,
}

const SAVE: &str =
    "insert into templates (id, business, name, document, created, updated) values ($1, $2, $3, $4, $5, $5)
    on conflict (id) do update set name = excluded.name, document = excluded.document, updated = excluded.updated
        where templates.business = excluded.business";
const ONE: &str =
    "select id, business, name, document, created, updated from templates where id = $1 and business = $2";
const LIST: &str = "select id, business, name, 'null', created, updated from templates where business = $1
    order by created desc, id desc limit $2";
const FORGET: &str = "delete from templates where id = $1 and business = $2";

type TemplateRecord = (String, String, String, String, i64, i64);

impl Store {
    /// Adds a template, or replaces name and document of one of the same business. True when something was written.
    ///
    /// # Errors
    /// What the database says.
    pub async fn save_template(
        &self,
        id: TemplateId,
        business: BusinessId,
        name: &str,
        document: &Value,
    ) -> Result<bool, StoreError> {
        let (name, document, now) = (name.to_owned(), to_json("template", document)?, self.now());
        self.write_of(
            business,
            |_| false,
            move |connection| {
                Box::pin(async move {
                    let save = sqlx::query(SAVE)
                        .bind(id.to_string())
                        .bind(business.to_string())
                        .bind(name)
                        .bind(document)
                        .bind(now.unix_millis());
                    let saved = save.execute(connection).await.map_err(StoreError::database("save a template"))?;
                    Ok(saved.rows_affected() == 1)
                })
            },
        )
        .await
    }

    /// A template of a business.
    ///
    /// # Errors
    /// What the database says.
    pub async fn template(&self, id: TemplateId, business: BusinessId) -> Result<Option<TemplateRow>, StoreError> {
        let record: Option<TemplateRecord> = sqlx::query_as(ONE)
            .bind(id.to_string())
            .bind(business.to_string())
            .fetch_optional(&mut *self.read(business).await?)
            .await
            .map_err(StoreError::database("read a template"))?;
        record.map(row).transpose()
    }

    /// Templates of a business, newest first, each with `null` for its document.
    ///
    /// # Errors
    /// What the database says.
    pub async fn templates(&self, business: BusinessId, limit: u32) -> Result<Vec<TemplateRow>, StoreError> {
        let records: Vec<TemplateRecord> = sqlx::query_as(LIST)
            .bind(business.to_string())
            .bind(i64::from(limit))
            .fetch_all(&mut *self.read(business).await?)
            .await
            .map_err(StoreError::database("list templates"))?;
        records.into_iter().map(row).collect()
    }

    /// Forgets a template of a business. True when there was one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_template(&self, id: TemplateId, business: BusinessId) -> Result<bool, StoreError> {
        self.write_of(
            business,
            |_| false,
            move |connection| {
                Box::pin(async move {
                    let forget = sqlx::query(FORGET).bind(id.to_string()).bind(business.to_string());
                    let gone = forget.execute(connection).await.map_err(StoreError::database("forget a template"))?;
                    Ok(gone.rows_affected() == 1)
                })
            },
        )
        .await
    }
}

fn row((id, business, name, document, created, updated): TemplateRecord) -> Result<TemplateRow, StoreError> {
    Ok(TemplateRow {
        id: stored_id("template", &id)?,
        business: stored_id("template", &business)?,
        name,
        document: json("template", &document)?,
        created: Instant::from_unix_millis(created),
        updated: Instant::from_unix_millis(updated),
    })
}
