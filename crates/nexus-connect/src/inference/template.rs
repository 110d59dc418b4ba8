//! Bodies of requests as the operator writes them: JSON whose texts name what goes in.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::Pictures;

/// What a template may name.
pub(super) const NAMES: &str = "{{image}}, {{image_url}}, {{images}}, {{image_urls}}, {{file_name}}";

/// A JSON document in which texts may hold names. Only texts are replaced, and only as texts, so nothing that goes in can
/// change the document around it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Template(Value);

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong, for people: no JSON, or a name that is not known.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        let mut unknown = None;
        visit(&value, &mut |text| {
            let mut rest = text;
            while let Some((_, after)) = rest.split_once("{{") {
                let Some((name, behind)) = after.split_once("}}") else { break };
                if !NAMES.contains(&format!("{{{{{name}}}}}")) {
                    unknown.get_or_insert_with(|| format!("{{{{{name}}}}} is not known; known are {NAMES}"));
                }
                let is_list = ["images", "image_urls"].contains(&name);
                if is_list && text.trim() != format!("{{{{{name}}}}}") {
                    unknown.get_or_insert_with(|| format!("{{{{{name}}}}} is a list and has to stand alone"));
                }
                rest = behind;
            }
        });
        match unknown {
            Some(unknown) => Err(unknown),
            None => Ok(Self(value)),
        }
    }

    /// The document with what its names stand for.
    pub(super) fn filled(&self, pictures: &Pictures) -> Value {
        let urls = || pictures.jpegs.iter().map(|jpeg| Value::String(data_url(jpeg))).collect();
        let images = || pictures.jpegs.iter().map(|jpeg| Value::String(STANDARD.encode(jpeg))).collect();
        let fill = |text: &str| match text.trim() {
            "{{images}}" => Value::Array(images()),
            "{{image_urls}}" => Value::Array(urls()),
            _ => {
                let mut filled = String::with_capacity(text.len());
                let mut rest = text;
                while let Some((before, after)) = rest.split_once("{{") {
                    filled.push_str(before);
                    let Some((name, behind)) = after.split_once("}}") else {
                        filled.push_str("{{");
                        rest = after;
                        continue;
                    };
                    match name {
                        "image" => filled.push_str(&STANDARD.encode(pictures.middle())),
                        "image_url" => filled.push_str(&data_url(pictures.middle())),
                        "file_name" => filled.push_str(&pictures.words.file_name),
                        _ => {}
                    }
                    rest = behind;
                }
                filled.push_str(rest);
                Value::String(filled)
            }
        };
        replaced(&self.0, &fill)
    }
}

/// A picture as an address that holds it.
pub(super) fn data_url(jpeg: &[u8]) -> String {
    format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg))
}

fn visit(value: &Value, seen: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => seen(text),
        Value::Array(items) => items.iter().for_each(|item| visit(item, seen)),
        Value::Object(fields) => fields.values().for_each(|field| visit(field, seen)),
        _ => {}
    }
}

fn replaced(value: &Value, fill: &impl Fn(&str) -> Value) -> Value {
    match value {
        Value::String(text) => fill(text),
        Value::Array(items) => Value::Array(items.iter().map(|item| replaced(item, fill)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), replaced(field, fill))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use nexus_core::port::TagWords;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn pictures(file_name: &str) -> Pictures {
        Pictures {
            jpegs: vec![vec![1], vec![2], vec![3]],
            words: TagWords { file_name: file_name.into(), user_tags: Vec::new() },
        }
    }

    #[test]
    fn names_stand_for_pictures_and_words() {
        let template = Template::read(
            r#"{"input": {"image": "{{image_url}}", "all": "{{images}}", "prompt": "What is in {{file_name}}?", "n": 3}}"#,
        )
        .expect("a template");
        let want = json!({"input": {
            "image": "data:image/jpeg;base64,Ag==", "all": ["AQ==", "Ag==", "Aw=="],
            "prompt": "What is in a \"b\".mp4?", "n": 3,
        }});
        assert_eq!(template.filled(&pictures("a \"b\".mp4")), want);
        assert!(Template::read("{").is_err());
        assert!(Template::read(r#"["all: {{images}}"]"#).is_err(), "a list in a text would vanish");
        let wrong = Template::read(r#"["{{picture}}"]"#).expect_err("an unknown name");
        assert!(wrong.contains("{{picture}}") && wrong.contains("{{image}}"), "{wrong}");
    }

    proptest! {
        #[test]
        fn whatever_the_file_is_called_the_document_keeps_its_shape(name in any::<String>()) {
            let template = Template::read(r#"{"a": "x {{file_name}} y", "b": [1]}"#).expect("a template");
            let filled = template.filled(&pictures(&name));
            prop_assert_eq!(filled, json!({"a": format!("x {name} y"), "b": [1]}));
        }
    }
}
