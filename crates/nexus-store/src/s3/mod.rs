//! The embedded S3 endpoint: path style, two buckets, SigV4 in headers or presigned URLs, nothing anonymous.

mod access;
mod objects;
mod parts;
mod refusal;

use axum::{
    Router,
    error_handling::HandleError,
    http::{HeaderName, HeaderValue, Method, Response, StatusCode, header},
    middleware::from_fn,
};
use s3s::{Body, HttpError, auth::SimpleAuth, service::S3ServiceBuilder};
use tokio::net::TcpListener;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use self::access::OwnKeyOnly;
use crate::{Store, StoreError, linger};

/// How the endpoint answers browsers, and how much it takes.
#[derive(Debug, Clone)]
pub struct S3Options {
    /// Origins whose pages may upload and play, for instance `http://127.0.0.1:8080`; empty allows every origin,
    /// which is safe because every request needs a signature and no cookie counts.
    pub allowed_origins: Vec<String>,
    /// Most bytes of one PUT or one part.
    pub max_put_bytes: u64,
    /// Most bytes of one object.
    pub max_object_bytes: u64,
}

impl Default for S3Options {
    fn default() -> Self {
        Self { allowed_origins: Vec::new(), max_put_bytes: 5 << 30, max_object_bytes: 64 << 30 }
    }
}

/// What the protocol operations work on.
#[derive(Clone)]
pub(crate) struct Endpoint {
    store: Store,
    options: S3Options,
}

/// The endpoint as a router that answers every path; serve it on its own port.
///
/// # Errors
/// [`StoreError::Invalid`] when an allowed origin cannot be one.
pub fn s3_router(store: &Store, options: &S3Options) -> Result<Router, StoreError> {
    let secrets = store.secrets();
    let mut builder = S3ServiceBuilder::new(Endpoint { store: store.clone(), options: options.clone() });
    builder.set_auth(SimpleAuth::from_single(secrets.access_key.clone(), secrets.secret_key.expose().clone()));
    builder.set_access(OwnKeyOnly);
    let service = HandleError::new(builder.build(), broken_off);
    Ok(Router::new().fallback_service(service).layer(from_fn(linger)).layer(cross_origin(options)?))
}

/// Serves the endpoint until `shutdown` resolves; requests under way are finished.
///
/// # Errors
/// As [`s3_router`], or what the network says.
pub async fn serve_s3<F>(
    store: &Store,
    options: &S3Options,
    listener: TcpListener,
    shutdown: F,
) -> Result<(), StoreError>
where
    F: Future<Output = ()> + Send + 'static,
{
    let router = s3_router(store, options)?;
    let serve = axum::serve(listener, router).with_graceful_shutdown(shutdown);
    serve.await.map_err(StoreError::disk("the S3 endpoint's port"))
}

/// Requests that are not HTTP any more; everything else is answered by the protocol layer itself.
async fn broken_off(error: HttpError) -> Response<Body> {
    tracing::warn!(?error, "an S3 request broke off");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

fn cross_origin(options: &S3Options) -> Result<CorsLayer, StoreError> {
    let origins = if options.allowed_origins.is_empty() {
        AllowOrigin::any()
    } else {
        let parse = |origin: &String| {
            HeaderValue::from_str(origin)
                .map_err(|_| StoreError::Invalid(format!("'{origin}' is no origin; expected https://host:port")))
        };
        AllowOrigin::list(options.allowed_origins.iter().map(parse).collect::<Result<Vec<_>, _>>()?)
    };
    Ok(CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::HEAD, Method::PUT, Method::POST, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            header::ETAG,
            header::CONTENT_LENGTH,
            header::CONTENT_RANGE,
            header::ACCEPT_RANGES,
            HeaderName::from_static("x-amz-request-id"),
        ])
        .max_age(std::time::Duration::from_secs(3600)))
}
