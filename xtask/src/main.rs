//! Automation: writes generated documents. Its tests hold the architecture.

mod arrows;
mod house;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Automation of the Nexus Engine workspace")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Writes docs/ARROWS.md from the code.
    Arrows,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Arrows => {
            let path = house::root().join("docs/ARROWS.md");
            std::fs::write(&path, arrows::document(&house::root())?)
                .with_context(|| format!("write {}", path.display()))
        }
    }
}
