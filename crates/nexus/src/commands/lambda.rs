//! `nexus lambda vision|beats`: the same binary as a function of AWS Lambda. It does what a worker does, for one event.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use nexus_beats::EmbeddedTracker;
use nexus_core::{
    ErrorKind, Instant, PortError, RunId,
    blob::{BlobKey, Bucket},
    journal::{Journal as _, Role, StepKey, StepName},
    music::BeatGrid,
    port::{BeatTracker as _, BlobStore, StepContext},
    time::Clock as _,
};
use nexus_store::{Created, S3Blobs, S3Config, read_s3_event};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    arrivals,
    cli::LambdaFunction,
    clock::SystemClock,
    config::Config,
    installation::{Installation, Purpose},
    sharing, wire,
};

/// Kept back from the time that Lambda gives, to answer in.
const RESERVE: Duration = Duration::from_secs(5);

/// The time of an invocation whose deadline lies in the past: runtimes that only imitate Lambda tell one from 1970.
const UNTOLD: Duration = Duration::from_secs(60);

/// Answers invocations until the environment ends.
pub(crate) async fn run(function: LambdaFunction, config: Config) -> anyhow::Result<()> {
    let s3 = sharing::s3(&config)?
        .context("a function reads its files from S3: set blobs.raw and blobs.final to buckets (s3://name)")?;
    let served = match function {
        LambdaFunction::Vision => {
            let vision = Arc::new(Vision::open(&config, s3.raw_bucket).await?);
            let answer = service_fn(move |event| answer(Arc::clone(&vision), event));
            lambda_runtime::run(answer).await
        }
        LambdaFunction::Beats => {
            let beats = Arc::new(Beats::open(&config, s3)?);
            lambda_runtime::run(service_fn(move |event| hear(Arc::clone(&beats), event))).await
        }
    };
    served.map_err(|error| anyhow::anyhow!("the runtime of Lambda ended: {error}"))
}

/// Looks at footage that arrived.
struct Vision {
    installation: Installation,
    raw_bucket: String,
}

impl Vision {
    async fn open(config: &Config, raw_bucket: String) -> anyhow::Result<Self> {
        anyhow::ensure!(
            config.store.is_shared(),
            "what vision sees goes into a database that others reach: set store.url to postgres://..."
        );
        let purpose = Purpose::Work { storage_listen: "127.0.0.1:0", outbox: None };
        Ok(Self { installation: Installation::open(config, purpose).await?, raw_bucket })
    }

    /// Writes down what arrived; the runs that it starts.
    async fn accept(&self, created: &[Created]) -> anyhow::Result<Vec<RunId>> {
        let store = &self.installation.store;
        let mut runs = Vec::new();
        for one in created {
            store.record_arrival(&one.object, Some(&one.event)).await?;
            runs.push(RunId::derived(&["ingest", one.object.key.as_str(), &one.object.etag]));
        }
        arrivals::dispatch_waiting(store).await?;
        Ok(runs)
    }

    /// Works until these runs have ended or the time is over.
    async fn work(&self, runs: &[RunId], time: Duration) -> anyhow::Result<()> {
        let engine = self.installation.engine(&[Role::Ingest], Duration::ZERO)?;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let working = {
            let engine = engine.clone();
            tokio::spawn(async move { engine.serve(stopped).await })
        };
        let ended = async {
            for run in runs {
                // An upload of the API is a source, whose run has another name; workers take it up.
                if self.installation.store.run(*run).await?.is_some() {
                    engine.wait_run(*run).await?;
                }
            }
            Ok::<_, PortError>(())
        };
        let waited = tokio::time::timeout(time, ended).await;
        let _ = stop.send(true);
        working.await.context("stop the engine")?;
        if let Ok(outcome) = waited {
            outcome?;
        }
        Ok(())
    }

