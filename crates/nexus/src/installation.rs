//! An opened data folder with everything wired: store, ports, engine, storage endpoint, dispatcher.

use std::{
    net::SocketAddr,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use nexus_core::{
    BusinessId, RunId,
    blob::Arrival,
    business::Business,
    film::{Aspect, Resolution},
    journal::{Arrived, Journal as _, NewRun, RunFilter, RunState},
    port::{Ports, ShotStore as _},
    time::Clock,
};
use nexus_flows::{
    CallbackFlow, EditFlow, FilmSettings, IngestFlow, LookAgainFlow, ReelFlow, SourceFlow, SourceInput,
    callback::callback_run, outdated, source::SourceFrom,
};
use nexus_media::Sandbox;
use nexus_store::{FolderLock, LocalBlobs, S3Options, Store};
use nexus_workflow::{Engine, EngineConfig, Failpoint};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{clock::SystemClock, config::Config, intake, show, wire};

/// What an installation is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose<'a> {
    /// To read, beside whoever works in it.
    Look,
    /// To work, alone; the storage endpoint listens on this address.
    Work {
        /// Address and port; port 0 takes any free one.
        storage_listen: &'a str,
        /// Where publications go; below the data folder when `None`.
        outbox: Option<&'a Path>,
    },
}

/// An opened data folder.
pub(crate) struct Installation {
    /// What it was opened with.
    pub(crate) config: Config,
    /// Everything durable.
    pub(crate) store: Store,
    /// The ports.
    pub(crate) ports: Arc<Ports>,
    /// The clock.
    pub(crate) clock: Arc<dyn Clock>,
    storage: Option<TcpListener>,
    _lock: Option<FolderLock>,
}

impl Installation {
    /// The store alone, to look into.
    pub(crate) async fn look(config: &Config) -> anyhow::Result<Store> {
        if !config.data.join("nexus.db").is_file() {
            bail!(
                "there is no data in {} yet; `nexus demo` or `nexus ingest FILE` makes some, and --data DIR chooses another folder",
                config.data.display()
            );
        }
        Ok(Store::open(&config.data, Arc::new(SystemClock)).await?)
    }

