//! Chooses a motif for a subject and composes it. Motifs are texture, mood and detail; none is a facade, a
//! room or a person, so no still can be taken for the place itself.

mod music;
mod nature;
mod table;

use super::{
    colour::{Palette, scaled},
    paint::{Bokeh, Composition, Finish, Leak, Piece},
    shape::{Point, Shape},
};

/// What a still is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Motif {
    /// Piano keys.
    Keys,
    /// Threads of sound with lights on them.
    Strings,
    /// A wine glass.
    Glass,
    /// A round of bread, scored.
    Loaf,
    /// A cup from above, with steam.
    Cup,
    /// A plate from above, with leaves.
    Plate,
    /// A shell, fanned.
    Shell,
    /// Waves under a low light.
    Waves,
    /// A large sun over water.
    Sunset,
    /// Candle flames.
    Flames,
    /// Blossoms.
    Blossoms,
    /// Leaves against the light.
    Leaves,
    /// Folds of cloth.
    Folds,
    /// Warm arcs around a light.
    Welcome,
    /// Ribbons of light.
    Ribbons,
}

/// Words (beginnings of words) that call a motif, the more particular first.
const CALLS: &[(Motif, &str)] = &[
    (Motif::Keys, "piano pianist klavier"),
    (Motif::Strings, "jazz music musi song sing guitar violin trio band saxophone vinyl concert klang son chant"),
    (
        Motif::Shell,
        "oyster lobster crab shrimp prawn mussel scallop seafood shell fish salmon tuna octopus squid marisc hummer huitre",
    ),
    (
        Motif::Glass,
        "wine champagne prosecco cocktail martini negroni gin spritz glass bottle wein vin vino drink beer bier whisk rum",
    ),
    (Motif::Loaf, "bread bak sourdough baguette loaf pain brot pane pastr croissant pie bagel scone"),
    (Motif::Cup, "coffee espresso cappuccino latte tea cup cafe kaffee breakfast brunch fruhstuck"),
    (Motif::Sunset, "sunset sunrise sun evening dusk dawn sky horizon atardecer tramonto"),
    (
        Motif::Waves,
        "sea ocean wave beach water harbour harbor boat sail lake river pool spa sauna swim meer mer mar rain quay",
    ),
    (Motif::Flames, "candle fire flame lantern grill oven smoke light night kamin kerze fireplace"),
    (Motif::Blossoms, "flower rose tulip bouquet blossom blume fleur flor fior florist"),
    (Motif::Leaves, "garden tree forest leaf leaves herb nature mountain green park wood jardin"),
    (Motif::Folds, "linen bed pillow blanket towel robe dress scarf silk cotton sleep room suite leather sofa cloth"),
    (
        Motif::Plate,
        "food dish plate menu meal dinner lunch steak pizza pasta salad soup cake dessert cheese chocolate tapas risotto \
                    burger lamb chicken beef pork curry sushi ramen kitchen chef tiramisu gelato truffle taste snack egg",
    ),
    (Motif::Welcome, "welcome warm home friend host heart smile staff team kind service family people guest love hand"),
];

impl Motif {
    /// The motif for a subject in plain words. A word that stands earlier in the subject decides.
    pub(crate) fn of(subject: &str) -> Self {
        let words: Vec<String> =
            subject.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase).collect();
        let called = |word: &String| {
            let begins = |call: &&str| if call.len() <= 3 { word == call } else { word.starts_with(*call) };
            CALLS.iter().position(|(_, calls)| calls.split_whitespace().any(|call| begins(&call)))
        };
        // `jazz piano` is a piano, `warm bread` is bread: the more particular call wins over its place.
        words.iter().filter_map(called).min().map_or(Self::Ribbons, |index| CALLS[index].0)
    }
}

/// The size of a picture in units of its short side, and numbers that vary it.
pub(crate) struct Stage {
    /// Half its width and height.
    pub half: Point,
    /// Its colours.
    pub palette: Palette,
    /// Varies it.
    pub dice: Dice,
}

/// Numbers from a seed, always the same. Source: splitmix64, S. Vigna.
pub(crate) struct Dice(pub u64);

