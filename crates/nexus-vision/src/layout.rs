//! How a frame is laid out: sky, horizon, sunset, areas that look like water, greenery and sand.

use crate::{
    blobs::blobs,
    colour::Lab,
    picture::{Picture, grade},
};

/// Words for the layout of a frame with their scores. A sky, and with it a horizon and a sunset, needs more
/// than its colour: the upper area is smooth and what lies below is not.
pub(crate) fn layout_tags(picture: &Picture) -> Vec<(&'static str, f64)> {
    if picture.width < 32 || picture.height < 18 {
        return Vec::new();
    }
    let mut sky = Sky::find(picture);
    let line = best_line(picture);
    let sky_score = sky.score(picture);
    if sky_score < 0.5 {
        sky.heights.fill(0);
    }
    let (mut water, wet) = water_like(picture, &sky);
    // What has the colour of the sky and no line between, under a balloon or a branch, is more sky.
    if sky_score >= 0.5 && line.score() < 0.5 && mean_colour(picture, &wet).distance2(sky.colour) < 0.035 * 0.035 {
        water = 0.0;
    }
    let evening = sunset_sky(picture, line);
    let shore = water.min(shoreline(picture, line, &wet));
    let horizon = line.score().min(sky_score.max(shore).max(evening));
    let mut tags = vec![
        ("sky", sky_score),
        ("blue sky", sky_score.min(grade(sky.blue, 0.35, 0.7))),
        ("horizon", horizon),
        ("sunset", horizon.min(evening)),
        ("water-like blue", water),
        ("water-like grey", horizon.min(sky_score).min(water_like_grey(picture, line))),
        ("greenery", greenery(picture)),
    ];
    if sky_score.max(water) >= 0.5 {
        tags.push(("sand-like", sand_like(picture, &sky)));
    }
    tags
}

/// The smooth, light area that hangs from the upper edge.
struct Sky {
    /// Height of the area per column, in pixels.
    heights: Vec<usize>,
    /// Share of the area that is blue.
    blue: f64,
    /// Mean gradient inside.
    texture: f32,
    /// Mean colour inside.
    colour: Lab,
}

impl Sky {
    fn find(picture: &Picture) -> Self {
        let mut heights = Vec::with_capacity(picture.width);
        let (mut blue, mut texture, mut count, mut sum) = (0_usize, 0.0_f32, 0_usize, Lab::default());
        for x in 0..picture.width {
            let height = (0..picture.height)
                .take_while(|y| may_be_sky(picture.at(x, *y)) && picture.gradient_at(x, *y) < 0.07)
                .count();
            for y in 0..height {
                blue += usize::from(is_sky_blue(picture.at(x, y)));
                texture += picture.gradient_at(x, y);
                let inside = picture.at(x, y);
                sum = Lab { l: sum.l + inside.l, a: sum.a + inside.a, b: sum.b + inside.b };
            }
            count += height;
            heights.push(height);
        }
        let all = count.max(1) as f32;
        let colour = Lab { l: sum.l / all, a: sum.a / all, b: sum.b / all };
        Self { heights, blue: blue as f64 / f64::from(all), texture: texture / all, colour }
    }

    fn score(&self, picture: &Picture) -> f64 {
        // Paper and studio walls are pure white; a sky hardly ever is, all over.
        if self.colour.l > 0.985 {
            return 0.0;
        }
        let deep = self.heights.iter().filter(|height| **height * 12 >= picture.height).count();
        let wide = grade(deep as f64 / self.heights.len() as f64, 0.6, 0.9);
        let share = self.heights.iter().sum::<usize>() as f64 / picture.lab.len() as f64;
        let large = grade(share, 0.1, 0.25);
        // Without a floor there is nothing under the sky; a wall has a smooth floor or none.
        let below = texture_below(picture, &self.heights);
        let ground = f64::from(below / self.texture.max(0.002));
        let busy = grade(ground, 2.0, 5.0).min(grade(f64::from(below), 0.012, 0.03));
        let unlike_a_wall = if self.blue > 0.5 { grade(share, 0.08, 0.2).max(busy) } else { busy };
        wide.min(large).min(unlike_a_wall)
    }

    fn holds(&self, x: usize, y: usize) -> bool {
        y < self.heights[x]
    }
}

/// Blue, or light and nearly grey. A grey with a yellow tint is a wall more often than a cloud.
fn may_be_sky(colour: Lab) -> bool {
    is_sky_blue(colour) || (colour.l > 0.55 && colour.chroma() < 0.045 && !colour.is_hue(40.0, 115.0, 0.009))
}

fn is_sky_blue(colour: Lab) -> bool {
    colour.l > 0.42 && colour.is_hue(218.0, 285.0, 0.025)
}

