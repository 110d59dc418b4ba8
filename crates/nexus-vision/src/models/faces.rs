//! Faces, by a cascade of the SeetaFace kind (Wu et al., "Funnel-structured cascade for multi-view face detection",
//! 2016), run by `rustface`.

use std::{io::Cursor, path::Path};

use nexus_core::footage::SmallFrame;
use rustface::ImageData;

use crate::network::ModelError;

/// Smallest face, in pixels of the frame; the cascade's own least is 20.
const LEAST_FACE_PX: u32 = 24;

/// Smallest face as a part of the frame's shorter side: in a large frame, smaller ones cost the most and say the least.
const LEAST_PART: u32 = 12;

/// Score of the cascade from which something is a face; its authors take 2.
const LEAST_SCORE: f64 = 3.0;

/// A face in a frame, as fractions of its width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// Centre from the left.
    pub x: f64,
    /// Centre from the top.
    pub y: f64,
    /// Height.
    pub height: f64,
    /// Score of the cascade: 3 hardly, 10 certainly.
    pub score: f64,
}

/// Finds faces.
pub struct Faces {
    model: rustface::Model,
}

impl Faces {
    /// Reads the cascade (`seeta_fd_frontal_v1.0.bin`).
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn read(file: &Path) -> Result<Self, ModelError> {
        let bytes = std::fs::read(file).map_err(|source| ModelError::Read { file: file.to_owned(), source })?;
        let model = rustface::read_model(Cursor::new(bytes)).map_err(|error| ModelError::Format {
            file: file.to_owned(),
            expected: "a face detector of the SeetaFace kind",
            detail: error.to_string(),
        })?;
        Ok(Self { model })
    }

    /// Faces of a frame, surest first.
    #[must_use]
    pub fn find(&self, frame: &SmallFrame) -> Vec<Face> {
        let (width, height) = (frame.width_px, frame.height_px);
        if width < 2 * LEAST_FACE_PX || height < 2 * LEAST_FACE_PX {
            return Vec::new();
        }
        let luma = |pixel: &[u8; 3]| {
            ((u32::from(pixel[0]) * 77 + u32::from(pixel[1]) * 150 + u32::from(pixel[2]) * 29) >> 8) as u8
        };
        let grey: Vec<u8> = frame.rgb.as_chunks::<3>().0.iter().map(luma).collect();
        let mut detector = rustface::create_detector_with_model(self.model.clone());
        detector.set_min_face_size((width.min(height) / LEAST_PART).max(LEAST_FACE_PX));
        detector.set_score_thresh(LEAST_SCORE);
        detector.set_pyramid_scale_factor(0.8);
        detector.set_slide_window_step(4, 4);
        let found = detector.detect(&ImageData::new(&grey, width, height));
        let (width, height) = (f64::from(width), f64::from(height));
        let mut faces: Vec<Face> = found
            .iter()
            .map(|info| {
                let place = info.bbox();
                Face {
                    x: (f64::from(place.x()) + f64::from(place.width()) / 2.0) / width,
                    y: (f64::from(place.y()) + f64::from(place.height()) / 2.0) / height,
                    height: f64::from(place.height()) / height,
                    score: info.score(),
                }
            })
            .collect();
        faces.sort_by(|a, b| b.score.total_cmp(&a.score));
        faces
    }
}
