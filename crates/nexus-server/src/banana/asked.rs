//! What a worker is asked to look at.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use nexus_core::port::TagWords;
use serde_json::Value;

/// Most pictures of one request.
const MOST_IMAGES: usize = 16;
/// Most words that come with a file, and their greatest length in characters.
const MOST_WORDS: usize = 50;
const MOST_WORD_CHARS: usize = 200;

/// Pictures of one shot, or a clip.
#[derive(Debug, PartialEq)]
pub(super) struct Asked {
    /// What is looked at.
    pub(super) subject: Subject,
    /// Words that come with it.
    pub(super) words: TagWords,
}

/// What is looked at.
#[derive(Debug, PartialEq)]
pub(super) enum Subject {
    /// Files of pictures, all of one shot.
    Images(Vec<Vec<u8>>),
    /// The address of a clip or picture.
    Url(String),
}

impl Asked {
    /// Reads `{"images": [base64, …]}`, `{"image": base64}` or `{"url": "https://…"}`; with `file_name` and `user_tags`
    /// where there are any. Base64 may stand in a `data:` address; an address in `image` is one.
    pub(super) fn read(body: &Value) -> Result<Self, String> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let subject = match (body.get("images").and_then(Value::as_array), text("image"), text("url")) {
            (Some(images), _, _) => {
                if images.is_empty() || images.len() > MOST_IMAGES {
                    return Err(format!("images must hold 1 to {MOST_IMAGES} pictures, not {}", images.len()));
                }
                let decoded = images.iter().enumerate().map(|(number, image)| {
                    image.as_str().and_then(decoded).ok_or_else(|| not_base64(&format!("images[{number}]")))
                });
                Subject::Images(decoded.collect::<Result<_, _>>()?)
            }
            (None, Some(address), _) | (None, None, Some(address))
                if address.starts_with("https://") || address.starts_with("http://") =>
            {
                Subject::Url(address.to_owned())
            }
            (None, Some(image), _) => Subject::Images(vec![decoded(image).ok_or_else(|| not_base64("image"))?]),
            (None, None, Some(_)) => return Err("url must be an http or https address".into()),
            (None, None, None) => {
                return Err(
                    "expected \"image\" or \"images\" (base64 of JPEG, PNG or WebP), or \"url\" (of a clip or \
                            picture)"
                        .into(),
                );
            }
        };
        let tags = body.get("user_tags").and_then(Value::as_array).into_iter().flatten();
        let words = TagWords {
            file_name: short(text("file_name").unwrap_or_default()),
            user_tags: tags.filter_map(Value::as_str).map(short).take(MOST_WORDS).collect(),
        };
        Ok(Self { subject, words })
    }
}

fn short(text: &str) -> String {
    text.chars().take(MOST_WORD_CHARS).collect()
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let base64 = match text.strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,")?.1,
        None => text,
    };
    STANDARD.decode(base64.trim()).ok().filter(|bytes| !bytes.is_empty())
}

fn not_base64(place: &str) -> String {
    format!("{place} is not base64 of a picture")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_forms_of_a_request() {
        let images = |body| Asked::read(&body).map(|asked| asked.subject);
        let one = Ok(Subject::Images(vec![vec![1, 2]]));
        assert_eq!(images(json!({"image": "AQI="})), one);
        assert_eq!(images(json!({"image": "data:image/jpeg;base64,AQI="})), one);
        assert_eq!(images(json!({"images": ["AQI="]})), one);
        let address = Ok(Subject::Url("https://a.example/x.mp4".into()));
        assert_eq!(images(json!({"url": "https://a.example/x.mp4"})), address);
        assert_eq!(images(json!({"image": "https://a.example/x.mp4"})), address);
        for wrong in [
            json!({}),
            json!([]),
            json!({"images": []}),
            json!({"images": ["§"]}),
            json!({"image": ""}),
            json!({"url": "file:///etc/passwd"}),
            json!({"images": vec!["AQI="; 17]}),
        ] {
            assert!(Asked::read(&wrong).is_err(), "{wrong}");
        }
    }
}
