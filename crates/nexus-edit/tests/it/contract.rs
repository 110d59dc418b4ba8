//! Every field and word of the published schema, one at a time: what it allows is read and written back, what it
//! forbids is refused.

use nexus_edit::{Edit, RemarkKind};
use serde_json::{Map, Value, json};

use crate::schema::Schema;

/// Which values to make.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Allowed,
    Forbidden,
}

/// Values after a schema, each away from the plainest one at one place only.
struct Maker<'s> {
    root: &'s Value,
    side: Side,
}

impl Maker<'_> {
    fn resolve<'v>(&'v self, schema: &'v Value) -> &'v Value {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return schema };
        self.resolve(self.root.pointer(reference.trim_start_matches('#')).expect("the schema refers to itself"))
    }

    /// The plainest valid value.
    fn plain(&self, schema: &Value, name: &str) -> Value {
        Maker { root: self.root, side: Side::Allowed }.values(schema, name).remove(0)
    }

    fn values(&self, schema: &Value, name: &str) -> Vec<Value> {
        let schema = self.resolve(schema);
        for choice in ["oneOf", "anyOf"] {
            if let Some(branches) = schema.get(choice).and_then(Value::as_array) {
                return branches.iter().flat_map(|branch| self.values(branch, name)).collect();
            }
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return if self.side == Side::Allowed { words.clone() } else { vec![json!("nonsense"), json!({})] };
        }
        if schema.get("properties").is_some() {
            return self.objects(schema);
        }
        match schema.get("type") {
            Some(Value::String(kind)) if kind == "array" => self.lists(schema, name),
            Some(Value::String(kind)) => self.scalars(schema, kind, name),
            Some(_) => self.scalars(schema, "string", name),
            // No type: weights and tweens. What they forbid is not written down.
            None if self.side == Side::Forbidden => vec![],
            None => schema.get("default").cloned().map_or_else(|| vec![json!(1)], |value| vec![value, json!(700)]),
        }
    }

    fn scalars(&self, schema: &Value, kind: &str, name: &str) -> Vec<Value> {
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        let examples = schema.get("examples").and_then(Value::as_array).cloned().unwrap_or_default();
        match (kind, self.side) {
            ("number" | "integer", Side::Allowed) => {
                let mut numbers: Vec<f64> =
                    [bound("minimum"), bound("maximum"), Some(1.0)].into_iter().flatten().collect();
                numbers.retain(|number| bound("maximum").is_none_or(|most| *number <= most));
                numbers.retain(|number| bound("minimum").is_none_or(|least| *number >= least));
                let whole = |number: &f64| if number.fract() == 0.0 { json!(*number as i64) } else { json!(number) };
                examples.into_iter().chain(numbers.iter().map(whole)).collect()
            }
            ("number" | "integer", Side::Forbidden) => {
                let beyond = bound("maximum").map(|most| json!(most + 1.0));
                let below = bound("minimum").map(|least| json!(least - 1.0));
                [beyond, below, Some(json!("many")), Some(json!({})), Some(json!(true))].into_iter().flatten().collect()
            }
            ("boolean", Side::Allowed) => vec![json!(true), json!(false)],
            ("boolean", Side::Forbidden) => vec![json!("maybe"), json!(1)],
            ("object", Side::Allowed) => vec![json!({ "anything": [1] })],
            ("object", Side::Forbidden) => vec![json!("text")],
            (_, Side::Allowed) if !examples.is_empty() => examples,
            (_, Side::Allowed) => vec![json!(text_for(schema, name))],
            (_, Side::Forbidden) => {
                let mut wrong = vec![json!({}), json!([1])];
                if schema.get("pattern").is_some() {
                    wrong.push(json!(" "));
                }
                if let Some(most) = schema.get("maxLength").and_then(Value::as_u64) {
                    wrong.push(json!("x".repeat(most as usize + 1)));
                }
                wrong
            }
        }
    }

    fn lists(&self, schema: &Value, name: &str) -> Vec<Value> {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0) as usize;
        let items = &schema["items"];
        let list = |item: Value| Value::Array(vec![item; least.max(1)]);
        let mut lists: Vec<Value> = self.values(items, name).into_iter().map(list).collect();
        if self.side == Side::Forbidden {
            lists.push(json!({}));
            if least > 0 {
                lists.push(Value::Array(vec![self.plain(items, name); least - 1]));
            }
        }
        lists
    }

    fn objects(&self, schema: &Value) -> Vec<Value> {
        let properties = schema["properties"].as_object().expect("properties are an object");
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut plain: Map<String, Value> =
            required.iter().map(|name| ((*name).to_owned(), self.plain(&properties[*name], name))).collect();
        supplement(properties, &mut plain);
        let with = |name: &str, value: Value| {
            let mut object = plain.clone();
            object.insert(name.to_owned(), value);
            Value::Object(object)
        };
        let mut objects = Vec::new();
        if self.side == Side::Allowed {
            objects.push(Value::Object(plain.clone()));
        } else {
            for name in &required {
                let mut object = plain.clone();
                object.remove(*name);
                objects.push(Value::Object(object));
            }
        }
        for (name, property) in properties {
            // The kind of an asset goes with its fields; it is never varied alone.
            if name != "type" || !required.contains(&"type") {
                objects.extend(self.values(property, name).into_iter().map(|value| with(name, value)));
            }
        }
        objects
    }
}

