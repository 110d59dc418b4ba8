//! Reads filters strictly: every fault names its path and what was expected there.

use serde_json::{Map, Value};

use super::{
    filter::{Filter, Scalar, Test},
    metadata::kind,
};

/// Deepest nesting of `$and` and `$or`.
const MOST_DEPTH: usize = 32;
/// Most values of one `$in` or `$nin`.
const MOST_CHOICES: usize = 10_000;

/// A filter that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the filter is wrong at '{path}': {message}")]
pub struct FilterError {
    /// Names and positions from the outside in, joined by dots; `filter` is the whole.
    pub path: String,
    /// What was found and what was expected.
    pub message: String,
}

/// Where the reader stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    above: Option<&'a Place<'a>>,
    name: &'a str,
    number: usize,
    depth: usize,
}

impl Place<'_> {
    fn path(&self) -> String {
        let own = if self.name.is_empty() { self.number.to_string() } else { self.name.to_owned() };
        match self.above {
            Some(above) => format!("{}.{own}", above.path()),
            None => own,
        }
    }

    fn refuse(&self, message: impl Into<String>) -> FilterError {
        let path: String = self.path().chars().take(200).collect();
        FilterError { path, message: message.into() }
    }

    fn expected(&self, expected: &str, found: &Value) -> FilterError {
        self.refuse(format!("expected {expected}, found {}", kind(found)))
    }
}

/// A place below another one.
fn below<'a>(place: &'a Place<'a>, name: &'a str, number: usize) -> Place<'a> {
    Place { above: Some(place), name, number, depth: place.depth }
}

impl Filter {
    /// Reads a filter: an object whose fields all have to pass.
    ///
    /// # Errors
    /// [`FilterError`] at the first fault.
    pub fn read(value: &Value) -> Result<Self, FilterError> {
        filter(value, &Place { above: None, name: "filter", number: 0, depth: 0 })
    }
}

