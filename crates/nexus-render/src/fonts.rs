//! The fonts of this machine: which face a family and weight become, and what stands in when it is missing.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use cosmic_text::{
    FontSystem, SwashCache, Weight,
    fontdb::{Database, FaceInfo, Family, Query, Source, Style},
};

use nexus_edit::model::{Font, asset::FontStyle};
use resvg::usvg;

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

/// What every face must have: a bold of only basic Latin would take its quotation marks from another font.
const PUNCTUATION: &str = "“”‘’–—…·éüñ";

/// Every installed font, loaded once and shared by all renders.
pub(crate) struct Fonts {
    inner: Mutex<Loaded>,
    /// Faces of an edit's own files by the base name of the file, in lower case.
    own: BTreeMap<String, OwnFace>,
    /// The edit's own files, whole.
    files: Vec<Arc<Vec<u8>>>,
    /// The same fonts as the drawing library knows them.
    for_drawings: OnceLock<Arc<usvg::fontdb::Database>>,
}

/// A face that an edit brought along.
struct OwnFace {
    family: String,
    weight: u16,
    is_italic: bool,
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
    /// True for the slanted faces of a family.
    pub(crate) is_italic: bool,
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
        let inner = Mutex::new(Loaded { system, glyphs: SwashCache::new() });
        Self { inner, own: BTreeMap::new(), files: vec![], for_drawings: OnceLock::new() }
    }

    /// The machine's fonts and those of `files`: the `src` of each and where it lies. A font is found by the names in
    /// its file and by the base name of its `src`.
    ///
    /// # Errors
    /// [`RenderError::Edit`] when a file is no font.
    pub(crate) fn with_files<'a>(files: impl Iterator<Item = (&'a str, &'a Path)>) -> Result<Self, RenderError> {
        let mut fonts = Self::load();
        for (index, (src, file)) in files.enumerate() {
            let bytes = Arc::new(std::fs::read(file).map_err(RenderError::disk("font"))?);
            let loaded = fonts.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
            let database = loaded.system.db_mut();
            let ids = database.load_font_source(Source::Binary(Arc::clone(&bytes) as _));
            let Some(face) = ids.first().and_then(|id| database.face(*id)) else {
                let expected = "expected a TrueType or OpenType font file";
                return Err(RenderError::edit(format!("timeline.fonts[{index}].src"), expected));
            };
            let own = OwnFace {
                family: face.families.first().map(|(name, _)| name.clone()).unwrap_or_default(),
                weight: face.weight.0,
                is_italic: face.style != Style::Normal,
            };
            fonts.files.push(bytes);
            fonts.own.insert(base_name(src).to_ascii_lowercase(), own);
        }
        Ok(fonts)
    }

    /// Every font, for drawings with words; loaded when the first one comes.
    pub(crate) fn for_drawings(&self) -> Arc<usvg::fontdb::Database> {
        let load = || {
            let mut database = usvg::fontdb::Database::new();
            database.load_system_fonts();
            self.files.iter().for_each(|file| database.load_font_data(file.to_vec()));
            // Generic names lead to what is installed; unknown families fall back on the serif one.
            let installed = |generic: &str| family_for(self.lock().system.db(), generic).map(|(name, _)| name);
            if let (Some(serif), Some(sans)) = (installed("serif"), installed("sans-serif")) {
                database.set_serif_family(serif);
                database.set_monospace_family(sans.as_str());
                database.set_cursive_family(sans.as_str());
                database.set_fantasy_family(sans.as_str());
                database.set_sans_serif_family(sans);
            }
            Arc::new(database)
        };
        Arc::clone(self.for_drawings.get_or_init(load))
    }

    /// Equal for equal sets of fonts.
    pub(crate) fn identity(&self) -> String {
        let loaded = self.lock();
        let mut names: Vec<&str> = loaded.system.db().faces().map(|face| face.post_script_name.as_str()).collect();
        names.sort_unstable();
        blake3::hash(names.join("\n").as_bytes()).to_hex().to_string()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Loaded> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The face for `font` that has the letters of `words` and the punctuation of good typesetting; when no face of
    /// the family has them all, the one that lacks the fewest.
    pub(crate) fn face(&self, font: &Font, words: &str) -> Result<Face, RenderError> {
        let wanted_italic = font.style == FontStyle::Italic;
        let (family, weight, is_italic) = match self.own.get(&font.family.to_ascii_lowercase()) {
            Some(own) => (own.family.as_str(), own.weight, own.is_italic),
            None => (font.family.as_str(), font.weight, wanted_italic),
        };
        let mut loaded = self.lock();
        let (name, is_exact) = family_for(loaded.system.db(), family).ok_or(RenderError::NoFont)?;
        let mut remark = (!is_exact)
            .then(|| format!("the font '{family}' is not installed; '{name}' stands in: install it and render again"));
        let fits_style = |face: &FaceInfo| (face.style != Style::Normal) == is_italic;
        let of_family = |face: &&FaceInfo| fits_style(face) && face.families.iter().any(|(own, _)| *own == name);
        let mut candidates: Vec<FaceInfo> = loaded.system.db().faces().filter(of_family).cloned().collect();
        if candidates.is_empty() {
            candidates = loaded
                .system
                .db()
                .faces()
                .filter(|face| face.families.iter().any(|(own, _)| *own == name))
                .cloned()
                .collect();
        }
        // Equal candidates differ by optical size, which names count upwards: the largest suits a film best.
        candidates.sort_by(|left, right| right.post_script_name.cmp(&left.post_script_name));
        let mut best: Option<(usize, u16, FaceInfo, u16)> = None;
        for face in candidates {
            let Some(font) = loaded.system.get_font(face.id, Weight(weight)) else { continue };
            let swash = font.as_swash();
            let charmap = swash.charmap();
            let missing = PUNCTUATION
                .chars()
                .chain(words.chars())
                .filter(|letter| !letter.is_whitespace() && charmap.map(*letter) == 0)
                .count();
            let is_variable = swash.variations().find_by_tag(u32::from_be_bytes(*b"wght")).is_some();
            // A variable font takes any weight; a fixed one is found only by its own.
            let own = if is_variable { weight } else { face.weight.0 };
            let away = own.abs_diff(weight);
            if best.as_ref().is_none_or(|(fewest, nearest, ..)| (missing, away) < (*fewest, *nearest)) {
                best = Some((missing, away, face, own));
            }
        }
        let (_, away, face, weight_used) = best.ok_or(RenderError::NoFont)?;
        if away > 150 && remark.is_none() {
            remark = Some(format!(
                "'{name}' has no weight near {weight} with all the letters that are needed; weight {weight_used} is used"
            ));
        }
        let database = loaded.system.db();
        // The most particular of the face's names that leads to it and to no other.
        let leads = |own: &&String| {
            let query = Query {
                families: &[Family::Name(own)],
                weight: Weight(weight_used),
                stretch: face.stretch,
                style: face.style,
            };
            database.query(&query) == Some(face.id)
        };
        let selector = face.families.iter().map(|(own, _)| own).find(leads).unwrap_or(&name).clone();
        let content = database
            .with_face_data(face.id, |bytes, _| blake3::hash(bytes).to_hex()[..32].to_owned())
            .unwrap_or_default();
        Ok(Face {
            identity: format!("{} {weight_used} {content}", face.post_script_name),
            family: selector,
            weight: weight_used,
            is_italic: face.style != Style::Normal,
            remark,
        })
    }
}

/// The installed family with that name, or the best stand-in; true when it is the one that was asked for.
fn family_for(database: &Database, family: &str) -> Option<(String, bool)> {
    let installed = |wanted: &str| {
        let names = database.faces().flat_map(|face| &face.families).map(|(name, _)| name);
        names.filter(|name| name.eq_ignore_ascii_case(wanted)).min().cloned()
    };
    if let Some(name) = installed(family) {
        return Some((name, true));
    }
    let lower = family.to_ascii_lowercase();
    let is_serif = SERIF_WORDS.iter().any(|word| lower.contains(word)) && !lower.contains("sans");
    let (first, second) = if is_serif { (SERIFS, SANS) } else { (SANS, SERIFS) };
    let any = || database.faces().filter_map(|face| face.families.first()).map(|(name, _)| name.clone()).min();
    let stand_in = first.iter().chain(&second).find_map(|name| installed(name)).or_else(any)?;
    Some((stand_in, false))
}

/// The last part of an address without its ending and its query.
fn base_name(src: &str) -> &str {
    let path = src.split(['?', '#']).next().unwrap_or(src);
    let file = path.rsplit('/').next().unwrap_or(path);
    file.rsplit_once('.').map_or(file, |(name, _)| name)
}
