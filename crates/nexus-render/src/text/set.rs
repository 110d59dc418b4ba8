//! Sets a text into its box: shaping, lines, shadow, backing; each word or letter on its own pixels.

use cosmic_text::{
    Attrs, Buffer, CacheKey, CacheKeyFlags, Family, LayoutGlyph, Metrics, Shaping, SwashContent, Weight, Wrap,
};
use nexus_edit::model::{AnimateBy, Horizontal, RichText, Vertical};
use resvg::tiny_skia::{FillRule, Paint, PathBuilder, Pixmap, Transform};

use super::lines::{Word, break_lines};
use crate::{
    colour::Rgb,
    fonts::{Face, Fonts, Loaded},
    geometry::Rect,
    raster::Raster,
    resample::mul255,
};

/// Text that does not fit its box is set smaller, in steps of this factor, down to [`SMALLEST`].
const STEP: f64 = 0.95;
/// How much of punctuation at the end of a centred line hangs outside it.
const HANG: f64 = 0.7;
/// Smallest share of the size asked for.
const SMALLEST: f64 = 0.4;

/// What to set and where.
pub(crate) struct TextJob<'a> {
    pub(crate) text: &'a RichText,
    pub(crate) face: &'a Face,
    /// The box in frame pixels.
    pub(crate) area: Rect,
}

/// A set text.
pub(crate) struct SetText {
    /// In drawing order.
    pub(crate) pieces: Vec<Piece>,
    /// Words or letters that arrive one by one; 1 when the block is one.
    pub(crate) units: usize,
    /// Size that was used, in pixels.
    pub(crate) size_px: f64,
    /// What people should know.
    pub(crate) remark: Option<String>,
}

/// Some pixels of a text.
pub(crate) struct Piece {
    pub(crate) raster: Raster,
    /// The unit that it belongs to; `None` for the backing.
    pub(crate) unit: Option<usize>,
}

/// Sets a text.
pub(crate) fn set(job: &TextJob<'_>, fonts: &Fonts) -> SetText {
    let TextJob { text, area, .. } = job;
    let mut loaded = fonts.lock();
    let padding = text.background.as_ref().map_or(0.0, |background| f64::from(background.padding));
    let (width, height) = ((area.width - 2.0 * padding).max(1.0), (area.height - 2.0 * padding).max(1.0));
    let asked = f64::from(text.font.size);
    let mut size = asked;
    let block = loop {
        let block = lay_out(job, &mut loaded, size, width);
        let fits = block.width <= width + 0.5 && block.height <= height + 0.2 * size;
        if fits || size * STEP < asked * SMALLEST {
            break block;
        }
        size *= STEP;
    };
    let remark = (size < asked).then(|| {
        let percent = (size / asked * 100.0).round();
        let words: String = text.text.chars().take(40).collect();
        format!("the text '{words}' is set at {percent} % of its size so that it fits its box")
    });
    draw(job, &mut loaded, &block, padding, remark)
}

/// Lines at places relative to the block's upper left corner.
struct Block {
    lines: Vec<Line>,
    size: f64,
    width: f64,
    height: f64,
    /// Height of capitals, in pixels.
    capitals: f64,
}

struct Line {
    glyphs: Vec<LayoutGlyph>,
    text: String,
    width: f64,
    /// Baseline below the block's upper edge.
    baseline: f64,
}

fn lay_out(job: &TextJob<'_>, loaded: &mut Loaded, size: f64, width: f64) -> Block {
    let style = &job.text.style;
    let scale = size / f64::from(job.text.font.size);
    let tracking = style.letter_spacing * scale;
    let line_height = size * style.line_height;
    let shaper = Shaper { face: job.face, size, line_height, tracking };
    let mut lines = Vec::new();
    for paragraph in job.text.text.lines() {
        let parts: Vec<&str> = paragraph.split([' ', '\t']).filter(|part| !part.is_empty()).collect();
        let words: Vec<Word> = parts
            .iter()
            .map(|part| Word { width: shaper.shape(loaded, part).width, characters: part.chars().count() })
            .collect();
        let space = shaper.shape(loaded, "x x").width - 2.0 * shaper.shape(loaded, "x").width - tracking;
        for range in break_lines(&words, space.max(0.0), width) {
            let mut line = shaper.shape(loaded, &parts[range].join(" "));
            line.baseline += line_height * lines.len() as f64;
            lines.push(line);
        }
    }
    let widest = lines.iter().map(|line| line.width).fold(0.0, f64::max);
    let capitals = shaper.capitals(loaded);
    Block { width: widest, height: line_height * lines.len() as f64, lines, size, capitals }
}

