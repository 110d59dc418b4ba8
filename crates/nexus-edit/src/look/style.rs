//! The three styles as data: type, colour and movement, from a brand's kit.

use nexus_core::business::{BrandKit, Style};

use super::{
    Role,
    tone::{color_of, legible, mix, shade},
};
use crate::model::{Color, Horizontal, TextPreset};

/// Everything that a style decides, in the brand's colours.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Which style.
    pub style: Style,
    /// Large words.
    pub display: Face,
    /// Small words.
    pub text: Face,
    /// Colours.
    pub palette: Palette,
    /// Movement.
    pub motion: Motion,
    /// How lines stand in their box.
    pub align: Horizontal,
    /// Left and right edge of words as shares of the width: clear of the networks' buttons on the right.
    pub sides: (f64, f64),
}

/// How letters are set.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Family name.
    pub family: String,
    /// Of hook and name.
    pub strong: u16,
    /// Of everything else.
    pub plain: u16,
    /// Space between letters as a share of the size.
    pub tracking: f64,
    /// Line height as a multiple of the size.
    pub line_height: f64,
    /// Size relative to the table: families with small letters are set larger to look the same.
    pub optical: f64,
}

/// The colours of a film.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Palette {
    /// Words over pictures and over `ground`.
    pub words: Color,
    /// Stars, rules and the call to action, legible on `ground`.
    pub accent: Color,
    /// What lies behind words: the scrim, and the end card.
    pub ground: Color,
    /// Shapes behind words.
    pub block: Color,
    /// Words on `block`.
    pub on_block: Color,
    /// Shapes behind the words that matter most.
    pub highlight: Color,
    /// Words on `highlight`.
    pub on_highlight: Color,
}

/// How things move.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// How words arrive, one by one.
    pub arrival: TextPreset,
    /// Most of a beat between two words, as a share of it.
    pub word_step: f64,
    /// Seconds in which words leave; 0 at once.
    pub leave_s: f64,
    /// Growth of a picture over its shot.
    pub push: f64,
    /// True to push pictures that move by themselves, too.
    pub pushes_all: bool,
    /// Growth of a picture on a strong downbeat, gone within a beat.
    pub pulse: f64,
    /// Growth of a picture that comes in on a drop, gone within 0.3 s; 0 for a plain cut.
    pub zoom: f64,
    /// Seconds in which calm sections dissolve into each other; 0 for cuts alone.
    pub dissolve_s: f64,
}

impl Look {
    /// The look of a brand's films.
    #[must_use]
    pub fn of(kit: &BrandKit) -> Self {
        let mut look = match kit.style {
            Style::Quiet => quiet(kit),
            Style::Bright => bright(kit),
            Style::Night => night(kit),
        };
        if let Some(family) = &kit.display_font {
            look.display.family.clone_from(family);
        }
        if let Some(family) = &kit.text_font {
            look.text.family.clone_from(family);
        }
        look
    }

    /// The face of a role and its weight.
    #[must_use]
    pub fn face(&self, role: Role) -> (&Face, u16) {
        match role {
            Role::Hook | Role::Name => (&self.display, self.display.strong),
            Role::Quote | Role::Title => (&self.display, self.display.plain),
            Role::Label => (&self.text, self.text.plain),
            Role::Action => (&self.text, self.text.strong),
        }
    }
}

fn face(family: &str, (strong, plain): (u16, u16)) -> Face {
    Face { family: family.into(), strong, plain, tracking: -0.01, line_height: 1.12, optical: 1.0 }
}

fn small(family: &str, (strong, plain): (u16, u16)) -> Face {
    Face { tracking: 0.0, line_height: 1.25, ..face(family, (strong, plain)) }
}

/// A serif with lots of air: flush left, fine rules, words that fade in, sections that dissolve.
fn quiet(kit: &BrandKit) -> Look {
    let [primary, accent, ink] = [&kit.primary, &kit.accent, &kit.ink].map(|text| color_of(text));
    let ground = shade(primary);
    let words = legible(ground, &[ink]);
    let accent = legible(ground, &[accent, words]);
    Look {
        style: Style::Quiet,
        // Small letters of an old-style face: a tenth larger reads as large as a grotesque.
        display: Face { optical: 1.12, ..face("EB Garamond", (400, 400)) },
        text: Face { tracking: 0.01, ..small("Inter", (600, 500)) },
        palette: Palette {
            words,
            accent,
            ground,
            block: ground,
            on_block: words,
            highlight: ground,
            on_highlight: accent,
        },
        motion: Motion {
            arrival: TextPreset::FadeIn,
            word_step: 0.5,
            leave_s: 0.2,
            push: 0.03,
            pushes_all: false,
            pulse: 0.0,
            zoom: 0.0,
            dissolve_s: 0.5,
        },
        align: Horizontal::Left,
        sides: (0.09, 0.86),
    }
}

/// A grotesque on blocks of the brand's colour: flush left, heavy, nothing but cuts.
fn bright(kit: &BrandKit) -> Look {
    let [primary, accent, ink] = [&kit.primary, &kit.accent, &kit.ink].map(|text| color_of(text));
    let on_block = legible(primary, &[ink]);
    let on_highlight = legible(accent, &[primary, ink]);
    Look {
        style: Style::Bright,
        // Heavy letters look larger than they are.
        display: Face { tracking: -0.018, optical: 0.94, ..face("Inter Display", (800, 700)) },
        text: small("Inter", (700, 600)),
        palette: Palette {
            words: on_block,
            accent: legible(primary, &[accent, on_block]),
            ground: primary,
            block: primary,
            on_block,
            highlight: accent,
            on_highlight,
        },
        motion: Motion {
            arrival: TextPreset::Ascend,
            word_step: 0.25,
            leave_s: 0.0,
            push: 0.04,
            pushes_all: false,
            pulse: 0.015,
            zoom: 0.16,
            dissolve_s: 0.0,
        },
        align: Horizontal::Left,
        sides: (0.07, 0.88),
    }
}

/// Light on dark: thin letters in the middle, a warm glow around them, pictures that come nearer.
fn night(kit: &BrandKit) -> Look {
    let [primary, accent, ink] = [&kit.primary, &kit.accent, &kit.ink].map(|text| color_of(text));
    let ground = mix(Color::opaque(9, 8, 10), shade(primary), 0.25);
    let words = legible(ground, &[mix(ink, accent, 0.12)]);
    let accent = legible(ground, &[accent, words]);
    Look {
        style: Style::Night,
        display: Face { tracking: -0.01, ..face("Inter Display", (300, 400)) },
        text: Face { tracking: 0.02, ..small("Inter", (500, 400)) },
        palette: Palette {
            words,
            accent,
            ground,
            block: ground,
            on_block: words,
            highlight: ground,
            on_highlight: accent,
        },
        motion: Motion {
            arrival: TextPreset::FadeIn,
            word_step: 0.5,
            leave_s: 0.2,
            push: 0.05,
            pushes_all: true,
            pulse: 0.0,
            zoom: 0.1,
            dissolve_s: 0.4,
        },
        align: Horizontal::Center,
        sides: (0.12, 0.88),
    }
}
