//! Arrow 2: every object that arrives in storage starts one run. The embedded endpoint writes arrivals down itself; those
//! of S3 are told by a queue, and looked for where nobody tells.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use nexus_core::{
    RunId,
    blob::{Arrival, Bucket},
    journal::{Journal as _, NewRun, Priority},
    port::BlobStore,
};
use nexus_flows::{SourceInput, callback::callback_run, source::SourceFrom};
use nexus_store::{SqsQueue, Store};

/// How often uploads to S3 are looked for: quickly where no queue tells of them.
const LOOK_ALONE: Duration = Duration::from_secs(3);
const LOOK_BESIDE: Duration = Duration::from_secs(60);

/// Uploads of this time are looked for in every round, and those of the longer one in every twentieth.
const NEAR: Duration = Duration::from_secs(60 * 60);
const FAR: Duration = Duration::from_secs(14 * 24 * 60 * 60);
const LOOKS_FAR_EVERY: u32 = 20;

/// Pause after a queue or a store did not answer.
const AFTER_ERROR: Duration = Duration::from_secs(5);

/// The run that a stored file starts.
pub(crate) fn ingest_run(arrival: &Arrival) -> NewRun {
    let object = &arrival.object;
    NewRun {
        id: RunId::derived(&["ingest", object.key.as_str(), &object.etag]),
        flow: "ingest".into(),
        version: 1,
        priority: Priority::Normal,
        business: object.key.business(),
        input: serde_json::json!(arrival),
    }
}

/// The run that an arrived object starts: a source of the API when it was uploaded as one, footage otherwise.
fn arrival_run(arrival: &Arrival) -> NewRun {
    let key = &arrival.object.key;
    let below = format!("t/{}/sources/", key.business());
    let source = key.as_str().strip_prefix(&below).and_then(|name| RunId::from_uuid(name).ok());
    let Some(id) = source else { return ingest_run(arrival) };
    // Nobody is told of an upload, so no address is needed.
    let input = SourceInput {
        from: SourceFrom::Stored(arrival.object.clone()),
        base_url: String::new(),
        renditions: Vec::new(),
    };
    NewRun {
        id,
        flow: "source".into(),
        version: 1,
        priority: Priority::Normal,
        business: key.business(),
        input: serde_json::json!(input),
    }
}

/// For ever: every arrived object starts one run, and so does every ended run whose end is to be told.
pub(crate) async fn dispatch(store: Store) {
    let mut changes = store.subscribe();
    loop {
        changes.mark_unchanged();
        if let Err(error) = dispatch_waiting(&store).await {
            tracing::warn!(error = %error, "arrivals could not be dispatched; they stay queued");
        }
        if let Err(error) = dispatch_callbacks(&store).await {
            tracing::warn!(error = %error, "callbacks could not be dispatched; they stay queued");
        }
        let wait = Duration::from_secs(5);
        if matches!(tokio::time::timeout(wait, changes.changed()).await, Ok(Err(_))) {
            return;
        }
    }
}

/// Starts the runs of everything that has arrived.
pub(crate) async fn dispatch_waiting(store: &Store) -> anyhow::Result<()> {
    loop {
        let waiting = store.next_arrivals(100).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        for (seq, arrival) in waiting {
            store.enqueue(arrival_run(&arrival)).await?;
            store.ack_arrival(seq).await?;
        }
    }
}

async fn dispatch_callbacks(store: &Store) -> anyhow::Result<()> {
    for (id, url) in store.callbacks_due(100).await? {
        let ended = store.run(id).await?.with_context(|| format!("{id} is to be told of and is not there"))?;
        store.hand_callback(id, callback_run(&ended, &url)).await?;
    }
    Ok(())
}

/// For ever: what the queue tells is written down, then the message is deleted.
pub(crate) async fn hear(store: Store, queue: SqsQueue) {
    loop {
        if let Err(error) = hear_once(&store, &queue).await {
            tracing::warn!(error = %error, "the queue of uploads could not be heard; its messages stay there");
            tokio::time::sleep(AFTER_ERROR).await;
        }
    }
}

async fn hear_once(store: &Store, queue: &SqsQueue) -> anyhow::Result<()> {
    for heard in queue.receive().await? {
        for created in &heard.created {
            store.record_arrival(&created.object, Some(&created.event)).await?;
        }
        queue.delete(&heard).await?;
    }
    Ok(())
}

/// For ever: uploads that were announced and of which nobody told are looked for in storage. An event may be lost, and a
/// store without events has none.
pub(crate) async fn look_for_uploads(store: Store, blobs: Arc<dyn BlobStore>, is_told: bool) {
    let every = if is_told { LOOK_BESIDE } else { LOOK_ALONE };
    for round in 0_u32.. {
        tokio::time::sleep(every).await;
        // Those of the last hour every time, older ones now and then: a server may have been down for days.
        let time = if round % LOOKS_FAR_EVERY == 0 { FAR } else { NEAR };
        if let Err(error) = look_once(&store, &*blobs, time).await {
            tracing::warn!(error = %error, "uploads could not be looked for; trying again shortly");
        }
    }
}

async fn look_once(store: &Store, blobs: &dyn BlobStore, time: Duration) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = store.open_uploads(time, after.as_ref(), 200).await?;
        for key in &page {
            if let Some(object) = blobs.head(Bucket::Raw, key).await? {
                store.record_arrival(&object, None).await?;
            }
        }
        after = page.into_iter().next_back();
        if after.is_none() {
            return Ok(());
        }
    }
}