struct Shaper<'a> {
    face: &'a Face,
    size: f64,
    line_height: f64,
    tracking: f64,
}

impl Shaper<'_> {
    fn shape(&self, loaded: &mut Loaded, text: &str) -> Line {
        let metrics = Metrics::new(self.size as f32, self.line_height as f32);
        let mut buffer = Buffer::new(&mut loaded.system, metrics);
        buffer.set_wrap(Wrap::None);
        buffer.set_size(None, None);
        let attrs = Attrs::new()
            .family(Family::Name(&self.face.family))
            .weight(Weight(self.face.weight))
            .cache_key_flags(CacheKeyFlags::DISABLE_HINTING)
            .letter_spacing((self.tracking / self.size) as f32);
        buffer.set_text(text, &attrs, Shaping::Advanced, None);
        buffer.shape_until_scroll(&mut loaded.system, false);
        let mut runs = buffer.layout_runs();
        let Some(run) = runs.next() else {
            return Line { glyphs: vec![], text: text.to_owned(), width: 0.0, baseline: self.line_height };
        };
        // Spacing follows every letter; after the last one it would only push the line off its centre.
        let width = (f64::from(run.line_w) - self.tracking).max(0.0);
        Line { glyphs: run.glyphs.to_vec(), text: text.to_owned(), width, baseline: f64::from(run.line_y) }
    }

    /// Height of a capital, from its own outline.
    fn capitals(&self, loaded: &mut Loaded) -> f64 {
        let line = self.shape(loaded, "H");
        let Some(glyph) = line.glyphs.first() else { return self.size * 0.7 };
        let key = glyph.physical((0.0, 0.0), 1.0).cache_key;
        let image = loaded.glyphs.get_image_uncached(&mut loaded.system, key);
        image.map_or(self.size * 0.7, |image| f64::from(image.placement.top))
    }
}

fn draw(job: &TextJob<'_>, loaded: &mut Loaded, block: &Block, padding: f64, remark: Option<String>) -> SetText {
    let TextJob { text, area, .. } = job;
    let inner = Rect {
        x: area.x + padding,
        y: area.y + padding,
        width: area.width - 2.0 * padding,
        height: area.height - 2.0 * padding,
    };
    let down = match text.align.vertical {
        Vertical::Top => 0.0,
        Vertical::Middle => (inner.height - block.height) / 2.0,
        Vertical::Bottom => inner.height - block.height,
    };
    // Whole pixels down keep horizontal strokes equally sharp in every line.
    let top = (inner.y + down).round();
    let across = |width: f64| match text.align.horizontal {
        Horizontal::Left => 0.0,
        Horizontal::Center => (inner.width - width) / 2.0,
        Horizontal::Right => inner.width - width,
    };
    let mut pieces = Vec::new();
    let mut lift = 0.0;
    if let Some(background) = &text.background {
        let shape = if background.wrap {
            Rect {
                x: inner.x + across(block.width) - padding,
                y: top - padding,
                width: block.width + 2.0 * padding,
                height: block.height + 2.0 * padding,
            }
        } else {
            *area
        };
        lift = optical_lift(block, top, shape);
        if !block.lines.is_empty()
            && let Some(colour) = background.color.map(Rgb::from)
            && let Some(raster) = rounded(shape, background.border_radius, colour, background.opacity)
        {
            pieces.push(Piece { raster, unit: None });
        }
    }
    let style = text.animation.and_then(|animation| animation.style);
    let pen = Pen { colour: Rgb::from(text.font.color), opacity: text.font.opacity };
    let mut letters: Vec<Vec<Glyph>> = Vec::new();
    for line in &block.lines {
        let hang = if text.align.horizontal == Horizontal::Center { hang(line) } else { 0.0 };
        let origin = (inner.x + across(line.width) + hang, top + line.baseline.round() + lift);
        draw_line(line, origin, pen, style, loaded, &mut letters);
    }
    let units: Vec<Raster> = letters.iter().map(|glyphs| joined(glyphs)).collect();
    let used = units.len().max(1);
    if let Some(shadow) = &text.shadow {
        let colour = Rgb::from(shadow.color);
        let scale = block.size / f64::from(text.font.size);
        let offset = (shadow.offset_x * scale, shadow.offset_y * scale);
        for (unit, raster) in units.iter().enumerate() {
            let raster = raster.shadow(colour.0, shadow.opacity, shadow.blur * scale / 2.0, offset);
            pieces.push(Piece { raster, unit: Some(unit) });
        }
    }
    pieces.extend(units.into_iter().enumerate().map(|(unit, raster)| Piece { raster, unit: Some(unit) }));
    SetText { pieces, units: used, size_px: block.size, remark }
}

