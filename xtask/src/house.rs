//! The invariants of the house, each one a test: direction of dependencies, file sizes, doors.

use std::path::{Path, PathBuf};

/// The workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_path_buf()
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        fs,
        path::{Path, PathBuf},
    };

    use super::root;

    /// What each crate may depend on inside the workspace, besides `nexus-core`.
    const ALLOWED: &[(&str, &[&str])] = &[
        ("nexus-core", &[]),
        ("nexus-edit", &[]),
        ("nexus-beats", &[]),
        ("nexus-media", &[]),
        ("nexus-vision", &[]),
        ("nexus-memory", &[]),
        ("nexus-workflow", &[]),
        ("nexus-store", &[]),
        ("nexus-connect", &["nexus-media"]),
        ("nexus-create", &["nexus-media"]),
        ("nexus-render", &["nexus-media", "nexus-edit"]),
        ("nexus-demokit", &["nexus-media"]),
        ("nexus-testkit", &[]),
        ("nexus-flows", &["nexus-edit", "nexus-workflow"]),
        ("nexus-server", &["nexus-flows", "nexus-store"]),
        ("xtask", &[]),
    ];

    /// External crates that only one crate of ours may use.
    const DOORS: &[(&str, &[&str])] = &[
        ("sqlx", &["nexus-store"]),
        ("s3s", &["nexus-store"]),
        ("rusty-s3", &["nexus-store"]),
        ("realfft", &["nexus-beats"]),
        ("rten", &["nexus-beats", "nexus-vision"]),
        ("tokenizers", &["nexus-vision"]),
        ("rubato", &["nexus-beats"]),
        ("symphonia", &["nexus-media"]),
        ("resvg", &["nexus-render"]),
        ("landlock", &["nexus-media"]),
        ("seccompiler", &["nexus-media"]),
        ("cosmic-text", &["nexus-render"]),
        ("clap", &["nexus", "xtask"]),
        ("hyper", &["nexus-connect"]),
        ("rustls", &["nexus-connect", "nexus-store"]),
        ("object_store", &["nexus-store"]),
        ("prometheus", &["nexus-workflow", "nexus"]),
        ("opentelemetry", &["nexus"]),
        ("lambda_runtime", &["nexus"]),
    ];

    /// Packages in the lock file; raised on purpose only.
    const MOST_LOCKED_PACKAGES: usize = 580;

    /// Lines of the longest file.
    const MOST_LINES: usize = 600;

    fn dependencies() -> BTreeMap<String, Vec<String>> {
        let metadata = cargo_metadata::MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec();
        let packages = metadata.expect("cargo metadata runs").packages;
        let normal = |package: &cargo_metadata::Package| {
            let of_code = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind == cargo_metadata::DependencyKind::Normal);
            of_code.map(|dependency| dependency.name.clone()).collect()
        };
        packages.iter().map(|package| (package.name.to_string(), normal(package))).collect()
    }

    fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of the workspace").flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && name != "target" && name != ".git" && name != "node_modules" {
                sources(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push(path);
            }
        }
    }

    fn all_sources() -> Vec<(PathBuf, String)> {
        let mut paths = Vec::new();
        sources(&root(), &mut paths);
        paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).expect("UTF-8"))).collect()
    }

    #[test]
    fn dependencies_point_towards_the_core() {
        for (name, depends_on) in dependencies() {
            let Some((_, allowed)) = ALLOWED.iter().find(|(crate_name, _)| *crate_name == name) else {
                assert_eq!(name, "nexus", "{name} is new: say in xtask/src/house.rs what it may depend on");
                continue;
            };
            for other in depends_on.iter().filter(|other| other.starts_with("nexus-") && *other != "nexus-core") {
                assert!(allowed.contains(&other.as_str()), "{name} must not depend on {other}");
            }
        }
    }

    #[test]
    fn heavy_dependencies_stay_behind_one_door() {
        let dependencies = dependencies();
        for (heavy, doors) in DOORS {
            let users = dependencies
                .iter()
                .filter(|(_, names)| names.iter().any(|name| name == heavy))
                .map(|(name, _)| name.as_str());
            for user in users {
                assert!(doors.contains(&user), "{user} must not use {heavy}; its door is {doors:?}");
            }
        }
    }

    #[test]
    fn the_core_and_the_flows_stay_light() {
        let dependencies = dependencies();
        for (name, banned) in [
            ("nexus-core", ["tokio", "reqwest", "sqlx", "axum"]),
            ("nexus-flows", ["tokio", "reqwest", "sqlx", "axum"]),
        ] {
            for heavy in banned {
                assert!(!dependencies[name].iter().any(|other| other == heavy), "{name} must not use {heavy}");
            }
        }
    }

    #[test]
    fn no_file_is_longer_than_a_room() {
        for (path, text) in all_sources() {
            let lines = text.lines().count();
            assert!(lines <= MOST_LINES, "{} has {lines} lines; at most {MOST_LINES}", path.display());
        }
    }

    #[test]
    fn every_file_says_what_it_is_for() {
        for (path, text) in all_sources() {
            assert!(text.starts_with("//!"), "{} does not begin with a //! line", path.display());
        }
    }

    #[test]
    fn nothing_is_hidden_from_the_lints() {
        for (path, text) in all_sources() {
            for mark in [
                concat!("#[", "allow("),
                concat!("#[", "ignore"),
                concat!("todo", "!("),
                concat!("unimplemented", "!("),
            ] {
                assert!(!text.contains(mark), "{} contains {mark}", path.display());
            }
        }
    }

    #[test]
    fn sql_stands_only_in_the_store() {
        for (path, text) in all_sources() {
            let in_store = path.components().any(|part| part.as_os_str() == "nexus-store");
            let has_sql = [concat!("insert ", "into "), concat!("select ", "* from"), concat!("create ", "table")];
            let found = has_sql.iter().find(|words| text.to_lowercase().contains(**words));
            assert!(in_store || found.is_none(), "{} holds SQL: {found:?}", path.display());
        }
    }

    #[test]
    fn the_lock_file_stays_within_its_budget() {
        let lock = fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock is committed");
        let packages = lock.lines().filter(|line| *line == "[[package]]").count();
        assert!(
            packages <= MOST_LOCKED_PACKAGES,
            "{packages} packages; raise the budget on purpose or find a lighter way"
        );
    }
}
