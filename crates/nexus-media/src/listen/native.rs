//! Sound that Symphonia decodes in this process, on a thread of its own.

use std::{
    fs::File,
    io::{ErrorKind, Read as _, Seek as _},
    path::Path,
};

use symphonia::core::{
    codecs::audio::{AudioDecoder, AudioDecoderOptions},
    errors::Error,
    formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
    io::MediaSourceStream,
    meta::MetadataOptions,
};
use tokio::sync::mpsc;

use super::{Listening, WAITING, too_long};
use crate::{Limits, MediaError, error::name_of};

/// Samples of a piece, about half a second.
const PIECE: usize = 1 << 14;
/// Longest stretch of sound that one damaged packet is replaced by, in samples.
const LONGEST_GAP: u64 = 1 << 16;

/// `None` when the file is for ffmpeg: another kind, or odd in a way that ffmpeg knows better.
pub(super) async fn open(file: &Path, limits: &Limits) -> Result<Option<Listening>, MediaError> {
    let (path, most_s) = (file.to_owned(), limits.max_sound_s);
    let opening = tokio::task::spawn_blocking(move || {
        // A pipe or a device would hold this thread for ever.
        let source = std::fs::metadata(&path).and_then(|facts| facts.is_file().then(|| File::open(&path)).transpose());
        source.map(|source| source.and_then(|source| Reader::open(source, most_s)))
    });
    let mut reader = match tokio::time::timeout(limits.probe_deadline, opening).await {
        Ok(Ok(Ok(Some(reader)))) => reader,
        Ok(Ok(Err(source))) => return Err(MediaError::io(file, source)),
        // A library that panics or does not come back has met a file that it cannot read.
        Ok(Ok(Ok(None)) | Err(_)) | Err(_) => return Ok(None),
    };
    let (name, rate_hz) = (name_of(file), reader.rate_hz);
    let (sender, pieces) = mpsc::channel(WAITING);
    let (file, limits_of_task) = (file.to_owned(), limits.clone());
    tokio::task::spawn_blocking(move || {
        loop {
            let piece = match reader.piece() {
                Piece::Sound(piece) => Ok(Some(piece)),
                Piece::End => Ok(None),
                Piece::TooLong => Err(too_long(&file, &limits_of_task)),
                Piece::Broken(source) => Err(MediaError::io(&file, source)),
                Piece::Changed => Err(MediaError::NotAccepted {
                    file: name_of(&file),
                    kind: "sound whose form changes in the middle, as several recordings in one file".into(),
                }),
            };
            let is_last = !matches!(piece, Ok(Some(_)));
            if sender.blocking_send(piece).is_err() || is_last {
                return;
            }
        }
    });
    Ok(Some(Listening { file: name, rate_hz, pieces, is_over: false, patience: limits.work_deadline }))
}

/// What comes next.
enum Piece {
    Sound(Vec<f32>),
    End,
    TooLong,
    Broken(std::io::Error),
    /// Another stream or another rate begins, which the grid of one track cannot hold.
    Changed,
}

struct Reader {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    rate_hz: u32,
    interleaved: Vec<f32>,
    heard: u64,
    most: u64,
    /// The first packet, which showed that the file can be decoded at all.
    ready: Vec<f32>,
    is_over: bool,
}

impl Reader {
    fn open(mut source: File, most_s: f64) -> Option<Self> {
        if !is_ours(&mut source) {
            return None;
        }
        let stream = MediaSourceStream::new(Box::new(source), Default::default());
        let probe = symphonia::default::get_probe();
        let format = probe.probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default()).ok()?;
        let track = format.default_track(TrackType::Audio)?;
        let parameters = track.codec_params.as_ref()?.audio()?;
        let rate_hz = parameters.sample_rate.filter(|rate| (8_000..=192_000).contains(rate))?;
        // A track that begins late or early stands elsewhere on ffmpeg's timeline.
        let delay = i64::from(track.delay.unwrap_or(0));
        if !matches!(track.start_ts.get(), 0) && track.start_ts.get() != -delay {
            return None;
        }
        let decoder =
            symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default()).ok()?;
        let (track, most) = (track.id, ((most_s + 1.0) * f64::from(rate_hz)) as u64);
        let mut reader = Self {
            format,
            decoder,
            track,
            rate_hz,
            interleaved: vec![],
            heard: 0,
            most,
            ready: vec![],
            is_over: false,
        };
        match reader.piece() {
            Piece::Sound(piece) => reader.ready = piece,
            Piece::End | Piece::TooLong | Piece::Broken(_) | Piece::Changed => return None,
        }
        Some(reader)
    }

    fn piece(&mut self) -> Piece {
        let mut piece = std::mem::take(&mut self.ready);
        if !piece.is_empty() {
            return Piece::Sound(piece);
        }
        while piece.len() < PIECE && !self.is_over {
            match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => match self.decoder.decode(&packet) {
                    Ok(buffer) if buffer.spec().rate() != self.rate_hz => return Piece::Changed,
                    Ok(buffer) => {
                        let channels = buffer.spec().channels().count().max(1);
                        self.interleaved.resize(buffer.samples_interleaved(), 0.0);
                        buffer.copy_to_slice_interleaved(&mut self.interleaved);
                        let share = 1.0 / channels as f32;
                        piece.extend(self.interleaved.chunks_exact(channels).map(|f| f.iter().sum::<f32>() * share));
                    }
                    // A damaged packet is a gap of its length, so that what follows keeps its time.
                    Err(Error::DecodeError(_)) => {
                        let gap = packet.dur.get().min(LONGEST_GAP) as usize;
                        piece.resize(piece.len() + gap, 0.0);
                    }
                    Err(_) => return Piece::Changed,
                },
                Ok(Some(_)) | Err(Error::ResetRequired) => return Piece::Changed,
                Ok(None) => self.is_over = true,
                // A file that was cut off ends where it ends; one that is damaged beyond that, where it can be read to.
                Err(Error::IoError(source)) if source.kind() == ErrorKind::UnexpectedEof => self.is_over = true,
                Err(Error::IoError(source)) => return Piece::Broken(source),
                Err(_) => self.is_over = true,
            }
        }
        self.heard += piece.len() as u64;
        match piece.is_empty() {
            _ if self.heard > self.most => Piece::TooLong,
            true => Piece::End,
            false => Piece::Sound(piece),
        }
    }
}

/// True for the first bytes of the kinds that are read here.
fn is_ours(source: &mut File) -> bool {
    let mut head = [0; 12];
    let read = source.read_exact(&mut head).and_then(|()| source.rewind());
    let is_layer_three = head[0] == 0xFF && head[1] & 0xE6 == 0xE2;
    read.is_ok()
        && (head.starts_with(b"fLaC")
            || head.starts_with(b"OggS")
            || head.starts_with(b"ID3")
            || is_layer_three
            || (head.starts_with(b"RIFF") && &head[8..] == b"WAVE"))
}
