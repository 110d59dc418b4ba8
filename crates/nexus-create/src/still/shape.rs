//! Shapes as signed distances: negative inside, in units of the picture's short side.
//! Formulas after I. Quilez, "2D distance functions", iquilezles.org/articles/distfunctions2d.

/// A point; x to the right, y down, the origin in the middle of the picture.
pub(crate) type Point = [f32; 2];

/// A shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// A disc.
    Disc { centre: Point, radius: f32 },
    /// A ring of that width.
    Ring { centre: Point, radius: f32, width: f32 },
    /// A line with round ends.
    Line { from: Point, to: Point, radius: f32 },
    /// A line with round ends of two sizes: a drop, a rib.
    Cone { from: Point, to: Point, radius_from: f32, radius_to: f32 },
    /// A box with round corners, turned by an angle in radians.
    Slab { centre: Point, half: Point, corner: f32, turn: f32 },
    /// A leaf: pointed at both ends, along an angle in radians.
    Leaf { centre: Point, length: f32, width: f32, turn: f32 },
    /// A flame or drop: round below, pointed above.
    Flame { foot: Point, height: f32, width: f32, lean: f32 },
    /// Everything below a wavy line.
    Below { level: f32, height: f32, length: f32, phase: f32, slope: f32 },
    /// A wavy line of that radius.
    Thread { level: f32, height: f32, length: f32, phase: f32, slope: f32, radius: f32 },
    /// A solid of revolution seen from the side: half-widths at heights, joined smoothly.
    Profile { axis: f32, outline: Vec<Point> },
    /// An ellipse, turned by an angle in radians; the distance is an estimate.
    Oval { centre: Point, half: Point, turn: f32 },
}

impl Shape {
    /// The signed distance from `point`.
    pub(crate) fn distance(&self, point: Point) -> f32 {
        match self {
            Self::Disc { centre, radius } => length(minus(point, *centre)) - radius,
            Self::Ring { centre, radius, width } => (length(minus(point, *centre)) - radius).abs() - width / 2.0,
            Self::Line { from, to, radius } => {
                let (along, away) = (minus(*to, *from), minus(point, *from));
                let at = (dot(away, along) / dot(along, along).max(1e-9)).clamp(0.0, 1.0);
                length([away[0] - along[0] * at, away[1] - along[1] * at]) - radius
            }
            Self::Cone { from, to, radius_from, radius_to } => cone(point, *from, *to, *radius_from, *radius_to),
            Self::Slab { centre, half, corner, turn } => {
                let [x, y] = turned(minus(point, *centre), -turn);
                let (x, y) = (x.abs() - half[0] + corner, y.abs() - half[1] + corner);
                length([x.max(0.0), y.max(0.0)]) + x.max(y).min(0.0) - corner
            }
            Self::Leaf { centre, length: long, width, turn } => {
                leaf(turned(minus(point, *centre), -turn), *long / 2.0, *width / 2.0)
            }
            Self::Flame { foot, height, width, lean } => {
                let [x, y] = minus(point, *foot);
                let up = (-y / height).clamp(-0.2, 1.2);
                let x = x - lean * up.max(0.0) * up.max(0.0);
                let body = width * flame_half_width(up);
                (x.abs() - body).max(-y - height).max(y - 0.12 * height) * 0.75
            }
            Self::Below { level, height, length, phase, slope } => {
                wave_offset(point, *level, *height, *length, *phase, *slope)
            }
            Self::Thread { level, height, length, phase, slope, radius } => {
                wave_offset(point, *level, *height, *length, *phase, *slope).abs() - radius
            }
            Self::Profile { axis, outline } => profile(point, *axis, outline),
            Self::Oval { centre, half, turn } => {
                let [x, y] = turned(minus(point, *centre), -turn);
                let scaled = length([x / half[0], y / half[1]]);
                let slope = length([x / (half[0] * half[0]), y / (half[1] * half[1])]).max(1e-6);
                if scaled < 1e-4 { -half[0].min(half[1]) } else { scaled * (scaled - 1.0) / slope }
            }
        }
    }

