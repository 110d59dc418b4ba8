//! `nexus config show|check|explain`

use anyhow::bail;

use crate::{
    cli::{ConfigCommand, Global},
    config, show,
};

/// Runs the command.
pub(crate) fn run(
    command: &ConfigCommand,
    global: &Global,
    environment: impl Iterator<Item = (String, String)>,
) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Show => {
            let mut config = config::load(global.config.as_deref(), environment)?;
            if let Some(data) = &global.data {
                config.data.clone_from(data);
            }
            if global.json { show::json(&config)? } else { show::result(toml::to_string_pretty(&config)?.trim_end()) }
        }
        ConfigCommand::Check => {
            config::load(global.config.as_deref(), environment)?;
            show::result("The configuration is good.");
        }
        ConfigCommand::Explain { key } => {
            let known = config::explain(key.as_deref().unwrap_or_default());
            if known.is_empty() {
                bail!(
                    "there is no configuration key '{}'; `nexus config explain` lists them all",
                    key.as_deref().unwrap_or_default()
                );
            }
            for (name, meaning) in known {
                show::result(&format!("{name}\n    {meaning}"));
            }
        }
    }
    Ok(())
}
