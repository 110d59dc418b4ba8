//! Sets a text into its box: shaping, lines, shadow, backing; each word or letter on its own pixels.

use cosmic_text::{Attrs, Buffer, CacheKeyFlags, Family, LayoutGlyph, Metrics, Shaping, Style, Weight, Wrap};
use nexus_edit::model::{Horizontal, RichText, Sides, Stroke, TextCase, Vertical};

use super::{
    arrive::unit,
    lines::{Word, break_lines},
    paint::{Glyph, Pen, Ruled, draw_line, joined, outline, rounded, tint},
};
use crate::{
    colour::Rgb,
    fonts::{Face, Fonts, Loaded},
    geometry::Rect,
    raster::Raster,
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
    let room = within(*area, &text.padding);
    let (width, height) = ((room.width - 2.0 * padding).max(1.0), (room.height - 2.0 * padding).max(1.0));
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

/// A box without its paddings, never turned inside out.
fn within(area: Rect, sides: &Sides) -> Rect {
    let (left, top) = (sides.left.min(area.width), sides.top.min(area.height));
    Rect {
        x: area.x + left,
        y: area.y + top,
        width: (area.width - left - sides.right).max(1.0),
        height: (area.height - top - sides.bottom).max(1.0),
    }
}

/// The words in the letters that their style asks for.
fn cased(text: &str, case: TextCase) -> String {
    match case {
        TextCase::None => text.to_owned(),
        TextCase::Uppercase => text.to_uppercase(),
        TextCase::Lowercase => text.to_lowercase(),
        TextCase::Capitalize => {
            let mut after_gap = true;
            let mut out = String::with_capacity(text.len());
            for letter in text.chars() {
                if after_gap {
                    out.extend(letter.to_uppercase());
                } else {
                    out.push(letter);
                }
                after_gap = letter.is_whitespace();
            }
            out
        }
    }
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

pub(super) struct Line {
    pub(super) glyphs: Vec<LayoutGlyph>,
    pub(super) text: String,
    width: f64,
    /// Baseline below the block's upper edge.
    baseline: f64,
}

fn lay_out(job: &TextJob<'_>, loaded: &mut Loaded, size: f64, width: f64) -> Block {
    let style = &job.text.style;
    let scale = size / f64::from(job.text.font.size);
    let tracking = style.letter_spacing * scale;
    let line_height = size * style.line_height;
    let shaper = Shaper { face: job.face, size, line_height, tracking, gap: style.word_spacing * scale };
    let mut lines = Vec::new();
    for paragraph in cased(&job.text.text, style.text_transform).lines() {
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
    /// Pixels added between words.
    gap: f64,
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
            .style(if self.face.is_italic { Style::Italic } else { Style::Normal })
            .cache_key_flags(CacheKeyFlags::DISABLE_HINTING)
            .letter_spacing((self.tracking / self.size) as f32);
        buffer.set_text(text, &attrs, Shaping::Advanced, None);
        buffer.shape_until_scroll(&mut loaded.system, false);
        let mut runs = buffer.layout_runs();
        let Some(run) = runs.next() else {
            return Line { glyphs: vec![], text: text.to_owned(), width: 0.0, baseline: self.line_height };
        };
        // Spacing follows every letter; after the last one it would only push the line off its centre.
        let gaps = |until: usize| text.get(..until).unwrap_or(text).matches(' ').count() as f64;
        let width = (f64::from(run.line_w) - self.tracking).max(0.0) + self.gap * gaps(text.len());
        let mut glyphs = run.glyphs.to_vec();
        if self.gap > 0.0 {
            glyphs.iter_mut().for_each(|glyph| glyph.x += (self.gap * gaps(glyph.start)) as f32);
        }
        Line { glyphs, text: text.to_owned(), width, baseline: f64::from(run.line_y) }
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
    let room = within(*area, &text.padding);
    let inner = Rect {
        x: room.x + padding,
        y: room.y + padding,
        width: room.width - 2.0 * padding,
        height: room.height - 2.0 * padding,
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
    if let Some(border) = text.border.filter(|border| border.width > 0.0) {
        pieces.extend(outline(*area, &border).map(|raster| Piece { raster, unit: None }));
    }
    let style = text.animation.as_ref().and_then(unit);
    let scale = block.size / f64::from(text.font.size);
    let stroke = text.stroke.or(text.font.stroke).filter(|stroke| stroke.width > 0.0);
    let pen = Pen {
        colour: Rgb::from(text.font.color),
        opacity: text.font.opacity,
        stroke: stroke.map(|stroke| Stroke { width: stroke.width * scale, ..stroke }),
    };
    let mut letters: Vec<Vec<Glyph>> = Vec::new();
    for line in &block.lines {
        let hang = if text.align.horizontal == Horizontal::Center { hang(line) } else { 0.0 };
        let origin = (inner.x + across(line.width) + hang, top + line.baseline.round() + lift);
        let ruled = Ruled { origin, width: line.width, size: block.size, capitals: block.capitals };
        if let Some(color) = text.font.background {
            pieces.extend(ruled.behind(color).map(|raster| Piece { raster, unit: None }));
        }
        pieces.extend(ruled.line(text.style.text_decoration, pen).map(|raster| Piece { raster, unit: None }));
        draw_line(line, origin, pen, style, loaded, &mut letters);
    }
    let mut units: Vec<Raster> = letters.iter().map(|glyphs| joined(glyphs, |glyph| glyph.fill.as_ref())).collect();
    let outlines: Vec<Raster> = match pen.stroke {
        Some(_) => letters.iter().map(|glyphs| joined(glyphs, |glyph| glyph.outline.as_ref())).collect(),
        None => vec![],
    };
    if let Some(gradient) = &text.style.gradient {
        let whole = Rect { x: inner.x + across(block.width), y: top + lift, width: block.width, height: block.height };
        units.iter_mut().for_each(|unit| tint(unit, gradient, whole));
    }
    let used = units.len().max(1);
    if let Some(shadow) = &text.shadow {
        let colour = Rgb::from(shadow.color);
        let offset = (shadow.offset_x * scale, shadow.offset_y * scale);
        let casting = if outlines.is_empty() { &units } else { &outlines };
        for (unit, raster) in casting.iter().enumerate() {
            let raster = raster.shadow(colour.0, shadow.opacity, shadow.blur * scale / 2.0, offset);
            pieces.push(Piece { raster, unit: Some(unit) });
        }
    }
    pieces.extend(outlines.into_iter().enumerate().map(|(unit, raster)| Piece { raster, unit: Some(unit) }));
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
