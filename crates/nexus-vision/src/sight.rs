//! [`Sight`]: the models that are there, and what they say of a shot.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use nexus_core::{
    footage::{SmallFrame, Tag},
    memory::Embedding,
};

use crate::{
    agreed::agreed,
    lexical::to_unit_length,
    models::{Classifier, Face, Faces, PicturesAndWords, SentenceModel, loaded},
    network::ModelError,
    picture::grade,
    rules::Rules,
    vocabulary::Vocabulary,
};

/// Classes that a picture is described by when its meaning is put into words.
const BRIDGED: usize = 10;

/// Grows when what measurements and rules say changes.
const L0_VERSION: u32 = 2;

/// Chances below this are noise of eight bits.
const NOISE: f32 = 0.012;

/// A classifier with its name and its rules, from its first use on.
pub(crate) struct NamedClassifier {
    /// As tags name it.
    pub(crate) name: String,
    /// The network.
    pub(crate) network: PathBuf,
    /// The list of its classes.
    pub(crate) labels: PathBuf,
    /// The rules of the user, in place of the shipped ones.
    pub(crate) rules: Option<PathBuf>,
    /// Tells one version of the rules from another.
    pub(crate) rules_mark: String,
    loaded: OnceLock<(Classifier, Rules)>,
}

impl NamedClassifier {
    pub(crate) fn new(name: String, network: PathBuf, labels: PathBuf, rules: Option<PathBuf>) -> Self {
        let rules_mark = Rules::mark(rules.as_deref());
        Self { name, network, labels, rules, rules_mark, loaded: OnceLock::new() }
    }

    fn ready(&self) -> Result<&(Classifier, Rules), ModelError> {
        loaded(&self.loaded, || {
            let classifier = Classifier::read(&self.network, &self.labels)?;
            let rules = match &self.rules {
                Some(file) => Rules::read(file, classifier.labels())?,
                None => Rules::shipped(classifier.labels())?,
            };
            Ok((classifier, rules))
        })
    }
}

/// A face detector, from its first use on.
pub(crate) struct FaceFinder {
    /// The cascade.
    pub(crate) file: PathBuf,
    loaded: OnceLock<Faces>,
}

impl FaceFinder {
    pub(crate) fn new(file: PathBuf) -> Self {
        Self { file, loaded: OnceLock::new() }
    }
}

/// Models, each of which may be absent; without any the eye stays at rung L0.
#[derive(Default)]
pub struct Sight {
    /// Rung L1: classes.
    pub(crate) classifier: Option<NamedClassifier>,
    /// Meaning of words, for searching by meaning what the classifier saw.
    pub(crate) sentences: Option<Arc<SentenceModel>>,
    /// Rung L2: pictures and words in one space.
    pub(crate) pair: Option<Arc<PicturesAndWords>>,
    /// Faces.
    pub(crate) faces: Option<FaceFinder>,
    /// The meaning of the names of classes that were seen so far. All thousand at once would take seconds.
    pub(crate) bridge: Mutex<BTreeMap<usize, Vec<f32>>>,
    pub(crate) vocabulary: OnceLock<Vocabulary>,
}

/// What the models say of one shot.
#[derive(Debug, Default)]
pub(crate) struct Sighting {
    /// Tags with their source and frame.
    pub(crate) tags: Vec<Tag>,
    /// Vectors of the shot, one per space.
    pub(crate) vectors: Vec<Embedding>,
    /// The faces of the frame that shows most.
    pub(crate) faces: Vec<Face>,
}

impl Sight {
    /// The rungs of the ladder that are there, lowest first, for people.
    #[must_use]
    pub fn rungs(&self) -> Vec<String> {
        let mut rungs = vec!["L0 measurements and rules".to_owned()];
        if let Some(named) = &self.classifier {
            rungs.push(format!("L1 {}", named.name));
        }
        if let Some(pair) = &self.pair {
            rungs.push(format!("L2 {}", pair.name()));
        }
        rungs
    }

    /// The same for the same rules and models; another where a model came or went, its files or the rules changed. The
    /// classifier and the face detector are known ones, so that their names tell them.
    pub(crate) fn eyes(&self) -> String {
        let mut eyes = vec![format!("L0-{L0_VERSION}")];
        if let Some(named) = &self.classifier {
            eyes.push(format!("{}/{}", named.name, named.rules_mark));
        }
        eyes.extend(self.faces.iter().map(|_| "faces".to_owned()));
        eyes.extend(self.pair.iter().map(|pair| pair.space().to_owned()));
        // The classifier's opinion is also kept as a vector in the space of words.
        eyes.extend(self.sentences.iter().map(|model| nexus_core::port::Embedder::space(model.as_ref()).to_owned()));
        eyes.join(" + ")
    }

