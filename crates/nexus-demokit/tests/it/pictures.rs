//! Every scene is a real picture: exposed, with detail, moving, and the same each time.

use nexus_demokit::{Still, still};

const NAMES: [(&str, (u32, u32)); 9] = [
    ("sunset_over_the_harbour", (192, 108)),
    ("oysters_on_ice", (192, 108)),
    ("candle_lit_table", (108, 192)),
    ("kitchen_flame", (192, 108)),
    ("pouring_red_wine", (108, 192)),
    ("string_lights_terrace", (192, 108)),
    ("chef_hands_plating", (192, 108)),
    ("waves_on_the_shore", (192, 108)),
    ("bread_from_the_oven", (192, 108)),
];

fn luma(picture: &Still) -> Vec<f64> {
    picture
        .rgb
        .chunks_exact(3)
        .map(|p| 0.2126 * f64::from(p[0]) + 0.7152 * f64::from(p[1]) + 0.0722 * f64::from(p[2]))
        .collect()
}

#[test]
fn every_scene_is_exposed_detailed_moving_and_repeatable() {
    for (name, (width, height)) in NAMES {
        let shoot = |at: f32| still(name, at, 5.0, width, height).expect("a scene of the kit");
        let early = shoot(1.0);
        assert_eq!(early, shoot(1.0), "{name} is repeatable");
        let values = luma(&early);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let spread = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        let burnt = values.iter().filter(|v| **v > 250.0).count() as f64 / values.len() as f64;
        assert!((20.0..190.0).contains(&mean), "{name} mean {mean}");
        assert!(spread > 18.0, "{name} spread {spread}");
        assert!(burnt < 0.12, "{name} burnt {burnt}");
        let late = luma(&shoot(3.0));
        let moved = values.iter().zip(&late).map(|(a, b)| (a - b).abs()).sum::<f64>() / values.len() as f64;
        assert!(moved > 1.0, "{name} moves by {moved}");
    }
}

#[test]
fn a_name_that_is_not_in_the_kit_has_no_picture() {
    assert!(still("a_jazz_trio", 0.0, 5.0, 64, 64).is_none());
}
