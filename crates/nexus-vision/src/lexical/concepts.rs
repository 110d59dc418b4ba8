//! The table of concepts: which words suggest which, read once from `concepts.txt`.

use std::{collections::BTreeMap, sync::LazyLock};

use super::normalise::{phrase_stems, stems};

/// A word that another one suggests.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// The word or phrase as its stems, joined by spaces.
    pub word: String,
    /// How strongly, 0 to 1.
    pub weight: f32,
}

/// How much of its weight a link keeps from the member back to the head. Low, so that two members of one
/// head stay strangers: a lobster is not an oyster although both are seafood.
const BACK: f32 = 0.3;

/// The longest phrase of the table, in words.
pub(crate) const LONGEST_PHRASE: usize = 4;

/// What the words of `text` suggest according to the concept table, strongest first; the words themselves
/// are not repeated.
#[must_use]
pub fn related(text: &str) -> Vec<Related> {
    let mut strongest: BTreeMap<&str, f32> = BTreeMap::new();
    let units = units(text);
    for unit in &units {
        for (word, weight) in links(unit) {
            let slot = strongest.entry(word).or_default();
            *slot = slot.max(*weight);
        }
    }
    let mut related: Vec<Related> = strongest
        .into_iter()
        .filter(|(word, _)| !units.iter().any(|unit| unit == word))
        .map(|(word, weight)| Related { word: word.to_owned(), weight })
        .collect();
    related.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.word.cmp(&b.word)));
    related
}

/// The words of `text` as the table knows them: the longest phrases of the table, else single stems.
pub(crate) fn units(text: &str) -> Vec<String> {
    let all = phrase_stems(text);
    let mut units = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let phrase = (2..=LONGEST_PHRASE.min(all.len() - at)).rev().find_map(|length| {
            let key = all[at..at + length].join(" ");
            TABLE.contains_key(&key).then_some((key, length))
        });
        match phrase {
            Some((key, length)) => {
                units.push(key);
                at += length;
            }
            None => {
                if !super::is_stop_word(&all[at]) {
                    units.push(all[at].clone());
                }
                at += 1;
            }
        }
    }
    units
}

/// What one unit suggests.
pub(crate) fn links(unit: &str) -> &'static [(String, f32)] {
    TABLE.get(unit).map_or(&[], Vec::as_slice)
}

static TABLE: LazyLock<BTreeMap<String, Vec<(String, f32)>>> = LazyLock::new(|| {
    let mut table: BTreeMap<String, BTreeMap<String, f32>> = BTreeMap::new();
    let mut synonyms = Vec::new();
    let mut link = |from: &str, to: &str, weight: f32| {
        let slot = table.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default();
        *slot = slot.max(weight);
    };
    for (head, members) in rows(include_str!("../concepts.txt")) {
        for (member, weight) in members {
            if member != head {
                link(&head, &member, weight);
                // A synonym, weight 1, is as good as the head itself and suggests all that the head does.
                if weight >= 1.0 {
                    synonyms.push((head.clone(), member.clone()));
                }
                link(&member, &head, if weight >= 1.0 { 1.0 } else { weight * BACK });
            }
        }
    }
    let known = table.clone();
    for (head, synonym) in synonyms {
        let inherited = known.get(&head).into_iter().flatten().filter(|(word, _)| **word != synonym);
        let links = table.entry(synonym.clone()).or_default();
        for (word, weight) in inherited {
            let slot = links.entry(word.clone()).or_default();
            *slot = slot.max(*weight);
        }
    }
    table.into_iter().map(|(word, links)| (word, links.into_iter().collect())).collect()
});

/// The rows of a table text; lines without a colon are remarks.
fn rows(text: &str) -> impl Iterator<Item = (String, Vec<(String, f32)>)> + '_ {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (head, members) = line.split_once(':')?;
        Some((key(head), members.split(',').map(member).collect()))
    })
}

fn member(text: &str) -> (String, f32) {
    let text = text.trim();
    match text.rsplit_once(' ').and_then(|(word, weight)| Some((word, weight.parse().ok()?))) {
        Some((word, weight)) => (key(word), weight),
        None => (key(text), 0.6),
    }
}

fn key(text: &str) -> String {
    let single = stems(text);
    if single.len() == 1 && !text.trim().contains([' ', '-']) { single.concat() } else { phrase_stems(text).join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_well_formed() {
        let rows: Vec<_> = rows(include_str!("../concepts.txt")).collect();
        assert!(rows.len() >= 250, "{} rows", rows.len());
        let mut heads: Vec<_> = rows.iter().map(|(head, _)| head).collect();
        heads.sort();
        let twice: Vec<_> = heads.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        assert!(twice.is_empty(), "heads that stand twice: {twice:?}");
        for (head, members) in &rows {
            assert!(!head.is_empty());
            for (member, weight) in members {
                assert!(!member.is_empty(), "{head}: an empty member");
                assert!(*weight > 0.0 && *weight <= 1.0, "{head}: {member} {weight}");
                assert!(member.split(' ').count() <= LONGEST_PHRASE, "{head}: {member} is too long");
            }
        }
    }

    #[test]
    fn phrases_of_the_table_are_units() {
        for (text, want) in [
            ("golden hour over a lake", vec!["golden hour", "lak"]),
            ("water-like blue", vec!["water lik blu"]),
            ("black and white", vec!["black and whit"]),
            ("the sea", vec!["sea"]),
        ] {
            let want: Vec<String> = want.into_iter().map(|unit| unit.replace("lik ", "like ")).collect();
            assert_eq!(units(text), want, "{text}");
        }
    }

    #[test]
    fn the_sea_suggests_waves_and_not_lobster() {
        let words: Vec<_> = related("the sea").into_iter().map(|related| related.word).collect();
        assert!(words.contains(&"turquois".to_owned()) && words.contains(&"horizon".to_owned()));
        assert!(!words.contains(&"lobster".to_owned()));
        assert!(related("zyzzyva").is_empty());
    }
}
