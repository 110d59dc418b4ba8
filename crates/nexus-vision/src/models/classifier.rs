//! [`Classifier`]: one of a thousand classes, by a small network of the ImageNet kind.

use std::path::Path;

use nexus_core::footage::SmallFrame;

use super::resize::{Filter, Rgb};
use crate::network::{Input, ModelError, Network};

/// Side of the network's picture, in pixels.
const SIDE: usize = 224;

/// The names of classes, in the order of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    names: Vec<String>,
}

impl Labels {
    /// Reads a list of names, one class per line, several names of a class apart by commas.
    ///
    /// # Errors
    /// [`ModelError::Read`], [`ModelError::Format`] for an empty list.
    pub fn read(file: &Path) -> Result<Self, ModelError> {
        let text =
            std::fs::read_to_string(file).map_err(|source| ModelError::Read { file: file.to_owned(), source })?;
        let names: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        if names.len() < 2 || names.iter().any(String::is_empty) {
            let detail = format!("{} lines, expected one name per class and no empty line", names.len());
            return Err(ModelError::Format { file: file.to_owned(), expected: "a list of classes", detail });
        }
        Ok(Self { names })
    }

    /// How many classes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True without classes, which a list that was read never is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// All names of a class.
    #[must_use]
    pub fn all_names(&self, class: usize) -> &str {
        self.names.get(class).map_or("", String::as_str)
    }

    /// The first name of a class.
    #[must_use]
    pub fn first_name(&self, class: usize) -> &str {
        let names = self.all_names(class);
        names.split_once(',').map_or(names, |(first, _)| first)
    }

    /// Classes whose first name is `name`; letter case counts, because `Loafer` and `loafer` differ.
    pub(crate) fn called<'a>(&'a self, name: &'a str) -> impl Iterator<Item = usize> + 'a {
        (0..self.len()).filter(move |class| self.first_name(*class) == name)
    }
}

/// A classifier: bytes of RGB `[1, 224, 224, 3]` in, a chance per class out (bytes, 255 = 1).
pub struct Classifier {
    network: Network,
    input: String,
    labels: Labels,
}

impl Classifier {
    /// Reads the network and its list of classes and lets it see a grey picture, so that a wrong one is refused here.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn read(network: &Path, labels: &Path) -> Result<Self, ModelError> {
        let (network, labels) = (Network::load(network)?, Labels::read(labels)?);
        let input = network.only_input().ok_or_else(|| network.wrong("one input", "none or several"))?;
        let classifier = Self { network, input, labels };
        classifier.chances_of(vec![128; SIDE * SIDE * 3])?;
        Ok(classifier)
    }

    /// The names of its classes.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The chance of each class in a picture, summing to about 1. The whole picture is seen, squeezed to a square, and
    /// its middle as well; the mean counts.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn chances(&self, frame: &SmallFrame) -> Result<Vec<f32>, ModelError> {
        let (width, height) = (frame.width_px as usize, frame.height_px as usize);
        let picture = Rgb { width, height, data: frame.rgb.clone() };
        let whole = picture.resized(SIDE, SIDE, Filter::Bilinear);
        let short = width.min(height).max(1);
        let middle = picture.centre(short, short).resized(SIDE, SIDE, Filter::Bilinear);
        let mut chances = self.chances_of(whole.data)?;
        for (chance, other) in chances.iter_mut().zip(self.chances_of(middle.data)?) {
            *chance = 0.5 * (*chance + other);
        }
        Ok(chances)
    }

    fn chances_of(&self, rgb: Vec<u8>) -> Result<Vec<f32>, ModelError> {
        let input = Input::Bytes(rgb, [1, SIDE, SIDE, 3]);
        let answer = self.network.run(vec![(&self.input, input)], None)?;
        if answer.values.len() != self.labels.len() {
            let found = format!("{} classes", answer.values.len());
            return Err(self.network.wrong(&format!("the {} classes of its list", self.labels.len()), &found));
        }
        Ok(answer.values)
    }
}
