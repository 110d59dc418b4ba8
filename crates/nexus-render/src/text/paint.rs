//! Letters, lines and boxes as pixels: fills, outlines, gradients.

use cosmic_text::{CacheKey, Command, LayoutGlyph, SwashContent};
use nexus_edit::model::{AnimateBy, Color, Gradient, GradientKind, Stroke, TextDecoration, asset::Border};
use resvg::tiny_skia::{FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke as LineStyle, Transform};

use super::set::Line;
use crate::{colour::Rgb, fonts::Loaded, geometry::Rect, raster::Raster, resample::mul255};

/// What letters are drawn with.
#[derive(Clone, Copy)]
pub(super) struct Pen {
    pub(super) colour: Rgb,
    pub(super) opacity: f64,
    /// An outline below the letters; half of its width shows.
    pub(super) stroke: Option<Stroke>,
}

/// A glyph's pixels.
pub(super) struct Glyph {
    pub(super) fill: Option<Raster>,
    pub(super) outline: Option<Raster>,
}

/// Draws the glyphs of a line into the units that they belong to.
pub(super) fn draw_line(
    line: &Line,
    origin: (f64, f64),
    pen: Pen,
    style: Option<AnimateBy>,
    loaded: &mut Loaded,
    units: &mut Vec<Vec<Glyph>>,
) {
    let mut last_unit: Option<usize> = None;
    for glyph in &line.glyphs {
        // The unit of a glyph within its line: the word or the cluster that it belongs to.
        let unit = match style {
            None => 0,
            Some(AnimateBy::Word) => line.text[..glyph.start.min(line.text.len())].matches(' ').count() + 1,
            Some(AnimateBy::Character) => glyph.start + 1,
        };
        let is_blank = line.text.get(glyph.start..glyph.end).is_some_and(|cluster| cluster.trim().is_empty());
        if is_blank {
            continue;
        }
        let fill = glyph_raster(glyph, origin, pen, loaded);
        let outline = pen.stroke.and_then(|stroke| stroked(glyph, origin, stroke, loaded));
        let starts_new = units.is_empty() || (style.is_some() && last_unit != Some(unit));
        last_unit = Some(unit);
        if starts_new {
            units.push(Vec::new());
        }
        if let Some(current) = units.last_mut() {
            current.push(Glyph { fill, outline });
        }
    }
}

fn glyph_raster(glyph: &LayoutGlyph, origin: (f64, f64), pen: Pen, loaded: &mut Loaded) -> Option<Raster> {
    let (key, left, top, ..) = cache_key(glyph, origin);
    let image = loaded.glyphs.get_image_uncached(&mut loaded.system, key)?;
    let (width, height) = (image.placement.width as usize, image.placement.height as usize);
    let opacity = (pen.opacity * 255.0).round() as u8;
    let data = match image.content {
        SwashContent::Mask => image
            .data
            .iter()
            .flat_map(|cover| {
                let alpha = mul255(*cover, opacity);
                let [red, green, blue] = pen.colour.0.map(|channel| mul255(channel, alpha));
                [red, green, blue, alpha]
            })
            .collect(),
        SwashContent::Color | SwashContent::SubpixelMask => image
            .data
            .as_chunks::<4>()
            .0
            .iter()
            .flat_map(|[red, green, blue, alpha]| {
                let alpha = mul255(*alpha, opacity);
                [mul255(*red, alpha), mul255(*green, alpha), mul255(*blue, alpha), alpha]
            })
            .collect(),
    };
    (width > 0 && height > 0).then_some(Raster {
        x: left + image.placement.left,
        y: top - image.placement.top,
        width,
        height,
        data,
    })
}

