//! Sound that ffmpeg decodes in its jail.

use std::path::Path;

use tokio::sync::mpsc;

use super::{Listening, WAITING, too_long};
use crate::{
    Limits, MediaError,
    cache::probe_once,
    error::name_of,
    jail::Reach,
    program::Program,
    runner::{Feed, Launch, Pace, Process},
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
        pace: Pace::Frame,
    };
    let mut process = Process::start(&launch, Feed::Nothing)?;
    let (sender, pieces) = mpsc::channel(WAITING);
    let (name, patience) = (name_of(file), limits.work_deadline);
    let (file, limits) = (file.to_owned(), limits.clone());
    tokio::spawn(async move {
        let most = (limits.max_sound_s * f64::from(rate_hz)) as u64 + u64::from(rate_hz);
        let mut heard = 0;
        loop {
            let mut bytes = vec![0; PIECE_BYTES];
            let read = tokio::select! {
                // When nobody listens any more the process is dropped, which ends it.
                () = sender.closed() => return,
                read = process.read_full(&mut bytes) => read,
            };
            let piece = match read {
                Ok(0) => break,
                Ok(count) => {
                    heard += (count / 4) as u64;
                    let words = bytes[..count].as_chunks::<4>().0;
                    Ok(Some(words.iter().map(|word| f32::from_le_bytes(*word)).collect()))
                }
                Err(error) => Err(error),
            };
            let piece = if heard > most { Err(too_long(&file, &limits)) } else { piece };
            let is_last = piece.is_err();
            if sender.send(piece).await.is_err() || is_last {
                return;
            }
            // The listener sets the pace.
            process.grant();
        }
        let end = process.finish().await.map(|_| None);
        // Nobody may be listening any more.
        let _ = sender.send(end).await;
    });
    Ok(Listening { file: name, rate_hz, pieces, is_over: false, patience })
}