/// The median over the columns of the mean gradient under the sky: a few objects before a wall leave most
/// columns smooth. 0 when less than a tenth of the frame is left.
fn texture_below(picture: &Picture, heights: &[usize]) -> f32 {
    let left: usize = heights.iter().map(|height| picture.height - height).sum();
    if left * 10 < picture.lab.len() {
        return 0.0;
    }
    let mut columns: Vec<f32> = heights
        .iter()
        .enumerate()
        .filter(|(_, height)| **height < picture.height)
        .map(|(x, height)| {
            let sum: f32 = (*height..picture.height).map(|y| picture.gradient_at(x, y)).sum();
            sum / (picture.height - height) as f32
        })
        .collect();
    let middle = columns.len() / 2;
    *columns.select_nth_unstable_by(middle, f32::total_cmp).1
}

/// A nearly level edge across the frame.
#[derive(Clone, Copy)]
struct Line {
    /// Row at the left and the right edge.
    rows: (f32, f32),
    /// Share of the columns in which lightness or colour steps the same way at the line.
    support: f64,
}

impl Line {
    fn score(self) -> f64 {
        grade(self.support, 0.55, 0.85)
    }

    fn row(self, x: usize, width: usize) -> usize {
        let part = x as f32 / (width - 1) as f32;
        (self.rows.0 + (self.rows.1 - self.rows.0) * part).round() as usize
    }
}

/// The best supported line between 6 and 88 % of the height that leans by at most 8 % of it.
fn best_line(picture: &Picture) -> Line {
    let steps = vertical_steps(picture);
    let (from, to) = (picture.height * 6 / 100 + 4, picture.height * 88 / 100);
    let mut best = Line { rows: (0.0, 0.0), support: 0.0 };
    for row in from..to.min(picture.height - 4) {
        for lean in -4_i32..=4 {
            let offset = lean as f32 * 0.01 * picture.height as f32;
            let line = Line { rows: (row as f32 - offset, row as f32 + offset), support: 0.0 };
            let support = support(&steps, picture, line);
            if support > best.support {
                best = Line { support, ..line };
            }
        }
    }
    best
}

fn support(steps: &[Lab], picture: &Picture, line: Line) -> f64 {
    let (mut lighter, mut darker) = (0_usize, 0_usize);
    for x in 0..picture.width {
        let row = line.row(x, picture.width);
        if row < 3 || row + 4 > picture.height {
            continue;
        }
        let step = steps[row * picture.width + x];
        if step.distance2(Lab::default()) > 0.045 * 0.045 {
            // A change of colour alone has no sign of lightness worth the name: count it both ways.
            lighter += usize::from(step.l > -0.01);
            darker += usize::from(step.l < 0.01);
        }
    }
    lighter.max(darker) as f64 / picture.width as f64
}

/// Colour of the three rows below minus the three rows above, per pixel.
fn vertical_steps(picture: &Picture) -> Vec<Lab> {
    let (width, height) = (picture.width, picture.height);
    let mut steps = vec![Lab::default(); picture.lab.len()];
    for y in 3..height - 3 {
        for x in 0..width {
            let mut step = Lab::default();
            for (row, sign) in [(y - 3, -1.0), (y - 2, -1.0), (y - 1, -1.0), (y + 1, 1.0), (y + 2, 1.0), (y, 1.0)] {
                let colour = picture.at(x, row);
                step.l += sign * colour.l / 3.0;
                step.a += sign * colour.a / 3.0;
                step.b += sign * colour.b / 3.0;
            }
            steps[y * width + x] = step;
        }
    }
    steps
}

/// How much the area above the line looks like an evening sky: warm, light, smooth, lighter than below,
/// and in the upper half.
fn sunset_sky(picture: &Picture, line: Line) -> f64 {
    let (mut above, mut below) = (Region::default(), Region::default());
    for y in 0..picture.height {
        for x in 0..picture.width {
            let region = if y < line.row(x, picture.width) { &mut above } else { &mut below };
            region.add(picture.at(x, y), picture.gradient_at(x, y));
        }
    }
    let share = above.count / picture.lab.len() as f32;
    if share < 0.2 || below.count == 0.0 {
        return 0.0;
    }
    let warm = grade(f64::from(above.warm / above.count), 0.5, 0.8);
    let smooth = grade(f64::from(above.texture / above.count), 0.018, 0.008);
    let lighter = grade(f64::from(above.lightness / above.count - below.lightness / below.count), 0.08, 0.2);
    warm.min(smooth).min(lighter)
}

#[derive(Default)]
struct Region {
    count: f32,
    warm: f32,
    texture: f32,
    lightness: f32,
}

impl Region {
    fn add(&mut self, colour: Lab, gradient: f32) {
        let warm = colour.l > 0.45 && (colour.is_hue(0.0, 105.0, 0.045) || colour.is_hue(335.0, 360.0, 0.045));
        self.count += 1.0;
        self.warm += f32::from(u8::from(warm));
        self.texture += gradient;
        self.lightness += colour.l;
    }
}

/// One large blue to turquoise area that is not the sky, neither flat as paint nor busy as leaves; its score
/// and the pixels that look wet.
fn water_like(picture: &Picture, sky: &Sky) -> (f64, Vec<bool>) {
    let wet = |at: usize| {
        let colour = picture.lab[at];
        !sky.holds(at % picture.width, at / picture.width)
            && (0.25..0.88).contains(&colour.l)
            && colour.is_hue(152.0, 272.0, 0.024)
    };
    let mask: Vec<bool> = (0..picture.lab.len()).map(wet).collect();
    let score = largest(picture, &mask, |texture, low| rippled(texture).min(grade(low, 0.3, 0.45)));
    (score, mask)
}

