//! Steps: done once, journaled, never repeated; effects: announced before they are made.

use nexus_core::{
    ErrorKind, Instant, PortError, PortResult,
    journal::{IntentState, StepName, StepRow, StepStatus},
    port::StepContext,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tracing::Instrument;

use crate::{FlowError, Run, metrics, run::unreadable};

impl Run {
    /// Does a step that is one of a kind in its scope: see [`Run::step_item`].
    ///
    /// # Errors
    /// As [`Run::step_item`].
    pub async fn step<T, F>(&self, step: impl Into<StepName>, f: F) -> Result<T, FlowError>
    where
        T: Serialize + DeserializeOwned,
        F: AsyncFnOnce(StepContext) -> PortResult<T>,
    {
        self.step_item(step, "", f).await
    }

    /// Does a step and journals its result; a step that is journaled already is not run again.
    ///
    /// # Errors
    /// [`FlowError::Port`] when `f` fails, [`FlowError::Journal`] when the result cannot be journaled or the
    /// journaled one no longer has the shape of `T`, [`FlowError::LostLease`] when another worker took over.
    pub async fn step_item<T, F>(&self, step: impl Into<StepName>, item: &str, f: F) -> Result<T, FlowError>
    where
        T: Serialize + DeserializeOwned,
        F: AsyncFnOnce(StepContext) -> PortResult<T>,
    {
        let place = Place::new(self, step.into(), item);
        if let Some(result) = self.replayed(&place.step, &place.item)? {
            return Ok(result);
        }
        self.claimed.keep_going()?;
        let work = async {
            let _place = self.claimed.place_at(self.adapter).await;
            self.claimed.config.pass_step("before", &place.step);
            let started = self.claimed.clock.now();
            let called = f(self.claimed.context(&place.step, &place.item)).await;
            self.claimed.config.pass_step("after-call", &place.step);
            let result = called.map_err(|source| FlowError::Port { step: place.step.clone(), source })?;
            self.finish(&place, started, StepStatus::Done, &result).await?;
            Ok(result)
        };
        self.traced(&place, work).await
    }

    /// Journals a value that pure code computed, and returns the journaled one: the first for ever.
    ///
    /// # Errors
    /// [`FlowError::Journal`] or [`FlowError::LostLease`], as [`Run::step_item`].
    pub async fn note<T: Serialize + DeserializeOwned>(
        &self,
        step: impl Into<StepName>,
        value: T,
    ) -> Result<T, FlowError> {
        self.step(step, async |_| Ok(value)).await
    }

    /// The time at which this step was first reached.
    ///
    /// # Errors
    /// As [`Run::note`].
    pub async fn timestamp(&self, step: impl Into<StepName>) -> Result<Instant, FlowError> {
        self.note(step, self.claimed.clock.now()).await
    }

    /// Journals that there was nothing to do in a step, and why.
    ///
    /// # Errors
    /// As [`Run::note`].
    pub async fn skip(&self, step: impl Into<StepName>, reason: &str) -> Result<(), FlowError> {
        self.skip_item(step, "", reason).await
    }

    /// Journals that there was nothing to do for one item of a step, and why.
    ///
    /// # Errors
    /// As [`Run::note`].
    pub async fn skip_item(&self, step: impl Into<StepName>, item: &str, reason: &str) -> Result<(), FlowError> {
        let place = Place::new(self, step.into(), item);
        if self.claimed.finished(&place.step, &place.item).is_some() {
            return Ok(());
        }
        self.claimed.config.pass_step("before", &place.step);
        self.traced(&place, self.finish(&place, self.claimed.clock.now(), StepStatus::Skipped, reason)).await
    }

    /// Makes an effect outside, never blindly twice. Its intent is journaled before `f` is called; when an
    /// earlier try left its outcome open, `lookup` asks the other side first, and `f` is called again only when
    /// it answers `None`. A call that ends with [`ErrorKind::UnknownOutcome`] is looked up at once.
    ///
    /// # Errors
    /// As [`Run::step_item`]; the failures of `lookup` count like those of `f`.
    pub async fn effect<T, R, F, L>(
        &self,
        step: impl Into<StepName>,
        item: &str,
        request: &R,
        lookup: L,
        f: F,
    ) -> Result<T, FlowError>
    where
        T: Serialize + DeserializeOwned,
        R: Serialize + ?Sized,
        L: AsyncFnOnce(StepContext) -> PortResult<Option<T>>,
        F: AsyncFnOnce(StepContext) -> PortResult<T>,
    {
        let place = Place::new(self, step.into(), item);
        if let Some(result) = self.replayed(&place.step, &place.item)? {
            return Ok(result);
        }
        let hash = request_hash(request).map_err(|error| unreadable(&place.step, &place.item, error))?;
        self.claimed.keep_going()?;
        let work = async {
            let _place = self.claimed.place_at(self.adapter).await;
            self.claimed.config.pass_step("before", &place.step);
            let started = self.claimed.clock.now();
            let context = self.claimed.context(&place.step, &place.item);
            let state = self.claimed.intend(&context.key, &hash).await?;
            let called = settle(state, context, lookup, f).await;
            self.claimed.config.pass_step("after-call", &place.step);
            let result = called.map_err(|source| FlowError::Port { step: place.step.clone(), source })?;
            self.finish(&place, started, StepStatus::Done, &result).await?;
            Ok(result)
        };
        self.traced(&place, work).await
    }

    /// Journals the end of a step.
    pub(crate) async fn finish<T: Serialize + ?Sized>(
        &self,
        place: &Place,
        started: Instant,
        status: StepStatus,
        result: &T,
    ) -> Result<(), FlowError> {
        let output = to_value(place, result)?;
        let row = StepRow {
            step: place.step.clone(),
            item: place.item.clone(),
            status,
            output,
            adapter: self.adapter.to_owned(),
            started,
            ms: self.claimed.clock.now().millis_since(started),
            attempt: self.claimed.attempt(),
        };
        metrics::step(&row);
        self.claimed.record(row).await
    }

    /// Work on a step within a span of its own, which is marked when the step fails.
    pub(crate) async fn traced<T>(
        &self,
        place: &Place,
        work: impl Future<Output = Result<T, FlowError>>,
    ) -> Result<T, FlowError> {
        let span = tracing::info_span!(
            "step",
            run.id = %self.id(),
            // Traces know signed numbers; others would arrive as texts.
            arrow = place.step.arrow().map(|arrow| i64::from(arrow.number())),
            step = %place.step,
            item = %place.item,
            attempt = i64::from(self.claimed.attempt()),
            adapter = self.adapter,
            otel.status_code = tracing::field::Empty,
            otel.status_description = tracing::field::Empty,
        );
        let done = work.instrument(span.clone()).await;
        if let Err(FlowError::Port { source, .. } | FlowError::Journal { source, .. }) = &done {
            span.record("otel.status_code", "ERROR");
            span.record("otel.status_description", source.to_string());
        }
        done
    }
}

/// A step and its item with the scope.
pub(crate) struct Place {
    pub(crate) step: StepName,
    pub(crate) item: String,
}

impl Place {
    pub(crate) fn new(run: &Run, step: StepName, item: &str) -> Self {
        Self { step, item: run.item(item) }
    }
}

/// Makes the call, or finds what an earlier one made.
async fn settle<T>(
    state: IntentState,
    context: StepContext,
    lookup: impl AsyncFnOnce(StepContext) -> PortResult<Option<T>>,
    f: impl AsyncFnOnce(StepContext) -> PortResult<T>,
) -> PortResult<T> {
    match state {
        IntentState::Unsettled => match lookup(context.clone()).await? {
            Some(found) => Ok(found),
            None => f(context).await,
        },
        IntentState::Fresh => match f(context.clone()).await {
            Err(unknown) if unknown.kind == ErrorKind::UnknownOutcome => match lookup(context).await {
                Ok(Some(found)) => Ok(found),
                Ok(None) | Err(_) => Err(unknown),
            },
            settled => settled,
        },
    }
}

fn to_value<T: Serialize + ?Sized>(place: &Place, result: &T) -> Result<Value, FlowError> {
    serde_json::to_value(result).map_err(|error| {
        let message = format!("the result of step {} cannot be written as JSON: its type needs mending", place.step);
        let source = PortError::new(ErrorKind::Bug, "the workflow engine", "journal a result", message);
        FlowError::Journal { step: place.step.clone(), source: source.caused_by(error) }
    })
}

/// BLAKE3 of the request's JSON, hexadecimal.
fn request_hash<R: Serialize + ?Sized>(request: &R) -> Result<String, serde_json::Error> {
    Ok(blake3::hash(&serde_json::to_vec(request)?).to_hex().to_string())
}
