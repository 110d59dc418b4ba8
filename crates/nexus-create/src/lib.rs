//! Embedded scriptwriter, still maker, image-to-video and voice: the forms of GPT-4o, Gemini and Runway that need
//! no account and no network.

mod camera;
mod error;
mod still;
mod voice;
mod writer;

pub use camera::CameraMove;
pub use error::CreateError;
pub use still::DesignedStill;
pub use voice::MachineVoice;
pub use writer::{Dropped, ExtractiveWriter, Reason};
