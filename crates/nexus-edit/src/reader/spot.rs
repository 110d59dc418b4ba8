//! A value at its place, and the leaves: numbers, flags, texts, words.

use std::{fmt, ops::RangeInclusive};

use serde_json::Value;

use super::{
    EditError, Fields, RemarkKind, Report,
    report::{nearest, shown},
};
use crate::model::{Color, Word};

/// Any number a document may sensibly hold.
pub(crate) const ANY: RangeInclusive<f64> = -1e9..=1e9;
/// Any number that is not negative.
pub(crate) const AT_LEAST_ZERO: RangeInclusive<f64> = 0.0..=1e9;
/// Shares.
pub(crate) const UNIT: RangeInclusive<f64> = 0.0..=1.0;
/// Stops of light that a correction may move.
pub(crate) const STOPS: RangeInclusive<f64> = -2.0..=2.0;
/// Playback speeds.
pub(crate) const SPEED: RangeInclusive<f64> = 0.0..=10.0;

/// Lists of words up to this length are told in full.
const FEW_WORDS: usize = 12;

/// Where a value stands, as a chain of borrowed steps: paths cost nothing until they are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Path<'a> {
    Root,
    Field(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("edit"),
            Self::Field(Path::Root, name) => f.write_str(&shown(name)),
            Self::Field(owner, name) => write!(f, "{owner}.{}", shown(name)),
            Self::Item(owner, index) => write!(f, "{owner}[{index}]"),
        }
    }
}

/// A part of the document that is read from a value.
pub(crate) trait Read: Sized {
    /// What a missing one is called: `an asset`, `a number of seconds`.
    const EXPECTED: &'static str;

    /// The part; `None` after noting why not.
    fn read(spot: &Spot<'_>) -> Option<Self>;
}

/// A value, its place, and the report that both belong to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot<'a> {
    pub(crate) value: &'a Value,
    pub(crate) path: Path<'a>,
    pub(crate) report: &'a Report,
}

impl<'a> Spot<'a> {
    pub(crate) fn root(value: &'a Value, report: &'a Report) -> Self {
        Self { value, path: Path::Root, report }
    }

    /// Notes that something else was expected here.
    pub(crate) fn wrong<T>(&self, expected: impl Into<String>) -> Option<T> {
        self.report.error(EditError::new(self.path.to_string(), expected).found(self.found()));
        None
    }

    pub(crate) fn remark(&self, kind: RemarkKind, text: impl Into<String>) {
        self.report.remark(&self.path, kind, text);
    }

    /// The value in words.
    pub(crate) fn found(&self) -> String {
        match self.value {
            Value::Null => "nothing".into(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => shown(&number.to_string()),
            Value::String(text) if text.is_empty() => "an empty text".into(),
            Value::String(text) => format!("'{}'", shown(text)),
            Value::Array(items) if items.is_empty() => "an empty list".into(),
            Value::Array(items) => format!("a list of {}", items.len()),
            Value::Object(_) => "an object".into(),
        }
    }

    fn coerced(&self, read_as: impl fmt::Display) {
        self.remark(RemarkKind::Form, format!("{} is read as {read_as}", self.found()));
    }

    /// An object; its fields are read by `read`, and whatever `read` did not ask for is remarked.
    pub(crate) fn object<T>(&self, expected: &'static str, read: impl FnOnce(&Fields<'_>) -> Option<T>) -> Option<T> {
        let Value::Object(map) = self.value else { return self.wrong(expected) };
        let fields = Fields::new(*self, map);
        let part = read(&fields);
        fields.note_strangers();
        part
    }

    /// A list of at least `least` and at most `most` items. Items that are wrong are left out, after their errors.
    pub(crate) fn list<T: Read>(&self, (least, most): (usize, usize), expected: &'static str) -> Option<Vec<T>> {
        let Value::Array(items) = self.value else { return self.wrong(expected) };
        if items.len() < least {
            return self.wrong(expected);
        }
        if items.len() > most {
            return self.wrong(format!("at most {most} items"));
        }
        let read = |(index, value)| T::read(&Spot { value, path: Path::Item(&self.path, index), report: self.report });
        Some(items.iter().enumerate().filter_map(read).collect())
    }

