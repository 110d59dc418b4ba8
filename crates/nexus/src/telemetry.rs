//! Logs for people or machines, and traces in which every step carries the number of its arrow.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing_subscriber::{EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::{LogFormat, TelemetryConfig};

/// Sends what is left of the traces when it is dropped.
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Drop for Traces {
    fn drop(&mut self) {
        if let Some(provider) = &self.0 {
            // The collector may have gone away; there is nobody left to tell.
            drop(provider.shutdown());
        }
    }
}

/// Starts logs on stderr, and traces where a collector is configured. Call it before the runtime starts: the exporter has
/// a thread of its own. `default` says what is logged where RUST_LOG does not.
pub(crate) fn start(default: &str, config: &TelemetryConfig) -> Result<Traces, String> {
    let filter = || EnvFilter::try_from_default_env().unwrap_or_else(|_| default.into());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match config.log {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let provider = match config.otlp_endpoint.as_str() {
        "" => None,
        endpoint => Some(exporting(endpoint)?),
    };
    let traced = provider.as_ref().map(|provider| {
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("nexus"));
        layer.with_filter(EnvFilter::new("nexus_workflow=info"))
    });
    tracing_subscriber::registry().with(lines.with_filter(filter())).with(traced).init();
    Ok(Traces(provider))
}

fn exporting(endpoint: &str) -> Result<SdkTracerProvider, String> {
    if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
        return Err(format!("telemetry.otlp_endpoint '{endpoint}' is no http:// or https:// address of a collector"));
    }
    nexus_store::use_ring();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .build()
        .map_err(|error| format!("telemetry.otlp_endpoint '{endpoint}' cannot be used: {error}"))?;
    let about = Resource::builder().with_service_name("nexus").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(about).build())
}
