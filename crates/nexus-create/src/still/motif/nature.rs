//! Nature: waves, sun, shell, blossoms, leaves, and cloth that falls like water.

use std::f32::consts::TAU;

use super::{Stage, glow, solid};
use crate::still::{
    colour::{lerp, mix, scaled, toned},
    paint::{Finish, Piece},
    shape::Shape,
};

/// Layers of water under a light of that radius.
pub(super) fn waves(stage: &mut Stage, sun: f32) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let horizon = *bottom * 0.16;
    let centre = [*right * dice.between(-0.12, 0.22), horizon - sun * 0.62];
    let phase = dice.between(0.0, TAU);
    let warm = lerp(palette.glow, palette.paper, 0.15);
    let mut pieces = vec![
        Piece {
            blur: 0.20,
            finish: Finish::Solid(0.42),
            ..solid(Shape::Disc { centre, radius: sun * 2.4 }, palette.ember, palette.ember, centre, 1.0)
        },
        Piece {
            blur: 0.002,
            finish: Finish::Glow(sun * 0.55),
            rim: scaled(palette.glow, 0.30),
            ..solid(Shape::Disc { centre, radius: sun }, scaled(warm, 0.95), scaled(palette.ember, 1.3), centre, sun)
        },
    ];
    for layer in 0..7 {
        let near = layer as f32 / 6.0;
        let level = horizon + 0.02 + (*bottom - horizon) * near.powf(1.25) * 0.92;
        let shape = Shape::Below {
            level,
            height: 0.012 + 0.060 * near,
            length: 0.55 + 1.1 * near,
            phase: phase + 1.9 * layer as f32,
            slope: 0.03 * (layer as f32 * 1.7).sin(),
        };
        let tone = lerp(lerp(palette.lifted, palette.ember, 0.35 * (1.0 - near)), palette.deep, 0.15 + 0.75 * near);
        pieces.push(Piece {
            blur: 0.0018 + 0.007 * (near - 0.35).abs(),
            shadow: 0.22,
            rim: scaled(palette.glow, 0.42 * (1.0 - 0.72 * near)),
            ..solid(shape, tone, lerp(tone, palette.deep, 0.7), [0.0, level + 0.14], 0.20)
        });
        // The light's path on the water.
        for glint in 0..4 {
            let spread = sun * (0.5 + 1.1 * near);
            let middle =
                [centre[0] + dice.between(-spread, spread), level + 0.02 + dice.between(0.01, 0.085) * (0.4 + near)];
            let shape = Shape::Leaf {
                centre: middle,
                length: dice.between(0.06, 0.20) * (0.5 + near),
                width: 0.0055 + 0.006 * near,
                turn: 0.0,
            };
            let strength = 0.50 * (1.0 - 0.6 * near) / (1.0 + glint as f32 * 0.35);
            pieces.push(Piece { blur: 0.003, ..glow(shape, palette.glow, 0.008, strength) });
        }
    }
    pieces
}

/// A fan of ribs from one point: a shell, half in the frame.
pub(super) fn shell(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let foot = [*right * dice.between(-0.05, 0.10), (*bottom * 0.86).min(0.84)];
    let lean = dice.between(-0.10, 0.10);
    let pearl = mix(palette.paper, palette.glow, 0.22);
    let coral = mix(toned(palette.ember, 0.60, 1.15), palette.glow, 0.30);
    let mut pieces = Vec::new();
    // The hinge lies under the ribs.
    for side in [-1.0_f32, 1.0] {
        let ear = Shape::Leaf {
            centre: [foot[0] + side * 0.115, foot[1] - 0.035],
            length: 0.30,
            width: 0.12,
            turn: -side * 0.22,
        };
        pieces.push(Piece { shadow: 0.4, rim: scaled(palette.paper, 0.25), ..solid(ear, pearl, coral, foot, 0.12) });
    }
    let ribs = 13;
    // Outer ribs first, so that the middle lies on top.
    let mut order: Vec<i32> = (0..ribs).collect();
    order.sort_by_key(|rib| std::cmp::Reverse((rib - ribs / 2).abs()));
    for rib in order {
        let across = (rib - ribs / 2) as f32 / (ribs / 2) as f32;
        let angle = -TAU / 4.0 + across * 1.16 + lean;
        let long = 0.78 - 0.15 * across * across;
        let middle = [foot[0] + angle.cos() * long * 0.5, foot[1] + angle.sin() * long * 0.5];
        let tip = [foot[0] + angle.cos() * long, foot[1] + angle.sin() * long];
        let lit = 0.5 - 0.5 * across;
        let tone = lerp(coral, pearl, 0.30 + 0.55 * lit);
        let rib = |from: f32, to: f32, shift: f32| Shape::Cone {
            from: [foot[0] + shift, foot[1] + shift],
            to: [tip[0] + shift, tip[1] + shift],
            radius_from: from,
            radius_to: to,
        };
        let body = solid(rib(0.012, 0.086, 0.0), mix(coral, palette.deep, 0.50), tone, middle, 0.4);
        pieces.push(Piece { blur: 0.0022, shadow: 0.26, rim: scaled(palette.paper, 0.30), along: (foot, tip), ..body });
        let ridge = solid(rib(0.003, 0.030, -0.012), coral, palette.paper, middle, 0.4);
        pieces.push(Piece { blur: 0.020, finish: Finish::Solid(0.50), along: (foot, tip), ..ridge });
    }
    pieces
}

