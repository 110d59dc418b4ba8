//! Words that stand in a picture, read by tesseract where it is installed.
//!
//! Frames are small, so only large words can be read; those are the ones that matter in a film.

use std::{path::Path, time::Duration};

use nexus_core::footage::{SeenWord, ShotView, SmallFrame};

use crate::{
    MediaError,
    arguments::Arguments,
    jail::Reach,
    program::Program,
    runner::{Feed, Launch, Pace, Process},
};

/// Where Debian keeps what tesseract knows of letters, newest version first.
const LETTERS: [&str; 2] =
    ["/usr/share/tesseract-ocr/5/tessdata/eng.traineddata", "/usr/share/tesseract-ocr/4.00/tessdata/eng.traineddata"];

/// Shots of one file that are read, spread over all of it: reading a frame costs as much as watching seconds of film.
const MOST_READ: usize = 6;

/// How much larger a frame is read: tesseract wants letters of 20 pixels and more, and the cost grows with the area.
const ENLARGED: usize = 2;

/// Confidence from which a word is believed, 0 to 100. Measured over footage and photos: of what tesseract reads into leaves
/// and water at these sizes, nothing reached 83; printed words had 90 and more.
const BELIEVED: f64 = 88.0;

/// Letters that a word needs: shorter ones are mostly patterns.
const LEAST_LETTERS: usize = 4;

/// Longest time for one frame.
const PATIENCE: Duration = Duration::from_secs(20);

/// Most bytes of one answer.
const MOST_BYTES: usize = 1 << 20;

/// Reads the middle frames of `shots`. Without tesseract nothing is read; what cannot be read is said in the log, because
/// a film is no worse for it.
pub(crate) async fn read_words(file: &Path, shots: &mut [ShotView]) {
    let Some(letters) = LETTERS.iter().map(Path::new).find(|path| path.is_file()) else { return };
    if !Program::Tesseract.is_there() {
        return;
    }
    let step = shots.len().div_ceil(MOST_READ).max(1);
    for shot in shots.iter_mut().step_by(step) {
        let Some(frame) = shot.frames.get(shot.frames.len() / 2) else { continue };
        match read(file, letters, frame).await {
            Ok(words) => shot.words = words,
            Err(error) => {
                tracing::warn!(error = %error, "the words in a picture could not be read");
                return;
            }
        }
    }
}

async fn read(file: &Path, letters: &Path, frame: &SmallFrame) -> Result<Vec<SeenWord>, MediaError> {
    let launch = Launch {
        program: Program::Tesseract,
        arguments: Arguments::tesseract(),
        op: "read the words in",
        file,
        reach: Reach::reading(letters),
        deadline: PATIENCE,
        pace: Pace::Whole,
    };
    let mut process = Process::start(&launch, Feed::Pipe)?;
    process.write(&grey_map(frame)).await?;
    process.close_input();
    let mut table = Vec::new();
    process.read_to_end(&mut table, MOST_BYTES).await?;
    process.finish().await?;
    Ok(believed(&String::from_utf8_lossy(&table)))
}

/// The words of tesseract's table that are believed, each once, in its order. Columns: level, page, block, paragraph,
/// line, word, left, top, width, height, confidence, text.
fn believed(table: &str) -> Vec<SeenWord> {
    let mut words: Vec<SeenWord> = Vec::new();
    for row in table.lines() {
        let columns: Vec<&str> = row.split('\t').collect();
        let (Some(confidence), Some(text)) = (columns.get(10), columns.get(11)) else { continue };
        let Ok(confidence) = confidence.parse::<f64>() else { continue };
        let text = text.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
        let letters = text.chars().filter(|sign| sign.is_alphabetic()).count();
        let plain = text.chars().all(|sign| sign.is_alphanumeric() || "'’-&.".contains(sign));
        if confidence > BELIEVED
            && letters >= LEAST_LETTERS
            && plain
            && text.chars().count() <= 40
            && words.iter().all(|word| word.text != text)
        {
            words.push(SeenWord { text, confidence: (confidence / 100.0).clamp(0.0, 1.0) });
        }
    }
    words
}

/// A frame as a grey picture of the portable kind (PGM), enlarged by linear interpolation.
fn grey_map(frame: &SmallFrame) -> Vec<u8> {
    let (width, height) = (frame.width_px as usize, frame.height_px as usize);
    // Rec. 601, in 256ths.
    let luma: Vec<u32> = frame
        .rgb
        .chunks_exact(3)
        .map(|rgb| (77 * u32::from(rgb[0]) + 150 * u32::from(rgb[1]) + 29 * u32::from(rgb[2])) >> 8)
        .collect();
    let (wide, high) = (width * ENLARGED, height * ENLARGED);
    let mut picture = format!("P5\n{wide} {high}\n255\n").into_bytes();
    picture.reserve(wide * high);
    let near = |at: usize, length: usize| {
        let (first, part) = (at / ENLARGED, at % ENLARGED);
        (first, (first + 1).min(length - 1), part as u32)
    };
    let whole = ENLARGED as u32;
    for y in 0..high {
        let (top, bottom, down) = near(y, height);
        for x in 0..wide {
            let (left, right, across) = near(x, width);
            let mix = |row: usize| luma[row * width + left] * (whole - across) + luma[row * width + right] * across;
            picture.push(((mix(top) * (whole - down) + mix(bottom) * down) / (whole * whole)) as u8);
        }
    }
    picture
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sure_words_are_kept_once_and_patterns_are_not() {
        let row = |confidence: &str, text: &str| format!("5\t1\t1\t1\t1\t1\t0\t0\t10\t10\t{confidence}\t{text}\n");
        let table = ["level\tpage\n".to_owned(), row("96.5", "RODEO"), row("88", "—"), row("91", "Rodeo,")].concat()
            + &[row("85", "SERIES"), row("80", "of"), row("77.2", "12:30"), row("-1", "")].concat();
        let words = believed(&table);
        assert_eq!(words, [SeenWord { text: "rodeo".into(), confidence: 0.965 }]);
    }

    #[test]
    fn a_frame_is_enlarged_without_a_shift() {
        let frame = SmallFrame { time_s: 0.0, width_px: 2, height_px: 1, rgb: vec![0, 0, 0, 255, 255, 255] };
        let picture = grey_map(&frame);
        let pixels = &picture[picture.len() - 8..];
        assert!(picture.starts_with(b"P5\n4 2\n255\n"));
        assert_eq!(&pixels[..4], [0, 127, 255, 255]);
    }

    proptest! {
        #[test]
        fn any_table_is_survived(table in "[\\PC\t\n]{0,400}") {
            for word in believed(&table) {
                prop_assert!(word.text.chars().filter(|sign| sign.is_alphabetic()).count() >= LEAST_LETTERS);
                prop_assert!((0.0..=1.0).contains(&word.confidence));
            }
        }
    }
}
