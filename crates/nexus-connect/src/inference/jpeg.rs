//! Frames as files that every service reads.

use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};
use nexus_core::footage::SmallFrame;

/// Quality, 1 to 100: what a model sees does not change above it.
const QUALITY: u8 = 88;

/// A frame as a JPEG file; `None` for a frame without pixels.
pub(super) fn of(frame: &SmallFrame) -> Option<Vec<u8>> {
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    let pixels = frame.width_px > 0 && frame.height_px > 0;
    let written = pixels && write(encoder, frame).is_ok();
    written.then_some(jpeg)
}

fn write(mut encoder: JpegEncoder<&mut Vec<u8>>, frame: &SmallFrame) -> image::ImageResult<()> {
    encoder.encode(&frame.rgb, frame.width_px, frame.height_px, ExtendedColorType::Rgb8)
}
