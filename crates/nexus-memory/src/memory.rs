//! [`EmbeddedMemory`]: shots in the product's own database, vectors scanned exactly in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use nexus_core::{
    BusinessId, PortResult,
    footage::Shot,
    memory::{Embedding, Found, SearchQuery},
    port::{Adapter, Embedder, Memory, ShotStore, VectorIndex},
};

use crate::{
    error::MemoryError,
    glance::{Glance, Scale},
    namespace::{KnownWords, Namespace, cosine},
    query::{Background, Question},
    rank::{self, Likenesses},
    remote::RemoteVectors,
    words::shot_text,
};

/// Footage search without a server: one namespace per business, an exact scan, a hybrid score.
///
/// A namespace is read from the store once and kept until [`ShotStore::version`] says that it changed.
/// Shots that were embedded in another space than the present model's are embedded again when a namespace is
/// read, so vectors of different spaces are never compared.
pub struct EmbeddedMemory {
    store: Arc<dyn ShotStore>,
    embedder: Arc<dyn Embedder>,
    pictures: Option<Arc<dyn Embedder>>,
    elsewhere: Option<RemoteVectors>,
    namespaces: Mutex<BTreeMap<BusinessId, Arc<Namespace>>>,
    background: tokio::sync::OnceCell<Background>,
    known: KnownWords,
}

impl EmbeddedMemory {
    /// A memory over `store` that understands words through `embedder`.
    #[must_use]
    pub fn new(store: Arc<dyn ShotStore>, embedder: Arc<dyn Embedder>) -> Self {
        Self {
            store,
            embedder,
            pictures: None,
            elsewhere: None,
            namespaces: Mutex::default(),
            background: tokio::sync::OnceCell::new(),
            known: KnownWords::default(),
        }
    }

    /// The same, that also compares questions with pictures: `pictures` puts words into the space that a tagger's
    /// vectors of shots live in.
    #[must_use]
    pub fn with_pictures(self, pictures: Arc<dyn Embedder>) -> Self {
        Self { pictures: Some(pictures), ..self }
    }

    /// The same, whose vectors of words lie in `index`; what they say is asked there.
    #[must_use]
    pub fn with_index(self, index: Arc<dyn VectorIndex>) -> Self {
        Self { elsewhere: Some(RemoteVectors(index)), ..self }
    }