/// The outline of a glyph along its contour.
fn stroked(glyph: &LayoutGlyph, origin: (f64, f64), stroke: Stroke, loaded: &mut Loaded) -> Option<Raster> {
    let (key, left, top, x, y) = cache_key(glyph, origin);
    let commands = loaded.glyphs.get_outline_commands_uncached(&mut loaded.system, key)?;
    let mut path = PathBuilder::new();
    for command in &commands {
        match command {
            Command::MoveTo(to) => path.move_to(to.x, -to.y),
            Command::LineTo(to) => path.line_to(to.x, -to.y),
            Command::QuadTo(by, to) => path.quad_to(by.x, -by.y, to.x, -to.y),
            Command::CurveTo(by, then, to) => path.cubic_to(by.x, -by.y, then.x, -then.y, to.x, -to.y),
            Command::Close => path.close(),
        }
    }
    let path = path.finish()?;
    let bounds = path.bounds();
    let margin = stroke.width as f32 / 2.0 + 2.0;
    let (from_x, from_y) = ((bounds.left() - margin).floor(), (bounds.top() - margin).floor());
    let width = (bounds.right() + margin).ceil() - from_x + 1.0;
    let height = (bounds.bottom() + margin).ceil() - from_y + 1.0;
    let mut pixels = Pixmap::new(width as u32, height as u32)?;
    // The path begins at the glyph's own origin, which lies between two pixels.
    let shift = Transform::from_translate(x - from_x, y - from_y);
    let line = LineStyle { width: stroke.width as f32, line_join: LineJoin::Round, ..LineStyle::default() };
    pixels.stroke_path(&path, &paint(Rgb::from(stroke.color), stroke.opacity), &line, shift, None);
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    Some(Raster { x: left + from_x as i32, y: top + from_y as i32, width, height, data: pixels.take() })
}

/// The key of a glyph at its place, the whole pixels of that place, and what is left of it.
fn cache_key(glyph: &LayoutGlyph, origin: (f64, f64)) -> (CacheKey, i32, i32, f32, f32) {
    let size = f64::from(glyph.font_size);
    let x = origin.0 + f64::from(glyph.x) + size * f64::from(glyph.x_offset);
    let y = origin.1 + f64::from(glyph.y) - size * f64::from(glyph.y_offset);
    let (key, left, top) = CacheKey::new(
        glyph.font_id,
        glyph.glyph_id,
        glyph.font_size,
        (x as f32, y as f32),
        glyph.font_weight,
        glyph.cache_key_flags,
    );
    (key, left, top, (x - f64::from(left)) as f32, (y - f64::from(top)) as f32)
}

/// The pixels of some glyphs together.
pub(super) fn joined(glyphs: &[Glyph], which: impl Fn(&Glyph) -> Option<&Raster>) -> Raster {
    let parts: Vec<&Raster> = glyphs.iter().filter_map(which).collect();
    let mut whole = Raster::around(&parts, 0);
    parts.iter().for_each(|part| whole.over(part, 255));
    whole
}

/// Colours letters by where they stand in `whole`; their coverage stays.
pub(super) fn tint(raster: &mut Raster, gradient: &Gradient, whole: Rect) {
    let (middle_x, middle_y) = (whole.x + whole.width / 2.0, whole.y + whole.height / 2.0);
    let (sine, cosine) = gradient.angle.to_radians().sin_cos();
    // The gradient runs through the middle and spans the box along its direction: 0° to the right, 90° down.
    let reach = (whole.width * cosine.abs() + whole.height * sine.abs()) / 2.0;
    let radius = whole.width.hypot(whole.height) / 2.0;
    let width = raster.width;
    for (index, pixel) in raster.data.as_chunks_mut::<4>().0.iter_mut().enumerate().filter(|(_, pixel)| pixel[3] > 0) {
        let x = f64::from(raster.x) + (index % width) as f64 + 0.5 - middle_x;
        let y = f64::from(raster.y) + (index / width) as f64 + 0.5 - middle_y;
        let share = match gradient.kind {
            GradientKind::Linear => (x * cosine + y * sine) / reach.max(1.0) / 2.0 + 0.5,
            GradientKind::Radial => x.hypot(y) / radius.max(1.0),
        };
        let color = color_at(gradient, share.clamp(0.0, 1.0));
        let alpha = pixel[3];
        *pixel = [mul255(color[0], alpha), mul255(color[1], alpha), mul255(color[2], alpha), alpha];
    }
}

/// The colour of a gradient at `share` of its way.
fn color_at(gradient: &Gradient, share: f64) -> [u8; 3] {
    let mut before = None;
    for stop in &gradient.stops {
        if stop.offset >= share {
            let Some((from, color)) = before else { return stop.color.rgb() };
            let part = if stop.offset > from { (share - from) / (stop.offset - from) } else { 1.0 };
            let color: [u8; 3] = color;
            let to = stop.color.rgb();
            let mix = |channel: usize| {
                let (a, b) = (f64::from(color[channel]), f64::from(to[channel]));
                (a + (b - a) * part).round() as u8
            };
            return [mix(0), mix(1), mix(2)];
        }
        before = Some((stop.offset, stop.color.rgb()));
    }
    before.map_or([0; 3], |(_, color)| color)
}

