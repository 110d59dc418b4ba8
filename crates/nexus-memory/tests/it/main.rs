//! Footage search and the vector index through their front doors.

mod index;
mod search;
