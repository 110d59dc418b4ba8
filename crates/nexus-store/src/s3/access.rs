//! Who may do what: only requests signed with this folder's key, version 4, and no forms.

use s3s::{
    S3Request, S3Result,
    access::{S3Access, S3AccessContext},
    dto::PostObjectInput,
    s3_error,
};

/// Denies anonymous requests, signatures of version 2 and uploads by HTML form.
pub(super) struct OwnKeyOnly;

#[async_trait::async_trait]
impl S3Access for OwnKeyOnly {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if context.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "sign the request: this endpoint answers nobody else"));
        }
        let query = context.uri().query().unwrap_or_default();
        let presigned = query.split('&').any(|pair| pair.starts_with("X-Amz-Signature="));
        let in_header = context
            .headers()
            .get("authorization")
            .is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256"));
        if presigned || in_header {
            Ok(())
        } else {
            Err(s3_error!(AccessDenied, "only signatures of version 4 are accepted"))
        }
    }

    async fn post_object(&self, _request: &mut S3Request<PostObjectInput>) -> S3Result<()> {
        Err(s3_error!(AccessDenied, "upload with PUT or in parts; forms are not accepted"))
    }
}
