//! The operations of the protocol over whole objects and buckets.

use axum::http::{HeaderValue, Uri};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::StreamExt as _;
use nexus_core::{
    Instant,
    blob::{BlobKey, Bucket},
};
use s3s::{
    S3, S3Error, S3Request, S3Response, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, Bucket as BucketEntry, CommonPrefix,
        CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CreateMultipartUploadInput,
        CreateMultipartUploadOutput, DeleteObjectInput, DeleteObjectOutput, ETag, GetObjectInput, GetObjectOutput,
        HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput,
        ListObjectsV2Input, ListObjectsV2Output, ListPartsInput, ListPartsOutput, Object, PutObjectInput,
        PutObjectOutput, StreamingBlob, Timestamp, UploadPartInput, UploadPartOutput,
    },
    s3_error,
};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::{
    Endpoint,
    refusal::{bucket, place, receive_error, store_error, too_large},
};
use crate::{StoreError, blobs::MAX_BYTES_PARAMETER, disk::Incoming, event::Creation, objects::StoredObject};

#[async_trait::async_trait]
impl S3 for Endpoint {
    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let input = request.input;
        let (bucket, key) = place(&input.bucket, &input.key)?;
        let length = announced(input.content_length)?;
        let limit = self.put_limit(bucket, &key, &request.uri).await?;
        if length > limit {
            return Err(too_large());
        }
        let body = input.body.ok_or_else(|| s3_error!(IncompleteBody, "the request has no body"))?;
        let incoming =
            self.receive(body, length, input.content_md5.as_deref(), input.checksum_sha256.as_deref()).await?;
        let etag = hex::encode(incoming.md5);
        let event = (bucket == Bucket::Raw).then_some(Creation::Put);
        let blob = self.store.publish(bucket, &key, incoming, etag, event).await.map_err(store_error)?;
        Ok(S3Response::new(PutObjectOutput { e_tag: Some(ETag::Strong(blob.etag)), ..PutObjectOutput::default() }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        let (bucket, key) = place(&input.bucket, &input.key)?;
        let object = self.find(bucket, &key).await?;
        let size = object.blob.size_bytes;
        let range = input.range.map(|range| range.check(size)).transpose()?;
        let (start, end) = range.as_ref().map_or((0, size), |range| (range.start, range.end));
        let path = self.store.disk().object(bucket, &key);
        let failed = |error| store_error(StoreError::disk(&path)(error));
        let mut file = tokio::fs::File::open(&path).await.map_err(failed)?;
        if start > 0 {
            file.seek(std::io::SeekFrom::Start(start)).await.map_err(failed)?;
        }
        let body = StreamingBlob::wrap(ReaderStream::with_capacity(file.take(end - start), 1 << 18));
        let output = GetObjectOutput {
            accept_ranges: Some("bytes".into()),
            body: Some(body),
            content_length: i64::try_from(end - start).ok(),
            content_range: range.map(|_| format!("bytes {start}-{}/{size}", end.saturating_sub(1))),
            content_type: Some(media_type(&key).into()),
            content_disposition: input.response_content_disposition,
            e_tag: Some(ETag::Strong(object.blob.etag)),
            last_modified: Some(timestamp(object.created)),
            ..GetObjectOutput::default()
        };
        let mut response = S3Response::new(output);
        response.headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        Ok(response)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let (bucket, key) = place(&request.input.bucket, &request.input.key)?;
        let object = self.find(bucket, &key).await?;
        Ok(S3Response::new(HeadObjectOutput {
            accept_ranges: Some("bytes".into()),
            content_length: i64::try_from(object.blob.size_bytes).ok(),
            content_type: Some(media_type(&key).into()),
            e_tag: Some(ETag::Strong(object.blob.etag)),
            last_modified: Some(timestamp(object.created)),
            ..HeadObjectOutput::default()
        }))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        let (bucket, key) = place(&request.input.bucket, &request.input.key)?;
        self.store.remove_object(bucket, &key).await.map_err(store_error)?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let bucket = bucket(&input.bucket)?;
        let most = input.max_keys.unwrap_or(1000).clamp(0, 1000);
        let prefix = input.prefix.clone().unwrap_or_default();
        let after = input.continuation_token.clone().or_else(|| input.start_after.clone()).unwrap_or_default();
        let limit = usize::try_from(most).unwrap_or(0);
        let mut objects =
            self.store.objects(bucket, &prefix, &after, i64::from(most) + 1).await.map_err(store_error)?;
        let is_truncated = objects.len() > limit;
        objects.truncate(limit);
        let next = objects.last().filter(|_| is_truncated).map(|object| object.blob.key.as_str().to_owned());
        let (contents, common_prefixes) = grouped(objects, &prefix, input.delimiter.as_deref());
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: input.prefix,
            delimiter: input.delimiter,
            start_after: input.start_after,
            continuation_token: input.continuation_token,
            max_keys: Some(most),
            key_count: i32::try_from(contents.len() + common_prefixes.len()).ok(),
            is_truncated: Some(is_truncated),
            next_continuation_token: next,
            contents: Some(contents),
            common_prefixes: Some(common_prefixes),
            ..ListObjectsV2Output::default()
        }))
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        bucket(&request.input.bucket)?;
        Ok(S3Response::new(HeadBucketOutput::default()))
    }

    async fn list_buckets(&self, _request: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        let entry = |bucket: Bucket| BucketEntry { name: Some(bucket.name().into()), ..BucketEntry::default() };
        let buckets = Some(vec![entry(Bucket::Final), entry(Bucket::Raw)]);
        Ok(S3Response::new(ListBucketsOutput { buckets, ..ListBucketsOutput::default() }))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        self.begin_parts(request.input).await
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        self.take_part(request.input).await
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        self.show_parts(request.input).await
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        self.join_parts(request.input).await
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        self.drop_parts(request.input).await
    }
}

