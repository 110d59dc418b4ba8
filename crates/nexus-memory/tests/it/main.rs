//! Footage search and the vector index through their front doors.

mod brand;
mod index;
mod search;
