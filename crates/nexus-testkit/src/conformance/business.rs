//! Rules of the business port.

use nexus_core::{
    BusinessId, ErrorKind, RunId,
    business::Business,
    journal::{StepKey, StepName},
    port::BusinessDirectory,
};

use crate::factory;

/// Every rule of the port, on an empty directory.
///
/// # Panics
/// With the name of the rule that the directory breaks.
pub async fn check(directory: &dyn BusinessDirectory) {
    let quay = factory::business();
    let error = directory.context(quay.id).await.expect_err("rule: an unknown business is an error");
    assert_eq!(error.kind, ErrorKind::NotFound, "rule: an unknown business is named so");
    let error =
        directory.remember_quote(quay.id, "words", &key(0)).await.expect_err("rule: quotes need their business");
    assert_eq!(error.kind, ErrorKind::NotFound, "rule: an unknown business is named so");

    directory.save(&quay).await.expect("rule: a business is added");
    let context = directory.context(quay.id).await.expect("rule: a saved business has a context");
    assert_eq!(context.business, quay, "rule: what was saved is found, every field of it");
    assert!(context.recent_quotes.is_empty(), "rule: no quotes at first");

    let mut renamed = quay.clone();
    renamed.name = "Quay House & Bar".into();
    renamed.voice.facts.push("We bake our own bread.".into());
    directory.save(&renamed).await.expect("rule: a business is replaced");
    let context = directory.context(quay.id).await.expect("rule: a replaced business has a context");
    assert_eq!(context.business, renamed, "rule: the newest form counts");

    let alder =
        Business { id: BusinessId::derived(&["alder"]), slug: "alder".into(), name: "Alder".into(), ..quay.clone() };
    directory.save(&alder).await.expect("rule: a second business is added");
    let names: Vec<String> =
        directory.list().await.expect("rule: businesses are listed").into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Alder", "Quay House & Bar"], "rule: listed by name, each once");
    let squatter = Business { id: BusinessId::derived(&["squatter"]), ..quay.clone() };
    let error = directory.save(&squatter).await.expect_err("rule: a slug belongs to one business");
    assert!(matches!(error.kind, ErrorKind::Conflict | ErrorKind::Invalid), "rule: a taken slug is named so");
    assert_eq!(
        directory.list().await.expect("rule: businesses are listed").len(),
        2,
        "rule: a refused business is not added"
    );

    for number in 0..12 {
        let quote = format!("quote {number}");
        directory.remember_quote(quay.id, &quote, &key(number)).await.expect("rule: a quote is remembered");
        directory.remember_quote(quay.id, &quote, &key(number)).await.expect("rule: a repeat is no error");
    }
    let mut quotes = directory.context(quay.id).await.expect("rule: the context is found").recent_quotes;
    assert!(quotes.contains(&"quote 11".to_owned()), "rule: the latest quote is among the recent ones");
    assert!(!quotes.contains(&"quote 0".to_owned()), "rule: old quotes are let go");
    let count = quotes.len();
    quotes.sort();
    quotes.dedup();
    assert_eq!(quotes.len(), count, "rule: repeating with the same key changes nothing");
    let others = directory.context(alder.id).await.expect("rule: the context is found").recent_quotes;
    assert!(others.is_empty(), "rule: none sees another's quotes");
}

fn key(number: u32) -> StepKey {
    StepKey {
        run: RunId::derived(&["quotes", &number.to_string()]),
        step: StepName::aside("quote"),
        item: String::new(),
    }
}
