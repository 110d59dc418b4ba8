//! Where a clip stands in the frame: fit, position, offset, scale about the anchor. Pure.

use nexus_edit::model::{Clip, Fit, Position};

/// A rectangle in pixels; edges may lie between pixels.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// This rectangle, magnified about a fixed point.
    #[must_use]
    pub fn scaled_about(self, (x, y): (f64, f64), factor: f64) -> Self {
        Self {
            x: x + (self.x - x) * factor,
            y: y + (self.y - y) * factor,
            width: self.width * factor,
            height: self.height * factor,
        }
    }

    /// True when every edge lies on an even pixel, so that chroma samples fall on chroma samples.
    #[must_use]
    pub fn is_even(self) -> bool {
        [self.x, self.y, self.width, self.height].iter().all(|edge| (edge / 2.0).fract() == 0.0)
    }

    /// True when no part of a frame of this size lies outside.
    #[must_use]
    pub fn covers(self, width: f64, height: f64) -> bool {
        let slack = 1e-6;
        self.x <= slack
            && self.y <= slack
            && self.x + self.width >= width - slack
            && self.y + self.height >= height - slack
    }
}

/// A clip laid into the frame at scale 1.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Placement {
    /// What is used of the source, in source pixels.
    pub source: Rect,
    /// Where it stands in the frame.
    pub target: Rect,
    /// The point that scaling leaves where it is, in frame pixels.
    pub anchor: (f64, f64),
}

/// Lays a clip whose source measures `source_px` into a frame of `frame_px`. `focus` is the point of the source
/// that a crop keeps in the middle, as fractions of width and height.
#[must_use]
pub fn place(clip: &Clip, source_px: (f64, f64), frame_px: (f64, f64), focus: [f64; 2]) -> Placement {
    let (source_width, source_height) = source_px;
    let has_box = clip.width.is_some() || clip.height.is_some();
    let box_width = clip.width.unwrap_or(frame_px.0);
    let box_height = clip.height.unwrap_or(frame_px.1);
    let whole = Rect { x: 0.0, y: 0.0, width: source_width, height: source_height };
    let (source, width, height) = match clip.fit {
        Fit::Crop => {
            let scale = (box_width / source_width).max(box_height / source_height);
            let (width, height) = (box_width / scale, box_height / scale);
            let start =
                |focus: f64, whole: f64, part: f64| (focus * whole - part / 2.0).clamp(0.0, (whole - part).max(0.0));
            let x = start(focus[0], source_width, width);
            let y = start(focus[1], source_height, height);
            (Rect { x, y, width, height }, box_width, box_height)
        }
        Fit::Cover => (whole, box_width, box_height),
        Fit::Contain => {
            let scale = (box_width / source_width).min(box_height / source_height);
            (whole, source_width * scale, source_height * scale)
        }
        Fit::None => (whole, source_width, source_height),
    };
    // The clip is its box when it has one, and its picture otherwise.
    let (clip_width, clip_height) = if has_box { (box_width, box_height) } else { (width, height) };
    let (across, down) = anchor_shares(clip.position);
    // Offsets that move are refused by `check` until they are drawn.
    let x = across * (frame_px.0 - clip_width) + clip.offset.x.at(0.0) * frame_px.0;
    let y = down * (frame_px.1 - clip_height) - clip.offset.y.at(0.0) * frame_px.1;
    let target = Rect { x: x + (clip_width - width) / 2.0, y: y + (clip_height - height) / 2.0, width, height };
    Placement { source, target: snapped(target), anchor: (x + across * clip_width, y + down * clip_height) }
}

/// 0, ½ or 1 across and down: where the clip touches the frame.
fn anchor_shares(position: Position) -> (f64, f64) {
    match position {
        Position::TopLeft => (0.0, 0.0),
        Position::Top => (0.5, 0.0),
        Position::TopRight => (1.0, 0.0),
        Position::Left => (0.0, 0.5),
        Position::Center => (0.5, 0.5),
        Position::Right => (1.0, 0.5),
        Position::BottomLeft => (0.0, 1.0),
        Position::Bottom => (0.5, 1.0),
        Position::BottomRight => (1.0, 1.0),
    }
}

