//! `nexus worker`: works on what others accepted, as many of them beside each other as there is to do.

use anyhow::Context as _;
use nexus_core::journal::Role;

use crate::{
    cli::WorkerArguments,
    config::Config,
    installation::{Installation, Purpose, listen},
    ops, show, signals,
};

/// Runs the command until it is told to stop; then runs may end their step, and are let go.
pub(crate) async fn run(arguments: WorkerArguments, config: Config) -> anyhow::Result<()> {
    let roles = arguments.roles.0;
    anyhow::ensure!(!roles.is_empty(), "a worker without roles has nothing to do; name some with --roles");
    let in_s3 = config.blobs.buckets().map_err(anyhow::Error::msg)?.is_some();
    anyhow::ensure!(
        in_s3 || !config.store.is_shared(),
        "workers that share a database must share the files too: set blobs.raw and blobs.final to buckets (s3://name)"
    );
    let listener = match config.worker.listen.as_str() {
        "" => None,
        address => Some(listen(address, "worker.listen").await?),
    };
    let storage_listen = config.server.storage_listen.clone();
    let mut installation =
        Installation::open(&config, Purpose::Work { storage_listen: &storage_listen, outbox: None }).await?;
    let workshop = installation.start_as(&roles, std::time::Duration::from_secs(config.worker.drain_s))?;
    if let Some(listener) = listener {
        let router = ops::router(installation.store.clone(), std::sync::Arc::clone(&installation.clock))
            .route("/healthz", axum::routing::get(|| async { "alive\n" }));
        tokio::spawn(async move { axum::serve(listener, router).await });
    }
    let named = roles.iter().map(|role| Role::as_str(*role)).collect::<Vec<_>>().join(", ");
    show::line(&format!("Working as {named}  (Ctrl-C or SIGTERM lets runs end their step and stops)"));
    signals::told_to_stop().await;
    show::line("Stopping: runs end their step, others take them up.");
    tokio::time::timeout(std::time::Duration::from_secs(config.worker.drain_s + 10), workshop.drain())
        .await
        .context("let go of all runs in time; others take them up when their leases end")
}
