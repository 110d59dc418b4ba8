//! The still under the camera: read once, kept as planes, sampled by cubic curves.

use std::path::Path;

use image::{ImageReader, Limits, imageops::FilterType};
use nexus_media::Yuv420;
use rayon::prelude::*;

use super::path::View;
use crate::error::CreateError;

/// Greatest side of a still in pixels.
const MAX_SIDE_PX: u32 = 8192;
/// Steps of a plane's value per step of eight bits: gradients stay smooth until they are dithered.
const SCALE: f32 = 64.0;

/// A picture in BT.709, limited range, 4:4:4, cut to the shape of the frame.
pub(crate) struct Plate {
    /// Y, U, V; values are 64 times those of eight bits.
    planes: [Vec<u16>; 3],
    width: usize,
    height: usize,
    out: (u32, u32),
}

impl Plate {
    /// Reads a PNG or JPEG and scales it so that at the magnification `widest` one pixel of it is about one of
    /// the frame; smaller pictures are not enlarged here.
    pub(crate) fn read(file: &Path, name: String, out: (u32, u32), widest: f64) -> Result<Self, CreateError> {
        let failed = |source: image::ImageError| CreateError::NotAPicture { name: name.clone(), source };
        let mut reader =
            ImageReader::open(file).and_then(ImageReader::with_guessed_format).map_err(|error| failed(error.into()))?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE_PX);
        limits.max_image_height = Some(MAX_SIDE_PX);
        limits.max_alloc = Some(512 * 1024 * 1024);
        reader.limits(limits);
        let picture = reader.decode().map_err(failed)?.to_rgb8();
        let (x, y, width, height) = cover(picture.dimensions(), out);
        let picture = image::imageops::crop_imm(&picture, x, y, width, height).to_image();
        let want = (f64::from(out.0) * widest).ceil() as u32;
        let picture = if width > want + want / 8 {
            let height = (f64::from(height) * f64::from(want) / f64::from(width)).round().max(1.0) as u32;
            image::imageops::resize(&picture, want, height, FilterType::CatmullRom)
        } else {
            picture
        };
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let mut planes: [Vec<u16>; 3] = std::array::from_fn(|_| vec![0; width * height]);
        for (index, pixel) in picture.pixels().enumerate() {
            for (plane, value) in planes.iter_mut().zip(to_yuv(pixel.0)) {
                plane[index] = (value * SCALE).round() as u16;
            }
        }
        Ok(Self { planes, width, height, out })
    }

    /// The frame that the camera sees.
    pub(crate) fn frame(&self, view: View) -> Yuv420 {
        let mut frame = Yuv420::new(self.out.0, self.out.1);
        let (y, u, v) = frame.planes_mut();
        let (width, height) = (self.out.0 as usize, self.out.1 as usize);
        self.sample(&self.planes[0], view, y, width, height);
        self.sample(&self.planes[1], view, u, width / 2, height / 2);
        self.sample(&self.planes[2], view, v, width / 2, height / 2);
        frame
    }

    /// Fills a plane: for each row four source rows are mixed, then for each pixel four columns of that mix.
    fn sample(&self, source: &[u16], view: View, target: &mut [u8], width: usize, height: usize) {
        let columns: Vec<Tap> =
            (0..width).map(|at| Tap::at(at, width, self.width, view.zoom, view.centre[0])).collect();
        let row_of = |row: usize| &source[row * self.width..(row + 1) * self.width];
        target.par_chunks_mut(width).enumerate().for_each_init(
            || vec![0.0_f32; self.width + 2 * PAD],
            |mixed, (row, line)| {
                let tap = Tap::at(row, height, self.height, view.zoom, view.centre[1]);
                mix(tap.rows(self.height).map(row_of), tap.weight, &mut mixed[PAD..PAD + self.width]);
                extend(mixed);
                for (column, (byte, tap)) in line.iter_mut().zip(&columns).enumerate() {
                    let [a, b, c, d] = tap.weight;
                    let near = &mixed[tap.first..tap.first + 4];
                    let value = a * near[0] + b * near[1] + c * near[2] + d * near[3];
                    *byte = (value / SCALE + dither(column, row)).clamp(1.0, 254.0) as u8;
                }
            },
        );
    }
}