impl Dice {
    /// Between `low` and `high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        low + (high - low) * ((bits ^ (bits >> 31)) >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// The picture of a motif on a stage.
pub(crate) fn compose(motif: Motif, stage: &mut Stage) -> Composition {
    let pieces = match motif {
        Motif::Keys => music::keys(stage),
        Motif::Strings => music::strings(stage),
        Motif::Glass => table::glass(stage),
        Motif::Loaf => table::loaf(stage),
        Motif::Cup => table::cup(stage),
        Motif::Plate => table::plate(stage),
        Motif::Shell => nature::shell(stage),
        Motif::Waves => nature::waves(stage, 0.10),
        Motif::Sunset => nature::waves(stage, 0.27),
        Motif::Flames => table::flames(stage),
        Motif::Blossoms => nature::blossoms(stage),
        Motif::Leaves => nature::leaves(stage),
        Motif::Folds => nature::folds(stage),
        Motif::Welcome => music::welcome(stage),
        Motif::Ribbons => music::ribbons(stage),
    };
    let bokeh = match motif {
        Motif::Waves | Motif::Sunset | Motif::Folds => 7,
        Motif::Strings | Motif::Flames | Motif::Glass => 26,
        _ => 15,
    };
    ground(stage, pieces, bokeh)
}

/// A ground of brand colour with a few soft lights and discs; light comes from the upper left.
fn ground(stage: &mut Stage, pieces: Vec<Piece>, discs: usize) -> Composition {
    let Stage { half: [right, bottom], palette, dice } = stage;
    let mut leaks = vec![
        Leak {
            centre: [-*right * dice.between(0.55, 0.95), -*bottom * dice.between(0.45, 0.85)],
            radius: [0.62, 0.50],
            light: scaled(palette.glow, 0.085),
        },
        Leak {
            centre: [*right * dice.between(0.5, 1.0), *bottom * dice.between(-0.1, 0.4)],
            radius: [0.60, 0.9],
            light: scaled(palette.lifted, 0.42),
        },
        Leak {
            centre: [*right * dice.between(-0.6, 0.2), *bottom * 0.9],
            radius: [0.8, 0.5],
            light: scaled(palette.ember, 0.11),
        },
    ];
    leaks.push(Leak { centre: [-*right, *bottom * 0.2], radius: [0.3, 0.8], light: scaled(palette.glow, 0.05) });
    let bokeh = (0..discs)
        .map(|_| {
            let depth = dice.between(0.0, 1.0);
            let light = if dice.between(0.0, 1.0) < 0.7 { palette.glow } else { palette.paper };
            Bokeh {
                centre: [*right * dice.between(-1.1, 1.1), *bottom * dice.between(-1.0, 0.75)],
                radius: 0.012 + 0.085 * depth * depth,
                softness: 0.10 + 0.35 * depth,
                light: scaled(light, 0.13 - 0.10 * depth),
            }
        })
        .collect();
    Composition { palette: *palette, fall: [-0.36, -0.93], leaks, bokeh, pieces }
}

/// A solid piece with a gradient from top to bottom of `reach` around `middle`.
fn solid(shape: Shape, from: super::colour::Light, to: super::colour::Light, middle: Point, reach: f32) -> Piece {
    Piece {
        shape,
        from,
        to,
        along: ([middle[0] - reach * 0.4, middle[1] - reach], [middle[0] + reach * 0.4, middle[1] + reach]),
        finish: Finish::Solid(1.0),
        blur: 0.0015,
        shadow: 0.0,
        rim: [0.0; 3],
    }
}

/// A source of light of that colour with a halo.
fn glow(shape: Shape, light: super::colour::Light, halo: f32, strength: f32) -> Piece {
    Piece {
        shape,
        from: scaled(light, strength),
        to: scaled(light, strength),
        along: ([0.0, 0.0], [0.0, 1.0]),
        finish: Finish::Glow(halo),
        blur: 0.003,
        shadow: 0.0,
        rim: scaled(light, strength * 0.42),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_call_their_motif() {
        for (subject, want) in [
            ("a jazz trio", Motif::Strings),
            ("piano by the window", Motif::Keys),
            ("lobster", Motif::Shell),
            ("fresh bread", Motif::Loaf),
            ("warm welcome", Motif::Welcome),
            ("a warm bread", Motif::Loaf),
            ("wine vin", Motif::Glass),
            ("sunset over the sea", Motif::Sunset),
            ("chandelier", Motif::Ribbons),
            ("", Motif::Ribbons),
        ] {
            assert_eq!(Motif::of(subject), want, "{subject}");
        }
    }

    #[test]
    fn dice_stay_in_their_bounds() {
        let mut dice = Dice(3);
        assert!((0..1000).all(|_| (0.2..=0.7).contains(&dice.between(0.2, 0.7))));
    }
}
