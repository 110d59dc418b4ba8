//! One small frame in the form that every rule reads: OKLab and its gradients.

use nexus_core::footage::SmallFrame;

use crate::colour::Lab;

/// A frame in OKLab with the steps of lightness to its neighbours.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    /// When, in seconds of the source.
    pub(crate) time_s: f64,
    /// Width in pixels.
    pub(crate) width: usize,
    /// Height in pixels.
    pub(crate) height: usize,
    /// Colours, rows from the top.
    pub(crate) lab: Vec<Lab>,
    /// Length of the lightness gradient per pixel, 0 to about 1.
    pub(crate) gradient: Vec<f32>,
    /// Mean sRGB.
    pub(crate) mean_rgb: [u8; 3],
}

impl Picture {
    /// From a frame whose bytes fit its size; `None` for a frame without pixels.
    pub(crate) fn new(frame: &SmallFrame) -> Option<Self> {
        let (width, height) = (frame.width_px as usize, frame.height_px as usize);
        if width == 0 || height == 0 {
            return None;
        }
        let pixels = frame.rgb.as_chunks::<3>().0;
        let lab: Vec<Lab> = pixels.iter().map(|rgb| Lab::from_srgb(*rgb)).collect();
        let gradient = gradient(&lab, width, height);
        Some(Self { time_s: frame.time_s, width, height, gradient, mean_rgb: mean(pixels), lab })
    }

    /// The colour at a place inside.
    pub(crate) fn at(&self, x: usize, y: usize) -> Lab {
        self.lab[y * self.width + x]
    }

    /// The gradient at a place inside.
    pub(crate) fn gradient_at(&self, x: usize, y: usize) -> f32 {
        self.gradient[y * self.width + x]
    }

    /// Mean lightness, 0 to 1.
    pub(crate) fn mean_lightness(&self) -> f32 {
        self.lab.iter().map(|colour| colour.l).sum::<f32>() / self.lab.len() as f32
    }

    /// Share of the pixels that fulfil `rule`, 0 to 1.
    pub(crate) fn share(&self, rule: impl Fn(Lab) -> bool) -> f64 {
        self.lab.iter().filter(|colour| rule(**colour)).count() as f64 / self.lab.len() as f64
    }

    /// The value that `share` (0 to 1) of the pixels do not exceed.
    pub(crate) fn quantile(&self, share: f64, value: impl Fn(Lab) -> f32) -> f32 {
        let mut values: Vec<f32> = self.lab.iter().map(|colour| value(*colour)).collect();
        let at = ((values.len() - 1) as f64 * share).round() as usize;
        *values.select_nth_unstable_by(at, f32::total_cmp).1
    }
}

/// A score for a measurement: 0.5 at `half`, 0.95 at `sure`, in a straight line, within 0 and 0.97.
pub(crate) fn grade(value: f64, half: f64, sure: f64) -> f64 {
    (0.5 + 0.45 * (value - half) / (sure - half)).clamp(0.0, 0.97)
}

fn gradient(lab: &[Lab], width: usize, height: usize) -> Vec<f32> {
    let lightness = |x: usize, y: usize| lab[y * width + x].l;
    let mut gradient = Vec::with_capacity(lab.len());
    for y in 0..height {
        for x in 0..width {
            let across = lightness((x + 1).min(width - 1), y) - lightness(x.saturating_sub(1), y);
            let down = lightness(x, (y + 1).min(height - 1)) - lightness(x, y.saturating_sub(1));
            gradient.push(0.5 * across.hypot(down));
        }
    }
    gradient
}

fn mean(pixels: &[[u8; 3]]) -> [u8; 3] {
    std::array::from_fn(|channel| {
        let sum: u64 = pixels.iter().map(|pixel| u64::from(pixel[channel])).sum();
        (sum as f64 / pixels.len() as f64).round() as u8
    })
}
