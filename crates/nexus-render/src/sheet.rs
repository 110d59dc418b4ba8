//! A contact sheet: small pictures in a grid, each with a few lines below.

use std::{fmt::Write as _, path::Path};

use image::{Rgb, RgbImage, imageops};

use crate::{RenderError, affine::Affine, fonts::Fonts, svg::Drawing};

/// Width of a picture on the sheet, in pixels.
const WIDTH_PX: u32 = 384;
/// Room around pictures, and height of a line, in pixels.
const GAP_PX: u32 = 16;
const LINE_PX: u32 = 22;
/// Pictures beside each other.
const COLUMNS: usize = 4;
/// Lines below a picture, at most.
const LINES: usize = 4;
/// Pictures on one sheet, at most.
const MOST: usize = 200;

/// A picture with its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// 8-bit sRGB, `3 * width_px * height_px` bytes.
    pub rgb: Vec<u8>,
    /// What stands below, the first line in bold.
    pub lines: Vec<String>,
}

/// Writes a sheet of `tiles` to `out`, as JPEG or PNG by its ending. Tiles after the two hundredth are left out.
///
/// # Errors
/// [`RenderError::Disk`] when it cannot be written, or its ending is neither `.jpg` nor `.png`.
pub fn contact_sheet(tiles: &[Tile], out: &Path) -> Result<(), RenderError> {
    let tiles: Vec<(RgbImage, &[String])> =
        tiles.iter().take(MOST).filter_map(|tile| Some((picture(tile)?, tile.lines.as_slice()))).collect();
    let high = tiles.iter().map(|(picture, _)| picture.height()).max().unwrap_or(1);
    let (across, down) = (WIDTH_PX + GAP_PX, high + GAP_PX + LINES as u32 * LINE_PX);
    let columns = tiles.len().clamp(1, COLUMNS) as u32;
    let (width, height) = (columns * across + GAP_PX, (tiles.len() as u32).div_ceil(columns).max(1) * down + GAP_PX);
    let mut sheet = RgbImage::from_pixel(width, height, Rgb([250, 249, 246]));
    let mut words = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="Inter, sans-serif" font-size="15" fill="black">"#
    );
    for (at, (picture, lines)) in tiles.iter().enumerate() {
        let (x, y) = (GAP_PX + at as u32 % columns * across, GAP_PX + at as u32 / columns * down);
        imageops::replace(&mut sheet, picture, i64::from(x), i64::from(y));
        for (number, line) in lines.iter().take(LINES).enumerate() {
            let weight = if number == 0 { "600" } else { "400" };
            let y = y + picture.height() + LINE_PX * (number as u32 + 1) - 4;
            // A string of words never fails to grow.
            let _ =
                write!(words, r#"<text x="{x}" y="{y}" font-weight="{weight}">{}</text>"#, escaped(&shortened(line)));
        }
    }
    words.push_str("</svg>");
    set(&mut sheet, &words);
    sheet.save(out).map_err(|error| RenderError::Disk { what: "contact sheet", source: std::io::Error::other(error) })
}

fn picture(tile: &Tile) -> Option<RgbImage> {
    let picture = RgbImage::from_raw(tile.width_px, tile.height_px, tile.rgb.clone())?;
    let high = (WIDTH_PX * picture.height() / picture.width().max(1)).max(1);
    Some(imageops::resize(&picture, WIDTH_PX, high, imageops::FilterType::Triangle))
}

/// A line no wider than a picture, near enough.
fn shortened(line: &str) -> String {
    const MOST: usize = 48;
    if line.chars().count() <= MOST { line.to_owned() } else { line.chars().take(MOST - 1).chain(['…']).collect() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Draws the words over the sheet; a sheet without words is still a sheet.
fn set(sheet: &mut RgbImage, words: &str) {
    let Ok(drawing) = Drawing::new(words, Fonts::load().for_drawings()) else { return };
    let Some(raster) = drawing.draw(Affine::moved(0.0, 0.0), sheet.dimensions()) else { return };
    for (at, rgba) in raster.data.as_chunks::<4>().0.iter().enumerate() {
        let (x, y) = (raster.x as u32 + (at % raster.width) as u32, raster.y as u32 + (at / raster.width) as u32);
        let below = sheet.get_pixel_mut(x, y);
        for channel in 0..3 {
            let kept = u16::from(below[channel]) * (255 - u16::from(rgba[3])) / 255;
            below[channel] = (u16::from(rgba[channel]) + kept).min(255) as u8;
        }
    }
}
