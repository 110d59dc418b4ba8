//! The safe fetcher over real sockets of this machine.

mod behaviour;
mod resume;
mod spellings;
pub(crate) mod stage;
mod tls;
