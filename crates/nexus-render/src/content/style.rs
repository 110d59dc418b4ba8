//! The few properties of CSS that one text needs: rules by tag, class and id, and their declarations. Pure.

use std::collections::BTreeMap;

use nexus_edit::model::{
    Color, Horizontal, RichText, Shadow, Stroke, TextBackground, TextCase, TextDecoration, asset::FontStyle,
};

/// Longest style sheet that is read, in rules.
const MOST_RULES: usize = 2_000;

/// Properties by name, in lower case.
pub(super) type Declarations = BTreeMap<String, String>;

/// A style sheet: simple selectors only.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<(String, Declarations)>);

impl Rules {
    /// Adds the rules of a style sheet.
    pub(super) fn add(&mut self, css: &str) {
        let mut rest = css;
        while let Some((selectors, after)) = rest.split_once('{') {
            let (body, after) = after.split_once('}').unwrap_or((after, ""));
            for selector in selectors.split(',') {
                if self.0.len() < MOST_RULES {
                    // Of a descendant selector the last part says which element is meant.
                    let last = selector.split_whitespace().last().unwrap_or("").to_owned();
                    self.0.push((last, declarations(body)));
                }
            }
            rest = after;
        }
    }

    /// What the sheet says of an element: by tag, then by class, then by id.
    pub(super) fn of(&self, tag: &str, class: Option<&str>, id: Option<&str>) -> Declarations {
        let classes: Vec<&str> = class.unwrap_or("").split_whitespace().collect();
        let weight = |selector: &str| {
            let (element, rest) = selector.split_at(selector.find(['.', '#']).unwrap_or(selector.len()));
            let fits = element.is_empty() || element == "*" || element.eq_ignore_ascii_case(tag);
            match (fits, rest.strip_prefix('.'), rest.strip_prefix('#')) {
                (true, Some(name), _) => classes.contains(&name).then_some(1),
                (true, _, Some(name)) => (id == Some(name)).then_some(2),
                (true, None, None) => (!element.is_empty()).then_some(0),
                (false, ..) => None,
            }
        };
        let level = |wanted: u8| {
            let rules = self.0.iter().filter(move |(selector, _)| weight(selector) == Some(wanted));
            cascade(rules.map(|(_, declarations)| declarations.clone()))
        };
        cascade([level(0), level(1), level(2)])
    }
}

/// The rules of a style sheet.
pub(super) fn rules(css: &str) -> Rules {
    let mut rules = Rules::default();
    rules.add(css);
    rules
}

/// `name: value; name: value`.
pub(super) fn declarations(text: &str) -> Declarations {
    let pairs = text.split(';').filter_map(|pair| pair.split_once(':'));
    pairs.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())).collect()
}

/// Later ones win.
pub(super) fn cascade(parts: impl IntoIterator<Item = Declarations>) -> Declarations {
    parts.into_iter().flatten().collect()
}

/// What browsers do with an element by themselves.
pub(super) fn built_in(tag: &str) -> Declarations {
    let one = |name: &str, value: &str| Declarations::from([(name.to_owned(), value.to_owned())]);
    match tag {
        "b" | "strong" => one("font-weight", "bold"),
        "i" | "em" => one("font-style", "italic"),
        "u" => one("text-decoration", "underline"),
        "h1" => cascade([one("font-size", "2em"), one("font-weight", "bold")]),
        "h2" => cascade([one("font-size", "1.5em"), one("font-weight", "bold")]),
        "h3" => cascade([one("font-size", "1.17em"), one("font-weight", "bold")]),
        _ => Declarations::new(),
    }
}

