//! Words said aloud by flite, the small voice inside ffmpeg.
//!
//! The words lie in a file of their own and never enter a filter; only the path of that file, which we chose, and the
//! name of one of five voices do.

use std::{io::Write as _, path::Path};

use crate::{
    Limits, MediaError,
    arguments::Arguments,
    durable::PartFile,
    jail::Reach,
    program::Program,
    runner::{self, Launch, Pace},
};

/// Most bytes of the sound: two hours.
const MOST_SPEECH_BYTES: u64 = 256 << 20;

/// The voices of flite; all of them speak English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// A man from Scotland.
    Awb,
    /// A man from the United States, at 8 kHz.
    Kal,
    /// A man from the United States, at 16 kHz.
    Kal16,
    /// A man from the United States, clearer.
    Rms,
    /// A woman from the United States.
    Slt,
}

impl Voice {
    /// Every voice.
    pub const ALL: [Self; 5] = [Self::Awb, Self::Kal, Self::Kal16, Self::Rms, Self::Slt];

    /// The name that flite gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Awb => "awb",
            Self::Kal => "kal",
            Self::Kal16 => "kal16",
            Self::Rms => "rms",
            Self::Slt => "slt",
        }
    }
}

/// Says `text` and stores the sound, mono, as the WAV file `out`, which appears only when it is whole. The same words
/// give the same bytes. Takes time by the square of the length: a second for a paragraph, a minute for 20,000
/// characters.
///
/// # Errors
/// As every child process; [`MediaError::Failed`] also where this machine's ffmpeg has no flite.
pub async fn speak(text: &str, voice: Voice, out: &Path) -> Result<(), MediaError> {
    let io = |source| MediaError::io(out, source);
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut words = tempfile::Builder::new().prefix("words-").tempfile_in(folder).map_err(io)?;
    words.write_all(text.as_bytes()).map_err(io)?;
    let part = PartFile::beside(out)?;
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: arguments(words.path(), voice, part.path()),
        op: "speak",
        file: out,
        reach: Reach::reading(words.path()).writing(part.path(), MOST_SPEECH_BYTES),
        deadline: Limits::default().work_deadline,
        pace: Pace::Whole,
    };
    runner::run(launch, 0).await?;
    part.keep().await
}

fn arguments(words: &Path, voice: Voice, part: &Path) -> Arguments {
    let graph = format!("flite=textfile={}:voice={}[speech]", quoted(&words.to_string_lossy()), voice.name());
    Arguments::ffmpeg()
        .pair("-filter_complex", graph)
        .pair("-map", "[speech]")
        .pair("-c:a", "pcm_s16le")
        .pair("-flags:a", "+bitexact")
        .output("wav", part)
}

/// `path` so that a graph of filters gives it back as it is: every mark of an option's value is escaped, then every
/// mark of the graph.
fn quoted(path: &str) -> String {
    escaped(&escaped(path, "\\':"), "\\'[],;")
}

fn escaped(text: &str, marks: &str) -> String {
    text.chars().flat_map(|mark| marks.contains(mark).then_some('\\').into_iter().chain([mark])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_sound;

    #[test]
    fn a_path_stays_a_path() {
        for (name, path, want) in [
            ("plain", "/data/scratch/words-a1", "/data/scratch/words-a1"),
            ("marks of options", "/it's:here", "/it\\\\\\'s\\\\:here"),
            ("marks of graphs", "/a[b],c;d", "/a\\[b\\]\\,c\\;d"),
            ("backslash", "/a\\b", "/a\\\\\\\\b"),
        ] {
            assert_eq!(quoted(path), want, "{name}");
        }
    }

    #[tokio::test]
    async fn every_voice_speaks_in_the_jail_from_any_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let odd = folder.path().join("it's [a]; b:c, d\\e=f %{g}");
        std::fs::create_dir(&odd).expect("a folder");
        let text = "Don't stop: 'metadata=print:file=/tmp/x', [a]; it's five.";
        for voice in Voice::ALL {
            let out = odd.join(format!("{}.wav", voice.name()));
            speak(text, voice, &out).await.expect("said");
            let spec = crate::SoundSpec { rate_hz: 16_000, channels: 1, start_s: 0.0, length_s: None, tempo: 1.0 };
            let samples = read_sound(&out, &spec).await.expect("a sound");
            let loudest = samples.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
            assert!(samples.len() > 32_000 && loudest > 0.05, "{voice:?}: {} samples, {loudest}", samples.len());
        }
        let names = std::fs::read_dir(&odd).expect("listed").count();
        assert_eq!(names, Voice::ALL.len(), "neither words nor parts stay behind");
    }

    #[tokio::test]
    async fn the_same_words_give_the_same_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut all = Vec::new();
        for name in ["one.wav", "two.wav"] {
            let out = folder.path().join(name);
            speak("Good evening.", Voice::Slt, &out).await.expect("said");
            all.push(std::fs::read(&out).expect("bytes"));
        }
        assert_eq!(all[0], all[1]);
    }
}
