//! The rules of type, place, time and colour, over scripts, tracks, kits and pictures of all kinds.

use nexus_core::{
    business::{BrandKit, Style},
    script::{Part, reading_time_s},
};
use nexus_edit::{
    Join,
    look::{Backdrop, Frame, Place, Role, contrast, luminance, mix},
    model::{Animated, Asset, Clip, Color, Offset, RichText},
};
use proptest::prelude::*;

use crate::stage::{self, Film, PORTRAIT, clips, span_s, texts};

fn styles() -> impl Strategy<Value = Style> {
    prop::sample::select(Style::ALL.to_vec())
}

fn colours() -> impl Strategy<Value = String> {
    (0_u32..0x100_0000).prop_map(|number| format!("#{number:06x}"))
}

fn phrases() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop::collection::vec("[a-z]{1,11}", 1..=7).prop_map(|words| words.join(" ")), 1..=5)
}

fn backdrops() -> impl Strategy<Value = Backdrop> {
    let thirds = || [0.0_f64..1.0, 0.0..1.0, 0.0..1.0];
    (thirds(), thirds(), [0.0_f64..1.0, 0.0..1.0]).prop_map(|(calm, light, focus)| Backdrop { calm, light, focus })
}

prop_compose! {
    fn films()(
        style in styles(),
        (primary, accent, ink) in (colours(), colours(), colours()),
        phrases in phrases(),
        bpm in 64.0_f64..180.0,
        backdrop in backdrops(),
        rating in 1_u8..=5,
    ) -> (Film, Backdrop) {
        let kit = BrandKit { primary, accent, ink, style, ..BrandKit::default() };
        let script = stage::script("“The best evening”", &phrases, rating);
        (stage::film(&kit, &script, &stage::track(bpm, 40, 0.25, vec![]), PORTRAIT, backdrop), backdrop)
    }
}

/// Left, right, upper and lower edge of a clip's box as shares of the frame.
fn edges(clip: &Clip, frame: Frame) -> [f64; 4] {
    let Offset { x, y } = &clip.offset;
    let (left, top) = (x.at(0.0), -y.at(0.0));
    let (width, height) = (clip.width.expect("a box"), clip.height.expect("a box"));
    [left, left + width / f64::from(frame.width_px), top, top + height / f64::from(frame.height_px)]
}

