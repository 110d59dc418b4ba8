//! Connected areas of a mask.

/// A connected area.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Blob {
    /// Pixels, as indices into the mask, rising.
    pub(crate) pixels: Vec<usize>,
    /// Width of the box around it.
    pub(crate) width: usize,
    /// Height of the box around it.
    pub(crate) height: usize,
}

impl Blob {
    /// Share of its box that it fills, 0 to 1; a disc fills 0.79.
    pub(crate) fn fill(&self) -> f64 {
        self.pixels.len() as f64 / (self.width * self.height) as f64
    }

    /// Width over height.
    pub(crate) fn aspect(&self) -> f64 {
        self.width as f64 / self.height as f64
    }
}

/// Areas of `mask` (rows of `width`) that touch by an edge, in reading order of their first pixel.
pub(crate) fn blobs(mask: &[bool], width: usize) -> Vec<Blob> {
    let mut open = mask.to_vec();
    let mut blobs = Vec::new();
    for start in 0..open.len() {
        if open[start] {
            blobs.push(flood(&mut open, width, start));
        }
    }
    blobs
}

fn flood(open: &mut [bool], width: usize, start: usize) -> Blob {
    open[start] = false;
    let (mut pixels, mut at) = (vec![start], 0);
    let (mut left, mut right, mut top, mut bottom) = (width, 0, usize::MAX, 0);
    while at < pixels.len() {
        let pixel = pixels[at];
        let (x, y) = (pixel % width, pixel / width);
        (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
        let neighbours = [
            (x > 0).then(|| pixel - 1),
            (x + 1 < width).then(|| pixel + 1),
            pixel.checked_sub(width),
            (pixel + width < open.len()).then(|| pixel + width),
        ];
        for next in neighbours.into_iter().flatten() {
            if open[next] {
                open[next] = false;
                pixels.push(next);
            }
        }
        at += 1;
    }
    pixels.sort_unstable();
    Blob { pixels, width: right + 1 - left, height: bottom + 1 - top }
}
