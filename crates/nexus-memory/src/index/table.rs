//! One namespace in memory: every record in the form that a scan reads.

use std::{cmp::Ordering, collections::HashMap};

use nexus_core::vectors::{Filter, Metadata, Metric, RecordId, SparseValues, VectorRecord};

use super::{
    columns::Columns,
    scan::{Best, Scored, dot, inverse_length, squared_distance},
    sketch::Sketch,
};

/// Rows above which bits are looked at first.
const MOST_SCANNED_ROWS: usize = 50_000;

/// A row that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its number; good until the table changes.
    pub row: usize,
    /// By the metric of the table.
    pub score: f32,
}

/// The records of one namespace. Rows are kept as they were given, so that they come back as such.
pub struct Table {
    metric: Metric,
    dimension: usize,
    ids: Vec<RecordId>,
    places: HashMap<RecordId, u32>,
    /// One row after the other.
    matrix: Vec<f32>,
    /// One over the length of each row.
    scales: Vec<f32>,
    metadata: Vec<Metadata>,
    columns: Columns,
    sparse: Vec<Option<SparseValues>>,
    sketch: Option<Sketch>,
}

impl Table {
    /// A table of `records`, which all have one dimension.
    #[must_use]
    pub fn new(metric: Metric, records: Vec<VectorRecord>) -> Self {
        let mut table = Self {
            metric,
            dimension: 0,
            ids: Vec::new(),
            places: HashMap::new(),
            matrix: Vec::new(),
            scales: Vec::new(),
            metadata: Vec::new(),
            columns: Columns::default(),
            sparse: Vec::new(),
            sketch: None,
        };
        table.put(records);
        table
    }