    /// The number here, in whatever form; nothing is noted.
    pub(crate) fn any_number(&self) -> Option<f64> {
        let number = match self.value {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse::<f64>().ok()?,
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        number.is_finite().then_some(number)
    }

    /// A number within `range`; texts that hold one are accepted.
    pub(crate) fn number(&self, range: &RangeInclusive<f64>) -> Option<f64> {
        let Some(number) = self.any_number().filter(|number| range.contains(number)) else {
            return self.wrong(format!("a number{}", bounds(range)));
        };
        if self.value.is_string() {
            self.coerced(format!("the number {number}"));
        }
        Some(number)
    }

    /// A whole number within `range`; fractions are rounded.
    pub(crate) fn whole(&self, range: RangeInclusive<u32>) -> Option<u32> {
        let (low, high) = (f64::from(*range.start()), f64::from(*range.end()));
        let number = self.any_number().map(f64::round).filter(|number| (low..=high).contains(number));
        let Some(number) = number else { return self.wrong(format!("a whole number from {low} to {high}")) };
        if self.value.is_string() || self.any_number() != Some(number) {
            self.coerced(format!("the number {number}"));
        }
        Some(number as u32)
    }

    /// True or false; the texts are accepted in any case.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.trim().eq_ignore_ascii_case("true") => {
                self.coerced(true);
                Some(true)
            }
            Value::String(text) if text.trim().eq_ignore_ascii_case("false") => {
                self.coerced(false);
                Some(false)
            }
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                self.wrong("true or false")
            }
        }
    }

    /// A text of at most `most` characters; numbers are accepted.
    pub(crate) fn text(&self, most: usize) -> Option<String> {
        let text = match self.value {
            Value::String(text) => text.clone(),
            Value::Number(number) => {
                let text = number.to_string();
                self.coerced(format!("the text '{text}'"));
                text
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return self.wrong("a text"),
        };
        // A text has no more characters than bytes, so most texts need no counting.
        if text.len() > most && text.chars().count() > most {
            let found = format!("{} characters", text.chars().count());
            let expected = format!("a text of at most {most} characters");
            self.report.error(EditError::new(self.path.to_string(), expected).found(found));
            return None;
        }
        Some(text)
    }

    /// A text with at least one letter that is not a space.
    pub(crate) fn filled_text(&self, expected: &'static str, most: usize) -> Option<String> {
        match self.value {
            Value::String(text) if text.trim().is_empty() => self.wrong(expected),
            Value::String(_) => self.text(most),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                self.wrong(expected)
            }
        }
    }

    /// One of the words of `W`; another case is accepted.
    pub(crate) fn word<W: Word>(&self) -> Option<W> {
        let number;
        let text = match self.value {
            Value::String(text) => text.as_str(),
            Value::Number(value) => {
                number = value.to_string();
                number.as_str()
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                return self.wrong(expected_word::<W>());
            }
        };
        if let Some(word) = W::from_word(text) {
            if !self.value.is_string() {
                self.coerced(format!("'{text}'"));
            }
            return Some(word);
        }
        let trimmed = text.trim();
        if let Some((name, word)) = W::TABLE.iter().find(|(name, _)| name.eq_ignore_ascii_case(trimmed)) {
            self.coerced(format!("'{name}'"));
            return Some(*word);
        }
        let nearest = nearest(trimmed, W::TABLE.iter().map(|(name, _)| *name)).map(str::to_owned);
        let error = EditError::new(self.path.to_string(), expected_word::<W>()).found(self.found());
        self.report.error(EditError { nearest, ..error });
        None
    }

    /// A colour as `#rrggbb`; three digits or a missing `#` are accepted.
    pub(crate) fn color(&self) -> Option<Color> {
        self.color_of(false, "a colour as #rrggbb")
    }

    /// A colour as `#rrggbb`, `#aarrggbb` or `transparent`.
    pub(crate) fn paint(&self) -> Option<Color> {
        self.color_of(true, "a colour as #rrggbb, or as #aarrggbb with its opacity first")
    }

    fn color_of(&self, may_be_clear: bool, expected: &'static str) -> Option<Color> {
        let Some(text) = self.value.as_str().map(str::trim) else { return self.wrong(expected) };
        if let Some(color) = Color::parse(text).filter(|color| may_be_clear || color.is_opaque()) {
            return Some(color);
        }
        let digits = text.strip_prefix('#').unwrap_or(text);
        let whole = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            _ => digits.to_owned(),
        };
        match Color::parse(&format!("#{whole}")).filter(|color| may_be_clear || color.is_opaque()) {
            Some(color) => {
                self.coerced(color);
                Some(color)
            }
            None => self.wrong(expected),
        }
    }
}

fn expected_word<W: Word>() -> String {
    if W::TABLE.len() > FEW_WORDS {
        return format!("{}, one of {} names", W::WHAT, W::TABLE.len());
    }
    let names: Vec<&str> = W::TABLE.iter().map(|(name, _)| *name).collect();
    format!("{}: {}", W::WHAT, names.join(", "))
}

fn bounds(range: &RangeInclusive<f64>) -> String {
    let (low, high) = (*range.start(), *range.end());
    match (low <= *ANY.start(), high >= *ANY.end()) {
        (true, true) => String::new(),
        (false, true) => format!(" of at least {low}"),
        (true, false) => format!(" of at most {high}"),
        (false, false) => format!(" from {low} to {high}"),
    }
}

impl Read for bool {
    const EXPECTED: &'static str = "true or false";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.flag()
    }
}

impl<W: Word> Read for W {
    const EXPECTED: &'static str = W::WHAT;

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.word()
    }
}
