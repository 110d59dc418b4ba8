//! Evidence of what brands want, and what their owners made of it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use nexus_core::{
    BusinessId, Instant, PortResult, StatementId,
    brand::{Amendment, Evidence, Origin},
    port::BrandStore,
};

use crate::{
    Store, StoreError,
    journal::{id as stored_id, json, to_json},
};

const ADD: &str = "insert into brand_evidence (business, topic, evidence_key, told, at, document)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (business, topic, evidence_key) do update set at = excluded.at where brand_evidence.told = 1";
const EVIDENCE: &str = "select document, at from brand_evidence where business = $1 order by seq";
const AMEND: &str = "insert into brand_amendments (business, statement, document) values ($1, $2, $3)
    on conflict (business, statement) do update set document = excluded.document";
const AMENDMENTS: &str = "select statement, document from brand_amendments where business = $1";

#[async_trait]
impl BrandStore for Store {
    async fn add(&self, business: BusinessId, evidence: &[Evidence]) -> PortResult<()> {
        let evidence = evidence.to_vec();
        self.write_of(
            business,
            |()| false,
            move |connection| {
                Box::pin(async move {
                    let failed = StoreError::database("remember what a brand wants");
                    for piece in evidence {
                        let told = matches!(piece.origin, Origin::Owner | Origin::Document);
                        sqlx::query(ADD)
                            .bind(business.to_string())
                            .bind(&piece.topic)
                            .bind(&piece.key)
                            .bind(i64::from(told))
                            .bind(piece.at.unix_millis())
                            .bind(to_json("evidence", &piece)?)
                            .execute(&mut *connection)
                            .await
                            .map_err(&failed)?;
                    }
                    Ok(())
                })
            },
        )
        .await
        .map_err(|error| error.port("remember what a brand wants"))
    }

    async fn evidence(&self, business: BusinessId) -> PortResult<Vec<Evidence>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(EVIDENCE)
            .bind(business.to_string())
            .fetch_all(&mut *self.read(business).await?)
            .await
            .map_err(reading)?;
        let piece = |(document, at): &(String, i64)| {
            let piece: Evidence = json("evidence", document)?;
            Ok(Evidence { at: Instant::from_unix_millis(*at), ..piece })
        };
        rows.iter().map(piece).collect::<Result<_, StoreError>>().map_err(|error| error.port("read a brand's memory"))
    }

    async fn amend(&self, business: BusinessId, id: StatementId, amendment: &Amendment) -> PortResult<()> {
        let amendment = amendment.clone();
        self.write_of(
            business,
            |()| false,
            move |connection| {
                Box::pin(async move {
                    sqlx::query(AMEND)
                        .bind(business.to_string())
                        .bind(id.to_string())
                        .bind(to_json("amendment", &amendment)?)
                        .execute(connection)
                        .await
                        .map_err(StoreError::database("change a brand's memory"))?;
                    Ok(())
                })
            },
        )
        .await
        .map_err(|error| error.port("change a brand's memory"))
    }

    async fn amendments(&self, business: BusinessId) -> PortResult<BTreeMap<StatementId, Amendment>> {
        let rows: Vec<(String, String)> = sqlx::query_as(AMENDMENTS)
            .bind(business.to_string())
            .fetch_all(&mut *self.read(business).await?)
            .await
            .map_err(reading)?;
        let amendment =
            |(id, document): &(String, String)| Ok((stored_id("statement", id)?, json("amendment", document)?));
        let read = rows.iter().map(amendment).collect::<Result<_, StoreError>>();
        read.map_err(|error| error.port("read a brand's memory"))
    }
}

fn reading(error: sqlx::Error) -> nexus_core::PortError {
    StoreError::database("read a brand's memory")(error).port("read a brand's memory")
}
