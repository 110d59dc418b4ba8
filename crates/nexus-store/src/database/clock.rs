//! The database's time: one clock for all machines that share it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use nexus_core::{Instant, time::Clock};
use sqlx::AnyConnection;

use super::Database;
use crate::StoreError;

const NOW: &str = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";

/// How often this machine's clock is compared with the database's.
const EVERY: Duration = Duration::from_secs(20);

/// This machine's clock, moved by what it lacks to the database's.
pub struct DatabaseClock {
    local: Arc<dyn Clock>,
    offset_ms: Arc<AtomicI64>,
}

impl DatabaseClock {
    /// Compares at once, and then three times a minute for as long as the clock lives.
    pub(crate) async fn start(database: &Database, local: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let mut connection = database.connect().await?;
        let offset_ms = Arc::new(AtomicI64::new(offset(&mut connection, &*local).await?));
        let (watched, database, clock) = (Arc::downgrade(&offset_ms), database.clone(), Arc::clone(&local));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(EVERY).await;
                let Some(known) = watched.upgrade() else { return };
                match offset(&mut connection, &*clock).await {
                    Ok(now) => known.store(now, Ordering::Release),
                    Err(error) => {
                        tracing::debug!(%error, "the database's time is not known; the offset of before stands");
                        if let Ok(new) = database.connect().await {
                            connection = new;
                        }
                    }
                }
            }
        });
        Ok(Self { local, offset_ms })
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Instant {
        Instant::from_unix_millis(self.local.now().unix_millis() + self.offset_ms.load(Ordering::Acquire))
    }
}

/// What is to be added to the local clock, as far as half a round trip can tell.
async fn offset(connection: &mut AnyConnection, local: &dyn Clock) -> Result<i64, StoreError> {
    let before = local.now().unix_millis();
    let there: i64 =
        sqlx::query_scalar(NOW).fetch_one(connection).await.map_err(StoreError::database("tell the time"))?;
    let here = i64::midpoint(before, local.now().unix_millis());
    Ok(there - here)
}
