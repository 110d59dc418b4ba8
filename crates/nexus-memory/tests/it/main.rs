//! Footage search through its front door, with the embedded text model.

mod search;
