//! The chroma key: colours near one colour are seen through.

use nexus_edit::model::ChromaKey;
use nexus_media::Yuv420;
use rayon::prelude::*;

use crate::colour::Rgb;

/// Distance in the plane of chroma within which colours are clear, where the key names none.
const THRESHOLD: u32 = 150;
/// Further distance over which they become solid, where the key names none.
const HALO: u32 = 100;
/// The contract counts distances in RGB, which are about this many times those in the plane of chroma.
const RGB_PER_CHROMA: f64 = 2.6;

/// Writes into `alpha`, one byte per pixel, how solid every pixel of `picture` is, and takes the key's colour out of
/// what is half clear, so that no rim of it is left.
pub(crate) fn key_out(key: &ChromaKey, picture: &mut Yuv420, alpha: &mut Vec<u8>) {
    let [_, key_blue, key_red] = Rgb::from(key.color).yuv().map(i32::from);
    let near = f64::from(key.threshold.unwrap_or(THRESHOLD)) / RGB_PER_CHROMA;
    let far = near + (f64::from(key.halo.unwrap_or(HALO)) / RGB_PER_CHROMA).max(0.5);
    let (width, half) = (picture.width_px as usize, picture.width_px as usize / 2);
    alpha.resize(width * picture.height_px as usize, 255);
    let (_, blue, red) = picture.planes_mut();
    let rows = blue.par_chunks_mut(half).zip(red.par_chunks_mut(half)).zip(alpha.par_chunks_mut(width * 2));
    rows.for_each(|((blue, red), alpha)| {
        let (upper, lower) = alpha.split_at_mut(width);
        for (column, (blue, red)) in blue.iter_mut().zip(red).enumerate() {
            let (across, along) = (i32::from(*blue) - key_blue, i32::from(*red) - key_red);
            let distance = f64::from(across * across + along * along).sqrt();
            let solid = ((distance - near) / (far - near)).clamp(0.0, 1.0);
            let level = (solid * 255.0).round() as u8;
            for line in [&mut *upper, &mut *lower] {
                line[column * 2..column * 2 + 2].fill(level);
            }
            if level > 0 && level < 255 {
                // What is left of the key's colour in a half clear pixel is its spill: it fades to grey.
                let without = |value: u8| (128.0 + (f64::from(value) - 128.0) * solid).round() as u8;
                (*blue, *red) = (without(*blue), without(*red));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use nexus_edit::model::Color;

    use super::*;

    #[test]
    fn the_keys_colour_is_clear_and_others_are_solid() {
        let mut picture = Yuv420::new(8, 4);
        let [_, blue, red] = Rgb::from(Color::opaque(0, 255, 0)).yuv();
        picture.u_mut()[..2].fill(blue);
        picture.v_mut()[..2].fill(red);
        let key = ChromaKey { color: Color::opaque(0, 255, 0), threshold: None, halo: None };
        let mut alpha = Vec::new();
        key_out(&key, &mut picture, &mut alpha);
        assert_eq!((alpha[0], alpha[3], alpha[8]), (0, 0, 0), "green is clear");
        assert_eq!((alpha[4], alpha[16]), (255, 255), "grey is solid");
    }
}
