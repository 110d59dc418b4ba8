//! Likeness by an index of vectors that lies elsewhere: in pgvector, or at Pinecone.
//!
//! The index holds what lives in the space of words: the words of each shot, and what a classifier saw put into words. A
//! picture model's vectors have another length, which such an index does not take; they stay beside the shots. What the
//! index does not have, because it is behind, or because its dimension is that of another model, is compared here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use nexus_core::{
    BusinessId, ErrorKind, PortError, PortResult,
    footage::Shot,
    memory::Embedding,
    port::VectorIndex,
    vectors::{
        Deletion, Filter, Include, MOST_RECORDS, Match, Metadata, Namespace as Part, Near, RecordId, Scalar, Test,
        TopK, VectorQuery, VectorRecord,
    },
};
use serde_json::json;

/// Shots that one question is compared with.
const CANDIDATES: u64 = 400;

/// Most tags of a shot that stand in its metadata.
const MOST_TAGS: usize = 30;

/// The adapter's word in errors of ours.
const PROVIDER: &str = "vector index";

/// An index of vectors elsewhere, as a memory of shots uses it.
pub(crate) struct RemoteVectors(pub(crate) Arc<dyn VectorIndex>);

impl RemoteVectors {
    /// Puts the vectors of shots in place of those that their assets had in the same spaces.
    pub(crate) async fn replace(
        &self,
        business: BusinessId,
        rows: &[(Shot, Embedding)],
        in_words: impl Fn(&str) -> bool,
    ) -> PortResult<()> {
        let mut parts: BTreeMap<&str, Vec<VectorRecord>> = BTreeMap::new();
        for (shot, words) in rows {
            let views = shot.vectors.iter().filter(|view| in_words(&view.space));
            for vector in std::iter::once(words).chain(views) {
                let records = parts.entry(&vector.space).or_default();
                // A vector of nothing has no direction, and no index takes it.
                if vector.values.iter().any(|value| *value != 0.0) {
                    records.push(record(shot, &vector.values)?);
                }
            }
        }
        let assets: BTreeSet<String> = rows.iter().map(|(shot, _)| shot.asset.to_string()).collect();
        let of_assets =
            Filter::Field { name: "asset".into(), test: Test::In(assets.into_iter().map(Scalar::Text).collect()) };
        for (space, records) in parts {
            let part = part(business, space)?;
            self.0.delete(&part, &Deletion::Matching(of_assets.clone())).await?;
            for batch in records.chunks(MOST_RECORDS / 10) {
                match self.0.upsert(&part, batch.to_vec()).await {
                    Ok(_) => {}
                    Err(error) => refused(error)?,
                }
            }
        }
        Ok(())
    }

    /// The cosine of `question` to each of `shots` in `space`, for those that are near enough to be told.
    pub(crate) async fn cosines(
        &self,
        business: BusinessId,
        space: &str,
        question: &[f32],
        shots: &[Shot],
    ) -> PortResult<Vec<Option<f64>>> {
        if question.iter().all(|value| *value == 0.0) {
            return Ok(vec![None; shots.len()]);
        }
        let query = VectorQuery {
            near: Near::Values(question.to_vec()),
            top_k: TopK::new(CANDIDATES).expect("within the limits"),
            filter: None,
            include: Include::default(),
        };
        let found: Vec<Match> = match self.0.query(&part(business, space)?, &query).await {
            Ok(found) => found,
            Err(error) => {
                refused(error)?;
                Vec::new()
            }
        };
        let scores: BTreeMap<String, f64> =
            found.into_iter().map(|near| (near.id.to_string(), f64::from(near.score))).collect();
        Ok(shots.iter().map(|shot| scores.get(&name(shot)).copied()).collect())
    }
}

/// An index that has another dimension, because another model filled it, refuses vectors: that is said, and they are
/// compared here. Any other error is one.
fn refused(error: PortError) -> PortResult<()> {
    if error.kind != ErrorKind::Invalid {
        return Err(error);
    }
    tracing::warn!(error = %error, "the vector index does not take this model's vectors; give it an index of its own");
    Ok(())
}

fn part(business: BusinessId, space: &str) -> PortResult<Part> {
    Part::new(&format!("{business}/{space}")).map_err(|error| error.port(PROVIDER, "name a namespace"))
}

fn name(shot: &Shot) -> String {
    format!("{}/{}", shot.asset, shot.index)
}

fn record(shot: &Shot, values: &[f32]) -> PortResult<VectorRecord> {
    let tags: Vec<&str> = shot.tags.iter().take(MOST_TAGS).map(|tag| tag.name.as_str()).collect();
    let metadata = Metadata::read(&json!({
        "asset": shot.asset.to_string(),
        "file_name": shot.file_name.chars().take(200).collect::<String>(),
        "start_s": shot.start_s,
        "end_s": shot.end_s,
        "quality": shot.quality,
        "tags": tags,
    }));
    let failed = |error: nexus_core::vectors::VectorError| error.port(PROVIDER, "describe a shot");
    let id = RecordId::new(&name(shot)).map_err(failed)?;
    Ok(VectorRecord { id, values: values.to_vec(), sparse: None, metadata: metadata.map_err(failed)? })
}
