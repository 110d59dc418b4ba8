//! The only crate that starts ffmpeg and ffprobe: probe, shots, frames, PCM, raw frame pipes, encode.
//!
//! Every external call has four parts: a typed command, a pure function from it to arguments, the one
//! runner (`runner.rs`) that starts, limits and kills, and a typed result. Every child lives in a jail (`jail/`).

mod arguments;
mod cache;
mod decode;
mod durable;
mod encode;
mod error;
mod examine;
mod filter;
mod formats;
mod frame;
mod graph;
mod jail;
mod limits;
mod listen;
mod loudness;
mod mp4;
mod mux;
mod port;
mod probe;
mod program;
mod rendition;
mod runner;
mod sound;
mod speech;
mod starter;
mod still;

pub use decode::{Crop, DecodeSpec, FrameReader};
pub use durable::is_left_behind;
pub use encode::{EncodeSpec, Encoder, FrameWriter, Preset, has_encoder};
pub use error::MediaError;
pub use formats::{write_gif, write_mp3};
pub use frame::Yuv420;
pub use graph::{GraphSpec, Shot, StillOverlay, render_graph};
pub use jail::{JailError, Sandbox, SandboxChosen, choose_sandbox, chosen_sandbox, sandbox_status};
pub use limits::Limits;
pub use loudness::{Loudness, limit_peaks, measure_loudness};
pub use mux::{MuxSpec, Shape, mux};
pub use port::FfmpegMedia;
pub use probe::{ffmpeg_version, probe_file};
pub use program::{Programs, ProgramsChosen, choose_programs};
pub use sound::{SoundFormat, SoundSpec, read_sound, write_sound};
pub use speech::{Voice, speak};
pub use still::grab_jpeg;
