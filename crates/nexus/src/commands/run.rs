//! `nexus run list|show|retry|cancel`

use anyhow::Context as _;
use nexus_core::{
    Arrow, ErrorKind,
    journal::{Arrived, Journal as _, RunFilter, RunRow, RunState, StepRow},
};

use crate::{
    cli::{Global, RunCommand},
    config::Config,
    installation::{FLOWS, Installation},
    show,
};

/// Failed runs that are taken up by one command.
const MOST_REPLAYED: u32 = 10_000;

/// Runs the command.
pub(crate) async fn run(command: RunCommand, config: &Config, global: &Global) -> anyhow::Result<()> {
    let store = Installation::look(config).await?;
    match command {
        RunCommand::List { state, limit } => {
            let runs = store.runs(&RunFilter { state, limit, ..RunFilter::default() }).await?;
            if global.json {
                return show::json(&runs);
            }
            for run in runs {
                show::result(&summary(&run));
            }
        }
        RunCommand::Show { run: id } => {
            let run = store
                .run(id)
                .await?
                .with_context(|| format!("there is no run {id}; `nexus run list` shows what there is"))?;
            let steps = store.steps(id).await?;
            if global.json {
                return show::json(&serde_json::json!({ "run": run, "steps": steps }));
            }
            show::result(&summary(&run));
            for step in &steps {
                show::result(&step_line(step));
            }
        }
        RunCommand::Retry { run, from, .. } => {
            let from = from.map(Arrow::try_from).transpose().map_err(anyhow::Error::msg)?;
            let runs = match run {
                Some(run) => vec![run],
                None => {
                    let failed =
                        RunFilter { state: Some(RunState::Failed), limit: MOST_REPLAYED, ..RunFilter::default() };
                    // A child goes on with the run that waits for it.
                    store.runs(&failed).await?.iter().filter(|run| run.parent.is_none()).map(|run| run.id).collect()
                }
            };
            let mut ready = 0;
            for id in &runs {
                match store.retry(*id, from).await {
                    Ok(()) => ready += 1,
                    // With several, another hand may have been quicker.
                    Err(error) if error.kind == ErrorKind::Conflict && run.is_none() => {}
                    Err(error) => return Err(error.into()),
                }
            }
            show::line(&format!(
                "{ready} runs are ready again; they go on with the next `nexus up`, or at once where that runs."
            ));
        }
        RunCommand::Cancel { run } => match store.cancel(run).await? {
            Arrived::First => show::line("The run is cancelled; `nexus run retry` takes it up again."),
            Arrived::Again => show::line("The run had ended already."),
        },
    }
    Ok(())
}

fn summary(run: &RunRow) -> String {
    let failed = run.error.as_ref().map(|error| format!("  {}: {}", error.step, error.message));
    let error = failed.or_else(|| strange(run)).unwrap_or_default();
    format!("{}  {:7} {:8} {}{error}", run.id, run.flow, run.state.as_str(), run.updated.rfc3339())
}

/// Why nobody here takes it up: another program began it.
fn strange(run: &RunRow) -> Option<String> {
    let is_known = FLOWS.contains(&(run.flow.as_str(), run.version));
    (!is_known && !run.state.is_final()).then(|| {
        let RunRow { flow, version, .. } = run;
        format!("  waits for a program that knows version {version} of '{flow}': start the one that began it, or a newer one")
    })
}

fn step_line(step: &StepRow) -> String {
    let item = if step.item.is_empty() { String::new() } else { format!(" [{}]", step.item) };
    format!("  {:32} {:>7} ms  {}", format!("{}{item}", step.step), step.ms, step.adapter)
}
