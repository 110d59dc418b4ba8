//! The simple subset of HTML that titles need, as one rich text: paragraphs, line breaks, and the style of the first
//! element that holds words. Pure.
//!
//! What is beyond it (images, tables, several styles in one text, scripts) is named in a remark, and never run.

use nexus_edit::model::{Html, Position, RichText, TextBackground};

use super::{
    Boxed,
    plain::align,
    style::{self, Rules},
};

/// Deepest nesting that is followed.
const MOST_DEPTH: usize = 64;
/// Elements whose content is no text.
const HIDDEN: [&str; 5] = ["style", "script", "head", "title", "template"];
/// Elements that begin and end a line.
const BLOCKS: [&str; 14] =
    ["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "section", "blockquote", "body"];
/// Elements without an end tag.
const EMPTY: [&str; 6] = ["br", "hr", "img", "input", "meta", "link"];

/// The text of `html` in its box, and what of it is not drawn.
pub(crate) fn from_html(html: &Html) -> (Boxed, Vec<String>) {
    let mut reading = Reading { rules: style::rules(html.css.as_deref().unwrap_or("")), ..Reading::default() };
    reading.read(&html.html);
    let Reading { text, chosen, mut remarks, .. } = reading;
    let mut rich = RichText::new(tidy(&text));
    rich.align = align(html.position.unwrap_or(Position::Center));
    rich.font.size = 16;
    remarks.extend(style::apply(&chosen.unwrap_or_default(), &mut rich));
    if let Some(color) = html.background.filter(|color| color.alpha > 0) {
        let fill = TextBackground {
            color: Some(color),
            opacity: f64::from(color.alpha) / 255.0,
            border_radius: 0.0,
            wrap: false,
            padding: 0,
        };
        rich.background.get_or_insert(fill);
    }
    remarks.sort();
    remarks.dedup();
    (Boxed { text: rich, width: html.width.map(f64::from), height: html.height.map(f64::from) }, remarks)
}

#[derive(Default)]
struct Reading {
    rules: Rules,
    text: String,
    /// Open elements with their styles, the innermost last.
    open: Vec<(String, style::Declarations)>,
    /// The style of the first words.
    chosen: Option<style::Declarations>,
    remarks: Vec<String>,
}

impl Reading {
    fn read(&mut self, html: &str) {
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            self.words(&rest[..at]);
            rest = &rest[at..];
            if let Some(comment) = rest.strip_prefix("<!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let Some(end) = tag_end(rest) else {
                // A lone "<" is a letter as any other.
                self.words("<");
                rest = &rest[1..];
                continue;
            };
            let tag = &rest[1..end];
            rest = &rest[end + 1..];
            let name: String = tag.chars().take_while(|letter| letter.is_ascii_alphanumeric()).collect();
            let name = name.to_ascii_lowercase();
            if HIDDEN.contains(&name.as_str()) {
                let close = format!("</{name}");
                let lower = rest.to_ascii_lowercase();
                let content = lower.find(&close).unwrap_or(rest.len());
                if name == "style" {
                    self.rules.add(&rest[..content]);
                }
                rest = &rest[content..];
            } else {
                self.tag(tag, &name);
            }
        }
        self.words(rest);
    }

    fn tag(&mut self, tag: &str, name: &str) {
        if let Some(name) = tag.strip_prefix('/').map(|name| name.trim().to_ascii_lowercase()) {
            if let Some(at) = self.open.iter().rposition(|(open, _)| *open == name) {
                self.open.truncate(at);
            }
            if BLOCKS.contains(&name.as_str()) {
                self.line_break();
            }
            return;
        }
        match name {
            "br" => self.text.push('\n'),
            "img" | "video" | "table" | "canvas" | "svg" | "iframe" => {
                self.remarks.push(format!("<{name}> in HTML is not drawn: use an asset of its own"));
            }
            _ => {}
        }
        if name.is_empty() || EMPTY.contains(&name) || tag.ends_with('/') || self.open.len() >= MOST_DEPTH {
            return;
        }
        if BLOCKS.contains(&name) {
            self.line_break();
        }
        let inherited = self.open.last().map(|(_, style)| style.clone()).unwrap_or_default();
        let own = self.rules.of(name, attribute(tag, "class").as_deref(), attribute(tag, "id").as_deref());
        let inline = attribute(tag, "style").map(|text| style::declarations(&text)).unwrap_or_default();
        self.open.push((name.to_owned(), style::cascade([inherited, style::built_in(name), own, inline])));
    }

    fn words(&mut self, text: &str) {
        let text = unescaped(text);
        if text.trim().is_empty() && !text.contains('\u{a0}') {
            if !self.text.ends_with(['\n', ' ']) && !self.text.is_empty() && !text.is_empty() {
                self.text.push(' ');
            }
            return;
        }
        let style =
            self.open.last().map(|(_, style)| style.clone()).unwrap_or_else(|| self.rules.of("body", None, None));
        match &self.chosen {
            None => self.chosen = Some(style),
            Some(chosen) if *chosen != style && !text.trim().is_empty() => {
                self.remarks
                    .push("HTML with several styles is set in its first one: use one rich-text clip per style".into());
            }
            Some(_) => {}
        }
        let mut gap =
            text.starts_with(char::is_whitespace) && !self.text.is_empty() && !self.text.ends_with(['\n', ' ']);
        for word in
            text.split(|letter: char| letter.is_whitespace() && letter != '\u{a0}').filter(|word| !word.is_empty())
        {
            if gap {
                self.text.push(' ');
            }
            self.text.push_str(word);
            gap = true;
        }
        if text.ends_with(|letter: char| letter.is_whitespace() && letter != '\u{a0}') {
            self.text.push(' ');
        }
    }

    fn line_break(&mut self) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

/// Where a tag that begins at the start of `text` ends; quotes may hold `>`.
fn tag_end(text: &str) -> Option<usize> {
    let next = text[1..].chars().next()?;
    if !(next.is_ascii_alphabetic() || next == '/' || next == '!') {
        return None;
    }
    let mut quote = None;
    for (at, letter) in text.char_indices().skip(1) {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, '>') => return Some(at),
            _ => {}
        }
    }
    None
}

