//! A finished film as an animated GIF, and its sound as MP3.

use std::path::Path;

use crate::{
    Limits, MediaError,
    arguments::Arguments,
    durable::PartFile,
    filter::Chain,
    jail::{MOST_FILM_BYTES, Reach},
    program::Program,
    runner::{self, Launch, Pace},
};

/// Writes `film` as an animated GIF with a palette of its own; it plays for ever when `repeats`.
///
/// # Errors
/// The film's faults; the disk's errors.
pub async fn write_gif(film: &Path, repeats: bool, out: &Path) -> Result<(), MediaError> {
    let graph = Chain::new().into_palette();
    let words = Arguments::ffmpeg()
        .pair("-filter_threads", "1")
        .file(film, 2, 0.0)
        .pair("-filter_complex", graph.text())
        .pair("-loop", if repeats { "0" } else { "-1" });
    write(words, "gif", "make a GIF of", film, out).await
}

/// Writes `sound` as MP3 at 192 kbit/s.
///
/// # Errors
/// The file's faults; the disk's errors.
pub async fn write_mp3(sound: &Path, out: &Path) -> Result<(), MediaError> {
    let words = Arguments::ffmpeg()
        .file(sound, 1, 0.0)
        .pair("-map", "0:a:0")
        .pair("-c:a", "libmp3lame")
        .pair("-b:a", "192k")
        .pair("-flags:a", "+bitexact");
    write(words, "mp3", "make an MP3 of", sound, out).await
}

async fn write(
    words: Arguments,
    format: &'static str,
    op: &'static str,
    file: &Path,
    out: &Path,
) -> Result<(), MediaError> {
    let part = PartFile::beside(out)?;
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: words.output(format, part.path()),
        op,
        file,
        reach: Reach::reading(file).writing(part.path(), MOST_FILM_BYTES),
        deadline: Limits::default().work_deadline,
        pace: Pace::Whole,
    };
    runner::run(launch, 0).await?;
    part.keep().await
}
