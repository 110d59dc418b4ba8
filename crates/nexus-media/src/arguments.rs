//! Arguments of ffmpeg and ffprobe, built from typed parts. Every input carries every whitelist.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

/// Containers that are accepted, by the alias lists that ffprobe prints. Playlists and sequences
/// (`hls`, `dash`, `concat`, `image2`, `sdp`) open other files and are absent on purpose.
pub(crate) const FORMATS: &str =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,wav,mp3,ogg,flac,aac,png_pipe,jpeg_pipe";

/// Decoders that may run.
pub(crate) const DECODERS: &str = "h264,hevc,vp8,vp9,libdav1d,libaom-av1,av1,prores,dnxhd,mjpeg,mpeg4,png,\
aac,mp3float,mp3,opus,libopus,vorbis,libvorbis,flac,alac,ac3,eac3,\
pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_alaw,pcm_mulaw";

/// Largest single allocation of a child, in bytes: an 8K frame in 16-bit RGBA fits.
const MAX_ALLOC: u64 = 536_870_912;

/// A growing list of arguments.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Arguments(Vec<OsString>);

impl Arguments {
    /// The start of every ffmpeg command.
    pub(crate) fn ffmpeg() -> Self {
        Self(Vec::new())
            .flag("-nostdin")
            .flag("-hide_banner")
            .pair("-loglevel", "error")
            .pair("-max_alloc", MAX_ALLOC.to_string())
    }

    /// The start of every ffprobe command.
    pub(crate) fn ffprobe() -> Self {
        Self(Vec::new()).flag("-hide_banner").pair("-loglevel", "error").pair("-max_alloc", MAX_ALLOC.to_string())
    }

    /// One word.
    pub(crate) fn flag(mut self, flag: &str) -> Self {
        self.0.push(flag.into());
        self
    }

    /// An option and its value as two words; a value is never read as an option.
    pub(crate) fn pair(mut self, option: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.push(option.into());
        self.0.push(value.as_ref().into());
        self
    }

    /// The whitelists and bounds that stand before every untrusted input.
    pub(crate) fn guards(self) -> Self {
        self.pair("-protocol_whitelist", "file,pipe")
            .pair("-format_whitelist", FORMATS)
            .pair("-codec_whitelist", DECODERS)
            .pair("-max_pixels", "40000000")
            .pair("-probesize", "5000000")
            .pair("-analyzeduration", "5000000")
    }

    /// A guarded file, its decoder's threads bounded, entered at `seek_s` seconds when that is above 0.
    pub(crate) fn file(self, path: &Path, threads: u8, seek_s: f64) -> Self {
        let guarded = self.guards().pair("-threads", threads.max(1).to_string());
        let entered = if seek_s > 0.0 { guarded.pair("-ss", seconds(seek_s)) } else { guarded };
        entered.pair("-i", file_url(path))
    }

    /// The written file, always overwritten (it is a temporary one of ours), without marks of time or version.
    pub(crate) fn output(self, format: &str, path: &Path) -> Self {
        self.pair("-fflags", "+bitexact").pair("-f", format).flag("-y").last(&file_url(path))
    }

    /// Raw data on standard output.
    pub(crate) fn into_pipe(self, format: &str) -> Self {
        self.pair("-f", format).flag("pipe:1")
    }

    /// A last word, for instance a file of ours with its `file:` prefix.
    pub(crate) fn last(mut self, word: &OsStr) -> Self {
        self.0.push(word.into());
        self
    }

    /// The words.
    pub(crate) fn words(&self) -> &[OsString] {
        &self.0
    }

    /// The words with spaces between, for tests and traces.
    #[cfg(test)]
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }
}

/// `file:<path>`, so that no name is read as a protocol, an option or standard input.
pub(crate) fn file_url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(path);
    url
}

/// Seconds with microseconds, the resolution of ffmpeg's options.
pub(crate) fn seconds(value: f64) -> String {
    format!("{value:.6}")
}
