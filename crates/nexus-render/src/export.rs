//! One frame as a still in a file: PNG, JPEG or BMP.

use std::{io::Write, path::Path};

use image::{ImageFormat, RgbImage};
use nexus_edit::model::Format;
use nexus_media::Yuv420;
use rayon::prelude::*;

use crate::{RenderError, resample::scaled};

/// Writes `picture`, at `file_px`, so that the file is whole or not there. Formats that are no stills are written as
/// PNG.
pub(crate) fn write(picture: &Yuv420, file_px: (u32, u32), format: Format, out: &Path) -> Result<(), RenderError> {
    let failed = RenderError::disk("still");
    let is_scaled = (picture.width_px, picture.height_px) != file_px;
    let rgb = if is_scaled { rgb(&scaled(picture, file_px)) } else { rgb(picture) };
    let format = match format {
        Format::Jpg => ImageFormat::Jpeg,
        Format::Bmp => ImageFormat::Bmp,
        Format::Png | Format::Mp4 | Format::Gif | Format::Mp3 => ImageFormat::Png,
    };
    let mut bytes = Vec::new();
    let encoded = match format {
        ImageFormat::Jpeg => image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 92).encode_image(&rgb),
        other => rgb.write_to(&mut std::io::Cursor::new(&mut bytes), other),
    };
    encoded.map_err(|error| failed(std::io::Error::other(error)))?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut part = tempfile::NamedTempFile::new_in(folder).map_err(&failed)?;
    part.write_all(&bytes).map_err(&failed)?;
    part.as_file().sync_all().map_err(&failed)?;
    part.persist(out).map_err(|error| failed(error.error))?;
    Ok(())
}

/// BT.709, limited range, as RGB of 8 bits.
fn rgb(picture: &Yuv420) -> RgbImage {
    let (width, height) = (picture.width_px, picture.height_px);
    let mut out = RgbImage::new(width, height);
    let columns = width as usize;
    let (y, u, v) = (picture.y(), picture.u(), picture.v());
    out.par_chunks_mut(columns * 3).enumerate().for_each(|(row, line)| {
        let chroma = row / 2 * (columns / 2);
        for (column, pixel) in line.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let luma = 1.164_383_6 * (f32::from(y[row * columns + column]) - 16.0);
            let blue = f32::from(u[chroma + column / 2]) - 128.0;
            let red = f32::from(v[chroma + column / 2]) - 128.0;
            let channels = [luma + 1.792_741 * red, luma - 0.213_249 * blue - 0.532_909 * red, luma + 2.112_402 * blue];
            *pixel = channels.map(|value| value.round().clamp(0.0, 255.0) as u8);
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::Rgb;
    use nexus_edit::model::Color;

    #[test]
    fn colours_come_back_as_they_were() {
        for color in [Color::WHITE, Color::BLACK, Color::opaque(200, 40, 60), Color::opaque(20, 120, 220)] {
            let [luma, blue, red] = Rgb::from(color).yuv();
            let mut picture = Yuv420::new(4, 4);
            picture.y_mut().fill(luma);
            picture.u_mut().fill(blue);
            picture.v_mut().fill(red);
            let found = rgb(&picture).get_pixel(1, 1).0;
            assert!(found.iter().zip(color.rgb()).all(|(found, want)| found.abs_diff(want) <= 2), "{color} {found:?}");
        }
    }
}