/// How far a centred line moves so that its words, not its quotation marks and full stops, are centred.
fn hang(line: &Line) -> f64 {
    let weight = |glyph: Option<&LayoutGlyph>| {
        glyph.map_or(0.0, |glyph| match line.text.get(glyph.start..glyph.end) {
            Some("“" | "”" | "„" | "«" | "»" | "‘" | "’" | "\"" | "," | "." | "…" | "–" | "—") => {
                f64::from(glyph.w)
            }
            Some(_) | None => 0.0,
        })
    };
    HANG * (weight(line.glyphs.last()) - weight(line.glyphs.first())) / 2.0
}

/// Within a shape, the eye centres capitals, not line boxes.
fn optical_lift(block: &Block, top: f64, shape: Rect) -> f64 {
    let (Some(first), Some(last)) = (block.lines.first(), block.lines.last()) else { return 0.0 };
    let middle = top + f64::midpoint(first.baseline - block.capitals, last.baseline);
    let wanted = shape.y + shape.height / 2.0 - middle;
    // A text that is aligned to an edge of a large shape stays there.
    if wanted.abs() < block.size * 0.3 { wanted.round() } else { 0.0 }
}

#[derive(Clone, Copy)]
struct Pen {
    colour: Rgb,
    opacity: f64,
}

/// A glyph's pixels.
struct Glyph(Raster);

fn draw_line(
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
        let raster = glyph_raster(glyph, origin, pen, loaded);
        let starts_new = units.is_empty() || (style.is_some() && last_unit != Some(unit));
        last_unit = Some(unit);
        if starts_new {
            units.push(Vec::new());
        }
        if let (Some(raster), Some(current)) = (raster, units.last_mut()) {
            current.push(Glyph(raster));
        }
    }
}

fn glyph_raster(glyph: &LayoutGlyph, origin: (f64, f64), pen: Pen, loaded: &mut Loaded) -> Option<Raster> {
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

fn joined(glyphs: &[Glyph]) -> Raster {
    let parts: Vec<&Raster> = glyphs.iter().map(|glyph| &glyph.0).collect();
    let mut whole = Raster::around(&parts, 0);
    parts.iter().for_each(|part| whole.over(part, 255));
    whole
}

/// A filled rectangle with round corners.
fn rounded(shape: Rect, radius: f64, colour: Rgb, opacity: f64) -> Option<Raster> {
    let (left, top) = (shape.x.floor() as i32, shape.y.floor() as i32);
    let width = (shape.x + shape.width).ceil() as i32 - left;
    let height = (shape.y + shape.height).ceil() as i32 - top;
    let mut pixels = Pixmap::new(u32::try_from(width).ok()?, u32::try_from(height).ok()?)?;
    let (x, y) = ((shape.x - f64::from(left)) as f32, (shape.y - f64::from(top)) as f32);
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
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    let [red, green, blue] = colour.0;
    paint.set_color_rgba8(red, green, blue, (opacity * 255.0).round() as u8);
    pixels.fill_path(&path.finish()?, &paint, FillRule::Winding, Transform::identity(), None);
    Some(Raster { x: left, y: top, width: width as usize, height: height as usize, data: pixels.take() })
}
