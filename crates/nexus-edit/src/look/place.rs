//! Where words stand: three places inside the networks' safe area, chosen per shot.

use crate::model::{Grade, Vertical};

/// Where a block of text stands; the fractions are of the frame's height, from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Upper edge.
    pub top: f64,
    /// Lower edge.
    pub bottom: f64,
    /// Alignment within the band.
    pub vertical: Vertical,
}

/// One of the three places for words, clear of the networks' bars and buttons: within 14 to 65 % of the height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Below the networks' top bar.
    Upper,
    /// Around the middle.
    Middle,
    /// Above the networks' captions and buttons.
    Lower,
}

/// What is known of the picture behind words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backdrop {
    /// Calmness of its thirds, 0 to 1, from the top.
    pub calm: [f64; 3],
    /// Luminance of the bright parts of its thirds, 0 to 1, from the top.
    pub light: [f64; 3],
    /// Centre of interest as fractions of width and height.
    pub focus: [f64; 2],
}

impl Backdrop {
    /// As it looks after a correction of light.
    #[must_use]
    pub fn graded(self, grade: Option<Grade>) -> Self {
        let gain = grade.map_or(1.0, |grade| 2_f64.powf(grade.exposure));
        Self { light: self.light.map(|light| (light * gain).min(1.0)), ..self }
    }
}

impl Place {
    /// Every place, the one that is preferred first.
    pub const ALL: [Self; 3] = [Self::Lower, Self::Upper, Self::Middle];

    /// Its band.
    #[must_use]
    pub fn band(self) -> Band {
        match self {
            Self::Upper => Band { top: 0.15, bottom: 0.39, vertical: Vertical::Top },
            Self::Middle => Band { top: 0.29, bottom: 0.53, vertical: Vertical::Middle },
            Self::Lower => Band { top: 0.40, bottom: 0.64, vertical: Vertical::Bottom },
        }
    }

    /// A band of `height` (a share of the frame's) within this place, at its own edge.
    #[must_use]
    pub fn part(self, height: f64) -> Band {
        let band = self.band();
        let height = height.min(band.bottom - band.top);
        match self {
            Self::Upper => Band { bottom: band.top + height, ..band },
            Self::Middle => {
                let middle = f64::midpoint(band.top, band.bottom);
                Band { top: middle - height / 2.0, bottom: middle + height / 2.0, ..band }
            }
            Self::Lower => Band { top: band.bottom - height, ..band },
        }
    }

    /// How much of each third lies behind it.
    fn shares(self) -> [f64; 3] {
        match self {
            Self::Upper => [0.9, 0.1, 0.0],
            Self::Middle => [0.0, 1.0, 0.0],
            // It ends where the lower third begins; what it looks like there is known from both.
            Self::Lower => [0.0, 0.65, 0.35],
        }
    }

    /// Luminance that words there have to stand out against, the brightest of what lies behind.
    #[must_use]
    pub fn light(self, backdrop: &Backdrop) -> f64 {
        let seen = self.shares().into_iter().zip(backdrop.light).filter(|(share, _)| *share >= 0.3);
        seen.map(|(_, light)| light).fold(0.0, f64::max)
    }

    /// How calm the picture is there, 0 to 1.
    #[must_use]
    pub fn calm(self, backdrop: &Backdrop) -> f64 {
        self.shares().into_iter().zip(backdrop.calm).map(|(share, calm)| share * calm).sum()
    }

    /// How well words stand there, higher is better: calm, dark, and not on the subject, over every picture that they
    /// stand on.
    fn fitness(self, backdrops: &[Backdrop]) -> f64 {
        let of = |backdrop: &Backdrop| {
            let Band { top, bottom, .. } = self.part(0.14);
            let middle = f64::midpoint(top, bottom);
            let off = ((backdrop.focus[1] - middle).abs() / 0.22).min(1.0);
            self.calm(backdrop) - 0.4 * self.light(backdrop) - 0.35 * (1.0 - off)
        };
        let liking = match self {
            Self::Lower => 0.08,
            Self::Upper => 0.0,
            Self::Middle => -0.1,
        };
        liking + backdrops.iter().map(of).fold(f64::MAX, f64::min)
    }

    /// The best place over all `backdrops`. Words stay where they stood `before` unless another place is clearly
    /// better: an eye that has to look for every line reads none.
    #[must_use]
    pub fn best(backdrops: &[Backdrop], before: Option<Self>) -> Self {
        const CLEARLY: f64 = 0.12;
        if backdrops.is_empty() {
            return before.unwrap_or(Self::Lower);
        }
        let value = |place: Self| place.fitness(backdrops) + if before == Some(place) { CLEARLY } else { 0.0 };
        Self::ALL.into_iter().fold(Self::Lower, |best, place| if value(place) > value(best) { place } else { best })
    }
}
