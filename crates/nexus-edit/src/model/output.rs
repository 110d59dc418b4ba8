//! The file to write: format, size, rate.

use nexus_core::FrameRate;
use serde::{Serialize, Serializer};

use super::{Destination, words};
use crate::reader::{AT_LEAST_ZERO, Read, Spot, UNIT};

/// Destinations of one film.
const MOST_DESTINATIONS: usize = 50;

/// The file to write.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// What kind of file.
    pub format: Format,
    /// One of six sizes; stands back behind `size`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// The shape of `resolution`; 16:9 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<AspectRatio>,
    /// Exact size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Frames per second; see [`Self::rate`] for what holds when it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<Fps>,
    /// The size of the file, when it is not that of the edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_to: Option<Resolution>,
    /// Encoder effort and bitrate; medium when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// Whether a GIF repeats; it does when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<bool>,
    /// Whether the film is silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mute: Option<bool>,
    /// The part of the timeline to write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// A still to write beside the film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poster: Option<Poster>,
    /// A small still to write beside the film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<Thumbnail>,
    /// Where the film is sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<Destination>,
}

impl Output {
    /// A file of exactly this size with every choice at its default.
    #[must_use]
    pub fn new(format: Format, size: Size) -> Self {
        Self {
            format,
            resolution: None,
            aspect_ratio: None,
            size: Some(size),
            fps: None,
            scale_to: None,
            quality: None,
            repeat: None,
            mute: None,
            range: None,
            poster: None,
            thumbnail: None,
            destinations: vec![],
        }
    }

    /// The frame that the edit is laid out in: `size`, or `resolution` in its `aspectRatio`, or 1024x576 for a
    /// sound, which needs neither.
    #[must_use]
    pub fn frame(&self) -> Size {
        self.size.unwrap_or_else(|| self.resolution.unwrap_or(Resolution::Sd).size(self.aspect()))
    }

    /// The pixels of the file: [`Self::frame`], or `scaleTo` in the shape of the frame.
    #[must_use]
    pub fn file_size(&self) -> Size {
        match (self.scale_to, self.size) {
            (None, _) => self.frame(),
            (Some(target), None) => target.size(self.aspect()),
            (Some(target), Some(frame)) => frame.with_short_side(target.size(AspectRatio::Wide).height),
        }
    }

    /// Frames per second: `fps`, or 15 for a preview, or 25.
    #[must_use]
    pub fn rate(&self) -> FrameRate {
        let of_preview = self.size.is_none() && self.resolution == Some(Resolution::Preview);
        let absent = if of_preview { FrameRate { num: 15, den: 1 } } else { FrameRate::FPS_25 };
        self.fps.map_or(absent, Fps::rate)
    }

    fn aspect(&self) -> AspectRatio {
        self.aspect_ratio.unwrap_or_default()
    }
}

impl Read for Output {
    const EXPECTED: &'static str = "an output (format, resolution or size)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let format = fields.required("format");
            let output = Self {
                resolution: fields.optional("resolution"),
                aspect_ratio: fields.optional("aspectRatio"),
                fps: fields.optional("fps"),
                scale_to: fields.optional("scaleTo"),
                quality: fields.optional("quality"),
                repeat: fields.optional("repeat"),
                mute: fields.optional("mute"),
                range: fields.optional("range"),
                poster: fields.optional("poster"),
                thumbnail: fields.optional("thumbnail"),
                destinations: fields.list("destinations", MOST_DESTINATIONS, "a list of destinations"),
                format: format.unwrap_or(Format::Mp4),
                size: fields.optional("size"),
            };
            let has_size = fields.get("resolution").is_some() || fields.get("size").is_some();
            if output.format != Format::Mp3 && !has_size {
                return fields.spot().wrong("'resolution', or 'size' with its width and height");
            }
            format.is_some().then_some(output)
        })
    }
}

words! {
    /// File formats.
    Format, "a format", {
        /// H.264 and AAC, fast start.
        Mp4 = "mp4",
        /// Animated, without sound.
        Gif = "gif",
        /// Sound alone.
        Mp3 = "mp3",
        /// A still.
        Jpg = "jpg",
        /// A still.
        Png = "png",
        /// A still.
        Bmp = "bmp",
    }
}

words! {
    /// Six sizes.
    Resolution, "a resolution", {
        /// 512x288, 15 frames per second.
        Preview = "preview",
        /// 640x360.
        Mobile = "mobile",
        /// 1024x576.
        Sd = "sd",
        /// 1280x720.
        Hd = "hd",
        /// 1920x1080.
        FullHd = "1080",
        /// 3840x2160.
        FourK = "4k",
    }
}

impl Resolution {
    /// Pixels in a shape. The short side is the same for all shapes; both sides are even.
    #[must_use]
    pub fn size(self, aspect: AspectRatio) -> Size {
        let (long, short) = match self {
            Self::Preview => (512, 288),
            Self::Mobile => (640, 360),
            Self::Sd => (1024, 576),
            Self::Hd => (1280, 720),
            Self::FullHd => (1920, 1080),
            Self::FourK => (3840, 2160),
        };
        let (width, height) = match aspect {
            AspectRatio::Wide => (long, short),
            AspectRatio::Tall => (short, long),
            AspectRatio::Square => (short, short),
            AspectRatio::Portrait => (short * 4 / 5, short),
            AspectRatio::Classic => (short * 4 / 3, short),
        };
        Size { width: width & !1, height: height & !1 }
    }
}

