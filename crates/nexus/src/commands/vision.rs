//! `nexus vision`: sees for other machines, with the contract of Banana and Potassium.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use nexus_connect::fetch::{Downloads, FetchError, SystemResolver};
use nexus_server::{VisionWorker, banana::Download};
use tokio::net::TcpListener;

use crate::{cli::VisionArguments, clock::SystemClock, config::Config, show, signals, wire};

/// Runs the command until Ctrl-C.
pub(crate) async fn run(arguments: &VisionArguments, config: &Config) -> anyhow::Result<()> {
    let address: SocketAddr = arguments.listen.parse().with_context(|| {
        format!("'{}' (--listen) is not an address; expected for instance 127.0.0.1:8000", arguments.listen)
    })?;
    let key = config.banana.key.get().cloned();
    if key.is_none() && !address.ip().is_loopback() {
        bail!("{address} is reachable from other machines; set banana.key first, so that not everybody can use it");
    }
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("cannot listen on {address}; choose another one with --listen"))?;
    let scratch = tempfile::Builder::new().prefix("nexus-vision-").tempdir().context("make a scratch folder")?;
    let sight = wire::sight(config)?;
    let worker = VisionWorker {
        media: wire::media(),
        tagger: wire::tagger(config, Arc::clone(&sight))?,
        download: download(config, scratch.path().to_path_buf())?,
        scratch: scratch.path().to_path_buf(),
        key,
        clock: Arc::new(SystemClock),
    };
    let at = listener.local_addr()?;
    show::line(&format!("Sees at http://{at} by {} (Ctrl-C stops it).", sight.rungs().join(", ")));
    axum::serve(listener, nexus_server::vision_router(worker))
        .with_graceful_shutdown(signals::told_to_stop())
        .await
        .context("serve")
}

/// Clips that clients name by their address, within the bounds of `[fetch]`.
fn download(config: &Config, scratch: PathBuf) -> anyhow::Result<Download> {
    let downloads = Arc::new(Downloads::new(wire::fetch(config, &scratch)?, Arc::new(SystemResolver))?);
    let seconds = config.fetch.time_limit_s;
    Ok(Arc::new(move |url| {
        let (downloads, scratch) = (Arc::clone(&downloads), scratch.clone());
        Box::pin(async move {
            let disk = |source| FetchError::Disk { path: scratch.clone(), source };
            let file = tempfile::Builder::new().prefix("clip-").tempfile_in(&scratch).map_err(disk)?.into_temp_path();
            let silent = |_, _| ();
            let transfer = downloads.resume(&url, &file, &silent);
            let bytes = tokio::time::timeout(Duration::from_secs(seconds), transfer).await;
            bytes.map_err(|_| FetchError::TooSlow { url: "the address".into(), seconds })??;
            Ok(file)
        })
    }))
}
