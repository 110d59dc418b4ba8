//! The operations of the protocol over uploads in parts. Each part is durable when it is answered, so an
//! upload goes on after a crash where it was.

use nexus_core::blob::{BlobKey, Bucket};
use s3s::{
    S3Error, S3Response, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
        CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag,
        ListPartsInput, ListPartsOutput, Part as PartEntry, UploadPartInput, UploadPartOutput,
    },
    s3_error,
};

use super::{
    Endpoint,
    objects::{announced, timestamp},
    refusal::{place, store_error, too_large},
};
use crate::{
    multiparts::{Multipart, Part},
    objects::blocking,
};

impl Endpoint {
    /// CreateMultipartUpload.
    pub(super) async fn begin_parts(
        &self,
        input: CreateMultipartUploadInput,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let (bucket, key) = place(&input.bucket, &input.key)?;
        let id = self.store.begin_multipart(bucket, &key).await.map_err(store_error)?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            ..CreateMultipartUploadOutput::default()
        }))
    }

    /// UploadPart.
    pub(super) async fn take_part(&self, input: UploadPartInput) -> S3Result<S3Response<UploadPartOutput>> {
        let (bucket, key) = place(&input.bucket, &input.key)?;
        self.open_upload(&input.upload_id, bucket, &key).await?;
        if !(1..=10_000).contains(&input.part_number) {
            return Err(s3_error!(InvalidArgument, "part numbers go from 1 to 10000"));
        }
        let length = announced(input.content_length)?;
        if length > self.object_limit(bucket, &key).await?.min(self.options.max_put_bytes) {
            return Err(too_large());
        }
        let body = input.body.ok_or_else(|| s3_error!(IncompleteBody, "the request has no body"))?;
        let incoming =
            self.receive(body, length, input.content_md5.as_deref(), input.checksum_sha256.as_deref()).await?;
        let number = i64::from(input.part_number);
        let etag = hex::encode(incoming.md5);
        let part = Part {
            number,
            size: i64::try_from(incoming.size).unwrap_or(i64::MAX),
            etag: etag.clone(),
            created: self.store.now(),
        };
        let (store, target) = (self.store.clone(), self.store.disk().part(&input.upload_id, number));
        blocking(move || store.disk().publish(incoming, &target)).await.map_err(store_error)?;
        self.store.add_part(&input.upload_id, part).await.map_err(store_error)?;
        Ok(S3Response::new(UploadPartOutput { e_tag: Some(ETag::Strong(etag)), ..UploadPartOutput::default() }))
    }

    /// ListParts.
    pub(super) async fn show_parts(&self, input: ListPartsInput) -> S3Result<S3Response<ListPartsOutput>> {
        let (bucket, key) = place(&input.bucket, &input.key)?;
        self.open_upload(&input.upload_id, bucket, &key).await?;
        let marker = i64::from(input.part_number_marker.unwrap_or(0));
        let most = usize::try_from(input.max_parts.unwrap_or(1000).clamp(0, 1000)).unwrap_or(0);
        let mut parts = self.store.parts(&input.upload_id).await.map_err(store_error)?;
        parts.retain(|part| part.number > marker);
        let is_truncated = parts.len() > most;
        parts.truncate(most);
        let next = parts.last().filter(|_| is_truncated).and_then(|part| i32::try_from(part.number).ok());
        let entry = |part: Part| PartEntry {
            part_number: i32::try_from(part.number).ok(),
            size: Some(part.size),
            e_tag: Some(ETag::Strong(part.etag)),
            last_modified: Some(timestamp(part.created)),
            ..PartEntry::default()
        };
        Ok(S3Response::new(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            part_number_marker: input.part_number_marker,
            next_part_number_marker: next,
            max_parts: i32::try_from(most).ok(),
            is_truncated: Some(is_truncated),
            parts: Some(parts.into_iter().map(entry).collect()),
            ..ListPartsOutput::default()
        }))
    }

    /// CompleteMultipartUpload. A repeat after a lost answer finds the same object.
    pub(super) async fn join_parts(
        &self,
        input: CompleteMultipartUploadInput,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let (bucket, key) = place(&input.bucket, &input.key)?;
        let id = input.upload_id;
        let etag = match self.store.multipart(&id, bucket, &key).await.map_err(store_error)? {
            None => return Err(no_such_upload()),
            Some(Multipart::Complete(etag)) => etag,
            Some(Multipart::Open) => {
                let wanted = input.multipart_upload.and_then(|list| list.parts).unwrap_or_default();
                let parts = chosen(self.store.parts(&id).await.map_err(store_error)?, &wanted)?;
                self.join(&id, bucket, &key, &parts).await?
            }
        };
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(etag)),
            ..CompleteMultipartUploadOutput::default()
        }))
    }

    /// AbortMultipartUpload.
    pub(super) async fn drop_parts(
        &self,
        input: AbortMultipartUploadInput,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let (bucket, key) = place(&input.bucket, &input.key)?;
        self.open_upload(&input.upload_id, bucket, &key).await?;
        self.store.end_multipart(&input.upload_id).await.map_err(store_error)?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }

    async fn join(&self, id: &str, bucket: Bucket, key: &BlobKey, parts: &[Part]) -> Result<String, S3Error> {
        let size: u64 = parts.iter().map(|part| u64::try_from(part.size).unwrap_or(0)).sum();
        if size > self.object_limit(bucket, key).await? {
            return Err(too_large());
        }
        let blob = self.store.join_multipart(id, bucket, key, parts).await.map_err(store_error)?;
        Ok(blob.etag)
    }

    async fn open_upload(&self, id: &str, bucket: Bucket, key: &BlobKey) -> Result<(), S3Error> {
        match self.store.multipart(id, bucket, key).await.map_err(store_error)? {
            Some(Multipart::Open) => Ok(()),
            Some(Multipart::Complete(_)) | None => Err(no_such_upload()),
        }
    }

    async fn object_limit(&self, bucket: Bucket, key: &BlobKey) -> Result<u64, S3Error> {
        let announced = self.store.upload_limit(bucket, key).await.map_err(store_error)?;
        Ok(announced.unwrap_or(u64::MAX).min(self.options.max_object_bytes))
    }
}

/// The stored parts that the request lists, in its order, which must ascend.
fn chosen(stored: Vec<Part>, wanted: &[CompletedPart]) -> Result<Vec<Part>, S3Error> {
    if wanted.is_empty() {
        return Err(s3_error!(MalformedXML, "list at least one part"));
    }
    let mut parts: Vec<Part> = Vec::with_capacity(wanted.len());
    for entry in wanted {
        let number = i64::from(entry.part_number.unwrap_or(0));
        if parts.last().is_some_and(|last| last.number >= number) {
            return Err(s3_error!(InvalidPartOrder, "list the parts by ascending number"));
        }
        let etag = entry.e_tag.as_ref().map(ETag::value);
        let part = stored.iter().find(|part| part.number == number && etag.is_some_and(|etag| etag == part.etag));
        let part =
            part.ok_or_else(|| s3_error!(InvalidPart, "a listed part was not uploaded, or with another content"))?;
        parts.push(part.clone());
    }
    Ok(parts)
}

fn no_such_upload() -> S3Error {
    s3_error!(NoSuchUpload, "there is no such upload under this key; it was completed, aborted, or never begun")
}
