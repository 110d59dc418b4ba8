//! Stills: PNG and JPEG within limits, as pixels for overlays or as a picture in the film's colours.

use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageReader, Limits, imageops::FilterType};
use nexus_media::Yuv420;

use crate::{
    colour::{chroma_u, chroma_v, clamp, premultiplied_luma},
    geometry::Rect,
    plan::Picture,
    raster::Raster,
};

/// Longest side of a still in pixels.
const MAX_SIDE: u32 = 16_384;
/// Most memory that decoding may take, in bytes.
const MAX_BYTES: u64 = 512 << 20;

/// A decoded still; the camera's rotation is applied.
pub(crate) struct Still {
    image: DynamicImage,
}

impl Still {
    /// Reads a still, or says in plain words what is wrong with it.
    pub(crate) fn open(file: &Path) -> Result<Self, String> {
        let problem = |error: &dyn std::fmt::Display| format!("expected a PNG or JPEG still: {error}");
        let mut reader =
            ImageReader::open(file).and_then(ImageReader::with_guessed_format).map_err(|error| problem(&error))?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_BYTES);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|error| problem(&error))?;
        let orientation = decoder.orientation().map_err(|error| problem(&error))?;
        let mut image = DynamicImage::from_decoder(decoder).map_err(|error| problem(&error))?;
        image.apply_orientation(orientation);
        Ok(Self { image })
    }

    /// Width and height as shown, in pixels.
    pub(crate) fn size(&self) -> (u32, u32) {
        (self.image.width(), self.image.height())
    }

    /// True when any pixel is not opaque.
    pub(crate) fn has_alpha(&self) -> bool {
        self.image.color().has_alpha() && self.image.to_rgba8().pixels().any(|pixel| pixel.0[3] < 255)
    }

    /// A part of the still, in its own pixels, as an overlay at the origin.
    pub(crate) fn part(&self, part: Rect) -> Raster {
        let whole = |edge: f64, most: u32| (edge.round().max(0.0) as u32).min(most.saturating_sub(1));
        let (x, y) = (whole(part.x, self.image.width()), whole(part.y, self.image.height()));
        let side = |length: f64, from: u32, most: u32| (length.round().max(1.0) as u32).min(most - from);
        let (width, height) = (side(part.width, x, self.image.width()), side(part.height, y, self.image.height()));
        let rgba = self.image.crop_imm(x, y, width, height).to_rgba8();
        let (width, height) = (rgba.width() as usize, rgba.height() as usize);
        let mut data = rgba.into_raw();
        for pixel in data.as_chunks_mut::<4>().0 {
            let alpha = pixel[3];
            pixel[..3].iter_mut().for_each(|channel| *channel = crate::resample::mul255(*channel, alpha));
        }
        Raster { x: 0, y: 0, width, height, data }
    }

    /// The still as a picture: cropped, scaled, in BT.709 limited range.
    pub(crate) fn picture(&self, picture: &Picture) -> Yuv420 {
        let cropped = self.image.crop_imm(picture.crop_x, picture.crop_y, picture.crop_width, picture.crop_height);
        let scaled = cropped.resize_exact(picture.width_px, picture.height_px, FilterType::CatmullRom).into_rgb8();
        let mut out = Yuv420::new(picture.width_px, picture.height_px);
        let (width, height) = (picture.width_px as usize, picture.height_px as usize);
        let pixels = scaled.as_raw().as_chunks::<3>().0;
        let (y, u, v) = out.planes_mut();
        for (value, pixel) in y.iter_mut().zip(pixels) {
            let [red, green, blue] = pixel.map(i32::from);
            *value = clamp(premultiplied_luma(red, green, blue, 255));
        }
        for row in 0..height / 2 {
            for column in 0..width / 2 {
                let at = |line: usize, side: usize| pixels[(row * 2 + line) * width + column * 2 + side].map(i32::from);
                let corners = [at(0, 0), at(0, 1), at(1, 0), at(1, 1)];
                let [red, green, blue] =
                    [0, 1, 2].map(|channel| (corners.iter().map(|corner| corner[channel]).sum::<i32>() + 2) / 4);
                u[row * (width / 2) + column] = clamp(chroma_u(red, green, blue, 255));
                v[row * (width / 2) + column] = clamp(chroma_v(red, green, blue, 255));
            }
        }
        out
    }
}
