//! A picture as decoders and encoders pass it: planar YUV 4:2:0, 8 bits.

/// An I420 picture in BT.709, limited range (luma 16 to 235, chroma 16 to 240 around 128).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yuv420 {
    /// Width in pixels, even.
    pub width_px: u32,
    /// Height in pixels, even.
    pub height_px: u32,
    /// Planes Y, U, V one after the other, rows from the top, without padding:
    /// `width * height * 3 / 2` bytes.
    pub data: Vec<u8>,
}

impl Yuv420 {
    /// A black picture.
    ///
    /// # Panics
    /// When a side is odd: 4:2:0 has no such picture.
    #[must_use]
    pub fn new(width_px: u32, height_px: u32) -> Self {
        assert!(
            width_px.is_multiple_of(2) && height_px.is_multiple_of(2),
            "a 4:2:0 picture has even sides, not {width_px}x{height_px}"
        );
        let luma = width_px as usize * height_px as usize;
        let mut data = vec![16; luma];
        data.resize(luma * 3 / 2, 128);
        Self { width_px, height_px, data }
    }

    /// Luma, `width * height` bytes.
    #[must_use]
    pub fn y(&self) -> &[u8] {
        &self.data[..self.luma_len()]
    }

    /// Blue difference, `width / 2 * height / 2` bytes.
    #[must_use]
    pub fn u(&self) -> &[u8] {
        let luma = self.luma_len();
        &self.data[luma..luma + luma / 4]
    }

    /// Red difference, `width / 2 * height / 2` bytes.
    #[must_use]
    pub fn v(&self) -> &[u8] {
        let luma = self.luma_len();
        &self.data[luma + luma / 4..]
    }

    /// Luma, to be changed.
    pub fn y_mut(&mut self) -> &mut [u8] {
        let luma = self.luma_len();
        &mut self.data[..luma]
    }

    /// Blue difference, to be changed.
    pub fn u_mut(&mut self) -> &mut [u8] {
        let luma = self.luma_len();
        &mut self.data[luma..luma + luma / 4]
    }

    /// Red difference, to be changed.
    pub fn v_mut(&mut self) -> &mut [u8] {
        let luma = self.luma_len();
        &mut self.data[luma + luma / 4..]
    }

    /// All three planes at once, to be changed.
    pub fn planes_mut(&mut self) -> (&mut [u8], &mut [u8], &mut [u8]) {
        let luma = self.luma_len();
        let (y, chroma) = self.data.split_at_mut(luma);
        let (u, v) = chroma.split_at_mut(luma / 4);
        (y, u, v)
    }

    fn luma_len(&self) -> usize {
        self.width_px as usize * self.height_px as usize
    }
}
