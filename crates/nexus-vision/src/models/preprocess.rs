//! From a picture to the numbers of a network, as its `preprocessor_config.json` says.

use std::path::Path;

use nexus_core::footage::SmallFrame;
use serde::Deserialize;

use super::{
    files::json,
    resize::{Filter, Rgb},
};
use crate::network::ModelError;

/// How pictures are made ready. Missing values are those of the reference library's processors.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Preprocess {
    do_resize: bool,
    size: Size,
    resample: u8,
    do_center_crop: bool,
    crop_size: Option<Size>,
    rescale_factor: f64,
    do_normalize: bool,
    image_mean: [f64; 3],
    image_std: [f64; 3],
}

impl Default for Preprocess {
    fn default() -> Self {
        Self {
            do_resize: true,
            size: Size::Side(224),
            resample: 3,
            do_center_crop: false,
            crop_size: None,
            rescale_factor: 1.0 / 255.0,
            do_normalize: true,
            image_mean: [0.5; 3],
            image_std: [0.5; 3],
        }
    }
}

/// A size in one of the ways that configurations say it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Size {
    Both { height: usize, width: usize },
    Shortest { shortest_edge: usize },
    Side(usize),
}

impl Size {
    /// Width and height of a picture of `width` by `height` in this size.
    fn of(self, width: usize, height: usize) -> (usize, usize) {
        match self {
            Self::Both { height, width } => (width, height),
            Self::Side(side) | Self::Shortest { shortest_edge: side } => {
                // A ribbon would become longer than memory; its ends are squeezed.
                let long = |long: usize, short: usize| (side * long / short.max(1)).clamp(1, 16 * side);
                if width <= height { (side, long(height, width)) } else { (long(width, height), side) }
            }
        }
    }

    fn both(self) -> (usize, usize) {
        match self {
            Self::Both { height, width } => (width, height),
            Self::Side(side) | Self::Shortest { shortest_edge: side } => (side, side),
        }
    }
}

impl Preprocess {
    /// Reads `preprocessor_config.json` of `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self, ModelError> {
        let read: Self = json(folder, "preprocessor_config.json", "the configuration of a picture processor")?;
        let (width, height) = read.size.both();
        let cropped = read.crop().unwrap_or((1, 1));
        let fits = [width, height, cropped.0, cropped.1].iter().all(|side| (1..=2048).contains(side));
        if Filter::numbered(read.resample).is_none() || !fits || read.image_std.iter().any(|value| *value <= 0.0) {
            return Err(ModelError::Format {
                file: folder.join("preprocessor_config.json"),
                expected: "the configuration of a picture processor",
                detail: format!(
                    "pictures of {width}x{height} by filter {}, expected 1 to 2048 and 0 to 3",
                    read.resample
                ),
            });
        }
        Ok(read)
    }

    fn crop(&self) -> Option<(usize, usize)> {
        if self.do_center_crop { Some(self.crop_size.unwrap_or(self.size).both()) } else { None }
    }

    /// Planes of red, green and blue, and their width and height.
    pub(crate) fn planes(&self, frame: &SmallFrame) -> (Vec<f32>, [usize; 2]) {
        let (width, height) = (frame.width_px as usize, frame.height_px as usize);
        let mut picture = Rgb { width, height, data: frame.rgb.clone() };
        if self.do_resize {
            let (width, height) = self.size.of(width, height);
            let filter = Filter::numbered(self.resample).unwrap_or(Filter::Bicubic);
            picture = picture.resized(width, height, filter);
        }
        if let Some((width, height)) = self.crop() {
            picture = picture.centre(width, height);
        }
        let mut planes = Vec::with_capacity(picture.data.len());
        for channel in 0..3 {
            let (mean, deviation) =
                if self.do_normalize { (self.image_mean[channel], self.image_std[channel]) } else { (0.0, 1.0) };
            // Rounded to 32 bits where the reference rounds.
            let (mean, deviation) = (mean as f32, deviation as f32);
            let value = |byte: &u8| ((f64::from(*byte) * self.rescale_factor) as f32 - mean) / deviation;
            planes.extend(picture.data.iter().skip(channel).step_by(3).map(value));
        }
        (planes, [picture.width, picture.height])
    }
}
