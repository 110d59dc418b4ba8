//! The limits of every destination, checked again at the last moment: whoever wrote the text.

use nexus_core::{
    delivery::{PlaceUpdate, Post},
    footage::MediaInfo,
};
use serde::Serialize;

use crate::ConnectError;

/// How a destination is called in errors and folders when it is Google's place profile.
pub(crate) const GOOGLE: &str = "google";
/// Most characters of all YouTube tags together. Source: YouTube Data API, `snippet.tags[]`.
const YOUTUBE_TAG_CHARS: usize = 500;
/// Most characters in the summary of a Google post.
const SUMMARY_CHARS: usize = 1500;
/// Most bytes of a video in a Google profile.
const VIDEO_BYTES: u64 = 25_000_000;
/// Longest video in a Google profile in seconds, with one frame of slack for rounding in containers.
const VIDEO_S: f64 = 30.0 + 0.05;
/// Least short side of a video in a Google profile in pixels.
const VIDEO_SHORT_SIDE_PX: u32 = 720;
/// Most bytes of a still in a Google post.
const STILL_BYTES: u64 = 5_000_000;
/// Fewest and most digits of a telephone number. Source: ITU-T E.164 for the most.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// One count and its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// What there is.
    pub have: u64,
    /// What there may be at most.
    pub most: u64,
}

impl Measured {
    fn within(destination: &'static str, what: &'static str, have: usize, most: usize) -> Result<Self, ConnectError> {
        let (have, most) = (have as u64, most as u64);
        if have > most { Err(ConnectError::TooMuch { destination, what, have, most }) } else { Ok(Self { have, most }) }
    }
}

/// Counts of a post, in the units of its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PostMeasured {
    /// UTF-16 code units of the text.
    pub text_utf16: Measured,
    /// Characters of the title.
    pub title_chars: Measured,
    /// Hashtags, the listed or those in the text, whichever are more.
    pub hashtags: Measured,
}

/// Counts of an update of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PlaceMeasured {
    /// Characters of the summary.
    pub summary_chars: Measured,
    /// Bytes of the video.
    pub video_bytes: Measured,
    /// Bytes of the still.
    pub still_bytes: Measured,
}

/// Checks a post against the limits of its network.
///
/// # Errors
/// [`ConnectError::TooMuch`] or [`ConnectError::Refused`] with the limit's name.
pub fn check_post(post: &Post) -> Result<PostMeasured, ConnectError> {
    let destination = post.network.slug();
    let limits = post.network.limits();
    let refused = |message: &str| Err(ConnectError::Refused { destination, message: message.to_owned() });
    if post.text.trim().is_empty() {
        return refused("the text is empty: write one");
    }
    if !limits.newlines && post.text.contains(['\n', '\r']) {
        return refused("the text has line breaks, which are dropped there: write it in one line");
    }
    if limits.title_chars > 0 && post.title.trim().is_empty() {
        return refused("the title is empty: write one");
    }
    if limits.title_chars > 0 && post.network.slug() == "youtube" {
        let chars = post.hashtags.iter().map(|tag| tag.chars().count() + 1).sum();
        Measured::within(destination, "characters of tags", chars, YOUTUBE_TAG_CHARS)?;
    }
    let hashtags = post.hashtags.len().max(hashtags_in(&post.text));
    Ok(PostMeasured {
        text_utf16: Measured::within(
            destination,
            "UTF-16 units of text",
            post.text.encode_utf16().count(),
            limits.text_utf16,
        )?,
        title_chars: Measured::within(
            destination,
            "characters of title",
            post.title.chars().count(),
            limits.title_chars,
        )?,
        hashtags: Measured::within(destination, "hashtags", hashtags, limits.hashtags)?,
    })
}

