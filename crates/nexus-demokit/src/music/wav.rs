//! 16-bit stereo WAV bytes with a whisper of dither.

use super::synth::{Noise, RATE};

/// Interleaved stereo samples in -1..1 as a whole WAV file.
pub(crate) fn wav(sound: &[f32]) -> Vec<u8> {
    let data = (sound.len() * 2) as u32;
    let rate = RATE as u32;
    let mut out = Vec::with_capacity(sound.len() * 2 + 44);
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&(36 + data).to_le_bytes());
    out.extend_from_slice(b"WAVEfmt ");
    out.extend_from_slice(&16u32.to_le_bytes());
    out.extend_from_slice(&1u16.to_le_bytes());
    out.extend_from_slice(&2u16.to_le_bytes());
    out.extend_from_slice(&rate.to_le_bytes());
    out.extend_from_slice(&(rate * 4).to_le_bytes());
    out.extend_from_slice(&4u16.to_le_bytes());
    out.extend_from_slice(&16u16.to_le_bytes());
    out.extend_from_slice(b"data");
    out.extend_from_slice(&data.to_le_bytes());
    let mut noise = Noise::new(3);
    for value in sound {
        let dither = (noise.next() + noise.next()) * 0.5;
        let sample = (value * 32_767.0 + dither).round().clamp(-32_768.0, 32_767.0) as i16;
        out.extend_from_slice(&sample.to_le_bytes());
    }
    out
}
