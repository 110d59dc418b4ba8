//! The table: glass, bread, cup, plate, candles. Details seen close, never a room.

use super::{Stage, glow, solid};
use crate::still::{
    colour::{lerp, mix, parse, scaled, toned},
    paint::{Finish, Piece},
    shape::{Point, Shape, turned},
};

/// A wine glass against the light, wine in the brand's accent.
pub(super) fn glass(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let axis = *right * dice.between(-0.06, 0.10);
    let top = *bottom * 0.30 - 0.42;
    let mut pieces = Vec::new();
    // A second glass behind, out of focus.
    for (axis, top, size, blur, strength) in
        [(axis - 0.34, top - 0.02, 0.86, 0.016, 0.45), (axis, top, 1.0, 0.0018, 1.0)]
    {
        let at = |width: f32, down: f32| -> Point { [width * size, top + down * size] };
        let bowl =
            vec![at(0.152, 0.0), at(0.188, 0.13), at(0.200, 0.24), at(0.150, 0.36), at(0.045, 0.445), at(0.012, 0.475)];
        let wine = vec![at(0.193, 0.235), at(0.188, 0.27), at(0.142, 0.36), at(0.042, 0.437), at(0.010, 0.452)];
        let stem = vec![at(0.013, 0.465), at(0.0085, 0.56), at(0.0085, 0.72), at(0.018, 0.775)];
        let middle = [axis, top + 0.24 * size];
        let clear = |shape: Shape, opacity: f32, rim: f32| Piece {
            finish: Finish::Solid(opacity * strength),
            blur,
            rim: scaled(palette.paper, rim * strength),
            ..solid(shape, palette.paper, palette.lifted, middle, 0.5)
        };
        let foot = Shape::Oval { centre: [axis, top + 0.79 * size], half: [0.145 * size, 0.022 * size], turn: 0.0 };
        pieces.push(Piece { shadow: 0.35 * strength, ..clear(foot, 0.30, 1.2) });
        pieces.push(clear(Shape::Profile { axis, outline: stem }, 0.38, 1.4));
        pieces.push(Piece { shadow: 0.12 * strength, ..clear(Shape::Profile { axis, outline: bowl }, 0.13, 2.2) });
        let red = mix(parse("#8e3a1f", 0), palette.ember, 0.55);
        pieces.push(Piece {
            finish: Finish::Solid(0.92 * strength),
            blur: blur + 0.001,
            rim: scaled(palette.glow, 0.25),
            ..solid(
                Shape::Profile { axis, outline: wine },
                scaled(red, 0.75),
                mix(red, palette.glow, 0.55),
                [axis, top + 0.33 * size],
                0.13,
            )
        });
        let surface = Shape::Oval { centre: [axis, top + 0.236 * size], half: [0.192 * size, 0.024 * size], turn: 0.0 };
        pieces.push(Piece {
            finish: Finish::Solid(0.9 * strength),
            blur,
            ..solid(surface, mix(red, palette.glow, 0.7), red, [axis, top + 0.236 * size], 0.03)
        });
        let shine = Shape::Leaf {
            centre: [axis - 0.125 * size, top + 0.165 * size],
            length: 0.26 * size,
            width: 0.020 * size,
            turn: 1.49,
        };
        pieces.push(Piece { blur: blur + 0.004, ..glow(shine, palette.paper, 0.006, 0.42 * strength) });
        let brim = Shape::Oval { centre: [axis, top], half: [0.152 * size, 0.019 * size], turn: 0.0 };
        pieces.push(Piece { finish: Finish::Solid(0.16 * strength), ..clear(brim, 0.16, 2.4) });
    }
    pieces
}

