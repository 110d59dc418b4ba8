//! The question held against pictures themselves, in the spaces that taggers saw them in.

use crate::rank::spread;

/// The question in the space of one of the namespace's views.
pub(crate) struct Glance {
    /// The cosine of the question to each shot there; `None` for shots that were not seen in it.
    pub(crate) cosines: Vec<Option<f64>>,
    /// How likeness is judged.
    pub(crate) scale: Scale,
}

/// What counts as alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    /// A space of words: what lies above the cosine of strangers, as a share of what is left to 1.
    Above(f64),
    /// A space of pictures and words, whose cosines are all small: standard deviations above the other shots.
    StandsOut,
}

/// Share above the strangers from which a picture clearly fits, and from which nothing better can be hoped for.
/// Measured on searches over footage and photos that were looked at: right answers 0.24 to 0.5, wrong ones up to 0.21.
const CLEAR_SHARE: f64 = 0.22;
const SURE_SHARE: f64 = 0.45;
/// Shares below this say nothing.
const LEAST_SHARE: f64 = 0.08;

/// The same for standard deviations.
const CLEAR_OUT: f64 = 2.5;
const SURE_OUT: f64 = 5.0;
const LEAST_OUT: f64 = 1.5;

/// How alike a shot is to the question.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Likeness {
    /// 0 (not) to 1 (surely).
    pub(crate) strength: f64,
    /// True when it clearly fits, not only more than others.
    pub(crate) is_clear: bool,
}

/// The best likeness of each of `shots` shots over all glances.
pub(crate) fn sight(shots: usize, glances: &[Glance]) -> Vec<Likeness> {
    let mut best = vec![Likeness::default(); shots];
    for glance in glances {
        let judge = judge(glance.scale, &glance.cosines);
        for (best, cosine) in best.iter_mut().zip(&glance.cosines) {
            let likeness = cosine.map_or_else(Likeness::default, &judge);
            if likeness.strength > best.strength {
                *best = likeness;
            }
        }
    }
    best
}

fn judge(scale: Scale, cosines: &[Option<f64>]) -> impl Fn(f64) -> Likeness {
    let seen: Vec<f64> = cosines.iter().flatten().copied().collect();
    let (mean, deviation) = spread(&seen);
    move |cosine| {
        let (value, least, clear, sure) = match scale {
            Scale::Above(floor) => ((cosine - floor) / (1.0 - floor), LEAST_SHARE, CLEAR_SHARE, SURE_SHARE),
            Scale::StandsOut => ((cosine - mean) / deviation.max(1e-6), LEAST_OUT, CLEAR_OUT, SURE_OUT),
        };
        if value < least {
            return Likeness::default();
        }
        Likeness { strength: (value / sure).clamp(0.0, 1.0), is_clear: value >= clear }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_above_strangers_counts_by_its_share() {
        let judge = judge(Scale::Above(0.2), &[]);
        assert_eq!(judge(0.2), Likeness::default());
        let faint = judge(0.3);
        assert!(faint.strength > 0.0 && !faint.is_clear, "{faint:?}");
        assert!(judge(0.4).is_clear);
        assert_eq!(judge(0.9).strength, 1.0);
    }

    #[test]
    fn among_pictures_only_what_stands_out_counts() {
        let mut cosines = vec![Some(0.1); 20];
        cosines.push(Some(0.2));
        cosines.push(None);
        let judge = judge(Scale::StandsOut, &cosines);
        assert!(judge(0.2).is_clear);
        assert_eq!(judge(0.1), Likeness::default());
    }
}
