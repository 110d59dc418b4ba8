//! The end card: name, place, one call to action and where to go, on the brand's own ground.

use nexus_core::{business::Style, script::reading_time_s};

use super::{Laid, Stage};
use crate::{
    look::{Band, Enters, Frame, Line, Role, needed_ground},
    model::{Animated, Clip, Color, Easing, Interpolation, Tween, Vertical},
};

/// Half of the dip into the card, in seconds: it darkens before the cut and clears after it.
const DIP_S: f64 = 0.2;
/// Least density of the ground over a blurred picture.
const GROUND: f64 = 0.84;
/// Share of the frame's height that the block of a bright card covers.
pub(super) const BLOCK: f64 = 0.58;

/// The card of a style. Where the last picture ends before the card does, it stands on a plain ground.
pub(super) fn end_card(stage: &Stage<'_>) -> Laid {
    let palette = &stage.look.palette;
    let frame = stage.frame();
    let span_s = stage.span_s;
    let light = stage.backdrops.iter().flat_map(|backdrop| backdrop.light).fold(0.0, f64::max);
    let needed = |words| needed_ground(words, palette.ground, light);
    let over_picture = needed(palette.words).max(needed(palette.accent)).max(GROUND);
    let over_picture = if stage.lasts { over_picture } else { 1.0 };
    let (places, grounds) = match stage.look.style {
        Style::Quiet => (Places::new(0.40, 0.030), vec![frame.wash(palette.ground, over_picture, 1.0, span_s)]),
        Style::Bright => {
            let height = if stage.lasts { BLOCK } else { 1.0 };
            (Places::new(0.32, 0.024), vec![frame.wash(palette.block, 1.0, height, span_s)])
        }
        Style::Night => (
            Places::new(0.40, 0.030),
            vec![
                frame.wash(palette.ground, over_picture.max(0.92), 1.0, span_s),
                frame.glow(palette.accent, 0.42, 0.38, span_s),
            ],
        ),
    };
    let dip = dip(frame, palette.ground, span_s.0);
    Laid { over: vec![dip], words: lines(stage, places), grounds }
}

/// Where the lines of a card stand, as shares of the height.
struct Places {
    /// Lower edge of the name.
    name: f64,
    /// Air between groups.
    air: f64,
}

impl Places {
    fn new(name: f64, air: f64) -> Self {
        Self { name, air }
    }
}

fn lines(stage: &Stage<'_>, places: Places) -> Vec<Clip> {
    let Stage { plan, look, span_s, .. } = stage;
    let (frame, palette, business) = (stage.frame(), &look.palette, plan.business);
    let is_bright = look.style == Style::Bright;
    let website = business.website.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    let action = plan.script.call_to_action.as_str();
    let color = if is_bright { palette.on_block } else { palette.words };
    let line = |role, words, band, (color, block), from_s| {
        let span_s = (from_s, span_s.1);
        frame.text(look, &Line { role, words, band, span_s, color, block, enters: Enters::AsOne })
    };
    let below = |top: f64, height: f64| Band { top, bottom: top + height, vertical: Vertical::Top };

    let name_band = Band { top: places.name - 0.17, bottom: places.name, vertical: Vertical::Bottom };
    let mut clips = vec![line(Role::Name, business.name.as_str(), name_band, (color, None), span_s.0)];
    let mut top = places.name + places.air * 0.55;
    if !is_bright {
        clips.push(frame.rule(look, top, *span_s));
        top += places.air * 0.7;
    }
    if !business.locality.is_empty() {
        let height = stage.line(Role::Label) * 1.2;
        clips.push(line(Role::Label, business.locality.as_str(), below(top, height), (color, None), span_s.0));
        top += height;
    }
    top += places.air;
    if !action.is_empty() {
        let pad = if is_bright { crate::look::padding(frame, look, Role::Action) } else { 0.0 };
        let height = stage.line(Role::Action) * 1.1 + 2.0 * pad;
        let style = if is_bright { (palette.on_highlight, Some(palette.highlight)) } else { (palette.accent, None) };
        clips.push(line(Role::Action, action, below(top, height), style, arrives_s(stage, action, 1)));
        top += height + places.air * if is_bright { 0.7 } else { 0.2 };
    }
    if !website.is_empty() {
        let height = stage.line(Role::Label) * 1.2;
        clips.push(line(Role::Label, website, below(top, height), (color, None), arrives_s(stage, website, 2)));
    }
    clips
}

/// When a line arrives: on beat `count` of the card if there is time to read it after that, else just after the one
/// before.
fn arrives_s(stage: &Stage<'_>, words: &str, count: usize) -> f64 {
    let (from_s, to_s) = stage.span_s;
    let on_beat = stage.beats_s().get(count).copied().unwrap_or(to_s);
    if to_s - on_beat >= reading_time_s(words) + 0.3 { on_beat } else { from_s + 0.12 * count as f64 }
}

/// A colour that closes over the cut into the card and opens again.
fn dip(frame: Frame, color: Color, cut_s: f64) -> Clip {
    let before_s = DIP_S.min(cut_s);
    let fade = |from, to, start, length, easing| Tween {
        from,
        to,
        start,
        length,
        interpolation: Interpolation::Bezier(easing),
    };
    let tweens = vec![
        fade(0.0, 1.0, 0.0, before_s, Easing::EaseInCubic),
        fade(1.0, 0.0, before_s, DIP_S * 1.5, Easing::EaseOutCubic),
    ];
    let clip = frame.wash(color, 1.0, 1.0, (cut_s - before_s, cut_s + DIP_S * 1.5));
    Clip { opacity: Animated::Tweens(tweens), ..clip }
}
