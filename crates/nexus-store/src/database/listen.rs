//! Other machines say by NOTIFY that something changed; here it is heard.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use nexus_core::Secret;
use sqlx::postgres::PgListener;
use tokio::sync::watch;

/// The longest silence before waiters look by themselves.
const SILENCE: Duration = Duration::from_secs(2);

/// Lets `generation` grow with every notification, and now and then without one: a lost word must not be waited for.
pub(crate) fn listen(url: &Secret<String>, generation: &Arc<watch::Sender<u64>>) {
    tokio::spawn(hear(url.clone(), Arc::downgrade(generation)));
}

async fn hear(url: Secret<String>, generation: Weak<watch::Sender<u64>>) {
    let mut listener: Option<PgListener> = None;
    loop {
        if listener.is_none() {
            listener = connect(&url).await;
        }
        match &mut listener {
            Some(ear) => {
                if let Ok(Err(error)) = tokio::time::timeout(SILENCE, ear.recv()).await {
                    tracing::debug!(%error, "the ear for changes broke; listening anew");
                    listener = None;
                }
            }
            None => tokio::time::sleep(SILENCE).await,
        }
        let Some(generation) = generation.upgrade() else { return };
        generation.send_modify(|generation| *generation += 1);
    }
}

async fn connect(url: &Secret<String>) -> Option<PgListener> {
    let mut listener = PgListener::connect(url.expose()).await.ok()?;
    listener.listen("nexus").await.ok()?;
    Some(listener)
}
