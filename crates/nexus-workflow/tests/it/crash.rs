//! The engine is stopped at every boundary, once and twice, and a new one goes on: each effect is made exactly
//! once, the trace is exact, nothing failed, and the number of claims is exact.

use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use nexus_core::{
    Arrow, PortResult, RunId,
    journal::{
        Arrived, Claim, Claimable, Depth, Epoch, IntentState, Journal, NewRun, Release, Role, RunEvent, RunFilter,
        RunRow, RunState, StepKey, StepRow,
    },
    port::StepContext,
};
use nexus_testkit::conformance::memory_journal::MemoryJournal;
use nexus_workflow::{Engine, EngineConfig, Flow, FlowError, Run};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::bench::{Bench, aside, quick};

/// A process that can die: from then on nothing it does reaches the world.
#[derive(Default)]
struct Process {
    dead: AtomicBool,
    died: Notify,
    boundaries: Mutex<Vec<String>>,
}

impl Process {
    fn die(&self) {
        self.dead.store(true, Ordering::SeqCst);
        self.died.notify_one();
    }

    /// Does `act`, or nothing for ever when dead.
    async fn alive<T>(&self, act: impl Future<Output = T>) -> T {
        if self.dead.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        act.await
    }
}

/// What outlives processes: the network's posts, and how often each step's work was done.
#[derive(Default)]
struct World {
    posts: Mutex<Vec<String>>,
    rendered: AtomicU32,
}

/// Four kinds of step: work, a wait, effects per network, a note.
struct Story {
    process: Arc<Process>,
    world: Arc<World>,
}

#[async_trait]
impl Flow for Story {
    fn name(&self) -> &str {
        "flow"
    }

    fn version(&self) -> u32 {
        1
    }

    fn role(&self) -> Role {
        Role::Render
    }

    async fn run(&self, run: &Run) -> Result<Value, FlowError> {
        let frames: u32 = run
            .step(Arrow::Render, async |_| {
                self.process
                    .alive(async {
                        self.world.rendered.fetch_add(1, Ordering::SeqCst);
                        Ok(300)
                    })
                    .await
            })
            .await?;
        let answer: String = run.wait(Arrow::Approve, "answer").await?;
        for network in ["instagram", "tiktok"] {
            run.effect(
                Arrow::Publish,
                network,
                &answer,
                async |context| self.find(context).await,
                async |context| self.post(context).await,
            )
            .await?;
        }
        run.skip(Arrow::UpdateMaps, "the place has no profile").await?;
        run.note(aside("frames"), frames).await?;
        Ok(json!({ "frames": frames, "answer": answer }))
    }
}

impl Story {
    async fn post(&self, context: StepContext) -> PortResult<String> {
        let token = context.key.token();
        self.process.alive(async { self.world.posts.lock().unwrap().push(token.clone()) }).await;
        Ok(token)
    }

    async fn find(&self, context: StepContext) -> PortResult<Option<String>> {
        let token = context.key.token();
        self.process
            .alive(async { Ok(self.world.posts.lock().unwrap().iter().find(|known| **known == token).cloned()) })
            .await
    }
}

/// A journal that a dead process cannot reach.
struct Reached {
    journal: Arc<MemoryJournal>,
    process: Arc<Process>,
}

#[async_trait]
impl Journal for Reached {
    async fn enqueue(&self, run: NewRun) -> PortResult<Arrived> {
        self.process.alive(self.journal.enqueue(run)).await
    }
    async fn claim(&self, worker: &str, kinds: &[Claimable], lease_ms: u64) -> PortResult<Option<Claim>> {
        self.process.alive(self.journal.claim(worker, kinds, lease_ms)).await
    }
    async fn spawn(&self, parent: RunId, epoch: Epoch, children: Vec<NewRun>) -> PortResult<()> {
        self.process.alive(self.journal.spawn(parent, epoch, children)).await
    }
    async fn cancel(&self, run: RunId) -> PortResult<Arrived> {
        self.process.alive(self.journal.cancel(run)).await
    }
    async fn depths(&self) -> PortResult<Vec<Depth>> {
        self.process.alive(self.journal.depths()).await
    }
    async fn renew(&self, run: RunId, epoch: Epoch, lease_ms: u64) -> PortResult<()> {
        self.process.alive(self.journal.renew(run, epoch, lease_ms)).await
    }
    async fn record(&self, run: RunId, epoch: Epoch, step: StepRow) -> PortResult<()> {
        self.process.alive(self.journal.record(run, epoch, step)).await
    }
    async fn intend(&self, epoch: Epoch, key: &StepKey, request_hash: &str) -> PortResult<IntentState> {
        self.process.alive(self.journal.intend(epoch, key, request_hash)).await
    }
    async fn release(&self, run: RunId, epoch: Epoch, release: Release) -> PortResult<()> {
        self.process.alive(self.journal.release(run, epoch, release)).await
    }
    async fn signal(&self, run: RunId, name: &str, payload: Value) -> PortResult<Arrived> {
        self.process.alive(self.journal.signal(run, name, payload)).await
    }
    async fn recover(&self) -> PortResult<u64> {
        self.process.alive(self.journal.recover()).await
    }
    async fn retry(&self, run: RunId, from: Option<Arrow>) -> PortResult<()> {
        self.process.alive(self.journal.retry(run, from)).await
    }
    async fn run(&self, id: RunId) -> PortResult<Option<RunRow>> {
        self.process.alive(self.journal.run(id)).await
    }
    async fn runs(&self, filter: &RunFilter) -> PortResult<Vec<RunRow>> {
        self.process.alive(self.journal.runs(filter)).await
    }
    async fn steps(&self, run: RunId) -> PortResult<Vec<StepRow>> {
        self.process.alive(self.journal.steps(run)).await
    }
    async fn events(&self, run: Option<RunId>, after: i64, limit: u32) -> PortResult<Vec<RunEvent>> {
        self.process.alive(self.journal.events(run, after, limit)).await
    }
    async fn next_due(&self) -> PortResult<Option<nexus_core::Instant>> {
        self.process.alive(self.journal.next_due()).await
    }
    async fn changed(&self) {
        self.process.alive(self.journal.changed()).await;
    }
}

