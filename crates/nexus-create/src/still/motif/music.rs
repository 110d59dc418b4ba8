//! Sound and light: piano keys, threads of music, ribbons, warm arcs.

use super::{Stage, glow, solid};
use crate::still::{
    colour::{lerp, scaled},
    paint::{Finish, Piece},
    shape::{Shape, turned},
};

/// Keys in a slanting row, sharp in the middle and soft towards the ends, lit from the left.
pub(super) fn keys(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let turn = -0.30 + dice.between(-0.05, 0.05);
    let (width, long) = (0.148, 0.62);
    let origin = [0.0, (*bottom * 0.42).min(0.40)];
    let reach = (*right / (width * 0.9)).ceil() as i32 + 3;
    let pressed = (dice.between(-1.0, 2.0)).floor() as i32;
    let at = |x: f32, y: f32| {
        let [x, y] = turned([x, y], turn);
        [origin[0] + x, origin[1] + y]
    };
    let soft = |index: f32| 0.0016 + 0.0011 * (index - 0.5).abs().powf(1.5);
    let mut pieces = Vec::new();
    // The felt behind the keys, and a strip of light on the lacquer.
    let lid = Shape::Slab { centre: at(0.0, -long - 0.105), half: [4.0, 0.11], corner: 0.01, turn };
    pieces.push(Piece {
        shadow: 0.5,
        ..solid(lid, palette.deep, scaled(palette.deep, 0.5), at(0.0, -long - 0.105), 0.12)
    });
    let strip = Shape::Slab { centre: at(0.0, -long - 0.045), half: [4.0, 0.004], corner: 0.004, turn };
    pieces.push(glow(strip, palette.glow, 0.02, 0.30));
    for index in -reach..=reach {
        let sunk = if index == pressed { 0.016 } else { 0.0 };
        let middle = at(index as f32 * width, sunk);
        let light = if index == pressed { 0.80 } else { 1.0 };
        let fade = 1.0 - 0.07 * (index as f32).abs().min(6.0);
        let key = Shape::Slab { centre: middle, half: [width / 2.0 - 0.0035, long], corner: 0.016, turn };
        pieces.push(Piece {
            blur: soft(index as f32),
            shadow: 0.30,
            rim: scaled(palette.paper, 0.22),
            ..solid(key, scaled(palette.shade, light * fade), scaled(palette.paper, light * fade), middle, long * 1.02)
        });
    }
    for index in -reach..reach {
        if matches!(index.rem_euclid(7), 2 | 6) {
            continue;
        }
        let middle = at((index as f32 + 0.5) * width, -long * 0.40);
        let key = Shape::Slab { centre: middle, half: [width * 0.285, long * 0.60], corner: 0.014, turn };
        let top = Shape::Slab {
            centre: at((index as f32 + 0.5) * width, -long * 0.43),
            half: [width * 0.20, long * 0.55],
            corner: 0.012,
            turn,
        };
        let dark = scaled(palette.deep, 0.35);
        pieces.push(Piece {
            blur: soft(index as f32 + 0.5),
            shadow: 0.62,
            rim: scaled(palette.glow, 0.10),
            ..solid(key, scaled(dark, 0.6), dark, middle, long * 0.6)
        });
        pieces.push(Piece {
            blur: soft(index as f32 + 0.5) + 0.004,
            rim: scaled(palette.glow, 0.16),
            ..solid(top, palette.deep, lerp(palette.deep, palette.lifted, 0.45), middle, long * 0.6)
        });
    }
    pieces
}

