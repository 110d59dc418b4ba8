//! Subtitles: SubRip (SRT) and WebVTT into cues with words and times. Pure, bounded, never panics.
//!
//! Sources: W3C WebVTT (candidate recommendation 2019) for cue timings, settings and inline time stamps; SubRip has
//! no specification, so the common form is read: an index line, `hh:mm:ss,mmm --> hh:mm:ss,mmm`, text, a blank line.

/// Most cues of one file; a feature film has about 1,500.
const MOST_CUES: usize = 20_000;

/// Text that stands for a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// Seconds.
    pub start_s: f64,
    /// Seconds, after the start.
    pub end_s: f64,
    /// Lines without markup, joined by line feeds.
    pub text: String,
    /// Its words in order, each with its own time.
    pub words: Vec<TimedWord>,
}

/// A word and when it is said.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedWord {
    /// The word as written, with its punctuation.
    pub text: String,
    /// Seconds.
    pub start_s: f64,
    /// Seconds.
    pub end_s: f64,
}

/// A file that is no subtitles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubtitleError {
    /// No cue at all.
    #[error("no subtitles found: expected an SRT or WebVTT file with lines such as 00:00:01,000 --> 00:00:02,500")]
    NoCues,
    /// Too long.
    #[error("more than {MOST_CUES} subtitles: split the file")]
    TooMany,
}

/// The cues of an SRT or WebVTT file, in order of start. Blocks that hold no times (notes, styles, regions) and cues
/// that end before they start are left out.
///
/// # Errors
/// [`SubtitleError`] when nothing can be read, or too much.
pub fn read(text: &str) -> Result<Vec<Cue>, SubtitleError> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut cues = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((start_s, end_s)) = times(line) else { continue };
        let mut body: Vec<&str> = Vec::new();
        while let Some(line) = lines.peek().filter(|line| !line.trim().is_empty()) {
            if times(line).is_some() {
                break;
            }
            body.push(line);
            lines.next();
        }
        if end_s <= start_s || body.is_empty() {
            continue;
        }
        if cues.len() == MOST_CUES {
            return Err(SubtitleError::TooMany);
        }
        cues.push(cue(start_s, end_s, &body.join("\n")));
    }
    if cues.is_empty() {
        return Err(SubtitleError::NoCues);
    }
    cues.sort_by(|left: &Cue, right| left.start_s.total_cmp(&right.start_s));
    Ok(cues)
}

/// `start --> end`, with whatever settings follow.
fn times(line: &str) -> Option<(f64, f64)> {
    let (start, rest) = line.split_once("-->")?;
    Some((stamp(start.trim())?, stamp(rest.split_whitespace().next()?)?))
}

/// `hh:mm:ss.mmm`, `mm:ss.mmm`, with a comma or a full stop, in seconds.
fn stamp(text: &str) -> Option<f64> {
    let (clock, fraction) = text.split_once([',', '.']).unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.len() <= 6 && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = clock.split(':').collect();
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(|part| is_number(part)) || !is_number(fraction) {
        return None;
    }
    let whole = parts.iter().try_fold(0.0, |sum, part| Some(sum * 60.0 + part.parse::<f64>().ok()?))?;
    Some(whole + format!("0.{fraction}").parse::<f64>().ok()?)
}

fn cue(start_s: f64, end_s: f64, body: &str) -> Cue {
    let mut plain = String::new();
    // Characters of the plain text at which a time stamp stands, with the time.
    let mut stamps: Vec<(usize, f64)> = Vec::new();
    let mut rest = body;
    while let Some(open) = rest.find('<') {
        plain.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('>') else {
            plain.push_str(&rest[open..]);
            rest = "";
            break;
        };
        if let Some(at_s) = stamp(&rest[open + 1..open + close]) {
            stamps.push((plain.len(), at_s.clamp(start_s, end_s)));
        }
        rest = &rest[open + close + 1..];
    }
    plain.push_str(rest);
    let words = words(&plain, &stamps, start_s, end_s);
    let text = unescaped(plain.trim());
    Cue { start_s, end_s, text, words }
}

fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (escape, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", "\u{a0}"),
        ("&lrm;", "\u{200e}"),
        ("&rlm;", "\u{200f}"),
        ("&amp;", "&"),
    ] {
        out = out.replace(escape, character);
    }
    out
}

/// Words with their times: by the time stamps where there are any, otherwise in proportion to their letters.
fn words(plain: &str, stamps: &[(usize, f64)], start_s: f64, end_s: f64) -> Vec<TimedWord> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for piece in plain.split_inclusive(char::is_whitespace) {
        if !piece.trim().is_empty() {
            found.push((at, piece.trim()));
        }
        at += piece.len();
    }
    // Stretches between two stamps; within one, words share its time by their letters.
    let mut edges: Vec<(usize, f64)> = vec![(0, start_s)];
    edges.extend(stamps.iter().copied().filter(|(at, _)| *at > 0));
    edges.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
    let mut out = Vec::with_capacity(found.len());
    for (index, (from, begin_s)) in edges.iter().enumerate() {
        let (to, finish_s) = edges.get(index + 1).copied().unwrap_or((usize::MAX, end_s));
        let here: Vec<&(usize, &str)> = found.iter().filter(|(at, _)| (*from..to).contains(at)).collect();
        let letters: usize = here.iter().map(|(_, word)| word.chars().count() + 1).sum();
        let span_s = (finish_s - begin_s).max(0.0);
        let mut passed = 0;
        for (_, word) in here {
            let at = |letters_passed: usize| begin_s + span_s * letters_passed as f64 / letters.max(1) as f64;
            let next = passed + word.chars().count() + 1;
            out.push(TimedWord { text: unescaped(word), start_s: at(passed), end_s: at(next) });
            passed = next;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn subrip_and_webvtt_give_the_same_cues() {
        let srt = "1\r\n00:00:01,000 --> 00:00:03,500\r\nHello <i>there</i>\r\nfriend\r\n\r\n2\r\n00:01:00,000 --> 00:01:01,000\r\nBye\r\n";
        let vtt = "WEBVTT - a title\n\nNOTE nothing\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:03.500 line:90% align:center\nHello <b>there</b>\nfriend\n\n01:00.000 --> 01:01.000\nBye\n";
        let (srt, vtt) = (read(srt).expect("SRT"), read(vtt).expect("WebVTT"));
        assert_eq!(srt, vtt);
        assert_eq!((srt[0].text.as_str(), srt[0].start_s, srt[0].end_s), ("Hello there\nfriend", 1.0, 3.5));
        assert_eq!(
            srt[0].words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(),
            ["Hello", "there", "friend"]
        );
        assert_eq!(srt[1].start_s, 60.0);
    }

    #[test]
    fn words_follow_inline_time_stamps_and_share_time_otherwise() {
        let cue = &read("00:00.000 --> 00:04.000\none <00:01.000>two <00:03.000>three").expect("one cue")[0];
        let starts: Vec<f64> = cue.words.iter().map(|word| word.start_s).collect();
        assert_eq!(starts, [0.0, 1.0, 3.0]);
        let cue = &read("00:00.000 --> 00:02.000\naaa bbb &amp;c").expect("one cue")[0];
        assert_eq!(cue.text, "aaa bbb &c");
        assert!(cue.words[0].end_s < 1.0 && cue.words[2].text == "&c");
    }

    #[test]
    fn what_is_no_subtitle_is_told_so() {
        assert_eq!(read("hello"), Err(SubtitleError::NoCues));
        assert_eq!(read("00:00:05,000 --> 00:00:01,000\nbackwards\n"), Err(SubtitleError::NoCues));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(?s).{0,400}", body in "[ -~\\n<>:.&äß🎬]{0,80}") {
            let _either = read(&text);
            if let Ok(cues) = read(&format!("00:00.000 --> 00:09.000\n{body}\n")) {
                for word in cues.iter().flat_map(|cue| &cue.words) {
                    prop_assert!(word.end_s >= word.start_s && word.start_s >= 0.0);
                }
            }
        }
    }
}