/// Runs one process until it is idle, or until the boundary with number `kill_at` (from 0). Returns the
/// boundaries that it passed and whether it died.
async fn process(bench: &Bench, world: &Arc<World>, kill_at: Option<usize>) -> (Vec<String>, bool) {
    let process = Arc::new(Process::default());
    let hook = Arc::clone(&process);
    let failpoint = move |name: &str| {
        let mut boundaries = hook.boundaries.lock().unwrap();
        let dead = hook.dead.load(Ordering::SeqCst);
        if !dead {
            boundaries.push(name.to_owned());
            if kill_at == Some(boundaries.len() - 1) {
                hook.die();
            }
        }
    };
    let story = Story { process: Arc::clone(&process), world: Arc::clone(world) };
    let engine = Engine::new(
        Arc::new(Reached { journal: bench.journal.clone(), process: Arc::clone(&process) }),
        bench.clock.clone(),
        vec![Arc::new(story)],
        EngineConfig { failpoint: Some(Arc::new(failpoint)), ..quick() },
    );
    let died = tokio::select! {
        biased;
        () = process.died.notified() => true,
        () = engine.run_until_idle() => false,
    };
    drop(engine);
    let boundaries = process.boundaries.lock().unwrap().clone();
    (boundaries, died)
}

/// Drives the story to its end through the given kills; returns the boundaries of the first process and the
/// number of processes that died.
async fn story(kills: &[usize]) -> (Vec<String>, usize) {
    let bench = Bench::new();
    let world = Arc::new(World::default());
    let run = bench.enqueue("story").await;
    bench.journal.signal(run, "answer", json!("yes")).await.unwrap();
    let (mut passed, mut died, mut lost_claims) = (Vec::new(), 0, 0);
    for kill_at in kills.iter().map(|kill| Some(*kill)).chain([None]) {
        let (boundaries, dead) = process(&bench, &world, kill_at).await;
        if passed.is_empty() {
            passed = boundaries.clone();
        }
        let mid_claim = dead && boundaries.last().is_some_and(|name| name != "released");
        died += usize::from(dead);
        lost_claims += u64::from(mid_claim);
        // The next process starts before the lease has ended: it must wait for it.
        let (_, again) = process(&bench, &world, None).await;
        assert!(!again);
        if mid_claim {
            assert_eq!(bench.row(run).await.state, RunState::Running, "{kills:?}: a lease is respected");
        }
        bench.clock.advance(Duration::from_secs(10));
    }
    let row = bench.row(run).await;
    assert_eq!((row.state, row.attempts, row.error), (RunState::Done, 0, None), "{kills:?} at {passed:?}");
    assert_eq!(row.output, Some(json!({ "frames": 300, "answer": "yes" })), "{kills:?}");
    let want = ["15-render", "17-approve", "18-publish/instagram", "18-publish/tiktok", "19-update-maps", "frames"];
    assert_eq!(bench.trace(run).await, want, "{kills:?}: the trace is exact");
    let posts = world.posts.lock().unwrap().clone();
    let steps = bench.journal.steps(run).await.unwrap();
    assert_eq!(posts, [steps[2].output.as_str().unwrap(), steps[3].output.as_str().unwrap()], "{kills:?}: posted once");
    assert!(
        world.rendered.load(Ordering::SeqCst) as usize <= 1 + died,
        "{kills:?}: work is repeated at most per death"
    );
    assert_eq!(bench.journal.claims(), 1 + lost_claims, "{kills:?}: one claim, and one per lost one");
    let kinds: Vec<String> =
        bench.journal.events(Some(run), 0, 100).await.unwrap().into_iter().map(|event| event.kind).collect();
    let want = ["enqueued", "signal", "step", "step", "step", "step", "step", "step", "done"];
    assert_eq!(kinds, want, "{kills:?}: no error, no retry, no double");
    (passed, died)
}

#[tokio::test]
async fn the_boundaries_are_known() {
    let (passed, died) = story(&[]).await;
    assert_eq!(died, 0);
    let want = [
        "claimed",
        "before:15-render",
        "after-call:15-render",
        "after-record:15-render",
        "before:17-approve",
        "after-record:17-approve",
        "before:18-publish",
        "intended:18-publish",
        "after-call:18-publish",
        "after-record:18-publish",
        "before:18-publish",
        "intended:18-publish",
        "after-call:18-publish",
        "after-record:18-publish",
        "before:19-update-maps",
        "after-record:19-update-maps",
        "before:frames",
        "after-call:frames",
        "after-record:frames",
        "releasing",
        "released",
    ];
    assert_eq!(passed, want);
}

#[tokio::test]
async fn a_crash_at_every_boundary_is_survived() {
    for kill in 0..21 {
        let (passed, died) = story(&[kill]).await;
        assert_eq!((passed.len(), died), (kill + 1, 1), "died at boundary {kill}");
    }
}

#[tokio::test]
async fn two_crashes_at_any_two_boundaries_are_survived() {
    let mut double = 0;
    for first in 0..20 {
        for second in 0..21 {
            let (_, died) = story(&[first, second]).await;
            assert!(died >= 1);
            double += usize::from(died == 2);
        }
    }
    assert!(double > 200, "{double} pairs really died twice");
}
