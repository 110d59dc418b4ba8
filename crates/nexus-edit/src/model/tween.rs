//! Numbers that change over a clip: tweens and their curves.

use std::ops::RangeInclusive;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::words;
use crate::{
    model::Word,
    reader::{ANY, AT_LEAST_ZERO, Read, RemarkKind, Spot},
};

/// Tweens of one number.
const MOST_TWEENS: usize = 1_000;

/// A number that may change over the clip.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Animated {
    /// The same all the time.
    Constant(f64),
    /// Pieces, at least one; before the first its `from` holds, after each its `to`.
    Tweens(Vec<Tween>),
}

impl Animated {
    /// The value at `at_s` seconds from the clip's start. Before the first tween its `from` holds; after each
    /// tween its `to`. Tweens are in order of their start.
    #[must_use]
    pub fn at(&self, at_s: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Tweens(tweens) => {
                let before = tweens.first().map_or(0.0, |first| first.from);
                let begun = tweens.iter().take_while(|tween| tween.start <= at_s + 1e-9).last();
                begun.map_or(before, |tween| tween.at(at_s - tween.start))
            }
        }
    }

    /// True when the value is the same all the time.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        match self {
            Self::Constant(_) => true,
            Self::Tweens(tweens) => {
                let first = tweens.first().map_or(0.0, |tween| tween.from);
                tweens.iter().all(|tween| tween.from == first && tween.to == first)
            }
        }
    }

    /// Reads a constant within `range`, or tweens; the contract bounds constants only.
    pub(crate) fn read(spot: &Spot<'_>, range: &RangeInclusive<f64>) -> Option<Self> {
        if !spot.value.is_array() {
            if spot.any_number().is_none() {
                return spot.wrong(Tween::EXPECTED_MANY);
            }
            return spot.number(range).map(Self::Constant);
        }
        let tweens: Vec<Tween> = spot.list((1, MOST_TWEENS), Tween::EXPECTED_MANY)?;
        let in_order = tweens.windows(2).all(|pair| pair[0].start <= pair[1].start);
        if in_order { Some(Self::Tweens(tweens)) } else { spot.wrong("tweens in order of their start") }
    }
}

/// One piece of a movement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tween {
    /// Value at its start.
    pub from: f64,
    /// Value at its end.
    pub to: f64,
    /// Seconds from the clip's start.
    pub start: f64,
    /// Seconds. The schema lets it be absent without saying what that means; here it is required.
    pub length: f64,
    /// Pace.
    pub interpolation: Interpolation,
}

impl Tween {
    const EXPECTED_MANY: &str = "a number or a list of tweens (from, to, start, length)";

    /// The value `since_s` seconds after this tween began.
    #[must_use]
    pub fn at(&self, since_s: f64) -> f64 {
        let share = if self.length > 0.0 { (since_s / self.length).clamp(0.0, 1.0) } else { 1.0 };
        let share = match self.interpolation {
            Interpolation::Linear => share,
            Interpolation::Constant => f64::from(u8::from(share >= 1.0)),
            Interpolation::Bezier(easing) => easing.at(share),
        };
        self.from + (self.to - self.from) * share
    }
}

impl Serialize for Tween {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { from, to, start, length, interpolation } = self;
        let (pace, easing) = match interpolation {
            Interpolation::Linear => ("linear", None),
            Interpolation::Constant => ("constant", None),
            Interpolation::Bezier(easing) => ("bezier", Some(easing)),
        };
        let mut fields = serializer.serialize_struct("Tween", 5 + usize::from(easing.is_some()))?;
        fields.serialize_field("from", from)?;
        fields.serialize_field("to", to)?;
        fields.serialize_field("start", start)?;
        fields.serialize_field("length", length)?;
        fields.serialize_field("interpolation", pace)?;
        if let Some(easing) = easing {
            fields.serialize_field("easing", easing)?;
        }
        fields.end()
    }
}

