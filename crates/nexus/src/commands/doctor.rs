//! `nexus doctor`: does this machine have what films need?

use serde::Serialize;

use crate::{cli::Global, config::Config, show};

/// One finding.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    good: bool,
    detail: String,
}

/// Runs the command.
pub(crate) async fn run(config: &Config, global: &Global) -> anyhow::Result<()> {
    let findings = vec![ffmpeg().await, jail(global), data_folder(config)];
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