/// A round loaf with scores, lit from the left, seen so near that it leaves the frame.
pub(super) fn loaf(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let centre = [*right * 0.22, (*bottom * 0.56).min(0.52)];
    let half = [0.66, 0.50];
    let turn = -0.30;
    // Food keeps its own colour, only tinted by the brand: nobody eats pink bread.
    let crust = mix(parse("#b8762f", 0), palette.ember, 0.15);
    let crumb = mix(parse("#eccb92", 0), palette.glow, 0.12);
    let dark = toned(mix(crust, palette.deep, 0.35), 0.30, 1.0);
    let mut pieces = Vec::new();
    let board =
        Shape::Slab { centre: [centre[0], centre[1] + 0.50], half: [3.0, 0.44], corner: 0.03, turn: turn * 0.25 };
    pieces.push(Piece {
        shadow: 0.4,
        blur: 0.006,
        rim: scaled(palette.glow, 0.12),
        ..solid(board, lerp(palette.ground, palette.deep, 0.4), palette.deep, [centre[0], centre[1] + 0.5], 0.5)
    });
    let oval = |grow: f32, shift: Point| Shape::Oval {
        centre: [centre[0] + shift[0], centre[1] + shift[1]],
        half: [half[0] + grow, half[1] + grow],
        turn,
    };
    pieces.push(Piece {
        shadow: 0.75,
        rim: scaled(palette.glow, 0.30),
        blur: 0.003,
        ..solid(oval(0.0, [0.0, 0.0]), crust, dark, centre, 0.42)
    });
    // Roundness: lighter and smaller towards the light, dark where it turns away.
    for step in 1..=5 {
        let step = step as f32;
        pieces.push(Piece {
            finish: Finish::Solid(0.30),
            blur: 0.10,
            ..solid(
                oval(-0.085 * step, [-0.036 * step, -0.046 * step]),
                mix(crust, crumb, 0.17 * step),
                crust,
                centre,
                0.40,
            )
        });
    }
    for score in 0..5 {
        let off = score as f32 - 2.0;
        let [x, y] = turned([off * 0.205, -0.03 + 0.022 * off * off], turn);
        let middle = [centre[0] + x - 0.03, centre[1] + y - 0.04];
        let long = 0.64 - 0.062 * off * off;
        let bend = turn + 1.08 + 0.05 * off + dice.between(-0.03, 0.03);
        let cut = |width: f32, shift: f32| Shape::Leaf {
            centre: [middle[0] + shift, middle[1] + shift],
            length: long,
            width,
            turn: bend,
        };
        pieces.push(Piece {
            finish: Finish::Solid(0.80),
            blur: 0.007,
            ..solid(cut(0.118, 0.010), dark, dark, middle, 0.2)
        });
        pieces.push(Piece {
            blur: 0.004,
            rim: scaled(palette.paper, 0.22),
            ..solid(cut(0.086, 0.0), mix(palette.paper, crumb, 0.55), mix(crust, crumb, 0.25), middle, 0.16)
        });
        pieces.push(Piece {
            blur: 0.012,
            finish: Finish::Solid(0.55),
            ..solid(cut(0.040, -0.010), palette.paper, mix(palette.paper, crumb, 0.5), middle, 0.2)
        });
    }
    // Flour in the air.
    for _ in 0..26 {
        let grain = [*right * dice.between(-1.0, 1.0), centre[1] - 0.40 + dice.between(-0.35, 0.22)];
        let size = dice.between(0.0012, 0.0045);
        pieces.push(Piece {
            blur: 0.002 + size * 0.5,
            ..glow(Shape::Disc { centre: grain, radius: size }, palette.paper, 0.006, 0.22)
        });
    }
    pieces
}

/// A cup from above, with a drawing of cream and threads of steam.
pub(super) fn cup(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let centre = [*right * 0.06, (*bottom * 0.40).min(0.34)];
    let disc = |radius: f32| Shape::Disc { centre, radius };
    let brew = mix(parse("#3b2110", 0), palette.deep, 0.25);
    let crema = mix(parse("#c08a4c", 0), palette.ember, 0.15);
    let mut pieces = vec![
        Piece {
            shadow: 0.6,
            rim: scaled(palette.paper, 0.25),
            ..solid(disc(0.43), palette.paper, palette.shade, centre, 0.43)
        },
        Piece {
            blur: 0.012,
            ..solid(disc(0.355), lerp(palette.paper, palette.shade, 0.55), palette.paper, centre, 0.36)
        },
    ];
    let handle = Shape::Ring { centre: [centre[0] + 0.275, centre[1] - 0.10], radius: 0.075, width: 0.036 };
    pieces.push(Piece {
        shadow: 0.4,
        rim: scaled(palette.paper, 0.2),
        ..solid(handle, palette.paper, palette.shade, centre, 0.3)
    });
    pieces.push(Piece {
        shadow: 0.6,
        rim: scaled(palette.paper, 0.3),
        ..solid(disc(0.268), palette.paper, palette.shade, centre, 0.26)
    });
    pieces.push(Piece { blur: 0.003, ..solid(disc(0.236), scaled(brew, 0.35), brew, centre, 0.2) });
    pieces.push(Piece { blur: 0.006, ..solid(disc(0.222), crema, brew, centre, 0.24) });
    for leaf in 0..6 {
        let up = centre[1] + 0.115 - 0.043 * leaf as f32;
        for side in [-1.0_f32, 1.0] {
            let size = 0.165 - 0.018 * leaf as f32;
            let shape = Shape::Leaf {
                centre: [centre[0] + side * size * 0.40, up - 0.012],
                length: size,
                width: 0.036,
                turn: -side * 0.62,
            };
            pieces.push(Piece {
                blur: 0.004,
                finish: Finish::Solid(0.92),
                ..solid(shape, palette.paper, crema, [centre[0], up], 0.2)
            });
        }
    }
    for thread in 0..3 {
        let x = centre[0] - 0.10 + 0.10 * thread as f32;
        for part in 0..5 {
            let up = centre[1] - 0.16 - 0.115 * part as f32;
            let sway = 0.035 * (part as f32 * 1.3 + thread as f32 * 1.9 + dice.between(-0.2, 0.2)).sin();
            let shape = Shape::Leaf { centre: [x + sway, up], length: 0.20, width: 0.035, turn: 1.57 + sway * 6.0 };
            pieces.push(Piece { blur: 0.030, ..glow(shape, palette.paper, 0.03, 0.07 * (1.0 - 0.17 * part as f32)) });
        }
    }
    pieces
}

