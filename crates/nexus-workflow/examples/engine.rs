//! How fast the engine is, on SQLite and on PostgreSQL, side by side in one run: flows per second, time to the first
//! step, parked runs, resuming after a crash. `bench/engine` prints its table.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant as Watch},
};

use async_trait::async_trait;
use nexus_core::{
    BusinessId, Instant, RunId,
    journal::{Claimable, Journal as _, NewRun, Priority, Role, StepName},
    time::Clock,
};
use nexus_store::{DatabaseUrl, Store};
use nexus_testkit::postgres::Server;
use nexus_workflow::{Engine, EngineConfig, Flow, FlowError, Run, engine_errors};
use serde_json::{Value, json};
use tokio::sync::watch;

/// Flows that run at once when flows per second are counted.
const HANDS: usize = 256;

/// The machine's time.
struct Wall;

impl Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "a measurement of the real thing takes the real time")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant::from_unix_millis(since.as_millis() as i64)
    }
}

/// Four steps that do nothing, or a wait for an answer.
struct Story {
    first: Mutex<BTreeMap<RunId, Watch>>,
    reached: Mutex<Vec<Duration>>,
    done: AtomicUsize,
}

#[async_trait]
impl Flow for Story {
    fn name(&self) -> &str {
        "story"
    }

    fn version(&self) -> u32 {
        1
    }

    fn role(&self) -> Role {
        Role::Render
    }

    async fn run(&self, run: &Run) -> Result<Value, FlowError> {
        let input: Value = run.input()?;
        if input["parked"] == true {
            return run.wait(StepName::aside("answer"), "answer").await;
        }
        for name in ["one", "two", "three", "four"] {
            run.step(StepName::aside(name), async |_| {
                if name == "one"
                    && let Some(asked) = self.first.lock().expect("held shortly").remove(&run.id())
                {
                    self.reached.lock().expect("held shortly").push(asked.elapsed());
                }
                Ok(1_u8)
            })
            .await?;
        }
        self.done.fetch_add(1, Ordering::Relaxed);
        Ok(json!(null))
    }
}

fn story() -> Arc<Story> {
    Arc::new(Story { first: Mutex::default(), reached: Mutex::default(), done: AtomicUsize::new(0) })
}

fn new_run(name: String, input: Value) -> NewRun {
    NewRun {
        id: RunId::derived(&[&name]),
        flow: "story".into(),
        version: 1,
        priority: Priority::Normal,
        business: BusinessId::derived(&["bench", &name[name.len() - 1..]]),
        input,
    }
}

fn engine(store: &Store, story: &Arc<Story>, hands: usize) -> Engine {
    let hands = EngineConfig::everything(NonZeroUsize::new(hands).expect("some"));
    let flows: Vec<Arc<dyn Flow>> = vec![Arc::clone(story) as _];
    Engine::new(Arc::new(store.clone()), Arc::new(Wall), flows, EngineConfig { hands, ..EngineConfig::default() })
}

async fn open(url: &DatabaseUrl, folder: &Path) -> Store {
    Store::open_at(url, folder, Arc::new(Wall)).await.expect("a store")
}

fn quantile(times: &mut [Duration], part: f64) -> f64 {
    times.sort();
    let place = ((times.len() as f64 - 1.0) * part).round() as usize;
    times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
}

fn tell(store: &str, what: &str, figure: &str) {
    println!("| {store} | {what} | {figure} |");
}