    /// Opens the data folder of `config`.
    pub(crate) async fn open(config: &Config, purpose: Purpose<'_>) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let default_outbox = config.data.join("outbox");
        let (store, lock, storage, outbox) = match purpose {
            Purpose::Look => (Self::look(config).await?, None, None, default_outbox),
            Purpose::Work { storage_listen, outbox } => {
                if nexus_media::chosen_sandbox() == Sandbox::Enforced {
                    nexus_media::sandbox_status().context(
                        "nothing is worked on here, because ffmpeg would run without its jail; `nexus doctor` says \
                         what is missing, and --insecure-no-sandbox accepts the risk",
                    )?;
                }
                let store = Store::open(&config.data, Arc::clone(&clock)).await?;
                let lock = store.hold_alone().await?;
                store.recover().await?;
                let storage = listen(storage_listen, "server.storage_listen").await?;
                (store, Some(lock), Some(storage), outbox.map_or(default_outbox, Path::to_path_buf))
            }
        };
        let address = storage.as_ref().map(TcpListener::local_addr).transpose()?;
        let storage_url = format!("http://{}", address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8788))));
        let folders = wire::Folders { data: &config.data, outbox: &outbox };
        std::fs::create_dir_all(config.data.join("scratch")).context("make the scratch folder")?;
        let blobs = LocalBlobs::new(store.clone(), &storage_url)?;
        let ports = Arc::new(wire::ports(config, &folders, &store, blobs, &clock)?);
        Ok(Self { config: config.clone(), store, ports, clock, storage, _lock: lock })
    }

    /// The engine over this installation's journal.
    pub(crate) fn engine(&self) -> Engine {
        let flows: Vec<Arc<dyn nexus_workflow::Flow>> = vec![
            Arc::new(IngestFlow { ports: Arc::clone(&self.ports) }),
            Arc::new(ReelFlow { ports: Arc::clone(&self.ports), scratch: self.scratch() }),
            Arc::new(EditFlow { ports: Arc::clone(&self.ports) }),
            Arc::new(SourceFlow { ports: Arc::clone(&self.ports) }),
            Arc::new(LookAgainFlow { ports: Arc::clone(&self.ports) }),
            Arc::new(CallbackFlow { ports: Arc::clone(&self.ports) }),
        ];
        let config = EngineConfig {
            workers: NonZeroUsize::new(2).expect("two is not zero"),
            failpoint: crash_hook(),
            ..EngineConfig::default()
        };
        Engine::new(Arc::new(self.store.clone()), Arc::clone(&self.clock), flows, config)
    }

    /// Starts engine, storage endpoint and dispatcher; they end when the result is dropped.
    pub(crate) fn start(&mut self) -> anyhow::Result<Workshop> {
        let listener = self.storage.take().context("an installation opened to look cannot work")?;
        let engine = self.engine();
        let (shutdown, stop) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let (working, stopping) = (engine.clone(), stop.clone());
        tasks.spawn(async move { working.serve(stopping).await });
        let store = self.store.clone();
        tasks.spawn(async move {
            let mut stop = stop;
            let stopped = async move {
                let _ = stop.wait_for(|stop| *stop).await;
            };
            if let Err(error) = nexus_store::serve_s3(&store, &S3Options::default(), listener, stopped).await {
                tracing::error!(%error, "the storage endpoint stopped");
            }
        });
        tasks.spawn(dispatch(self.store.clone()));
        Ok(Workshop { engine, _shutdown: shutdown, _tasks: tasks })
    }

    /// Queues a second look at footage that other eyes saw: after a model came, or changed. Says how many clips wait.
    pub(crate) async fn look_again(&self) -> anyhow::Result<usize> {
        let eyes = self.ports.tagger.eyes();
        let mut waiting = 0;
        for business in self.ports.business.list().await? {
            let clips = outdated(&self.ports.memory.all(business.id).await?, &eyes).len();
            let of_business = RunFilter {
                business: Some(business.id),
                flow: Some("look-again".into()),
                limit: 1,
                ..RunFilter::default()
            };
            // A look that has not ended goes on by itself, and sees with the eyes of today.
            let open = self
                .store
                .runs(&of_business)
                .await?
                .iter()
                .any(|run| !matches!(run.state, RunState::Done | RunState::Failed));
            if clips > 0 && !open {
                let version = self.store.version(business.id).await?.to_string();
                let run = NewRun {
                    id: RunId::derived(&["look-again", &business.id.to_string(), &eyes, &version]),
                    flow: "look-again".into(),
                    version: 1,
                    business: business.id,
                    input: serde_json::json!({ "eyes": eyes }),
                };
                if self.store.enqueue(run).await? == Arrived::First {
                    waiting += clips;
                }
            }
        }
        Ok(waiting)
    }

    /// The business named, or the only one there is.
    pub(crate) async fn business(&self, named: Option<BusinessId>) -> anyhow::Result<Business> {
        let mut all = self.ports.business.list().await?;
        match named {
            Some(id) => all
                .into_iter()
                .find(|business| business.id == id)
                .with_context(|| format!("there is no business {id} here")),
            None if all.len() == 1 => Ok(all.remove(0)),
            None if all.is_empty() => {
                bail!("there is no business here yet; `nexus demo` makes one, `--business` names one")
            }
            None => {
                let names =
                    all.iter().map(|business| format!("{} ({})", business.id, business.name)).collect::<Vec<_>>();
                bail!("there are several businesses; choose one with --business: {}", names.join(", "))
            }
        }
    }

    /// As [`Installation::business`]; the first of an empty installation is made by the name that is given, or a plain one.
    pub(crate) async fn business_or_first(&self, named: Option<BusinessId>) -> anyhow::Result<Business> {
        if named.is_none() && self.ports.business.list().await?.is_empty() {
            let business = intake::first_business();
            self.ports.business.save(&business).await?;
            show::line(&format!("There was no business yet: made {} ({}).", business.name, business.id));
            return Ok(business);
        }
        self.business(named).await
    }

    /// How films are made, from the configuration.
    pub(crate) fn settings(&self) -> FilmSettings {
        let Config { film, cut, approval, server, .. } = &self.config;
        FilmSettings {
            aspect: film.aspect,
            resolution: film.resolution,
            seed: film.seed,
            style: None,
            cut: cut.clone(),
            undo_s: approval.undo_s,
            approval_hours: approval.expires_h,
            public_url: server.public_url.clone(),
        }
    }

    fn scratch(&self) -> PathBuf {
        self.config.data.join("scratch")
    }
}

