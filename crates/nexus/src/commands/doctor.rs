//! `nexus doctor`: does this machine have what films need?

use nexus_core::journal::{Journal as _, RunState};
use nexus_store::{S3Blobs, Store};
use serde::Serialize;

use crate::{cli::Global, config::Config, sharing, show};

/// One finding.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    good: bool,
    detail: String,
}

/// Runs the command.
pub(crate) async fn run(config: &Config, global: &Global) -> anyhow::Result<()> {
    let mut findings = vec![ffmpeg().await, jail(global), data_folder(config)];
    findings.extend(database(config).await);
    findings.extend(storage(config).await);
    findings.extend(queue(config).await);
    findings.extend(beats(config).await);
    let all_good = findings.iter().all(|finding| finding.good);
    if global.json {
        show::json(&findings)?;
    } else {
        for Finding { what, good, detail } in &findings {
            show::result(&format!("{}  {what}: {detail}", if *good { "ok " } else { "BAD" }));
        }
    }
    anyhow::ensure!(all_good, "something is missing; the lines marked BAD say what to do");
    Ok(())
}

async fn ffmpeg() -> Finding {
    match nexus_media::ffmpeg_version().await {
        Ok(version) => Finding { what: "ffmpeg", good: true, detail: version },
        Err(error) => {
            Finding { what: "ffmpeg", good: false, detail: format!("{error}; install it: apt-get install ffmpeg") }
        }
    }
}

fn jail(global: &Global) -> Finding {
    let what = "jail";
    match nexus_media::sandbox_status() {
        status if global.insecure_no_sandbox => {
            let could = status.map_or_else(|error| error.to_string(), |held_by| format!("this machine can: {held_by}"));
            Finding { what, good: true, detail: format!("switched off by --insecure-no-sandbox; {could}") }
        }
        Ok(held_by) => {
            Finding { what, good: true, detail: format!("{held_by}; ffmpeg sees its input, its output, no network") }
        }
        Err(error) => Finding {
            what,
            good: false,
            detail: format!(
                "{error}; use Linux 5.13 or later with Landlock and seccomp, or accept the risk with \
                 --insecure-no-sandbox"
            ),
        },
    }
}

/// The shared database, when there is one: reached, its rows walled, and whether runs wait for somebody's decision.
async fn database(config: &Config) -> Vec<Finding> {
    if !config.store.is_shared() {
        return Vec::new();
    }
    let what = "database";
    let store = match sharing::store(config).await {
        Ok((store, _)) => store,
        Err(error) => return vec![Finding { what, good: false, detail: format!("{error:#}") }],
    };
    let reached = Finding { what, good: true, detail: store.database().to_owned() };
    let walls = match store.sees_through_walls().await {
        Ok(false) => Finding { what: "tenants", good: true, detail: "kept apart by row-level security".into() },
        Ok(true) => Finding {
            what: "tenants",
            good: false,
            detail:
                "the database's role is a superuser or has BYPASSRLS, so row-level security does not hold; use a role \
                     without either, as deploy/postgres/init.sh makes one"
                    .into(),
        },
        Err(error) => Finding { what: "tenants", good: false, detail: error.to_string() },
    };
    vec![reached, walls, dead_letters(&store).await]
}

async fn dead_letters(store: &Store) -> Finding {
    let what = "failed runs";
    match store.depths().await {
        Ok(depths) => {
            let failed: u64 =
                depths.iter().filter(|depth| depth.state == RunState::Failed).map(|depth| depth.runs).sum();
            let detail = match failed {
                0 => "none".into(),
                failed => {
                    format!("{failed}; `nexus run list --state failed` says why, `nexus run retry` takes them up")
                }
            };
            Finding { what, good: true, detail }
        }
        Err(error) => Finding { what, good: false, detail: error.message },
    }
}

async fn storage(config: &Config) -> Option<Finding> {
    let what = "storage";
    let blobs = match sharing::s3(config) {
        Ok(None) => return None,
        Ok(Some(s3)) => S3Blobs::new(&s3),
        Err(error) => return Some(Finding { what, good: false, detail: format!("{error:#}") }),
    };
    let reached = match blobs {
        Ok(blobs) => blobs.reach().await.map_err(|error| error.message),
        Err(error) => Err(error.to_string()),
    };
    Some(match reached {
        Ok(()) => Finding { what, good: true, detail: format!("{} and {}", config.blobs.raw, config.blobs.finished) },
        Err(detail) => Finding { what, good: false, detail },
    })
}

async fn queue(config: &Config) -> Option<Finding> {
    let what = "queue";
    let queue = match sharing::queue(config) {
        Ok(queue) => queue?,
        Err(error) => return Some(Finding { what, good: false, detail: format!("{error:#}") }),
    };
    Some(match queue.reach().await {
        Ok(()) => Finding { what, good: true, detail: config.queue.url.clone() },
        Err(error) => Finding { what, good: false, detail: error.message },
    })
}

async fn beats(config: &Config) -> Option<Finding> {
    let what = "beats";
    let function = match sharing::beats(config) {
        Ok(function) => function?,
        Err(error) => return Some(Finding { what, good: false, detail: format!("{error:#}") }),
    };
    Some(match function.reach().await {
        Ok(()) => Finding { what, good: true, detail: format!("function {}", config.lambda.beats) },
        Err(error) => Finding { what, good: false, detail: error.message },
    })
}

fn data_folder(config: &Config) -> Finding {
    let data = &config.data;
    let probe = data.join(".doctor");
    let tried = std::fs::create_dir_all(data)
        .and_then(|()| std::fs::write(&probe, b"x"))
        .and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Finding { what: "data folder", good: true, detail: data.display().to_string() },
        Err(error) => Finding {
            what: "data folder",
            good: false,
            detail: format!("{}: {error}; choose another one with --data", data.display()),
        },
    }
}
