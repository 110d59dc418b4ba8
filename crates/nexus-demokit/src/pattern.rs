//! Test patterns: films whose every frame says its own number, and films with cuts at known frames.

use std::path::Path;

use nexus_core::FrameRate;
use nexus_media::{EncodeSpec, Encoder, FrameWriter, MediaError, Preset, Yuv420};

use crate::DemoKitError;

/// Bits of a frame's number, the highest first, drawn from left to right.
const BITS: u32 = 16;
/// The strip's share of the picture's height.
const STRIP: f64 = 1.0 / 6.0;

/// A segment of [`cuts_clip`]: how it looks and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Decides colours and shapes; neighbours should differ.
    pub look: u32,
    /// Frames, at least 1.
    pub frames: u32,
}

/// Writes a film of `frames` frames (up to 65,536) at 30 frames per second in which frame `n` shows `n` as 16 black
/// or white blocks along the top, over a moving ground decided by `seed`. `size` is width and height in pixels, both
/// even, at least 64 each. [`read_counter`] reads the number back, also after scaling and encoding.
///
/// # Errors
/// [`DemoKitError::Media`] when the encoder fails or the size is odd.
pub async fn counter_clip(path: &Path, frames: u32, size: (u32, u32), seed: u32) -> Result<(), DemoKitError> {
    write(path, size, (0..frames).map(|n| (n, seed, n))).await
}

/// Writes a film of `segments` one after the other, hard cuts between, every frame numbered as in [`counter_clip`]
/// from 0 on. The answer is the frame numbers at which a new segment starts, without 0.
///
/// # Errors
/// [`DemoKitError::Media`] when the encoder fails or the size is odd.
pub async fn cuts_clip(path: &Path, segments: &[Segment], size: (u32, u32)) -> Result<Vec<u32>, DemoKitError> {
    let mut cuts = Vec::new();
    let mut plan = Vec::new();
    for segment in segments {
        if !plan.is_empty() {
            cuts.push(plan.len() as u32);
        }
        for inside in 0..segment.frames {
            plan.push((plan.len() as u32, segment.look, inside));
        }
    }
    write(path, size, plan.into_iter()).await?;
    Ok(cuts)
}

/// The number that a frame shows, or `None` when its strip is not a clear row of black and white blocks.
#[must_use]
pub fn read_counter(frame: &Yuv420) -> Option<u32> {
    let (width, height) = (frame.width_px as usize, frame.height_px as usize);
    let luma = frame.y();
    let strip = f64::from(frame.height_px) * STRIP;
    let mut number = 0;
    for bit in 0..BITS {
        let (mut sum, mut count) = (0u32, 0u32);
        // Only the middle of each block, away from blurred edges.
        for v in 0..5 {
            for u in 0..5 {
                let x = (f64::from(bit) + 0.3 + 0.1 * f64::from(u)) * width as f64 / f64::from(BITS);
                let y = strip * (0.3 + 0.1 * f64::from(v));
                sum += u32::from(luma[(y as usize).min(height - 1) * width + (x as usize).min(width - 1)]);
                count += 1;
            }
        }
        let mean = sum / count;
        number = number * 2
            + match mean {
                0..=85 => 0,
                165..=255 => 1,
                _ => return None,
            };
    }
    Some(number)
}

async fn write(path: &Path, size: (u32, u32), plan: impl Iterator<Item = (u32, u32, u32)>) -> Result<(), DemoKitError> {
    let name = path.file_name().map_or_else(|| "test pattern".into(), |name| name.to_string_lossy().into_owned());
    let failed = |source: MediaError| DemoKitError::Media { clip: name.clone(), source };
    let spec = EncodeSpec {
        out: path.to_owned(),
        width_px: size.0,
        height_px: size.1,
        rate: FrameRate::FPS_30,
        crf: 18,
        encoder: Encoder::X264(Preset::Superfast),
        threads: 1,
    };
    let mut writer = FrameWriter::open(&spec).await.map_err(failed)?;
    let mut frame = Yuv420::new(size.0, size.1);
    for (number, look, inside) in plan {
        draw(&mut frame, number, look, inside);
        writer.write(&frame).await.map_err(failed)?;
    }
    writer.finish().await.map_err(failed)?;
    Ok(())
}

/// Bars and a ground whose colour, direction and brightness come from `look`; they move with `inside`.
fn draw(frame: &mut Yuv420, number: u32, look: u32, inside: u32) {
    let (width, height) = (frame.width_px as usize, frame.height_px as usize);
    let strip = (height as f64 * STRIP) as usize;
    let mixed = look.wrapping_mul(2_654_435_761).rotate_left(9) ^ look;
    let ground = 50 + (mixed % 7) * 22;
    let (bars_x, bars_y) = (3 + (mixed >> 8) % 9, 1 + (mixed >> 14) % 7);
    let (y, u, v) = frame.planes_mut();
    for row in 0..height {
        for column in 0..width {
            y[row * width + column] = if row < strip {
                let bit = (column as u32 * BITS) / width as u32;
                if (number >> (BITS - 1 - bit)) & 1 == 1 { 235 } else { 16 }
            } else {
                let along = column as u32 * bars_x * 512 / width as u32
                    + row as u32 * bars_y * 512 / height as u32
                    + inside * 16;
                let wave = (along % 512).abs_diff(256);
                (ground + wave / 6).min(230) as u8
            };
        }
    }
    let (tint_u, tint_v) = (80 + (mixed >> 18) % 96, 80 + (mixed >> 24) % 96);
    for row in 0..height / 2 {
        let grey = row * 2 < strip + 2;
        for column in 0..width / 2 {
            u[row * (width / 2) + column] = if grey { 128 } else { tint_u as u8 };
            v[row * (width / 2) + column] = if grey { 128 } else { tint_v as u8 };
        }
    }
}