/// Blossoms at several depths.
pub(super) fn blossoms(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let mut pieces = Vec::new();
    let places = [
        (-0.9, -0.15, 0.20, 0.020),
        (0.95, 0.05, 0.24, 0.014),
        (-0.72, 0.80, 0.30, 0.006),
        (0.72, 0.92, 0.26, 0.010),
        (0.08, 0.42, 0.36, 0.0018),
    ];
    for (across, down, size, blur) in places {
        let centre = [*right * across, *bottom * down];
        let begin = dice.between(0.0, TAU);
        let tint = dice.between(0.0, 0.55);
        for (whorl, (reach, count)) in [(1.0_f32, 9), (0.74, 8), (0.46, 6)].into_iter().enumerate() {
            for petal in 0..count {
                let angle = begin + TAU * petal as f32 / count as f32 + 0.35 * whorl as f32;
                let long = size * reach;
                let middle = [centre[0] + angle.cos() * long * 0.52, centre[1] + angle.sin() * long * 0.52];
                let tip = [centre[0] + angle.cos() * long, centre[1] + angle.sin() * long];
                let tone = mix(mix(palette.paper, palette.glow, 0.25 + tint), palette.ember, 0.10 * whorl as f32);
                let shape = Shape::Leaf { centre: middle, length: long * 1.04, width: long * 0.58, turn: angle };
                let piece = solid(shape, mix(palette.ember, palette.deep, 0.18), tone, middle, 0.2);
                pieces.push(Piece {
                    along: (centre, tip),
                    blur,
                    shadow: 0.22,
                    rim: scaled(palette.paper, 0.22),
                    ..piece
                });
            }
        }
        let heart = Shape::Disc { centre, radius: size * 0.13 };
        pieces.push(Piece {
            blur: blur + 0.004,
            shadow: 0.3,
            ..solid(heart, palette.glow, palette.ember, centre, size * 0.13)
        });
    }
    pieces
}

/// Leaves against the light: soft in front, sharp in the middle.
pub(super) fn leaves(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let green = mix(toned(palette.lifted, 0.50, 1.35), palette.glow, 0.12);
    let mut pieces = Vec::new();
    for twig in 0..3 {
        let near = twig as f32 / 2.0;
        let blur = [0.010, 0.0018, 0.022][twig];
        let start = [*right * (-1.15 + 0.25 * near), *bottom * (0.30 + 0.42 * near)];
        let angle = -0.42 + 0.13 * near;
        let mut joint = start;
        for leaf in 0..11 {
            let along = 0.06 + 0.125 * leaf as f32;
            let bend = angle + 0.05 * leaf as f32;
            let stem = [start[0] + bend.cos() * along * (1.0 + 0.3 * near), start[1] + bend.sin() * along];
            let bark = Shape::Cone {
                from: joint,
                to: stem,
                radius_from: 0.0050 - 0.0003 * leaf as f32,
                radius_to: 0.0047 - 0.0003 * leaf as f32,
            };
            pieces.push(Piece { blur, ..solid(bark, lerp(green, palette.deep, 0.45), palette.ember, stem, 0.2) });
            joint = stem;
            let side = if leaf % 2 == 0 { -1.0 } else { 1.0 };
            let turn = bend + side * dice.between(0.55, 0.85);
            let long = dice.between(0.20, 0.30) * (0.8 + 0.5 * near);
            let middle = [stem[0] + turn.cos() * long * 0.5, stem[1] + turn.sin() * long * 0.5];
            let tip = [stem[0] + turn.cos() * long, stem[1] + turn.sin() * long];
            let tone =
                mix(toned(green, dice.between(0.42, 0.62) - 0.16 * near, 1.1), palette.glow, dice.between(0.0, 0.25));
            let shape = |width: f32| Shape::Leaf { centre: middle, length: long, width, turn };
            let piece = solid(shape(long * 0.40), lerp(tone, palette.deep, 0.6), tone, middle, 0.1);
            pieces.push(Piece { along: (stem, tip), blur, shadow: 0.32, rim: scaled(palette.glow, 0.24), ..piece });
            let vein = Shape::Line {
                from: stem,
                to: [middle[0] + (tip[0] - middle[0]) * 0.7, middle[1] + (tip[1] - middle[1]) * 0.7],
                radius: 0.0016,
            };
            pieces.push(Piece {
                blur: blur + 0.001,
                finish: Finish::Solid(0.45),
                ..solid(vein, palette.glow, palette.glow, middle, 0.1)
            });
        }
    }
    pieces
}

/// Folds of cloth in the light colour, across the lower part.
pub(super) fn folds(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [_, bottom], palette, dice } = stage;
    let phase = dice.between(0.0, TAU);
    let mut pieces = Vec::new();
    for fold in 0..9 {
        let near = fold as f32 / 8.0;
        let level = *bottom * (0.02 + 0.98 * near);
        let shape = Shape::Below {
            level,
            height: 0.075 + 0.03 * (fold as f32 * 2.1).sin(),
            length: 1.35 + 0.4 * (fold as f32 * 1.3).cos(),
            phase: phase + 0.55 * fold as f32,
            slope: -0.34 + 0.06 * near,
        };
        let light = lerp(palette.paper, palette.shade, 0.12 + 0.25 * near);
        pieces.push(Piece {
            blur: 0.004 + 0.009 * (near - 0.4).abs(),
            shadow: 0.26,
            rim: scaled(palette.paper, 0.16),
            ..solid(shape, light, mix(palette.shade, palette.ground, 0.25 + 0.25 * near), [0.0, level + 0.10], 0.19)
        });
    }
    pieces
}
