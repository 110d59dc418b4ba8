//! `nexus run list|show|retry`

use anyhow::Context as _;
use nexus_core::{
    Arrow,
    journal::{Journal as _, RunFilter, RunRow, StepRow},
};

use crate::{
    cli::{Global, RunCommand},
    config::Config,
    installation::Installation,
    show,
};

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
        RunCommand::Retry { run: id, from } => {
            let from = from.map(Arrow::try_from).transpose().map_err(anyhow::Error::msg)?;
            store.retry(id, from).await?;
            show::line("The run is ready again; it goes on with the next `nexus up`, or at once where that runs.");
        }
    }
    Ok(())
}

fn summary(run: &RunRow) -> String {
    let error = run.error.as_ref().map_or_else(String::new, |error| format!("  {}: {}", error.step, error.message));
    format!("{}  {:7} {:8} {}{error}", run.id, run.flow, run.state.as_str(), run.updated.rfc3339())
}

fn step_line(step: &StepRow) -> String {
    let item = if step.item.is_empty() { String::new() } else { format!(" [{}]", step.item) };
    format!("  {:32} {:>7} ms  {}", format!("{}{item}", step.step), step.ms, step.adapter)
}
