//! Paints a composition: a soft ground of light, then shapes with shadow, gradient and lit edge, row by row
//! on all cores. The same composition always gives the same bytes.

use rayon::prelude::*;

use super::{
    colour::{Curve, Light, Palette, lerp, plus, scaled},
    shape::{Point, Shape},
};

/// A large, soft light: an ellipse of Gaussian fall-off, added to the ground.
#[derive(Debug, Clone)]
pub(crate) struct Leak {
    /// Middle.
    pub centre: Point,
    /// Radii at which it has fallen to 37 %.
    pub radius: Point,
    /// Its light.
    pub light: Light,
}

/// A disc out of focus.
#[derive(Debug, Clone)]
pub(crate) struct Bokeh {
    /// Middle.
    pub centre: Point,
    /// Radius.
    pub radius: f32,
    /// Width of its edge as a share of the radius.
    pub softness: f32,
    /// Its light.
    pub light: Light,
}

/// How a shape meets what is behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Finish {
    /// Painted over, with this opacity.
    Solid(f32),
    /// Light added inside, with a halo of this radius around.
    Glow(f32),
}

/// A painted shape.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// Its outline.
    pub shape: Shape,
    /// Colour where the gradient begins.
    pub from: Light,
    /// Colour where it ends.
    pub to: Light,
    /// The gradient's line.
    pub along: (Point, Point),
    /// How it is laid on.
    pub finish: Finish,
    /// Half-width of the edge: small is sharp, large is out of focus.
    pub blur: f32,
    /// Darkness of its shadow, 0 to 1.
    pub shadow: f32,
    /// Light on its edge towards the upper left.
    pub rim: Light,
}

/// Everything in a picture.
#[derive(Debug, Clone)]
pub(crate) struct Composition {
    /// Its colours.
    pub palette: Palette,
    /// Direction of the ground's gradient, a unit vector from dark to light.
    pub fall: Point,
    /// Lights of the ground.
    pub leaks: Vec<Leak>,
    /// Discs behind the shapes.
    pub bokeh: Vec<Bokeh>,
    /// Shapes from back to front.
    pub pieces: Vec<Piece>,
}

/// Reach of a shadow in units of the short side.
const SHADOW_REACH: f32 = 0.07;
/// Where shadows fall to.
const SHADOW_OFFSET: Point = [0.016, 0.028];
/// Width of the lit edge.
const RIM_WIDTH: f32 = 0.012;
/// The ground is soft: it is painted on a grid of this many pixels and interpolated.
const GROUND_STEP: usize = 4;

/// RGB bytes, rows from the top. 10 million pixels take about a second on two cores.
pub(crate) fn paint(composition: &Composition, width_px: u32, height_px: u32) -> Vec<u8> {
    let (width, height) = (width_px as usize, height_px as usize);
    let short = width.min(height) as f32;
    let place =
        move |x: f32, y: f32| -> Point { [(x - width as f32 / 2.0) / short, (y - height as f32 / 2.0) / short] };
    let (columns, rows) = (width / GROUND_STEP + 2, height / GROUND_STEP + 2);
    let mut ground = vec![[0.0_f32; 3]; columns * rows];
    ground.par_chunks_mut(columns).enumerate().for_each(|(row, line)| {
        for (column, light) in line.iter_mut().enumerate() {
            *light = ground_at(composition, place((column * GROUND_STEP) as f32, (row * GROUND_STEP) as f32));
        }
    });
    let reaches: Vec<[f32; 4]> = composition.pieces.iter().map(reach).collect();
    let curve = Curve::new();
    let mut bytes = vec![0_u8; width * height * 3];
    bytes.par_chunks_mut(width * 3).enumerate().for_each_init(Vec::new, |seen, (y, line)| {
        let row_y = place(0.0, y as f32 + 0.5)[1];
        // Front to back: what an opaque shape covers is never painted.
        let on_row: Vec<(&Piece, &[f32; 4])> = composition
            .pieces
            .iter()
            .zip(&reaches)
            .rev()
            .filter(|(_, reach)| reach[1] <= row_y && row_y <= reach[3])
            .collect();
        let (above, down) = (y / GROUND_STEP, (y % GROUND_STEP) as f32 / GROUND_STEP as f32);
        for (x, pixel) in line.chunks_exact_mut(3).enumerate() {
            let point = place(x as f32 + 0.5, y as f32 + 0.5);
            seen.clear();
            for (piece, reach) in &on_row {
                if reach[0] <= point[0] && point[0] <= reach[2] {
                    let distance = piece.shape.distance(point);
                    seen.push((*piece, distance));
                    if piece.finish == Finish::Solid(1.0) && distance < -piece.blur.max(0.6 / short) {
                        break;
                    }
                }
            }
            let (left, right) = (x / GROUND_STEP, (x % GROUND_STEP) as f32 / GROUND_STEP as f32);
            let at = above * columns + left;
            let mut light = lerp(
                lerp(ground[at], ground[at + 1], right),
                lerp(ground[at + columns], ground[at + columns + 1], right),
                down,
            );
            for (piece, distance) in seen.iter().rev() {
                light = laid_on(piece, light, point, *distance, 0.6 / short);
            }
            let dither = dither(x, y);
            for (byte, value) in pixel.iter_mut().zip(light) {
                *byte = (curve.at(value) + dither).clamp(0.0, 255.0) as u8;
            }
        }
    });
    bytes
}

