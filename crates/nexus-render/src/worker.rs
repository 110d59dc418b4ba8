//! One segment: a decoder per moving picture, the compositor, one encoder, all at once behind short queues.

use std::{collections::BTreeMap, ops::Range, path::PathBuf, sync::Arc};

use nexus_core::{FrameRate, Frames};
use nexus_media::{Crop, DecodeSpec, EncodeSpec, Encoder, FrameReader, FrameWriter, Yuv420};
use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    RenderError,
    cache::{Cache, write_json},
    compositor::{LiveLayer, Pixels, compose},
    direct::Direct,
    filter,
    fonts::{Face, Fonts},
    overlay::Overlay,
    plan::{Content, Layer, Picture, Plan},
    resample::scaled,
    segment::live,
    sources::Sources,
    still::Still,
};

/// Frames that wait between two stages.
const QUEUE: usize = 2;
/// Threads of a decoder that reads a single frame.
const STILL_THREADS: u8 = 4;
/// A decoder starts this many frames before it is needed.
const WARM_UP: u64 = 4;

/// All that the segments of one film share.
pub(crate) struct Film {
    pub(crate) plan: Plan,
    pub(crate) sources: Sources,
    /// The face of each text layer, by its index in the plan.
    pub(crate) faces: BTreeMap<usize, Face>,
    pub(crate) fonts: Arc<Fonts>,
    pub(crate) crf: u8,
    pub(crate) encoder: Encoder,
    pub(crate) encoder_threads: u8,
    pub(crate) decoder_threads: u8,
    /// Width and height of the file; the frame's unless `scaleTo` says otherwise.
    pub(crate) file_px: (u32, u32),
}

/// A piece of a film and the file that it becomes.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) frames: Range<u64>,
    pub(crate) out: PathBuf,
}

/// Renders consecutive pieces of the film one after the other, with decoders that go on from piece to piece. Calls
/// `on_frames` with the count of frames that are done since; what people should know is returned, and noted beside each piece. Dropping the future ends
/// every child.
pub(crate) async fn render_chain(
    film: Arc<Film>,
    pieces: Vec<Piece>,
    on_frames: impl Fn(u64) + Send + Sync,
) -> Result<Vec<String>, RenderError> {
    let end = pieces.last().map_or(0, |piece| piece.frames.end);
    let is_alone = pieces.len() == 1;
    let (mut cast, mut all) = (Vec::new(), Vec::new());
    for piece in pieces {
        cast = prepare(&film, &piece.frames, cast).await?;
        let direct = if is_alone { direct(&film, &piece, &mut cast).await? } else { None };
        match direct {
            Some(direct) => direct.render(&on_frames).await?,
            None => cast = render_piece(&film, &piece, cast, end, &on_frames).await?,
        }
        let remarks: Vec<String> = cast.iter().filter_map(|actor| actor.live.remark()).collect();
        write_json(&Cache::notes(&piece.out), &remarks).await?;
        all.extend(remarks);
    }
    Ok(all)
}

/// The piece as one process renders it, when that is possible.
async fn direct(film: &Arc<Film>, piece: &Piece, cast: &mut Vec<Actor>) -> Result<Option<Direct>, RenderError> {
    let (film, piece, mut taken) = (Arc::clone(film), piece.clone(), std::mem::take(cast));
    let found = tokio::task::spawn_blocking(move || (Direct::of(&film, &piece, &mut taken), taken));
    let (found, returned) = found.await.map_err(|_| RenderError::Stopped("overlay painter"))?;
    *cast = returned;
    found
}