    /// Looks at the frames of a shot.
    pub(crate) fn look(&self, frames: &[SmallFrame]) -> Result<Sighting, ModelError> {
        let mut sighting = Sighting::default();
        let frames: Vec<&SmallFrame> =
            frames.iter().filter(|frame| frame.width_px > 0 && frame.height_px > 0).collect();
        if frames.is_empty() {
            return Ok(sighting);
        }
        if let Some(named) = &self.classifier {
            self.classify(named, &frames, &mut sighting)?;
        }
        if let Some(pair) = &self.pair {
            self.place(pair, &frames, &mut sighting)?;
        }
        if let Some(faces) = &self.faces {
            find_faces(loaded(&faces.loaded, || Faces::read(&faces.file))?, &frames, &mut sighting);
        }
        Ok(sighting)
    }

    fn classify(&self, named: &NamedClassifier, frames: &[&SmallFrame], into: &mut Sighting) -> Result<(), ModelError> {
        let (classifier, rules) = named.ready()?;
        let chances: Vec<Vec<f32>> = frames.iter().map(|frame| classifier.chances(frame)).collect::<Result<_, _>>()?;
        let source = format!("L1 {}", named.name);
        into.tags.extend(agreed(&times(frames), &source, |at| rules.scores(&chances[at])));
        let mut mean = vec![0.0_f32; classifier.labels().len()];
        for chance in &chances {
            mean.iter_mut().zip(chance).for_each(|(sum, chance)| *sum += chance / chances.len() as f32);
        }
        if let Some(sentences) = &self.sentences
            && let Some(values) = self.bridged(named, sentences, &mean)?
        {
            let space = format!("{}/{}", nexus_core::port::Embedder::space(sentences.as_ref()), named.name);
            into.vectors.push(Embedding { space, values });
        }
        Ok(())
    }

    /// The meaning of a picture in the space of words: the vectors of its likeliest classes, weighted by their chances.
    ///
    /// Source: Norouzi et al., "Zero-shot learning by convex combination of semantic embeddings", ICLR 2014 (ConSE).
    fn bridged(
        &self,
        named: &NamedClassifier,
        sentences: &SentenceModel,
        chances: &[f32],
    ) -> Result<Option<Vec<f32>>, ModelError> {
        let (classifier, rules) = named.ready()?;
        let labels = classifier.labels();
        let mut order: Vec<usize> =
            (0..chances.len()).filter(|class| chances[*class] > NOISE && !rules.ignores(*class)).collect();
        order.sort_by(|a, b| chances[*b].total_cmp(&chances[*a]).then(a.cmp(b)));
        order.truncate(BRIDGED);
        let mut bridge = self.bridge.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sum: Vec<f32> = Vec::new();
        for class in order {
            let meaning = match bridge.entry(class) {
                Entry::Occupied(known) => known.into_mut(),
                // One by one: in a batch the last bits would depend on what else was new.
                Entry::Vacant(new) => new.insert(sentences.vectors(&[labels.all_names(class).to_owned()])?.remove(0)),
            };
            sum.resize(meaning.len(), 0.0);
            sum.iter_mut().zip(meaning.iter()).for_each(|(total, value)| *total += chances[class] * value);
        }
        drop(bridge);
        to_unit_length(&mut sum);
        Ok(sum.iter().any(|value| *value != 0.0).then_some(sum))
    }

    fn place(&self, pair: &PicturesAndWords, frames: &[&SmallFrame], into: &mut Sighting) -> Result<(), ModelError> {
        let vocabulary = loaded(&self.vocabulary, || Vocabulary::of(pair))?;
        let vectors: Vec<Vec<f32>> = frames.iter().map(|frame| pair.picture(frame)).collect::<Result<_, _>>()?;
        let source = format!("L2 {}", pair.name());
        into.tags.extend(agreed(&times(frames), &source, |at| vocabulary.scores(&vectors[at])));
        let mut mean = vec![0.0_f32; vectors[0].len()];
        vectors.iter().for_each(|vector| mean.iter_mut().zip(vector).for_each(|(sum, value)| *sum += value));
        to_unit_length(&mut mean);
        into.vectors.push(Embedding { space: pair.space().to_owned(), values: mean });
        Ok(())
    }
}

fn times(frames: &[&SmallFrame]) -> Vec<f64> {
    frames.iter().map(|frame| frame.time_s).collect()
}

fn find_faces(faces: &Faces, frames: &[&SmallFrame], into: &mut Sighting) {
    let found: Vec<Vec<Face>> = frames.iter().map(|frame| faces.find(frame)).collect();
    let sum = |faces: &Vec<Face>| faces.iter().map(|face| face.score).sum::<f64>();
    let Some(best) = (0..found.len()).max_by(|a, b| sum(&found[*a]).total_cmp(&sum(&found[*b]))) else { return };
    if found[best].is_empty() {
        return;
    }
    // One frame alone may be chance: a face that only one of three frames shows has to be a sure one.
    let frames_with = found.iter().filter(|faces| !faces.is_empty()).count();
    let surest = found[best][0].score + if frames_with > 1 || found.len() == 1 { 2.0 } else { 0.0 };
    let score = grade(surest, 6.0, 12.0);
    let mut say = |name: &str| {
        into.tags.push(Tag { name: name.into(), score, source: "L0 faces".into(), at_s: frames[best].time_s });
    };
    say("face");
    say("person");
    if found[best].len() >= 3 {
        say("group of people");
    }
    if score >= 0.5 {
        into.faces.clone_from(&found[best]);
    }
}