/// Checks an update of a place against Google's limits; `video` are the facts of its video.
///
/// # Errors
/// [`ConnectError::TooMuch`] or [`ConnectError::Refused`] with the limit's name.
pub fn check_place(update: &PlaceUpdate, video: &MediaInfo) -> Result<PlaceMeasured, ConnectError> {
    let refused = |message: String| Err(ConnectError::Refused { destination: GOOGLE, message });
    if update.summary.trim().is_empty() {
        return refused("the summary is empty: write one".into());
    }
    if hashtags_in(&update.summary) > 0 {
        return refused("the summary has hashtags, which mean nothing there: leave them out".into());
    }
    if let Some(number) = phone_number_in(&update.summary) {
        return refused(format!("the summary holds the telephone number '{number}': leave it out"));
    }
    let Some(picture) = &video.video else { return refused("the video has no picture: give a film".into()) };
    let short = picture.width_px.min(picture.height_px);
    if short < VIDEO_SHORT_SIDE_PX {
        return refused(format!(
            "the video's short side has {short} pixels, at least {VIDEO_SHORT_SIDE_PX} are wanted"
        ));
    }
    if video.duration_s > VIDEO_S {
        return refused(format!("the video lasts {:.1} s, at most 30 s are taken: cut it", video.duration_s));
    }
    let bytes = |what, have: u64, most: u64| match have > most {
        true => Err(ConnectError::TooMuch { destination: GOOGLE, what, have, most }),
        false => Ok(Measured { have, most }),
    };
    Ok(PlaceMeasured {
        summary_chars: Measured::within(
            GOOGLE,
            "characters of summary",
            update.summary.chars().count(),
            SUMMARY_CHARS,
        )?,
        video_bytes: bytes("bytes of video", update.video.size_bytes, VIDEO_BYTES)?,
        still_bytes: bytes("bytes of still", update.still.size_bytes, STILL_BYTES)?,
    })
}

/// Words that begin with `#` and a letter; `#1` is a rank.
fn hashtags_in(text: &str) -> usize {
    let is_tag =
        |word: &str| word.strip_prefix('#').and_then(|tag| tag.chars().next()).is_some_and(char::is_alphabetic);
    text.split_whitespace().filter(|word| is_tag(word)).count()
}

/// The first run of digits, spaces, dots, dashes, slashes and brackets that looks like a telephone number and
/// not like a date, a year or a price.
fn phone_number_in(text: &str) -> Option<&str> {
    let part = |character: char| character.is_ascii_digit() || " .-/()+\u{a0}".contains(character);
    text.split(|character: char| !part(character)).map(|run| run.trim_matches([' ', '.', '-', '/', '\u{a0}'])).find(
        |run| {
            let digits = run.chars().filter(char::is_ascii_digit).count();
            let groups: Vec<usize> = run
                .split(|character: char| !character.is_ascii_digit())
                .map(str::len)
                .filter(|length| *length > 0)
                .collect();
            let is_date = matches!(groups[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4]) && !run.starts_with('+');
            let dialled = run.starts_with(['+', '0', '(']) || groups.iter().any(|length| *length >= 3);
            PHONE_DIGITS.contains(&digits) && dialled && !is_date
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_told_from_other_numbers() {
        for (text, want) in [
            ("call +49 30 1234567 now", Some("+49 30 1234567")),
            ("(030) 123-4567.", Some("(030) 123-4567")),
            ("0301234567", Some("0301234567")),
            ("555-0199-22", Some("555-0199-22")),
            ("open since 1987, room 12", None),
            ("on 2026-06-01 we", None),
            ("on 01.06.2026 we", None),
            ("12.50 / 13.50 / 14", None),
            ("5/5, 10 of 10, 100%", None),
        ] {
            assert_eq!(phone_number_in(text), want, "{text}");
        }
    }

    #[test]
    fn hashtags_are_counted_as_words() {
        for (text, want) in [("#a b #c", 2), ("#1 in town", 0), ("a#b", 0), ("# #", 0), ("\n#sunset", 1)] {
            assert_eq!(hashtags_in(text), want, "{text}");
        }
    }
}