/// Composes and encodes a piece. Decoders read on until frame `end` of the film; the cast comes back with them.
async fn render_piece(
    film: &Arc<Film>,
    piece: &Piece,
    mut cast: Vec<Actor>,
    end: u64,
    on_frames: &(impl Fn(u64) + Send + Sync),
) -> Result<Vec<Actor>, RenderError> {
    let Piece { frames, out } = piece;
    let mut writer = Writer::open(film, out.clone());
    for frame in frames.clone() {
        for actor in &mut cast {
            actor.feed(film, frames.start..end, frame).await?;
        }
        let mut canvas = writer.blank().await?;
        let shared = Arc::clone(film);
        let drawn = tokio::task::spawn_blocking(move || {
            compose(&shared.plan, &mut cast, frame, &mut canvas);
            (cast, canvas)
        });
        let (returned, canvas) = drawn.await.map_err(|_| RenderError::Stopped("compositor"))?;
        cast = returned;
        if (canvas.width_px, canvas.height_px) == film.file_px {
            writer.write(canvas).await?;
        } else {
            writer.write_scaled(canvas, film.file_px).await?;
        }
        on_frames(1);
    }
    writer.finish().await?;
    Ok(cast)
}

/// One frame of the timeline, drawn alone.
pub(crate) async fn render_frame(film: Arc<Film>, frame: u64) -> Result<Yuv420, RenderError> {
    let piece = frame..frame + 1;
    let mut cast = prepare(&film, &piece, vec![]).await?;
    for actor in &mut cast {
        actor.feed(&film, piece.clone(), frame).await?;
    }
    let mut canvas = Yuv420::new(film.plan.width_px, film.plan.height_px);
    let drawn = tokio::task::spawn_blocking(move || {
        compose(&film.plan, &mut cast, frame, &mut canvas);
        canvas
    });
    drawn.await.map_err(|_| RenderError::Stopped("compositor"))
}

/// A layer of a piece, with the decoders of its moving pictures.
pub(crate) struct Actor {
    /// The layer's index in the plan.
    index: usize,
    pub(crate) live: LiveLayer,
    reader: Option<Reader>,
    /// By the index of the mask.
    matte_readers: BTreeMap<usize, Option<Reader>>,
}

impl AsMut<LiveLayer> for Actor {
    fn as_mut(&mut self) -> &mut LiveLayer {
        &mut self.live
    }
}

impl Actor {
    /// Gives the layer and its masks their pictures for `frame`, which lies in the part `span` of the film.
    async fn feed(&mut self, film: &Film, span: Range<u64>, frame: u64) -> Result<(), RenderError> {
        for (index, matte) in self.live.mattes.iter_mut().enumerate() {
            feed(film, matte, self.matte_readers.entry(index).or_default(), &span, frame).await?;
        }
        feed(film, &mut self.live, &mut self.reader, &span, frame).await
    }
}

/// The layers of a piece, ready to be drawn; those of `before` that go on are kept as they are.
async fn prepare(film: &Arc<Film>, piece: &Range<u64>, before: Vec<Actor>) -> Result<Vec<Actor>, RenderError> {
    let (film, piece) = (Arc::clone(film), piece.clone());
    let prepared = tokio::task::spawn_blocking(move || {
        let mut before: BTreeMap<usize, Actor> = before.into_iter().map(|actor| (actor.index, actor)).collect();
        let actor = |(index, layer)| match before.remove(&index) {
            Some(actor) => Ok(actor),
            None => {
                let live = prepare_layer(&film, layer, film.faces.get(&index))?;
                Ok(Actor { index, live, reader: None, matte_readers: BTreeMap::new() })
            }
        };
        live(&film.plan, &piece).map(actor).collect()
    });
    prepared.await.map_err(|_| RenderError::Stopped("overlay painter"))?
}

fn prepare_layer(film: &Film, layer: &Layer, face: Option<&Face>) -> Result<LiveLayer, RenderError> {
    let still = || {
        let file =
            layer.src().and_then(|src| film.sources.files.get(src)).ok_or(RenderError::Stopped("image reader"))?;
        Still::open(file).map_err(|expected| RenderError::edit(format!("{}.asset.src", layer.path), expected))
    };
    let pixels = match &layer.content {
        Content::Video { picture, key, .. } => Pixels::Moving {
            picture: Yuv420::new(picture.width_px, picture.height_px),
            alpha: Vec::new(),
            key: *key,
            is_raw: true,
        },
        Content::Still { picture, .. } => {
            let mut pixels = still()?.picture(picture);
            if let Some(effect) = layer.filter {
                filter::apply(effect, &mut pixels);
            }
            Pixels::Standing(pixels)
        }
        Content::Image { .. } | Content::Text { .. } | Content::Svg { .. } | Content::Captions { .. } => {
            let still = if matches!(layer.content, Content::Image { .. }) { Some(still()?) } else { None };
            let frame_px = (film.plan.width_px, film.plan.height_px);
            let overlay = Overlay::new(layer, frame_px, &film.fonts, face, still.as_ref())?;
            Pixels::Drawn(overlay.ok_or(RenderError::Stopped("overlay painter"))?)
        }
    };
    let mattes = layer.mattes.iter().map(|matte| prepare_layer(film, &matte.layer, None)).collect::<Result<_, _>>()?;
    Ok(LiveLayer { layer: layer.clone(), pixels, mattes })
}

