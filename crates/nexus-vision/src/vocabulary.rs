//! Words that rung L2 looks for: any list will do, because pictures and words share a space.

use crate::{models::PicturesAndWords, network::ModelError, picture::grade};

/// What every label is asked as, from the training of the models.
const PROMPT: &str = "This is a photo of ";

/// How many standard deviations a word has to stand above all words to be said, and to be sure.
const SAID: f64 = 3.0;
const SURE: f64 = 5.0;

/// Most words of one picture: what stands above the rest is few.
const MOST: usize = 8;

/// Words with their vectors.
pub(crate) struct Vocabulary {
    words: Vec<&'static str>,
    vectors: Vec<Vec<f32>>,
}

impl Vocabulary {
    /// The shipped words in the space of `pair`.
    pub(crate) fn of(pair: &PicturesAndWords) -> Result<Self, ModelError> {
        let words: Vec<&str> = include_str!("vocabulary.txt")
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        let vectors = words.iter().map(|word| pair.words(&format!("{PROMPT}{word}."))).collect::<Result<_, _>>()?;
        Ok(Self { words, vectors })
    }

    /// Words that stand out for a picture, best first. What counts is how far a word is above all the others of this
    /// picture, because the cosines of such models lie in a narrow band that moves from picture to picture.
    pub(crate) fn scores(&self, picture: &[f32]) -> Vec<(&str, f64)> {
        let cosines: Vec<f64> = self
            .vectors
            .iter()
            .map(|vector| vector.iter().zip(picture).map(|(a, b)| f64::from(a * b)).sum::<f64>())
            .collect();
        let count = cosines.len().max(1) as f64;
        let mean = cosines.iter().sum::<f64>() / count;
        let deviation = (cosines.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
        if deviation <= f64::EPSILON {
            return Vec::new();
        }
        let mut scores: Vec<(&str, f64)> = self
            .words
            .iter()
            .zip(&cosines)
            .map(|(word, cosine)| (*word, grade((cosine - mean) / deviation, SAID, SURE)))
            .filter(|(_, score)| *score >= 0.25)
            .collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        scores.truncate(MOST);
        scores
    }
}
