//! One business's shots in the form that a search scans.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use nexus_core::{BusinessId, PortResult, footage::Shot, memory::Embedding, port::Embedder};

use crate::{
    memory::embed,
    words::{shot_tags, shot_text, source_weight},
};

/// Shots of one business with their vectors and the vectors of every tag in use.
pub(crate) struct Namespace {
    version: u64,
    shots: Vec<Shot>,
    /// One vector per shot, one after the other.
    matrix: Vec<f32>,
    dimensions: usize,
    terms: Vec<Term>,
    /// Per shot: its tags as numbers of terms.
    uses: Vec<Vec<Use>>,
    /// Per space that a tagger saw shots in: one vector per shot, none for shots that it did not see.
    views: BTreeMap<String, Vec<Option<Vec<f32>>>>,
}

/// A tag's name and its vector.
pub(crate) struct Term {
    /// As the tag says it.
    pub(crate) name: String,
    /// Unit length, or all zero.
    pub(crate) vector: Arc<[f32]>,
}

/// A tag of one shot.
pub(crate) struct Use {
    /// Number of the term.
    pub(crate) term: usize,
    /// Score of the tag times the weight of its source, 0 to 1.
    pub(crate) weight: f64,
    /// Who says so.
    pub(crate) source: String,
}

impl Namespace {
    /// Reads rows of the store; only those of `business` are kept, whatever the store holds.
    pub(crate) async fn read(
        version: u64,
        business: BusinessId,
        rows: Vec<(Shot, Embedding)>,
        embedder: &dyn Embedder,
        known: &KnownWords,
    ) -> PortResult<Self> {
        let mut rows: Vec<_> = rows.into_iter().filter(|(shot, _)| shot.business == business).collect();
        rows.sort_by(|(a, _), (b, _)| {
            a.file_name.cmp(&b.file_name).then(a.index.cmp(&b.index)).then(a.asset.cmp(&b.asset))
        });
        renew(&mut rows, embedder).await?;
        let dimensions = rows.first().map_or(0, |(_, vector)| vector.values.len());

        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut uses = Vec::with_capacity(rows.len());
        for (shot, _) in &rows {
            let tags = shot_tags(shot).into_iter().map(|tag| {
                let next = numbers.len();
                let term = *numbers.entry(tag.name).or_insert(next);
                let weight = tag.score.clamp(0.0, 1.0) * source_weight(&tag.source);
                Use { term, weight, source: tag.source }
            });
            uses.push(tags.collect());
        }
        let mut names = vec![String::new(); numbers.len()];
        for (name, number) in numbers {
            names[number] = name;
        }
        let vectors = known.vectors(embedder, &names).await?;
        let terms = names.into_iter().zip(vectors).map(|(name, vector)| Term { name, vector }).collect();
        let views = take_views(&mut rows);
        let matrix = rows.iter().flat_map(|(_, vector)| vector.values.iter().copied()).collect();
        Ok(Self {
            version,
            shots: rows.into_iter().map(|(shot, _)| shot).collect(),
            matrix,
            dimensions,
            terms,
            uses,
            views,
        })
    }

    /// The spaces that shots were seen in.
    pub(crate) fn spaces(&self) -> impl Iterator<Item = &str> {
        self.views.keys().map(String::as_str)
    }

    /// The vectors of view number `view`, by shot.
    pub(crate) fn view(&self, view: usize) -> &[Option<Vec<f32>>] {
        self.views.values().nth(view).map_or(&[], Vec::as_slice)
    }

    /// The store's version that this is a picture of.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Every shot, by file name, then index.
    pub(crate) fn shots(&self) -> &[Shot] {
        &self.shots
    }

    /// Every tag in use.
    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The tags of shot number `shot`.
    pub(crate) fn uses(&self, shot: usize) -> &[Use] {
        &self.uses[shot]
    }

    /// The vector of shot number `shot`.
    pub(crate) fn vector(&self, shot: usize) -> &[f32] {
        &self.matrix[shot * self.dimensions..(shot + 1) * self.dimensions]
    }
}

/// The vectors that taggers gave, taken out of the shots: hits travel without them.
fn take_views(rows: &mut [(Shot, Embedding)]) -> BTreeMap<String, Vec<Option<Vec<f32>>>> {
    let mut views: BTreeMap<String, Vec<Option<Vec<f32>>>> = BTreeMap::new();
    let count = rows.len();
    for (row, (shot, _)) in rows.iter_mut().enumerate() {
        for Embedding { space, values } in std::mem::take(&mut shot.vectors) {
            views.entry(space).or_insert_with(|| vec![None; count])[row] = Some(values);
        }
    }
    views
}

/// Embeds again what was embedded in another space, or with another length.
async fn renew(rows: &mut [(Shot, Embedding)], embedder: &dyn Embedder) -> PortResult<()> {
    let length = embed(embedder, &["word".to_owned()]).await?.first().map_or(0, |vector| vector.values.len());
    let old: Vec<usize> = (0..rows.len())
        .filter(|row| rows[*row].1.space != embedder.space() || rows[*row].1.values.len() != length)
        .collect();
    let texts: Vec<String> = old.iter().map(|row| shot_text(&rows[*row].0, embedder.is_semantic())).collect();
    for (row, vector) in old.into_iter().zip(embed(embedder, &texts).await?) {
        rows[row].1 = vector;
    }
    Ok(())
}

/// Most words whose vectors are kept.
const MOST_KNOWN: usize = 20_000;

/// Vectors of words that were asked for before: a change of one clip must not embed every tag anew.
#[derive(Default)]
pub(crate) struct KnownWords(Mutex<BTreeMap<String, Arc<[f32]>>>);

impl KnownWords {
    /// One vector per name.
    async fn vectors(&self, embedder: &dyn Embedder, names: &[String]) -> PortResult<Vec<Arc<[f32]>>> {
        let new: Vec<String> = {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            names.iter().filter(|name| !known.contains_key(*name)).cloned().collect()
        };
        let vectors = embed(embedder, &new).await?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fresh: BTreeMap<String, Arc<[f32]>> =
            new.into_iter().zip(vectors).map(|(name, vector)| (name, vector.values.into())).collect();
        let found = names.iter().map(|name| {
            let vector = known.get(name).or_else(|| fresh.get(name)).cloned();
            vector.unwrap_or_else(|| Arc::from([]))
        });
        let found = found.collect();
        if known.len() + fresh.len() > MOST_KNOWN {
            known.clear();
        }
        known.append(&mut fresh);
        Ok(found)
    }
}

/// Cosine of two vectors of unit length; 0 for different lengths.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return 0.0;
    }
    // Eight sums side by side: the compiler turns them into vector instructions.
    let mut sums = [0.0_f32; 8];
    let (left, left_rest) = a.as_chunks::<8>();
    let (right, right_rest) = b.as_chunks::<8>();
    for (x, y) in left.iter().zip(right) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(x, y)| x * y).sum();
    f64::from(sums.iter().sum::<f32>() + rest)
}
