//! Where "fits" ends and "might fit" begins: at a gap of this question's scores, never at a fixed score.

/// Two groups of a falling row of scores: `0..best` fits, `best..maybe` might, the rest does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// Number of scores in the first group.
    pub best: usize,
    /// Number of scores in both groups.
    pub maybe: usize,
}

/// Least part of the leader's score in the first group.
const LEAST_BEST: f64 = 0.45;
/// Least part of the leader's score in the second group.
const LEAST_MAYBE: f64 = 0.2;
/// A gap this large, as a part of the leader's score, parts the groups.
const GAP: f64 = 0.15;

/// Splits `scores` (falling, each in 0 to 1, those of the shots with any evidence) of a namespace whose scores
/// have this `mean` and standard `deviation`.
///
/// The first group ends at the largest gap between four fifths and the least part of the leader's score; when
/// the row falls evenly, where the score falls below that part. A score far below the leader must also stand
/// out from the namespace (z >= 0.25), so that a question that suits everything a little names nothing.
#[must_use]
pub fn split_at_gap(scores: &[f64], mean: f64, deviation: f64) -> Split {
    let Some(leader) = scores.first().copied().filter(|score| *score > 0.0) else { return Split { best: 0, maybe: 0 } };
    let maybe = scores.partition_point(|score| *score >= LEAST_MAYBE * leader);
    let stands_out =
        |score: f64| score >= 0.75 * leader || deviation <= f64::EPSILON || (score - mean) / deviation >= 0.25;
    let fits = scores.iter().take_while(|score| **score >= LEAST_BEST * leader && stands_out(**score)).count();
    let widest = (1..=fits)
        .filter_map(|at| {
            let next = scores.get(at).copied().unwrap_or(0.0);
            (next < 0.8 * leader).then_some((at, scores[at - 1] - next))
        })
        .filter(|(_, gap)| *gap >= GAP * leader)
        .reduce(|widest, next| if next.1 > widest.1 { next } else { widest });
    Split { best: widest.map_or(fits, |(at, _)| at), maybe }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn gaps_part_the_groups() {
        for (name, scores, want) in [
            ("nothing", vec![], (0, 0)),
            ("one", vec![0.3], (1, 1)),
            ("clear leader", vec![0.9, 0.3, 0.28], (1, 3)),
            ("two alike, then a gap", vec![0.8, 0.78, 0.4, 0.38], (2, 4)),
            ("the same at a tenth of the height", vec![0.08, 0.078, 0.04, 0.038], (2, 4)),
            ("even fall", vec![0.5, 0.46, 0.42, 0.38, 0.34, 0.3, 0.26, 0.22, 0.18, 0.14, 0.09], (7, 10)),
            ("all zero", vec![0.0, 0.0], (0, 0)),
        ] {
            let split = split_at_gap(&scores, 0.05, 0.1);
            assert_eq!((split.best, split.maybe), want, "{name}");
        }
    }

    #[test]
    fn what_suits_the_whole_namespace_a_little_is_not_best() {
        let scores = [0.5, 0.3, 0.29, 0.28, 0.27];
        assert_eq!(split_at_gap(&scores, 0.33, 0.09).best, 1);
    }

    proptest! {
        #[test]
        fn groups_are_ordered_whatever_the_scores(
            mut scores in prop::collection::vec(0.0_f64..1.0, 0..40),
            mean in 0.0_f64..1.0,
            deviation in 0.0_f64..0.5,
            scale in 0.05_f64..1.0,
        ) {
            scores.sort_by(|a, b| b.total_cmp(a));
            let split = split_at_gap(&scores, mean, deviation);
            prop_assert!(split.best <= split.maybe && split.maybe <= scores.len());
            if scores.first().is_some_and(|leader| *leader > 0.0) {
                prop_assert!(split.best >= 1, "the leader is always in the first group");
            }
            // Only relations count: the same row at another height is split alike.
            let scaled: Vec<f64> = scores.iter().map(|score| score * scale).collect();
            let other = split_at_gap(&scaled, mean * scale, deviation * scale);
            let near_edge = scores.first().is_some_and(|leader| {
                scores.windows(2).any(|pair| {
                    let gap = pair[0] - pair[1];
                    (gap - GAP * leader).abs() < 1e-9
                }) || scores.iter().any(|score| {
                    [LEAST_BEST, LEAST_MAYBE, 0.75, 0.8].iter().any(|part| (score - part * leader).abs() < 1e-9)
                        || ((score - mean) - 0.25 * deviation).abs() < 1e-9
                })
            });
            if !near_edge && deviation * scale > 1e-6 {
                prop_assert_eq!(split, other);
            }
        }
    }
}
