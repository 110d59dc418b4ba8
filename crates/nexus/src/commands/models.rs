//! `nexus models list|pull|verify|add`

use nexus_vision::{CATALOGUE, Entry, Source};
use serde_json::json;

use crate::{
    cli::{Global, ModelsCommand},
    config::Config,
    models::{self, State},
    show, wire,
};

/// Models up to this size are fetched without being named.
const SMALL_BYTES: u64 = 200_000_000;

/// Runs the command.
pub(crate) async fn run(command: &ModelsCommand, config: &Config, global: &Global) -> anyhow::Result<()> {
    let folder = wire::models_folder(config);
    match command {
        ModelsCommand::List => {
            if global.json {
                let rows: Vec<_> = CATALOGUE.iter().map(|entry| row(&folder, entry)).collect();
                return show::json(&json!({ "folder": folder, "models": rows }));
            }
            for entry in CATALOGUE {
                let state = models::state(&folder, entry).word();
                show::result(&format!("{state:8} {:36} {:12} {}", entry.name, entry.licence, entry.gives));
            }
            show::line(&format!("Models lie in {}; NEXUS__MODELS__DIR names another folder.", folder.display()));
            Ok(())
        }
        ModelsCommand::Pull { names } => {
            let entries = chosen(names, |entry| !entry.sources.is_empty() && is_small(entry))?;
            for entry in entries {
                if models::state(&folder, entry) == State::Present {
                    show::result(&format!("{} is there", entry.name));
                    continue;
                }
                models::pull(&folder, entry).await?;
                show::result(&format!("{} was fetched: {}", entry.name, entry.gives));
            }
            Ok(())
        }
        ModelsCommand::Verify => {
            let mut faults = Vec::new();
            for entry in CATALOGUE {
                let found = models::verify(&folder, entry)?;
                let word = if found.is_empty() { models::state(&folder, entry).word() } else { "WRONG" };
                show::result(&format!("{word:8} {}", entry.name));
                faults.extend(found);
            }
            faults.iter().for_each(|fault| show::line(fault));
            anyhow::ensure!(faults.is_empty(), "{} file(s) are not what they should be", faults.len());
            Ok(())
        }
        ModelsCommand::Add { paths } => {
            for path in paths {
                for taken in models::add(&folder, path)? {
                    show::result(&folder.join(taken).display().to_string());
                }
            }
            Ok(())
        }
    }
}

fn is_small(entry: &Entry) -> bool {
    entry.files.iter().all(|file| file.size_bytes > 0)
        && entry.files.iter().map(|file| file.size_bytes).sum::<u64>() <= SMALL_BYTES
}

fn chosen(names: &[String], unnamed: impl Fn(&Entry) -> bool) -> anyhow::Result<Vec<&'static Entry>> {
    if names.is_empty() {
        return Ok(CATALOGUE.iter().filter(|entry| unnamed(entry)).collect());
    }
    let find = |name: &String| {
        CATALOGUE.iter().find(|entry| entry.name == name).ok_or_else(|| {
            let known: Vec<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
            anyhow::anyhow!("there is no model '{name}'; known are {}", known.join(", "))
        })
    };
    names.iter().map(find).collect()
}

fn row(folder: &std::path::Path, entry: &Entry) -> serde_json::Value {
    let sources: Vec<String> = entry
        .sources
        .iter()
        .map(|source| match source {
            Source::Hub { repository } => format!("hub:{repository}"),
            Source::Address { base } => (*base).to_owned(),
            Source::Package { requirement, .. } => format!("pip:{requirement}"),
        })
        .collect();
    let files: Vec<_> = entry
        .files
        .iter()
        .map(|file| json!({ "path": file.path, "sha256": file.sha256, "size_bytes": file.size_bytes }))
        .collect();
    json!({
        "name": entry.name,
        "state": models::state(folder, entry).word(),
        "gives": entry.gives,
        "licence": entry.licence,
        "sources": sources,
        "files": files,
    })
}