/// The weighted sum of four rows.
fn mix(rows: [&[u16]; 4], weight: [f32; 4], mixed: &mut [f32]) {
    let [one, two, three, four] = rows;
    for ((((value, one), two), three), four) in mixed.iter_mut().zip(one).zip(two).zip(three).zip(four) {
        *value = weight[0] * f32::from(*one)
            + weight[1] * f32::from(*two)
            + weight[2] * f32::from(*three)
            + weight[3] * f32::from(*four);
    }
}

/// Repeats the outermost values into the padding.
fn extend(line: &mut [f32]) {
    let last = line.len() - PAD - 1;
    let (left, right) = (line[PAD], line[last]);
    line[..PAD].fill(left);
    line[last + 1..].fill(right);
}

/// Values beyond each end of a line that four neighbours of its outermost place may need.
const PAD: usize = 2;

/// Four neighbours and their weights (Catmull-Rom; Keys, "Cubic convolution interpolation", 1981).
struct Tap {
    /// The first neighbour, counted from [`PAD`] places before the line.
    first: usize,
    weight: [f32; 4],
}

impl Tap {
    fn at(pixel: usize, pixels: usize, source: usize, zoom: f64, centre: f64) -> Self {
        let share = centre + ((pixel as f64 + 0.5) / pixels as f64 - 0.5) / zoom;
        let place = share * source as f64 - 0.5;
        let base = place.floor();
        let t = (place - base) as f32;
        let (t2, t3) = (t * t, t * t * t);
        let weight = [
            0.5 * (-t3 + 2.0 * t2 - t),
            0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
            0.5 * (-3.0 * t3 + 4.0 * t2 + t),
            0.5 * (t3 - t2),
        ];
        let first = (base as i64 - 1 + PAD as i64).clamp(0, (source + 2 * PAD - 4) as i64) as usize;
        Self { first, weight }
    }

    /// The neighbours as rows of a plane with `height` rows; the outermost row stands for those beyond it.
    fn rows(&self, height: usize) -> [usize; 4] {
        std::array::from_fn(|part| (self.first + part).saturating_sub(PAD).min(height - 1))
    }
}

/// The largest part of a picture with the frame's shape, from the middle: x, y, width, height.
fn cover((width, height): (u32, u32), (out_width, out_height): (u32, u32)) -> (u32, u32, u32, u32) {
    let (w, h, ow, oh) = (u64::from(width), u64::from(height), u64::from(out_width), u64::from(out_height));
    let (cut_w, cut_h) = if w * oh >= h * ow { ((h * ow / oh).max(1), h) } else { (w, (w * oh / ow).max(1)) };
    (((w - cut_w) / 2) as u32, ((h - cut_h) / 2) as u32, cut_w as u32, cut_h as u32)
}

/// ITU-R BT.709, limited range.
fn to_yuv([r, g, b]: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = [r, g, b].map(|part| f32::from(part) / 255.0);
    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    [16.0 + 219.0 * y, 128.0 + 224.0 * (b - y) / 1.8556, 128.0 + 224.0 * (r - y) / 1.5748]
}

/// Less than one step, fixed to the frame, so that it costs the encoder nothing from frame to frame.
fn dither(x: usize, y: usize) -> f32 {
    (52.982_918 * (0.067_110_56 * x as f32 + 0.005_837_15 * y as f32).fract()).fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_from_the_middle() {
        for (source, out, want) in [
            ((2400, 4200), (1080, 1920), (19, 0, 2362, 4200)),
            ((1000, 1000), (1920, 1080), (0, 219, 1000, 562)),
            ((100, 100), (50, 50), (0, 0, 100, 100)),
        ] {
            assert_eq!(cover(source, out), want);
        }
    }

    #[test]
    fn weights_are_whole_and_lines_stay_straight() {
        for pixel in 0..100 {
            let tap = Tap::at(pixel, 100, 160, 1.05, 0.5);
            assert!((tap.weight.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            let rows = tap.rows(160);
            let place: f32 = (0..4).map(|part| tap.weight[part] * rows[part] as f32).sum();
            let want = (0.5 + ((pixel as f64 + 0.5) / 100.0 - 0.5) / 1.05) * 160.0 - 0.5;
            assert!((f64::from(place) - want).abs() < 1e-3 || !(2.0..157.0).contains(&want));
        }
    }

    #[test]
    fn white_and_black_are_within_limited_range() {
        for (pixel, want) in [([255, 255, 255], [235.0, 128.0, 128.0]), ([0, 0, 0], [16.0, 128.0, 128.0])] {
            let got = to_yuv(pixel);
            assert!((0..3).all(|part| (got[part] - want[part]).abs() < 0.01), "{got:?}");
        }
    }
}
