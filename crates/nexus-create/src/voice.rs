//! The embedded voice: English words, said by one of the five voices of flite.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobKey, Bucket},
    port::{Adapter, BlobStore, SpeechMaker, StepContext},
    speech::{Speech, SpeechRequest},
};
use nexus_media::{Voice, speak};

use self::words::readable;
use crate::error::CreateError;

mod words;

const PROVIDER: &str = "voice";
const OP: &str = "say the words";
/// Longest text in characters: about six minutes, and a few seconds of work.
const MOST_CHARS: usize = 5000;

/// Voices that services of speech are known by, and who speaks in their place.
const CAST: [(Voice, &[&str]); 3] = [
    (Voice::Rms, &["matthew", "joey", "justin", "kevin", "stephen", "gregory", "patrick", "russell"]),
    (Voice::Awb, &["brian", "arthur", "geraint"]),
    (
        Voice::Slt,
        &[
            "joanna", "kendra", "kimberly", "salli", "ivy", "ruth", "danielle", "amy", "emma", "olivia", "nicole",
            "aria", "ayanda", "niamh", "kajal", "raveena", "aditi",
        ],
    ),
];

/// Says words with the voices of this machine. Same words, same voice, same bytes.
pub struct MachineVoice {
    blobs: Arc<dyn BlobStore>,
    scratch: PathBuf,
}

impl MachineVoice {
    /// A voice that stores into `blobs` and works in the folder `scratch`.
    #[must_use]
    pub fn new(blobs: Arc<dyn BlobStore>, scratch: impl Into<PathBuf>) -> Self {
        Self { blobs, scratch: scratch.into() }
    }
}

impl Adapter for MachineVoice {}

#[async_trait]
impl SpeechMaker for MachineVoice {
    async fn speak(&self, request: &SpeechRequest, context: &StepContext) -> PortResult<Speech> {
        let Part { voice, text, remarks } = Part::of(request).map_err(|error| error.at(PROVIDER, OP))?;
        let token = context.key.token();
        let key = BlobKey::new(request.business, &format!("speech/{token}.wav"))
            .map_err(|error| PortError::new(ErrorKind::Bug, PROVIDER, OP, error.to_string()))?;
        if let Some(blob) = self.blobs.head(Bucket::Final, &key).await? {
            return Ok(Speech { blob, remarks });
        }
        std::fs::create_dir_all(&self.scratch).map_err(|error| PortError::disk(PROVIDER, OP, &self.scratch, error))?;
        let file = self.scratch.join(format!("speech-{token}.wav"));
        let stored = match speak(&text, voice, &file).await {
            Ok(()) => self.blobs.put_file(Bucket::Final, &key, &file).await,
            Err(error) => Err(error.into()),
        };
        // Best effort: the folder is emptied at every start anyway.
        let _ = std::fs::remove_file(&file);
        Ok(Speech { blob: stored?, remarks })
    }
}

/// Who says what.
#[derive(Debug, PartialEq)]
struct Part {
    voice: Voice,
    text: String,
    remarks: Vec<String>,
}

impl Part {
    fn of(request: &SpeechRequest) -> Result<Self, CreateError> {
        let SpeechRequest { business: _, text, voice: wished, language, is_newscaster } = request;
        let language = language.as_deref().map(str::trim).filter(|language| !language.is_empty());
        if let Some(language) = language.filter(|language| !is_english(language)) {
            return Err(CreateError::Language { language: language.to_owned() });
        }
        let chars = text.chars().count();
        if chars > MOST_CHARS {
            return Err(CreateError::TooMuchToSay { chars, most: MOST_CHARS });
        }
        let mut remarks = Vec::new();
        let text = readable(text, &mut remarks)?;
        let british = language.is_some_and(|language| language.to_lowercase().ends_with("gb"));
        let voice = cast(wished.as_deref(), british, &mut remarks);
        if let Some(language) = language.filter(|language| language.len() > 2 && !british && !is_american(language)) {
            remarks.push(format!("'{language}' is spoken with the accent of the voice '{}'", voice.name()));
        }
        if *is_newscaster {
            remarks.push(format!("the voice '{}' has no manner of a newsreader", voice.name()));
        }
        Ok(Self { voice, text, remarks })
    }
}

/// The voice of that name, or one that is like it.
fn cast(wished: Option<&str>, british: bool, remarks: &mut Vec<String>) -> Voice {
    let other = if british { Voice::Awb } else { Voice::Slt };
    let Some(wished) = wished.map(str::trim).filter(|wished| !wished.is_empty()) else { return other };
    let name = wished.to_lowercase();
    if let Some(voice) = Voice::ALL.into_iter().find(|voice| voice.name() == name) {
        return voice;
    }
    let known = CAST.iter().find(|(_, names)| names.contains(&name.as_str()));
    let voice = known.map_or(other, |(voice, _)| *voice);
    remarks.push(format!("the voice '{wished}' is not on this machine: '{}' speaks in its place", voice.name()));
    voice
}

fn is_english(language: &str) -> bool {
    let language = language.to_lowercase();
    language.split(['-', '_']).next().is_some_and(|first| matches!(first, "en" | "eng" | "english"))
}

fn is_american(language: &str) -> bool {
    let language = language.to_lowercase();
    language.ends_with("us") || !language.contains(['-', '_'])
}

#[cfg(test)]
mod tests {
    use nexus_core::BusinessId;

    use super::*;

    fn part(text: &str, voice: Option<&str>, language: Option<&str>) -> Result<Part, CreateError> {
        Part::of(&SpeechRequest {
            business: BusinessId::derived(&["quay"]),
            text: text.into(),
            voice: voice.map(str::to_owned),
            language: language.map(str::to_owned),
            is_newscaster: false,
        })
    }

    #[test]
    fn voices_are_cast_and_substitutes_are_told() {
        for (name, voice, language, want, told) in [
            ("nothing asked", None, None, Voice::Slt, 0),
            ("one of ours", Some("kal16"), Some("en-US"), Voice::Kal16, 0),
            ("a man", Some("Matthew"), None, Voice::Rms, 1),
            ("a woman", Some("joanna"), Some("en"), Voice::Slt, 1),
            ("a Briton", Some("Brian"), Some("en-GB"), Voice::Awb, 1),
            ("unknown", Some("Zork"), None, Voice::Slt, 1),
            ("another accent", Some("slt"), Some("en-AU"), Voice::Slt, 1),
        ] {
            let part = part("Hello", voice, language).expect("it speaks");
            assert_eq!((part.voice, part.remarks.len()), (want, told), "{name}: {:?}", part.remarks);
        }
    }

    #[test]
    fn other_languages_are_refused_with_a_remedy() {
        for language in ["de-DE", "fr", "cmn-CN"] {
            let error = part("Hello", None, Some(language)).expect_err(language).at(PROVIDER, OP);
            assert_eq!(error.kind, ErrorKind::Unsupported);
            assert!(error.message.contains(language) && error.message.contains("'audio'"), "{}", error.message);
        }
        let long = "word ".repeat(1001);
        assert!(matches!(part(&long, None, None), Err(CreateError::TooMuchToSay { chars: 5005, .. })));
    }
}