/// Gives `text` the look of `style`; what could not be read.
pub(super) fn apply(style: &Declarations, text: &mut RichText) -> Vec<String> {
    let mut unread = Vec::new();
    if let Some(size) = style.get("font-size").and_then(|value| length(value, 16.0)) {
        text.font.size = size.round().clamp(1.0, 500.0) as u32;
    }
    let size = f64::from(text.font.size);
    for (name, value) in style {
        let value = value.trim_end_matches("!important").trim();
        let read = match name.as_str() {
            "font-size" => length(value, 16.0).map(|_| ()),
            "color" => color(value).map(|color| {
                text.font.color = Color { alpha: 255, ..color };
                text.font.opacity = f64::from(color.alpha) / 255.0;
            }),
            "font-family" => family(value).map(|family| text.font.family = family),
            "font-weight" => weight(value).map(|weight| text.font.weight = weight),
            "font-style" => slant(value).map(|style| text.font.style = style),
            "text-align" => horizontal(value).map(|side| text.align.horizontal = side),
            "line-height" => line_height(value, size).map(|height| text.style.line_height = height),
            "letter-spacing" => length(value, size).map(|spacing| text.style.letter_spacing = spacing),
            "word-spacing" => length(value, size).map(|spacing| text.style.word_spacing = spacing.max(0.0)),
            "text-transform" => case(value).map(|case| text.style.text_transform = case),
            "text-decoration" | "text-decoration-line" => {
                decoration(value).map(|line| text.style.text_decoration = line)
            }
            "text-shadow" => shadow(value, size).map(|shadow| text.shadow = Some(shadow)),
            "-webkit-text-stroke" => stroke(value, size).map(|stroke| text.stroke = Some(stroke)),
            "opacity" => value.parse::<f64>().ok().map(|share| text.font.opacity *= share.clamp(0.0, 1.0)),
            "background" | "background-color" => color(value).map(|color| backing(text).color = Some(color)),
            "border-radius" => length(value, size).map(|radius| backing(text).border_radius = radius.max(0.0)),
            "padding" => value
                .split_whitespace()
                .next()
                .and_then(|value| length(value, size))
                .map(|padding| backing(text).padding = padding.clamp(0.0, 200.0) as u32),
            // Layout of boxes is the asset's own width, height and position here.
            "margin" | "width" | "height" | "display" | "position" | "white-space" | "overflow" => Some(()),
            _ => None,
        };
        if read.is_none() {
            unread.push(format!("the style '{name}: {}' is not drawn", value.chars().take(40).collect::<String>()));
        }
    }
    if text.background.is_some_and(|background| background.color.is_none()) {
        text.background = None;
    }
    unread
}

fn backing(text: &mut RichText) -> &mut TextBackground {
    text.background.get_or_insert(TextBackground {
        color: None,
        opacity: 1.0,
        border_radius: 0.0,
        wrap: true,
        padding: 0,
    })
}

/// Pixels of `12px`, `9pt`, `1.5em`, `2rem` or a bare number; `em` is in pixels.
fn length(text: &str, em: f64) -> Option<f64> {
    let digits = text.find(|letter: char| !(letter.is_ascii_digit() || ['.', '-', '+'].contains(&letter)));
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite())?;
    match unit.trim() {
        "" | "px" => Some(number),
        "pt" => Some(number * 4.0 / 3.0),
        "em" => Some(number * em),
        "rem" => Some(number * 16.0),
        _ => None,
    }
}

fn line_height(text: &str, size: f64) -> Option<f64> {
    let factor = match text {
        "normal" => Some(1.2),
        _ => text.strip_suffix('%').and_then(|percent| percent.parse::<f64>().ok()).map(|percent| percent / 100.0),
    };
    let bare = || text.parse::<f64>().ok();
    let factor = factor.or_else(bare).or_else(|| length(text, size).map(|pixels| pixels / size));
    factor.filter(|factor| (0.0..=10.0).contains(factor))
}

fn family(text: &str) -> Option<String> {
    let first = text.split(',').next()?.trim().trim_matches(['"', '\'']).trim();
    (!first.is_empty()).then(|| first.to_owned())
}

fn weight(text: &str) -> Option<u16> {
    match text {
        "normal" => Some(400),
        "bold" | "bolder" => Some(700),
        "lighter" => Some(300),
        _ => text.parse().ok().filter(|weight| (1..=1000).contains(weight)).map(|weight: u16| weight.clamp(100, 900)),
    }
}

fn horizontal(text: &str) -> Option<Horizontal> {
    match text {
        "left" | "start" => Some(Horizontal::Left),
        "center" | "justify" => Some(Horizontal::Center),
        "right" | "end" => Some(Horizontal::Right),
        _ => None,
    }
}

fn case(text: &str) -> Option<TextCase> {
    match text {
        "none" => Some(TextCase::None),
        "uppercase" => Some(TextCase::Uppercase),
        "lowercase" => Some(TextCase::Lowercase),
        "capitalize" => Some(TextCase::Capitalize),
        _ => None,
    }
}

fn slant(text: &str) -> Option<FontStyle> {
    match text {
        "normal" => Some(FontStyle::Normal),
        "italic" | "oblique" => Some(FontStyle::Italic),
        _ => None,
    }
}

fn decoration(text: &str) -> Option<TextDecoration> {
    match text {
        "none" => Some(TextDecoration::None),
        text if text.contains("underline") => Some(TextDecoration::Underline),
        text if text.contains("line-through") => Some(TextDecoration::LineThrough),
        _ => None,
    }
}

