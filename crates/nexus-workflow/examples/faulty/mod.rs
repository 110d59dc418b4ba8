//! A flow that meets every kind of boundary, the processes that run it, and what happens to them.

pub(crate) mod child;
pub(crate) mod proxy;
pub(crate) mod rows;
pub(crate) mod story;
