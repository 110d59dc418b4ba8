//! One opinion from several frames.

use std::collections::BTreeMap;

use nexus_core::footage::Tag;

/// What is said of all frames together: the mean of each tag's two best scores, so that one frame alone convinces
/// nobody, at the time of the best. `times` are the frames' in seconds; `said` tells what a rule says of one of them.
pub(crate) fn agreed<'a>(times: &[f64], source: &str, said: impl Fn(usize) -> Vec<(&'a str, f64)>) -> Vec<Tag> {
    let mut scores: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for (at, time_s) in times.iter().enumerate() {
        for (tag, score) in said(at) {
            scores.entry(tag).or_default().push((score, *time_s));
        }
    }
    let needed = times.len().min(2);
    let tag = |(name, mut seen): (&str, Vec<(f64, f64)>)| {
        seen.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
        let at_s = seen[0].1;
        let score = seen.iter().take(needed).map(|(score, _)| score).sum::<f64>() / needed as f64;
        Tag { name: name.to_owned(), score, source: source.to_owned(), at_s }
    };
    scores.into_iter().map(tag).collect()
}
