//! What is taken from one frame: luma, coarse colour, a histogram, sharpness, all measured at half its size.

use nexus_core::footage::SmallFrame;

/// Columns of the coarse picture; rows follow the frame's shape.
const COARSE_COLUMNS: usize = 48;

/// Bins of the colour histogram per channel.
const BINS: usize = 6;

/// One small frame and what was taken from it.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// Its number from the file's start, at the examined rate.
    pub(crate) index: u64,
    width: usize,
    height: usize,
    seen: SmallFrame,
    luma: Vec<u8>,
    coarse: Vec<i16>,
    histogram: Vec<f32>,
    sharpness: f64,
}

impl Look {
    /// Looks at `rgb`, `3 * width * height` bytes; both sides even.
    pub(crate) fn new(index: u64, width_px: u32, height_px: u32, rgb: Vec<u8>) -> Self {
        let seen = SmallFrame { time_s: 0.0, width_px, height_px, rgb };
        let SmallFrame { width_px, height_px, rgb, .. } = seen.halved();
        let (width, height) = (width_px as usize, height_px as usize);
        let luma: Vec<u8> = rgb
            .chunks_exact(3)
            .map(|pixel| ((u32::from(pixel[0]) * 77 + u32::from(pixel[1]) * 150 + u32::from(pixel[2]) * 29) >> 8) as u8)
            .collect();
        let sharpness = laplacian_variance(&luma, width, height);
        let coarse = coarse(&rgb, width, height);
        let histogram = histogram(&rgb);
        Self { index, width, height, seen, luma, coarse, histogram, sharpness }
    }

    /// Luma, rows from the top.
    pub(crate) fn luma(&self) -> &[u8] {
        &self.luma
    }

    /// Means of blocks, three per block.
    pub(crate) fn coarse(&self) -> &[i16] {
        &self.coarse
    }

    /// Width and height in pixels.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Variance of the Laplacian of luma.
    pub(crate) fn sharpness(&self) -> f64 {
        self.sharpness
    }

    /// Mean difference of the coarse pictures, 0 to 255: large when what is where has changed.
    pub(crate) fn difference(&self, other: &Self) -> f64 {
        away(&self.coarse, &other.coarse)
    }

    /// Share of pixels whose colour moved to another bin, 0 to 1: untouched by movement alone.
    pub(crate) fn recoloured(&self, other: &Self) -> f64 {
        let sum: f32 = self.histogram.iter().zip(&other.histogram).map(|(a, b)| (a - b).abs()).sum();
        f64::from(sum) / 2.0
    }

    /// Mean absolute difference to another frame's luma, 0 to 255.
    pub(crate) fn activity(&self, other: &[u8]) -> f64 {
        let sum: u64 = self.luma.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        sum as f64 / self.luma.len().max(1) as f64
    }

    /// The picture itself, shown at `time_s`.
    pub(crate) fn into_small_frame(self, time_s: f64) -> SmallFrame {
        SmallFrame { time_s, ..self.seen }
    }
}

/// Mean difference of two coarse pictures, 0 to 255.
pub(crate) fn away(one: &[i16], other: &[i16]) -> f64 {
    let sum: u64 = one.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len().max(1) as f64
}

/// Means of square blocks, three per block; blocks at the right and lower edge may be smaller.
fn coarse(rgb: &[u8], width: usize, height: usize) -> Vec<i16> {
    let side = (width / COARSE_COLUMNS).max(1);
    let columns = width.div_ceil(side);
    let rows = height.div_ceil(side);
    let mut sums = vec![0_u32; columns * rows * 3];
    let mut counts = vec![0_u32; columns * rows];
    for (y, row) in rgb.chunks_exact(width * 3).enumerate() {
        for (x, pixel) in row.chunks_exact(3).enumerate() {
            let block = y / side * columns + x / side;
            counts[block] += 1;
            for channel in 0..3 {
                sums[block * 3 + channel] += u32::from(pixel[channel]);
            }
        }
    }
    sums.iter().enumerate().map(|(index, sum)| (sum / counts[index / 3].max(1)) as i16).collect()
}

/// Shares of colours, shared between neighbouring bins along each channel so that light noise moves little.
fn histogram(rgb: &[u8]) -> Vec<f32> {
    let mut bins = vec![0_f32; BINS * BINS * BINS];
    let pixels = (rgb.len() / 3).max(1);
    let each = 1.0 / pixels.div_ceil(2) as f32;
    for pixel in rgb.chunks_exact(3).step_by(2) {
        let place = |value: u8| {
            let at = f32::from(value) / 255.0 * (BINS - 1) as f32;
            let low = (at as usize).min(BINS - 2);
            (low, at - low as f32)
        };
        let ((red, red_part), (green, green_part), (blue, blue_part)) =
            (place(pixel[0]), place(pixel[1]), place(pixel[2]));
        for (dr, wr) in [(0, 1.0 - red_part), (1, red_part)] {
            for (dg, wg) in [(0, 1.0 - green_part), (1, green_part)] {
                for (db, wb) in [(0, 1.0 - blue_part), (1, blue_part)] {
                    bins[((red + dr) * BINS + green + dg) * BINS + blue + db] += wr * wg * wb * each;
                }
            }
        }
    }
    bins
}

/// Variance of the 4-neighbour Laplacian over the inner pixels.
/// Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000.
fn laplacian_variance(luma: &[u8], width: usize, height: usize) -> f64 {
    if width < 3 || height < 3 {
        return 0.0;
    }
    let (mut sum, mut squares) = (0_i64, 0_i64);
    for y in 1..height - 1 {
        let above = &luma[(y - 1) * width..y * width];
        let here = &luma[y * width..(y + 1) * width];
        let below = &luma[(y + 1) * width..(y + 2) * width];
        for x in 1..width - 1 {
            let around = i64::from(above[x]) + i64::from(below[x]) + i64::from(here[x - 1]) + i64::from(here[x + 1]);
            let value = around - 4 * i64::from(here[x]);
            sum += value;
            squares += value * value;
        }
    }
    let count = ((width - 2) * (height - 2)) as f64;
    let mean = sum as f64 / count;
    squares as f64 / count - mean * mean
}