/// Five threads of sound that swing together, with lights like notes on them.
pub(super) fn strings(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let level = *bottom * 0.20;
    let slope = -0.22;
    let phase = dice.between(0.0, std::f32::consts::TAU);
    let mut pieces = Vec::new();
    // Broad, soft bands behind the threads give depth.
    for band in 0..3 {
        let shape = Shape::Below {
            level: level + 0.10 + 0.17 * band as f32,
            height: 0.10 - 0.02 * band as f32,
            length: 1.9,
            phase: phase + 0.5 * band as f32,
            slope,
        };
        let tone = lerp(palette.ground, palette.deep, 0.35 + 0.3 * band as f32);
        pieces.push(Piece {
            blur: 0.004,
            shadow: 0.38,
            rim: scaled(palette.glow, 0.20 - 0.05 * band as f32),
            ..solid(shape, tone, palette.deep, [0.0, level + 0.3 + 0.17 * band as f32], 0.35)
        });
    }
    let line = |thread: f32, x: f32| {
        let turn = std::f32::consts::TAU / 1.7;
        let (first, second) = (turn * x + phase + 0.16 * thread, 0.53 * turn * x + 1.7 * (phase + 0.16 * thread));
        level - 0.19 + 0.075 * thread + slope * x + (0.12 + 0.01 * thread) * (0.7 * first.sin() + 0.3 * second.sin())
    };
    for thread in 0..5 {
        let thread = thread as f32;
        let shape = Shape::Thread {
            level: level - 0.19 + 0.075 * thread,
            height: 0.12 + 0.01 * thread,
            length: 1.7,
            phase: phase + 0.16 * thread,
            slope,
            radius: 0.0016 + 0.0005 * thread,
        };
        pieces.push(Piece { blur: 0.0012, ..glow(shape, palette.glow, 0.010, 0.62 - 0.05 * thread) });
    }
    for note in 0..9 {
        let thread = (note * 3 % 5) as f32;
        let x = *right * (-0.92 + 0.23 * note as f32 + dice.between(-0.05, 0.05));
        let far = ((note as f32 - 4.0) / 4.0).abs();
        let size = dice.between(0.018, 0.034) * (1.0 + 0.35 * far);
        let shape = Shape::Oval { centre: [x, line(thread, x)], half: [size * 1.25, size * 0.92], turn: -0.42 };
        pieces.push(Piece {
            blur: 0.0015 + 0.011 * far * far,
            shadow: 0.34,
            rim: scaled(palette.paper, 0.35),
            ..solid(shape, palette.paper, palette.glow, [x, line(thread, x)], size)
        });
    }
    pieces
}

/// Ribbons of light that cross: the motif for what has none.
pub(super) fn ribbons(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [_, bottom], palette, dice } = stage;
    let phase = dice.between(0.0, std::f32::consts::TAU);
    let mut pieces = Vec::new();
    for band in 0..6 {
        let far = band as f32 / 5.0;
        let shape = Shape::Below {
            level: *bottom * (-0.12 + 0.95 * far),
            height: 0.17 - 0.05 * far,
            length: 1.5 + 0.5 * far,
            phase: phase + 0.72 * band as f32,
            slope: -0.30 + 0.10 * far,
        };
        let tone = lerp(palette.lifted, palette.deep, 0.25 + 0.75 * far);
        let light = if band % 2 == 0 { palette.glow } else { palette.lifted };
        pieces.push(Piece {
            blur: 0.003 + 0.010 * (far - 0.4).abs(),
            shadow: 0.40,
            rim: scaled(light, 0.34 - 0.16 * far),
            ..solid(shape, tone, lerp(tone, palette.deep, 0.75), [0.0, *bottom * (0.10 + 0.95 * far)], 0.34)
        });
    }
    pieces
}

/// Warm arcs around a light that rises from below: a welcome without a door.
pub(super) fn welcome(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let centre = [*right * dice.between(-0.22, 0.22), *bottom * 0.98];
    let mut pieces = Vec::new();
    for arc in (0..6).rev() {
        let far = arc as f32 / 5.0;
        let radius = 0.25 + 0.150 * arc as f32;
        let warm = lerp(palette.glow, palette.ember, (far * 1.7).min(1.0));
        let tone = lerp(warm, palette.ground, (far * 1.25 - 0.25).clamp(0.0, 0.92));
        pieces.push(Piece {
            blur: 0.0018 + 0.006 * far * far,
            shadow: 0.30,
            rim: scaled(palette.glow, 0.26 * (1.0 - 0.6 * far)),
            finish: Finish::Solid(1.0),
            ..solid(Shape::Disc { centre, radius }, tone, lerp(tone, palette.deep, 0.42), centre, radius)
        });
    }
    pieces.push(glow(Shape::Disc { centre, radius: 0.13 }, lerp(palette.glow, palette.paper, 0.5), 0.11, 0.95));
    pieces
}