    /// Whether each of these runs has ended. Where nobody but this function looks at uploads, one that has not must be
    /// asked for again.
    async fn have_ended(&self, runs: &[RunId]) -> anyhow::Result<bool> {
        for run in runs {
            if self.installation.store.run(*run).await?.is_some_and(|row| !row.state.is_final()) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// One message of a batch, or a bare event of S3.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    body: String,
}

/// An event of SQS gives the messages that must come again; an event of S3 itself fails as a whole.
async fn answer(vision: Arc<Vision>, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (event, context) = event.into_parts();
    let deadline = Instant::from_unix_millis(i64::try_from(context.deadline).unwrap_or(i64::MAX));
    if event.pointer("/Records/0/messageId").is_none() {
        let created = read_s3_event(&event.to_string(), &vision.raw_bucket)?;
        let runs = vision.accept(&created).await?;
        vision.work(&runs, time_until(deadline)).await?;
        if !vision.have_ended(&runs).await? {
            return Err("the time was over before all of it was looked at; it goes on with the next try".into());
        }
        return Ok(json!({ "runs": runs }));
    }
    let mut accepted = Vec::new();
    let mut failures = Vec::new();
    for record in event["Records"].as_array().cloned().unwrap_or_default() {
        let Message { message_id, body } = serde_json::from_value(record)?;
        let started = match read_s3_event(&body, &vision.raw_bucket) {
            Ok(created) => vision.accept(&created).await,
            Err(why) => Err(anyhow::anyhow!("the message is no event of S3: {why}")),
        };
        match started {
            Ok(runs) => accepted.push((message_id, runs)),
            Err(error) => {
                tracing::warn!(message = message_id, "a message was not accepted: {error:#}");
                failures.push(message_id);
            }
        }
    }
    // What was accepted is on disk: from here on nothing is lost, whatever happens to this function.
    let runs: Vec<RunId> = accepted.iter().flat_map(|(_, runs)| runs).copied().collect();
    vision.work(&runs, time_until(deadline)).await?;
    for (message_id, runs) in accepted {
        if !vision.have_ended(&runs).await? {
            tracing::warn!(message = message_id, "the time was over before its upload was looked at");
            failures.push(message_id);
        }
    }
    let failures: Vec<Value> = failures.into_iter().map(|id| json!({ "itemIdentifier": id })).collect();
    Ok(json!({ "batchItemFailures": failures }))
}

/// The time to work in.
fn time_until(deadline: Instant) -> Duration {
    match deadline.millis_since(SystemClock.now()) {
        0 => UNTOLD,
        millis => Duration::from_millis(millis).saturating_sub(RESERVE),
    }
}

/// Hears beats.
struct Beats {
    blobs: Arc<S3Blobs>,
    tracker: EmbeddedTracker,
    s3: S3Config,
}

/// What beats are asked for: an object in one of the two buckets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Music {
    bucket: String,
    key: String,
}

impl Beats {
    fn open(config: &Config, s3: S3Config) -> anyhow::Result<Self> {
        let blobs = Arc::new(S3Blobs::new(&s3)?);
        let engine = wire::beat_engine(config.beats.network())?;
        let tracker = EmbeddedTracker::new(wire::media(), Arc::clone(&blobs) as Arc<dyn BlobStore>, engine);
        Ok(Self { blobs, tracker, s3 })
    }

    fn bucket(&self, name: &str) -> Option<Bucket> {
        match name {
            _ if name == self.s3.raw_bucket => Some(Bucket::Raw),
            _ if name == self.s3.final_bucket => Some(Bucket::Final),
            _ => None,
        }
    }
}

/// The grid of a track, as `nexus beats` and the worker have it. What it fails with is told by its kind, for those who
/// ask ([`nexus_store::LambdaBeats`]).
async fn hear(beats: Arc<Beats>, event: LambdaEvent<Value>) -> Result<BeatGrid, Diagnostic> {
    let (event, context) = event.into_parts();
    let wanted = "expected {\"bucket\": \"...\", \"key\": \"t/<business>/...\"}";
    let invalid = |message| failed(ErrorKind::Invalid, message);
    let music: Music = serde_json::from_value(event).map_err(|error| invalid(format!("{error}; {wanted}")))?;
    let bucket = beats.bucket(&music.bucket);
    let bucket = bucket.ok_or_else(|| invalid(format!("'{}' is no bucket of ours", music.bucket)))?;
    let key = BlobKey::try_from(music.key).map_err(|error| invalid(error.to_string()))?;
    let found = beats.blobs.head(bucket, &key).await.map_err(told)?;
    let blob = found.ok_or_else(|| failed(ErrorKind::NotFound, format!("there is no object {key}")))?;
    let step = StepName::aside("beats");
    let key = StepKey { run: RunId::derived(&["lambda", &context.request_id]), step, item: String::new() };
    beats.tracker.track(&blob, &StepContext::quiet(key)).await.map_err(told)
}

fn told(error: PortError) -> Diagnostic {
    failed(error.kind, error.chain())
}

fn failed(kind: ErrorKind, error_message: String) -> Diagnostic {
    let word = serde_json::to_value(kind).ok();
    let error_type = word.as_ref().and_then(Value::as_str).unwrap_or("bug").to_owned();
    Diagnostic { error_type, error_message }
}
