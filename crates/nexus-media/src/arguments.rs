//! Arguments of ffmpeg and ffprobe, built from typed parts. Every input carries every whitelist.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::Read as _,
    path::Path,
};

use nexus_core::FrameRate;

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

/// The options that stand before every input: what it may be, and how much of it is looked at.
const GUARDS: [&str; 6] =
    ["-protocol_whitelist", "-format_whitelist", "-codec_whitelist", "-max_pixels", "-probesize", "-analyzeduration"];

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

    /// A picture on standard input, its words with their confidence on standard output: scattered words, not pages.
    pub(crate) fn tesseract() -> Self {
        Self(Vec::new())
            .flag("stdin")
            .flag("stdout")
            .pair("-l", "eng")
            .pair("--psm", "11")
            .pair("-c", "tessedit_create_tsv=1")
            .pair("-c", "tessedit_create_txt=0")
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
        self.guarded_to("file", FORMATS, DECODERS)
    }

    /// The bounds that stand before every input, and whitelists of its own.
    fn guarded_to(self, protocols: &str, formats: &str, decoders: &str) -> Self {
        let values = [protocols, formats, decoders, "40000000", "5000000", "5000000"];
        GUARDS.into_iter().zip(values).fold(self, |words, (guard, value)| words.pair(guard, value))
    }

    /// A guarded file, its decoder's threads bounded, entered at `seek_s` seconds when that is above 0.
    pub(crate) fn file(self, path: &Path, threads: u8, seek_s: f64) -> Self {
        let guarded = self.guards().pair("-threads", threads.max(1).to_string());
        let entered = if seek_s > 0.0 { guarded.pair("-ss", seconds(seek_s)) } else { guarded };
        entered.photo_or_film(path).pair("-i", file_url(path))
    }

    /// Names the reader of photos: by its name a photo would be read as the first of a sequence of files.
    pub(crate) fn photo_or_film(self, path: &Path) -> Self {
        let mut first = [0_u8; 8];
        let read = File::open(path).and_then(|mut file| file.read_exact(&mut first));
        match (read, first) {
            (Ok(()), [0xff, 0xd8, 0xff, ..]) => self.pair("-f", "jpeg_pipe"),
            (Ok(()), [0x89, b'P', b'N', b'G', ..]) => self.pair("-f", "png_pipe"),
            _ => self,
        }
    }

    /// A list of films that this crate wrote, of names that it made: the only input that leads to other files.
    pub(crate) fn film_list(self, list: &Path) -> Self {
        self.guarded_to("file", "concat,mov,mp4,m4a,3gp,3g2,mj2", DECODERS)
            .pair("-f", "concat")
            .pair("-safe", "1")
            .pair("-i", file_url(list))
    }

    /// Planar 4:2:0 frames of ours on standard input.
    pub(crate) fn raw_frames(self, width_px: u32, height_px: u32, rate: FrameRate) -> Self {
        self.guarded_to("pipe", "rawvideo", "rawvideo")
            .pair("-f", "rawvideo")
            .pair("-pix_fmt", "yuv420p")
            .pair("-video_size", format!("{width_px}x{height_px}"))
            .pair("-framerate", rate.to_string())
            .pair("-i", "pipe:0")
    }

    /// One planar 4:2:0 frame of ours with an alpha plane, in a file.
    pub(crate) fn raw_still(self, path: &Path, (width_px, height_px): (u32, u32), rate: FrameRate) -> Self {
        self.guarded_to("file", "rawvideo", "rawvideo")
            .pair("-f", "rawvideo")
            .pair("-pix_fmt", "yuva420p")
            .pair("-video_size", format!("{width_px}x{height_px}"))
            .pair("-framerate", rate.to_string())
            .pair("-i", file_url(path))
    }

    /// 32-bit float samples of ours on standard input.
    pub(crate) fn raw_sound(self, rate_hz: u32, channels: u16) -> Self {
        self.guarded_to("pipe", "f32le", "pcm_f32le")
            .pair("-f", "f32le")
            .pair("-ar", rate_hz.to_string())
            .pair("-ac", channels.to_string())
            .pair("-i", "pipe:0")
    }

    /// True when all whitelists and bounds stand before every input, and no input is anything but a file or a pipe.
    pub(crate) fn every_input_is_guarded(&self) -> bool {
        let inputs: Vec<&[OsString]> = self.0.split(|word| word == "-i").collect();
        let starts_well = |word: &OsString| word == "pipe:0" || word.as_encoded_bytes().starts_with(b"file:");
        inputs.windows(2).all(|pair| {
            let guarded = GUARDS.iter().all(|guard| pair[0].iter().any(|word| word == guard));
            guarded && pair[1].first().is_some_and(starts_well)
        })
    }

    /// The written file, always overwritten (it is a temporary one of ours), without marks of time or version.
    pub(crate) fn output(self, format: &str, path: &Path) -> Self {
        self.pair("-fflags", "+bitexact").pair("-f", format).flag("-y").last(&file_url(path))
    }

    /// Raw data on standard output, each packet written at once.
    pub(crate) fn into_pipe(self, format: &str) -> Self {
        self.pair("-avioflags", "direct").pair("-f", format).flag("pipe:1")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_without_its_guards_is_seen() {
        let file = Path::new("/in/clip.mp4");
        let ffmpeg = Arguments::ffmpeg;
        let rows = [
            ("no input", ffmpeg().into_pipe("null"), true),
            ("a file", ffmpeg().file(file, 1, 0.0), true),
            ("a list and its sound", ffmpeg().film_list(file).guards().pair("-i", file_url(file)), true),
            ("frames", ffmpeg().raw_frames(2, 2, FrameRate::FPS_30), true),
            ("samples", ffmpeg().raw_sound(8000, 1), true),
            ("a bare file", ffmpeg().pair("-i", file_url(file)), false),
            ("a second file without", ffmpeg().file(file, 1, 0.0).pair("-i", file_url(file)), false),
            ("guards after", ffmpeg().pair("-i", file_url(file)).guards(), false),
            ("an address", ffmpeg().guards().pair("-i", "http://127.0.0.1/clip.mp4"), false),
            ("a plain name", ffmpeg().guards().pair("-i", "clip.mp4"), false),
        ];
        for (name, arguments, guarded) in rows {
            assert_eq!(arguments.every_input_is_guarded(), guarded, "{name}: {}", arguments.text());
        }
    }

    #[test]
    fn guards_have_their_values() {
        let text = Arguments::ffprobe().guards().text();
        for guard in
            ["-protocol_whitelist file ", "-max_pixels 40000000 ", "-probesize 5000000 ", "-max_alloc 536870912 "]
        {
            assert!(text.contains(guard), "{guard} in {text}");
        }
        for opens_others in ["concat", "hls", "dash", "sdp", "image2", "http", "tcp", "lavfi"] {
            assert!(!text.contains(opens_others), "{opens_others} in {text}");
        }
    }
}