/// Gives a moving layer its picture for `frame`; starts its decoder when it is nearly due, ends it when done.
async fn feed(
    film: &Film,
    live: &mut LiveLayer,
    reader: &mut Option<Reader>,
    span: &Range<u64>,
    frame: u64,
) -> Result<(), RenderError> {
    let (Content::Video { src, .. }, Pixels::Moving { picture, is_raw, .. }) = (&live.layer.content, &mut live.pixels)
    else {
        return Ok(());
    };
    let (start, end) = (live.layer.start.max(span.start), live.layer.end.min(span.end));
    if frame >= end {
        *reader = None;
        return Ok(());
    }
    if frame + WARM_UP < start {
        return Ok(());
    }
    let reader = match reader {
        Some(reader) => reader,
        None => {
            let file = film.sources.files.get(src).ok_or(RenderError::Stopped("decoder"))?;
            let (spec, name) = decode_spec(film, &live.layer, start..end, file.clone());
            reader.insert(Reader::start(spec, name))
        }
    };
    if frame >= start && reader.next(picture).await? {
        *is_raw = true;
    }
    Ok(())
}

/// How the frames of a moving layer are read, and the name of its source.
pub(crate) fn decode_spec(film: &Film, layer: &Layer, frames: Range<u64>, file: PathBuf) -> (DecodeSpec, String) {
    let Content::Video { src, trim_s, speed, available, picture, .. } = &layer.content else {
        unreachable!("only moving layers are decoded");
    };
    let rate = slowed(film.plan.rate, *speed);
    let Picture { crop_x, crop_y, crop_width, crop_height, width_px, height_px } = *picture;
    // A source that has ended gives its last frame.
    let from = (frames.start - layer.start).min(available.saturating_sub(1));
    let spec = DecodeSpec {
        file,
        start_s: trim_s + rate.start_of(Frames(from)).0,
        frames: (frames.end - frames.start).min(available - from),
        rate,
        crop: Some(Crop { x: crop_x, y: crop_y, width: crop_width, height: crop_height }),
        width_px,
        height_px,
        // A single frame is a still that somebody waits for, behind a seek that decodes up to a whole group.
        threads: if frames.end - frames.start == 1 { STILL_THREADS } else { film.decoder_threads },
    };
    (spec, src.clone())
}

/// How a piece is written into `out`.
pub(crate) fn encode_spec(film: &Film, out: PathBuf) -> EncodeSpec {
    EncodeSpec {
        out,
        width_px: film.file_px.0,
        height_px: film.file_px.1,
        rate: film.plan.rate,
        crf: film.crf,
        encoder: film.encoder,
        threads: film.encoder_threads,
    }
}

/// The rate at which a source is read so that it plays `speed` times as fast; a still is read at the film's.
fn slowed(rate: FrameRate, speed: f64) -> FrameRate {
    const STEPS: f64 = 1000.0;
    let parts = (speed * STEPS).round().clamp(0.0, 10.0 * STEPS) as u32;
    match parts {
        0 | 1000 => rate,
        // The contract's largest rates and speeds stay far below 2^32 here.
        parts => FrameRate { num: rate.num * STEPS as u32, den: rate.den * parts },
    }
}

/// A decoder that works ahead in its own task.
struct Reader {
    frames: mpsc::Receiver<Result<Yuv420, RenderError>>,
    used: mpsc::Sender<Yuv420>,
    has_begun: bool,
    name: String,
    /// Ends the decoder when the reader is dropped.
    _task: JoinSet<()>,
}