/// A set line, for what is drawn along it.
pub(super) struct Ruled {
    /// Its left end, on the baseline.
    pub(super) origin: (f64, f64),
    pub(super) width: f64,
    pub(super) size: f64,
    pub(super) capitals: f64,
}

impl Ruled {
    /// A colour behind the line.
    pub(super) fn behind(&self, color: Color) -> Option<Raster> {
        let margin = self.size * 0.12;
        let shape = Rect {
            x: self.origin.0 - margin,
            y: self.origin.1 - self.capitals - margin * 1.6,
            width: self.width + 2.0 * margin,
            height: self.capitals + self.size * 0.22 + 2.0 * margin,
        };
        rounded(shape, 0.0, Rgb::from(color), f64::from(color.alpha) / 255.0)
    }

    /// A line under or through the words.
    pub(super) fn line(&self, decoration: TextDecoration, pen: Pen) -> Option<Raster> {
        let thickness = (self.size / 16.0).max(1.0);
        let down = match decoration {
            TextDecoration::None => return None,
            TextDecoration::Underline => self.size * 0.1,
            TextDecoration::LineThrough => -self.capitals * 0.45,
        };
        let y = (self.origin.1 + down).round();
        let shape = Rect { x: self.origin.0, y, width: self.width, height: thickness };
        rounded(shape, 0.0, pen.colour, pen.opacity)
    }
}

/// A line around a box, inside of it.
pub(super) fn outline(area: Rect, border: &Border) -> Option<Raster> {
    let (left, top) = (area.x.floor(), area.y.floor());
    let width = (area.x + area.width).ceil() - left;
    let height = (area.y + area.height).ceil() - top;
    let mut pixels = Pixmap::new(width.max(1.0) as u32, height.max(1.0) as u32)?;
    let half = border.width / 2.0;
    let inside = Rect {
        x: area.x - left + half,
        y: area.y - top + half,
        width: (area.width - border.width).max(1.0),
        height: (area.height - border.width).max(1.0),
    };
    let path = rounded_path(inside, (border.radius - half).max(0.0))?;
    let line = LineStyle { width: border.width as f32, ..LineStyle::default() };
    pixels.stroke_path(&path, &paint(Rgb::from(border.color), border.opacity), &line, Transform::identity(), None);
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    Some(Raster { x: left as i32, y: top as i32, width, height, data: pixels.take() })
}

fn paint(colour: Rgb, opacity: f64) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    let [red, green, blue] = colour.0;
    paint.set_color_rgba8(red, green, blue, (opacity * 255.0).round() as u8);
    paint
}

/// A filled rectangle with round corners.
pub(super) fn rounded(shape: Rect, radius: f64, colour: Rgb, opacity: f64) -> Option<Raster> {
    let (left, top) = (shape.x.floor() as i32, shape.y.floor() as i32);
    let width = (shape.x + shape.width).ceil() as i32 - left;
    let height = (shape.y + shape.height).ceil() as i32 - top;
    let mut pixels = Pixmap::new(u32::try_from(width).ok()?, u32::try_from(height).ok()?)?;
    let path = rounded_path(shape.moved((-f64::from(left), -f64::from(top))), radius)?;
    pixels.fill_path(&path, &paint(colour, opacity), FillRule::Winding, Transform::identity(), None);
    Some(Raster { x: left, y: top, width: width as usize, height: height as usize, data: pixels.take() })
}

fn rounded_path(shape: Rect, radius: f64) -> Option<Path> {
    let (x, y) = (shape.x as f32, shape.y as f32);
    let (right, bottom) = (x + shape.width as f32, y + shape.height as f32);
    let radius = radius.min(shape.width / 2.0).min(shape.height / 2.0) as f32;
    // A quarter circle by a cubic: the usual constant 4/3 (√2 − 1).
    let handle = radius * (1.0 - 0.552_284_8);
    let mut path = PathBuilder::new();
    path.move_to(x + radius, y);
    path.line_to(right - radius, y);
    path.cubic_to(right - handle, y, right, y + handle, right, y + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(right, bottom - handle, right - handle, bottom, right - radius, bottom);
    path.line_to(x + radius, bottom);
    path.cubic_to(x + handle, bottom, x, bottom - handle, x, bottom - radius);
    path.line_to(x, y + radius);
    path.cubic_to(x, y + handle, x + handle, y, x + radius, y);
    path.close();
    path.finish()
}
