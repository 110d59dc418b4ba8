//! What hides parts of a layer: the curtain of a transition, and the brightness of a matte.

use nexus_media::Yuv420;

use crate::{motion::Curtain, resample::mul255};

/// How much of each pixel of the frame is kept.
pub(crate) struct Mask {
    /// By column; all is kept where it is empty.
    columns: Vec<u8>,
    /// By pixel, row by row; all is kept where it is empty.
    pixels: Vec<u8>,
    width: usize,
}

impl Mask {
    /// A mask for frames of `width` pixels; `None` when nothing hides anything. A matte is transparent where it is
    /// black and solid where it is white.
    pub(crate) fn new(curtain: Option<Curtain>, matte: Option<&Yuv420>, width: usize) -> Option<Self> {
        if curtain.is_none() && matte.is_none() {
            return None;
        }
        let share = |column: usize| (column as f64 + 0.5) / width as f64;
        let columns = curtain.map_or_else(Vec::new, |curtain| (0..width).map(|x| curtain.at(share(x))).collect());
        let level = |luma: &u8| ((u32::from(luma.saturating_sub(16)) * 255 + 109) / 219).min(255) as u8;
        let pixels = matte.map_or_else(Vec::new, |matte| matte.y().iter().map(level).collect());
        Some(Self { columns, pixels, width })
    }

    /// 0 (hidden) to 255 (kept) at a pixel of the frame.
    pub(crate) fn at(&self, x: usize, y: usize) -> u8 {
        let column = self.columns.get(x).copied().unwrap_or(255);
        match self.pixels.get(y * self.width + x) {
            Some(pixel) => mul255(column, *pixel),
            None => column,
        }
    }
}