fn text_for(schema: &Value, name: &str) -> &'static str {
    let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or_default();
    let is_color = ["color", "background", "stroke"].contains(&name);
    match schema.get("default").and_then(Value::as_str) {
        // Providers of destinations are told by their default alone.
        Some(provider) if name == "provider" => provider.to_owned().leak(),
        _ if pattern.contains("{6}") || is_color => "#12ab9F",
        _ if pattern.contains("alias") => "auto",
        _ => "name",
    }
}

/// What our reader asks for beyond the schema's own list: measures of a shape, numbers of a tween, a source, a size.
fn supplement(properties: &Map<String, Value>, plain: &mut Map<String, Value>) {
    let has = |name: &str| properties.contains_key(name);
    let mut add = |name: &str, value: Value| {
        plain.entry(name).or_insert(value);
    };
    if has("interpolation") {
        [("from", 0), ("to", 1), ("length", 1)].into_iter().for_each(|(name, value)| add(name, json!(value)));
    }
    if has("prompt") && has("src") && has("model") {
        add("src", json!("https://files.example/clip"));
    }
    if has("aspectRatio") && has("format") {
        add("resolution", json!("sd"));
    }
    if properties.len() == 2 && has("width") && has("height") {
        [("width", 100), ("height", 100)].into_iter().for_each(|(name, value)| add(name, json!(value)));
    }
    if has("rectangle") {
        add("rectangle", json!({ "width": 10, "height": 10 }));
        add("circle", json!({ "radius": 10 }));
        add("line", json!({ "length": 10, "thickness": 1 }));
    }
}

/// What is wrong with reading and writing a document that the schema allows.
fn lapse(schema: &Schema, document: &Value) -> Option<String> {
    assert_eq!(schema.faults(document), None, "the maker makes valid documents: {document}");
    let (edit, remarks) = match Edit::read(document) {
        Ok(read) => read,
        Err(errors) => return Some(errors.to_string()),
    };
    if let Some(stranger) = remarks.iter().find(|remark| remark.kind == RemarkKind::UnknownField) {
        return Some(stranger.to_string());
    }
    let written = json!(edit);
    if let Some(faults) = schema.faults(&written) {
        return Some(format!("written as {written}: {faults}"));
    }
    (Edit::read(&written).ok()?.0 != edit).then(|| format!("reads otherwise as {written}"))
}

#[test]
fn whatever_the_schema_allows_is_read_and_written_back() {
    let Some(schema) = Schema::published() else { return };
    let documents = Maker { root: &schema.text, side: Side::Allowed }.values(&schema.text, "edit");
    let lapses: Vec<String> = documents
        .iter()
        .filter_map(|document| lapse(&schema, document).map(|lapse| format!("{lapse}\n{document}\n")))
        .collect();
    assert!(lapses.is_empty(), "{}", lapses.join("\n"));
    println!("{} documents cover what is allowed", documents.len());
    assert!(documents.len() > 700, "{} documents cover the contract", documents.len());
}

#[test]
fn whatever_the_schema_forbids_is_refused() {
    let Some(schema) = Schema::published() else { return };
    let mut documents = Maker { root: &schema.text, side: Side::Forbidden }.values(&schema.text, "edit");
    documents.retain(|document| schema.faults(document).is_some());
    // An easing that nobody knows is `ease`, with a remark.
    let is_lenient = |document: &Value| document.to_string().contains(r#""easing":"#);
    let passed: Vec<String> = documents
        .iter()
        .filter(|document| !is_lenient(document) && Edit::read(document).is_ok())
        .map(Value::to_string)
        .collect();
    assert!(passed.is_empty(), "{}", passed.join("\n"));
    println!("{} documents cover what is forbidden", documents.len());
    assert!(documents.len() > 700, "{} documents break the contract", documents.len());
}
