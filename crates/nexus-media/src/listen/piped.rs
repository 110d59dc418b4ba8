//! Sound that ffmpeg decodes in its jail.

use std::path::Path;

use tokio::sync::mpsc;

use super::{Listening, WAITING, too_long};
use crate::{
    Limits, MediaError,
    cache::probe_once,
    error::name_of,
    jail::Reach,
    runner::{Feed, Launch, Pace, Process, Program},
    sound::{SoundSpec, read_arguments},
};

/// Bytes of a piece: 16,384 samples.
const PIECE_BYTES: usize = 1 << 16;
/// Rates that are handed on as they are; others are brought to the nearer end.
const RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;

pub(super) async fn open(file: &Path, limits: &Limits) -> Result<Listening, MediaError> {
    let probed = probe_once(file, limits).await?;
    let Some(audio) = &probed.info.audio else { return Err(MediaError::NoSound { file: name_of(file) }) };
    let rate_hz = audio.rate_hz.clamp(*RATES_HZ.start(), *RATES_HZ.end());
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: read_arguments(file, &SoundSpec { rate_hz, channels: 1, start_s: 0.0, length_s: None, tempo: 1.0 }),
        op: "decode the sound of",
        file,
        reach: Reach::reading(file),
        deadline: limits.work_deadline,
        pace: Pace::Whole,
    };
    let mut process = Process::start(&launch, Feed::Nothing)?;
    let (sender, pieces) = mpsc::channel(WAITING);
    let (file, limits) = (file.to_owned(), limits.clone());
    tokio::spawn(async move {
        let most = (limits.max_sound_s * f64::from(rate_hz)) as u64 + u64::from(rate_hz);
        let mut heard = 0;
        loop {
            let mut bytes = vec![0; PIECE_BYTES];
            let piece = match process.read_full(&mut bytes).await {
                Ok(0) => break,
                Ok(count) => {
                    heard += (count / 4) as u64;
                    let words = bytes[..count].as_chunks::<4>().0;
                    Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
                }
                Err(error) => Err(error),
            };
            let piece = if heard > most { Err(too_long(&file, &limits)) } else { piece };
            let is_last = piece.is_err();
            // When nobody listens any more the process is dropped, which ends it.
            if sender.send(piece).await.is_err() || is_last {
                return;
            }
        }
        if let Err(error) = process.finish().await {
            let _ = sender.send(Err(error)).await;
        }
    });
    Ok(Listening { rate_hz, pieces })
}
