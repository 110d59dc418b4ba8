//! Metadata by column, so that a filter over many rows reads memory in order and compares numbers alone.

use std::collections::{BTreeMap, HashMap};

use nexus_core::vectors::{Filter, Metadata, MetadataValue, Scalar, Test};

/// Fields that have a column; what more there are is looked up row by row.
const MOST_COLUMNS: usize = 64;
/// Words kept without a row that has them, beside as many as there are rows, before all are counted anew.
const MOST_STALE_WORDS: usize = 10_000;

/// Cells of the first fields that were seen, and the words in them by number.
#[derive(Default)]
pub(super) struct Columns {
    rows: usize,
    fields: BTreeMap<String, Vec<Cell>>,
    words: HashMap<String, u32>,
}

/// One value; texts as numbers of words.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Missing,
    Text(u32),
    Number(f64),
    Bool(bool),
    Texts(Box<[u32]>),
}

/// A filter whose names are columns and whose texts are numbers.
enum Plan<'a> {
    All(Vec<Plan<'a>>),
    Any(Vec<Plan<'a>>),
    Column(&'a [Cell], Check),
    /// No row has the field.
    Never(bool),
    /// The field has no column.
    Metadata(&'a Filter),
}

/// A test of one cell.
enum Check {
    OneOf(Vec<Cell>),
    NoneOf(Vec<Cell>),
    Gt(f64),
    Gte(f64),
    Lt(f64),
    Lte(f64),
    Exists(bool),
}

impl Columns {
    /// The columns of these rows.
    pub(super) fn of(rows: &[Metadata]) -> Self {
        let mut columns = Self::default();
        rows.iter().for_each(|row| columns.push(row));
        columns
    }

    /// Adds a row at the end.
    pub(super) fn push(&mut self, metadata: &Metadata) {
        self.fields.values_mut().for_each(|column| column.push(Cell::Missing));
        self.rows += 1;
        self.fill(self.rows - 1, metadata);
    }

    /// Replaces a row.
    pub(super) fn set(&mut self, row: usize, metadata: &Metadata) {
        self.fields.values_mut().for_each(|column| column[row] = Cell::Missing);
        self.fill(row, metadata);
    }

    /// Puts the last row into the place of `row`.
    pub(super) fn swap_remove(&mut self, row: usize) {
        self.rows -= 1;
        for column in self.fields.values_mut() {
            column.swap_remove(row);
        }
    }

    /// True when so many words are of rows that are gone that the columns should be made anew.
    pub(super) fn is_stale(&self) -> bool {
        let held: usize = self.fields.len().max(1) * self.rows;
        self.words.len() > held + MOST_STALE_WORDS
    }

    fn fill(&mut self, row: usize, metadata: &Metadata) {
        for (name, value) in metadata.iter() {
            let cell = match value {
                MetadataValue::Text(text) => Cell::Text(number(&mut self.words, text)),
                MetadataValue::Number(number) => Cell::Number(*number),
                MetadataValue::Bool(truth) => Cell::Bool(*truth),
                MetadataValue::Texts(texts) => {
                    Cell::Texts(texts.iter().map(|text| number(&mut self.words, text)).collect())
                }
            };
            if let Some(column) = self.fields.get_mut(name) {
                column[row] = cell;
            } else if self.fields.len() < MOST_COLUMNS {
                let mut column = vec![Cell::Missing; self.rows];
                column[row] = cell;
                self.fields.insert(name.to_owned(), column);
            }
        }
    }

    /// The rows that pass, in order; `metadata` is that of every row.
    pub(super) fn passing(&self, filter: &Filter, metadata: &[Metadata]) -> Vec<u32> {
        let plan = self.plan(filter);
        (0..self.rows).filter(|row| plan.passes(*row, metadata)).map(|row| row as u32).collect()
    }

    fn plan<'a>(&'a self, filter: &'a Filter) -> Plan<'a> {
        match filter {
            Filter::All(parts) => Plan::All(parts.iter().map(|part| self.plan(part)).collect()),
            Filter::Any(parts) => Plan::Any(parts.iter().map(|part| self.plan(part)).collect()),
            Filter::Field { name, test } => match self.fields.get(name) {
                Some(column) => Plan::Column(column, self.check(test)),
                // Every field has a column while there is room for one more.
                None if self.fields.len() < MOST_COLUMNS => Plan::Never(self.check(test).passes(&Cell::Missing)),
                None => Plan::Metadata(filter),
            },
        }
    }

    fn check(&self, test: &Test) -> Check {
        // A word that no row has is no cell's.
        let cell = |wanted: &Scalar| match wanted {
            Scalar::Text(text) => self.words.get(text).map(|word| Cell::Text(*word)),
            Scalar::Number(number) => Some(Cell::Number(*number)),
            Scalar::Bool(truth) => Some(Cell::Bool(*truth)),
        };
        match test {
            Test::Eq(wanted) => Check::OneOf(cell(wanted).into_iter().collect()),
            Test::Ne(wanted) => Check::NoneOf(cell(wanted).into_iter().collect()),
            Test::In(wanted) => Check::OneOf(wanted.iter().filter_map(cell).collect()),
            Test::Nin(wanted) => Check::NoneOf(wanted.iter().filter_map(cell).collect()),
            Test::Gt(bound) => Check::Gt(*bound),
            Test::Gte(bound) => Check::Gte(*bound),
            Test::Lt(bound) => Check::Lt(*bound),
            Test::Lte(bound) => Check::Lte(*bound),
            Test::Exists(wanted) => Check::Exists(*wanted),
        }
    }
}

/// The number of a word, new or known.
fn number(words: &mut HashMap<String, u32>, text: &str) -> u32 {
    if let Some(number) = words.get(text) {
        return *number;
    }
    let next = words.len() as u32;
    words.insert(text.to_owned(), next);
    next
}

impl Plan<'_> {
    fn passes(&self, row: usize, metadata: &[Metadata]) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.passes(row, metadata)),
            Self::Any(parts) => parts.iter().any(|part| part.passes(row, metadata)),
            Self::Column(cells, check) => check.passes(&cells[row]),
            Self::Never(passes) => *passes,
            Self::Metadata(filter) => filter.passes(&metadata[row]),
        }
    }
}

