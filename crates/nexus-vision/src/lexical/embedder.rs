//! [`LexicalEmbedder`]: signed feature hashing of words and of the concepts they suggest.

use async_trait::async_trait;
use nexus_core::{
    PortResult,
    memory::Embedding,
    port::{Adapter, Embedder},
};

use super::concepts::{links, units};

/// The name of the space; grows with every change of the table or of the hashing.
pub const SPACE: &str = "lexical-1";

/// Length of every vector.
pub const DIMENSIONS: usize = 512;

/// Places that one feature takes in a vector: many, so that one collision of two features costs little and the
/// noise between strangers stays near `1 / sqrt(512)`.
const PLACES: u64 = 64;

/// Words to 512 numbers without a model: related words share directions because the concept table says so.
///
/// Source of the hashing: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009.
#[derive(Debug, Clone, Copy, Default)]
pub struct LexicalEmbedder;

impl LexicalEmbedder {
    /// The vector of one text: unit length, or all zero when it holds no content word.
    /// A word that stands `n` times counts `sqrt(n)` times.
    #[must_use]
    pub fn vector(self, text: &str) -> Vec<f32> {
        let mut units = units(text);
        units.sort();
        let mut sum = vec![0.0_f32; DIMENSIONS];
        for run in units.chunk_by(|a, b| a == b) {
            let word = word_vector(&run[0]);
            let times = (run.len() as f32).sqrt();
            for (total, value) in sum.iter_mut().zip(&word) {
                *total += value * times;
            }
        }
        to_unit_length(&mut sum);
        sum
    }
}

impl Adapter for LexicalEmbedder {}

#[async_trait]
impl Embedder for LexicalEmbedder {
    fn space(&self) -> &str {
        SPACE
    }

    fn is_semantic(&self) -> bool {
        false
    }

    async fn embed(&self, texts: &[String]) -> PortResult<Vec<Embedding>> {
        Ok(texts.iter().map(|text| Embedding { space: SPACE.into(), values: self.vector(text) }).collect())
    }
}

/// The unit vector of one word or phrase of the table: itself and what it suggests.
fn word_vector(unit: &str) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSIONS];
    add_feature(&mut vector, unit, 1.0);
    for (word, weight) in links(unit) {
        add_feature(&mut vector, word, *weight);
    }
    to_unit_length(&mut vector);
    vector
}

fn add_feature(vector: &mut [f32], feature: &str, weight: f32) {
    let share = weight / (PLACES as f32).sqrt();
    for place in 0..PLACES {
        let hash = mix(fnv1a(feature) ^ mix(place + 1));
        let sign = if hash >> 63 == 0 { share } else { -share };
        vector[(hash % DIMENSIONS as u64) as usize] += sign;
    }
}

/// `vector` at length 1; all zero stays.
pub(crate) fn to_unit_length(vector: &mut [f32]) {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
}

/// FNV-1a, 64 bit.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finaliser of SplitMix64: spreads every bit over all.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
