//! What is said when something cannot be done, in the two forms that clients of Shotstack know.

use axum::{
    Json,
    body::Body,
    extract::rejection::{BytesRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use nexus_core::{ErrorKind, PortError};
use nexus_flows::edit::Fault;
use nexus_store::StoreError;
use serde_json::{Value, json};

/// Why a request is not obeyed. It becomes a body only on its way out of the part of the API that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    /// `Validation Error` where fields are wrong; otherwise the words of the status.
    error: &'static str,
    faults: Vec<Fault>,
    retry_after_s: Option<u64>,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let fault = Fault { path: String::new(), message: message.into() };
        Self { status, error: title(status), faults: vec![fault], retry_after_s: None }
    }

    /// There is no such thing.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// The key is missing or wrong.
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "the header x-api-key must hold a key that is configured here")
    }

    /// Too much at once.
    pub(crate) fn too_many(message: impl Into<String>, retry_after_s: u64) -> Self {
        Self { retry_after_s: Some(retry_after_s), ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) }
    }

    /// The body has these faults.
    pub(crate) fn invalid(faults: Vec<Fault>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "Validation Error", faults, retry_after_s: None }
    }

    /// The body has one fault.
    pub(crate) fn fault(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![Fault { path: path.into(), message: message.into() }])
    }

    /// The body is no JSON of the wanted form.
    pub(crate) fn unreadable(error: &serde_json::Error) -> Self {
        Self::fault("", format!("the body cannot be read: {error}"))
    }

    /// `{success, message, response: {error, details}}`
    fn edit_body(&self) -> Value {
        let details: Vec<Value> = self
            .faults
            .iter()
            .map(|fault| match fault.path.as_str() {
                "" => json!({ "message": fault.message }),
                path => json!({ "message": fault.message, "path": path }),
            })
            .collect();
        json!({
            "success": false,
            "message": title(self.status),
            "response": { "error": self.error, "details": details },
        })
    }

    /// `{errors: [{status, title, detail}]}`
    fn data_body(&self) -> Value {
        let errors: Vec<Value> = self
            .faults
            .iter()
            .map(|fault| json!({ "status": self.status.as_str(), "title": self.error, "detail": fault.message }))
            .collect();
        json!({ "errors": errors })
    }
}

fn title(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Error")
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes refusals as `/edit` does.
pub(super) async fn as_edit_api(response: Response) -> Response {
    written(response, Refusal::edit_body)
}

/// Writes refusals as `/serve` and `/ingest` do.
pub(super) async fn as_data_api(response: Response) -> Response {
    written(response, Refusal::data_body)
}

/// Errors of the framework (a method that is not allowed, a body that is too large) are refusals too.
fn written(response: Response, body: impl Fn(&Refusal) -> Value) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let refusal = parts.extensions.remove::<Refusal>().unwrap_or_else(|| Refusal::new(status, title(status)));
    let mut written = (status, Json(body(&refusal))).into_response();
    if let Some(allow) = parts.headers.remove(header::ALLOW) {
        written.headers_mut().insert(header::ALLOW, allow);
    }
    if let Some(seconds) = refusal.retry_after_s {
        written.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    written.map(Body::new)
}

impl From<PortError> for Refusal {
    fn from(error: PortError) -> Self {
        let status = match error.kind {
            ErrorKind::Invalid | ErrorKind::Refused | ErrorKind::Unsupported => StatusCode::BAD_REQUEST,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            // Somebody else's credentials, not those of the caller.
            ErrorKind::Unauthorized => StatusCode::BAD_REQUEST,
            ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
            ErrorKind::UnknownOutcome => StatusCode::BAD_GATEWAY,
            ErrorKind::Bug => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if error.kind == ErrorKind::Bug {
            tracing::error!(error = error.chain(), "a request met a fault of this program");
        }
        Self::new(status, error.message)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        error.port("answer the request").into()
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        Self::fault("", rejection.body_text())
    }
}

impl From<BytesRejection> for Refusal {
    fn from(rejection: BytesRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}
