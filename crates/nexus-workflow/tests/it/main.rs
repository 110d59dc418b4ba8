//! The engine through its front door, over the journal in memory.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod lease;
#[cfg(test)]
mod many;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod retry;
#[cfg(test)]
mod waiting;

use std::sync::Arc;

use nexus_testkit::conformance::{
    journal,
    memory_journal::{MemoryJournal, TestClock},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_journal_obeys_the_port() {
    journal::suite(async || {
        let clock = TestClock::at(1_000_000);
        let journal: Arc<dyn nexus_core::journal::Journal> = MemoryJournal::new(clock.clone());
        (journal, clock)
    })
    .await;
}
