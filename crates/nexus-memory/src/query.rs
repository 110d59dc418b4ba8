//! A question taken apart: its content words and neighbouring pairs, each with its own idea of "related".

use nexus_core::{PortResult, port::Embedder};

use crate::{memory::embed, namespace::cosine};

/// How near strangers are in the space of an embedder, learnt from everyday words that have little to do
/// with each other. What counts as related is judged against this, not against a fixed number.
pub(crate) struct Background {
    probes: Vec<Vec<f32>>,
}

/// A question in the form that the ranking reads.
pub(crate) struct Question {
    /// Vector of the whole text.
    pub(crate) vector: Vec<f32>,
    /// Cosine with the whole text above which something is related.
    pub(crate) floor: f64,
    /// Content words as they were written, lower case.
    pub(crate) words: Vec<String>,
    /// Words and pairs of neighbours.
    pub(crate) parts: Vec<Part>,
}

/// A word of the question, or two neighbours.
pub(crate) struct Part {
    /// Numbers of the words it covers.
    pub(crate) covers: Vec<usize>,
    vector: Vec<f32>,
    /// Cosine above which something is related.
    floor: f64,
}

/// Two words that share a third of what lies above the floor are close, and close is worth four fifths of the same.
const CLOSE: f64 = 0.33;
const CLOSE_IS: f64 = 0.8;

impl Part {
    /// How strongly a tag is related, 0 (a stranger) to 1 (the same word).
    pub(crate) fn relation(&self, vector: &[f32]) -> f64 {
        let cosine = cosine(&self.vector, vector);
        let close = self.floor + CLOSE * (1.0 - self.floor);
        if cosine <= self.floor {
            0.0
        } else if cosine > 0.999 {
            1.0
        } else if cosine < close {
            CLOSE_IS * ((cosine - self.floor) / (close - self.floor)).powf(0.8)
        } else {
            (CLOSE_IS + (1.0 - CLOSE_IS) * (cosine - close) / (1.0 - close)).min(1.0)
        }
    }
}

impl Background {
    /// Embeds the probes.
    pub(crate) async fn learn(embedder: &dyn Embedder) -> PortResult<Self> {
        let words: Vec<String> = PROBES.split_whitespace().map(str::to_owned).collect();
        let vectors = embed(embedder, &words).await?;
        Ok(Self { probes: vectors.into_iter().map(|vector| vector.values).collect() })
    }

    /// The cosine that only 1 in 20 strangers exceeds, and a margin.
    fn floor(&self, vector: &[f32]) -> f64 {
        let mut cosines: Vec<f64> = self.probes.iter().map(|probe| cosine(vector, probe)).collect();
        cosines.sort_by(f64::total_cmp);
        let strangers = cosines.get(cosines.len() * 95 / 100).copied().unwrap_or(0.0);
        (strangers * 1.15).clamp(LEAST_FLOOR, 0.8)
    }
}

/// More than three times the noise between two random vectors of 512 numbers, `1 / sqrt(512)`.
const LEAST_FLOOR: f64 = 0.145;

/// Models of meaning find everything of one field near: `oysters` is 0.4 from `food` and from `coast`. Words that mean
/// nearly the same are nearer.
const LEAST_NEAR: f64 = 0.45;

impl Question {
    /// Reads a question. Words that the embedder knows nothing of (a zero vector) are no content.
    pub(crate) async fn read(text: &str, embedder: &dyn Embedder, background: &Background) -> PortResult<Self> {
        let least = if embedder.is_semantic() { LEAST_NEAR } else { 0.0 };
        let candidates = content_words(text);
        let vectors = embed(embedder, &candidates).await?;
        let mut words = Vec::new();
        let mut parts = Vec::new();
        for (word, vector) in candidates.into_iter().zip(vectors) {
            if vector.values.iter().any(|value| *value != 0.0) {
                let floor = background.floor(&vector.values).max(least);
                parts.push(Part { covers: vec![words.len()], vector: vector.values, floor });
                words.push(word);
            }
        }
        let pairs: Vec<String> = words.windows(2).map(|pair| pair.join(" ")).collect();
        let mut idioms = vec![false; words.len()];
        for (at, vector) in embed(embedder, &pairs).await?.into_iter().enumerate() {
            let floor = background.floor(&vector.values).max(least);
            if is_idiom(&vector.values, &parts[at].vector, &parts[at + 1].vector) {
                idioms[at] = true;
                idioms[at + 1] = true;
            }
            parts.push(Part { covers: vec![at, at + 1], vector: vector.values, floor });
        }
        // A word of an idiom says nothing alone: `golden hour` does not ask for gold.
        parts.retain(|part| part.covers.len() > 1 || !idioms[part.covers[0]]);
        let whole = embed(embedder, &[text.to_owned()]).await?.remove(0);
        let floor = background.floor(&whole.values);
        Ok(Self { vector: whole.values, floor, words, parts })
    }
}

/// True when two words together mean something else than both side by side: `golden hour`, `candle light`.
fn is_idiom(pair: &[f32], first: &[f32], second: &[f32]) -> bool {
    let both: Vec<f32> = first.iter().zip(second).map(|(a, b)| a + b).collect();
    let length = cosine(&both, &both).sqrt();
    length > 0.0 && cosine(pair, &both) / length < 0.75
}

/// Lower-case words without the commonest function words, each once.
fn content_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '’')) {
        let word = word.trim_matches(['\'', '’']).to_lowercase();
        let said = FUNCTION_WORDS.contains(&word.as_str()) || words.contains(&word);
        if !word.is_empty() && !said && words.len() < MOST_WORDS {
            words.push(word);
        }
    }
    words
}

/// A question longer than this is a story; its first words decide.
const MOST_WORDS: usize = 24;

const FUNCTION_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "into", "is", "it", "its",
    "me", "my", "no", "not", "of", "on", "or", "our", "out", "over", "show", "so", "some", "that", "the", "their",
    "there", "these", "they", "this", "to", "up", "was", "we", "were", "with", "you", "your",
];

const PROBES: &str = "algebra anchor army atom axe bacteria bandage battery beetle bible bone brain bucket budget button \
    cancer carpet cement chemistry coin comet court crime debt democracy dentist dinosaur electricity election elbow \
    engine envelope factory fever fossil gravity grammar hammer helmet history hospital injection insurance invoice iron \
    judge kidney lawyer lung lottery magnet mathematics mortgage needle newspaper novel nurse oxygen parliament \
    philosophy physics poem police politics prison protein pump radar rocket sandal satellite saw screw senator soldier \
    statistics tax teacher telescope tooth treaty virus wallet weapon wrench";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_words_are_what_a_question_is_about() {
        for (text, want) in [
            ("The sea and the beach", vec!["sea", "beach"]),
            ("chef's table, chef's knife", vec!["chef's", "table", "knife"]),
            ("of the and", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(content_words(text), want, "{text}");
        }
    }
}