/// `2px 2px 4px #000`.
fn shadow(text: &str, em: f64) -> Option<Shadow> {
    let mut lengths = Vec::new();
    let mut tone = Color::BLACK;
    for part in parts(text) {
        match length(&part, em) {
            Some(pixels) => lengths.push(pixels),
            None => tone = color(&part)?,
        }
    }
    let [offset_x, offset_y, rest @ ..] = lengths.as_slice() else { return None };
    Some(Shadow {
        offset_x: *offset_x,
        offset_y: *offset_y,
        blur: rest.first().copied().unwrap_or(0.0).max(0.0),
        color: Color { alpha: 255, ..tone },
        opacity: f64::from(tone.alpha) / 255.0,
    })
}

/// `2px #000`.
fn stroke(text: &str, em: f64) -> Option<Stroke> {
    let parts = parts(text);
    let width = parts.iter().find_map(|part| length(part, em))?;
    let tone = parts.iter().find_map(|part| color(part)).unwrap_or(Color::BLACK);
    Some(Stroke { width, color: Color { alpha: 255, ..tone }, opacity: f64::from(tone.alpha) / 255.0 })
}

/// Words of a value; what stands in brackets is one word.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut depth = 0_usize;
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if letter.is_whitespace() && depth == 0 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()`, `transparent` and the sixteen basic names.
fn color(text: &str) -> Option<Color> {
    let text = text.trim().to_ascii_lowercase();
    if let Some(digits) = text.strip_prefix('#') {
        let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| all_hex)?;
        return match digits.len() {
            3 => {
                let channel = |shift: u32| (((number >> shift) & 0xf) * 17) as u8;
                Some(Color::opaque(channel(8), channel(4), channel(0)))
            }
            6 => Color::parse(&text),
            8 => {
                let [red, green, blue, alpha] = number.to_be_bytes();
                Some(Color { red, green, blue, alpha })
            }
            _ => None,
        };
    }
    if let Some(inside) = text.strip_prefix("rgb").and_then(|rest| rest.trim_start_matches('a').strip_prefix('(')) {
        let numbers: Vec<f64> = inside
            .trim_end_matches(')')
            .split([',', ' ', '/'])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().ok())
            .collect::<Option<_>>()?;
        let [red, green, blue, rest @ ..] = numbers.as_slice() else { return None };
        let byte = |value: f64| value.round().clamp(0.0, 255.0) as u8;
        let alpha = byte(rest.first().copied().unwrap_or(1.0) * 255.0);
        return Some(Color { red: byte(*red), green: byte(*green), blue: byte(*blue), alpha });
    }
    const NAMES: [(&str, u32); 18] = [
        ("black", 0x00_0000),
        ("silver", 0xc0_c0c0),
        ("gray", 0x80_8080),
        ("grey", 0x80_8080),
        ("white", 0xff_ffff),
        ("maroon", 0x80_0000),
        ("red", 0xff_0000),
        ("purple", 0x80_0080),
        ("fuchsia", 0xff_00ff),
        ("green", 0x00_8000),
        ("lime", 0x00_ff00),
        ("olive", 0x80_8000),
        ("yellow", 0xff_ff00),
        ("orange", 0xff_a500),
        ("navy", 0x00_0080),
        ("blue", 0x00_00ff),
        ("teal", 0x00_8080),
        ("aqua", 0x00_ffff),
    ];
    if text == "transparent" || text == "none" {
        return Some(Color::CLEAR);
    }
    let [_, red, green, blue] = NAMES.iter().find(|(name, _)| *name == text)?.1.to_be_bytes();
    Some(Color::opaque(red, green, blue))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_by_table() {
        for (text, want) in [
            ("#fff", Some(Color::WHITE)),
            ("rgba(255, 0, 0, 0.5)", Some(Color { red: 255, green: 0, blue: 0, alpha: 128 })),
            ("rgb(1 2 3)", Some(Color::opaque(1, 2, 3))),
            ("#11223380", Some(Color { red: 0x11, green: 0x22, blue: 0x33, alpha: 0x80 })),
            ("teal", Some(Color::opaque(0, 128, 128))),
            ("#ggg", None),
            ("url(x)", None),
        ] {
            assert_eq!(color(text), want, "{text}");
        }
        assert_eq!(length("1.5em", 20.0), Some(30.0));
        assert_eq!(length("9pt", 20.0), Some(12.0));
        assert_eq!(length("10vw", 20.0), None);
        let cast = shadow("2px 3px 4px rgba(0, 0, 0, 0.5)", 16.0).expect("a shadow");
        assert_eq!((cast.offset_x, cast.offset_y, cast.blur), (2.0, 3.0, 4.0));
        assert!((cast.opacity - 0.5).abs() < 0.01);
    }

    #[test]
    fn unknown_properties_are_named() {
        let mut text = RichText::new("x");
        let unread = apply(&declarations("color: red; filter: blur(3px)"), &mut text);
        assert_eq!(text.font.color, Color::opaque(255, 0, 0));
        assert_eq!(unread, ["the style 'filter: blur(3px)' is not drawn"]);
    }
}
