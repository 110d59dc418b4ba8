//! What is said of painted scenes, movements, sounds and formats.

use nexus_core::{
    ErrorKind,
    footage::{MediaInfo, Motion, Seen, ShotSound, ShotView},
    port::{TagWords, Tagger},
};
use nexus_testkit::{conformance::tagger::check, factory};
use nexus_vision::EmbeddedTagger;

use crate::paint::{self, shot};

async fn see_as(info: &MediaInfo, view: ShotView) -> Seen {
    EmbeddedTagger::default().tag(info, &[view], &TagWords::default()).await.expect("seen").remove(0)
}

async fn see(view: ShotView) -> Seen {
    see_as(&factory::media_info(), view).await
}

fn says(seen: &Seen, name: &str) -> bool {
    seen.tags.iter().any(|tag| tag.name == name)
}

#[tokio::test]
async fn obeys_the_rules_of_the_port() {
    check(&EmbeddedTagger::default()).await;
}

#[tokio::test]
async fn painted_scenes_get_their_words_and_not_others() {
    type Row = (&'static str, ShotView, &'static [&'static str], &'static [&'static str]);
    let rows: [Row; 11] = [
        (
            "sunset",
            shot(paint::sunset),
            &["sunset", "horizon", "warm light"],
            &["water-like blue", "blue sky", "greenery"],
        ),
        (
            "wooden table",
            shot(paint::wooden_table),
            &["warm light"],
            &["sunset", "horizon", "sky", "water-like blue", "sand-like"],
        ),
        (
            "blue sea",
            shot(paint::blue_sea),
            &["water-like blue", "horizon", "blue", "sky"],
            &["sunset", "warm light", "greenery", "dark"],
        ),
        ("candle", shot(paint::candle), &["candle-like light", "dark"], &["bokeh lights", "sunset", "bright", "sky"]),
        ("bokeh", shot(paint::bokeh), &["bokeh lights", "dark", "night"], &["sunset", "sky", "water-like blue"]),
        (
            "wall and table",
            shot(paint::wall_and_table),
            &["bright"],
            &["sky", "horizon", "sunset", "water-like blue", "sand-like"],
        ),
        ("leaves", shot(paint::leaves), &["greenery", "green"], &["water-like blue", "sky", "horizon"]),
        ("monochrome", shot(paint::monochrome), &["black and white"], &["colourful", "muted", "blue", "warm light"]),
        ("kite", shot(paint::kite), &["sky", "blue sky", "blue"], &["water-like blue", "sunset"]),
        ("figure on paper", shot(paint::figure_on_paper), &["bright"], &["sky", "horizon", "sand-like"]),
        (
            "grey sea",
            shot(paint::grey_sea),
            &["water-like grey", "horizon", "sky", "grey"],
            &["water-like blue", "sunset"],
        ),
    ];
    for (name, view, wanted, unwanted) in rows {
        let seen = see(view).await;
        let tags: Vec<_> = seen.tags.iter().map(|tag| (&tag.name, tag.score)).collect();
        for word in wanted {
            assert!(says(&seen, word), "{name} should be '{word}': {tags:?}");
        }
        for word in unwanted {
            assert!(!says(&seen, word), "{name} should not be '{word}': {tags:?}");
        }
    }
}

#[tokio::test]
async fn movement_has_words() {
    let still = Motion { activity: 0.5, peak_s: 1.0, ..Motion::default() };
    for (name, motion, wanted, unwanted) in [
        ("tripod", still, vec!["static", "calm"], vec!["lively", "hand-held"]),
        ("pan right", Motion { pan: 0.15, activity: 8.0, ..still }, vec!["pan right"], vec!["pan left", "static"]),
        ("pan left", Motion { pan: -0.15, ..still }, vec!["pan left"], vec!["pan right", "static"]),
        ("tilt down", Motion { tilt: 0.15, ..still }, vec!["tilt down"], vec!["static"]),
        ("tilt up", Motion { tilt: -0.15, ..still }, vec!["tilt up"], vec!["static"]),
        ("push in", Motion { zoom: 0.12, ..still }, vec!["push in"], vec!["pull out", "static"]),
        ("pull out", Motion { zoom: -0.12, ..still }, vec!["pull out"], vec!["push in", "static"]),
        (
            "hand-held",
            Motion { shake: 0.3, pan: 0.06, activity: 20.0, ..still },
            vec!["hand-held", "lively"],
            vec!["pan right", "static"],
        ),
    ] {
        let seen = see(ShotView { motion, ..shot(paint::leaves) }).await;
        wanted.iter().for_each(|word| assert!(says(&seen, word), "{name} should be '{word}'"));
        unwanted.iter().for_each(|word| assert!(!says(&seen, word), "{name} should not be '{word}'"));
    }
}

#[tokio::test]
async fn sound_and_format_have_words() {
    let sound = |level_db, speech| Some(ShotSound { level_db, speech });
    for (name, sound, want) in [
        ("no stream", None, "silent"),
        ("silence", sound(-90.0, 0.0), "silent"),
        ("whisper", sound(-48.0, 0.1), "quiet"),
        ("loud", sound(-10.0, 0.1), "loud"),
        ("speech", sound(-24.0, 0.9), "speech"),
    ] {
        assert!(says(&see(ShotView { sound, ..shot(paint::leaves) }).await, want), "{name}");
    }
    let mut info = factory::media_info();
    assert!(says(&see_as(&info, shot(paint::leaves)).await, "landscape format"));
    let video = info.video.as_mut().expect("a picture");
    std::mem::swap(&mut video.width_px, &mut video.height_px);
    assert!(says(&see_as(&info, shot(paint::leaves)).await, "portrait format"));
}

#[tokio::test]
async fn quality_falls_with_blur_shake_and_bad_exposure() {
    let good = see(shot(paint::blue_sea)).await.quality;
    assert!(good > 0.6, "{good}");
    let shaken = Motion { shake: 0.5, ..Motion::default() };
    for (name, view, at_most) in [
        ("blurred", ShotView { sharpness: 6.0, ..shot(paint::blue_sea) }, good - 0.2),
        ("shaken", ShotView { motion: shaken, ..shot(paint::blue_sea) }, good - 0.1),
        ("black", ShotView { sharpness: 0.2, ..shot(|_, _| [2.0; 3]) }, 0.1),
        ("white", ShotView { sharpness: 0.2, ..shot(|_, _| [254.0; 3]) }, 0.1),
    ] {
        let quality = see(view).await.quality;
        assert!(quality <= at_most, "{name}: {quality} against {good}");
    }
    assert!(see(shot(paint::candle)).await.quality > 0.4, "a candle in the dark is no fault");
}

#[tokio::test]
async fn focus_follows_the_subject_and_calm_the_empty_space() {
    let ball =
        |x: f64, y: f64| if ((x - 0.75) * 1.78).hypot(y - 0.3) < 0.12 { [220.0, 40.0, 30.0] } else { [150.0; 3] };
    let seen = see(shot(ball)).await;
    assert!(seen.focus[0] > 0.62 && seen.focus[1] < 0.45, "{:?}", seen.focus);
    let busy_floor = |x: f64, y: f64| if y > 0.67 { paint::leaves(x, y) } else { [180.0, 200.0, 230.0] };
    let Seen { calm, light, .. } = see(shot(busy_floor)).await;
    assert!(calm[0] > calm[2] + 0.3 && calm[1] > calm[2] + 0.3, "{calm:?}");
    // The wall's own luminance: 0.2126 R + 0.7152 G + 0.0722 B of (180, 200, 230), made linear.
    assert!((light[0] - 0.56).abs() < 0.05 && light[2] < light[0], "{light:?}");
}

#[tokio::test]
async fn evidence_names_its_source_and_moment() {
    let mut view = shot(paint::wooden_table);
    view.frames[2].rgb = shot(paint::wooden_table).frames[0].rgb.clone();
    view.frames[0].rgb = shot(paint::leaves).frames[0].rgb.clone();
    let seen = see(view).await;
    let warm = seen.tags.iter().find(|tag| tag.name == "warm light").expect("two frames of three are warm");
    assert_eq!((warm.source.as_str(), warm.at_s), ("L0 light", 2.0));
}

#[tokio::test]
async fn frames_that_lie_are_refused() {
    let mut view = shot(paint::candle);
    view.frames[1].rgb.pop();
    let error = EmbeddedTagger::default()
        .tag(&factory::media_info(), &[view], &TagWords::default())
        .await
        .expect_err("a short frame");
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.contains("shot 0, frame 1") && error.message.contains("examine"), "{error}");
    let motion = Motion { pan: f64::NAN, ..Motion::default() };
    let view = ShotView { motion, ..shot(paint::candle) };
    let error = EmbeddedTagger::default()
        .tag(&factory::media_info(), &[view], &TagWords::default())
        .await
        .expect_err("not a number");
    assert!(error.message.contains("pan"), "{error}");
}
