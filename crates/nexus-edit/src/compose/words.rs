//! The guest's words over the pictures, and the name of the place in the lower third.

use nexus_core::{
    business::Style,
    script::{Part, reading_time_s},
};

use super::{Laid, Stage};
use crate::{
    look::{Band, Enters, Line, Place, Role},
    model::Vertical,
};

/// A scrim that would have to be denser than this becomes a shape behind the words.
const MOST_SCRIM: f64 = 0.75;
/// Words arrive within this share of their time.
const ARRIVING: f64 = 0.35;

/// A phrase of the guest in the best of three places. `before` is where the last one stood.
pub(super) fn phrase(stage: &Stage<'_>, before: &mut Option<Place>) -> Laid {
    let Stage { look, scene, span_s, .. } = stage;
    if scene.caption.is_empty() {
        return Laid::default();
    }
    let place = Place::best(&stage.backdrops, *before);
    *before = Some(place);
    let role = if matches!(scene.part, Part::Hook | Part::Drop) { Role::Hook } else { Role::Quote };
    let palette = &look.palette;
    let band = place.band();
    let (color, block) = match (look.style, role) {
        (Style::Bright, Role::Hook) => (palette.on_highlight, Some(palette.highlight)),
        (Style::Bright, _) => (palette.on_block, Some(palette.block)),
        (Style::Quiet | Style::Night, _) if stage.ground_opacity(place) > MOST_SCRIM => {
            (palette.on_block, Some(palette.block))
        }
        (Style::Quiet | Style::Night, _) => (palette.words, None),
    };
    // The hook stands in the very first frame: whoever stops scrolling reads it at once.
    let enters = if scene.part == Part::Hook { Enters::AtOnce } else { Enters::ByWord(word_step_s(stage)) };
    let line = Line { role, words: &scene.caption, band, span_s: *span_s, color, block, enters };
    // The scrim is as high as the words are likely to be.
    let lines = if role == Role::Hook { 2.4 } else { 2.0 };
    let behind = place.part(lines * stage.line(role));
    let grounds = if block.is_none() { stage.ground(place, behind).into_iter().collect() } else { vec![] };
    Laid { words: vec![stage.frame().text(look, &line)], grounds, ..Laid::default() }
}

/// Seconds between two words: a half, a quarter or an eighth of a beat, so that all stand early and can be read.
fn word_step_s(stage: &Stage<'_>) -> f64 {
    let length_s = stage.span_s.1 - stage.span_s.0;
    let gaps = stage.scene.caption.split_whitespace().count().saturating_sub(1) as f64;
    let spare_s = length_s - reading_time_s(&stage.scene.caption) - 0.2;
    let most_s = (ARRIVING * length_s).min(spare_s.max(0.1) * 2.0);
    let mut step_s = stage.beat_s() * stage.look.motion.word_step;
    while gaps * step_s > most_s && step_s > 0.03 {
        step_s /= 2.0;
    }
    step_s
}

/// Name and place, small, in the lower third.
pub(super) fn lower_third(stage: &Stage<'_>) -> Laid {
    let Stage { look, scene, span_s, .. } = stage;
    if scene.caption.is_empty() {
        return Laid::default();
    }
    let (name, town) = scene.caption.split_once(" · ").unwrap_or((&scene.caption, ""));
    let frame = stage.frame();
    let palette = &look.palette;
    let pad = |role: Role| match look.style {
        Style::Bright => crate::look::padding(frame, look, role),
        Style::Quiet | Style::Night => 0.0,
    };
    let title = stage.line(Role::Title) + 2.0 * pad(Role::Title);
    let label = if town.is_empty() { 0.0 } else { stage.line(Role::Label) + 2.0 * pad(Role::Label) };
    // Air around the rule; blocks stand on each other without any.
    let gap = if look.style == Style::Bright { 0.0 } else { 0.012 };
    let group = Place::Lower.part(gap + title + label + gap / 2.0);
    let name_band = Band { top: group.top + gap, bottom: group.top + gap + title, vertical: Vertical::Top };
    let town_band = Band { top: group.bottom - label, bottom: group.bottom, vertical: Vertical::Top };
    let line = |role, words, band, color, block| {
        frame.text(look, &Line { role, words, band, span_s: *span_s, color, block, enters: Enters::AsOne })
    };
    let is_bright = look.style == Style::Bright;
    let (name_color, name_block) =
        if is_bright { (palette.on_block, Some(palette.block)) } else { (palette.words, None) };
    let (town_color, town_block) =
        if is_bright { (palette.on_highlight, Some(palette.highlight)) } else { (palette.words, None) };
    let mut words = vec![line(Role::Title, name, name_band, name_color, name_block)];
    if !town.is_empty() {
        words.push(line(Role::Label, town, town_band, town_color, town_block));
    }
    if is_bright {
        return Laid { words, ..Laid::default() };
    }
    words.push(frame.rule(look, group.top, *span_s));
    Laid { words, grounds: stage.ground(Place::Lower, group).into_iter().collect(), ..Laid::default() }
}