/// What works in the background.
pub(crate) struct Workshop {
    /// The engine.
    pub(crate) engine: Engine,
    _shutdown: watch::Sender<bool>,
    _tasks: JoinSet<()>,
}

/// Listens, or says which key to change.
pub(crate) async fn listen(address: &str, key: &str) -> anyhow::Result<TcpListener> {
    let parsed: SocketAddr = address
        .parse()
        .with_context(|| format!("'{address}' ({key}) is not an address; expected for instance 127.0.0.1:8787"))?;
    if !parsed.ip().is_loopback() {
        bail!(
            "{address} ({key}) is reachable from other machines, and the API asks for no key yet; \
             use 127.0.0.1 and put a reverse proxy with a password in front of it"
        );
    }
    TcpListener::bind(parsed).await.with_context(|| {
        format!(
            "cannot listen on {address}; another program may hold the port: stop it, or choose another one with {key}"
        )
    })
}

/// The run that a stored file starts.
pub(crate) fn ingest_run(arrival: &Arrival) -> NewRun {
    let object = &arrival.object;
    NewRun {
        id: RunId::derived(&["ingest", object.key.as_str(), &object.etag]),
        flow: "ingest".into(),
        version: 1,
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
    NewRun { id, flow: "source".into(), version: 1, business: key.business(), input: serde_json::json!(input) }
}

/// For ever: every arrived object starts one run (arrow 2), and so does every ended run whose end is to be told.
async fn dispatch(store: Store) {
    let mut changes = store.subscribe();
    loop {
        changes.mark_unchanged();
        if let Err(error) = dispatch_waiting(&store).await {
            tracing::warn!(error = %error, "arrivals could not be dispatched; they stay queued");
        }
        if let Err(error) = dispatch_callbacks(&store).await {
            tracing::warn!(error = %error, "callbacks could not be dispatched; they stay queued");
        }
        let wait = std::time::Duration::from_secs(5);
        if matches!(tokio::time::timeout(wait, changes.changed()).await, Ok(Err(_))) {
            return;
        }
    }
}

async fn dispatch_waiting(store: &Store) -> anyhow::Result<()> {
    for (seq, arrival) in store.next_arrivals(100).await? {
        store.enqueue(arrival_run(&arrival)).await?;
        store.ack_arrival(seq).await?;
    }
    Ok(())
}

async fn dispatch_callbacks(store: &Store) -> anyhow::Result<()> {
    for (id, url) in store.callbacks_due(100).await? {
        let ended = store.run(id).await?.with_context(|| format!("{id} is to be told of and is not there"))?;
        store.hand_callback(id, callback_run(&ended, &url)).await?;
    }
    Ok(())
}

/// Aborts the process at the n-th boundary named by `NEXUS_CRASH_AT`, for crash tests of debug builds.
fn crash_hook() -> Option<Failpoint> {
    if !cfg!(debug_assertions) {
        return None;
    }
    #[expect(clippy::disallowed_methods, reason = "a hook of crash tests, absent from release builds")]
    let at: usize = std::env::var("NEXUS_CRASH_AT").ok()?.parse().ok()?;
    let passed = std::sync::atomic::AtomicUsize::new(0);
    Some(Arc::new(move |_| {
        if passed.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == at {
            std::process::abort();
        }
    }))
}

/// As [`Aspect`] and [`Resolution`] stand in file names: `9x16-1080`.
pub(crate) fn format_name(aspect: Aspect, resolution: Resolution) -> String {
    let resolution = match resolution {
        Resolution::Hd => "720",
        Resolution::FullHd => "1080",
        Resolution::Uhd => "4k",
    };
    format!("{}-{resolution}", aspect.as_str().replace(':', "x"))
}
