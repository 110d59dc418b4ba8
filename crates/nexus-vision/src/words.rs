//! Words of the file's name and of its owner as tags.

use nexus_core::{footage::Tag, port::TagWords};

use crate::lexical::is_stop_word;

/// The owner's words at score 1.0 and the file name's at 0.9, each seen at `at_s`.
pub(crate) fn word_tags(words: &TagWords, at_s: f64) -> Vec<Tag> {
    let tag = |name: String, score, source: &str| Tag { name, score, source: source.into(), at_s };
    let mine = words
        .user_tags
        .iter()
        .map(|word| word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
        .filter(|word| !word.is_empty())
        .map(|word| tag(word, 1.0, "you"));
    let named = name_words(&words.file_name).into_iter().map(|word| tag(word, 0.9, "file name"));
    mine.chain(named).collect()
}

/// Content words of a file name: split at signs, digits and inner capitals; what cameras, phones and
/// editing programs write is dropped, and so are single letters and the extension.
pub(crate) fn name_words(file_name: &str) -> Vec<String> {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let mut words: Vec<String> = Vec::new();
    for chunk in stem.split(|c: char| !c.is_alphanumeric()).filter(|chunk| !is_code(chunk)) {
        for word in split_at_capitals(chunk) {
            let word = word.to_lowercase();
            let long_enough = word.chars().count() >= 2 && (word.chars().count() >= 3 || !word.is_ascii());
            if long_enough && !is_stop_word(&word) && !JUNK.contains(&word.as_str()) && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words
}

/// What devices and programs write into names.
const JUNK: &[&str] = &[
    "avc",
    "burst",
    "cam",
    "camera",
    "capture",
    "cimg",
    "copy",
    "dcim",
    "dji",
    "draft",
    "dsc",
    "dscf",
    "dscn",
    "edit",
    "edited",
    "editly",
    "export",
    "ezgif",
    "file",
    "final",
    "fps",
    "gopr",
    "gopro",
    "hdr",
    "hevc",
    "img",
    "insta",
    "kbps",
    "mov",
    "movie",
    "mp4",
    "mvi",
    "mvimg",
    "new",
    "output",
    "pano",
    "pxl",
    "raw",
    "rec",
    "record",
    "recording",
    "render",
    "resized",
    "rpreplay",
    "sam",
    "sample",
    "screen",
    "sequence",
    "snap",
    "snapchat",
    "source",
    "temp",
    "test",
    "tiktok",
    "tmp",
    "trim",
    "uhd",
    "untitled",
    "upload",
    "ver",
    "version",
    "vid",
    "whatsapp",
    "youtube",
];

/// True for a chunk that mixes letters and digits as a code does (`GH010043`, `3f9a2c`, `1080p`, `4k`):
/// more than one change between letters and digits, or no word of three letters at its start.
fn is_code(chunk: &str) -> bool {
    let kinds: Vec<bool> = chunk.chars().map(|c| c.is_numeric()).collect();
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let letters = kinds.iter().filter(|numeric| !**numeric).count();
    changes > 1 || (changes == 1 && letters < 3)
}

/// `OystersOnIce2` as `Oysters`, `On`, `Ice`; a run of capitals stays together.
fn split_at_capitals(chunk: &str) -> Vec<String> {
    let letters: Vec<char> = chunk.chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let after_small = at > 0 && letters[at - 1].is_lowercase();
        let before_small = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts =
            letter.is_uppercase() && (after_small || (at > 0 && letters[at - 1].is_uppercase() && before_small));
        if starts || letter.is_numeric() {
            words.push(String::new());
        }
        if let (false, Some(word)) = (letter.is_numeric(), words.last_mut()) {
            word.push(*letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_give_the_words_a_person_wrote() {
        for (name, want) in [
            ("waves_on_the_shore.mp4", vec!["waves", "shore"]),
            ("OystersOnIce.MOV", vec!["oysters", "ice"]),
            ("beach2.final-copy.mp4", vec!["beach"]),
            ("IMG_1234.MOV", vec![]),
            ("DSC00012.JPG", vec![]),
            ("GOPR0043.mp4", vec![]),
            ("GH010043.MP4", vec![]),
            ("PXL_20240601_183000123.TS.mp4", vec![]),
            ("VID-20240601-WA0003.mp4", vec![]),
            ("editly_palawan.mp4", vec!["palawan"]),
            ("3f9a2c77-09bd.mp4", vec![]),
            ("terrace 1080p 4k.mp4", vec!["terrace"]),
            ("HDRSunset.mp4", vec!["sunset"]),
            ("café_crème.mp4", vec!["café", "crème"]),
            ("", vec![]),
        ] {
            assert_eq!(name_words(name), want, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_gives_distinct_lower_case_words(name in ".{0,60}") {
            let words = name_words(&name);
            for (at, word) in words.iter().enumerate() {
                prop_assert_eq!(word, &word.to_lowercase());
                prop_assert!(!words[..at].contains(word));
            }
        }
    }
}
