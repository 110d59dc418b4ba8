//! Models against the reference library: `tools/models` made these small ones and wrote down what they answer.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use nexus_core::{footage::SmallFrame, port::Embedder as _};
use nexus_vision::{PairKind, PicturesAndWords, SentenceModel};
use serde::Deserialize;

/// The bound of the product: no number of a vector differs by more.
const BOUND: f32 = 1e-4;

#[derive(Deserialize)]
struct Expected {
    texts: Vec<Text>,
    #[serde(default)]
    pictures: Vec<Picture>,
    #[serde(default)]
    logits_per_image: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    vector: Vec<f32>,
}

#[derive(Deserialize)]
struct Picture {
    file: String,
    vector: Vec<f32>,
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn expected(model: &str) -> Expected {
    let text =
        std::fs::read_to_string(data().join("tiny").join(model).join("expected.json")).expect("what was expected");
    serde_json::from_str(&text).expect("its form")
}

fn frame(file: &str) -> SmallFrame {
    let picture = image::open(data().join("tiny/pictures").join(file)).expect("a picture").to_rgb8();
    SmallFrame { time_s: 0.0, width_px: picture.width(), height_px: picture.height(), rgb: picture.into_raw() }
}

fn apart(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn check_pair(model: &str) {
    let expected = expected(model);
    let pair = PicturesAndWords::read(&data().join("tiny").join(model), model).expect("a model");
    let words: Vec<Vec<f32>> = expected.texts.iter().map(|text| pair.words(&text.text).expect("a vector")).collect();
    for (text, vector) in expected.texts.iter().zip(&words) {
        assert!(
            apart(vector, &text.vector) <= BOUND,
            "{model}: '{}' is {} away",
            text.text,
            apart(vector, &text.vector)
        );
    }
    assert_eq!(expected.pictures.len(), 5);
    for (picture, logits) in expected.pictures.iter().zip(&expected.logits_per_image) {
        let vector = pair.picture(&frame(&picture.file)).expect("a vector");
        assert!(
            apart(&vector, &picture.vector) <= BOUND,
            "{model}: {} is {} away",
            picture.file,
            apart(&vector, &picture.vector)
        );
        let (scale, bias) = match pair.kind() {
            PairKind::Clip { scale } => (scale, 0.0),
            PairKind::Siglip { scale, bias } => (scale, bias),
        };
        for (words, logit) in words.iter().zip(logits) {
            let cosine: f32 = vector.iter().zip(words).map(|(a, b)| a * b).sum();
            assert!((scale * cosine + bias - logit).abs() < 0.02, "{model}: {} against {logit}", scale * cosine + bias);
        }
    }
}

#[test]
fn siglip_answers_as_the_reference_does() {
    check_pair("siglip2");
}

#[test]
fn clip_answers_as_the_reference_does() {
    check_pair("clip");
}

#[tokio::test]
async fn sentences_mean_what_they_mean_to_the_reference() {
    let expected = expected("minilm");
    let model = SentenceModel::read(&data().join("tiny/minilm"), "tiny").expect("a model");
    let texts: Vec<String> = expected.texts.iter().map(|text| text.text.clone()).collect();
    let together = model.embed(&texts).await.expect("vectors");
    for (at, text) in expected.texts.iter().enumerate() {
        let distance = apart(&together[at].values, &text.vector);
        assert!(distance <= BOUND, "'{}' is {distance} away", text.text);
        let alone = model.vectors(std::slice::from_ref(&text.text)).expect("a vector");
        assert!(apart(&alone[0], &together[at].values) < 1e-5, "'{}' depends on its neighbours", text.text);
    }
}

#[derive(Deserialize)]
struct Reference {
    sentences: Vec<Sentence>,
}

#[derive(Deserialize)]
struct Sentence {
    text: String,
    /// 384 little-endian floats in base64.
    vector: String,
}

/// With the true weights, where the models folder of this user has them.
#[test]
fn minilm_equals_the_reference() {
    let Some(folder) = models().map(|models| models.join("all-MiniLM-L6-v2")).filter(|folder| folder.is_dir()) else {
        eprintln!("skipped: no all-MiniLM-L6-v2 in the models folder; `nexus models pull all-MiniLM-L6-v2` fetches it");
        return;
    };
    let text = std::fs::read_to_string(data().join("minilm-reference.json")).expect("the reference");
    let reference: Reference = serde_json::from_str(&text).expect("its form");
    let model = SentenceModel::read(&folder, "all-MiniLM-L6-v2").expect("a model");
    let texts: Vec<String> = reference.sentences.iter().map(|sentence| sentence.text.clone()).collect();
    for (sentence, vector) in reference.sentences.iter().zip(model.vectors(&texts).expect("vectors")) {
        let bytes = base64::engine::general_purpose::STANDARD.decode(&sentence.vector).expect("base64");
        let wanted: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect();
        assert_eq!(vector.len(), wanted.len());
        let cosine: f64 = vector.iter().zip(&wanted).map(|(a, b)| f64::from(a * b)).sum();
        assert!(cosine >= 0.999_99, "'{}': cosine {cosine}", sentence.text);
    }
}

#[expect(clippy::disallowed_methods, reason = "a test looks where the user's models lie")]
fn models() -> Option<PathBuf> {
    let named = std::env::var_os("NEXUS__MODELS__DIR").map(PathBuf::from);
    named.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/nexus/models")))
}

#[test]
fn a_model_that_is_none_is_refused_with_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("written");
    let error = |folder: &Path| PicturesAndWords::read(folder, "x").err().expect("refused").to_string();
    assert!(error(folder.path()).contains("config.json could not be read"), "{}", error(folder.path()));
    write("config.json", br#"{"model_type": "resnet"}"#);
    assert!(error(folder.path()).contains("the model type is 'resnet', expected clip or siglip"));
    write("config.json", br#"{"model_type": "clip"}"#);
    for (bytes, want) in [
        (&b"no"[..], "model.safetensors could not be read"),
        (&[255, 255, 255, 255, 0, 0, 0, 0][..], "its header would have 4294967295 of 8 bytes"),
        (&[2, 0, 0, 0, 0, 0, 0, 0, b'{', b'}'][..], "holds no weights 'logit_scale'"),
    ] {
        write("model.safetensors", bytes);
        assert!(error(folder.path()).contains(want), "{}", error(folder.path()));
    }
}
