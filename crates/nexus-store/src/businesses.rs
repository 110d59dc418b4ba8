//! Businesses, their brands, and the quotes that their films used.

use async_trait::async_trait;
use nexus_core::{
    BusinessId, PortResult,
    business::{Business, BusinessContext},
    journal::StepKey,
    port::{Adapter, BusinessDirectory},
};

use crate::{
    Store, StoreError,
    database::Scope,
    journal::{json, to_json},
};

const OWNER_OF_SLUG: &str = "select id from businesses where slug = $1";
const SAVE: &str = "insert into businesses (id, slug, name, document) values ($1, $2, $3, $4)
    on conflict (id) do update set slug = excluded.slug, name = excluded.name, document = excluded.document";
const ONE: &str = "select document from businesses where id = $1";
const LIST: &str = "select document from businesses order by name, slug";
const REMEMBER: &str = "insert into quotes (business, quote, step_key, created)
    select id, $2, $3, $4 from businesses where id = $1 on conflict (step_key) do nothing";
const RECENT: &str = "select quote from quotes where business = $1 order by seq desc limit 10";

impl Adapter for Store {}

#[async_trait]
impl BusinessDirectory for Store {
    async fn context(&self, business: BusinessId) -> PortResult<BusinessContext> {
        let failed = |error| StoreError::database("read the business")(error).port("fetch the business");
        let id = business.to_string();
        let document: Option<String> =
            sqlx::query_scalar(ONE).bind(&id).fetch_optional(&mut *self.read(business).await?).await.map_err(failed)?;
        let document = document.ok_or_else(|| unknown(business).port("fetch the business"))?;
        let recent_quotes =
            sqlx::query_scalar(RECENT).bind(&id).fetch_all(&mut *self.read(business).await?).await.map_err(failed)?;
        Ok(BusinessContext { business: json("business", &document)?, recent_quotes, memory: Vec::new() })
    }

    async fn save(&self, business: &Business) -> PortResult<()> {
        let business = business.clone();
        // Slugs are everybody's: another's must be seen to be known as taken.
        self.write(
            |()| false,
            move |connection| {
                Box::pin(async move {
                    let failed = StoreError::database("save the business");
                    let id = business.id.to_string();
                    let owner: Option<String> = sqlx::query_scalar(OWNER_OF_SLUG)
                        .bind(&business.slug)
                        .fetch_optional(&mut *connection)
                        .await
                        .map_err(&failed)?;
                    if owner.is_some_and(|owner| owner != id) {
                        let slug = &business.slug;
                        return Err(StoreError::Conflict(format!(
                            "the slug '{slug}' belongs to another business; choose another one"
                        )));
                    }
                    sqlx::query(SAVE)
                        .bind(&id)
                        .bind(&business.slug)
                        .bind(&business.name)
                        .bind(to_json("business", &business)?)
                        .execute(&mut *connection)
                        .await
                        .map_err(&failed)?;
                    Ok(())
                })
            },
        )
        .await
        .map_err(|error| error.port("save the business"))
    }

    async fn list(&self) -> PortResult<Vec<Business>> {
        let documents: Vec<String> = sqlx::query_scalar(LIST)
            .fetch_all(&mut *self.read(Scope::All).await?)
            .await
            .map_err(|error| StoreError::database("read businesses")(error).port("list the businesses"))?;
        let businesses = documents.iter().map(|document| json("business", document));
        businesses.collect::<Result<_, _>>().map_err(|error: StoreError| error.port("list the businesses"))
    }

    async fn remember_quote(&self, business: BusinessId, quote: &str, key: &StepKey) -> PortResult<()> {
        let (quote, key, now) = (quote.to_owned(), key.token(), self.now());
        self.write_of(
            business,
            |()| false,
            move |connection| {
                Box::pin(async move {
                    let failed = StoreError::database("remember a quote");
                    let id = business.to_string();
                    let known: Option<String> =
                        sqlx::query_scalar(ONE).bind(&id).fetch_optional(&mut *connection).await.map_err(&failed)?;
                    if known.is_none() {
                        return Err(unknown(business));
                    }
                    let remember = sqlx::query(REMEMBER).bind(&id).bind(quote).bind(key).bind(now.unix_millis());
                    remember.execute(&mut *connection).await.map_err(&failed)?;
                    Ok(())
                })
            },
        )
        .await
        .map_err(|error| error.port("remember a quote"))
    }
}

fn unknown(business: BusinessId) -> StoreError {
    StoreError::NotFound(format!("there is no business {business}; add it first"))
}
