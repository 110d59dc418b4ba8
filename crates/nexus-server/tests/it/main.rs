//! The server's own documents: problem pages and OpenAPI.

use std::{collections::BTreeSet, fs, path::Path};

/// Codes as they stand in the source: the first literal after a status.
fn codes() -> BTreeSet<String> {
    let source = [
        include_str!("../../src/problem.rs"),
        include_str!("../../src/api/reviews.rs"),
        include_str!("../../src/overload.rs"),
    ]
    .concat();
    let mut codes = BTreeSet::new();
    for after in source.split("StatusCode::").skip(1) {
        let Some(literal) = after.split('"').nth(1).filter(|_| after.find('"').is_some_and(|at| at < 60)) else {
            continue;
        };
        if literal.chars().all(|character| character.is_ascii_lowercase() || character == '-') {
            codes.insert(literal.to_owned());
        }
    }
    codes
}

#[test]
fn every_problem_has_its_page_and_every_page_its_problem() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/problems");
    let pages: BTreeSet<String> = fs::read_dir(&folder)
        .expect("docs/problems")
        .flatten()
        .filter_map(|entry| entry.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .collect();
    let codes = codes();
    assert!(codes.len() > 10, "{codes:?}");
    assert_eq!(codes, pages);
}

#[test]
fn the_openapi_document_names_what_programs_call() {
    let document = serde_json::to_value(nexus_server::openapi_document()).expect("JSON");
    for path in ["/v1/reviews", "/v1/uploads", "/v1/uploads/parts", "/v1/uploads/complete", "/v1/search"] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    assert_eq!(document["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
}
