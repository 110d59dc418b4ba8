//! `nexus search "QUERY"`

use nexus_core::memory::{Hit, SearchQuery};
use serde_json::{Value, json};

use crate::{
    cli::{Global, SearchArguments},
    config::Config,
    installation::{Installation, Purpose},
    show,
};

/// Runs the command.
pub(crate) async fn run(arguments: SearchArguments, config: &Config, global: &Global) -> anyhow::Result<()> {
    let installation = Installation::open(config, Purpose::Look).await?;
    let business = installation.business(arguments.business).await?;
    let query = SearchQuery { text: arguments.query, limit: arguments.limit.clamp(1, 1000) };
    let found = installation.ports.memory.search(business.id, &query).await?;
    if global.json {
        let hits = |hits: &[Hit]| hits.iter().map(hit_json).collect::<Vec<Value>>();
        return show::json(&json!({ "best": hits(&found.best), "maybe": hits(&found.maybe), "method": found.method }));
    }
    if found.best.is_empty() {
        show::result("Nothing in the footage shows that.");
    }
    for hit in &found.best {
        show::result(&hit_line(hit));
    }
    if !found.maybe.is_empty() {
        show::result("Maybe:");
        for hit in &found.maybe {
            show::result(&hit_line(hit));
        }
    }
    show::line(&format!("Searched {}.", found.method));
    Ok(())
}

fn hit_json(hit: &Hit) -> Value {
    let shot = &hit.shot;
    json!({ "asset": shot.file_name, "start_s": shot.start_s, "end_s": shot.end_s, "score": hit.score, "why": hit.why })
}

fn hit_line(hit: &Hit) -> String {
    let shot = &hit.shot;
    format!("{:.2}  {} {:.1}-{:.1} s  {}", hit.score, shot.file_name, shot.start_s, shot.end_s, hit.why)
}
