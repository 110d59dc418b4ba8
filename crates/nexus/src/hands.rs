//! From configuration to how an engine works.

use std::{collections::BTreeMap, num::NonZeroUsize};

use anyhow::Context as _;
use nexus_core::journal::Role;
use nexus_workflow::EngineConfig;

use crate::config::WorkerConfig;

/// The engine's settings for `roles`.
pub(crate) fn engine_config(worker: &WorkerConfig, roles: &[Role]) -> anyhow::Result<EngineConfig> {
    let count = |role: &Role| match role {
        Role::Ingest => worker.ingest,
        Role::Render => worker.render,
        Role::Publish => worker.publish,
    };
    let hands = roles.iter().map(|role| {
        let hands = NonZeroUsize::new(count(role));
        let hands = hands.with_context(|| format!("worker.{} is 0; leave the role out instead", role.as_str()))?;
        Ok((*role, hands))
    });
    anyhow::ensure!(worker.lease_s >= 3, "worker.lease_s is {}; at least 3 seconds are needed", worker.lease_s);
    Ok(EngineConfig {
        hands: hands.collect::<anyhow::Result<_>>()?,
        at_once: at_once(&worker.at_once)?,
        lease_ms: worker.lease_s.saturating_mul(1000),
        worker_name: worker_name(),
        ..EngineConfig::default()
    })
}

/// Machine and process: containers often have the same process id.
fn worker_name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}-{}", if host.trim().is_empty() { "nexus" } else { host.trim() }, std::process::id())
}

fn at_once(entries: &[String]) -> anyhow::Result<BTreeMap<String, NonZeroUsize>> {
    let read = |entry: &String| {
        let (adapter, count) = entry.split_once(':')?;
        Some((adapter.trim().to_owned(), count.trim().parse().ok()?))
    };
    let limit = |entry| {
        read(entry).with_context(|| format!("worker.at_once: '{entry}' is not adapter:count, for instance banana:2"))
    };
    entries.iter().map(limit).collect()
}

/// `ingest,render,publish`, or `none`.
pub(crate) fn roles(words: &str) -> Result<Vec<Role>, String> {
    if words.trim() == "none" {
        return Ok(Vec::new());
    }
    let mut roles = Vec::new();
    for word in words.split(',').map(str::trim) {
        let role = Role::parse(word).ok_or_else(|| {
            let known = Role::ALL.map(Role::as_str).join(", ");
            format!("there is no role '{word}'; expected some of {known}, with commas between")
        })?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    Ok(roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_and_strangers_named() {
        assert_eq!(roles("render, ingest,render"), Ok(vec![Role::Render, Role::Ingest]));
        assert_eq!(roles("none"), Ok(Vec::new()));
        assert!(roles("renderer").expect_err("a stranger").contains("ingest, render, publish"));
    }

    #[test]
    fn limits_are_read_and_mistakes_named() {
        let worker = WorkerConfig { at_once: vec!["banana:2".into()], ..WorkerConfig::default() };
        let config = engine_config(&worker, &[Role::Ingest]).expect("a configuration");
        assert_eq!(config.at_once["banana"].get(), 2);
        assert_eq!(config.hands.len(), 1);
        for wrong in ["banana", "banana:0", ":", "banana:x"] {
            let worker = WorkerConfig { at_once: vec![wrong.into()], ..WorkerConfig::default() };
            assert!(engine_config(&worker, &[]).is_err(), "{wrong}");
        }
        let none = WorkerConfig { render: 0, ..WorkerConfig::default() };
        assert!(engine_config(&none, &[Role::Render]).is_err());
        assert!(engine_config(&none, &[Role::Ingest]).is_ok(), "a role that is not served needs no hands");
    }
}
