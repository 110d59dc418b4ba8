//! Durable steps: journal, leases with fencing, retry, timers, signals, recovery. Knows nothing about video.
//!
//! A [`Flow`] is ordinary async code over a [`Run`]. Every step that finished is journaled under its name and
//! never run again; a run that waits keeps no task; a run whose worker died is claimed by another one and goes
//! on after its last recorded step. The [`Engine`] claims runs, renews their leases and lets go of them.

mod claimed;
mod engine;
mod error;
mod flow;
mod join;
mod metrics;
mod retry;
mod run;
mod settings;
mod step;
mod wait;

pub use engine::Engine;
pub use error::{FlowError, Park};
pub use flow::{Flow, RunProgress};
pub use metrics::engine_errors;
pub use retry::RetryPolicy;
pub use run::Run;
pub use settings::{EngineConfig, Failpoint};
