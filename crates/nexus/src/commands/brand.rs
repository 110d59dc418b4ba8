//! `nexus brand list|add|edit|forget|recall`: what a brand is remembered by.

use anyhow::Context as _;
use nexus_core::brand::{Evidence, Lesson, Origin, Statement};

use crate::{
    cli::{BrandCommand, Global},
    config::Config,
    installation::{Installation, Purpose},
    show,
};

/// Runs the command.
pub(crate) async fn run(command: BrandCommand, config: &Config, global: &Global) -> anyhow::Result<()> {
    let installation = Installation::open(config, Purpose::Look).await?;
    let memory = installation.ports.brand.as_ref();
    match command {
        BrandCommand::List { business } => {
            let business = installation.business(business).await?.id;
            let statements = memory.statements(business).await?;
            if statements.is_empty() && !global.json {
                show::line("Nothing is remembered yet; `nexus brand add \"Fewer neon signs\"` tells it something.");
            }
            tell(&statements, global)
        }
        BrandCommand::Add { words, file, business } => {
            let business = installation.business(business).await?.id;
            let lesson = lesson(words, file.as_deref())?;
            tell(&memory.learn(business, &lesson).await?, global)
        }
        BrandCommand::Edit { statement, text, business } => {
            let business = installation.business(business).await?.id;
            tell(&[memory.edit(business, statement, &text).await?], global)
        }
        BrandCommand::Forget { statement, business } => {
            let business = installation.business(business).await?.id;
            memory.forget(business, statement).await?;
            show::line("Forgotten, with what it rested on.");
            Ok(())
        }
        BrandCommand::Recall { question, limit, business } => {
            let business = installation.business(business).await?.id;
            let recalled = memory.recall(business, &question, limit).await?;
            if global.json {
                return show::json(&recalled);
            }
            for found in &recalled {
                show::result(&format!("{:.2}  {}", found.score, line(&found.statement)));
            }
            Ok(())
        }
    }
}

fn lesson(words: Option<String>, file: Option<&std::path::Path>) -> anyhow::Result<Lesson> {
    match (words, file) {
        (_, Some(file)) => {
            let words = std::fs::read_to_string(file)
                .with_context(|| format!("read {}; a document on the brand's voice is plain text", file.display()))?;
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok(Lesson::Told { words, document: Some(name) })
        }
        (Some(words), None) => Ok(Lesson::Told { words, document: None }),
        (None, None) => anyhow::bail!("say what to remember, or name a document with --file"),
    }
}

fn tell(statements: &[Statement], global: &Global) -> anyhow::Result<()> {
    if global.json {
        return show::json(&statements);
    }
    for statement in statements {
        show::result(&line(statement));
        for piece in statement.evidence.iter().take(3) {
            show::result(&format!("      {}", because(piece)));
        }
    }
    Ok(())
}

fn line(statement: &Statement) -> String {
    format!("{}  {:.2}  {}", statement.id, statement.weight, statement.text)
}

/// A piece of evidence in words.
fn because(piece: &Evidence) -> String {
    let day = piece.at.rfc3339().chars().take(10).collect::<String>();
    let said = if piece.words.is_empty() { String::new() } else { format!(": “{}”", piece.words) };
    match piece.origin {
        Origin::Owner => format!("you said on {day}{said}"),
        Origin::Document => format!("a document of {day} says{said}"),
        Origin::Wish => format!("you wished for it on {day}{said}"),
        Origin::Declined => format!("you declined a film on {day}{said}"),
        Origin::Approved => format!("a film that you approved on {day} showed it"),
    }
}