fn mean_colour(picture: &Picture, mask: &[bool]) -> Lab {
    let inside = || picture.lab.iter().zip(mask).filter(|(_, inside)| **inside).map(|(colour, _)| *colour);
    let count = inside().count().max(1) as f32;
    inside().fold(Lab::default(), |sum, colour| Lab {
        l: sum.l + colour.l / count,
        a: sum.a + colour.a / count,
        b: sum.b + colour.b / count,
    })
}

/// Between paint and leaves.
fn rippled(texture: f32) -> f64 {
    grade(f64::from(texture), 0.003, 0.006).min(grade(f64::from(texture), 0.06, 0.035))
}

/// How well a line parts dry above from wet below, in the bands of an eighth of the height beside it.
fn shoreline(picture: &Picture, line: Line, wet: &[bool]) -> f64 {
    let band = picture.height / 8;
    let (mut above, mut below) = (0_usize, 0_usize);
    for x in 0..picture.width {
        let row = line.row(x, picture.width);
        let is_wet = |y: &usize| wet[y * picture.width + x];
        above += (row.saturating_sub(band)..row.saturating_sub(1)).filter(is_wet).count();
        below += ((row + 1).min(picture.height)..(row + band).min(picture.height)).filter(is_wet).count();
    }
    let area = (picture.width * (band - 1)).max(1) as f64;
    grade(below as f64 / area, 0.6, 0.85).min(grade(above as f64 / area, 0.35, 0.1))
}

/// A grey, finely rippled area without any yellow that hangs from the horizon: the sea under clouds, and at
/// times a wet square. The caller sees to the horizon and the sky.
fn water_like_grey(picture: &Picture, line: Line) -> f64 {
    let grey = |at: usize| {
        let colour = picture.lab[at];
        at / picture.width > line.row(at % picture.width, picture.width)
            && (0.3..0.85).contains(&colour.l)
            && colour.chroma() < 0.03
            && !colour.is_hue(20.0, 130.0, 0.009)
    };
    let mask: Vec<bool> = (0..picture.lab.len()).map(grey).collect();
    let Some(area) = blobs(&mask, picture.width).into_iter().max_by_key(|blob| blob.pixels.len()) else { return 0.0 };
    let touches = (0..picture.width)
        .filter(|x| {
            (1..6).any(|step| {
                let row = line.row(*x, picture.width) + step;
                row < picture.height && area.pixels.binary_search(&(row * picture.width + x)).is_ok()
            })
        })
        .count();
    let texture = area.pixels.iter().map(|at| picture.gradient[*at]).sum::<f32>() / area.pixels.len() as f32;
    grade(area.pixels.len() as f64 / picture.lab.len() as f64, 0.1, 0.22)
        .min(grade(touches as f64 / picture.width as f64, 0.2, 0.35))
        .min(rippled(texture))
}

/// One pale yellowish smooth area beside water or under a sky.
fn sand_like(picture: &Picture, sky: &Sky) -> f64 {
    let dry = |at: usize| {
        let colour = picture.lab[at];
        !sky.holds(at % picture.width, at / picture.width)
            && (0.6..0.95).contains(&colour.l)
            && colour.is_hue(50.0, 110.0, 0.015)
            && colour.chroma() < 0.1
    };
    let mask: Vec<bool> = (0..picture.lab.len()).map(dry).collect();
    largest(picture, &mask, |texture, low| grade(f64::from(texture), 0.05, 0.03).min(grade(low, 0.35, 0.5)))
}

/// Judges the largest area of a mask: its share of the frame and `judge(mean gradient, mean row 0 to 1)`.
fn largest(picture: &Picture, mask: &[bool], judge: impl Fn(f32, f64) -> f64) -> f64 {
    let Some(blob) = blobs(mask, picture.width).into_iter().max_by_key(|blob| blob.pixels.len()) else { return 0.0 };
    let count = blob.pixels.len() as f64;
    let texture = blob.pixels.iter().map(|at| picture.gradient[*at]).sum::<f32>() / count as f32;
    let low = blob.pixels.iter().map(|at| (at / picture.width) as f64).sum::<f64>() / count / picture.height as f64;
    grade(count / picture.lab.len() as f64, 0.16, 0.4).min(judge(texture, low))
}

/// Green and busy, as leaves and grass are.
fn greenery(picture: &Picture) -> f64 {
    let (mut green, mut texture) = (0.0_f64, 0.0_f64);
    for (colour, gradient) in picture.lab.iter().zip(&picture.gradient) {
        if colour.is_hue(105.0, 158.0, 0.035) && colour.l > 0.15 {
            green += 1.0;
            texture += f64::from(*gradient);
        }
    }
    let share = green / picture.lab.len() as f64;
    grade(share, 0.16, 0.4).min(grade(texture / green.max(1.0), 0.012, 0.03))
}