impl Check {
    fn passes(&self, cell: &Cell) -> bool {
        let number = |holds: fn(f64, f64) -> bool, bound: f64| match cell {
            Cell::Number(number) => holds(*number, bound),
            Cell::Missing | Cell::Text(_) | Cell::Bool(_) | Cell::Texts(_) => false,
        };
        match self {
            Self::OneOf(wanted) => wanted.iter().any(|wanted| wanted.is(cell)),
            Self::NoneOf(wanted) => !wanted.iter().any(|wanted| wanted.is(cell)),
            Self::Gt(bound) => number(|a, b| a > b, *bound),
            Self::Gte(bound) => number(|a, b| a >= b, *bound),
            Self::Lt(bound) => number(|a, b| a < b, *bound),
            Self::Lte(bound) => number(|a, b| a <= b, *bound),
            Self::Exists(wanted) => (*cell != Cell::Missing) == *wanted,
        }
    }
}

impl Cell {
    /// Whether this, which was asked for, is `cell`, or a member of it.
    fn is(&self, cell: &Self) -> bool {
        match (self, cell) {
            (Self::Text(wanted), Self::Texts(words)) => words.contains(wanted),
            (wanted, cell) => wanted == cell,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn metadata() -> impl Strategy<Value = Metadata> {
        let value = prop_oneof![
            "[ab]".prop_map(Value::from),
            (0..3_i32).prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            prop::collection::vec("[abc]", 0..3).prop_map(Value::from),
        ];
        prop::collection::btree_map("[xyz]", value, 0..4)
            .prop_map(|fields| Metadata::read(&Value::Object(fields.into_iter().collect())).expect("metadata"))
    }

    fn filter() -> impl Strategy<Value = Filter> {
        let scalar =
            || prop_oneof!["[abcd]".prop_map(Value::from), (0..3_i32).prop_map(Value::from), Just(json!(true))];
        let test = prop_oneof![
            (prop::sample::select(vec!["$eq", "$ne"]), scalar()).prop_map(|(name, value)| json!({ name: value })),
            (prop::sample::select(vec!["$in", "$nin"]), prop::collection::vec(scalar(), 0..3))
                .prop_map(|(name, values)| json!({ name: values })),
            (prop::sample::select(vec!["$gt", "$gte", "$lt", "$lte"]), 0..3_i32)
                .prop_map(|(name, value)| json!({ name: value })),
            any::<bool>().prop_map(|truth| json!({ "$exists": truth })),
        ];
        let field = ("[wxyz]", test).prop_map(|(name, test)| json!({ name: test }));
        let filter = field.prop_recursive(3, 12, 3, |inner| {
            (prop::sample::select(vec!["$and", "$or"]), prop::collection::vec(inner, 1..3))
                .prop_map(|(name, parts)| json!({ name: parts }))
        });
        filter.prop_map(|value| Filter::read(&value).expect("a filter"))
    }

    proptest! {
        /// Columns are a faster way to the same answer, also after rows were replaced and removed.
        #[test]
        fn columns_say_what_the_filter_says(
            mut rows in prop::collection::vec(metadata(), 1..12),
            changes in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(metadata())), 0..6),
            filter in filter(),
        ) {
            let mut columns = Columns::of(&rows);
            for (at, change) in changes {
                let row = at.index(rows.len());
                match change {
                    Some(metadata) => {
                        columns.set(row, &metadata);
                        rows[row] = metadata;
                    }
                    None if rows.len() > 1 => {
                        columns.swap_remove(row);
                        rows.swap_remove(row);
                    }
                    None => {}
                }
            }
            let want: Vec<u32> = (0..rows.len()).filter(|row| filter.passes(&rows[*row])).map(|row| row as u32).collect();
            prop_assert_eq!(columns.passing(&filter, &rows), want);
        }
    }

    #[test]
    fn fields_without_a_column_are_looked_up() {
        let row = |number: usize| Metadata::read(&json!({ format!("field {number}"): number })).expect("metadata");
        let rows: Vec<Metadata> = (0..200).map(row).collect();
        let columns = Columns::of(&rows);
        for number in [0, 63, 64, 199] {
            let filter = Filter::read(&json!({ format!("field {number}"): number })).expect("a filter");
            assert_eq!(columns.passing(&filter, &rows), [number as u32]);
        }
        let filter = Filter::read(&json!({ "no field": { "$exists": false } })).expect("a filter");
        assert_eq!(columns.passing(&filter, &rows).len(), 200);
    }
}
