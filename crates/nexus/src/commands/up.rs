//! `nexus up`: serves and works until it is stopped.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use nexus_core::{BusinessId, journal::Role};
use nexus_server::{
    App, Defaults, Pinecone, Shotstack,
    shotstack::{ApiKey, Gate, GateLimits},
};

use crate::{
    cli::UpArguments,
    commands::review::last_music,
    config::{Config, PineconeConfig, ShotstackConfig},
    installation::{Installation, Purpose, listen},
    intake, ops, sharing, show, signals, wire,
};

/// How long answers that have begun may go on after everything else has stopped.
const GOODBYE: std::time::Duration = std::time::Duration::from_secs(3);

/// Runs the command until Ctrl-C or SIGTERM.
pub(crate) async fn run(arguments: UpArguments, mut config: Config) -> anyhow::Result<()> {
    if let Some(address) = arguments.listen {
        config.server.listen = address;
    }
    // A page that cannot be served is said before anything is opened.
    let listener = listen(&config.server.listen, "server.listen").await?;
    let address = listener.local_addr()?;
    let storage_listen = config.server.storage_listen.clone();
    let mut installation =
        Installation::open(&config, Purpose::Work { storage_listen: &storage_listen, outbox: None }).await?;
    let business = match installation.ports.business.list().await?.as_slice() {
        [only] => Some(only.id),
        _ => None,
    };
    let music = match (&arguments.music, business) {
        (Some(file), Some(business)) => Some(intake::store_music(&installation, business, file).await?),
        (Some(_), None) => {
            anyhow::bail!("--music needs a business; add one first with POST /v1/businesses or `nexus demo`")
        }
        (None, _) => last_music(&installation).await?,
    };
    let app = App {
        store: installation.store.clone(),
        ports: Arc::clone(&installation.ports),
        clock: Arc::clone(&installation.clock),
        defaults: Arc::new(Defaults { business, music, settings: installation.settings() }),
        upload_origin: sharing::upload_origin(&config).into(),
        shotstack: Arc::new(shotstack(&config, address, business)),
        pinecone: pinecone(&config, address, &installation).map(Arc::new),
    };
    let roles = arguments.roles.map_or_else(|| Role::ALL.to_vec(), |roles| roles.0);
    let workshop = installation.start_as(&roles, std::time::Duration::from_secs(config.worker.drain_s))?;
    let ops = ops::router(installation.store.clone(), Arc::clone(&installation.clock));
    show::line(&format!("Nexus is up at http://{address}  (Ctrl-C stops it; everything accepted is kept)"));
    let (told, mut stop) = tokio::sync::watch::channel(false);
    let serving = axum::serve(listener, nexus_server::router(app).merge(ops)).with_graceful_shutdown(async move {
        let _ = stop.wait_for(|stop| *stop).await;
    });
    // Beside serving: to find what is to be looked at again all footage is read.
    let looking = async {
        match installation.look_again().await {
            Ok(0) => {}
            Ok(clips) => show::line(&format!(
                "{clips} clips were seen by other models or rules; they are looked at again, one after the other."
            )),
            Err(error) => tracing::warn!(error = %error, "whether clips are to be looked at again is not known"),
        }
    };
    let serving = tokio::spawn(serving.into_future());
    let looking = async {
        looking.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = looking => {}
        () = signals::told_to_stop() => {}
    }
    // Nothing new is begun from here on, whoever still watches a film or listens to events.
    let _ = told.send(true);
    workshop.drain().await;
    match tokio::time::timeout(GOODBYE, serving).await {
        Ok(served) => served.context("serve")?.context("serve")?,
        Err(_) => tracing::debug!("connections that were still open are closed"),
    }
    Ok(())
}

/// Who may use the API of Shotstack, and under which address its files are found. Without configured keys it is
/// open to this machine alone: its requests are those of the only business, or of one of their own.
fn shotstack(config: &Config, address: SocketAddr, business: Option<BusinessId>) -> Shotstack {
    let ShotstackConfig { keys, requests_per_s, most_unfinished } = &config.shotstack;
    let keys = keys.iter().map(|key| ApiKey { owner: key.owner(), key: key.key().clone() }).collect();
    let open_owner = business.unwrap_or_else(|| BusinessId::derived(&["local"]));
    let limits = GateLimits { requests_per_s: *requests_per_s, most_unfinished: *most_unfinished };
    let gate = Gate::new(keys, address.ip().is_loopback().then_some(open_owner), limits);
    Shotstack { gate, base_url: base_url(config, address) }
}

/// Who may use the API of Pinecone, over the vectors of this installation; nobody without configured keys.
fn pinecone(config: &Config, address: SocketAddr, installation: &Installation) -> Option<Pinecone> {
    let PineconeConfig { keys, requests_per_s } = &config.pinecone;
    if keys.is_empty() {
        return None;
    }
    let keys = keys.iter().map(|key| ApiKey { owner: key.owner(), key: key.key().clone() }).collect();
    let limits = GateLimits { requests_per_s: *requests_per_s, most_unfinished: 0 };
    let catalog = wire::vector_catalog(&installation.store);
    Some(Pinecone { gate: Gate::new(keys, None, limits), base_url: base_url(config, address), catalog })
}

/// The address under which others reach this server.
fn base_url(config: &Config, address: SocketAddr) -> String {
    match config.server.public_url.trim_end_matches('/') {
        "" => format!("http://{address}"),
        public => public.to_owned(),
    }
}
