//! One bit per dimension: a first, coarse look at many rows before the exact one.
//!
//! The bit says on which side of the mean of all rows a value lies. Rows whose bits differ least from the query's are
//! looked at exactly afterwards.

use super::scan::inverse_length;

/// Rows that are looked at exactly, at least, and per match that is wanted.
const LEAST_CANDIDATES: usize = 400;
const CANDIDATES_PER_MATCH: usize = 20;

/// The bits of every row of a table.
pub(super) struct Sketch {
    mean: Vec<f32>,
    /// Rows when the mean was taken.
    mean_of: usize,
    words: usize,
    bits: Vec<u64>,
}

impl Sketch {
    /// The bits of `matrix`, whose rows have `dimension` values each.
    pub(super) fn of(matrix: &[f32], dimension: usize) -> Self {
        let rows = matrix.len() / dimension;
        let mut sums = vec![0.0_f64; dimension];
        for row in matrix.chunks_exact(dimension) {
            let scale = inverse_length(row);
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += f64::from(value * scale);
            }
        }
        let mean = sums.iter().map(|sum| (sum / rows.max(1) as f64) as f32).collect();
        let words = dimension.div_ceil(64);
        let mut sketch = Self { mean, mean_of: rows, words, bits: Vec::with_capacity(rows * words) };
        for row in matrix.chunks_exact(dimension) {
            sketch.push(row);
        }
        sketch
    }

    /// False when the table has grown, or shrunk, by half since the mean was taken.
    pub(super) fn fits(&self, rows: usize) -> bool {
        rows < self.mean_of + self.mean_of / 2 && rows > self.mean_of / 2
    }

    /// Adds a row at the end.
    pub(super) fn push(&mut self, row: &[f32]) {
        let start = self.bits.len();
        self.bits.resize(start + self.words, 0);
        draw(&self.mean, row, &mut self.bits[start..]);
    }

    /// Draws a row again.
    pub(super) fn set(&mut self, at: usize, row: &[f32]) {
        draw(&self.mean, row, &mut self.bits[at * self.words..(at + 1) * self.words]);
    }

    /// Puts the last row into the place of row `at`.
    pub(super) fn swap_remove(&mut self, at: usize) {
        let last = self.bits.len() - self.words;
        self.bits.copy_within(last.., at * self.words);
        self.bits.truncate(last);
    }

    /// The rows among `rows` whose bits are nearest to the query's, enough for `wanted` matches, in no order.
    pub(super) fn nearest(&self, query: &[f32], wanted: usize, rows: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut bits = vec![0; self.words];
        draw(&self.mean, query, &mut bits);
        let differences: Vec<(u16, u32)> = rows.map(|row| (self.differences(&bits, row as usize), row)).collect();
        let mut counts = vec![0_usize; self.mean.len() + 1];
        for (difference, _) in &differences {
            counts[usize::from(*difference)] += 1;
        }
        let enough = LEAST_CANDIDATES.max(wanted * CANDIDATES_PER_MATCH);
        let mut sum = 0;
        let edge = counts.iter().position(|count| {
            sum += count;
            sum >= enough
        });
        let edge = edge.unwrap_or(self.mean.len());
        differences.into_iter().filter(|(difference, _)| usize::from(*difference) <= edge).map(|(_, row)| row).collect()
    }

    /// Bits that differ; a vector has at most 20,000 of them.
    #[inline]
    fn differences(&self, query: &[u64], row: usize) -> u16 {
        let bits = &self.bits[row * self.words..(row + 1) * self.words];
        let count: u32 = bits.iter().zip(query).map(|(a, b)| (a ^ b).count_ones()).sum();
        count as u16
    }
}

fn draw(mean: &[f32], row: &[f32], bits: &mut [u64]) {
    let scale = inverse_length(row);
    bits.fill(0);
    for (dimension, (value, mean)) in row.iter().zip(mean).enumerate() {
        bits[dimension / 64] |= u64::from(value * scale > *mean) << (dimension % 64);
    }
}
