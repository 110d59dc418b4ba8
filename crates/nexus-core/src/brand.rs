//! What a brand is remembered by: statements that the owner can read, edit and make forget, each with its evidence.

use serde::{Deserialize, Serialize};

use crate::{Instant, RunId, StatementId};

/// What a statement wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Leaning {
    /// To see or to read more of its topic.
    More,
    /// Less of it.
    Less,
    /// Its topic is a word that is never used.
    Never,
    /// Nothing but what it says: a note on the brand's voice, for whoever writes.
    Voice,
}

/// Where a piece of evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The owner wrote it down.
    Owner,
    /// A document on the brand's voice says so.
    Document,
    /// The owner wished for a change of a film.
    Wish,
    /// The owner declined a film.
    Declined,
    /// The owner approved a film.
    Approved,
}

/// One thing that was said or done, and what it tells of one topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it speaks of, in plain lower-case words; of a note on the voice, its own words.
    pub topic: String,
    /// What it wants.
    pub leaning: Leaning,
    /// How much it says, 0 to 1.
    pub strength: f64,
    /// The owner's words; empty for what was only done.
    pub words: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The run whose film it was about.
    pub run: Option<RunId>,
    /// When.
    pub at: Instant,
    /// The same for the same thing that happened, so that a repeat adds nothing.
    pub key: String,
}

/// What the owner made of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Amendment {
    /// It says something else now.
    Edited {
        /// In the owner's words.
        text: String,
        /// When.
        at: Instant,
        /// When it was forgotten before that, if it was: what it rested on then stays forgotten.
        #[serde(default)]
        forgotten: Option<Instant>,
    },
    /// It is forgotten; only what happens later may bring it back.
    Forgotten {
        /// When.
        at: Instant,
    },
}

/// One sentence of the memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// The same for the same topic.
    pub id: StatementId,
    /// One sentence: `Fewer neon signs.`
    pub text: String,
    /// What follows from it.
    pub leaning: Leaning,
    /// What it speaks of: a question to the footage, or the word that is never used.
    pub topic: String,
    /// How surely, 0 to 1.
    pub weight: f64,
    /// True when the owner wrote or edited it.
    pub by_owner: bool,
    /// What it rests on, newest first.
    pub evidence: Vec<Evidence>,
}

/// How a film was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It was posted.
    Approved,
    /// It is to be made anew.
    Changed,
    /// It was not wanted.
    Declined,
}

/// Something to learn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "lesson", rename_all = "lowercase")]
pub enum Lesson {
    /// The owner tells it, or a document on the brand's voice does.
    Told {
        /// Sentences.
        words: String,
        /// The document's name; `None` when the owner says it.
        document: Option<String>,
    },
    /// The owner answered a film.
    Answered {
        /// The run that made it.
        run: RunId,
        /// Which film of that run.
        revision: u32,
        /// How.
        answer: Answer,
        /// The wish or the reason; may be empty.
        words: String,
        /// What the film showed, as tags name it.
        shown: Vec<String>,
    },
}

/// A statement that was asked for by its meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recalled {
    /// The statement.
    pub statement: Statement,
    /// How near it is to the question, 0 to 1.
    pub score: f64,
}
