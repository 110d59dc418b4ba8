//! The words that a shot answers to: its tags, and its file's name where the tagger left it out.

use nexus_core::footage::{Shot, Tag};

/// How much a source is believed: the owner, then the file's name, then models, then bare measurements.
pub(crate) fn source_weight(source: &str) -> f64 {
    match source {
        "you" => 1.0,
        "file name" => 0.95,
        source if source.starts_with("L0") => 0.75,
        _ => 0.85,
    }
}

/// Tags of the shot; the words of its file's name follow when no tag comes from there.
pub(crate) fn shot_tags(shot: &Shot) -> Vec<Tag> {
    let mut tags = shot.tags.clone();
    if !tags.iter().any(|tag| tag.source == "file name") {
        let known = |word: &String| !shot.tags.iter().any(|tag| tag.name == *word);
        tags.extend(name_words(&shot.file_name).into_iter().filter(known).map(|name| Tag {
            name,
            score: 0.9,
            source: "file name".into(),
            at_s: shot.start_s,
        }));
    }
    tags
}

/// The text that a shot is embedded by. A model that understands meaning gets each word once; counting models
/// get a word up to four times, by its score and source.
pub(crate) fn shot_text(shot: &Shot, semantic: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !shot.caption.is_empty() {
        parts.push(shot.caption.to_lowercase());
    }
    for tag in shot_tags(shot) {
        let weight = tag.score.clamp(0.0, 1.0) * source_weight(&tag.source);
        let times = if semantic { 1 } else { (weight * weight * 4.0).round().max(1.0) as usize };
        parts.extend(std::iter::repeat_n(tag.name, times));
    }
    parts.join(", ")
}

/// Lower-case words of at least three letters, split at everything that is no letter and at inner capitals.
fn name_words(file_name: &str) -> Vec<String> {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before_small = false;
    for letter in stem.chars().chain([' ']) {
        if !letter.is_alphabetic() || (letter.is_uppercase() && before_small) {
            let done = std::mem::take(&mut word).to_lowercase();
            if done.chars().count() >= 3 && !words.contains(&done) {
                words.push(done);
            }
        }
        if letter.is_alphabetic() {
            word.push(letter);
        }
        before_small = letter.is_lowercase();
    }
    words
}
