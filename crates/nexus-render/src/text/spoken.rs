//! Captions that follow the spoken word: each word has its time, and a look before, while and after it is said.

use std::sync::Arc;

use nexus_edit::{
    model::{
        AnimateBy, Color, Easing, RichCaption, RichText, TextAnimation, TextPreset,
        asset::{CaptionPreset, Override, TextDirection},
    },
    subtitles::Cue,
};

use super::set::{SetText, TextJob, set};
use crate::{
    fonts::{Face, Fonts},
    geometry::Rect,
    raster::Raster,
};

/// The word that is said, where the caption names no look for it.
const SPOKEN: Color = Color::opaque(0xff, 0xd9, 0x3d);
/// Seconds in which a word comes.
const COMES_S: f64 = 0.22;
/// Way of a sliding or bouncing word, as a share of its size.
const WAY: f64 = 0.7;

/// All captions of a layer; each cue is set when it is first seen.
pub(crate) struct Captions {
    caption: RichCaption,
    cues: Vec<Cue>,
    area: Rect,
    face: Face,
    fonts: Arc<Fonts>,
    /// The cue that was set last, in its two looks.
    last: Option<(usize, SetText, SetText)>,
}

/// How the captions stand at a moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spoken {
    cue: usize,
    words: Vec<WordState>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct WordState {
    is_lit: bool,
    /// In 255ths.
    opacity: u8,
    /// In quarters of a pixel, so that a resting word is the same from frame to frame.
    across: i32,
    down: i32,
    /// In thousandths.
    scale: i32,
}

impl Captions {
    pub(crate) fn new(caption: &RichCaption, cues: &[Cue], area: Rect, face: &Face, fonts: &Arc<Fonts>) -> Self {
        Self {
            caption: caption.clone(),
            cues: cues.to_vec(),
            area,
            face: face.clone(),
            fonts: Arc::clone(fonts),
            last: None,
        }
    }

    /// The state at `at_s` seconds of the layer; `None` between captions.
    pub(crate) fn at(&self, at_s: f64) -> Option<Spoken> {
        let cue = self.cues.iter().position(|cue| cue.start_s <= at_s && at_s < cue.end_s)?;
        let animation = self.caption.animation.as_ref();
        let preset = animation.map_or(CaptionPreset::Highlight, |animation| animation.style);
        let direction = animation.and_then(|animation| animation.direction).unwrap_or(TextDirection::Up);
        let size = self.size();
        let words =
            self.cues[cue].words.iter().map(|word| word_at(preset, direction, (word.start_s, word.end_s), at_s, size));
        Some(Spoken { cue, words: words.collect() })
    }

    /// The pixels of a state.
    pub(crate) fn draw(&mut self, state: &Spoken) -> Raster {
        if self.last.as_ref().is_none_or(|(cue, ..)| *cue != state.cue) {
            let words = &self.cues[state.cue].text;
            let (plain, lit) = (self.text(words), self.lit(words));
            let of = |text: &RichText| set(&TextJob { text, face: &self.face, area: self.area }, &self.fonts);
            self.last = Some((state.cue, of(&plain), of(&lit)));
        }
        let Some((_, plain, lit)) = &self.last else { return Raster::clear(0, 0, 0, 0) };
        let parts: Vec<&Raster> = plain.pieces.iter().chain(&lit.pieces).map(|piece| &piece.raster).collect();
        let mut whole = Raster::around(&parts, (self.size() * (WAY + 0.4)) as i32 + 2);
        for (index, piece) in plain.pieces.iter().enumerate() {
            let Some(unit) = piece.unit else {
                whole.over(&piece.raster, 255);
                continue;
            };
            let word = state.words.get(unit).copied().unwrap_or(WordState::STANDS);
            // Both looks have the same pieces unless the lit one adds or drops some; then its words decide.
            let lit_piece = lit.pieces.get(index).filter(|other| other.unit == piece.unit);
            let raster =
                if word.is_lit { lit_piece.map_or(&piece.raster, |other| &other.raster) } else { &piece.raster };
            if word.opacity > 0 {
                whole.over(&word.moved(raster), word.opacity);
            }
        }
        whole
    }

    fn size(&self) -> f64 {
        self.caption.style.size.unwrap_or(f64::from(self.caption.font.size))
    }

    fn text(&self, words: &str) -> RichText {
        let RichCaption { font, style, stroke, shadow, background, border, padding, align, .. } = &self.caption;
        let mut text = RichText::new(words);
        text.font = font.clone();
        text.font.size = self.size().round().clamp(1.0, 500.0) as u32;
        text.style = style.text.clone();
        (text.stroke, text.shadow, text.background, text.border) = (*stroke, *shadow, *background, *border);
        (text.padding, text.align) = (*padding, *align);
        // Only for its units: when they come is decided here.
        text.animation =
            Some(TextAnimation { style: Some(AnimateBy::Word), ..TextAnimation::new(TextPreset::FadeIn, 0.1) });
        text
    }

    /// The look of words that are said; their size stays, so that lines do not jump.
    fn lit(&self, words: &str) -> RichText {
        let mut text = self.text(words);
        let active = self.caption.active.as_ref();
        let font = active.and_then(|active| active.font.as_ref());
        text.font.color = font.and_then(|font| font.color).unwrap_or(SPOKEN);
        if let Some(opacity) = font.and_then(|font| font.opacity) {
            text.font.opacity = opacity;
        }
        match active.and_then(|active| active.stroke.as_ref()) {
            Some(Override::With(stroke)) => text.stroke = Some(*stroke),
            Some(Override::Remove) => text.stroke = None,
            None => {}
        }
        match active.and_then(|active| active.shadow.as_ref()) {
            Some(Override::With(shadow)) => text.shadow = Some(*shadow),
            Some(Override::Remove) => text.shadow = None,
            None => {}
        }
        text
    }
}

