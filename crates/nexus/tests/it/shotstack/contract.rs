//! Every answer of `/edit`, `/serve` and `/ingest` is held against the published contract, where it is there.

use std::{collections::BTreeMap, path::Path, sync::OnceLock};

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

/// Where the contract lies for the judge.
const PLACE: &str = "https://contract.example/api.json";

/// The published contract as JSON Schema, or `None` with a word about it.
fn contract() -> Option<&'static Value> {
    static CONTRACT: OnceLock<Option<Value>> = OnceLock::new();
    let read = || {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contracts/shotstack/api.bundled_1.18.3.json");
        let text = std::fs::read(path).ok();
        if text.is_none() {
            eprintln!("skipped: no shared data");
        }
        let mut contract: Value = serde_json::from_slice(&text?).expect("the contract is JSON");
        // The edit inside of an answer is what was sent, and is not judged here.
        contract["components"]["schemas"]["Edit"] = json!({});
        as_schema(&mut contract);
        Some(contract)
    };
    CONTRACT.get_or_init(read).as_ref()
}

/// What OpenAPI writes its own way. A field that is required and described nowhere is a slip of the contract.
fn as_schema(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(as_schema),
        Value::Object(object) => {
            if object.get("nullable") == Some(&json!(true))
                && let Some(kind) = object.get("type").cloned()
            {
                object.insert("type".into(), json!([kind, "null"]));
            }
            if let (Some(known), Some(required)) =
                (object.get("properties").and_then(Value::as_object).cloned(), object.get_mut("required"))
                && let Some(names) = required.as_array_mut()
            {
                names.retain(|name| name.as_str().is_some_and(|name| known.contains_key(name)));
            }
            object.values_mut().for_each(as_schema);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Panics when an answer is not what the contract says of its route. Other routes are none of its business.
pub(crate) fn judge(method: &str, path: &str, status: u16, body: &Value) {
    let mut parts = path.trim_start_matches('/').splitn(3, '/');
    let api = parts.next().unwrap_or_default();
    let (Some(_stage), Some(route)) = (parts.next(), parts.next()) else { return };
    if !["edit", "serve", "ingest"].contains(&api) {
        return;
    }
    if status >= 400 {
        return judge_refusal(api, body);
    }
    let Some(contract) = contract() else { return };
    let place = described(contract, route).unwrap_or_else(|| panic!("the contract has no route {route}"));
    let answer = &contract["paths"][&place][method.to_lowercase()]["responses"][status.to_string()];
    assert!(answer.is_object(), "the contract has no {status} for {method} {place}");
    match answer["content"]["application/json"]["schema"]["$ref"].as_str() {
        Some(reference) => holds(contract, reference, body),
        None => assert_eq!(body, "", "{method} {place} answers {status} without a body"),
    }
}

/// The refusals of `/edit` are described nowhere; clients read these fields.
fn judge_refusal(api: &str, body: &Value) {
    if api == "edit" {
        assert_eq!(body["success"], false, "{body}");
        assert!(body["message"].is_string() && body["response"]["error"].is_string(), "{body}");
    } else if let Some(contract) = contract() {
        holds(contract, "#/components/schemas/IngestErrorResponse", body);
    }
}

/// The route as the contract writes it: the one with the fewest placeholders.
fn described(contract: &Value, route: &str) -> Option<String> {
    let given: Vec<&str> = route.split('/').collect();
    let fits = |place: &str| {
        let parts: Vec<&str> = place.trim_start_matches('/').split('/').collect();
        parts.len() == given.len()
            && parts.iter().zip(&given).all(|(part, given)| part.starts_with('{') || part == given)
    };
    let all = contract["paths"].as_object().into_iter().flatten().map(|(place, _)| place);
    all.filter(|place| fits(place)).min_by_key(|place| place.matches('{').count()).cloned()
}

fn holds(contract: &Value, reference: &str, body: &Value) {
    if let Some(faults) = faults(contract, reference, body) {
        panic!("{faults}\nin {body:#}");
    }
}

fn faults(contract: &Value, reference: &str, body: &Value) -> Option<String> {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource(PLACE, contract.clone()).expect("a document");
    let index = compiler.compile(&format!("{PLACE}{reference}"), &mut schemas).expect("a schema");
    schemas.validate(body, index).err().map(|error| format!("{error:#}"))
}

#[test]
fn the_judge_can_say_no() {
    let Some(contract) = contract() else { return };
    let render = |status: &str, id: Value| {
        let body = json!({ "success": true, "message": "OK", "response": {
            "id": id, "owner": "o", "status": status, "created": "c", "updated": "u", "data": {},
        } });
        faults(contract, "#/components/schemas/RenderResponse", &body)
    };
    assert_eq!(render("done", json!("a")), None);
    assert!(render("almost", json!("a")).is_some() && render("done", json!(1)).is_some());
    let routes: BTreeMap<&str, Option<String>> = ["templates/render", "templates/x", "render/x", "nothing/x/y"]
        .into_iter()
        .map(|route| (route, described(contract, route)))
        .collect();
    assert_eq!(routes["templates/render"].as_deref(), Some("/templates/render"));
    assert_eq!(routes["templates/x"].as_deref(), Some("/templates/{id}"));
    assert_eq!((routes["render/x"].as_deref(), routes["nothing/x/y"].as_deref()), (Some("/render/{id}"), None));
}
