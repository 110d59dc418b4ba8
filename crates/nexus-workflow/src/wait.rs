//! Waiting for people and other systems: a parked run keeps nothing but its row.

use nexus_core::{
    Instant,
    journal::{StepName, StepStatus},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{FlowError, Park, Run, run::unreadable, step::Place};

impl Run {
    /// The payload of `signal`. Parks the run until it arrives. Signals belong to the whole run: their names
    /// are not scoped.
    ///
    /// # Errors
    /// [`FlowError::Parked`] while the signal has not arrived: pass it on. [`FlowError::Journal`] when the
    /// payload does not have the shape of `T`; also as [`Run::note`].
    pub async fn wait<T: DeserializeOwned>(&self, step: impl Into<StepName>, signal: &str) -> Result<T, FlowError> {
        let place = Place::new(self, step.into(), "");
        if let Some(payload) = self.replayed(&place.step, &place.item)? {
            return Ok(payload);
        }
        match self.claimed.signal(signal) {
            Some(payload) => {
                let read = self.read(&place, payload)?;
                self.decide(&place, payload).await?;
                Ok(read)
            }
            None => Err(FlowError::Parked(Park { signal: signal.to_owned(), until: None })),
        }
    }

    /// The payload of `signal`, or `None` when `deadline` passed before it arrived. What was decided is
    /// journaled, so that every repeat agrees: `{"arrived": <payload>}` or `{"expired": <deadline>}`.
    ///
    /// # Errors
    /// As [`Run::wait`].
    pub async fn wait_until<T: DeserializeOwned>(
        &self,
        step: impl Into<StepName>,
        signal: &str,
        deadline: Instant,
    ) -> Result<Option<T>, FlowError> {
        let place = Place::new(self, step.into(), "");
        let ended: Ended = match self.replayed(&place.step, &place.item)? {
            Some(ended) => ended,
            None => match self.claimed.signal(signal) {
                Some(payload) => Ended::Arrived(payload.clone()),
                // The journal's word counts, also when the clock was set back since.
                None if self.claimed.has_expired(signal) => Ended::Expired(deadline),
                // Only a claim that was made after the deadline is sure to have brought every earlier signal.
                None if self.claimed.claimed_at >= deadline => Ended::Expired(deadline),
                None => return Err(FlowError::Parked(Park { signal: signal.to_owned(), until: Some(deadline) })),
            },
        };
        let payload = match &ended {
            Ended::Arrived(payload) => Some(self.read(&place, payload)?),
            Ended::Expired(_) => None,
        };
        self.decide(&place, &ended).await?;
        Ok(payload)
    }

    /// A payload of the wrong shape is not journaled.
    fn read<T: DeserializeOwned>(&self, place: &Place, payload: &Value) -> Result<T, FlowError> {
        T::deserialize(payload).map_err(|error| unreadable(&place.step, &place.item, error))
    }

    /// Journals how a wait ended, unless it is journaled already.
    async fn decide<T: Serialize>(&self, place: &Place, ended: &T) -> Result<(), FlowError> {
        if self.claimed.finished(&place.step, &place.item).is_some() {
            return Ok(());
        }
        self.claimed.config.pass_step("before", &place.step);
        self.traced(place, self.finish(place, self.claimed.clock.now(), StepStatus::Done, ended)).await
    }
}

/// How a wait with a deadline ended.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ended {
    /// With this payload.
    Arrived(Value),
    /// Without one, at this deadline.
    Expired(Instant),
}
