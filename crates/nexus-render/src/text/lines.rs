//! Line breaking: as few lines as fit, then as even as possible, no word alone at the end. Pure.

use std::ops::Range;

/// How bad it is, in squared shares of the width, that a line ends with a very short word.
const SHORT_END: f64 = 0.012;
/// How bad it is that the last line holds one word.
const ORPHAN: f64 = 0.25;

/// A word as it is broken: its width in pixels and its count of characters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Word {
    pub(crate) width: f64,
    pub(crate) characters: usize,
}

/// Breaks `words`, `space` pixels apart, into lines of at most `width` pixels. A word that is wider stands on a
/// line of its own.
pub(crate) fn break_lines(words: &[Word], space: f64, width: f64) -> Vec<Range<usize>> {
    let count = words.len();
    if count == 0 {
        return vec![];
    }
    let fewest = greedy(words, space, width).len();
    // best[lines][end]: cost of setting words[..end] on that many lines, and where the last of them starts.
    let mut best = vec![vec![(f64::INFINITY, 0_usize); count + 1]; fewest + 1];
    best[0][0] = (0.0, 0);
    let total: f64 = words.iter().map(|word| word.width).sum::<f64>() + space * (count - fewest) as f64;
    let even = total / fewest as f64;
    for line in 1..=fewest {
        for end in line..=count {
            for start in (line - 1)..end {
                let (before, _) = best[line - 1][start];
                if before.is_infinite() {
                    continue;
                }
                let length = measure(&words[start..end], space);
                if length > width && end - start > 1 {
                    continue;
                }
                let is_last = line == fewest;
                if is_last && end != count {
                    continue;
                }
                let mut cost = ((length - even) / width).powi(2);
                if !is_last && words[end - 1].characters <= 2 {
                    cost += SHORT_END;
                }
                if is_last && fewest > 1 && end - start == 1 && length < 0.5 * even {
                    cost += ORPHAN;
                }
                if before + cost < best[line][end].0 {
                    best[line][end] = (before + cost, start);
                }
            }
        }
    }
    let mut lines = Vec::with_capacity(fewest);
    let mut end = count;
    for line in (1..=fewest).rev() {
        let start = best[line][end].1;
        lines.push(start..end);
        end = start;
    }
    lines.reverse();
    lines
}

/// Width of words on one line.
pub(crate) fn measure(words: &[Word], space: f64) -> f64 {
    words.iter().map(|word| word.width).sum::<f64>() + space * words.len().saturating_sub(1) as f64
}

fn greedy(words: &[Word], space: f64, width: f64) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in 1..=words.len() {
        if end - start > 1 && measure(&words[start..end], space) > width {
            lines.push(start..end - 1);
            start = end - 1;
        }
    }
    lines.push(start..words.len());
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<Word> {
        text.split(' ').map(|word| Word { width: 10.0 * word.len() as f64, characters: word.len() }).collect()
    }

    fn broken(text: &str, width: f64) -> Vec<String> {
        let parts: Vec<&str> = text.split(' ').collect();
        break_lines(&words(text), 10.0, width).into_iter().map(|line| parts[line].join(" ")).collect()
    }

    #[test]
    fn lines_are_even_and_no_word_is_left_alone() {
        for (name, text, width, want) in [
            ("fits", "best oysters", 200.0, vec!["best oysters"]),
            ("even", "the best oysters of my life", 200.0, vec!["the best", "oysters of my life"]),
            ("no orphan", "we watched the sunset over town", 270.0, vec!["we watched the", "sunset over town"]),
            ("too wide", "incomprehensibilities now", 100.0, vec!["incomprehensibilities", "now"]),
        ] {
            let lines = broken(text, width);
            if name == "even" {
                assert_eq!(lines.len(), 2, "{lines:?}");
                let lengths: Vec<usize> = lines.iter().map(String::len).collect();
                assert!(lengths[0].abs_diff(lengths[1]) <= 6, "{name}: {lines:?}");
            } else {
                assert_eq!(lines, want, "{name}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_word_stands_once_and_in_order(lengths in proptest::collection::vec(1_usize..14, 1..30), width in 60.0_f64..400.0) {
            let words: Vec<Word> = lengths.iter().map(|length| Word { width: 10.0 * *length as f64, characters: *length }).collect();
            let lines = break_lines(&words, 10.0, width);
            prop_assert_eq!(lines.first().map(|line| line.start), Some(0));
            prop_assert_eq!(lines.last().map(|line| line.end), Some(words.len()));
            for pair in lines.windows(2) {
                prop_assert_eq!(pair[0].end, pair[1].start);
            }
            for line in lines {
                prop_assert!(line.len() == 1 || measure(&words[line], 10.0) <= width + 1e-9);
            }
        }
    }
}
