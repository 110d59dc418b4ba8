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
    let findings = vec![ffmpeg().await, data_folder(config)];
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
