//! How words and shapes look in the frame: sizes, places and drawings, as shares of the frame.

mod draw;
pub(crate) mod light;
mod place;
mod style;
mod tone;

pub use draw::{Enters, Line, padding};
pub use place::{Backdrop, Band, Place};
pub use style::{Face, Look, Motion, Palette};
pub use tone::{LEAST_CONTRAST, color_of, contrast, legible, luminance, mix, needed_ground, shade};

/// The frame that words are set in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Pixels.
    pub width_px: u32,
    /// Pixels.
    pub height_px: u32,
}

/// A role of text; each has its size, weight and line height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The guest's best words.
    Hook,
    /// The quote, phrase by phrase.
    Quote,
    /// The name on the end card.
    Name,
    /// The name in the lower third.
    Title,
    /// Place, credit, website.
    Label,
    /// The call to action.
    Action,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [Self::Hook, Self::Quote, Self::Name, Self::Title, Self::Label, Self::Action];

    /// Size as a share of the frame's height, before the optical correction of a family.
    #[must_use]
    pub fn share(self) -> f64 {
        match self {
            Self::Hook => 0.052,
            Self::Name => 0.060,
            Self::Quote => 0.036,
            Self::Title => 0.030,
            Self::Label => 0.020,
            Self::Action => 0.025,
        }
    }
}

impl Frame {
    /// Height that sizes refer to: portrait and square frames use their own, landscape frames a larger one,
    /// because a phone shows them small.
    #[must_use]
    pub fn type_height(self) -> f64 {
        if self.width_px > self.height_px { f64::from(self.height_px) * 1.35 } else { f64::from(self.height_px) }
    }

    /// Size of a role in a look, in pixels.
    #[must_use]
    pub fn size_px(self, look: &Look, role: Role) -> f64 {
        (self.type_height() * role.share() * look.face(role).0.optical).round()
    }
}
