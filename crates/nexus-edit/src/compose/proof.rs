//! The proof: stars drawn one by one on beats, the guest's name below them.

use nexus_core::business::Style;

use super::{Laid, Stage};
use crate::{
    look::{Band, Enters, Line, Place, Role, padding},
    model::Vertical,
};

/// All stars stand after this share of the scene.
const DRAWN: f64 = 0.75;

/// Stars and credit. `before` is where the last words stood.
pub(super) fn proof(stage: &Stage<'_>, before: Option<Place>) -> Laid {
    let Stage { plan, look, scene, span_s, .. } = stage;
    let frame = stage.frame();
    let place = Place::best(&stage.backdrops, before);
    let rating = plan.script.rating.clamp(1, 5);
    let height_px = f64::from(frame.height_px);
    let star = frame.star_px(look) / height_px;
    let is_bright = look.style == Style::Bright;
    let pad = if is_bright { padding(frame, look, Role::Label) } else { 0.0 };
    let gap = if is_bright { 0.0 } else { 0.014 };
    let row = star + 1.6 * pad;
    let credit = stage.line(Role::Label) + 2.0 * pad;
    let group = place.part(row + gap + credit);
    let row_band = Band { top: group.top, bottom: group.top + row, vertical: Vertical::Middle };
    let credit_band = Band { top: group.bottom - credit, bottom: group.bottom, vertical: Vertical::Top };
    let centre = f64::midpoint(row_band.top, row_band.bottom);

    let mut words: Vec<_> = star_times(stage, rating)
        .into_iter()
        .zip(0..rating)
        .map(|(at_s, index)| frame.star(look, (index, rating), centre, (at_s, span_s.1)))
        .collect();
    let (color, block) =
        if is_bright { (look.palette.on_highlight, Some(look.palette.highlight)) } else { (look.palette.words, None) };
    let enters = Enters::AsOne;
    let line =
        Line { role: Role::Label, words: &scene.caption, band: credit_band, span_s: *span_s, color, block, enters };
    words.push(frame.text(look, &line));
    let grounds = if is_bright {
        vec![frame.star_block(look, 5, row_band, *span_s)]
    } else {
        stage.ground(place, group).into_iter().collect()
    };
    Laid { words, grounds, ..Laid::default() }
}

/// When each star is drawn: on beats, or on half beats where the scene is too short for that.
fn star_times(stage: &Stage<'_>, rating: u8) -> Vec<f64> {
    let (from_s, to_s) = stage.span_s;
    let count = usize::from(rating);
    let beats_s = stage.beats_s();
    let drawn_by = from_s + DRAWN * (to_s - from_s);
    if let Some(last) = beats_s.get(count - 1)
        && *last <= drawn_by
    {
        return beats_s[..count].iter().map(|beat| beat.max(from_s)).collect();
    }
    let mut step_s = stage.beat_s() / 2.0;
    while from_s + step_s * (count - 1) as f64 > drawn_by {
        step_s /= 2.0;
    }
    (0..count).map(|index| from_s + step_s * index as f64).collect()
}
