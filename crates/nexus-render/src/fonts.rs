//! The fonts of this machine: which face a family and weight become, and what stands in when it is missing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cosmic_text::{
    FontSystem, SwashCache, Weight,
    fontdb::{Database, Family, ID, Query},
};

use crate::RenderError;

/// Serif families in order of preference, when the one that was asked for is not installed.
const SERIFS: [&str; 8] = [
    "EB Garamond",
    "Cormorant Garamond",
    "Source Serif 4",
    "Libre Baskerville",
    "Noto Serif",
    "DejaVu Serif",
    "Liberation Serif",
    "Times New Roman",
];
/// Sans-serif families, likewise.
const SANS: [&str; 8] =
    ["Inter", "Open Sans", "Roboto", "Noto Sans", "Helvetica Neue", "DejaVu Sans", "Liberation Sans", "Arial"];
/// Words in a family's name that speak for serifs.
const SERIF_WORDS: [&str; 12] = [
    "serif",
    "garamond",
    "baskerville",
    "bodoni",
    "caslon",
    "didot",
    "playfair",
    "times",
    "georgia",
    "cormorant",
    "lora",
    "arapey",
];

/// Every installed font, loaded once and shared by all renders.
pub(crate) struct Fonts {
    inner: Mutex<Loaded>,
}

/// The font system and its rasteriser, while locked.
pub(crate) struct Loaded {
    pub(crate) system: FontSystem,
    pub(crate) glyphs: SwashCache,
}

/// The face that sets a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Face {
    /// Family as the font file spells it.
    pub(crate) family: String,
    /// The weight that selects this face.
    pub(crate) weight: u16,
    /// Name and content: equal for equal letter shapes.
    pub(crate) identity: String,
    /// Set when another family than the one asked for is used.
    pub(crate) remark: Option<String>,
}

impl Fonts {
    pub(crate) fn load() -> Self {
        let mut database = Database::new();
        database.load_system_fonts();
        // A fixed locale: the choice of fallback fonts must not depend on the user's environment.
        let system = FontSystem::new_with_locale_and_db("en-US".to_owned(), database);
        Self { inner: Mutex::new(Loaded { system, glyphs: SwashCache::new() }) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Loaded> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The installed face nearest to `family` at `weight`.
    pub(crate) fn face(&self, family: &str, weight: u16) -> Result<Face, RenderError> {
        let mut loaded = self.lock();
        let database = loaded.system.db();
        let installed = |wanted: &str| {
            let same = |face: &&cosmic_text::fontdb::FaceInfo| {
                face.families.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
            };
            database.faces().find(same).and_then(|face| {
                face.families.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(name, _)| name.clone())
            })
        };
        let lower = family.to_ascii_lowercase();
        let is_serif = SERIF_WORDS.iter().any(|word| lower.contains(word)) && !lower.contains("sans");
        let stand_ins = if is_serif { SERIFS.iter().chain(&SANS) } else { SANS.iter().chain(&SERIFS) };
        let any = || database.faces().filter_map(|face| face.families.first()).map(|(name, _)| name.clone()).min();
        let exact = installed(family);
        let remark = exact.is_none();
        let name = exact
            .or_else(|| stand_ins.into_iter().find_map(|name| installed(name)))
            .or_else(any)
            .ok_or(RenderError::NoFont)?;
        let remark = remark
            .then(|| format!("the font '{family}' is not installed; '{name}' stands in: install it and render again"));
        let query = Query { families: &[Family::Name(&name)], weight: Weight(weight), ..Query::default() };
        let id = database.query(&query).ok_or(RenderError::NoFont)?;
        let face_weight = database.face(id).map_or(weight, |face| face.weight.0);
        let content =
            database.with_face_data(id, |bytes, _| blake3::hash(bytes).to_hex()[..32].to_owned()).unwrap_or_default();
        // A variable font takes any weight; a fixed one is found only by its own.
        let weight = if is_variable(&mut loaded.system, id, weight) { weight } else { face_weight };
        Ok(Face { identity: format!("{name} {weight} {content}"), family: name, weight, remark })
    }
}

fn is_variable(system: &mut FontSystem, id: ID, weight: u16) -> bool {
    let tag = u32::from_be_bytes(*b"wght");
    system.get_font(id, Weight(weight)).is_some_and(|font| font.as_swash().variations().find_by_tag(tag).is_some())
}