    /// Left, top, right, bottom of everything nearer than `margin`; shapes without end reach far.
    pub(crate) fn bounds(&self, margin: f32) -> [f32; 4] {
        const FAR: f32 = 100.0;
        let around = |centre: &Point, reach: f32| {
            let reach = reach + margin;
            [centre[0] - reach, centre[1] - reach, centre[0] + reach, centre[1] + reach]
        };
        match self {
            Self::Disc { centre, radius } => around(centre, *radius),
            Self::Ring { centre, radius, width } => around(centre, radius + width),
            Self::Line { from, to, radius } => {
                let reach = radius + margin;
                [
                    from[0].min(to[0]) - reach,
                    from[1].min(to[1]) - reach,
                    from[0].max(to[0]) + reach,
                    from[1].max(to[1]) + reach,
                ]
            }
            Self::Cone { from, to, radius_from, radius_to } => {
                let reach = radius_from.max(*radius_to) + margin;
                [
                    from[0].min(to[0]) - reach,
                    from[1].min(to[1]) - reach,
                    from[0].max(to[0]) + reach,
                    from[1].max(to[1]) + reach,
                ]
            }
            Self::Slab { centre, half, .. } | Self::Oval { centre, half, .. } => around(centre, length(*half)),
            Self::Leaf { centre, length, width, .. } => around(centre, length.max(*width) / 2.0),
            Self::Flame { foot, height, width, lean } => around(foot, height + width + lean.abs()),
            Self::Below { level, height, slope, .. } => [-FAR, level - height - slope.abs() * 2.0 - margin, FAR, FAR],
            Self::Thread { level, height, slope, radius, .. } => {
                let reach = height + slope.abs() * 2.0 + radius + margin;
                [-FAR, level - reach, FAR, level + reach]
            }
            Self::Profile { axis, outline } => {
                let widest = outline.iter().map(|point| point[0]).fold(0.0, f32::max) + margin;
                let top = outline.first().map_or(0.0, |point| point[1]);
                let bottom = outline.last().map_or(0.0, |point| point[1]);
                [axis - widest, top - margin, axis + widest, bottom + margin]
            }
        }
    }
}

fn minus(one: Point, other: Point) -> Point {
    [one[0] - other[0], one[1] - other[1]]
}

fn dot(one: Point, other: Point) -> f32 {
    one[0] * other[0] + one[1] * other[1]
}

fn length(point: Point) -> f32 {
    dot(point, point).sqrt()
}

/// The point turned by an angle in radians, clockwise on screen.
pub(crate) fn turned([x, y]: Point, angle: f32) -> Point {
    let (sine, cosine) = angle.sin_cos();
    [x * cosine - y * sine, x * sine + y * cosine]
}

/// Two discs and their common tangents. Source: I. Quilez, "uneven capsule".
fn cone(point: Point, from: Point, to: Point, radius_from: f32, radius_to: f32) -> f32 {
    let axis = minus(to, from);
    let long = length(axis).max(1e-6);
    let along = [axis[0] / long, axis[1] / long];
    let away = minus(point, from);
    let (x, y) = ((away[0] * along[1] - away[1] * along[0]).abs(), dot(away, along));
    let sine = (radius_from - radius_to) / long;
    let cosine = (1.0 - sine * sine).max(0.0).sqrt();
    let side = y * cosine - x * sine;
    if side < 0.0 {
        length([x, y]) - radius_from
    } else if side > cosine * long {
        length([x, y - long]) - radius_to
    } else {
        x * cosine + y * sine - radius_from
    }
}

/// Two arcs that meet in points (a vesica), long axis along x.
fn leaf([x, y]: Point, long: f32, wide: f32) -> f32 {
    let wide = wide.min(long * 0.98);
    let offset = (long * long - wide * wide) / (2.0 * wide);
    let radius = offset + wide;
    let (x, y) = (x.abs(), y.abs());
    if (x - long) * offset > y * long { length([x - long, y]) } else { length([x, y + offset]) - radius }
}

/// Half-width of a flame at a height from 0 (foot) to 1 (tip), at most 0.5.
fn flame_half_width(up: f32) -> f32 {
    let up = up.clamp(-0.12, 1.0);
    let swell = ((up + 0.12) / 0.42).clamp(0.0, 1.0);
    let round = (1.0 - (1.0 - swell) * (1.0 - swell)).sqrt();
    let taper = ((1.0 - up) / 0.70).clamp(0.0, 1.0);
    0.5 * round * taper * taper.sqrt()
}