words! {
    /// Shapes.
    #[derive(Default)]
    AspectRatio, "an aspect ratio", {
        #[default]
        Wide = "16:9",
        Tall = "9:16",
        Square = "1:1",
        Portrait = "4:5",
        Classic = "4:3",
    }
}

words! {
    /// How good and how large.
    #[derive(Default)]
    Quality, "a quality", {
        Verylow = "verylow",
        Low = "low",
        #[default]
        Medium = "medium",
        High = "high",
        Veryhigh = "veryhigh",
    }
}

/// Pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Size {
    /// 1 to 4096.
    pub width: u32,
    /// 1 to 4096.
    pub height: u32,
}

impl Size {
    /// This shape with a short side of `short` pixels; both sides even, at least 2.
    #[must_use]
    pub fn with_short_side(self, short: u32) -> Self {
        let factor = f64::from(short) / f64::from(self.width.min(self.height).max(1));
        let even = |pixels: u32| (((f64::from(pixels) * factor / 2.0).round() as u32) * 2).max(2);
        Self { width: even(self.width), height: even(self.height) }
    }
}

impl Read for Size {
    const EXPECTED: &'static str = "a size (width, height)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let side = |name| fields.need(name, "a whole number from 1 to 4096")?.whole(1..=4096);
            let (width, height) = (side("width"), side("height"));
            Some(Self { width: width?, height: height? })
        })
    }
}

/// Frames per second, one of the eleven rates of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fps(FrameRate);

/// The eleven rates; the broken ones are exact fractions.
const RATES: [FrameRate; 11] = [
    FrameRate { num: 12, den: 1 },
    FrameRate { num: 15, den: 1 },
    FrameRate { num: 24_000, den: 1001 },
    FrameRate { num: 24, den: 1 },
    FrameRate { num: 25, den: 1 },
    FrameRate { num: 30_000, den: 1001 },
    FrameRate { num: 30, den: 1 },
    FrameRate { num: 48, den: 1 },
    FrameRate { num: 50, den: 1 },
    FrameRate { num: 60_000, den: 1001 },
    FrameRate { num: 60, den: 1 },
];

impl Fps {
    /// 25 frames per second.
    pub const FPS_25: Self = Self(FrameRate::FPS_25);

    /// The rate of a number such as 29.97.
    #[must_use]
    pub fn new(fps: f64) -> Option<Self> {
        RATES.into_iter().find(|rate| (rate.as_f64() - fps).abs() < 0.002).map(Self)
    }

    /// The rate of the contract that is nearest to `rate`.
    #[must_use]
    pub fn nearest(rate: FrameRate) -> Self {
        let away = |other: &FrameRate| (other.as_f64() - rate.as_f64()).abs();
        let nearest = RATES.into_iter().min_by(|left, right| away(left).total_cmp(&away(right)));
        Self(nearest.expect("there are eleven rates"))
    }

    /// The exact rate.
    #[must_use]
    pub const fn rate(self) -> FrameRate {
        self.0
    }
}

impl Serialize for Fps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The contract writes three digits at most: 23.976, 29.97, 59.94.
        if self.0.den == 1 {
            serializer.serialize_u32(self.0.num)
        } else {
            let hundredths = (self.0.as_f64() * 100.0).round() / 100.0;
            serializer.serialize_f64(if self.0.num == 24_000 { 23.976 } else { hundredths })
        }
    }
}

impl Read for Fps {
    const EXPECTED: &'static str = "frames per second: 12, 15, 23.976, 24, 25, 29.97, 30, 48, 50, 59.94 or 60";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        let Some(fps) = spot.any_number().and_then(Self::new) else { return spot.wrong(Self::EXPECTED) };
        if spot.value.is_string() {
            spot.number(&AT_LEAST_ZERO)?;
        }
        Some(fps)
    }
}

/// A part of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    /// First second; 0 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<f64>,
    /// Seconds; up to the end when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<f64>,
}

impl Read for Range {
    const EXPECTED: &'static str = "a range (start, length)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                start: fields.number("start", &AT_LEAST_ZERO),
                length: fields.number("length", &AT_LEAST_ZERO),
            })
        })
    }
}

/// A still beside the film.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Poster {
    /// Second of the timeline.
    pub capture: f64,
}

impl Read for Poster {
    const EXPECTED: &'static str = "a poster (capture)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self { capture: fields.need("capture", "a number of seconds")?.number(&AT_LEAST_ZERO)? })
        })
    }
}

/// A small still beside the film.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Thumbnail {
    /// Second of the timeline.
    pub capture: f64,
    /// Its size as a share of the frame, 0 to 1.
    pub scale: f64,
}

impl Read for Thumbnail {
    const EXPECTED: &'static str = "a thumbnail (capture, scale)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let capture = fields.need("capture", "a number of seconds").and_then(|spot| spot.number(&AT_LEAST_ZERO));
            let scale = fields.need("scale", "a number from 0 to 1").and_then(|spot| spot.number(&UNIT));
            Some(Self { capture: capture?, scale: scale? })
        })
    }
}