async fn measure(name: &str, url: &DatabaseUrl, folder: &Path, flows: usize) {
    let store = open(url, folder).await;
    // Flows per second: everything is there, then the engine begins.
    let begun = Watch::now();
    let enqueues = (0..flows).map(|number| store.enqueue(new_run(format!("flow {number}"), json!({}))));
    futures::future::try_join_all(enqueues).await.expect("enqueued");
    let accepted = flows as f64 / begun.elapsed().as_secs_f64();
    tell(name, "runs accepted durably per second", &format!("{accepted:.0}"));
    let all = story();
    let begun = Watch::now();
    engine(&store, &all, HANDS).run_until_idle().await;
    let rate = all.done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
    tell(name, &format!("four-step flows per second, {HANDS} at once"), &format!("{rate:.0}"));
    // From accepted to its first step, one at a time in an idle engine.
    let quiet = story();
    let serving = engine(&store, &quiet, 4);
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(async move { serving.serve(stopped).await });
    for number in 0..200 {
        let run = new_run(format!("single {number}"), json!({}));
        quiet.first.lock().expect("held shortly").insert(run.id, Watch::now());
        store.enqueue(run).await.expect("enqueued");
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut times = quiet.reached.lock().expect("held shortly").clone();
    let figure =
        format!("{:.1} / {:.1} ms (n = {})", quantile(&mut times, 0.5), quantile(&mut times, 0.99), times.len());
    tell(name, "enqueue to first step, p50 / p99", &figure);
    // Parked runs cost nothing.
    let parked =
        (0..10_000).map(|number| store.enqueue(new_run(format!("parked {number}"), json!({ "parked": true }))));
    futures::future::try_join_all(parked).await.expect("enqueued");
    while store.depths().await.expect("depths").iter().any(|depth| depth.state.as_str() != "waiting") {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let before = processor();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let used = (processor() - before) / 10.0 * 100.0;
    tell(name, "10,000 parked runs: processor of this process", &format!("{used:.1} % of one core"));
    let answered = Watch::now();
    store.signal(RunId::derived(&["parked 77"]), "answer", json!(7)).await.expect("signalled");
    while !store.run(RunId::derived(&["parked 77"])).await.expect("read").is_some_and(|run| run.state.is_final()) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tell(
        name,
        "answer among them to the end of its run",
        &format!("{:.1} ms", answered.elapsed().as_secs_f64() * 1000.0),
    );
    let _ = stop.send(true);
    server.await.expect("stopped");
    // A worker that is gone: another one goes on when the lease ends, or at once on the only machine.
    store.enqueue(new_run("lost".into(), json!({}))).await.expect("enqueued");
    store.claim("gone", &[Claimable::new("story", 1)], 10_000).await.expect("claim").expect("a run");
    let lost = Watch::now();
    if !store.is_shared() {
        store.recover().await.expect("recovered");
    }
    let next = story();
    let serving = engine(&store, &next, 2);
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(async move { serving.serve(stopped).await });
    while next.done.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let how = if store.is_shared() { "its lease of 10 s ends" } else { "at the next start" };
    tell(name, &format!("resumed after its worker died, {how}"), &format!("{:.2} s", lost.elapsed().as_secs_f64()));
    let _ = stop.send(true);
    server.await.expect("stopped");
    tell(name, "errors of the engine", &engine_errors().to_string());
}

/// Seconds of processor that this process has used, from /proc.
fn processor() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit(") ").next().unwrap_or_default();
    let ticks: Vec<f64> = after.split(' ').filter_map(|field| field.parse().ok()).collect();
    // Of the fields after the name: state is no number, so user and system time are the 11th and 12th.
    ticks.get(10).zip(ticks.get(11)).map_or(0.0, |(user, system)| (user + system) / 100.0)
}

#[tokio::main]
async fn main() {
    let flows: usize = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(20_000);
    let folder = tempfile::tempdir().expect("a folder");
    println!("| store | what | figure |\n|---|---|---|");
    measure("SQLite, synchronous = full", &DatabaseUrl::Sqlite, &folder.path().join("sqlite"), flows).await;
    let Some(server) = Server::start_durable() else { return };
    let url = DatabaseUrl::parse(&server.database("bench")).expect("an address");
    measure("PostgreSQL, fsync", &url, &folder.path().join("postgres"), flows / 3).await;
}