    /// Records in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// True without a record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// About how much memory it takes, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        /// Id twice, metadata of a few fields, the rest of a row.
        const PER_ROW: usize = 400;
        self.matrix.len() * 4 + self.len() * PER_ROW
    }

    /// Adds or replaces records.
    pub fn put(&mut self, records: Vec<VectorRecord>) {
        if let Some(first) = records.first().filter(|_| self.is_empty()) {
            self.dimension = first.values.len();
        }
        for VectorRecord { id, values, sparse, metadata } in records {
            let scale = inverse_length(&values);
            match self.places.get(&id).map(|row| *row as usize) {
                Some(row) => {
                    self.matrix[row * self.dimension..(row + 1) * self.dimension].copy_from_slice(&values);
                    self.scales[row] = scale;
                    self.columns.set(row, &metadata);
                    self.metadata[row] = metadata;
                    self.sparse[row] = sparse;
                    if let Some(sketch) = &mut self.sketch {
                        sketch.set(row, &values);
                    }
                }
                None => {
                    self.places.insert(id.clone(), self.ids.len() as u32);
                    self.ids.push(id);
                    self.matrix.extend_from_slice(&values);
                    self.scales.push(scale);
                    self.columns.push(&metadata);
                    self.metadata.push(metadata);
                    self.sparse.push(sparse);
                    if let Some(sketch) = &mut self.sketch {
                        sketch.push(&values);
                    }
                }
            }
        }
        self.keep_up();
    }

    /// Removes records; the last row takes the place of one that goes.
    pub fn remove(&mut self, ids: &[RecordId]) {
        for id in ids {
            let Some(row) = self.places.remove(id).map(|row| row as usize) else { continue };
            self.ids.swap_remove(row);
            self.scales.swap_remove(row);
            self.metadata.swap_remove(row);
            self.columns.swap_remove(row);
            self.sparse.swap_remove(row);
            let last = self.ids.len();
            self.matrix.copy_within(last * self.dimension.., row * self.dimension);
            self.matrix.truncate(last * self.dimension);
            if let Some(sketch) = &mut self.sketch {
                sketch.swap_remove(row);
            }
            if row < last {
                self.places.insert(self.ids[row].clone(), row as u32);
            }
        }
        self.keep_up();
    }

    /// Large tables that are searched by angle have a sketch, and one whose mean is of about now.
    fn keep_up(&mut self) {
        if self.columns.is_stale() {
            self.columns = Columns::of(&self.metadata);
        }
        let wants = self.metric == Metric::Cosine && self.len() > MOST_SCANNED_ROWS;
        if !wants {
            self.sketch = None;
        } else if !self.sketch.as_ref().is_some_and(|sketch| sketch.fits(self.len())) {
            self.sketch = Some(Sketch::of(&self.matrix, self.dimension));
        }
    }

    /// The nearest `wanted` rows that pass, nearest first; equal ones in order of their ids.
    #[must_use]
    pub fn search(&self, query: &[f32], wanted: usize, filter: Option<&Filter>) -> Vec<Hit> {
        self.search_with(query, wanted, filter, self.sketch.as_ref())
    }

    /// As [`Table::search`], looking at every row.
    #[must_use]
    pub fn search_exactly(&self, query: &[f32], wanted: usize, filter: Option<&Filter>) -> Vec<Hit> {
        self.search_with(query, wanted, filter, None)
    }

    fn search_with(&self, query: &[f32], wanted: usize, filter: Option<&Filter>, sketch: Option<&Sketch>) -> Vec<Hit> {
        let passing = filter.map(|filter| self.passing(filter));
        let count = passing.as_ref().map_or(self.len(), Vec::len);
        let candidates = match (sketch.filter(|_| count > MOST_SCANNED_ROWS), passing) {
            (Some(sketch), Some(rows)) => Some(sketch.nearest(query, wanted, rows.into_iter())),
            (Some(sketch), None) => Some(sketch.nearest(query, wanted, 0..self.len() as u32)),
            (None, passing) => passing,
        };
        let scale = inverse_length(query);
        let mut best = Best::new(wanted.min(count.max(1)), |a, b| self.by_id(a, b));
        match candidates {
            Some(rows) => rows.into_iter().for_each(|row| best.look(self.nearness(query, scale, row as usize), row)),
            None => {
                (0..self.len()).for_each(|row| best.look(self.nearness(query, scale, row), row as u32));
            }
        }
        let hit = |(nearness, row): Scored| {
            // A distance counts the other way round.
            let score = if self.metric == Metric::Euclidean { -nearness } else { nearness };
            Hit { row: row as usize, score }
        };
        best.finish().into_iter().map(hit).collect()
    }

    #[inline]
    fn nearness(&self, query: &[f32], scale: f32, row: usize) -> f32 {
        let values = self.values(row);
        match self.metric {
            Metric::Cosine => dot(query, values) * scale * self.scales[row],
            Metric::DotProduct => dot(query, values),
            Metric::Euclidean => -squared_distance(query, values),
        }
    }

    fn by_id(&self, a: u32, b: u32) -> Ordering {
        self.ids[a as usize].cmp(&self.ids[b as usize])
    }

    /// The rows that pass, in order.
    #[must_use]
    pub fn passing(&self, filter: &Filter) -> Vec<u32> {
        self.columns.passing(filter, &self.metadata)
    }

    /// Values of each row; 0 before the first.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The row of a record.
    #[must_use]
    pub fn row_of(&self, id: &RecordId) -> Option<usize> {
        self.places.get(id).map(|row| *row as usize)
    }

    /// The id of a row.
    #[must_use]
    pub fn id(&self, row: usize) -> &RecordId {
        &self.ids[row]
    }

    /// The values of a row.
    #[must_use]
    pub fn values(&self, row: usize) -> &[f32] {
        &self.matrix[row * self.dimension..(row + 1) * self.dimension]
    }

    /// The metadata of a row.
    #[must_use]
    pub fn metadata(&self, row: usize) -> &Metadata {
        &self.metadata[row]
    }

    /// The sparse part of a row.
    #[must_use]
    pub fn sparse(&self, row: usize) -> Option<&SparseValues> {
        self.sparse[row].as_ref()
    }

    /// The record of a row.
    #[must_use]
    pub fn record(&self, row: usize) -> VectorRecord {
        VectorRecord {
            id: self.ids[row].clone(),
            values: self.values(row).to_vec(),
            sparse: self.sparse[row].clone(),
            metadata: self.metadata[row].clone(),
        }
    }
}