fn filter(value: &Value, place: &Place<'_>) -> Result<Filter, FilterError> {
    let Value::Object(object) = value else { return Err(place.expected("an object", value)) };
    let mut parts = Vec::new();
    for (name, value) in object {
        let place = below(place, name, 0);
        match name.as_str() {
            "$and" => parts.push(Filter::All(several(value, &place)?)),
            "$or" => parts.push(Filter::Any(several(value, &place)?)),
            _ if name.starts_with('$') => {
                return Err(place.refuse("expected $and, $or or the name of a metadata field here"));
            }
            "" => return Err(place.refuse("the name of a metadata field is not empty")),
            _ => field(name, value, &place, &mut parts)?,
        }
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
}

fn several(value: &Value, place: &Place<'_>) -> Result<Vec<Filter>, FilterError> {
    let Value::Array(items) = value else { return Err(place.expected("a list of filters", value)) };
    if items.is_empty() {
        return Err(place.refuse("expected at least one filter in the list"));
    }
    if place.depth >= MOST_DEPTH {
        return Err(place.refuse(format!("filters are nested more than {MOST_DEPTH} deep")));
    }
    let item = |(number, item)| filter(item, &Place { depth: place.depth + 1, ..below(place, "", number) });
    items.iter().enumerate().map(item).collect()
}

fn field(name: &str, value: &Value, place: &Place<'_>, parts: &mut Vec<Filter>) -> Result<(), FilterError> {
    let mut add = |test| parts.push(Filter::Field { name: name.to_owned(), test });
    match value {
        Value::Object(tests) => {
            for test in tests_of(tests, place)? {
                add(test);
            }
        }
        // A bare value means that it is equal.
        value => add(Test::Eq(scalar(value, place, "a text, a number, true or false, or an object of operators")?)),
    }
    Ok(())
}

fn tests_of(tests: &Map<String, Value>, place: &Place<'_>) -> Result<Vec<Test>, FilterError> {
    if tests.is_empty() {
        return Err(place.refuse("expected at least one operator, for instance {\"$eq\": 1}"));
    }
    tests.iter().map(|(operator, value)| test(operator, value, &below(place, operator, 0))).collect()
}

fn test(operator: &str, value: &Value, place: &Place<'_>) -> Result<Test, FilterError> {
    const ONE: &str = "a text, a number, or true or false";
    let number = || match value {
        Value::Number(number) => number.as_f64().ok_or_else(|| place.refuse("the number is out of range")),
        other => Err(place.expected("a number", other)),
    };
    Ok(match operator {
        "$eq" => Test::Eq(scalar(value, place, ONE)?),
        "$ne" => Test::Ne(scalar(value, place, ONE)?),
        "$gt" => Test::Gt(number()?),
        "$gte" => Test::Gte(number()?),
        "$lt" => Test::Lt(number()?),
        "$lte" => Test::Lte(number()?),
        "$in" => Test::In(scalars(value, place)?),
        "$nin" => Test::Nin(scalars(value, place)?),
        "$exists" => match value {
            Value::Bool(truth) => Test::Exists(*truth),
            other => return Err(place.expected("true or false", other)),
        },
        _ => {
            return Err(place
                .refuse("there is no such operator; expected $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin or $exists"));
        }
    })
}

fn scalars(value: &Value, place: &Place<'_>) -> Result<Vec<Scalar>, FilterError> {
    let Value::Array(items) = value else { return Err(place.expected("a list of texts and numbers", value)) };
    if items.len() > MOST_CHOICES {
        return Err(place.refuse(format!("the list has {} values; at most {MOST_CHOICES}", items.len())));
    }
    let item = |(number, item)| scalar(item, &below(place, "", number), "a text, a number, or true or false");
    items.iter().enumerate().map(item).collect()
}

fn scalar(value: &Value, place: &Place<'_>, expected: &str) -> Result<Scalar, FilterError> {
    match value {
        Value::String(text) => Ok(Scalar::Text(text.clone())),
        Value::Number(number) => {
            number.as_f64().map(Scalar::Number).ok_or_else(|| place.refuse("the number is out of range"))
        }
        Value::Bool(truth) => Ok(Scalar::Bool(*truth)),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(place.expected(expected, value)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn faults_name_their_path_and_what_was_expected() {
        for (name, filter, path, words) in [
            ("no object", json!([]), "filter", "expected an object, found a list"),
            ("operator at the top", json!({ "$eq": 1 }), "filter.$eq", "expected $and, $or or the name"),
            ("unknown operator", json!({ "a": { "$like": "x" } }), "filter.a.$like", "no such operator"),
            ("no operator", json!({ "a": {} }), "filter.a", "at least one operator"),
            ("null", json!({ "a": null }), "filter.a", "found null"),
            ("list", json!({ "a": ["x"] }), "filter.a", "found a list"),
            ("text compared", json!({ "a": { "$gt": "x" } }), "filter.a.$gt", "expected a number, found a text"),
            ("in a text", json!({ "a": { "$in": "x" } }), "filter.a.$in", "expected a list"),
            ("in with null", json!({ "a": { "$in": ["x", null] } }), "filter.a.$in.1", "found null"),
            ("exists", json!({ "a": { "$exists": 1 } }), "filter.a.$exists", "expected true or false"),
            ("empty and", json!({ "$and": [] }), "filter.$and", "at least one filter"),
            ("deep", json!({ "$or": [{ "b": { "$and": 1 } }] }), "filter.$or.0.b.$and", "no such operator"),
        ] {
            let error = Filter::read(&filter).expect_err(name);
            assert_eq!(error.path, path, "{name}");
            assert!(error.message.contains(words), "{name}: {error}");
        }
        let nested = (0..200).fold(json!({ "a": 1 }), |inner, _| json!({ "$and": [inner] }));
        assert!(Filter::read(&nested).expect_err("too deep").message.contains("nested"));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let name = prop_oneof![
            prop::sample::select(vec!["$and", "$or", "$in", "$eq", "$gt", "$exists", "$nope", "", "a"])
                .prop_map(str::to_owned),
            ".{0,6}",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 64, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(name.clone(), inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn any_filter() -> impl Strategy<Value = Filter> {
        let scalar = prop_oneof![
            ".{0,8}".prop_map(Scalar::Text),
            (-1e12..1e12_f64).prop_map(Scalar::Number),
            any::<i32>().prop_map(|number| Scalar::Number(number.into())),
            any::<bool>().prop_map(Scalar::Bool),
        ];
        let number = || prop_oneof![-1e12..1e12_f64, any::<i32>().prop_map(f64::from)];
        let test = prop_oneof![
            scalar.clone().prop_map(Test::Eq),
            scalar.clone().prop_map(Test::Ne),
            number().prop_map(Test::Gt),
            number().prop_map(Test::Gte),
            number().prop_map(Test::Lt),
            number().prop_map(Test::Lte),
            prop::collection::vec(scalar.clone(), 0..4).prop_map(Test::In),
            prop::collection::vec(scalar, 0..4).prop_map(Test::Nin),
            any::<bool>().prop_map(Test::Exists),
        ];
        let field = ("[a-z ü.]{1,8}", test).prop_map(|(name, test)| Filter::Field { name, test });
        prop_oneof![1 => Just(Filter::All(Vec::new())), 9 => field].prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::All),
                prop::collection::vec(inner, 1..4).prop_map(Filter::Any),
            ]
        })
    }

    proptest! {
        #[test]
        fn reading_never_panics(value in any_json()) {
            // What is refused says where.
            if let Err(error) = Filter::read(&value) {
                prop_assert!(error.path.starts_with("filter"));
            }
        }

        #[test]
        fn what_is_printed_reads_back(filter in any_filter()) {
            let printed = filter.to_json();
            prop_assert_eq!(Filter::read(&printed), Ok(filter.clone()));
            let text = printed.to_string();
            let again: Value = serde_json::from_str(&text).expect("JSON");
            prop_assert_eq!(Filter::read(&again), Ok(filter));
        }
    }
}