impl Endpoint {
    /// Takes bytes in and checks them against what the request says of them.
    pub(super) async fn receive(
        &self,
        body: StreamingBlob,
        length: u64,
        md5: Option<&str>,
        sha256: Option<&str>,
    ) -> Result<Incoming, S3Error> {
        let body = body.map(|chunk| chunk.map_err(|error| error.to_string()));
        let incoming = self.store.disk().receive(body, length, sha256.is_some()).await.map_err(receive_error)?;
        if incoming.size != length {
            return Err(s3_error!(IncompleteBody, "fewer bytes came than Content-Length announced"));
        }
        let differs = |given: Option<&str>, want: &[u8]| {
            given.is_some_and(|given| STANDARD.decode(given).ok().as_deref() != Some(want))
        };
        if differs(md5, &incoming.md5) || incoming.sha256.is_some_and(|sum| differs(sha256, &sum)) {
            return Err(s3_error!(BadDigest, "the bytes do not match the checksum of the request"));
        }
        Ok(incoming)
    }

    async fn find(&self, bucket: Bucket, key: &BlobKey) -> Result<StoredObject, S3Error> {
        let object = self.store.object(bucket, key).await.map_err(store_error)?;
        object.ok_or_else(|| s3_error!(NoSuchKey, "there is no such object"))
    }

    /// The least of: what the endpoint takes, what was announced, what the signed URL permits.
    async fn put_limit(&self, bucket: Bucket, key: &BlobKey, uri: &Uri) -> Result<u64, S3Error> {
        let announced = self.store.upload_limit(bucket, key).await.map_err(store_error)?;
        let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        // The signature covers every parameter, so its holder cannot change it.
        let permitted =
            pairs.filter(|(name, _)| name == MAX_BYTES_PARAMETER).map(|(_, value)| value.parse().unwrap_or(0)).min();
        Ok([Some(self.options.max_put_bytes), announced, permitted].into_iter().flatten().min().unwrap_or(0))
    }
}

/// The length that the request announces.
pub(super) fn announced(length: Option<i64>) -> Result<u64, S3Error> {
    length
        .and_then(|length| u64::try_from(length).ok())
        .ok_or_else(|| s3_error!(MissingContentLength, "send Content-Length"))
}

/// What browsers need to play an object; nothing that a browser would run.
fn media_type(key: &BlobKey) -> &'static str {
    match key.as_str().rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "flac" => "audio/flac",
        "ogg" => "audio/ogg",
        _ => "application/octet-stream",
    }
}

pub(super) fn timestamp(at: Instant) -> Timestamp {
    let since = std::time::Duration::from_millis(u64::try_from(at.unix_millis()).unwrap_or(0));
    Timestamp::from(std::time::UNIX_EPOCH + since)
}

/// Splits a page of objects into entries and, with a delimiter, the prefixes that they share.
fn grouped(objects: Vec<StoredObject>, prefix: &str, delimiter: Option<&str>) -> (Vec<Object>, Vec<CommonPrefix>) {
    let (mut contents, mut prefixes) = (Vec::new(), Vec::<CommonPrefix>::new());
    for object in objects {
        let key = object.blob.key.as_str();
        let rest = key.get(prefix.len()..).unwrap_or_default();
        let cut = delimiter.filter(|text| !text.is_empty()).and_then(|text| rest.find(text).map(|at| at + text.len()));
        if let Some(cut) = cut {
            let shared = Some(key[..prefix.len() + cut].to_owned());
            if prefixes.last().is_none_or(|last| last.prefix != shared) {
                prefixes.push(CommonPrefix { prefix: shared });
            }
        } else {
            contents.push(Object {
                key: Some(key.to_owned()),
                size: i64::try_from(object.blob.size_bytes).ok(),
                e_tag: Some(ETag::Strong(object.blob.etag.clone())),
                last_modified: Some(timestamp(object.created)),
                ..Object::default()
            });
        }
    }
    (contents, prefixes)
}
