//! Uploads in parts, for files that are large or connections that break: parts are signed as they are needed, those that
//! arrived are known, and the file is made of them once all are there. A browser that was closed goes on where it was.

use axum::{
    Json,
    extract::{
        Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
    http::StatusCode,
};
use nexus_core::blob::{BlobKey, Bucket, PartTicket, UploadedPart};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, uploads::TICKET_S};
use crate::{App, Problem};

/// Smallest part, in bytes.
const LEAST_PART_BYTES: u64 = 16 << 20;

/// Most parts of one upload; S3 takes ten thousand.
const MOST_PARTS: u64 = 9000;

/// Most parts that are signed at once.
const MOST_SIGNED: usize = 100;

/// An upload in parts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct InParts {
    /// Names the object; give it back with every request.
    key: String,
    /// Names the upload; give it back with every request.
    upload: String,
    /// Bytes of every part but the last.
    part_bytes: u64,
    /// How many there are.
    count: u64,
}

/// Which upload.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// As the upload was answered.
    key: String,
    /// As the upload was answered.
    upload: String,
}

/// Which parts are about to be sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignRequest {
    /// As the upload was answered.
    key: String,
    /// As the upload was answered.
    upload: String,
    /// Their numbers, from 1; at most 100.
    numbers: Vec<u16>,
}

/// Where to PUT a part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Part {
    /// Its number.
    number: u16,
    /// PUT its bytes here.
    url: String,
    /// Seconds until the link is dead.
    expires_in_s: u64,
}

/// Parts that are there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Arrived {
    /// By number.
    arrived: Vec<ArrivedPart>,
}

/// A part that is there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ArrivedPart {
    number: u16,
    size_bytes: u64,
}

/// A file that is there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Whole {
    size_bytes: u64,
}

/// Begins an upload of `size_bytes` under `key`.
pub(super) async fn begin(app: &App, key: &BlobKey, size_bytes: u64) -> Answer<InParts> {
    let upload = app.ports.blobs.begin_parts(Bucket::Raw, key).await?;
    let part_bytes = part_bytes(size_bytes);
    Ok(InParts { key: key.to_string(), upload, part_bytes, count: size_bytes.div_ceil(part_bytes) })
}

/// Bytes of every part but the last.
fn part_bytes(size_bytes: u64) -> u64 {
    size_bytes.div_ceil(MOST_PARTS).max(LEAST_PART_BYTES)
}

/// Signs a link for each part that is about to be sent.
#[utoipa::path(post, path = "/v1/uploads/parts", request_body = SignRequest, responses((status = 200, body = Vec<Part>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn sign(
    State(app): State<App>,
    request: Result<Json<SignRequest>, JsonRejection>,
) -> Answer<Json<Vec<Part>>> {
    let Json(SignRequest { key, upload, numbers }) = request?;
    let (key, size_bytes) = announced(&app, key).await?;
    let count = size_bytes.div_ceil(part_bytes(size_bytes));
    if numbers.is_empty() || numbers.len() > MOST_SIGNED {
        return Err(Problem::invalid(format!("ask for 1 to {MOST_SIGNED} parts at a time, not {}", numbers.len())));
    }
    if let Some(wrong) = numbers.iter().find(|number| **number == 0 || u64::from(**number) > count) {
        return Err(Problem::invalid(format!("there is no part {wrong}; the parts of this file go from 1 to {count}")));
    }
    let mut signed = Vec::with_capacity(numbers.len());
    for number in numbers {
        let ticket = app.ports.blobs.presign_part(Bucket::Raw, &key, &upload, number, TICKET_S).await?;
        let PartTicket { number, url, expires_in_s } = ticket;
        signed.push(Part { number, url, expires_in_s });
    }
    Ok(Json(signed))
}

/// Parts that need not be sent again.
#[utoipa::path(get, path = "/v1/uploads/parts", params(("key" = String, Query, description = "As the upload was answered"), ("upload" = String, Query, description = "As the upload was answered")), responses((status = 200, body = Arrived), (status = 404, body = Problem)))]
pub(crate) async fn list(State(app): State<App>, which: Result<Query<Which>, QueryRejection>) -> Answer<Json<Arrived>> {
    let Query(Which { key, upload }) = which?;
    let (key, _) = announced(&app, key).await?;
    let parts = app.ports.blobs.uploaded_parts(Bucket::Raw, &key, &upload).await?;
    let arrived = parts.into_iter().map(|part| ArrivedPart { number: part.number, size_bytes: part.size_bytes });
    Ok(Json(Arrived { arrived: arrived.collect() }))
}

