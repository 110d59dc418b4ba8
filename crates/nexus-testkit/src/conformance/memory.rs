//! Rules of the memory port and of the shot store behind it, and a store for tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use nexus_core::{
    AssetId, BusinessId, PortResult,
    footage::Shot,
    memory::{Embedding, Found, SearchQuery},
    port::{Memory, ShotStore},
};

use crate::factory;

/// Drives an empty memory through its port.
///
/// # Panics
/// With the name of the rule that the memory breaks.
pub async fn check(memory: &dyn Memory) {
    let business = factory::business().id;
    let stranger = BusinessId::derived(&["another house"]);
    let empty = ask(memory, business, "oysters").await;
    assert!(empty.best.is_empty() && empty.maybe.is_empty(), "an empty memory finds nothing");
    assert!(!empty.method.is_empty(), "the method is named");

    let shots = [
        factory::shot("oysters_on_ice.mp4", &["oysters", "ice"]),
        factory::shot("garden.mp4", &["garden", "greenery"]),
        factory::shot("bedroom.mp4", &["bedroom", "pillow"]),
    ];
    let stored = memory.upsert(business, &shots).await.expect("three shots are stored");
    assert_eq!(stored, 3, "the number of shots that were stored");
    let theirs = Shot { business: stranger, ..factory::shot("their_oysters.mp4", &["oysters"]) };
    memory.upsert(stranger, &[theirs]).await.expect("another tenant stores");

    let found = ask(memory, business, "oysters").await;
    check_found(&found, 10);
    let first = found.best.first().expect("a shot that says the word is found");
    assert_eq!(first.shot.file_name, "oysters_on_ice.mp4", "the shot that says the word comes first");
    assert!(first.matched.contains(&"oysters".to_owned()), "the word that was matched is named");
    let names =
        |found: &Found| found.best.iter().chain(&found.maybe).map(|hit| hit.shot.business).collect::<BTreeSet<_>>();
    assert_eq!(names(&found), BTreeSet::from([business]), "tenants never see each other");
    let all = memory.all(stranger).await.expect("all shots of the other tenant");
    assert_eq!(all.len(), 1, "`all` keeps to its tenant");
    assert_eq!(found, ask(memory, business, "oysters").await, "the same question gets the same answer");
    assert!(ask(memory, business, "submarine").await.best.is_empty(), "what nobody shows is not found");

    let query = SearchQuery { text: "oysters garden bedroom".into(), limit: 1 };
    let one = memory.search(business, &query).await.expect("a search with a limit");
    check_found(&one, 1);

    let again = [factory::shot("garden.mp4", &["oysters"])];
    memory.upsert(business, &again).await.expect("an asset is ingested again");
    let all = memory.all(business).await.expect("all shots");
    assert_eq!(all.len(), 3, "ingesting again replaces");
    let garden = all.iter().find(|shot| shot.file_name == "garden.mp4").expect("the asset is still there");
    assert_eq!(garden.tags, again[0].tags, "the new tags stand");
    assert!(memory.upsert(stranger, &again).await.is_err(), "a shot of another tenant is refused");
    assert_eq!(memory.upsert(business, &[]).await.expect("nothing to store"), 0, "storing nothing stores nothing");
}

/// Rules of every answer.
///
/// # Panics
/// With the name of the rule that is broken.
pub fn check_found(found: &Found, limit: usize) {
    let hits: Vec<_> = found.best.iter().chain(&found.maybe).collect();
    assert!(hits.len() <= limit, "at most {limit} hits");
    assert!(hits.is_sorted_by(|a, b| a.score >= b.score), "best first, then maybe");
    let distinct: BTreeSet<_> = hits.iter().map(|hit| (hit.shot.asset, hit.shot.index)).collect();
    assert_eq!(distinct.len(), hits.len(), "no shot stands in both groups");
    for hit in hits {
        assert!((0.0..=1.0).contains(&hit.score), "scores within 0 and 1");
        assert!(
            hit.why.ends_with('.') && hit.why.starts_with(char::is_uppercase),
            "the reason is a sentence: {}",
            hit.why
        );
    }
}

/// Drives an empty shot store through its port.
///
/// # Panics
/// With the name of the rule that the store breaks.
pub async fn check_store(store: &dyn ShotStore) {
    let business = factory::business().id;
    let stranger = BusinessId::derived(&["another house"]);
    let row = |name: &str, index: u32, value: f32| {
        let embedding = Embedding { space: "test-1".into(), values: vec![value, -0.25] };
        (Shot { index, ..factory::shot(name, &["tag"]) }, embedding)
    };
    assert!(store.load(business).await.expect("load").is_empty(), "a new store is empty");
    let before = store.version(business).await.expect("version");
    let rows = [row("b.mp4", 1, 0.5), row("b.mp4", 0, 0.25), row("a.mp4", 0, 1.0)];
    store.replace(business, &rows).await.expect("replace");
    let after = store.version(business).await.expect("version");
    assert!(after > before, "a change raises the version");
    let loaded = store.load(business).await.expect("load");
    let want = [rows[2].clone(), rows[1].clone(), rows[0].clone()];
    assert_eq!(loaded, want, "rows come back whole, by file name, then index");
    assert_eq!(store.version(business).await.expect("version"), after, "reading changes nothing");

    store.replace(business, &[row("b.mp4", 0, 0.75)]).await.expect("replace");
    let loaded = store.load(business).await.expect("load");
    assert_eq!(loaded, [rows[2].clone(), row("b.mp4", 0, 0.75)], "all old shots of an asset go, other assets stay");
    assert!(store.load(stranger).await.expect("load").is_empty(), "tenants never see each other");
    let theirs = store.version(stranger).await.expect("version");
    store.replace(business, &[row("c.mp4", 0, 0.5)]).await.expect("replace");
    assert_eq!(store.version(stranger).await.expect("version"), theirs, "another tenant's change is not mine");
}

async fn ask(memory: &dyn Memory, business: BusinessId, text: &str) -> Found {
    memory.search(business, &SearchQuery { text: text.into(), limit: 10 }).await.expect("a search")
}

/// A shot store in memory.
#[derive(Debug, Default)]
pub struct VecShotStore {
    tenants: Mutex<BTreeMap<BusinessId, Tenant>>,
}

/// Rows of one tenant and the number of changes to them.
#[derive(Debug, Default)]
struct Tenant {
    version: u64,
    rows: Vec<(Shot, Embedding)>,
}

#[async_trait]
impl ShotStore for VecShotStore {
    async fn replace(&self, business: BusinessId, shots: &[(Shot, Embedding)]) -> PortResult<()> {
        let assets: BTreeSet<AssetId> = shots.iter().map(|(shot, _)| shot.asset).collect();
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let tenant = tenants.entry(business).or_default();
        tenant.rows.retain(|(shot, _)| !assets.contains(&shot.asset));
        tenant.rows.extend_from_slice(shots);
        tenant.rows.sort_by(|(a, _), (b, _)| a.file_name.cmp(&b.file_name).then(a.index.cmp(&b.index)));
        tenant.version += 1;
        Ok(())
    }

    async fn load(&self, business: BusinessId) -> PortResult<Vec<(Shot, Embedding)>> {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(tenants.get(&business).map(|tenant| tenant.rows.clone()).unwrap_or_default())
    }

    async fn version(&self, business: BusinessId) -> PortResult<u64> {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(tenants.get(&business).map_or(0, |tenant| tenant.version))
    }
}