    /// Whether vectors of this space can be compared with words: those that were put together from words can.
    fn is_of_words(&self, space: &str) -> bool {
        space.strip_prefix(self.embedder.space()).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The question beside the words of every shot, and in every space that shots were seen in.
    async fn likenesses(
        &self,
        business: BusinessId,
        namespace: &Namespace,
        query: &str,
        question: &Question,
    ) -> PortResult<Likenesses> {
        let shots = namespace.shots();
        let words = match &self.elsewhere {
            Some(index) => {
                let near = index.cosines(business, self.embedder.space(), &question.vector, shots).await?;
                // Footage from before there was the index, or that is not among the nearest, is compared here.
                let here = |shot: usize| cosine(&question.vector, namespace.vector(shot));
                near.into_iter().enumerate().map(|(shot, near)| near.unwrap_or_else(|| here(shot))).collect()
            }
            None => (0..shots.len()).map(|shot| cosine(&question.vector, namespace.vector(shot))).collect(),
        };
        let mut seen = Vec::new();
        for (view, space) in namespace.spaces().enumerate() {
            let scan = |asked: &[f32]| {
                let near = |vector: &Option<Vec<f32>>| vector.as_ref().map(|vector| cosine(vector, asked));
                namespace.view(view).iter().map(near).collect::<Vec<_>>()
            };
            if self.is_of_words(space) {
                let cosines = match &self.elsewhere {
                    Some(index) => {
                        let near = index.cosines(business, space, &question.vector, shots).await?;
                        near.into_iter().zip(scan(&question.vector)).map(|(near, here)| near.or(here)).collect()
                    }
                    None => scan(&question.vector),
                };
                seen.push(Glance { cosines, scale: Scale::Above(question.floor) });
            } else if let Some(pictures) = self.pictures.as_ref().filter(|pictures| pictures.space() == space) {
                let asked = embed(pictures.as_ref(), &[format!("This is a photo of {query}.")]).await?.remove(0);
                seen.push(Glance { cosines: scan(&asked.values), scale: Scale::StandsOut });
            }
        }
        Ok(Likenesses { words, pictures: seen })
    }

    async fn namespace(&self, business: BusinessId) -> PortResult<Arc<Namespace>> {
        // The version is read before the rows: a change in between only makes the next search read again.
        let version = self.store.version(business).await?;
        let known = self.namespaces.lock().unwrap_or_else(PoisonError::into_inner).get(&business).cloned();
        if let Some(namespace) = known.filter(|namespace| namespace.version() == version) {
            return Ok(namespace);
        }
        let rows = self.store.load(business).await?;
        let namespace = Arc::new(Namespace::read(version, business, rows, self.embedder.as_ref(), &self.known).await?);
        let mut namespaces = self.namespaces.lock().unwrap_or_else(PoisonError::into_inner);
        namespaces.insert(business, Arc::clone(&namespace));
        Ok(namespace)
    }

    fn method(&self) -> String {
        if self.embedder.is_semantic() {
            format!("by meaning and by words (text model {})", self.embedder.space())
        } else {
            "by words (no text model installed)".into()
        }
    }
}

impl Adapter for EmbeddedMemory {}

#[async_trait]
impl Memory for EmbeddedMemory {
    async fn upsert(&self, business: BusinessId, shots: &[Shot]) -> PortResult<usize> {
        check(business, shots)?;
        if shots.is_empty() {
            return Ok(0);
        }
        let texts: Vec<String> = shots.iter().map(|shot| shot_text(shot, self.embedder.is_semantic())).collect();
        let vectors = embed(self.embedder.as_ref(), &texts).await?;
        let rows: Vec<(Shot, Embedding)> = shots.iter().cloned().zip(vectors).collect();
        self.store.replace(business, &rows).await?;
        if let Some(index) = &self.elsewhere {
            index.replace(business, &rows, |space| self.is_of_words(space)).await?;
        }
        Ok(rows.len())
    }

    async fn search(&self, business: BusinessId, query: &SearchQuery) -> PortResult<Found> {
        let namespace = self.namespace(business).await?;
        let embedder = self.embedder.as_ref();
        let background = self.background.get_or_try_init(|| Background::learn(embedder)).await?;
        let question = Question::read(&query.text, embedder, background).await?;
        let likeness = self.likenesses(business, &namespace, &query.text, &question).await?;
        let limit = query.limit;
        let semantic = embedder.is_semantic();
        let task = tokio::task::spawn_blocking(move || rank::search(&namespace, &question, &likeness, limit, semantic));
        let (best, maybe) = task.await.map_err(|error| MemoryError::Stopped { detail: error.to_string() })?;
        Ok(Found { best, maybe, method: self.method() })
    }

    async fn all(&self, business: BusinessId) -> PortResult<Vec<Shot>> {
        Ok(self.namespace(business).await?.shots().to_vec())
    }
}

fn check(business: BusinessId, shots: &[Shot]) -> Result<(), MemoryError> {
    let mut seen = BTreeSet::new();
    for shot in shots {
        let (asset, index) = (shot.asset, shot.index);
        if shot.business != business {
            return Err(MemoryError::Stranger { asset, index, found: shot.business, expected: business });
        }
        if !seen.insert((asset, index)) {
            return Err(MemoryError::Repeated { asset, index });
        }
    }
    Ok(())
}

/// One vector per text in the embedder's space, all of one length.
pub(crate) async fn embed(embedder: &dyn Embedder, texts: &[String]) -> PortResult<Vec<Embedding>> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let vectors = embedder.embed(texts).await?;
    let fault = |what: String| MemoryError::Embedder { space: embedder.space().to_owned(), what };
    if vectors.len() != texts.len() {
        return Err(fault(format!("{} vectors for {} texts", vectors.len(), texts.len())).into());
    }
    let length = vectors[0].values.len();
    if let Some(other) = vectors.iter().find(|vector| vector.values.len() != length || vector.space != embedder.space())
    {
        let what =
            format!("a vector of {} numbers in space '{}' beside one of {length}", other.values.len(), other.space);
        return Err(fault(what).into());
    }
    Ok(vectors)
}
