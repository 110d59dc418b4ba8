//! Which colours make up a frame: clusters in OKLab, named.

use std::collections::BTreeMap;

use crate::{
    colour::{Lab, colour_word},
    picture::{Picture, grade},
};

/// Clusters per frame.
const CLUSTERS: usize = 8;
const ROUNDS: usize = 8;

/// Colour words of a frame with their scores; small shares and the greys are judged more strictly.
pub(crate) fn colour_tags(picture: &Picture) -> Vec<(&'static str, f64)> {
    let mut shares: BTreeMap<&'static str, f64> = BTreeMap::new();
    for (colour, share) in clusters(picture) {
        *shares.entry(colour_word(colour)).or_default() += share;
    }
    let mut tags: Vec<_> = shares
        .into_iter()
        .map(|(word, share)| match word {
            "black" | "grey" | "white" | "beige" | "brown" => (word, grade(share, 0.35, 0.8)),
            _ => (word, grade(share, 0.12, 0.45)),
        })
        .collect();
    let chroma = f64::from(picture.lab.iter().map(|colour| colour.chroma()).sum::<f32>()) / picture.lab.len() as f64;
    let most = f64::from(picture.quantile(0.98, Lab::chroma));
    if most < 0.02 && picture.quantile(0.95, |c| c.l) - picture.quantile(0.05, |c| c.l) > 0.15 {
        tags.push(("black and white", grade(most, 0.02, 0.006)));
    } else if most >= 0.02 {
        // A grey room with one red flower is not muted: nothing in it may be vivid.
        tags.push(("muted", grade(chroma, 0.034, 0.013).min(grade(most, 0.1, 0.055))));
    }
    tags.push(("colourful", grade(chroma, 0.12, 0.2)));
    tags
}

/// Colours and shares (sum 1) by k-means. The first centres are chosen by the farthest-point rule, so the
/// result depends on the pixels alone.
fn clusters(picture: &Picture) -> Vec<(Lab, f64)> {
    let step = (picture.lab.len() / 1500).max(1);
    let samples: Vec<Lab> = picture.lab.iter().copied().step_by(step).collect();
    let mut centres = vec![samples[samples.len() / 2]];
    while centres.len() < CLUSTERS {
        let farthest = samples
            .iter()
            .map(|sample| (nearest(&centres, *sample).1, *sample))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map_or(samples[0], |(_, sample)| sample);
        centres.push(farthest);
    }
    let mut counts = vec![0_usize; CLUSTERS];
    for _ in 0..ROUNDS {
        let mut sums = vec![Lab::default(); CLUSTERS];
        counts = vec![0; CLUSTERS];
        for sample in &samples {
            let (cluster, _) = nearest(&centres, *sample);
            sums[cluster].l += sample.l;
            sums[cluster].a += sample.a;
            sums[cluster].b += sample.b;
            counts[cluster] += 1;
        }
        for ((centre, sum), count) in centres.iter_mut().zip(&sums).zip(&counts) {
            if *count > 0 {
                let n = *count as f32;
                *centre = Lab { l: sum.l / n, a: sum.a / n, b: sum.b / n };
            }
        }
    }
    centres.into_iter().zip(counts).map(|(centre, count)| (centre, count as f64 / samples.len() as f64)).collect()
}

fn nearest(centres: &[Lab], colour: Lab) -> (usize, f32) {
    let mut best = (0, f32::INFINITY);
    for (at, centre) in centres.iter().enumerate() {
        let distance = colour.distance2(*centre);
        if distance < best.1 {
            best = (at, distance);
        }
    }
    best
}
