//! What is written, drawn, spoken and rendered.

use async_trait::async_trait;

use super::{Adapter, StepContext};
use crate::{
    ErrorKind, FrameRate, PortError, PortResult,
    blob::BlobRef,
    film::{Film, RenderParts, RenderRequest, StillRequest},
    script::{Script, ScriptRequest},
    speech::{Speech, SpeechRequest},
};

/// GPT-4o: writes the script.
#[async_trait]
pub trait ScriptWriter: Adapter + Send + Sync {
    /// A script that obeys the brand's voice and quotes word for word.
    ///
    /// # Errors
    /// `Invalid` when the review holds nothing that may be quoted.
    async fn write(&self, request: &ScriptRequest, context: &StepContext) -> PortResult<Script>;
}

/// Gemini: makes a still where footage is missing.
#[async_trait]
pub trait ImageMaker: Adapter + Send + Sync {
    /// A PNG or JPEG, stored.
    async fn make_still(&self, request: &StillRequest, context: &StepContext) -> PortResult<BlobRef>;
}

/// What a moving still must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnimateSpec {
    /// Width in pixels, even.
    pub width_px: u32,
    /// Height in pixels, even.
    pub height_px: u32,
    /// Frames per second.
    pub rate: FrameRate,
    /// Least length in seconds.
    pub length_s: f64,
}

/// Runway: moves a camera over a still.
#[async_trait]
pub trait Animator: Adapter + Send + Sync {
    /// A clip of at least the length, stored. Repeating with the same key bills once.
    async fn animate(&self, still: &BlobRef, spec: &AnimateSpec, context: &StepContext) -> PortResult<BlobRef>;
}

/// Text to speech: says words aloud.
#[async_trait]
pub trait SpeechMaker: Adapter + Send + Sync {
    /// The words as sound, stored, as long as saying them takes. Repeating with the same key bills once.
    ///
    /// # Errors
    /// `Unsupported` for a language that it does not speak, `Invalid` for a text without words or too long a one.
    async fn speak(&self, request: &SpeechRequest, context: &StepContext) -> PortResult<Speech>;
}

/// Shotstack: renders an edit.
#[async_trait]
pub trait Renderer: Adapter + Send + Sync {
    /// True where other machines find what this one made of a film.
    fn shares_parts(&self) -> bool {
        false
    }

    /// The parts in which other machines could render beside this one.
    ///
    /// # Errors
    /// As [`Renderer::render`].
    async fn parts(&self, _request: &RenderRequest) -> PortResult<RenderParts> {
        Ok(RenderParts { count: 1, encoder: String::new() })
    }

    /// Renders part `part`, from 0, to where [`Renderer::render`] finds it. A part that is there is not made again.
    ///
    /// # Errors
    /// As [`Renderer::render`]; `Unsupported` where films are made in one go. A machine that encodes otherwise than `parts`
    /// says makes nothing.
    async fn render_part(
        &self,
        _request: &RenderRequest,
        _parts: &RenderParts,
        _part: u32,
        _context: &StepContext,
    ) -> PortResult<()> {
        let message = "this renderer makes films in one go";
        Err(PortError::new(ErrorKind::Unsupported, self.adapter(), "render a part", message))
    }

    /// Removes what other machines made of a film that is whole now. Doing so again is no error.
    async fn clear_parts(&self, _request: &RenderRequest) -> PortResult<()> {
        Ok(())
    }

    /// The film, verified and stored. Repeating with the same request finds finished work again.
    async fn render(&self, request: &RenderRequest, context: &StepContext) -> PortResult<Film>;
}
