//! Where the embedded memory keeps shots: a document and a vector per shot, a version per business.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use nexus_core::{BusinessId, PortResult, footage::Shot, memory::Embedding, port::ShotStore};

use sqlx::Connection as _;

use crate::{
    Store, StoreError,
    journal::{json, to_json},
};

const FORGET: &str = "delete from shots where business = $1 and asset = $2";
const FORGET_VIEWS: &str = "delete from shot_vectors where business = $1 and asset = $2";
const ADD: &str = "insert into shots (business, asset, number, file_name, document, space, vector) values ($1, $2, $3, $4, $5, $6, $7)";
const ADD_VIEW: &str = "insert into shot_vectors (business, asset, number, space, vector) values ($1, $2, $3, $4, $5)";
const GROW: &str = "insert into shot_versions (business, version) values ($1, 1)
    on conflict (business) do update set version = shot_versions.version + 1";
const LOAD: &str = "select document, space, vector from shots where business = $1 order by file_name, number, asset";
const LOAD_VIEWS: &str = "select asset, number, space, vector from shot_vectors where business = $1 order by space";
const VERSION: &str = "select version from shot_versions where business = $1";

#[async_trait]
impl ShotStore for Store {
    async fn replace(&self, business: BusinessId, shots: &[(Shot, Embedding)]) -> PortResult<()> {
        if let Some((stranger, _)) = shots.iter().find(|(shot, _)| shot.business != business) {
            let message =
                format!("a shot of {} belongs to {}, not to {business}", stranger.file_name, stranger.business);
            return Err(StoreError::Invalid(message).port("store shots"));
        }
        let shots = shots.to_vec();
        self.write_of(
            business,
            |()| false,
            move |connection| {
                Box::pin(async move {
                    let failed = StoreError::database("store shots");
                    let business = business.to_string();
                    let assets: BTreeSet<String> = shots.iter().map(|(shot, _)| shot.asset.to_string()).collect();
                    for asset in assets {
                        for forget in [FORGET, FORGET_VIEWS] {
                            sqlx::query(forget)
                                .bind(&business)
                                .bind(&asset)
                                .execute(&mut *connection)
                                .await
                                .map_err(&failed)?;
                        }
                    }
                    for (mut shot, embedding) in shots {
                        let views = std::mem::take(&mut shot.vectors);
                        sqlx::query(ADD)
                            .bind(&business)
                            .bind(shot.asset.to_string())
                            .bind(i64::from(shot.index))
                            .bind(&shot.file_name)
                            .bind(to_json("shot", &shot)?)
                            .bind(&embedding.space)
                            .bind(to_bytes(&embedding.values))
                            .execute(&mut *connection)
                            .await
                            .map_err(&failed)?;
                        for view in views {
                            sqlx::query(ADD_VIEW)
                                .bind(&business)
                                .bind(shot.asset.to_string())
                                .bind(i64::from(shot.index))
                                .bind(&view.space)
                                .bind(to_bytes(&view.values))
                                .execute(&mut *connection)
                                .await
                                .map_err(&failed)?;
                        }
                    }
                    sqlx::query(GROW).bind(&business).execute(&mut *connection).await.map_err(&failed)?;
                    Ok(())
                })
            },
        )
        .await
        .map_err(|error| error.port("store shots"))
    }

    async fn load(&self, business: BusinessId) -> PortResult<Vec<(Shot, Embedding)>> {
        let failed = |error| StoreError::database("read shots")(error).port("read shots");
        // One picture of both tables: shots of before must not meet vectors of after.
        let mut reader = self.read(business).await?;
        let mut reading = reader.begin_with(self.engine().moment()).await.map_err(failed)?;
        let rows: Vec<(String, String, Vec<u8>)> =
            sqlx::query_as(LOAD).bind(business.to_string()).fetch_all(&mut *reading).await.map_err(failed)?;
        let views: Vec<(String, i64, String, Vec<u8>)> =
            sqlx::query_as(LOAD_VIEWS).bind(business.to_string()).fetch_all(&mut *reading).await.map_err(failed)?;
        joined(rows, views).map_err(|error| error.port("read shots"))
    }

    async fn version(&self, business: BusinessId) -> PortResult<u64> {
        let version: Option<i64> = sqlx::query_scalar(VERSION)
            .bind(business.to_string())
            .fetch_optional(&mut *self.read(business).await?)
            .await
            .map_err(|error| StoreError::database("read shots")(error).port("read shots"))?;
        Ok(version.and_then(|version| u64::try_from(version).ok()).unwrap_or(0))
    }
}

/// Shots with the vector of their words, and in them the vectors of those who saw them.
fn joined(
    rows: Vec<(String, String, Vec<u8>)>,
    views: Vec<(String, i64, String, Vec<u8>)>,
) -> Result<Vec<(Shot, Embedding)>, StoreError> {
    let mut seen: BTreeMap<(String, i64), Vec<Embedding>> = BTreeMap::new();
    for (asset, number, space, vector) in views {
        seen.entry((asset, number)).or_default().push(Embedding { space, values: from_bytes(&vector)? });
    }
    let shot = |(document, space, vector): (String, String, Vec<u8>)| {
        let mut shot: Shot = json("shot", &document)?;
        shot.vectors = seen.remove(&(shot.asset.to_string(), i64::from(shot.index))).unwrap_or_default();
        Ok((shot, Embedding { space, values: from_bytes(&vector)? }))
    };
    rows.into_iter().map(shot).collect()
}

/// Little-endian, four bytes a value.
pub(crate) fn to_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Vec<f32>, StoreError> {
    let (values, rest) = bytes.as_chunks::<4>();
    if rest.is_empty() {
        Ok(values.iter().map(|value| f32::from_le_bytes(*value)).collect())
    } else {
        Err(StoreError::Corrupt {
            what: "vector",
            detail: format!("{} bytes are not whole values of four", bytes.len()),
        })
    }
}