impl Read for Tween {
    const EXPECTED: &'static str = "a tween (from, to, start, length)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let from = fields.need("from", "a number").and_then(|spot| spot.number(&ANY));
            let to = fields.need("to", "a number").and_then(|spot| spot.number(&ANY));
            let start = fields.number("start", &AT_LEAST_ZERO).unwrap_or(0.0);
            let length = fields.need("length", "a number of seconds").and_then(|spot| spot.number(&AT_LEAST_ZERO));
            let pace = fields.optional::<InterpolationKind>("interpolation").unwrap_or(InterpolationKind::Linear);
            let easing = fields.get("easing");
            let interpolation = match (pace, easing) {
                (InterpolationKind::Linear, None) => Interpolation::Linear,
                (InterpolationKind::Constant, None) => Interpolation::Constant,
                (InterpolationKind::Bezier, None) => Interpolation::Bezier(Easing::Ease),
                (InterpolationKind::Bezier, Some(spot)) => read_curve(&spot),
                (InterpolationKind::Linear | InterpolationKind::Constant, Some(spot)) => {
                    let curve = read_curve(&spot);
                    if curve != Interpolation::Linear {
                        spot.remark(RemarkKind::Replaced, "an easing has an effect with 'bezier' only");
                    }
                    if pace == InterpolationKind::Linear { Interpolation::Linear } else { Interpolation::Constant }
                }
            };
            Some(Self { from: from?, to: to?, start, length: length?, interpolation })
        })
    }
}

/// The curve of an easing. Real templates write `linear`, which is no easing of the contract but clear enough;
/// any other unknown name becomes `ease`, as it does at Shotstack.
fn read_curve(spot: &Spot<'_>) -> Interpolation {
    let name = spot.value.as_str().map(str::trim).unwrap_or_default();
    if name.eq_ignore_ascii_case("linear") {
        return Interpolation::Linear;
    }
    let known = Easing::TABLE.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let easing = known.map_or(Easing::Ease, |(_, easing)| *easing);
    if known.is_none_or(|(known, _)| *known != name) {
        let kind = if known.is_some() { RemarkKind::Form } else { RemarkKind::Replaced };
        spot.remark(kind, format!("there is no easing {}, it is read as '{}'", spot.found(), easing.word()));
    }
    Interpolation::Bezier(easing)
}

/// Pace of a tween.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interpolation {
    /// Even.
    #[default]
    Linear,
    /// By a curve.
    Bezier(Easing),
    /// A jump at the end.
    Constant,
}

words! {
    /// The contract's word for an interpolation.
    InterpolationKind, "an interpolation", {
        Linear = "linear",
        Bezier = "bezier",
        Constant = "constant",
    }
}

words! {
    /// Curves of movement.
    Easing, "an easing", {
        Ease = "ease",
        EaseIn = "easeIn",
        EaseOut = "easeOut",
        EaseInOut = "easeInOut",
        EaseInQuad = "easeInQuad",
        EaseInCubic = "easeInCubic",
        EaseInQuart = "easeInQuart",
        EaseInQuint = "easeInQuint",
        EaseInSine = "easeInSine",
        EaseInExpo = "easeInExpo",
        EaseInCirc = "easeInCirc",
        EaseInBack = "easeInBack",
        EaseOutQuad = "easeOutQuad",
        EaseOutCubic = "easeOutCubic",
        EaseOutQuart = "easeOutQuart",
        EaseOutQuint = "easeOutQuint",
        EaseOutSine = "easeOutSine",
        EaseOutExpo = "easeOutExpo",
        EaseOutCirc = "easeOutCirc",
        EaseOutBack = "easeOutBack",
        EaseInOutQuad = "easeInOutQuad",
        EaseInOutCubic = "easeInOutCubic",
        EaseInOutQuart = "easeInOutQuart",
        EaseInOutQuint = "easeInOutQuint",
        EaseInOutSine = "easeInOutSine",
        EaseInOutExpo = "easeInOutExpo",
        EaseInOutCirc = "easeInOutCirc",
        EaseInOutBack = "easeInOutBack",
    }
}

impl Easing {
    /// Progress at `share` of the time, 0 to 1. The result is 0 at 0 and 1 at 1; the `Back` curves leave that
    /// range between.
    #[must_use]
    pub fn at(self, share: f64) -> f64 {
        self.curve().at(share)
    }