impl WordState {
    const STANDS: Self = Self { is_lit: false, opacity: 255, across: 0, down: 0, scale: 1000 };

    fn moved(self, raster: &Raster) -> Raster {
        let (across, down) = (f64::from(self.across) / 4.0, f64::from(self.down) / 4.0);
        if self.scale == 1000 {
            return if (self.across, self.down) == (0, 0) { raster.clone() } else { raster.moved(across, down) };
        }
        let factor = f64::from(self.scale) / 1000.0;
        let (width, height) = (raster.width as f64, raster.height as f64);
        let (x, y) = (f64::from(raster.x) + across, f64::from(raster.y) + down);
        let grown = (width * (factor - 1.0) / 2.0, height * (factor - 1.0) / 2.0);
        raster.stretched(Rect { x: x - grown.0, y: y - grown.1, width: width * factor, height: height * factor })
    }
}

fn word_at(
    preset: CaptionPreset,
    direction: TextDirection,
    (start_s, end_s): (f64, f64),
    at_s: f64,
    size: f64,
) -> WordState {
    let (has_begun, is_said) = (at_s >= start_s, at_s >= start_s && at_s < end_s);
    let share = ((at_s - start_s) / COMES_S).clamp(0.0, 1.0);
    let eased = Easing::EaseOutCubic.at(share);
    let coming =
        |opacity: f64| WordState { is_lit: is_said, opacity: (opacity * 255.0).round() as u8, ..WordState::STANDS };
    let quarters = |pixels: f64| (pixels * 4.0).round() as i32;
    match preset {
        CaptionPreset::None => WordState::STANDS,
        CaptionPreset::Highlight => WordState { is_lit: is_said, ..WordState::STANDS },
        // What has been said stays lit.
        CaptionPreset::Karaoke => WordState { is_lit: has_begun, ..WordState::STANDS },
        CaptionPreset::Typewriter => coming(f64::from(u8::from(has_begun))),
        CaptionPreset::Fade => coming(if has_begun { eased } else { 0.0 }),
        CaptionPreset::Pop => {
            let over = Easing::EaseOutBack.at(share);
            WordState {
                scale: ((0.6 + 0.4 * over) * 1000.0).round() as i32,
                ..coming(if has_begun { eased } else { 0.0 })
            }
        }
        CaptionPreset::Slide => {
            let gone = (1.0 - eased) * WAY * size;
            let (across, down) = match direction {
                TextDirection::Left => (gone, 0.0),
                TextDirection::Right => (-gone, 0.0),
                TextDirection::Up => (0.0, gone),
                TextDirection::Down => (0.0, -gone),
            };
            let word = coming(if has_begun { eased } else { 0.0 });
            WordState { across: quarters(across), down: quarters(down), ..word }
        }
        CaptionPreset::Bounce => {
            let word = coming(f64::from(u8::from(has_begun)));
            WordState { down: quarters(-(1.0 - bounced(share)) * WAY * size), ..word }
        }
    }
}

/// A ball that falls and bounces twice, lower each time; 0 to 1.
fn bounced(share: f64) -> f64 {
    let fall = |from: f64, length: f64, height: f64| {
        let x = (share - from) / length;
        1.0 - height * (1.0 - (2.0 * x - 1.0).powi(2))
    };
    match share {
        share if share < 0.4 => (share / 0.4).powi(2),
        share if share < 0.75 => fall(0.4, 0.35, 0.25),
        share if share < 1.0 => fall(0.75, 0.25, 0.07),
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use nexus_edit::model::Word;

    use super::*;

    #[test]
    fn words_are_lit_when_they_are_said() {
        let at = |preset, at_s| word_at(preset, TextDirection::Up, (1.0, 2.0), at_s, 40.0);
        assert!(!at(CaptionPreset::Highlight, 0.5).is_lit && at(CaptionPreset::Highlight, 1.5).is_lit);
        assert!(!at(CaptionPreset::Highlight, 2.5).is_lit && at(CaptionPreset::Karaoke, 2.5).is_lit);
        for (name, preset) in CaptionPreset::TABLE {
            let done = at(*preset, 2.5);
            assert_eq!(WordState { is_lit: false, ..done }, WordState::STANDS, "{name} stands after it was said");
            let comes = matches!(
                preset,
                CaptionPreset::Pop
                    | CaptionPreset::Fade
                    | CaptionPreset::Slide
                    | CaptionPreset::Bounce
                    | CaptionPreset::Typewriter
            );
            assert_eq!(at(*preset, 0.5).opacity, if comes { 0 } else { 255 }, "{name} before it is said");
        }
    }

    #[test]
    fn a_bounce_never_goes_below_its_ground() {
        for step in 0..=100 {
            let height = bounced(f64::from(step) / 100.0);
            assert!((0.0..=1.0 + 1e-9).contains(&height), "{step} {height}");
        }
        assert!((bounced(0.3999) - 1.0).abs() < 0.01 && (bounced(1.0) - 1.0).abs() < 1e-9);
    }
}