/// Makes the file of its parts; asked again, it finds the same file.
#[utoipa::path(post, path = "/v1/uploads/complete", request_body = Which, responses((status = 200, body = Whole), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn complete(
    State(app): State<App>,
    request: Result<Json<Which>, JsonRejection>,
) -> Answer<Json<Whole>> {
    let Json(Which { key, upload }) = request?;
    let (key, size_bytes) = announced(&app, key).await?;
    let blobs = &app.ports.blobs;
    if let Some(there) = blobs.head(Bucket::Raw, &key).await?.filter(|there| there.size_bytes == size_bytes) {
        return Ok(Json(Whole { size_bytes: there.size_bytes }));
    }
    let parts = blobs.uploaded_parts(Bucket::Raw, &key, &upload).await?;
    if let Some(missing) = missing(&parts, size_bytes) {
        let detail = format!("not all of the file has arrived: {missing}; send that, then complete the upload again");
        return Err(Problem::new(StatusCode::CONFLICT, "conflict", "Not all of it is there", detail));
    }
    let whole = blobs.complete_parts(Bucket::Raw, &key, &upload, &parts).await?;
    Ok(Json(Whole { size_bytes: whole.size_bytes }))
}

/// Gives an upload up; its parts are removed.
#[utoipa::path(delete, path = "/v1/uploads/parts", params(("key" = String, Query, description = "As the upload was answered"), ("upload" = String, Query, description = "As the upload was answered")), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn abort(State(app): State<App>, which: Result<Query<Which>, QueryRejection>) -> Answer<StatusCode> {
    let Query(Which { key, upload }) = which?;
    let (key, _) = announced(&app, key).await?;
    app.ports.blobs.abort_parts(Bucket::Raw, &key, &upload).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A key that was handed out here, and the length that was announced for it.
async fn announced(app: &App, key: String) -> Answer<(BlobKey, u64)> {
    let unknown = || Problem::not_found("there is no such upload; begin it anew with POST /v1/uploads");
    let key = BlobKey::try_from(key).map_err(|_| unknown())?;
    let size_bytes = app.store.announced_bytes(&key).await?.ok_or_else(unknown)?;
    Ok((key, size_bytes))
}

/// What of a file of `size_bytes` has not arrived, in words.
fn missing(parts: &[UploadedPart], size_bytes: u64) -> Option<String> {
    let part_bytes = part_bytes(size_bytes);
    let lacking: Vec<String> = (1..=size_bytes.div_ceil(part_bytes))
        .filter(|number| {
            let wanted = part_bytes.min(size_bytes - (number - 1) * part_bytes);
            !parts.iter().any(|part| u64::from(part.number) == *number && part.size_bytes == wanted)
        })
        .map(|number| number.to_string())
        .collect();
    match lacking.as_slice() {
        [] => None,
        few if few.len() <= 10 => Some(format!("part {}", few.join(", "))),
        many => Some(format!("{} parts, the first of them {}", many.len(), many[0])),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(size_bytes: u64) -> Vec<UploadedPart> {
        let each = part_bytes(size_bytes);
        (1..=size_bytes.div_ceil(each))
            .map(|number| UploadedPart {
                number: number.try_into().expect("few enough"),
                etag: String::new(),
                size_bytes: each.min(size_bytes - (number - 1) * each),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn a_file_is_whole_with_all_of_its_parts_and_with_nothing_less(
            size_bytes in 1_u64..200_000_000_000, lost in any::<prop::sample::Index>(),
        ) {
            let mut all = parts(size_bytes);
            prop_assert!(all.len() as u64 <= MOST_PARTS);
            prop_assert_eq!(missing(&all, size_bytes), None);
            let lost = all.remove(lost.index(all.len()));
            let told = missing(&all, size_bytes).expect("one is missing");
            prop_assert_eq!(told, format!("part {}", lost.number));
        }
    }

    #[test]
    fn a_part_of_another_length_counts_as_missing() {
        let size_bytes = 40 << 20;
        let mut all = parts(size_bytes);
        all[1].size_bytes -= 1;
        assert_eq!(missing(&all, size_bytes).as_deref(), Some("part 2"));
        assert_eq!(missing(&[], 3 << 40).as_deref(), Some("9000 parts, the first of them 1"));
    }
}
