//! A stage for tests: a store with small clips of known colours, a renderer, and eyes that look at films.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use nexus_core::{
    FrameRate, PortResult,
    blob::BlobRef,
    film::{Film, FilmTags, RenderRequest},
    port::{BlobStore, Renderer, StepContext},
};
use nexus_media::{
    DecodeSpec, EncodeSpec, Encoder, FrameReader, FrameWriter, MuxSpec, Preset, SoundFormat, Yuv420, mux, write_sound,
};
use nexus_render::{LocalRenderer, RendererConfig};
use nexus_testkit::{conformance::render::FolderBlobs, factory};
use serde_json::{Value, json};

/// Everything a test of the renderer needs; its folder goes when it is dropped.
pub(crate) struct Stage {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) blobs: Arc<FolderBlobs>,
    pub(crate) assets: BTreeMap<String, BlobRef>,
    pub(crate) renderer: LocalRenderer,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Arc::new(FolderBlobs::new(folder.path().join("blobs")));
        let config = RendererConfig {
            encoder: Encoder::X264(Preset::Ultrafast),
            ..RendererConfig::new(folder.path().join("cache"), folder.path().join("scratch"))
        };
        let renderer = LocalRenderer::new(config, Arc::clone(&blobs) as Arc<dyn BlobStore>);
        Self { folder, blobs, assets: BTreeMap::new(), renderer }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Stores a file as the source `name`.
    pub(crate) async fn add(&mut self, name: &str, file: &Path) {
        let blob = self.blobs.store(factory::business().id, name, file).await;
        self.assets.insert(name.to_owned(), blob);
    }

    /// Stores a clip whose frames `paint` draws.
    pub(crate) async fn add_clip(
        &mut self,
        name: &str,
        size: (u32, u32),
        frames: u64,
        paint: impl Fn(u64, &mut Yuv420),
    ) {
        let file = self.path(&format!("{name}.mp4"));
        write_clip(&file, size, frames, paint).await;
        self.add(name, &file).await;
    }

    /// Stores a clip of one brightness.
    pub(crate) async fn add_flat(&mut self, name: &str, luma: u8, frames: u64) {
        self.add_clip(name, (320, 180), frames, |_, frame| frame.y_mut().fill(luma)).await;
    }

    /// Stores a sound.
    pub(crate) async fn add_sound(&mut self, name: &str, samples: &[f32]) {
        let file = self.path(&format!("{name}.wav"));
        write_sound(samples, 48_000, 2, &file, SoundFormat::Wav).await.unwrap();
        self.add(name, &file).await;
    }

    pub(crate) fn request(&self, edit: Value) -> RenderRequest {
        RenderRequest { business: factory::business().id, edit, assets: self.assets.clone(), tags: FilmTags::default() }
    }

    pub(crate) async fn try_render(&self, edit: Value, context: &StepContext) -> PortResult<Film> {
        self.renderer.render(&self.request(edit), context).await
    }

    pub(crate) async fn render(&self, edit: Value) -> Film {
        self.try_render(edit, &factory::context("render")).await.unwrap()
    }

    pub(crate) async fn bytes(&self, film: &Film) -> Vec<u8> {
        std::fs::read(self.blobs.local_file(&film.blob).await.unwrap()).unwrap()
    }

    /// Every frame of a film.
    pub(crate) async fn frames(&self, film: &Film) -> Vec<Yuv420> {
        let file = self.blobs.local_file(&film.blob).await.unwrap();
        let (width_px, height_px) = (film.width_px, film.height_px);
        let spec = DecodeSpec {
            file,
            start_s: 0.0,
            frames: film.length.0,
            rate: film.rate,
            crop: None,
            width_px,
            height_px,
            threads: 1,
        };
        let mut reader = FrameReader::open(&spec).await.unwrap();
        let mut frames = Vec::new();
        let mut frame = Yuv420::new(width_px, height_px);
        while reader.next(&mut frame).await.unwrap() {
            frames.push(frame.clone());
        }
        frames
    }

    /// Names of the finished segments.
    pub(crate) fn segments(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("cache/segments")).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".mp4"))
            .collect();
        names.sort();
        names
    }
}

pub(crate) async fn write_clip(
    file: &Path,
    (width_px, height_px): (u32, u32),
    frames: u64,
    paint: impl Fn(u64, &mut Yuv420),
) {
    let spec = EncodeSpec {
        out: file.to_owned(),
        width_px,
        height_px,
        rate: FrameRate::FPS_30,
        crf: 8,
        encoder: Encoder::X264(Preset::Ultrafast),
        threads: 1,
    };
    let mut writer = FrameWriter::open(&spec).await.unwrap();
    for index in 0..frames {
        let mut frame = Yuv420::new(width_px, height_px);
        paint(index, &mut frame);
        writer.write(&frame).await.unwrap();
    }
    writer.finish().await.unwrap();
}

/// A flat clip with a sound of its own.
pub(crate) async fn write_talking_clip(folder: &Path, seconds: u64) -> PathBuf {
    let silent = folder.join("silent.mp4");
    write_clip(&silent, (320, 180), 30 * seconds, |_, frame| frame.y_mut().fill(120)).await;
    let sound = folder.join("voice.m4a");
    write_sound(&noise(seconds as usize * 48_000, 0.2), 48_000, 2, &sound, SoundFormat::Aac).await.unwrap();
    let out = folder.join("talking.mp4");
    mux(&MuxSpec {
        segments: vec![silent],
        known: None,
        sound: Some(sound),
        tags: FilmTags::default(),
        out: out.clone(),
    })
    .await
    .unwrap();
    out
}

/// Stereo noise of a fixed seed, xorshift.
pub(crate) fn noise(frames: usize, level: f32) -> Vec<f32> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    (0..frames * 2)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0) * level
        })
        .collect()
}

pub(crate) fn mean(plane: &[u8]) -> f64 {
    plane.iter().map(|pixel| f64::from(*pixel)).sum::<f64>() / plane.len() as f64
}

/// An edit of 180x320 at `fps` with these tracks, the top one first.
pub(crate) fn edit(fps: f64, tracks: &[Value]) -> Value {
    let tracks: Vec<Value> = tracks.iter().map(|clips| json!({ "clips": clips })).collect();
    json!({ "timeline": { "tracks": tracks }, "output": { "format": "mp4", "size": { "width": 180, "height": 320 }, "fps": fps } })
}

pub(crate) fn video(src: &str, start: f64, length: f64) -> Value {
    json!({ "asset": { "type": "video", "src": src }, "start": start, "length": length })
}