/// The value of an attribute.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    while let Some(at) = rest.to_ascii_lowercase().find(name) {
        let starts = rest[..at].ends_with(char::is_whitespace);
        let after = rest[at + name.len()..].trim_start();
        if starts && let Some(value) = after.strip_prefix('=') {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|letter| ['"', '\''].contains(letter));
            return Some(match quote {
                Some(quote) => value[1..].split(quote).next().unwrap_or("").to_owned(),
                None => value.split_whitespace().next().unwrap_or("").trim_end_matches('/').to_owned(),
            });
        }
        rest = &rest[at + name.len()..];
    }
    None
}

/// Named and numbered characters.
fn unescaped(text: &str) -> String {
    const NAMES: [(&str, &str); 14] = [
        ("nbsp", "\u{a0}"),
        ("lt", "<"),
        ("gt", ">"),
        ("amp", "&"),
        ("quot", "\""),
        ("apos", "'"),
        ("hellip", "…"),
        ("mdash", "—"),
        ("ndash", "–"),
        ("copy", "©"),
        ("reg", "®"),
        ("rsquo", "’"),
        ("ldquo", "“"),
        ("rdquo", "”"),
    ];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.find(';').filter(|end| *end <= 10).map(|end| &rest[1..end]);
        let known = entity.and_then(|entity| {
            let number = entity.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => number.parse().ok(),
            });
            let named = NAMES.iter().find(|(name, _)| *name == entity).map(|(_, value)| (*value).to_owned());
            named.or_else(|| number.and_then(char::from_u32).map(String::from))
        });
        match (known, entity) {
            (Some(value), Some(entity)) => {
                out.push_str(&value);
                rest = &rest[entity.len() + 2..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Without spaces at the ends of lines and without empty lines around.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_matches(' ')).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use nexus_edit::model::{Color, Horizontal};
    use proptest::prelude::*;

    use super::*;

    fn html(markup: &str, css: &str) -> Html {
        Html { html: markup.into(), css: Some(css.into()), width: None, height: None, background: None, position: None }
    }

    #[test]
    fn a_paragraph_takes_the_rules_of_its_tag_class_and_id() {
        let css = "p { color: #ff0000; font-size: 30px; text-align: right; font-weight: bold } .big{font-size:64px} #x { font-family: \"Lato\", sans-serif }";
        let (boxed, remarks) = from_html(&html("<p class='a big' id=x>Hello &amp; <b>good</b><br>day&nbsp;</p>", css));
        assert_eq!(boxed.text.text, "Hello & good\nday\u{a0}");
        assert_eq!((boxed.text.font.size, boxed.text.font.weight), (64, 700));
        assert_eq!((boxed.text.font.family.as_str(), boxed.text.font.color), ("Lato", Color::opaque(255, 0, 0)));
        assert_eq!(boxed.text.align.horizontal, Horizontal::Right);
        assert!(remarks.is_empty(), "{remarks:?}");
    }

    #[test]
    fn what_is_not_drawn_is_said_and_nothing_is_run() {
        let (boxed, remarks) = from_html(&html(
            "<style>i { color: blue }</style><script>alert('x')</script><div>One <i>two</i></div><img src='http://127.0.0.1/x'>",
            "",
        ));
        assert_eq!(boxed.text.text, "One two");
        assert_eq!(remarks.len(), 2, "{remarks:?}");
    }

    proptest! {
        #[test]
        fn any_markup_is_read(markup in "(?s).{0,200}", pieces in proptest::collection::vec(
            prop_oneof![Just("<p>"), Just("</p>"), Just("<b style=\"color:"), Just("&#x"), Just("<!--"), Just("-->"), Just("ä"), Just(">"), Just("<style>")], 0..40),
        ) {
            from_html(&html(&markup, &markup));
            from_html(&html(&pieces.concat(), &pieces.concat()));
        }
    }
}
