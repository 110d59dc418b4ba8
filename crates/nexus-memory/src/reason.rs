//! One plain sentence that says why a shot was found.

use nexus_core::footage::Shot;

/// A tag that answers the question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Evidence {
    /// The tag.
    pub(crate) term: String,
    /// Who says so.
    pub(crate) source: String,
    /// Number of the first word of the question that it answers.
    pub(crate) word: usize,
    /// How near it is to a word of the question, 0 to 1.
    pub(crate) relation: f64,
    /// Relation times the belief in the tag.
    pub(crate) weight: f64,
}

/// Tags named in the sentence at most.
const MOST_NAMED: usize = 3;

/// `looks_like`: the picture itself is near to the question. `Shows oysters and ice (file name); crisp and steady.`
pub(crate) fn reason(shot: &Shot, evidence: &[Evidence], matched: &[String], looks_like: bool) -> String {
    let look = look(shot);
    if evidence.is_empty() {
        let near =
            if looks_like { "The picture looks like what was asked" } else { "Close in meaning to what was asked" };
        return format!("{near}; {look}.");
    }
    let least = evidence[0].weight * 0.3;
    let named: Vec<&Evidence> = evidence.iter().filter(|one| one.weight >= least).take(MOST_NAMED).collect();
    let mut sources: Vec<&str> = Vec::new();
    for one in &named {
        if !sources.contains(&one.source.as_str()) {
            sources.push(&one.source);
        }
    }
    let groups: Vec<String> = sources
        .iter()
        .map(|source| {
            let terms: Vec<&str> =
                named.iter().filter(|one| one.source == *source).map(|one| one.term.as_str()).collect();
            format!("{} ({})", list(&terms), source_name(source))
        })
        .collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let shows = list(&groups);
    // A tag that is not the word itself is said to suggest it, so that nobody takes a hint for a fact.
    let direct = named.iter().any(|one| one.relation >= 0.85);
    if direct || matched.is_empty() {
        format!("Shows {shows}; {look}.")
    } else {
        let verb = if named.len() == 1 { "suggests" } else { "suggest" };
        let asked: Vec<String> = matched.iter().take(MOST_NAMED).map(|word| format!("“{word}”")).collect();
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        format!("Shows {shows}, which {verb} {}; {look}.", list(&asked))
    }
}

fn source_name(source: &str) -> &str {
    if source == "you" { "your tag" } else { source }
}

fn list(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn look(shot: &Shot) -> &'static str {
    match (shot.quality, shot.motion.shake) {
        (quality, _) if quality < 0.15 => "too dark, blurred or shaky to use",
        (quality, shake) if quality >= 0.65 && shake < 0.1 => "crisp and steady",
        (quality, _) if quality >= 0.65 => "crisp",
        (quality, _) if quality >= 0.4 => "fair picture",
        _ => "weak picture",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_english() {
        for (items, want) in [(vec!["a"], "a"), (vec!["a", "b"], "a and b"), (vec!["a", "b", "c"], "a, b and c")] {
            assert_eq!(list(&items), want);
        }
    }
}
