//! An opened data folder with everything wired: store, ports, engine, storage endpoint, dispatcher.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use nexus_core::{
    BusinessId, RunId,
    business::Business,
    film::{Aspect, Resolution},
    journal::{Arrived, Journal as _, NewRun, Priority, Role, RunFilter},
    port::{Ports, ShotStore as _},
    time::Clock,
};
use nexus_flows::{
    CallbackFlow, EditFlow, FilmSettings, IngestFlow, LookAgainFlow, PartFlow, ReelFlow, SourceFlow, outdated,
};
use nexus_media::Sandbox;
use nexus_store::{FolderLock, S3Options, Store};
use nexus_workflow::{Engine, EngineConfig, Failpoint};
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use crate::{arrivals, clock::SystemClock, config::Config, hands, intake, sharing, show, wire};

/// Every flow of this program and its version; [`Installation::flows`] has them in the same order.
pub(crate) const FLOWS: [(&str, u32); 7] =
    [("ingest", 1), ("reel", 1), ("edit", 1), ("part", 1), ("source", 1), ("look-again", 1), ("callback", 1)];

/// What an installation is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose<'a> {
    /// To read, beside whoever works in it.
    Look,
    /// To work: alone in a folder of this machine, beside others on a shared database. The storage endpoint, where files
    /// lie in the folder, listens on this address.
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
    scratch: PathBuf,
    storage: Option<TcpListener>,
    _lock: Option<FolderLock>,
}

impl Installation {
    /// The store alone, to look into.
    pub(crate) async fn look(config: &Config) -> anyhow::Result<Store> {
        Self::expect_data(config)?;
        Ok(sharing::store(config).await?.0)
    }

    /// A look makes nothing: where there is no data it says so.
    fn expect_data(config: &Config) -> anyhow::Result<()> {
        if !config.store.is_shared() && !config.data.join("nexus.db").is_file() {
            bail!(
                "there is no data in {} yet; `nexus demo` or `nexus ingest FILE` makes some, and --data DIR chooses another folder",
                config.data.display()
            );
        }
        Ok(())
    }

