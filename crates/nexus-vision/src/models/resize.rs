//! Pictures in another size, to the byte as Pillow makes them, because networks were trained on its pictures.
//!
//! Two passes of a convolution with whole numbers of 22 bits, rounded to bytes after each; when a picture shrinks, the
//! filter grows with it. Source: Pillow, `Resample.c`.

/// Bits of the weights' fraction.
const PRECISION: u32 = 22;

/// The shape of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    /// The nearest pixel.
    Nearest,
    /// A triangle.
    Bilinear,
    /// A cubic with a = -0.5.
    Bicubic,
    /// A windowed sinc of three lobes.
    Lanczos,
}

impl Filter {
    /// By Pillow's number, as configurations of processors have it.
    pub(crate) fn numbered(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Nearest,
            1 => Self::Lanczos,
            2 => Self::Bilinear,
            3 => Self::Bicubic,
            _ => return None,
        })
    }

    fn support(self) -> f64 {
        match self {
            Self::Nearest => 0.5,
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
            Self::Lanczos => 3.0,
        }
    }

    fn at(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            Self::Nearest => 1.0,
            Self::Bilinear => (1.0 - x).max(0.0),
            Self::Bicubic => {
                const A: f64 = -0.5;
                if x < 1.0 {
                    ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
                } else if x < 2.0 {
                    (((x - 5.0) * x + 8.0) * x - 4.0) * A
                } else {
                    0.0
                }
            }
            Self::Lanczos => {
                let sinc =
                    |x: f64| if x == 0.0 { 1.0 } else { (x * std::f64::consts::PI).sin() / (x * std::f64::consts::PI) };
                if x < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 }
            }
        }
    }
}

/// A picture of interleaved 8-bit RGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rgb {
    /// Width in pixels.
    pub(crate) width: usize,
    /// Height in pixels.
    pub(crate) height: usize,
    /// `3 * width * height` bytes.
    pub(crate) data: Vec<u8>,
}

impl Rgb {
    /// The picture in another size.
    pub(crate) fn resized(&self, width: usize, height: usize, filter: Filter) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        if filter == Filter::Nearest {
            return self.nearest(width, height);
        }
        // Pillow leaves out a pass that changes nothing.
        let across = if width == self.width { self.clone() } else { self.across(width, filter) };
        if height == self.height { across } else { across.down(height, filter) }
    }

    fn nearest(&self, width: usize, height: usize) -> Self {
        let place =
            |at: usize, from: usize, to: usize| (((at as f64 + 0.5) * from as f64 / to as f64) as usize).min(from - 1);
        let mut data = Vec::with_capacity(3 * width * height);
        for y in 0..height {
            let row = place(y, self.height, height) * self.width;
            for x in 0..width {
                let at = 3 * (row + place(x, self.width, width));
                data.extend_from_slice(&self.data[at..at + 3]);
            }
        }
        Self { width, height, data }
    }

    fn across(&self, width: usize, filter: Filter) -> Self {
        let windows = windows(self.width, width, filter);
        let mut data = Vec::with_capacity(3 * width * self.height);
        for row in self.data.chunks_exact(3 * self.width) {
            for (first, weights) in &windows {
                for channel in 0..3 {
                    let samples = row[3 * first + channel..].iter().step_by(3);
                    data.push(blend(weights.iter().zip(samples)));
                }
            }
        }
        Self { width, height: self.height, data }
    }

    fn down(&self, height: usize, filter: Filter) -> Self {
        let stride = 3 * self.width;
        let mut data = Vec::with_capacity(stride * height);
        for (first, weights) in windows(self.height, height, filter) {
            for column in 0..stride {
                let samples = self.data[first * stride + column..].iter().step_by(stride);
                data.push(blend(weights.iter().zip(samples)));
            }
        }
        Self { width: self.width, height, data }
    }

    /// The part of `width` by `height` around the centre; black where the picture is smaller.
    pub(crate) fn centre(&self, width: usize, height: usize) -> Self {
        let mut data = vec![0; 3 * width * height];
        let offset = |outer: usize, inner: usize| (outer as isize - inner as isize).div_euclid(2);
        // A picture smaller than the part lies in the middle of black: half a pixel is rounded up.
        let shift = |outer: usize, inner: usize| {
            if outer >= inner { offset(outer, inner) } else { -((inner - outer).div_ceil(2) as isize) }
        };
        let (left, top) = (shift(self.width, width), shift(self.height, height));
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = (x as isize + left, y as isize + top);
                if (0..self.width as isize).contains(&from_x) && (0..self.height as isize).contains(&from_y) {
                    let from = 3 * (from_y as usize * self.width + from_x as usize);
                    let to = 3 * (y * width + x);
                    data[to..to + 3].copy_from_slice(&self.data[from..from + 3]);
                }
            }
        }
        Self { width, height, data }
    }
}

fn blend<'a>(pairs: impl Iterator<Item = (&'a i32, &'a u8)>) -> u8 {
    let half = 1_i64 << (PRECISION - 1);
    let sum: i64 = pairs.map(|(weight, sample)| i64::from(*weight) * i64::from(*sample)).sum();
    ((sum + half) >> PRECISION).clamp(0, 255) as u8
}

/// For every place of the result: the first place of the source that it is made of, and the weights from there.
fn windows(from: usize, to: usize, filter: Filter) -> Vec<(usize, Vec<i32>)> {
    let scale = from as f64 / to as f64;
    let stretch = scale.max(1.0);
    let support = filter.support() * stretch;
    (0..to)
        .map(|at| {
            let centre = (at as f64 + 0.5) * scale;
            // Truncation as in C: a negative value becomes 0 by the clamp.
            let first = ((centre - support + 0.5) as isize).max(0) as usize;
            let last = ((centre + support + 0.5) as usize).min(from);
            let weights: Vec<f64> =
                (first..last).map(|place| filter.at((place as f64 - centre + 0.5) / stretch)).collect();
            let sum: f64 = weights.iter().sum();
            let whole = |weight: &f64| {
                let share = if sum == 0.0 { *weight } else { weight / sum };
                (share * f64::from(1_u32 << PRECISION) + if share < 0.0 { -0.5 } else { 0.5 }) as i32
            };
            (first, weights.iter().map(whole).collect())
        })
        .collect()
}
