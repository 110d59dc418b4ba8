//! Work in parts: child runs that any worker takes, and a parent that waits for all of them at no cost.

use nexus_core::journal::{ChildEnd, NewRun, StepName, child_signal};
use serde_json::Value;

use crate::{FlowError, Park, Run, run::unreadable};

impl Run {
    /// Starts `children` and gives their outputs, in order, once all have ended. Their ids must be the same at every
    /// repeat. The run is parked meanwhile.
    ///
    /// # Errors
    /// [`FlowError::Parked`] while one has not ended: pass it on. [`FlowError::Child`] when one failed; a retry of this
    /// run is a retry of that one. Also as [`Run::step`].
    pub async fn join(&self, step: impl Into<StepName>, children: Vec<NewRun>) -> Result<Vec<Value>, FlowError> {
        let step = step.into();
        let ids: Vec<_> = children.iter().map(|child| child.id).collect();
        if let Some(outputs) = self.replayed(&step, &self.item("joined"))? {
            return Ok(outputs);
        }
        let (journal, epoch) = (&self.claimed.journal, self.claimed.row.epoch);
        self.step_item(step.clone(), "spawned", async |_| {
            let count = children.len();
            journal.spawn(self.id(), epoch, children).await.map(|()| count)
        })
        .await?;
        let mut outputs = Vec::with_capacity(ids.len());
        for child in ids {
            let signal = child_signal(child);
            let Some(payload) = self.claimed.signal(&signal) else {
                return Err(FlowError::Parked(Park { signal, until: None }));
            };
            match serde_json::from_value(payload.clone()).map_err(|error| unreadable(&step, &signal, error))? {
                ChildEnd::Done(output) => outputs.push(output),
                ChildEnd::Failed(failure) => return Err(FlowError::Child { step, child, failure }),
            }
        }
        self.step_item(step, "joined", async |_| Ok(outputs)).await
    }
}