/// Edges within a thousandth of a pixel of a whole pixel lie on it: offsets are fractions, and rounding of
/// decimal fractions must not cost sharpness.
fn snapped(rect: Rect) -> Rect {
    let snap = |value: f64| if (value - value.round()).abs() < 1e-3 { value.round() } else { value };
    Rect { x: snap(rect.x), y: snap(rect.y), width: snap(rect.width), height: snap(rect.height) }
}

#[cfg(test)]
mod tests {
    use nexus_edit::model::{Asset, Image, Offset};

    use super::*;

    fn clip() -> Clip {
        Clip::new(Asset::Image(Image::new("a")), 0.0, 1.0)
    }

    fn rect(x: f64, y: f64, width: f64, height: f64) -> Rect {
        Rect { x, y, width, height }
    }

    #[test]
    fn each_fit_uses_the_source_as_the_contract_says() {
        let frame = (100.0, 200.0);
        for (name, fit, source, target) in [
            ("crop", Fit::Crop, rect(150.0, 0.0, 100.0, 200.0), rect(0.0, 0.0, 100.0, 200.0)),
            ("cover stretches", Fit::Cover, rect(0.0, 0.0, 400.0, 200.0), rect(0.0, 0.0, 100.0, 200.0)),
            ("contain", Fit::Contain, rect(0.0, 0.0, 400.0, 200.0), rect(0.0, 75.0, 100.0, 50.0)),
            ("none", Fit::None, rect(0.0, 0.0, 400.0, 200.0), rect(-150.0, 0.0, 400.0, 200.0)),
        ] {
            let placed = place(&Clip { fit, ..clip() }, (400.0, 200.0), frame, [0.5, 0.5]);
            assert_eq!((placed.source, placed.target), (source, target), "{name}");
        }
    }

    #[test]
    fn the_crop_follows_the_focus_and_stays_inside() {
        for (name, focus, x) in [("left", 0.0, 0.0), ("a third", 0.4, 110.0), ("right", 1.0, 300.0)] {
            let placed = place(&clip(), (400.0, 200.0), (100.0, 200.0), [focus, 0.5]);
            assert!((placed.source.x - x).abs() < 1e-9, "{name}: {:?}", placed.source);
        }
    }

    #[test]
    fn nine_positions_and_offsets_with_y_up() {
        for (position, x, y) in [
            (Position::TopLeft, 10.0, -40.0),
            (Position::Top, 50.0, -40.0),
            (Position::TopRight, 90.0, -40.0),
            (Position::Left, 10.0, 50.0),
            (Position::Center, 50.0, 50.0),
            (Position::Right, 90.0, 50.0),
            (Position::BottomLeft, 10.0, 140.0),
            (Position::Bottom, 50.0, 140.0),
            (Position::BottomRight, 90.0, 140.0),
        ] {
            let offset = Offset::fixed(0.1, 0.2);
            let clip = Clip { position, offset, width: Some(20.0), height: Some(20.0), ..clip() };
            let target = place(&clip, (20.0, 20.0), (100.0, 200.0), [0.5; 2]).target;
            assert_eq!((target.x, target.y), (x, y), "{position:?}");
        }
    }

    #[test]
    fn scaling_leaves_the_anchor_where_it_is() {
        let clip = Clip { position: Position::BottomRight, width: Some(20.0), height: Some(20.0), ..clip() };
        let placed = place(&clip, (20.0, 20.0), (100.0, 200.0), [0.5; 2]);
        let twice = placed.target.scaled_about(placed.anchor, 2.0);
        assert_eq!(twice, rect(60.0, 160.0, 40.0, 40.0));
    }
}
