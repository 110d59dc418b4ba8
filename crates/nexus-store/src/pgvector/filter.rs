//! The filter language as a condition over the column `metadata`: names and values are bound, never written.

use nexus_core::vectors::{Filter, Scalar, Test};
use serde_json::json;
use sqlx::{Postgres, QueryBuilder};

/// Adds the condition that `filter` means.
pub(super) fn push(filter: &Filter, sql: &mut QueryBuilder<Postgres>) {
    match filter {
        Filter::All(parts) => several(parts, "true", " and ", sql),
        Filter::Any(parts) => several(parts, "false", " or ", sql),
        Filter::Field { name, test } => field(name, test, sql),
    }
}

fn several(parts: &[Filter], none: &'static str, between: &'static str, sql: &mut QueryBuilder<Postgres>) {
    sql.push("(");
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            sql.push(between);
        }
        push(part, sql);
    }
    if parts.is_empty() {
        sql.push(none);
    }
    sql.push(")");
}

fn field(name: &str, test: &Test, sql: &mut QueryBuilder<Postgres>) {
    match test {
        Test::Eq(wanted) => one(name, wanted, sql),
        Test::Ne(wanted) => {
            sql.push("not ");
            one(name, wanted, sql);
        }
        Test::Gt(bound) => compare(name, " > ", *bound, sql),
        Test::Gte(bound) => compare(name, " >= ", *bound, sql),
        Test::Lt(bound) => compare(name, " < ", *bound, sql),
        Test::Lte(bound) => compare(name, " <= ", *bound, sql),
        Test::In(wanted) => any(name, wanted, sql),
        Test::Nin(wanted) => {
            sql.push("not ");
            any(name, wanted, sql);
        }
        Test::Exists(wanted) => {
            sql.push("((metadata ? ").push_bind(name.to_owned()).push(") = ").push_bind(*wanted).push(")");
        }
    }
}

/// jsonb says of a list that it contains each of its texts, and of a value that it contains itself.
fn one(name: &str, wanted: &Scalar, sql: &mut QueryBuilder<Postgres>) {
    sql.push("coalesce((metadata -> ").push_bind(name.to_owned());
    sql.push(") @> ").push_bind(text(wanted)).push("::jsonb, false)");
}

fn any(name: &str, wanted: &[Scalar], sql: &mut QueryBuilder<Postgres>) {
    let wanted: Vec<String> = wanted.iter().map(text).collect();
    sql.push("exists (select 1 from unnest(").push_bind(wanted);
    sql.push("::text[]) as wanted where (metadata -> ").push_bind(name.to_owned()).push(") @> wanted::jsonb)");
}

fn compare(name: &str, operator: &'static str, bound: f64, sql: &mut QueryBuilder<Postgres>) {
    sql.push("coalesce(case when jsonb_typeof(metadata -> ").push_bind(name.to_owned());
    sql.push(") = 'number' then (metadata ->> ").push_bind(name.to_owned());
    sql.push(")::float8").push(operator).push_bind(bound).push(" end, false)");
}

fn text(wanted: &Scalar) -> String {
    match wanted {
        Scalar::Text(text) => json!(text).to_string(),
        Scalar::Number(number) => json!(number).to_string(),
        Scalar::Bool(truth) => json!(truth).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_a_filter_stands_in_the_sql() {
        let filter = json!({ "$or": [
            { "'; drop": "x' or true --", "na\"me": { "$ne": 1, "$gt": 77.25, "$exists": true } },
            { "list": { "$in": ["secret", 3], "$nin": [] } },
        ] });
        let filter = Filter::read(&filter).expect("a filter");
        let mut sql = QueryBuilder::new("");
        push(&filter, &mut sql);
        let sql = sql.sql().as_str().to_owned();
        for word in ["drop", "true --", "na\"me", "77", "secret", "list"] {
            assert!(!sql.contains(word), "{word} in {sql}");
        }
        assert!(sql.contains("$1") && sql.matches('(').count() == sql.matches(')').count(), "{sql}");
    }
}
