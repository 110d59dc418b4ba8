//! What a model says of a shot, read from the answers that models give.

use serde_json::Value;

/// Most words of one answer that are kept.
const MOST_WORDS: usize = 40;
/// Longest word, in characters: longer texts are sentences.
const MOST_WORD_CHARS: usize = 60;
/// Longest sentence, in characters.
const MOST_CAPTION_CHARS: usize = 300;
/// The score of a word that comes without one: said, but nobody knows how surely.
const UNSCORED: f64 = 0.7;

/// A word with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Lower case.
    pub name: String,
    /// 0 to 1.
    pub score: f64,
}

/// What a model says of a shot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opinion {
    /// Words for what is seen, in its order.
    pub words: Vec<Word>,
    /// One sentence.
    pub caption: Option<String>,
}

impl Opinion {
    /// Reads `{"tags": …, "caption": …}`, or the list of words alone. A word is a text, or an object that calls it
    /// `name`, `label`, `tag` or `class`, and its score `score`, `confidence` or `probability`, 0 to 1. A lone text is
    /// a caption. Words that are too long, and scores that are none, are left out. `None` when nothing of that is there.
    #[must_use]
    pub fn read(answer: &Value) -> Option<Self> {
        match answer {
            Value::String(text) => Some(Self { words: Vec::new(), caption: Some(sentence(text)?) }),
            Value::Array(words) => Some(Self { words: read_words(words), caption: None }),
            Value::Object(fields) => {
                let words =
                    ["tags", "labels", "predictions", "classes"].iter().find_map(|name| fields.get(*name)?.as_array());
                let caption = ["caption", "description"].iter().find_map(|name| sentence(fields.get(*name)?.as_str()?));
                (words.is_some() || caption.is_some())
                    .then(|| Self { words: words.map(|words| read_words(words)).unwrap_or_default(), caption })
            }
            _ => None,
        }
    }
}

fn read_words(words: &[Value]) -> Vec<Word> {
    words.iter().filter_map(read_word).take(MOST_WORDS).collect()
}

fn read_word(word: &Value) -> Option<Word> {
    let (name, score) = match word {
        Value::String(name) => (name.as_str(), UNSCORED),
        Value::Object(fields) => {
            let name = ["name", "label", "tag", "class"].iter().find_map(|key| fields.get(*key)?.as_str())?;
            let score = ["score", "confidence", "probability"].iter().find_map(|key| fields.get(*key));
            (name, score.map_or(Some(UNSCORED), Value::as_f64)?)
        }
        _ => return None,
    };
    let name = plain(name).to_lowercase();
    let fits = !name.is_empty() && name.chars().count() <= MOST_WORD_CHARS && (0.0..=1.0).contains(&score);
    fits.then_some(Word { name, score })
}

fn sentence(text: &str) -> Option<String> {
    let text: String = plain(text).chars().take(MOST_CAPTION_CHARS).collect();
    (!text.is_empty()).then_some(text)
}

/// The text in one line without control characters.
fn plain(text: &str) -> String {
    let visible: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn words(answer: &Value) -> Vec<(String, f64)> {
        Opinion::read(answer).expect("an opinion").words.into_iter().map(|word| (word.name, word.score)).collect()
    }

    #[test]
    fn the_shapes_that_models_answer_in() {
        let said = vec![("wine glass".to_owned(), 0.91)];
        for answer in [
            json!({"tags": [{"name": "Wine  glass", "score": 0.91}]}),
            json!([{"label": "wine glass", "score": 0.91}]),
            json!({"predictions": [{"class": "wine\nglass", "confidence": 0.91}], "model": "x"}),
        ] {
            assert_eq!(words(&answer), said, "{answer}");
        }
        assert_eq!(words(&json!({"labels": ["Beach"]})), vec![("beach".to_owned(), UNSCORED)]);
        assert_eq!(
            Opinion::read(&json!(" A beach. ")).and_then(|opinion| opinion.caption).as_deref(),
            Some("A beach.")
        );
        for nothing in [json!(null), json!(7), json!({"ok": true}), json!("  ")] {
            assert_eq!(Opinion::read(&nothing), None, "{nothing}");
        }
        let odd = json!([{"label": "a", "score": 2}, {"label": "b", "score": "x"}, {"score": 1}, 5, "c".repeat(61)]);
        assert_eq!(words(&odd), Vec::new());
    }

    proptest! {
        #[test]
        fn whatever_is_answered_words_are_plain(name in "\\PC{0,80}", score in any::<f64>(), caption in any::<String>()) {
            let answer = json!({"tags": [{"name": name, "score": score}], "caption": caption});
            let opinion = Opinion::read(&answer).expect("a list is there");
            for Word { name, score } in opinion.words {
                prop_assert!(!name.is_empty() && name.chars().count() <= MOST_WORD_CHARS);
                prop_assert!((0.0..=1.0).contains(&score));
            }
            prop_assert!(opinion.caption.is_none_or(|text| !text.chars().any(char::is_control)));
        }
    }
}
