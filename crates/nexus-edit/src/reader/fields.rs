//! The fields of one object: read by name, and whatever nobody asked for is remarked.

use std::{cell::RefCell, ops::RangeInclusive};

use serde_json::{Map, Value};

use super::{
    EditError, Path, Read, RemarkKind, Spot,
    report::{nearest, shown},
};
use crate::model::{Color, Word};

/// An object that is being read.
pub(crate) struct Fields<'a> {
    spot: Spot<'a>,
    map: &'a Map<String, Value>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(spot: Spot<'a>, map: &'a Map<String, Value>) -> Self {
        Self { spot, map, asked: RefCell::default() }
    }

    /// The object itself.
    pub(crate) fn spot(&self) -> &Spot<'a> {
        &self.spot
    }

    /// The value of a field, unless it is absent or null.
    pub(crate) fn get<'f>(&'f self, name: &'static str) -> Option<Spot<'f>> {
        self.asked.borrow_mut().push(name);
        let value = self.map.get(name).filter(|value| !value.is_null())?;
        Some(Spot { value, path: Path::Field(&self.spot.path, name), report: self.spot.report })
    }

    /// The value of a field that means something when it is null, too.
    pub(crate) fn get_with_null(&self, name: &'static str) -> Option<&'a Value> {
        self.asked.borrow_mut().push(name);
        self.map.get(name)
    }

    /// The value of a field that must be there.
    pub(crate) fn need<'f>(&'f self, name: &'static str, expected: &str) -> Option<Spot<'f>> {
        let found = self.get(name);
        if found.is_none() {
            let path = Path::Field(&self.spot.path, name).to_string();
            let strangers = self.map.keys().map(String::as_str).filter(|key| *key != name);
            let found = match nearest(name, strangers) {
                Some(stranger) => format!("'{}' instead", shown(stranger)),
                None => "nothing".to_owned(),
            };
            self.spot.report.error(EditError::new(path, expected).found(found));
        }
        found
    }

    /// A part that must be there.
    pub(crate) fn required<T: Read>(&self, name: &'static str) -> Option<T> {
        T::read(&self.need(name, T::EXPECTED)?)
    }

    /// A part that may be absent.
    pub(crate) fn optional<T: Read>(&self, name: &'static str) -> Option<T> {
        T::read(&self.get(name)?)
    }

    /// A list that may be absent: then it is empty.
    pub(crate) fn list<T: Read>(&self, name: &'static str, most: usize, expected: &'static str) -> Vec<T> {
        self.get(name).and_then(|spot| spot.list((0, most), expected)).unwrap_or_default()
    }

    pub(crate) fn number(&self, name: &'static str, range: &RangeInclusive<f64>) -> Option<f64> {
        self.get(name)?.number(range)
    }

    pub(crate) fn whole(&self, name: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
        self.get(name)?.whole(range)
    }

    pub(crate) fn text(&self, name: &'static str, most: usize) -> Option<String> {
        self.get(name)?.text(most)
    }

    pub(crate) fn color(&self, name: &'static str) -> Option<Color> {
        self.get(name)?.color()
    }

    pub(crate) fn paint(&self, name: &'static str) -> Option<Color> {
        self.get(name)?.paint()
    }

    pub(crate) fn flag(&self, name: &'static str) -> bool {
        self.optional(name).unwrap_or(false)
    }

    /// A word that may be absent, or `none` for the same.
    pub(crate) fn word_or_none<W: Word>(&self, name: &'static str) -> Option<W> {
        let spot = self.get(name)?;
        let is_none = spot.value.as_str().is_some_and(|text| text.trim().eq_ignore_ascii_case("none"));
        if is_none { None } else { spot.word() }
    }

    /// Remarks every field that was not asked for, with the known name that is nearest.
    pub(crate) fn note_strangers(&self) {
        let asked = self.asked.borrow();
        for name in self.map.keys().filter(|name| !asked.contains(&name.as_str())) {
            let near = nearest(name, asked.iter().copied());
            let hint = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            let path = Path::Field(&self.spot.path, name);
            let text = format!("there is no field '{}' here, it is left out{hint}", shown(name));
            self.spot.report.remark(&path, RemarkKind::UnknownField, text);
        }
    }
}
