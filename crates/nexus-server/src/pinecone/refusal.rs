//! What is said when something cannot be done, in the forms of the two planes.

use axum::{
    Json,
    body::Body,
    extract::rejection::{BytesRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use nexus_core::{
    ErrorKind, PortError,
    vectors::{FilterError, VectorError},
};
use serde_json::json;

/// Status, number of the data plane (those of gRPC), word of the control plane.
type Kind = (StatusCode, u8, &'static str);

const INVALID: Kind = (StatusCode::BAD_REQUEST, 3, "INVALID_ARGUMENT");
const TIMEOUT: Kind = (StatusCode::GATEWAY_TIMEOUT, 4, "DEADLINE_EXCEEDED");
const NOT_FOUND: Kind = (StatusCode::NOT_FOUND, 5, "NOT_FOUND");
const CONFLICT: Kind = (StatusCode::CONFLICT, 6, "ALREADY_EXISTS");
const FORBIDDEN: Kind = (StatusCode::FORBIDDEN, 7, "FORBIDDEN");
const TOO_MANY: Kind = (StatusCode::TOO_MANY_REQUESTS, 8, "RESOURCE_EXHAUSTED");
const TOO_LARGE: Kind = (StatusCode::PAYLOAD_TOO_LARGE, 11, "OUT_OF_RANGE");
const UNSUPPORTED: Kind = (StatusCode::NOT_IMPLEMENTED, 12, "UNIMPLEMENTED");
const BUG: Kind = (StatusCode::INTERNAL_SERVER_ERROR, 13, "INTERNAL");
const UNAVAILABLE: Kind = (StatusCode::SERVICE_UNAVAILABLE, 14, "UNAVAILABLE");
const UNAUTHORIZED: Kind = (StatusCode::UNAUTHORIZED, 16, "UNAUTHENTICATED");

/// Why a request is not obeyed. It becomes a body only on its way out of the plane that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    kind: Kind,
    message: String,
    retry_after_s: Option<u64>,
}

impl Refusal {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after_s: None }
    }

    /// The request is wrong.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(INVALID, message)
    }

    /// The body is no JSON of the wanted form.
    pub(super) fn unreadable(error: &serde_json::Error) -> Self {
        Self::invalid(format!("the body cannot be read: {error}"))
    }

    /// There is no such thing.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(NOT_FOUND, message)
    }

    /// The owner has as many as anybody may have.
    pub(super) fn too_much(message: impl Into<String>) -> Self {
        Self::new(FORBIDDEN, message)
    }

    /// A part of the API that is not here.
    pub(super) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(UNSUPPORTED, message)
    }

    /// The key is missing or wrong.
    pub(super) fn unauthorized() -> Self {
        Self::new(UNAUTHORIZED, "the header Api-Key must hold a key that is configured here")
    }

    /// Too often.
    pub(super) fn too_many(retry_after_s: u64) -> Self {
        let retry_after_s = Some(retry_after_s);
        Self { retry_after_s, ..Self::new(TOO_MANY, "too many requests; ask again in a moment") }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.kind.0.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// `{code, message, details}`
pub(super) async fn as_data_plane(response: Response) -> Response {
    written(response, |Refusal { kind, message, .. }| json!({ "code": kind.1, "message": message, "details": [] }))
}

/// `{error: {code, message}, status}`
pub(super) async fn as_control_plane(response: Response) -> Response {
    written(
        response,
        |Refusal { kind, message, .. }| json!({ "error": { "code": kind.2, "message": message }, "status": kind.0.as_u16() }),
    )
}

/// Errors of the framework (a method that is not allowed, a body that is too large) are refusals too.
fn written(response: Response, body: impl Fn(&Refusal) -> serde_json::Value) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let refusal = parts.extensions.remove::<Refusal>().unwrap_or_else(|| of_status(status, None));
    let mut written = (status, Json(body(&refusal))).into_response();
    if let Some(allow) = parts.headers.remove(header::ALLOW) {
        written.headers_mut().insert(header::ALLOW, allow);
    }
    if let Some(seconds) = refusal.retry_after_s {
        written.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    written.map(Body::new)
}

fn of_status(status: StatusCode, message: Option<String>) -> Refusal {
    let kind = match status {
        StatusCode::NOT_FOUND => NOT_FOUND,
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
        StatusCode::METHOD_NOT_ALLOWED => (status, UNSUPPORTED.1, UNSUPPORTED.2),
        _ if status.is_server_error() => (status, BUG.1, BUG.2),
        _ => (status, INVALID.1, INVALID.2),
    };
    let message = message.unwrap_or_else(|| status.canonical_reason().unwrap_or("Error").to_owned());
    Refusal::new(kind, message)
}

impl From<PortError> for Refusal {
    fn from(error: PortError) -> Self {
        let kind = match error.kind {
            ErrorKind::Invalid | ErrorKind::Refused => INVALID,
            ErrorKind::NotFound => NOT_FOUND,
            ErrorKind::Conflict => CONFLICT,
            ErrorKind::RateLimited => TOO_MANY,
            ErrorKind::Timeout => TIMEOUT,
            ErrorKind::Unsupported => UNSUPPORTED,
            // Somebody else's credentials, not those of the caller.
            ErrorKind::Unauthorized | ErrorKind::Unavailable | ErrorKind::UnknownOutcome => UNAVAILABLE,
            ErrorKind::Bug => BUG,
        };
        if error.kind == ErrorKind::Bug {
            tracing::error!(error = error.chain(), "a request met a fault of this program");
        }
        let retry_after_s = error.retry_after.map(|wait| wait.as_secs().max(1));
        Self { retry_after_s, ..Self::new(kind, error.message) }
    }
}

impl From<VectorError> for Refusal {
    fn from(error: VectorError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<FilterError> for Refusal {
    fn from(error: FilterError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        Self::invalid(rejection.body_text())
    }
}

impl From<BytesRejection> for Refusal {
    fn from(rejection: BytesRejection) -> Self {
        of_status(rejection.status(), Some(rejection.body_text()))
    }
}
