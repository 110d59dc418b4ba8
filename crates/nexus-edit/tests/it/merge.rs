//! Merge fields.

use nexus_edit::{RemarkKind, merge::expand};
use proptest::prelude::*;
use serde_json::{Value, json};

fn filled(text: &str, merge: Value) -> (Value, Vec<RemarkKind>) {
    let (document, remarks) = expand(&json!({ "text": text, "merge": merge })).unwrap();
    assert!(document.get("merge").is_none());
    (document["text"].clone(), remarks.into_iter().map(|remark| remark.kind).collect())
}

#[test]
fn placeholders_become_what_their_field_says() {
    let fields = json!([
        { "find": "NAME", "replace": "Marta" }, { "find": " SPACED ", "replace": "room" }, { "find": "N", "replace": 2.5 },
        { "find": "FLAG", "replace": true }, { "find": "NOTHING", "replace": null }, { "find": "EMPTY", "replace": "" },
        { "find": "LIST", "replace": [1, "x"] }, { "find": "LOOP", "replace": "{{ LOOP }}{{ NAME }}" }, { "find": "a:b", "replace": "odd" }
    ]);
    for (name, text, want) in [
        ("none", "plain", json!("plain")),
        ("whole", "{{NAME}}", json!("Marta")),
        ("spaces", "{{  NAME }}", json!("Marta")),
        ("spaces in the field", "{{SPACED}}", json!("room")),
        ("within", "Hi {{ NAME }}!", json!("Hi Marta!")),
        ("twice", "{{NAME}} & {{ NAME }}", json!("Marta & Marta")),
        ("number alone stays a number", "{{ N }}", json!(2.5)),
        ("number within", "{{ N }} s", json!("2.5 s")),
        ("flag alone", "{{FLAG}}", json!(true)),
        ("null alone", "{{ NOTHING }}", json!(null)),
        ("null within", "a{{ NOTHING }}b", json!("ab")),
        ("list alone", "{{LIST}}", json!([1, "x"])),
        ("list within", "it is {{LIST}}", json!("it is [1,\"x\"]")),
        ("an empty one does not make the next whole", "{{EMPTY}}{{N}}", json!("2.5")),
        ("what came in is not looked at again", "{{ LOOP }}", json!("{{ LOOP }}{{ NAME }}")),
        ("within, too", "x{{ LOOP }}", json!("x{{ LOOP }}{{ NAME }}")),
        ("three braces", "{{{NAME}}}", json!("{Marta}")),
        ("odd keys count when a field has them", "{{ a:b }}", json!("odd")),
        ("open only", "{{ NAME", json!("{{ NAME")),
        ("close only", "NAME }}", json!("NAME }}")),
        ("empty", "{{ }}", json!("{{ }}")),
        ("umlauts around", "ä{{NAME}}ö", json!("äMartaö")),
    ] {
        assert_eq!(filled(text, fields.clone()), (want, vec![]), "{name}");
    }
}

#[test]
fn keys_without_a_field_stay_and_are_told_and_scripts_are_let_be() {
    let merge = json!([{ "find": "NAME", "replace": "Marta" }]);
    for (name, text, want, remarks) in [
        ("unknown", "a {{ NAM }} {{NAME}}", "a {{ NAM }} Marta", vec![RemarkKind::UnknownKey]),
        ("case counts", "{{ name }}", "{{ name }}", vec![RemarkKind::UnknownKey]),
        ("script", "const a = {b:{{c:1}}};", "const a = {b:{{c:1}}};", vec![]),
        ("style", "@media x{{a{color:red}}}{{NAME}}", "@media x{{a{color:red}}}Marta", vec![]),
    ] {
        assert_eq!(filled(text, merge.clone()), (json!(want), remarks), "{name}");
    }
}

#[test]
fn fields_are_checked_and_the_first_of_two_counts() {
    let twice = json!([{ "find": "A", "replace": 1 }, { "find": "A", "replace": 2 }]);
    assert_eq!(filled("{{A}}", twice), (json!(1), vec![RemarkKind::Replaced]));
    let errors = expand(&json!({ "merge": [{ "find": "" }, { "replace": 1 }, "x"] })).unwrap_err();
    let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(paths, ["merge[0].find", "merge[0].replace", "merge[1].find", "merge[2]"]);
}

#[test]
fn a_small_document_cannot_become_a_huge_one() {
    let texts = vec!["{{A}}"; 10_000];
    let big = "x".repeat(100_000);
    let errors = expand(&json!({ "texts": texts, "merge": [{ "find": "A", "replace": big }] })).unwrap_err();
    assert!(errors.to_string().contains("'merge'"), "{errors}");
    let nulls = vec![Value::Null; 10_000];
    assert!(expand(&json!({ "texts": vec!["{{A}}"; 1_000], "merge": [{ "find": "A", "replace": nulls }] })).is_err());
    let mut deep = json!(1);
    for _ in 0..50 {
        deep = json!([deep]);
    }
    let mut place = json!("{{A}}");
    for _ in 0..50 {
        place = json!([place]);
    }
    assert!(expand(&json!({ "at": place, "merge": [{ "find": "A", "replace": deep }] })).is_err());
}

proptest! {
    #[test]
    fn filling_in_twice_changes_nothing_more(text in "(\\{\\{ ?[AB ]{0,2}\\}\\}|[a-z{} ]|ä){0,12}", value in "[^{}]{0,8}") {
        let given = json!({ "text": text, "merge": [{ "find": "A", "replace": value }] });
        let (once, _) = expand(&given).unwrap();
        prop_assert!(!once["text"].as_str().is_some_and(|text| text.contains("{{A}}")));
        prop_assert_eq!(expand(&once).unwrap().0, once);
    }

    #[test]
    fn no_json_makes_merging_panic(value in crate::reading::any_json(), merge in crate::reading::any_json()) {
        let _ = expand(&json!({ "a": value, "merge": merge }));
        let _ = expand(&json!({ "a": value, "merge": [{ "find": "KEY", "replace": merge }] }));
    }
}
