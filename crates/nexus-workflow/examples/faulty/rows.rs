//! The rows of the matrix: what is done to the processes, and what must hold afterwards.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use nexus_core::{
    RunId,
    journal::{Claimable, Journal as _, Release, RunState},
};
use nexus_store::{DatabaseUrl, Store};
use nexus_testkit::postgres::Server;
use nexus_workflow::{Engine, engine_errors};
use serde_json::{Value, json};

use super::{
    child::config,
    proxy::Proxy,
    story::{NETWORKS, TRACE, Wall, World, new_run, story},
};

/// One store and everything that happens on it.
pub(crate) struct Desk<'a> {
    pub(crate) name: &'a str,
    pub(crate) url: String,
    pub(crate) folder: PathBuf,
    pub(crate) server: Option<Server>,
    pub(crate) made: usize,
}

/// A database of its own, and the folder of whoever works on it.
struct Place {
    address: String,
    folder: PathBuf,
    store: Store,
}

impl Desk<'_> {
    fn tell(&self, row: &str, what: &str, figures: &str) {
        println!("| {row} | {} | {what} | {figures} |", self.name);
    }

    async fn place(&mut self) -> Place {
        self.made += 1;
        let folder = self.folder.join(self.made.to_string());
        fs::create_dir_all(&folder).expect("a folder");
        let address = match &self.server {
            Some(server) => server.database(&format!("f{}", self.made)),
            None => self.url.clone(),
        };
        let url = DatabaseUrl::parse(&address).expect("an address");
        let store = Store::open_at(&url, &folder, Arc::new(Wall)).await.expect("a store");
        Place { address, folder, store }
    }

    /// Row 1: once at every boundary.
    pub(crate) async fn kills_at_every_boundary(&mut self) {
        let place = self.place().await;
        place.begin("undisturbed", json!({})).await;
        let (boundaries, errors) = place.child(0, "undisturbed");
        assert_eq!(errors, 0, "errors of the engine in an undisturbed run");
        place.check("undisturbed", 1).await;
        let mut times = Vec::new();
        for kill_at in 1..=boundaries {
            let name = format!("single {kill_at}");
            place.begin(&name, json!({})).await;
            place.killed(kill_at, &name);
            times.push(place.recovers(&name));
            let claims = place.check(&name, 2).await;
            assert!(claims <= 2, "{claims} claims after one kill at {kill_at}");
        }
        let figures = format!("points {boundaries} of {boundaries}, wrong 0, doubles 0, {}", spread(&mut times));
        self.tell("1", "killed once at every boundary", &figures);
    }

    /// Row 1: at two boundaries, one after the other.
    pub(crate) async fn kills_at_pairs(&mut self, most: usize) {
        let place = self.place().await;
        place.begin("count", json!({})).await;
        let (boundaries, _) = place.child(0, "count");
        let all: Vec<(u64, u64)> =
            (1..=boundaries).flat_map(|one| (1..=boundaries).map(move |other| (one, other))).collect();
        let step = (all.len() / most.min(all.len())).max(1);
        let mut times = Vec::new();
        let mut doubly = 0;
        let tried: Vec<&(u64, u64)> = all.iter().step_by(step).collect();
        for (one, other) in &tried {
            let name = format!("pair {one} {other}");
            place.begin(&name, json!({})).await;
            place.killed(*one, &name);
            // The second process may end before it meets its boundary.
            doubly += usize::from(!place.run_child(*other, &name).status.success());
            times.push(place.recovers(&name));
            place.check(&name, 3).await;
        }
        let figures = format!(
            "pairs {} of {}, killed twice {doubly}, wrong 0, doubles 0, {}",
            tried.len(),
            all.len(),
            spread(&mut times)
        );
        self.tell("1", "killed at two boundaries", &figures);
    }

    /// Row 1: SIGKILL at any moment, for as long as `time`.
    pub(crate) async fn random_kills(&mut self, time: Duration) {
        let place = self.place().await;
        let (mut kills, mut runs, mut seed) = (0, 0, 7_u64);
        let until = Instant::now() + time;
        while Instant::now() < until {
            let name = format!("random {runs}");
            place.begin(&name, json!({ "work_ms": 30 })).await;
            runs += 1;
            for _ in 0..3 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let mut child = place.spawn(0, &name);
                std::thread::sleep(Duration::from_millis((seed >> 33) % 150));
                child.kill().expect("killed");
                kills += usize::from(!child.wait().expect("ended").success());
            }
            place.child(0, &name);
            place.check(&name, 5).await;
        }
        self.tell("1", "SIGKILL at random moments", &format!("{runs} runs, {kills} kills, wrong 0, doubles 0"));
    }

    /// Row 9: the provider posts, and its answer is lost, or says the opposite.
    pub(crate) async fn publications_that_time_out(&mut self, trials: usize) {
        let place = self.place().await;
        for number in 0..trials {
            place.begin(&format!("lost {number}"), json!({ "manners": 1 + number % 2 })).await;
        }
        let engine = Engine::new(Arc::new(place.store.clone()), Arc::new(Wall), story(&place.folder), config(None));
        loop {
            engine.run_until_idle().await;
            let depths = place.store.depths().await.expect("depths");
            if depths.iter().all(|depth| depth.state.is_final()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let posts = World::new(place.folder.join("world")).posts();
        let doubles = posts.values().filter(|count| **count > 1).count();
        assert_eq!((posts.len(), doubles), (trials * NETWORKS.len(), 0), "posts and doubles");
        for number in 0..trials {
            place.check(&format!("lost {number}"), u64::MAX).await;
        }
        let figures = format!("{} time-outs, doubles 0, lost 0", posts.len());
        self.tell("9", "posted, and the answer was lost or said the opposite", &figures);
    }

    /// Row 14: a process is stopped beyond its lease and goes on afterwards.
    pub(crate) async fn a_worker_that_was_frozen(&mut self, times: usize) {
        let place = self.place().await;
        for number in 0..times {
            let name = format!("frozen {number}");
            place.begin(&name, json!({ "work_ms": 700 })).await;
            let mut frozen = place.spawn(0, &name);
            std::thread::sleep(Duration::from_millis(450));
            signal(&frozen, "-STOP");
            // Frozen in the middle of a write it keeps everybody from SQLite's file: then it is frozen a little later.
            while !place.store.is_shared() && place.store.recover().await.is_err() {
                signal(&frozen, "-CONT");
                std::thread::sleep(Duration::from_millis(20));
                signal(&frozen, "-STOP");
            }
            if place.store.is_shared() {
                // Another machine takes it up when the lease ends, and finishes it.
                place.child(0, &name);
            } else {
                // On the only machine nobody else may: its lease is taken over as a next start would.
                let kinds = [Claimable::new("story", 1)];
                if let Some(claim) = place.store.claim("another", &kinds, 60_000).await.expect("claim") {
                    let back = Release::Yield { role: None };
                    place.store.release(claim.run.id, claim.run.epoch, back).await.expect("given back");
                }
            }
            signal(&frozen, "-CONT");
            // Refused its stale save, it finds the run ended, or claims it anew and ends it properly.
            frozen.wait().expect("ended");
            place.check(&name, 4).await;
        }
        self.tell("14", "SIGSTOP beyond the lease, then SIGCONT", &format!("{times} times, stale writes 0, doubles 0"));
    }

    /// Row 4: the server crashes under load.
    pub(crate) async fn a_database_that_crashes(&mut self, times: usize) {
        let place = self.place().await;
        let before = engine_errors();
        let runs = 300;
        for number in 0..runs {
            place.begin(&format!("load {number}"), json!({ "work_ms": 20 })).await;
        }
        let engine = Engine::new(Arc::new(place.store.clone()), Arc::new(Wall), story(&place.folder), config(None));
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let working = tokio::spawn(async move { engine.serve(stopped).await });
        for _ in 0..times {
            tokio::time::sleep(Duration::from_millis(700)).await;
            let server = self.server.as_mut().expect("a server");
            tokio::task::block_in_place(|| server.restart());
        }
        place.until_all_ended().await;
        let _ = stop.send(true);
        working.await.expect("stopped");
        for number in 0..runs {
            place.check(&format!("load {number}"), u64::MAX).await;
        }
        let figures =
            format!("{times} crashes, {runs} runs, wrong 0, doubles 0, engine errors {}", engine_errors() - before);
        self.tell("4", "immediate stop and start of the server under load", &figures);
    }

    /// Row 13: packets are swallowed for longer than a lease.
    pub(crate) async fn a_network_that_falls_silent(&mut self) {
        let place = self.place().await;
        let port = place.address.rsplit(':').next().and_then(|rest| rest.split('/').next()).expect("a port");
        let proxy = Proxy::to(format!("127.0.0.1:{port}").parse().expect("an address")).await;
        let through = place.address.replace(port, &proxy.port.to_string());
        let url = DatabaseUrl::parse(&through).expect("an address");
        let far = Store::open_at(&url, &place.folder.join("far"), Arc::new(Wall)).await.expect("a store");
        for number in 0..40 {
            place.begin(&format!("silent {number}"), json!({ "work_ms": 200 })).await;
        }
        let engine = Engine::new(Arc::new(far), Arc::new(Wall), story(&place.folder), config(None));
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let working = tokio::spawn(async move { engine.serve(stopped).await });
        tokio::time::sleep(Duration::from_millis(600)).await;
        proxy.fall_silent(true);
        tokio::time::sleep(Duration::from_secs(4)).await;
        proxy.fall_silent(false);
        let healed = Instant::now();
        place.until_all_ended().await;
        let took = healed.elapsed();
        let _ = stop.send(true);
        working.await.expect("stopped");
        for number in 0..40 {
            place.check(&format!("silent {number}"), u64::MAX).await;
        }
        let figures =
            format!("40 runs, wrong 0, doubles 0, all ended {:.1} s after the network came back", took.as_secs_f64());
        self.tell("13", "4 s in which every packet was swallowed", &figures);
    }
}

impl Place {
    async fn begin(&self, name: &str, input: Value) {
        let run = new_run(name, input);
        let id = run.id;
        self.store.enqueue(run).await.expect("enqueued");
        self.store.signal(id, "answer", json!("yes")).await.expect("answered");
    }

    fn spawn(&self, kill_at: u64, name: &str) -> Child {
        self.command(kill_at, name).spawn().expect("a process")
    }

    fn run_child(&self, kill_at: u64, name: &str) -> Output {
        self.command(kill_at, name).output().expect("a process")
    }

    #[expect(clippy::disallowed_methods, reason = "the harness starts itself again to be killed")]
    fn command(&self, kill_at: u64, name: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["child", &self.address]).arg(&self.folder).args([&kill_at.to_string(), name]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    /// A process that ends by itself: boundaries that it met, errors of its engine.
    fn child(&self, kill_at: u64, name: &str) -> (u64, u64) {
        let output = self.run_child(kill_at, name);
        assert!(output.status.success(), "{name}: the process failed");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut numbers = said.split_whitespace().map(|word| word.parse().expect("a number"));
        (numbers.next().expect("boundaries"), numbers.next().expect("errors"))
    }

    fn killed(&self, kill_at: u64, name: &str) {
        assert!(!self.run_child(kill_at, name).status.success(), "{name}: killed at {kill_at}");
    }

    /// Starts anew; how long until the run has ended.
    fn recovers(&self, name: &str) -> Duration {
        let begun = Instant::now();
        let (_, errors) = self.child(0, name);
        assert_eq!(errors, 0, "{name}: recovery hides nothing");
        begun.elapsed()
    }

    async fn until_all_ended(&self) {
        loop {
            let depths = self.store.depths().await;
            if depths.is_ok_and(|depths| depths.iter().all(|depth| depth.state.is_final())) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The invariants of one run that has ended: I1 one run, I2 one post per channel, I3 nothing open, the exact trace.
    async fn check(&self, name: &str, most_claims: u64) -> u64 {
        let id = RunId::derived(&[name]);
        let row = self.store.run(id).await.expect("read").expect("I1: the run is there");
        assert_eq!(row.state, RunState::Done, "{name}: {:?}", row.error);
        let steps = self.store.steps(id).await.expect("steps");
        let trace: Vec<String> = steps
            .iter()
            .map(|row| if row.item.is_empty() { row.step.to_string() } else { format!("{}/{}", row.step, row.item) })
            .collect();
        assert_eq!(trace, TRACE, "{name}: the exact trace");
        let posts: BTreeMap<String, usize> = World::new(self.folder.join("world")).posts();
        for row in steps.iter().filter(|row| NETWORKS.contains(&row.item.as_str())) {
            let token = row.output.as_str().expect("a token");
            assert_eq!(posts.get(token), Some(&1), "I2: {name} posted to {} once", row.item);
        }
        let claims = u64::try_from(row.epoch.0).expect("a count");
        assert!(claims <= most_claims, "{name}: {claims} claims");
        claims
    }
}

#[expect(clippy::disallowed_methods, reason = "the harness freezes a process of its own")]
fn signal(child: &Child, which: &str) {
    let sent = Command::new("kill").args([which, &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "{which}");
}

fn spread(times: &mut [Duration]) -> String {
    times.sort();
    let at = |part: f64| times[((times.len() as f64 - 1.0) * part).round() as usize].as_secs_f64();
    format!("recovery p50 {:.2} s, p99 {:.2} s", at(0.5), at(0.99))
}
