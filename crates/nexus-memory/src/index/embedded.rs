//! [`EmbeddedIndex`]: one index over the store, answered from memory.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use nexus_core::{
    BusinessId, ErrorKind, IndexId, PortError, PortResult,
    port::{Adapter, VectorIndex, VectorStore},
    vectors::{
        Change, Deletion, Filter, IndexInfo, IndexSpec, IndexStats, Match, Namespace, NamespaceInfo, Near, Page,
        Paging, RecordId, VectorError, VectorQuery, VectorRecord, VectorUpdate, check_dimension, check_values,
    },
};

use super::{
    PROVIDER,
    shelf::{Shelf, Slot},
    table::{Hit, Table},
};

/// How often a change is tried again that somebody else overtook.
const TRIES: usize = 3;

/// One index, answered from tables in memory that are as fresh as the rows.
pub struct EmbeddedIndex {
    store: Arc<dyn VectorStore>,
    shelf: Arc<Shelf>,
    wanted: IndexInfo,
    made: tokio::sync::OnceCell<()>,
}

impl EmbeddedIndex {
    pub(super) fn lazy(store: Arc<dyn VectorStore>, shelf: Arc<Shelf>, owner: BusinessId, spec: IndexSpec) -> Self {
        let wanted = IndexInfo { id: IndexInfo::id_of(owner, &spec.name), owner, spec };
        Self { store, shelf, wanted, made: tokio::sync::OnceCell::new() }
    }

    pub(super) fn open(store: Arc<dyn VectorStore>, shelf: Arc<Shelf>, info: IndexInfo) -> Self {
        Self { store, shelf, wanted: info, made: tokio::sync::OnceCell::new_with(Some(())) }
    }

    async fn id(&self) -> PortResult<IndexId> {
        let make = async || self.store.add_index(&self.wanted).await.map(drop);
        self.made.get_or_try_init(make).await?;
        Ok(self.wanted.id)
    }

    async fn slot(&self, namespace: &Namespace) -> PortResult<Arc<Slot>> {
        Ok(self.shelf.slot(self.id().await?, namespace, self.wanted.spec.metric))
    }

    async fn change(&self, namespace: &Namespace, change: Change) -> PortResult<()> {
        let slot = self.slot(namespace).await?;
        self.shelf.turn(&slot).await.change(change, None).await
    }

