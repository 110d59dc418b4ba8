//! [`Downloads`]: large files, continued where an earlier try broke off.

use std::{path::Path, sync::Arc};

use hyper::{StatusCode, header};
use tokio::io::AsyncWriteExt as _;

use super::{FetchConfig, FetchError, Resolver, connection::Call, line::Line};

/// Fetches large files from public addresses into files of this machine.
pub struct Downloads {
    line: Line,
}

impl Downloads {
    /// Downloads within the bounds of `config`; its time limit does not count, only silence does.
    ///
    /// # Errors
    /// [`FetchError::Roots`] when an extra certificate cannot be read.
    pub fn new(config: FetchConfig, resolver: Arc<dyn Resolver>) -> Result<Self, FetchError> {
        Ok(Self { line: Line::new(config, resolver)? })
    }

    /// Appends to `file` what it lacks of the body behind `url`, and says how many bytes it has then. `progress` hears of
    /// bytes present and, where the other side says so, of bytes in all. When the other side cannot continue, the file
    /// begins anew. What has arrived stays when this fails.
    ///
    /// # Errors
    /// As the fetcher's.
    pub async fn resume(
        &self,
        url: &str,
        file: &Path,
        progress: &(dyn Fn(u64, Option<u64>) + Send + Sync),
    ) -> Result<u64, FetchError> {
        let disk = |source| FetchError::Disk { path: file.to_owned(), source };
        let mut out = tokio::fs::OpenOptions::new().create(true).append(true).open(file).await.map_err(disk)?;
        let mut present = out.metadata().await.map_err(disk)?.len();
        let followed = self.line.follow(url, Call::get(present)).await;
        let (target, mut answer) = match followed {
            // Nothing follows: the file is there already; its sum will tell.
            Err(FetchError::Answered { status: 416, .. }) => return Ok(present),
            other => other?,
        };
        let continues = format!("bytes {present}-");
        let fits = answer.header(header::CONTENT_RANGE.as_str()).is_some_and(|range| range.starts_with(&continues));
        if answer.status == StatusCode::PARTIAL_CONTENT && !fits {
            return Err(FetchError::Answered { url: target.shown(), status: 206, wait: None });
        }
        if present > 0 && answer.status != StatusCode::PARTIAL_CONTENT {
            out.set_len(0).await.map_err(disk)?;
            present = 0;
        }
        let rest = answer.header(header::CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<u64>().ok());
        let total = rest.map(|rest| present + rest);
        if total.is_some_and(|total| total > self.line.config.most_bytes) {
            return Err(FetchError::TooLarge { url: target.shown(), most_bytes: self.line.config.most_bytes });
        }
        progress(present, total);
        while let Some(chunk) = self.line.chunk(&mut answer, &target).await? {
            out.write_all(&chunk).await.map_err(disk)?;
            present += chunk.len() as u64;
            if present > self.line.config.most_bytes {
                return Err(FetchError::TooLarge { url: target.shown(), most_bytes: self.line.config.most_bytes });
            }
            progress(present, total);
        }
        out.flush().await.map_err(disk)?;
        out.sync_all().await.map_err(disk)?;
        Ok(present)
    }
}
