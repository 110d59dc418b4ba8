//! Tables in memory, each as fresh as the store: read once, changed along with the rows.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use nexus_core::{
    ErrorKind, IndexId, PortError, PortResult,
    port::VectorStore,
    vectors::{Change, Metric, Namespace, RecordId},
};

use super::{PROVIDER, table::Table};

/// Tables by index and namespace.
pub(super) struct Shelf {
    store: Arc<dyn VectorStore>,
    most_bytes: usize,
    slots: Mutex<BTreeMap<(IndexId, Namespace), Arc<Slot>>>,
    /// Counts uses, so that the oldest one is known.
    uses: AtomicU64,
}

/// The place of one table.
pub(super) struct Slot {
    index: IndexId,
    namespace: Namespace,
    metric: Metric,
    held: RwLock<Option<Held>>,
    /// Whoever changes rows, or reads all of them, has this turn: so the table follows the rows in their order.
    turn: Arc<tokio::sync::Mutex<()>>,
    used: AtomicU64,
    size_bytes: AtomicUsize,
}

struct Held {
    version: u64,
    table: Table,
}

/// The turn to change a namespace.
pub(super) struct Turn<'a> {
    shelf: &'a Shelf,
    slot: Arc<Slot>,
    _guard: tokio::sync::OwnedMutexGuard<()>,
}

impl Shelf {
    pub(super) fn new(store: Arc<dyn VectorStore>, most_bytes: usize) -> Self {
        Self { store, most_bytes, slots: Mutex::default(), uses: AtomicU64::new(0) }
    }

    /// What `look` sees in the table of a namespace, which is that of this moment; `None` without such a namespace.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        slot: &Arc<Slot>,
        look: impl FnOnce(&Table) -> T + Send + 'static,
    ) -> PortResult<Option<T>> {
        let version = self.store.vectors_version(slot.index, &slot.namespace).await?;
        if version == 0 {
            slot.hold(None);
            return Ok(None);
        }
        slot.used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        let look = if slot.version() == version {
            match slot.read(look).await? {
                Ok(seen) => return Ok(Some(seen)),
                // It was let go in this moment, to make room.
                Err(look) => look,
            }
        } else {
            look
        };
        // It was never read, or is being changed: whoever has the turn now may bring it up to date.
        let turn = self.turn(slot).await;
        turn.refresh().await?;
        Ok(slot.read(look).await?.ok())
    }

    /// The turn to change a namespace.
    pub(super) async fn turn(&self, slot: &Arc<Slot>) -> Turn<'_> {
        // The turn belongs to the slot, and the slot lives as long as the turn.
        let guard = slot.own_turn().await;
        Turn { shelf: self, slot: Arc::clone(slot), _guard: guard }
    }

    /// The place of a namespace's table.
    pub(super) fn slot(&self, index: IndexId, namespace: &Namespace, metric: Metric) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry((index, namespace.clone())).or_insert_with(|| {
            Arc::new(Slot {
                index,
                namespace: namespace.clone(),
                metric,
                held: RwLock::default(),
                turn: Arc::default(),
                used: AtomicU64::new(0),
                size_bytes: AtomicUsize::new(0),
            })
        });
        Arc::clone(slot)
    }

    /// Lets go of every table of an index.
    pub(super) fn forget(&self, index: IndexId) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|(of, _), _| *of != index);
    }

    /// Lets go of tables, the least recently used first, until the rest fits; `keep` stays.
    fn make_room(&self, keep: &Slot) {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let size = |slot: &Slot| slot.size_bytes.load(Ordering::Relaxed);
        let mut total: usize = slots.values().map(|slot| size(slot)).sum();
        let mut by_age: Vec<&Arc<Slot>> = slots.values().collect();
        by_age.sort_by_key(|slot| slot.used.load(Ordering::Relaxed));
        for slot in by_age {
            if total <= self.most_bytes {
                break;
            }
            // Whoever has the turn of a table still needs it.
            if !std::ptr::eq(slot.deref(), keep) && slot.turn.try_lock().is_ok() {
                total = total.saturating_sub(size(slot));
                slot.hold(None);
            }
        }
    }
}

impl Turn<'_> {
    /// Changes rows and the table alike. With `seen`, only if the namespace still has that version.
    pub(super) async fn change(&self, change: Change, seen: Option<u64>) -> PortResult<()> {
        let slot = &self.slot;
        let changed = self.shelf.store.change(slot.index, &slot.namespace, change.clone(), seen).await?;
        if changed.before == changed.after {
            return Ok(());
        }
        let slot = Arc::clone(slot);
        on_a_thread(move || slot.follow(changed.before, changed.after, change)).await?;
        self.shelf.make_room(&self.slot);
        Ok(())
    }

    /// Brings the table up to date; its version.
    pub(super) async fn refresh(&self) -> PortResult<u64> {
        let slot = &self.slot;
        let version = self.shelf.store.vectors_version(slot.index, &slot.namespace).await?;
        if slot.version() == version {
            return Ok(version);
        }
        let (version, records) = self.shelf.store.load_vectors(slot.index, &slot.namespace).await?;
        let metric = slot.metric;
        let table = on_a_thread(move || Table::new(metric, records)).await?;
        slot.hold((version != 0).then_some(Held { version, table }));
        self.shelf.make_room(slot);
        Ok(version)
    }
}

impl Slot {
    async fn own_turn(self: &Arc<Self>) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.turn).lock_owned().await
    }

    /// What `look` sees in the table as it is; `look` again without one.
    pub(super) async fn read<T, F>(self: &Arc<Self>, look: F) -> PortResult<Result<T, F>>
    where
        T: Send + 'static,
        F: FnOnce(&Table) -> T + Send + 'static,
    {
        let slot = Arc::clone(self);
        let work = move || match slot.held.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(held) => Ok(look(&held.table)),
            None => Err(look),
        };
        on_a_thread(work).await
    }

    fn version(&self) -> u64 {
        self.held.read().unwrap_or_else(PoisonError::into_inner).as_ref().map_or(0, |held| held.version)
    }

    fn hold(&self, held: Option<Held>) {
        let size = held.as_ref().map_or(0, |held| held.table.size_bytes());
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
        self.size_bytes.store(size, Ordering::Relaxed);
    }

    /// Does to the table what was done to the rows; a table of another version than `before` is let go.
    fn follow(&self, before: u64, after: u64, change: Change) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let table = match held.take() {
            Some(held) if held.version == before => Some(held.table),
            // A namespace that was just made has an empty table.
            None if before == 0 => Some(Table::new(self.metric, Vec::new())),
            Some(_) | None => None,
        };
        *held = table.filter(|_| after != 0).map(|table| Held { version: after, table: changed(table, change) });
        let size = held.as_ref().map_or(0, |held| held.table.size_bytes());
        self.size_bytes.store(size, Ordering::Relaxed);
    }
}

fn changed(mut table: Table, change: Change) -> Table {
    match change {
        Change::Put(records) => table.put(records),
        Change::Remove(ids) => table.remove(&ids),
        Change::Clear | Change::Drop => {
            let ids: Vec<RecordId> = (0..table.len()).map(|row| table.id(row).clone()).collect();
            table.remove(&ids);
        }
        Change::Make => {}
    }
    table
}

/// Scans and copies of whole tables would hold up whoever else runs on this thread.
async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> PortResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        PortError::new(ErrorKind::Unavailable, PROVIDER, "search", "the search stopped early; try again")
            .caused_by(error)
    })
}