fn reach(piece: &Piece) -> [f32; 4] {
    let halo = if let Finish::Glow(radius) = piece.finish { radius * 5.0 } else { 0.0 };
    let shadow = if piece.shadow > 0.0 { SHADOW_REACH * 1.6 } else { 0.0 };
    piece.shape.bounds(halo.max(shadow) + piece.blur * 2.0 + 0.004)
}

fn ground_at(composition: &Composition, point: Point) -> Light {
    let Palette { deep, ground, lifted, .. } = composition.palette;
    let fall = point[0] * composition.fall[0] + point[1] * composition.fall[1];
    let at = ((fall + 0.85) / 1.7).clamp(0.0, 1.0);
    let at = at * at * (3.0 - 2.0 * at);
    let mut light = if at < 0.6 { lerp(deep, ground, at / 0.6) } else { lerp(ground, lifted, (at - 0.6) / 0.4) };
    for leak in &composition.leaks {
        let x = (point[0] - leak.centre[0]) / leak.radius[0];
        let y = (point[1] - leak.centre[1]) / leak.radius[1];
        let strength = (-(x * x + y * y)).exp();
        light = plus(light, scaled(leak.light, strength));
    }
    for bokeh in &composition.bokeh {
        let (x, y) = (point[0] - bokeh.centre[0], point[1] - bokeh.centre[1]);
        let away = (x * x + y * y).sqrt() / bokeh.radius;
        if away < 1.0 + bokeh.softness {
            let inside = smooth((1.0 + bokeh.softness - away) / (2.0 * bokeh.softness));
            // Lenses draw the edge of such a disc a little brighter than its middle.
            let strength = inside * (0.72 + 0.28 * away.min(1.0).powi(3));
            light = plus(light, scaled(bokeh.light, strength));
        }
    }
    light
}

fn laid_on(piece: &Piece, mut light: Light, point: Point, distance: f32, pixel: f32) -> Light {
    let edge = piece.blur.max(pixel);
    let covers = distance < -edge && piece.finish == Finish::Solid(1.0);
    if piece.shadow > 0.0 && !covers && distance < SHADOW_REACH * 1.5 {
        let behind = piece.shape.distance([point[0] - SHADOW_OFFSET[0], point[1] - SHADOW_OFFSET[1]]);
        let dark = smooth((SHADOW_REACH - behind) / (2.0 * SHADOW_REACH)) * piece.shadow;
        light = scaled(light, 1.0 - dark);
    }
    if distance > edge && matches!(piece.finish, Finish::Solid(_)) {
        return light;
    }
    let colour = gradient(piece, point);
    match piece.finish {
        Finish::Glow(radius) => {
            let core = smooth((edge - distance) / (2.0 * edge));
            let halo = (-(distance.max(0.0) / radius)).exp();
            plus(light, plus(scaled(colour, core), scaled(piece.rim, halo * (1.0 - core))))
        }
        Finish::Solid(opacity) => {
            let cover = smooth((edge - distance) / (2.0 * edge)) * opacity;
            if cover <= 0.0 {
                return light;
            }
            lerp(light, lit(piece, colour, point, distance), cover)
        }
    }
}

/// The colour with light on the edge that faces the upper left.
fn lit(piece: &Piece, colour: Light, point: Point, distance: f32) -> Light {
    let width = RIM_WIDTH + piece.blur;
    let near = distance / width;
    if piece.rim == [0.0; 3] || !(-3.0..=3.0).contains(&near) {
        return colour;
    }
    const STEP: f32 = 0.002;
    let right = piece.shape.distance([point[0] + STEP, point[1]]) - distance;
    let down = piece.shape.distance([point[0], point[1] + STEP]) - distance;
    let facing = ((-right * 0.55 - down * 0.83) / STEP).clamp(0.0, 1.0);
    let strength = (-near * near).exp() * facing;
    std::array::from_fn(|part| colour[part] + piece.rim[part] * strength)
}

fn gradient(piece: &Piece, point: Point) -> Light {
    let (from, to) = piece.along;
    let line = [to[0] - from[0], to[1] - from[1]];
    let away = [point[0] - from[0], point[1] - from[1]];
    let square = (line[0] * line[0] + line[1] * line[1]).max(1e-6);
    let at = ((away[0] * line[0] + away[1] * line[1]) / square).clamp(0.0, 1.0);
    lerp(piece.from, piece.to, at * at * (3.0 - 2.0 * at))
}

fn smooth(value: f32) -> f32 {
    let value = value.clamp(0.0, 1.0);
    value * value * (3.0 - 2.0 * value)
}

/// Less than one step of eight bits, in a pattern that eyes do not see: gradients do not band.
/// Source: J. Jimenez, "Next Generation Post Processing in Call of Duty: Advanced Warfare", 2014.
fn dither(x: usize, y: usize) -> f32 {
    (52.982_918 * (0.067_110_56 * x as f32 + 0.005_837_15 * y as f32).fract()).fract()
}