    /// Control points. The four plain curves are those of CSS; the others are the table of cubic approximations
    /// to Penner's equations that CSS authors have used since 2011.
    #[must_use]
    pub const fn curve(self) -> CubicBezier {
        let (x1, y1, x2, y2) = match self {
            Self::Ease => (0.25, 0.1, 0.25, 1.0),
            Self::EaseIn => (0.42, 0.0, 1.0, 1.0),
            Self::EaseOut => (0.0, 0.0, 0.58, 1.0),
            Self::EaseInOut => (0.42, 0.0, 0.58, 1.0),
            Self::EaseInQuad => (0.55, 0.085, 0.68, 0.53),
            Self::EaseInCubic => (0.55, 0.055, 0.675, 0.19),
            Self::EaseInQuart => (0.895, 0.03, 0.685, 0.22),
            Self::EaseInQuint => (0.755, 0.05, 0.855, 0.06),
            Self::EaseInSine => (0.47, 0.0, 0.745, 0.715),
            Self::EaseInExpo => (0.95, 0.05, 0.795, 0.035),
            Self::EaseInCirc => (0.6, 0.04, 0.98, 0.335),
            Self::EaseInBack => (0.6, -0.28, 0.735, 0.045),
            Self::EaseOutQuad => (0.25, 0.46, 0.45, 0.94),
            Self::EaseOutCubic => (0.215, 0.61, 0.355, 1.0),
            Self::EaseOutQuart => (0.165, 0.84, 0.44, 1.0),
            Self::EaseOutQuint => (0.23, 1.0, 0.32, 1.0),
            Self::EaseOutSine => (0.39, 0.575, 0.565, 1.0),
            Self::EaseOutExpo => (0.19, 1.0, 0.22, 1.0),
            Self::EaseOutCirc => (0.075, 0.82, 0.165, 1.0),
            Self::EaseOutBack => (0.175, 0.885, 0.32, 1.275),
            Self::EaseInOutQuad => (0.455, 0.03, 0.515, 0.955),
            Self::EaseInOutCubic => (0.645, 0.045, 0.355, 1.0),
            Self::EaseInOutQuart => (0.77, 0.0, 0.175, 1.0),
            Self::EaseInOutQuint => (0.86, 0.0, 0.07, 1.0),
            Self::EaseInOutSine => (0.445, 0.05, 0.55, 0.95),
            Self::EaseInOutExpo => (1.0, 0.0, 0.0, 1.0),
            Self::EaseInOutCirc => (0.785, 0.135, 0.15, 0.86),
            Self::EaseInOutBack => (0.68, -0.55, 0.265, 1.55),
        };
        CubicBezier { x1, y1, x2, y2 }
    }
}

/// A curve from (0, 0) to (1, 1), as CSS `cubic-bezier(x1, y1, x2, y2)`; `x1` and `x2` lie within 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CubicBezier {
    /// Time of the first control point.
    pub x1: f64,
    /// Progress of the first control point.
    pub y1: f64,
    /// Time of the second control point.
    pub x2: f64,
    /// Progress of the second control point.
    pub y2: f64,
}

impl CubicBezier {
    /// Progress at `share` of the time; 0 before 0 and 1 after 1.
    #[must_use]
    pub fn at(self, share: f64) -> f64 {
        if share <= 0.0 {
            return 0.0;
        }
        if share >= 1.0 {
            return 1.0;
        }
        // x(t) grows monotonically for control points within 0 to 1, so bisection always finds t.
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..48 {
            let middle = f64::midpoint(low, high);
            if cubic(self.x1, self.x2, middle) < share { low = middle } else { high = middle }
        }
        cubic(self.y1, self.y2, f64::midpoint(low, high))
    }
}

/// A cubic Bézier from 0 to 1 with control values `first` and `second`.
fn cubic(first: f64, second: f64, t: f64) -> f64 {
    let rest = 1.0 - t;
    3.0 * rest * rest * t * first + 3.0 * rest * t * t * second + t * t * t
}