    /// Opens the data folder of `config`.
    pub(crate) async fn open(config: &Config, purpose: Purpose<'_>) -> anyhow::Result<Self> {
        let default_outbox = config.outbox.dir_or(config.data.join("outbox"));
        let in_s3 = config.blobs.buckets().map_err(anyhow::Error::msg)?.is_some();
        let (storage_listen, outbox) = match purpose {
            Purpose::Look => {
                Self::expect_data(config)?;
                (None, default_outbox)
            }
            Purpose::Work { storage_listen, outbox } => {
                if nexus_media::chosen_sandbox() == Sandbox::Enforced {
                    nexus_media::sandbox_status().context(
                        "nothing is worked on here, because ffmpeg would run without its jail; `nexus doctor` says \
                         what is missing, and --insecure-no-sandbox accepts the risk",
                    )?;
                }
                (Some(storage_listen), outbox.map_or(default_outbox, Path::to_path_buf))
            }
        };
        let (store, clock) = sharing::store(config).await?;
        let mut lock = None;
        let mut storage = None;
        if let Some(address) = storage_listen {
            // On a shared database others hold leases of their own, which end by themselves.
            if !store.is_shared() {
                lock = Some(store.hold_alone().await?);
                if let Some(newest) = store.newest_entry().await? {
                    SystemClock::go_on_from(newest);
                }
                store.recover().await?;
            }
            if !in_s3 {
                storage = Some(listen(address, "server.storage_listen").await?);
            }
        }
        let address = storage.as_ref().map(TcpListener::local_addr).transpose()?;
        let storage_url = format!("http://{}", address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8788))));
        let scratch = scratch(config, lock.is_some()).context("make the scratch folder")?;
        let folders = wire::Folders { data: &config.data, scratch: &scratch, outbox: &outbox };
        let blobs = sharing::blobs(config, &store, &storage_url)?;
        let ports = Arc::new(wire::ports(config, &folders, &store, blobs, &clock)?);
        Ok(Self { config: config.clone(), store, ports, clock, scratch, storage, _lock: lock })
    }

    /// Every flow of the product.
    pub(crate) fn flows(&self) -> Vec<Arc<dyn nexus_workflow::Flow>> {
        let ports = || Arc::clone(&self.ports);
        vec![
            Arc::new(IngestFlow { ports: ports() }),
            Arc::new(ReelFlow { ports: ports(), scratch: self.scratch.clone() }),
            Arc::new(EditFlow { ports: ports() }),
            Arc::new(PartFlow { ports: ports() }),
            Arc::new(SourceFlow { ports: ports() }),
            Arc::new(LookAgainFlow { ports: ports() }),
            Arc::new(CallbackFlow { ports: ports() }),
        ]
    }

    /// The engine over this installation's journal, for some of its roles.
    pub(crate) fn engine(&self, roles: &[Role], drain: Duration) -> anyhow::Result<Engine> {
        let usual = hands::engine_config(&self.config.worker, roles)?;
        let config = EngineConfig { failpoint: crash_hook(), drain, ..usual };
        let flows = self.flows();
        debug_assert!(flows.iter().map(|flow| (flow.name(), flow.version())).eq(FLOWS), "FLOWS names every flow");
        Ok(Engine::new(Arc::new(self.store.clone()), Arc::clone(&self.clock), flows, config))
    }

    /// Starts engine, storage endpoint and dispatcher for every role, for a command that ends by itself.
    pub(crate) fn start(&mut self) -> anyhow::Result<Workshop> {
        self.start_as(&Role::ALL, Duration::ZERO)
    }

    /// Starts what serves `roles`: the engine, and with it whatever tells of arrivals. Told to stop, runs may end their
    /// step within `drain`.
    pub(crate) fn start_as(&mut self, roles: &[Role], drain: Duration) -> anyhow::Result<Workshop> {
        let engine = self.engine(roles, drain)?;
        let (shutdown, stop) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let (working, stopping) = (engine.clone(), stop.clone());
        let works = (!roles.is_empty()).then(|| tokio::spawn(async move { working.serve(stopping).await }));
        if let Some(listener) = self.storage.take() {
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
        }
        tasks.spawn(arrivals::dispatch(self.store.clone()));
        if sharing::s3(&self.config)?.is_some() {
            let queue = sharing::queue(&self.config)?;
            let (store, blobs) = (self.store.clone(), Arc::clone(&self.ports.blobs));
            tasks.spawn(arrivals::look_for_uploads(store, blobs, queue.is_some()));
            if let Some(queue) = queue {
                tasks.spawn(arrivals::hear(self.store.clone(), queue));
            }
        }
        Ok(Workshop { engine, shutdown, works, _tasks: tasks })
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
            let open = self.store.runs(&of_business).await?.iter().any(|run| !run.state.is_final());
            if clips > 0 && !open {
                let version = self.store.version(business.id).await?.to_string();
                let run = NewRun {
                    id: RunId::derived(&["look-again", &business.id.to_string(), &eyes, &version]),
                    flow: "look-again".into(),
                    version: 1,
                    priority: Priority::Background,
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
}

/// A folder for files in the making. Whoever holds the data folder alone has one of its own, without what a crash left.
fn scratch(config: &Config, is_alone: bool) -> std::io::Result<PathBuf> {
    let mut folder = config.data.join("scratch");
    if is_alone {
        folder.push("own");
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// What works in the background.
pub(crate) struct Workshop {
    /// The engine.
    pub(crate) engine: Engine,
    shutdown: watch::Sender<bool>,
    works: Option<JoinHandle<()>>,
    _tasks: JoinSet<()>,
}

impl Workshop {
    /// Claims nothing more, lets runs end their step for as long as the configuration says, and lets go of them.
    pub(crate) async fn drain(mut self) {
        let _ = self.shutdown.send(true);
        if let Some(works) = self.works.take() {
            let _ = works.await;
        }
    }
}

impl Drop for Workshop {
    /// As a crash: leases are given back at the next start.
    fn drop(&mut self) {
        if let Some(works) = &self.works {
            works.abort();
        }
    }
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
