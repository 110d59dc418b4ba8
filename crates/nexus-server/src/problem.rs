//! Errors as people and programs read them: `application/problem+json` of RFC 9457 with a code and a remedy.

use axum::{
    Json,
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use nexus_core::{ErrorKind, PortError, review::ReviewError};
use nexus_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// A problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// A page about this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status.
    pub status: u16,
    /// A stable word for programs.
    pub code: &'static str,
    /// The kind of problem in a few words.
    pub title: &'static str,
    /// What happened, with its remedy.
    pub detail: String,
    /// True when the same request may succeed later.
    pub retryable: bool,
}

impl Problem {
    /// A problem with a stable code.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let retryable = matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
        );
        Self {
            kind: format!("/docs/problems/{code}"),
            status: status.as_u16(),
            code,
            title,
            detail: detail.into(),
            retryable,
        }
    }

    /// The request cannot be understood or obeyed.
    #[must_use]
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The request cannot be obeyed", detail)
    }

    /// There is no such thing.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing", detail)
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        let (status, code, title) = match error.kind {
            ErrorKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The request cannot be obeyed"),
            ErrorKind::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing"),
            ErrorKind::Conflict => (StatusCode::CONFLICT, "conflict", "Somebody else was first"),
            ErrorKind::Unauthorized => (StatusCode::FORBIDDEN, "unauthorized", "Not allowed"),
            ErrorKind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "rate-limited", "Too many requests"),
            ErrorKind::Refused => (StatusCode::UNPROCESSABLE_ENTITY, "refused", "Refused"),
            ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available just now"),
            ErrorKind::Timeout => (StatusCode::GATEWAY_TIMEOUT, "timeout", "No answer in time"),
            ErrorKind::Unsupported => (StatusCode::UNPROCESSABLE_ENTITY, "unsupported", "Not supported"),
            ErrorKind::UnknownOutcome => (StatusCode::BAD_GATEWAY, "unknown-outcome", "It may have happened"),
            ErrorKind::Bug => (StatusCode::INTERNAL_SERVER_ERROR, "bug", "A fault of this program"),
        };
        if error.kind == ErrorKind::Bug {
            tracing::error!(error = error.chain(), "a request met a fault of this program");
        }
        Self::new(status, code, title, error.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LinkInvalid => {
                Self::new(StatusCode::NOT_FOUND, "link-invalid", "This link is not valid", error.to_string())
            }
            StoreError::LinkExpired => {
                Self::new(StatusCode::GONE, "link-expired", "This link has expired", error.to_string())
            }
            StoreError::Conflict(message) => {
                Self::new(StatusCode::CONFLICT, "conflict", "Somebody else was first", message)
            }
            other => other.port("answer the request").into(),
        }
    }
}

impl From<ReviewError> for Problem {
    fn from(error: ReviewError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self { status: rejection.status().as_u16(), ..Self::invalid(rejection.body_text()) }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self { status: rejection.status().as_u16(), ..Self::invalid(rejection.body_text()) }
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::not_found(rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