/// A plate from above: rings of glaze, a wreath of leaves, drops of sauce in the accent.
pub(super) fn plate(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let centre = [*right * 0.12, (*bottom * 0.44).min(0.40)];
    let disc = |radius: f32| Shape::Disc { centre, radius };
    let mut pieces = vec![
        Piece {
            shadow: 0.7,
            rim: scaled(palette.paper, 0.3),
            ..solid(disc(0.50), palette.paper, palette.shade, centre, 0.5)
        },
        Piece {
            blur: 0.010,
            ..solid(disc(0.385), lerp(palette.paper, palette.shade, 0.75), palette.paper, centre, 0.4)
        },
        Piece {
            blur: 0.008,
            ..solid(disc(0.365), palette.paper, lerp(palette.paper, palette.shade, 0.35), centre, 0.4)
        },
    ];
    let begin = dice.between(0.0, std::f32::consts::TAU);
    // A sweep of sauce: drops that shrink along an arc.
    for drop in 0..8 {
        let angle = begin + 0.25 * drop as f32 - 0.008 * (drop * drop) as f32;
        let radius = 0.034 * (1.0 - drop as f32 / 9.5);
        let middle = [centre[0] + 0.262 * angle.cos(), centre[1] + 0.262 * angle.sin()];
        pieces.push(Piece {
            blur: 0.004,
            rim: scaled(palette.paper, 0.3),
            ..solid(Shape::Disc { centre: middle, radius }, palette.glow, palette.ember, middle, 0.05)
        });
    }
    let green = mix(parse("#5c7a3f", 0), palette.lifted, 0.35);
    for leaf in 0..11 {
        let angle = begin + 2.3 + 0.24 * leaf as f32 + dice.between(-0.08, 0.08);
        let away = 0.17 + dice.between(-0.035, 0.05);
        let middle = [centre[0] + away * angle.cos(), centre[1] + away * angle.sin()];
        let shape = Shape::Leaf {
            centre: middle,
            length: dice.between(0.12, 0.19),
            width: dice.between(0.045, 0.070),
            turn: angle + 1.2 + dice.between(-0.5, 0.5),
        };
        let tone = toned(green, dice.between(0.40, 0.60), 1.1);
        pieces.push(Piece {
            shadow: 0.34,
            rim: scaled(palette.paper, 0.22),
            ..solid(shape, tone, lerp(tone, palette.deep, 0.5), middle, 0.10)
        });
    }
    for (away, angle, radius) in [(0.02, 0.4, 0.105), (0.12, 1.1, 0.070), (0.115, 3.6, 0.058)] {
        let middle = [centre[0] + away * f32::cos(begin + angle), centre[1] + away * f32::sin(begin + angle)];
        pieces.push(Piece {
            shadow: 0.42,
            rim: scaled(palette.paper, 0.42),
            ..solid(Shape::Disc { centre: middle, radius }, palette.glow, palette.ember, middle, radius * 1.1)
        });
    }
    pieces
}

/// Flames at three depths, the middle one sharp.
pub(super) fn flames(stage: &mut Stage) -> Vec<Piece> {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let mut pieces = Vec::new();
    let candles = [(-0.78, 0.62, 0.026), (0.80, 0.70, 0.017), (-0.34, 0.82, 0.008), (0.16, 1.0, 0.0018)];
    for (across, size, blur) in candles {
        let foot = [*right * across + dice.between(-0.02, 0.02), *bottom * 0.42 - 0.08 + 0.22 * size];
        let width = 0.105 * size;
        let body = Shape::Slab { centre: [foot[0], foot[1] + 0.62], half: [width, 0.60], corner: 0.02, turn: 0.0 };
        let wax = mix(palette.paper, palette.glow, 0.35);
        pieces.push(Piece {
            blur,
            shadow: 0.25,
            rim: scaled(palette.glow, 0.5),
            ..solid(body, wax, mix(palette.ember, palette.deep, 0.55), [foot[0], foot[1] + 0.18], 0.26)
        });
        let pool = Shape::Oval { centre: [foot[0], foot[1] + 0.030], half: [width * 0.96, 0.020 * size], turn: 0.0 };
        pieces.push(Piece {
            blur: blur + 0.002,
            ..solid(pool, lerp(palette.paper, palette.glow, 0.3), palette.glow, foot, 0.05)
        });
        let wick = Shape::Line {
            from: [foot[0], foot[1] + 0.03],
            to: [foot[0] + 0.004, foot[1] - 0.02 * size],
            radius: 0.0035 * size,
        };
        pieces.push(Piece { blur: blur * 0.5 + 0.001, ..solid(wick, palette.deep, palette.deep, foot, 0.1) });
        let lean = dice.between(-0.02, 0.02);
        let flame = |height: f32, width: f32| Shape::Flame {
            foot: [foot[0] + 0.003, foot[1] - 0.004],
            height: height * size,
            width: width * size,
            lean,
        };
        pieces.push(Piece { blur: blur + 0.006, ..glow(flame(0.25, 0.092), palette.glow, 0.12 * size, 0.85) });
        pieces.push(Piece { blur: blur + 0.010, ..glow(flame(0.155, 0.052), palette.paper, 0.010, 0.75) });
    }
    pieces
}
