//! Posters: always JPEG in an entry, whatever they were.

use std::path::{Path, PathBuf};

use image::{ImageReader, codecs::jpeg::JpegEncoder};

use crate::ConnectError;

/// Quality of a picture that has to be encoded again, 1 to 100.
const QUALITY: u8 = 90;

/// The bytes of the picture in `file` as JPEG: as they are when it is one. Blocks.
pub(crate) fn jpeg_of(file: &Path) -> Result<Vec<u8>, ConnectError> {
    let bytes = std::fs::read(file).map_err(ConnectError::disk(file))?;
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return Ok(bytes);
    }
    encode(&bytes).map_err(|source| ConnectError::Picture { path: PathBuf::from(file), source })
}

fn encode(bytes: &[u8]) -> Result<Vec<u8>, image::ImageError> {
    let reader = ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format()?;
    // JPEG has no transparency.
    let picture = reader.decode()?.to_rgb8();
    let mut jpeg = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))?;
    Ok(jpeg)
}