    /// A change that follows from what is there: made of the table, and made again when it was overtaken.
    async fn change_by<T: Send + 'static>(
        &self,
        namespace: &Namespace,
        plan: impl Fn(&Table) -> (Option<Change>, T) + Clone + Send + 'static,
    ) -> PortResult<Option<T>> {
        let slot = self.slot(namespace).await?;
        let mut tries = 0;
        loop {
            tries += 1;
            let turn = self.shelf.turn(&slot).await;
            let version = turn.refresh().await?;
            let plan = plan.clone();
            let Ok((change, answer)) = slot.read(plan).await? else { return Ok(None) };
            let Some(change) = change else { return Ok(Some(answer)) };
            match turn.change(change, Some(version)).await {
                Ok(()) => return Ok(Some(answer)),
                Err(error) if error.kind == ErrorKind::Conflict && tries < TRIES => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Adapter for EmbeddedIndex {}

#[async_trait]
impl VectorIndex for EmbeddedIndex {
    async fn upsert(&self, namespace: &Namespace, records: Vec<VectorRecord>) -> PortResult<usize> {
        for record in &records {
            record.check().map_err(|error| error.port(PROVIDER, "store the vectors"))?;
        }
        let count = records.len();
        if count > 0 {
            self.change(namespace, Change::Put(records)).await?;
        }
        Ok(count)
    }

    async fn query(&self, namespace: &Namespace, query: &VectorQuery) -> PortResult<Vec<Match>> {
        const OP: &str = "search the vectors";
        if let Near::Values(values) = &query.near {
            check_values(values).map_err(|error| error.port(PROVIDER, OP))?;
        }
        let slot = self.slot(namespace).await?;
        let asked = query.clone();
        let found = self.shelf.look(&slot, move |table| answer(table, &asked)).await?;
        match (found, &query.near) {
            (Some(Ok(Some(matches))), _) => Ok(matches),
            (Some(Err(error)), _) => Err(error.port(PROVIDER, OP)),
            // Nothing to compare with: whether the query would fit is still said.
            (None, Near::Values(values)) => {
                let info = self.store.index(self.id().await?).await?;
                let dimension = info.and_then(|info| info.spec.dimension).unwrap_or(values.len());
                check_dimension(values.len(), dimension).map_err(|error| error.port(PROVIDER, OP))?;
                Ok(Vec::new())
            }
            (Some(Ok(None)), _) | (None, Near::Record(_)) => {
                Err(PortError::new(ErrorKind::NotFound, PROVIDER, OP, "there is no record of that id to start from"))
            }
        }
    }

    async fn fetch(&self, namespace: &Namespace, ids: &[RecordId]) -> PortResult<Vec<VectorRecord>> {
        self.store.vectors(self.id().await?, namespace, ids).await
    }

    async fn fetch_matching(
        &self,
        namespace: &Namespace,
        filter: &Filter,
        paging: &Paging,
    ) -> PortResult<Page<VectorRecord>> {
        let slot = self.slot(namespace).await?;
        let (filter, paging) = (filter.clone(), paging.clone());
        let page = self.shelf.look(&slot, move |table| page_of(table, &filter, &paging)).await?;
        Ok(page.unwrap_or(Page { items: Vec::new(), next: None }))
    }

    async fn update(&self, namespace: &Namespace, update: VectorUpdate) -> PortResult<u64> {
        if let VectorUpdate::Record { values: Some(values), .. } = &update {
            check_values(values).map_err(|error| error.port(PROVIDER, "update the vectors"))?;
        }
        let plan = move |table: &Table| {
            let records = updated(table, &update);
            let count = records.len() as u64;
            let wrong = records.iter().find_map(|record| record.check().err());
            match wrong {
                Some(error) => (None, Err(error)),
                None => ((count > 0).then_some(Change::Put(records)), Ok(count)),
            }
        };
        let count = self.change_by(namespace, plan).await?.unwrap_or(Ok(0));
        count.map_err(|error| error.port(PROVIDER, "update the vectors"))
    }

    async fn delete(&self, namespace: &Namespace, deletion: &Deletion) -> PortResult<()> {
        match deletion {
            Deletion::Ids(ids) => self.change(namespace, Change::Remove(ids.clone())).await,
            Deletion::All => self.change(namespace, Change::Clear).await,
            Deletion::Matching(filter) => {
                let filter = filter.clone();
                let plan = move |table: &Table| {
                    let ids: Vec<RecordId> =
                        table.passing(&filter).into_iter().map(|row| table.id(row as usize).clone()).collect();
                    ((!ids.is_empty()).then_some(Change::Remove(ids)), ())
                };
                self.change_by(namespace, plan).await.map(drop)
            }
        }
    }

    async fn list(&self, namespace: &Namespace, paging: &Paging) -> PortResult<Page<RecordId>> {
        let one_more = Paging { limit: paging.limit + 1, ..paging.clone() };
        let ids = self.store.vector_ids(self.id().await?, namespace, &one_more).await?;
        Ok(cut(ids, paging.limit, RecordId::as_str))
    }

    async fn stats(&self, filter: Option<&Filter>) -> PortResult<IndexStats> {
        let index = self.id().await?;
        let dimension = self.store.index(index).await?.and_then(|info| info.spec.dimension);
        let mut namespaces = BTreeMap::new();
        for NamespaceInfo { name, records } in self.store.vector_namespaces(index).await? {
            let count = match filter {
                None => records,
                Some(filter) => {
                    let filter = filter.clone();
                    let slot = self.slot(&name).await?;
                    self.shelf.look(&slot, move |table| table.passing(&filter).len() as u64).await?.unwrap_or(0)
                }
            };
            namespaces.insert(name, count);
        }
        Ok(IndexStats { dimension, metric: self.wanted.spec.metric, namespaces })
    }

    async fn namespaces(&self, paging: &Paging) -> PortResult<Page<NamespaceInfo>> {
        let all = self.store.vector_namespaces(self.id().await?).await?;
        let after = paging.after.as_deref().unwrap_or_default();
        let wanted =
            |info: &NamespaceInfo| info.name.as_str() > after && info.name.as_str().starts_with(&paging.prefix);
        let items = all.into_iter().filter(wanted).take(paging.limit + 1).collect();
        Ok(cut(items, paging.limit, |info: &NamespaceInfo| info.name.as_str()))
    }

    async fn namespace(&self, namespace: &Namespace) -> PortResult<NamespaceInfo> {
        let all = self.store.vector_namespaces(self.id().await?).await?;
        all.into_iter().find(|info| info.name == *namespace).ok_or_else(|| {
            let message = format!("there is no namespace '{namespace}'");
            PortError::new(ErrorKind::NotFound, PROVIDER, "find the namespace", message)
        })
    }

    async fn create_namespace(&self, namespace: &Namespace) -> PortResult<NamespaceInfo> {
        let slot = self.slot(namespace).await?;
        let made = self.shelf.turn(&slot).await.change(Change::Make, Some(0)).await;
        made.map_err(|error| match error.kind {
            ErrorKind::Conflict => {
                let message = format!("there is a namespace '{namespace}' already");
                PortError::new(ErrorKind::Conflict, PROVIDER, "create the namespace", message)
            }
            _ => error,
        })?;
        Ok(NamespaceInfo { name: namespace.clone(), records: 0 })
    }

    async fn delete_namespace(&self, namespace: &Namespace) -> PortResult<()> {
        self.change(namespace, Change::Drop).await
    }
}

/// The matches, or `None` when the record to start from is not there.
fn answer(table: &Table, query: &VectorQuery) -> Result<Option<Vec<Match>>, VectorError> {
    let values = match &query.near {
        Near::Values(values) => values.as_slice(),
        Near::Record(id) => match table.row_of(id) {
            Some(row) => table.values(row),
            None => return Ok(None),
        },
    };
    if table.is_empty() {
        return Ok(Some(Vec::new()));
    }
    check_dimension(values.len(), table.dimension())?;
    let hits = table.search(values, query.top_k.get(), query.filter.as_ref());
    Ok(Some(hits.into_iter().map(|hit| found(table, hit, query)).collect()))
}

fn found(table: &Table, Hit { row, score }: Hit, query: &VectorQuery) -> Match {
    let include = query.include;
    Match {
        id: table.id(row).clone(),
        score,
        values: include.values.then(|| table.values(row).to_vec()),
        sparse: table.sparse(row).filter(|_| include.values).cloned(),
        metadata: include.metadata.then(|| table.metadata(row).clone()),
    }
}

fn page_of(table: &Table, filter: &Filter, paging: &Paging) -> Page<VectorRecord> {
    let after = paging.after.as_deref().unwrap_or_default();
    let mut rows = table.passing(filter);
    rows.retain(|row| table.id(*row as usize).as_str() > after);
    rows.sort_by(|a, b| table.id(*a as usize).cmp(table.id(*b as usize)));
    rows.truncate(paging.limit + 1);
    let records = rows.into_iter().map(|row| table.record(row as usize)).collect();
    cut(records, paging.limit, |record: &VectorRecord| record.id.as_str())
}

/// At most `limit` of `items`; when there are more, the next page begins after the last of these.
fn cut<T>(mut items: Vec<T>, limit: usize, name: impl Fn(&T) -> &str) -> Page<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| name(last).to_owned());
    Page { items, next }
}

fn updated(table: &Table, update: &VectorUpdate) -> Vec<VectorRecord> {
    match update {
        VectorUpdate::Record { id, values, sparse, metadata } => {
            let Some(row) = table.row_of(id) else { return Vec::new() };
            let mut record = table.record(row);
            if let Some(values) = values {
                record.values.clone_from(values);
            }
            if let Some(sparse) = sparse {
                record.sparse = Some(sparse.clone());
            }
            record.metadata.merge(metadata);
            vec![record]
        }
        VectorUpdate::Matching { filter, metadata } => {
            let rows = table.passing(filter).into_iter();
            let with_metadata = |row: u32| {
                let mut record = table.record(row as usize);
                record.metadata.merge(metadata);
                record
            };
            rows.map(with_metadata).collect()
        }
    }
}