/// Distance below (negative) or above a wave, corrected for its slope.
fn wave_offset([x, y]: Point, level: f32, height: f32, wavelength: f32, phase: f32, slope: f32) -> f32 {
    let turn = std::f32::consts::TAU / wavelength;
    let (first, second) = (turn * x + phase, 0.53 * turn * x + 1.7 * phase);
    let line = level + slope * x + height * (0.7 * first.sin() + 0.3 * second.sin());
    let steep = slope + height * turn * (0.7 * first.cos() + 0.159 * second.cos());
    (line - y) / (1.0 + steep * steep).sqrt()
}

fn profile([x, y]: Point, axis: f32, outline: &[Point]) -> f32 {
    let (Some(top), Some(bottom)) = (outline.first(), outline.last()) else { return f32::MAX };
    let inside_y = y.clamp(top[1], bottom[1]);
    let next = outline.iter().position(|point| point[1] >= inside_y).unwrap_or(outline.len() - 1).max(1);
    let ([width_above, above], [width_below, below]) = (outline[next - 1], outline[next]);
    let span = (below - above).max(1e-6);
    let t = ((inside_y - above) / span).clamp(0.0, 1.0);
    // A cubic through the points whose slope at each is that between its neighbours.
    let slope = |at: usize| {
        let (one, other) = (outline[at.saturating_sub(1)], outline[(at + 1).min(outline.len() - 1)]);
        (other[0] - one[0]) / (other[1] - one[1]).max(1e-6) * span
    };
    let (before, after, rise) = (slope(next - 1), slope(next), width_below - width_above);
    let (square, cube) = (3.0 * rise - 2.0 * before - after, before + after - 2.0 * rise);
    let width = width_above + t * (before + t * (square + t * cube));
    let steep = (before + t * (2.0 * square + 3.0 * t * cube)) / span;
    let across = ((x - axis).abs() - width) / (1.0 + steep * steep).sqrt();
    let beyond = (top[1] - y).max(y - bottom[1]);
    if beyond > 0.0 { length([across.max(0.0), beyond]) } else { across.max(beyond) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_negative_outside_positive() {
        let shapes = [
            Shape::Disc { centre: [0.0, 0.0], radius: 0.2 },
            Shape::Slab { centre: [0.0, 0.0], half: [0.2, 0.1], corner: 0.02, turn: 0.4 },
            Shape::Leaf { centre: [0.0, 0.0], length: 0.4, width: 0.2, turn: 1.0 },
            Shape::Flame { foot: [0.0, 0.1], height: 0.3, width: 0.1, lean: 0.0 },
            Shape::Oval { centre: [0.0, 0.0], half: [0.3, 0.1], turn: 0.2 },
            Shape::Cone { from: [-0.2, 0.0], to: [0.2, 0.1], radius_from: 0.05, radius_to: 0.1 },
            Shape::Profile { axis: 0.0, outline: vec![[0.1, -0.2], [0.2, 0.0], [0.1, 0.2]] },
        ];
        for shape in shapes {
            assert!(shape.distance([0.0, 0.0]) < 0.0, "{shape:?}");
            assert!(shape.distance([0.9, 0.9]) > 0.3, "{shape:?}");
            let [left, top, right, bottom] = shape.bounds(0.0);
            assert!(left <= -0.05 && top <= -0.05 && right >= 0.05 && bottom >= 0.05, "{shape:?}");
        }
    }

    #[test]
    fn distances_never_jump() {
        let shape = Shape::Flame { foot: [0.0, 0.1], height: 0.5, width: 0.2, lean: 0.05 };
        for step in 0..400 {
            let x = step as f32 / 400.0 - 0.5;
            for y in [-0.3_f32, -0.1, 0.0, 0.12] {
                let jump = (shape.distance([x, y]) - shape.distance([x + 0.0025, y])).abs();
                assert!(jump < 0.01, "{x} {y}: {jump}");
            }
        }
    }
}