/// The colour behind words at its brightest: their block, or the picture under every ground that stands there then.
fn behind(film: &Film, (clip, text): (&Clip, &RichText), backdrop: &Backdrop) -> Color {
    if let Some(color) = text.background.and_then(|background| background.color) {
        return color;
    }
    let [_, _, top, bottom] = edges(clip, PORTRAIT);
    let holds = |place: &Place| place.band().top <= top + 1e-3 && bottom <= place.band().bottom + 1e-3;
    // A line in two places at once stands in the one that was chosen for being darker.
    let light = if span_s(clip).1 > film.cuts.rate.start_of(film.cuts.length).0 - 1e-6 {
        backdrop.light.into_iter().fold(0.0, f64::max)
    } else {
        Place::ALL.into_iter().filter(holds).map(|place| place.light(backdrop)).fold(1.0, f64::min)
    };
    let grey = grey_of(light);
    let middle_s = f64::midpoint(span_s(clip).0, span_s(clip).1);
    let under = clips(&film.edit).filter(|ground| {
        let is_full = ground.width.is_none() && matches!(ground.asset, Asset::Svg(_));
        is_full && span_s(ground).0 <= middle_s && middle_s < span_s(ground).1
    });
    let mut seen = grey;
    let mut layers: Vec<&Clip> = under.collect();
    layers.reverse();
    for ground in layers {
        let Asset::Svg(svg) = &ground.asset else { continue };
        if svg.src.contains("radialGradient") {
            continue;
        }
        let dense = svg.src.split("stop-opacity=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok());
        let dense =
            dense.fold(None, |most: Option<f64>, opacity: f64| Some(most.map_or(opacity, |most| most.max(opacity))));
        let opacity = dense.unwrap_or(1.0) * ground.opacity.at(middle_s - span_s(ground).0);
        let color = if svg.src.contains(&film.look.palette.block.to_string()) {
            film.look.palette.block
        } else {
            film.look.palette.ground
        };
        seen = mix(seen, color, opacity);
    }
    seen
}

fn grey_of(light: f64) -> Color {
    let shade = (0..=255_u8).find(|level| luminance(Color::opaque(*level, *level, *level)) >= light).unwrap_or(255);
    Color::opaque(shade, shade, shade)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn words_stand_inside_the_safe_area_in_the_sizes_of_the_table((film, _) in films()) {
        for (clip, text) in texts(&film.edit) {
            let [left, right, top, bottom] = edges(clip, PORTRAIT);
            prop_assert!(left >= 0.06 && right <= 0.881, "{left} to {right}: {}", text.text);
            prop_assert!(top >= 0.139 && bottom <= 0.651, "{top} to {bottom}: {}", text.text);
            prop_assert!(f64::from(text.font.size) >= 0.017 * 1920.0, "{} px: {}", text.font.size, text.text);
            let sizes = Role::ALL.map(|role| PORTRAIT.size_px(&film.look, role));
            prop_assert!(sizes.contains(&f64::from(text.font.size)), "{} px", text.font.size);
        }
        let weights: std::collections::BTreeSet<(&str, u16)> =
            texts(&film.edit).map(|(_, text)| (text.font.family.as_str(), text.font.weight)).collect();
        prop_assert!(weights.len() <= 4, "two weights of two families at most: {weights:?}");
    }

    #[test]
    fn words_are_legible_on_whatever_lies_behind((film, backdrop) in films()) {
        for (clip, text) in texts(&film.edit) {
            let ground = behind(&film, (clip, text), &backdrop);
            let ratio = contrast(luminance(text.font.color), luminance(ground));
            prop_assert!(ratio >= 4.5, "{ratio:.2}: {} in {} on {ground}", text.text, text.font.color);
        }
    }

    #[test]
    fn words_stand_long_enough_and_arrive_early((film, _) in films()) {
        let longest_unit_s = 3.6;
        for (clip, text) in texts(&film.edit) {
            let (from_s, to_s) = span_s(clip);
            let need_s = reading_time_s(&text.text);
            prop_assert!(to_s - from_s >= need_s - 0.1 * longest_unit_s - 0.02, "{} s for {}", to_s - from_s, text.text);
            if let Some(duration_s) = text.animation.and_then(|animation| animation.duration) {
                prop_assert!(duration_s <= 0.55 * (to_s - from_s), "{duration_s} of {} s: {}", to_s - from_s, text.text);
            }
        }
        let hook = texts(&film.edit).find(|(clip, _)| span_s(clip).0 == 0.0).expect("a hook");
        prop_assert!(hook.1.animation.is_none(), "the hook stands in the first frame");
    }

    #[test]
    fn joins_have_reasons_and_no_two_kinds_follow_each_other((film, _) in films()) {
        let joins: Vec<Join> = film.cuts.slots.iter().map(|slot| slot.join).collect();
        for pair in joins.windows(2) {
            prop_assert!(pair[0] == pair[1] || pair.contains(&Join::Cut), "{pair:?}");
        }
        prop_assert!(film.look.style != Style::Bright || !joins.contains(&Join::Dissolve), "bright films only cut");
        prop_assert_eq!(joins.iter().filter(|join| **join == Join::Dip).count(), 1);
        for clip in clips(&film.edit).filter(|clip| matches!(clip.asset, Asset::Video(_))) {
            if let Animated::Tweens(tweens) = &clip.scale {
                prop_assert!(tweens.iter().all(|tween| (1.0..=1.2).contains(&tween.from) && (1.0..=1.2).contains(&tween.to)));
            }
        }
    }

    #[test]
    fn words_do_not_stand_on_a_busy_subject_when_another_place_is_calm(third in 0_usize..3) {
        let mut calm = [0.1; 3];
        calm[third] = 0.95;
        let backdrop = Backdrop { calm, light: [0.2; 3], focus: [0.5, if third == 0 { 0.6 } else { 0.25 }] };
        let want = [Place::Upper, Place::Middle, Place::Lower][third];
        prop_assert_eq!(Place::best(&[backdrop], None), want);
    }
}

#[test]
fn words_stay_where_they_were_unless_another_place_is_clearly_better() {
    let even = Backdrop { calm: [0.5; 3], light: [0.2; 3], focus: [0.5, 0.5] };
    let slightly = Backdrop { calm: [0.5, 0.5, 0.55], ..even };
    assert_eq!(Place::best(&[slightly], Some(Place::Upper)), Place::Upper);
    let clearly = Backdrop { calm: [0.1, 0.6, 0.9], light: [0.9, 0.2, 0.2], focus: [0.5, 0.2] };
    assert_eq!(Place::best(&[clearly], Some(Place::Upper)), Place::Lower);
    assert_eq!(Place::best(&[slightly, clearly], Some(Place::Upper)), Place::Lower, "over all pictures of a phrase");
}

#[test]
fn each_style_is_its_own() {
    let families = Style::ALL.map(|style| {
        let film = stage::demo(style, PORTRAIT);
        let (_, hook) = texts(&film.edit).next().expect("words");
        (hook.font.family.clone(), hook.font.weight, hook.align.horizontal)
    });
    assert!(families[0] != families[1] && families[1] != families[2] && families[0] != families[2], "{families:?}");
    let own = BrandKit { display_font: Some("Lora".into()), ..stage::kit(Style::Night) };
    let film = stage::film(&own, &stage::marta(), &stage::track(110.0, 24, 0.0, vec![]), PORTRAIT, stage::EVENING);
    assert!(texts(&film.edit).any(|(_, text)| text.font.family == "Lora"), "the brand's own family wins");
}

#[test]
fn a_phrase_is_never_in_capitals_and_a_long_name_is_not_either() {
    for style in Style::ALL {
        let mut script = stage::marta();
        let place = script.scenes.iter_mut().find(|scene| scene.part == Part::Place).expect("a place");
        place.caption = "The Old House by the Quay · Harbour".into();
        let track = stage::track(110.0, 24, 0.0, vec![]);
        let film = stage::film(&stage::kit(style), &script, &track, PORTRAIT, stage::EVENING);
        let is_upper = |text: &RichText| text.style.text_transform != nexus_edit::model::TextCase::None;
        assert!(!texts(&film.edit).any(|(_, text)| is_upper(text)), "{}", style.name());
    }
}
