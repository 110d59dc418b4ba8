//! Material for films: a place, a script, a track, footage.

use nexus_core::{
    BusinessId, FrameRate, Frames,
    business::{BrandKit, BrandVoice, Business, Style},
    music::{Beat, BeatGrid},
    script::{Part, Scene, Script, Seo, reading_time_s},
};
use nexus_edit::{
    CutConfig, CutPlan, Edit, FilmPlan, Footage, Slot, compose,
    cut::SceneNeed,
    joins, lay_cuts,
    look::{Backdrop, Frame, Look},
    model::{Asset, Clip, RichText},
};

pub(crate) const PORTRAIT: Frame = Frame { width_px: 1080, height_px: 1920 };

pub(crate) fn kit(style: Style) -> BrandKit {
    BrandKit { style, ..BrandKit::default() }
}

pub(crate) fn business(kit: BrandKit) -> Business {
    Business {
        id: BusinessId::derived(&["quay-house"]),
        slug: "quay-house".into(),
        name: "Quay House".into(),
        category: "restaurant".into(),
        locality: "Old Harbour".into(),
        language: "en".into(),
        call_to_action: "Book a table".into(),
        website: "https://quayhouse.example/".into(),
        voice: BrandVoice::default(),
        kit,
        networks: vec![],
    }
}

/// A script with these phrases of praise, in the order and with the times that a writer gives.
pub(crate) fn script(hook: &str, phrases: &[String], rating: u8) -> Script {
    let scene = |id: String, part, caption: &str| Scene {
        id,
        part,
        caption: caption.into(),
        shows: "oysters".into(),
        must_show: false,
        min_s: reading_time_s(caption).max(if part == Part::End { 2.0 } else { 0.0 }),
    };
    let mut scenes =
        vec![scene("hook".into(), Part::Hook, hook), scene("place".into(), Part::Place, "Quay House · Old Harbour")];
    scenes.extend(phrases.iter().enumerate().map(|(at, phrase)| scene(format!("praise-{at}"), Part::Praise, phrase)));
    scenes.push(scene("drop".into(), Part::Drop, ""));
    scenes.push(scene("proof".into(), Part::Proof, "Marta K. on Google"));
    scenes.push(scene("end".into(), Part::End, "Quay House · Old Harbour · Book a table"));
    Script {
        hook: hook.into(),
        quote: phrases.join(" "),
        credit: "Marta K. on Google".into(),
        rating,
        scenes,
        call_to_action: "Book a table".into(),
        seo: Seo::default(),
        writer: "test".into(),
    }
}

/// The script of the demo.
pub(crate) fn marta() -> Script {
    let phrases = ["“We came for the oysters", "and stayed for the sunset", "over the harbour.”"].map(str::to_owned);
    script("“The best evening of our summer!”", &phrases, 5)
}

/// An even track in four, quiet for its first third and loud after that.
pub(crate) fn track(bpm: f64, bars: u32, lead_s: f64, drops_s: Vec<f64>) -> BeatGrid {
    let beat_s = 60.0 / bpm;
    let beat = |index: u32| Beat {
        t: lead_s + f64::from(index) * beat_s,
        bar: index / 4,
        pos: (index % 4) as u8 + 1,
        strength: 0.5,
        ..Beat::default()
    };
    BeatGrid {
        duration_s: lead_s + f64::from(bars * 4) * beat_s,
        tempo_bpm: bpm,
        meter: 4,
        beats: (0..bars * 4).map(beat).collect(),
        bar_energy: vec![0.5; bars as usize],
        drops_s,
        confidence: 0.9,
        engine: "test".into(),
        ..BeatGrid::default()
    }
}

pub(crate) fn needs(script: &Script) -> Vec<SceneNeed> {
    script.scenes.iter().map(|scene| SceneNeed { part: scene.part, min_s: scene.min_s }).collect()
}

pub(crate) fn footage(src: &str, backdrop: Backdrop) -> Footage {
    Footage {
        src: src.into(),
        in_s: 0.5,
        speed: 1.0,
        head_s: 0.5,
        tail_s: 0.5,
        volume: 0.0,
        is_static: true,
        backdrop,
        mean_rgb: [120; 3],
    }
}

pub(crate) const EVENING: Backdrop = Backdrop { calm: [0.6, 0.4, 0.5], light: [0.3, 0.4, 0.2], focus: [0.5, 0.5] };

/// A whole film as it is handed to the renderer, and the plan that it follows.
#[derive(Debug)]
pub(crate) struct Film {
    pub(crate) edit: Edit,
    pub(crate) cuts: CutPlan,
    pub(crate) look: Look,
}

/// The film of `script` on `grid`, all its pictures alike.
pub(crate) fn film(kit: &BrandKit, script: &Script, grid: &BeatGrid, frame: Frame, backdrop: Backdrop) -> Film {
    let look = Look::of(kit);
    let plans = lay_cuts(&needs(script), grid, FrameRate::FPS_30, &CutConfig::default()).expect("a plan");
    let mut cuts = plans.into_iter().next().expect("at least one plan");
    let footage: Vec<Footage> = (0..cuts.slots.len()).map(|at| footage(&format!("shot-{at}"), backdrop)).collect();
    let joins = joins(&script.scenes, &cuts, &footage, &look);
    cuts.slots.iter_mut().zip(joins).for_each(|(slot, join)| slot.join = join);
    let business = business(kit.clone());
    let edit =
        compose(&FilmPlan { business: &business, script, cuts: &cuts, footage: &footage, music_src: "music", frame });
    Film { edit, cuts, look }
}

/// The demo's script on a track of 110 beats per minute.
pub(crate) fn demo(style: Style, frame: Frame) -> Film {
    film(&kit(style), &marta(), &track(110.0, 24, 0.25, vec![]), frame, EVENING)
}

/// Three slots of two seconds.
pub(crate) fn slot(scene: usize) -> Slot {
    Slot { scene, start: Frames(60 * scene as u64), length: Frames(60), ..Slot::default() }
}

pub(crate) fn clips(edit: &Edit) -> impl Iterator<Item = &Clip> {
    edit.timeline.tracks.iter().flat_map(|track| &track.clips)
}

pub(crate) fn texts(edit: &Edit) -> impl Iterator<Item = (&Clip, &RichText)> {
    clips(edit).filter_map(|clip| if let Asset::RichText(text) = &clip.asset { Some((clip, text)) } else { None })
}

pub(crate) fn span_s(clip: &Clip) -> (f64, f64) {
    clip.fixed_span_s().expect("fixed seconds")
}