impl Reader {
    fn start(spec: DecodeSpec, name: String) -> Self {
        let (send, frames) = mpsc::channel(QUEUE);
        let (used, mut spare) = mpsc::channel(QUEUE + 2);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut reader = match FrameReader::open(&spec).await {
                Ok(reader) => reader,
                Err(error) => return drop(send.send(Err(error.into())).await),
            };
            loop {
                let mut frame = spare.try_recv().unwrap_or_else(|_| Yuv420::new(spec.width_px, spec.height_px));
                let outcome = match reader.next(&mut frame).await {
                    Ok(true) => Ok(frame),
                    Ok(false) => return,
                    Err(error) => Err(error.into()),
                };
                let failed = outcome.is_err();
                if send.send(outcome).await.is_err() || failed {
                    return;
                }
            }
        });
        Self { frames, used, has_begun: false, name, _task: task }
    }

    /// Puts the next frame into `picture`; false when the last one stands still.
    async fn next(&mut self, picture: &mut Yuv420) -> Result<bool, RenderError> {
        match self.frames.recv().await {
            Some(frame) => {
                let old = std::mem::replace(picture, frame?);
                // When nobody needs the old one any more it is simply freed.
                drop(self.used.try_send(old));
                self.has_begun = true;
                Ok(true)
            }
            None if self.has_begun => Ok(false),
            None => Err(RenderError::NoPicture { name: self.name.clone() }),
        }
    }
}

/// An encoder that works behind in its own task.
struct Writer {
    frames: mpsc::Sender<Yuv420>,
    used: mpsc::Receiver<Yuv420>,
    fresh: usize,
    size: (u32, u32),
    task: JoinSet<Result<(), RenderError>>,
}

impl Writer {
    fn open(film: &Film, out: PathBuf) -> Self {
        let spec = encode_spec(film, out);
        let (frames, mut waiting) = mpsc::channel::<Yuv420>(QUEUE);
        let (send_back, used) = mpsc::channel(QUEUE + 2);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut writer = FrameWriter::open(&spec).await?;
            while let Some(frame) = waiting.recv().await {
                writer.write(&frame).await?;
                // A full queue means that there are enough frames already.
                drop(send_back.try_send(frame));
            }
            writer.finish().await?;
            Ok(())
        });
        Self { frames, used, fresh: QUEUE + 2, size: (film.plan.width_px, film.plan.height_px), task }
    }

    /// A frame to draw on: one of a few that go round.
    async fn blank(&mut self) -> Result<Yuv420, RenderError> {
        if let Ok(frame) = self.used.try_recv()
            && (frame.width_px, frame.height_px) == self.size
        {
            return Ok(frame);
        }
        if self.fresh > 0 {
            self.fresh -= 1;
            return Ok(Yuv420::new(self.size.0, self.size.1));
        }
        match self.used.recv().await {
            Some(frame) => Ok(frame),
            None => Err(self.failure().await),
        }
    }

    async fn write(&mut self, frame: Yuv420) -> Result<(), RenderError> {
        if self.frames.send(frame).await.is_err() {
            return Err(self.failure().await);
        }
        Ok(())
    }

    /// Writes the frame at another size.
    async fn write_scaled(&mut self, frame: Yuv420, file_px: (u32, u32)) -> Result<(), RenderError> {
        let scaled = tokio::task::spawn_blocking(move || scaled(&frame, file_px));
        let scaled = scaled.await.map_err(|_| RenderError::Stopped("compositor"))?;
        // Frames of the file's size do not come back to be drawn on.
        self.fresh = self.fresh.max(1);
        self.write(scaled).await
    }

    async fn finish(mut self) -> Result<(), RenderError> {
        drop(self.frames);
        match self.task.join_next().await {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) | None => Err(RenderError::Stopped("encoder")),
        }
    }

    /// Why the encoder takes no more frames.
    async fn failure(&mut self) -> RenderError {
        match self.task.join_next().await {
            Some(Ok(Err(error))) => error,
            Some(Ok(Ok(())) | Err(_)) | None => RenderError::Stopped("encoder"),
        }
    }
}
