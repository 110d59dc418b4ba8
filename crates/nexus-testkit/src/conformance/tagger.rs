//! Rules of the tagger port.

use nexus_core::{
    footage::{Begins, Motion, Seen, ShotSound, ShotView, SmallFrame, Tag},
    port::{TagWords, Tagger},
};

use crate::factory;

/// Drives a tagger through its port.
///
/// # Panics
/// With the name of the rule that the tagger breaks.
pub async fn check(tagger: &dyn Tagger) {
    let info = factory::media_info();
    let words = TagWords { file_name: "waves_on_the_shore.mp4".into(), user_tags: vec!["Our Terrace".into()] };
    let shots = [view(0.0, [40, 110, 170]), view(2.0, [200, 120, 40])];
    let seen = tagger.tag(&info, &shots, &words).await.expect("two ordinary shots are tagged");
    assert_eq!(seen.len(), shots.len(), "one opinion per shot");
    for (opinion, shot) in seen.iter().zip(&shots) {
        check_opinion(opinion, shot);
        let mine = opinion.tags.iter().find(|tag| tag.name == "our terrace").expect("the owner's words become tags");
        assert_eq!((mine.source.as_str(), mine.score), ("you", 1.0), "the owner's words are certain and named");
        assert!(opinion.tags.iter().any(|tag| tag.name == "waves"), "words of the file's name become tags");
    }
    assert_ne!(seen[0].mean_rgb, seen[1].mean_rgb, "opinions stand in the order of the shots");
    assert!(seen[0].mean_rgb[2] > seen[0].mean_rgb[0], "the first shot is the blue one");

    assert!(!tagger.eyes().is_empty() && tagger.eyes() == tagger.eyes(), "eyes have a name, and keep it");
    let again = tagger.tag(&info, &shots, &words).await.expect("the same shots again");
    assert_eq!(seen, again, "the same material gives the same opinion");
    let none = tagger.tag(&info, &[], &words).await.expect("no shots");
    assert!(none.is_empty(), "no shots, no opinions");
    let blind = ShotView { frames: Vec::new(), ..view(0.0, [0, 0, 0]) };
    let seen =
        tagger.tag(&info, std::slice::from_ref(&blind), &words).await.expect("a shot without frames is no error");
    check_opinion(&seen[0], &blind);
}

fn check_opinion(opinion: &Seen, shot: &ShotView) {
    let Seen { tags, caption: _, quality, mean_rgb: _, focus, calm, light, vectors } = opinion;
    let length = |values: &[f32]| values.iter().map(|value| value * value).sum::<f32>().sqrt();
    assert!(vectors.iter().all(|vector| (length(&vector.values) - 1.0).abs() < 1e-3), "vectors are of unit length");
    assert!((0.0..=1.0).contains(quality), "quality within 0 and 1: {quality}");
    assert!(focus.iter().chain(calm).chain(light).all(|value| (0.0..=1.0).contains(value)), "places within 0 and 1");
    assert!(tags.is_sorted_by(|a, b| a.score >= b.score), "tags stand best first");
    for Tag { name, score, source, at_s } in tags {
        assert!(!name.is_empty() && *name == name.to_lowercase(), "tag '{name}' is lower case");
        assert!((0.0..=1.0).contains(score), "score of '{name}' within 0 and 1: {score}");
        assert!(!source.is_empty(), "tag '{name}' names its source");
        assert!((shot.start_s..=shot.end_s).contains(at_s), "tag '{name}' was seen within the shot, not at {at_s}");
        assert_eq!(tags.iter().filter(|tag| tag.name == *name).count(), 1, "tag '{name}' stands once");
    }
}

/// A shot of 2 s with a light upper and a tinted lower half.
fn view(start_s: f64, tint: [u8; 3]) -> ShotView {
    let (width_px, height_px) = (96, 54);
    let frame = |time_s: f64| {
        let mut rgb = Vec::new();
        for y in 0..height_px {
            for x in 0..width_px {
                let ripple = ((x * 7 + y * 13) % 11) as u8;
                let colour = if y * 2 < height_px { [215, 220, 225] } else { tint };
                rgb.extend(colour.map(|value: u8| value.saturating_add(ripple)));
            }
        }
        SmallFrame { time_s, width_px, height_px, rgb }
    };
    ShotView {
        begins: Begins::Start,
        start_s,
        end_s: start_s + 2.0,
        frames: [0.4, 1.0, 1.6].iter().map(|offset| frame(start_s + offset)).collect(),
        motion: Motion { activity: 2.0, peak_s: start_s + 1.0, ..Motion::default() },
        sharpness: 120.0,
        sound: Some(ShotSound { level_db: -30.0, speech: 0.1 }),
        words: Vec::new(),
    }
}
