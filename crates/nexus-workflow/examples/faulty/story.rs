//! Four kinds of step over a world that outlives processes: work, a wait, effects per network, a note.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use nexus_core::{
    Arrow, BusinessId, ErrorKind, Instant, PortError, PortResult, RunId,
    journal::{NewRun, Priority, Role, StepName},
    port::StepContext,
    time::Clock,
};
use nexus_workflow::{Flow, FlowError, Run};
use serde_json::{Value, json};

/// The machine's time.
pub(crate) struct Wall;

impl Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "faults happen in real time")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant::from_unix_millis(since.as_millis() as i64)
    }
}

/// A provider whose books are a file: one line per post, on disk before the call returns.
#[derive(Clone)]
pub(crate) struct World(PathBuf);

impl World {
    pub(crate) fn new(file: impl Into<PathBuf>) -> Self {
        Self(file.into())
    }

    fn post(&self, token: &str) -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.0)?;
        file.write_all(format!("{token}\n").as_bytes())?;
        file.sync_all()
    }

    /// How often each key was posted.
    pub(crate) fn posts(&self) -> BTreeMap<String, usize> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let mut counted = BTreeMap::new();
        for line in text.lines() {
            *counted.entry(line.to_owned()).or_insert(0) += 1;
        }
        counted
    }
}

/// How the provider behaves after it has posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    /// It answers.
    Good,
    /// Its answer is lost: nobody knows whether it posted.
    Silent,
    /// It answers that it is too busy, and has posted all the same.
    Lying,
}

/// The flow. A run's input names its manners and how long its work takes.
pub(crate) struct Story {
    pub(crate) world: World,
}

pub(crate) const NETWORKS: [&str; 2] = ["instagram", "tiktok"];

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
        let manners = match input["manners"].as_u64() {
            Some(1) => Manners::Silent,
            Some(2) => Manners::Lying,
            _ => Manners::Good,
        };
        let work = Duration::from_millis(input["work_ms"].as_u64().unwrap_or(0));
        let frames: u32 = run
            .step(Arrow::Render, async |_| {
                tokio::time::sleep(work).await;
                Ok(300)
            })
            .await?;
        let answer: String = run.wait(Arrow::Approve, "answer").await?;
        for network in NETWORKS {
            run.effect(
                Arrow::Publish,
                network,
                &answer,
                async |step| Ok(self.found(&step)),
                async |step| self.post(&step, manners),
            )
            .await?;
        }
        run.skip(Arrow::UpdateMaps, "the place has no profile").await?;
        run.note(StepName::aside("frames"), frames).await.map(|frames| json!({ "frames": frames }))
    }
}

impl Story {
    fn found(&self, step: &StepContext) -> Option<String> {
        let token = step.key.token();
        self.world.posts().contains_key(&token).then_some(token)
    }

    fn post(&self, step: &StepContext, manners: Manners) -> PortResult<String> {
        let token = step.key.token();
        let failed = |kind| PortError::new(kind, "the stub", "post", "no good answer came: look at the books");
        self.world.post(&token).map_err(|error| failed(ErrorKind::Unavailable).caused_by(error))?;
        match manners {
            Manners::Good => Ok(token),
            Manners::Silent => Err(failed(ErrorKind::UnknownOutcome)),
            Manners::Lying => Err(failed(ErrorKind::Unavailable)),
        }
    }
}

/// What a run that was not disturbed journals.
pub(crate) const TRACE: [&str; 6] =
    ["15-render", "17-approve", "18-publish/instagram", "18-publish/tiktok", "19-update-maps", "frames"];

pub(crate) fn new_run(name: &str, input: Value) -> NewRun {
    NewRun {
        id: RunId::derived(&[name]),
        flow: "story".into(),
        version: 1,
        priority: Priority::Normal,
        business: BusinessId::derived(&["faults"]),
        input,
    }
}

pub(crate) fn story(folder: &Path) -> Vec<Arc<dyn Flow>> {
    vec![Arc::new(Story { world: World::new(folder.join("world")) })]
}
