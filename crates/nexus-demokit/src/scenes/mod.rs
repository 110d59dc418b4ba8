//! The films' scenes: each turns a moment into light per pixel; size and speed are the caller's.

pub(crate) mod camera;
pub(crate) mod light;
pub(crate) mod noise;
pub(crate) mod plate;
pub(crate) mod relief;
pub(crate) mod shapes;

mod bokeh;
mod bread;
mod candle;
mod flame;
mod glass;
mod oysters;
mod plating;
mod sunset;
mod terrace;
mod waves;
mod wine;

use light::Rgb;

/// Something that can be filmed. Building one may take a second; a frame of it is cheap.
pub(crate) trait Scene: Send + Sync {
    /// What is to be seen at `seconds` from the clip's start; `progress` is the clip's share that has passed.
    fn frame(&self, seconds: f32, progress: f32) -> Box<dyn Shader + '_>;

    /// How strongly bright things glow in the lens.
    fn bloom(&self) -> f32 {
        0.5
    }
}

/// The light of one moment.
pub(crate) trait Shader: Sync {
    /// Light at a picture point: x to the right and y down from the middle, one unit is the picture's height.
    /// `pixel` is a pixel's side in the same unit, for soft edges.
    fn light(&self, x: f32, y: f32, pixel: f32) -> Rgb;

    /// The relative difference of two lights, two pixels apart, up to which what lies between is taken as their mean.
    fn tolerance(&self) -> f32 {
        0.07
    }

    /// A grid of points, `pixel` apart from (`left`, `top`) on, `width` in a row, as many rows as `out` holds.
    /// Every second point of every second row is computed; those between are too, unless the ones around them are
    /// nearly alike: there a mean cannot be told from the real thing.
    fn fill(&self, left: f32, top: f32, pixel: f32, width: usize, out: &mut [Rgb]) {
        let rows = out.len() / width;
        let tolerance = self.tolerance() * 0.5;
        let at = |row: usize, column: usize| self.light(left + column as f32 * pixel, top + row as f32 * pixel, pixel);
        let whole = |row: usize, line: &mut [Rgb]| {
            let mut before = at(row, 0);
            line[0] = before;
            for column in (1..width).step_by(2) {
                if column + 1 == width {
                    line[column] = at(row, column);
                    break;
                }
                let after = at(row, column + 1);
                line[column] = if alike(before, after, tolerance) { before.mix(after, 0.5) } else { at(row, column) };
                line[column + 1] = after;
                before = after;
            }
        };
        let mut last = vec![Rgb::BLACK; width];
        for row in (0..rows).step_by(2) {
            whole(row, &mut out[row * width..(row + 1) * width]);
        }
        if rows.is_multiple_of(2) {
            whole(rows, &mut last);
        }
        for row in (1..rows).step_by(2) {
            let (above, rest) = out.split_at_mut(row * width);
            let above = &above[(row - 1) * width..];
            let (line, below) = rest.split_at_mut(width);
            let below = if row + 1 < rows { &below[..width] } else { &last[..] };
            for column in 0..width {
                let (a, b) = (above[column], below[column]);
                line[column] = if alike(a, b, tolerance) { a.mix(b, 0.5) } else { at(row, column) };
            }
        }
    }
}

/// Whether two lights differ by less than `tolerance` times their sum, or both are nearly black.
#[inline]
fn alike(a: Rgb, b: Rgb, tolerance: f32) -> bool {
    let near = |a: f32, b: f32| (a - b).abs() < 0.0025 + tolerance * (a + b);
    near(a.r, b.r) && near(a.g, b.g) && near(a.b, b.b)
}

/// The scene of a clip, detailed for pictures `lines` high; `None` for a name that is not in the kit.
pub(crate) fn scene(name: &str, lines: usize) -> Option<Box<dyn Scene>> {
    let lines = lines as f32;
    Some(match name {
        "sunset_over_the_harbour" => Box::new(sunset::Sunset::new(lines)),
        "candle_lit_table" => Box::new(candle::Candle::new(lines)),
        "kitchen_flame" => Box::new(flame::Flame::new(lines)),
        "pouring_red_wine" => Box::new(wine::Wine::new(lines)),
        "string_lights_terrace" => Box::new(terrace::Terrace::new(lines)),
        "oysters_on_ice" => Box::new(oysters::Oysters::new(lines)),
        "chef_hands_plating" => Box::new(plating::Plating::new(lines)),
        "waves_on_the_shore" => Box::new(waves::Waves::new(lines)),
        "bread_from_the_oven" => Box::new(bread::Bread::new(lines)),
        _ => return None,
    })
}
