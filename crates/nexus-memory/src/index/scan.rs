//! The arithmetic of a scan, and the best of what it finds.

/// Sums that are kept side by side: the compiler turns them into vector instructions.
const LANES: usize = 16;

/// Inner product of two vectors of one length.
#[inline]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        #[expect(unsafe_code, reason = "the processor was asked just before whether it has these instructions")]
        // SAFETY: as the reason says; the function itself is safe code.
        return unsafe { dot_avx2(a, b) };
    }
    sum(a, b, |sum, x, y| sum + x * y)
}

/// The same loop, compiled for the instructions that every server has had since 2015.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn dot_avx2(a: &[f32], b: &[f32]) -> f32 {
    sum(a, b, |sum, x, y| f32::mul_add(x, y, sum))
}

/// Squared distance of two vectors of one length.
pub(super) fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    sum(a, b, |sum, x, y| sum + (x - y) * (x - y))
}

#[inline(always)]
fn sum(a: &[f32], b: &[f32], add: impl Fn(f32, f32, f32) -> f32) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (left, left_rest) = a.as_chunks::<LANES>();
    let (right, right_rest) = b.as_chunks::<LANES>();
    for (x, y) in left.iter().zip(right) {
        for lane in 0..LANES {
            sums[lane] = add(sums[lane], x[lane], y[lane]);
        }
    }
    let rest = left_rest.iter().zip(right_rest).fold(0.0, |sum, (x, y)| add(sum, *x, *y));
    sums.iter().sum::<f32>() + rest
}

/// One over the length of a vector; 0 for one of no length.
pub(super) fn inverse_length(values: &[f32]) -> f32 {
    let squares: f64 = values.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
    if squares > 0.0 { (1.0 / squares.sqrt()) as f32 } else { 0.0 }
}

/// A row and how near it is; the greater the nearer.
pub(super) type Scored = (f32, u32);

/// Keeps the best `wanted` rows of many. Memory is twice that; ties at the edge are decided by `before`.
pub(super) struct Best<F> {
    wanted: usize,
    edge: f32,
    kept: Vec<Scored>,
    before: F,
}

impl<F: Fn(u32, u32) -> std::cmp::Ordering> Best<F> {
    /// `before` orders rows that are equally near.
    pub(super) fn new(wanted: usize, before: F) -> Self {
        Self { wanted, edge: f32::NEG_INFINITY, kept: Vec::with_capacity(wanted * 2 + 64), before }
    }

    /// Looks at a row.
    #[inline]
    pub(super) fn look(&mut self, nearness: f32, row: u32) {
        if nearness >= self.edge {
            self.kept.push((nearness, row));
            if self.kept.len() == self.wanted * 2 + 64 {
                self.trim();
            }
        }
    }

    fn trim(&mut self) {
        let before = &self.before;
        let order = |a: &Scored, b: &Scored| b.0.total_cmp(&a.0).then_with(|| before(a.1, b.1));
        if self.kept.len() > self.wanted {
            self.kept.select_nth_unstable_by(self.wanted - 1, order);
            self.kept.truncate(self.wanted);
            self.edge = self.kept[self.wanted - 1].0;
        }
    }

    /// The best rows, best first.
    pub(super) fn finish(mut self) -> Vec<Scored> {
        self.trim();
        let before = &self.before;
        self.kept.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| before(a.1, b.1)));
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_a_plain_loop() {
        for length in [0, 1, 7, 16, 33, 512, 515] {
            let a: Vec<f32> = (0..length).map(|i| (i % 13) as f32 - 6.0).collect();
            let b: Vec<f32> = (0..length).map(|i| (i % 7) as f32 - 3.0).collect();
            let plain: f32 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
            let apart: f32 = a.iter().zip(&b).map(|(x, y)| (x - y) * (x - y)).sum();
            assert_eq!((dot(&a, &b), squared_distance(&a, &b)), (plain, apart), "{length}");
        }
        assert_eq!(inverse_length(&[3.0, 4.0]), 0.2);
        assert_eq!(inverse_length(&[0.0; 3]), 0.0);
    }

    #[test]
    fn the_best_are_kept_in_order_and_ties_fall_to_the_earlier_row() {
        let mut best = Best::new(3, |a: u32, b: u32| a.cmp(&b));
        for row in (0..1000_u32).rev() {
            best.look((row % 10) as f32, row);
        }
        assert_eq!(best.finish(), [(9.0, 9), (9.0, 19), (9.0, 29)]);
        let mut few = Best::new(5, |a: u32, b: u32| a.cmp(&b));
        few.look(1.0, 0);
        assert_eq!(few.finish(), [(1.0, 0)]);
    }
}
