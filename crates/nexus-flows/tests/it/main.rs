//! The product's decisions, through the front door.

mod pictures;
