//! The `nexus` binary: command line, configuration, and the one place that wires adapters to ports.

mod arrivals;
mod cli;
mod clock;
mod commands;
mod config;
mod hands;
mod installation;
mod intake;
mod making;
mod models;
mod ops;
mod report;
mod sharing;
mod show;
mod signals;
mod telemetry;
mod wire;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use nexus_media::Sandbox;

use crate::{
    cli::{Cli, Command, Global},
    config::Config,
};

fn main() -> ExitCode {
    // Wrong use leaves with 2 inside of parse.
    let cli = Cli::parse();
    // Commands say themselves what went wrong; a server has nobody else to tell.
    let default = if is_watched(&cli.command) { "error,nexus_workflow=off" } else { "warn,sqlx=error" };
    // A configuration with mistakes is told by the command itself.
    let Config { media, telemetry, .. } = config::load(cli.global.config.as_deref(), environment()).unwrap_or_default();
    let _traces = match telemetry::start(default, &telemetry) {
        Ok(traces) => traces,
        Err(message) => {
            show::error(&anyhow::Error::msg(message));
            return ExitCode::FAILURE;
        }
    };
    nexus_media::choose_programs(media.programs()).expect("nothing before this line touches media");
    if cli.global.insecure_no_sandbox {
        nexus_media::choose_sandbox(Sandbox::Off).expect("nothing before this line touches media");
        show::line(
            "WARNING: --insecure-no-sandbox is in force. ffmpeg runs without its jail: a hostile video that takes it \
             over can read and change everything that you can, and reach the network. Leave the flag out wherever \
             `nexus doctor` finds the jail good.",
        );
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.context("start the runtime").and_then(|runtime| runtime.block_on(dispatch(cli)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            show::error(&error);
            ExitCode::FAILURE
        }
    }
}

/// Whether somebody sees what the command says, so that its log need not.
fn is_watched(command: &Command) -> bool {
    match command {
        Command::Up(_) | Command::Worker(_) | Command::Vision(_) => false,
        #[cfg(feature = "lambda")]
        Command::Lambda { .. } => false,
        _ => true,
    }
}

async fn dispatch(cli: Cli) -> anyhow::Result<()> {
    let Cli { command, global } = cli;
    match command {
        Command::Config { command } => commands::config::run(&command, &global, environment()),
        Command::Demo(arguments) => commands::demo::run(arguments, &load(&global)?, &global).await,
        Command::Up(arguments) => commands::up::run(arguments, load(&global)?).await,
        Command::Worker(arguments) => commands::worker::run(arguments, load(&global)?).await,
        Command::Migrate => commands::db::migrate(&load(&global)?).await,
        Command::Blobs { command } => commands::blobs::run(&command, &load(&global)?, &global).await,
        Command::Db { command } => commands::db::run(command, &load(&global)?, &global).await,
        Command::Backup(arguments) => commands::backup::save(&arguments, &load(&global)?, &global).await,
        Command::Restore(arguments) => commands::backup::restore(&arguments, &load(&global)?).await,
        Command::Ingest(arguments) => commands::ingest::run(arguments, &load(&global)?, &global).await,
        Command::Search(arguments) => commands::search::run(arguments, &load(&global)?, &global).await,
        Command::Brand { command } => commands::brand::run(command, &load(&global)?, &global).await,
        Command::Review { command } => commands::review::run(command, &load(&global)?, &global).await,
        Command::Run { command } => commands::run::run(command, &load(&global)?, &global).await,
        Command::Render(arguments) => commands::render::run(arguments, &load(&global)?, &global).await,
        Command::Models { command } => commands::models::run(&command, &load(&global)?, &global).await,
        Command::Shots(arguments) => commands::shots::run(arguments, &load(&global)?, &global).await,
        Command::Vision(arguments) => commands::vision::run(&arguments, &load(&global)?).await,
        Command::Tag(arguments) => commands::tag::run(arguments, &load(&global)?, &global).await,
        Command::Beats(arguments) => commands::beats::run(arguments, &load(&global)?, &global).await,
        #[cfg(feature = "lambda")]
        Command::Lambda { function } => commands::lambda::run(function, load(&global)?).await,
        Command::Doctor => commands::doctor::run(&load(&global)?, &global).await,
    }
}

fn load(global: &Global) -> anyhow::Result<Config> {
    let mut config = config::load(global.config.as_deref(), environment())?;
    if let Some(data) = &global.data {
        config.data.clone_from(data);
    }
    Ok(config)
}

/// The user's cache folder, as the XDG base directory specification has it.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn cache_folder() -> Option<std::path::PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(std::path::PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars()
}
