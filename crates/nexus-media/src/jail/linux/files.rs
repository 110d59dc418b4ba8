//! Which files a child may touch, as a Landlock ruleset.

use std::{
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath, PathFd, PathFdError,
    Ruleset, RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, Scope,
};

use super::super::{JailError, Reach};

/// Where shared libraries and their loader lie.
const LIBRARY_FOLDERS: [&str; 5] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];

/// What the loader and the encoders read besides: where libraries are, how many processors there are.
const SYSTEM_FACTS: [&str; 2] = ["/etc/ld.so.cache", "/sys/devices/system"];

/// Rules under which `program` reads libraries and the files of `reach`, writes the one file of `reach`, and
/// nothing else: no other file, no TCP, no signal to and no socket of a process outside.
///
/// Rights over files are required. What older kernels lack of the rest is forbidden by seccomp in any case: sockets
/// and signals altogether, and shortening a file by way of reading it.
pub(super) fn ruleset(program: &Path, reach: &Reach<'_>) -> Result<OwnedFd, JailError> {
    let created = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(|rules| {
            rules
                .set_compatibility(CompatLevel::BestEffort)
                .handle_access(AccessFs::from_all(ABI::V9))?
                .handle_access(AccessNet::from_all(ABI::V9))?
                .scope(Scope::from_all(ABI::V9))?
                .create()
        })
        .map_err(|error| unsupported(&error))?;
    let libraries = AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::Execute;
    let mut rules = allow(created, program, AccessFs::ReadFile | AccessFs::Execute)?;
    for folder in library_folders(program) {
        rules = allow_where_present(rules, &folder, libraries)?;
    }
    for fact in SYSTEM_FACTS.map(Path::new) {
        let right = BitFlags::from(AccessFs::ReadFile);
        rules = allow_where_present(rules, fact, if fact.is_dir() { right | AccessFs::ReadDir } else { right })?;
    }
    for file in &reach.reads {
        rules = allow(rules, file, AccessFs::ReadFile.into())?;
    }
    if let Some(part) = reach.writes {
        // The muxer of MP4 reads what it wrote to put the index first.
        rules = allow(rules, part, AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate)?;
    }
    Option::<OwnedFd>::from(rules)
        .ok_or_else(|| JailError::Unsupported("its Landlock accepts no rules; it may be switched off".into()))
}

/// The usual folders, and those beside a program that brings its own: `/opt/ffmpeg/lib` for `/opt/ffmpeg/bin`.
fn library_folders(program: &Path) -> Vec<PathBuf> {
    let home = program.parent().and_then(Path::parent).filter(|home| home.parent().is_some());
    let own = home.into_iter().flat_map(|home| [home.join("lib"), home.join("lib64")]);
    LIBRARY_FOLDERS.iter().map(PathBuf::from).chain(own).collect()
}

/// Links are followed: the rule holds for the file that is there now, whatever its name leads to later.
fn allow(rules: RulesetCreated, path: &Path, rights: BitFlags<AccessFs>) -> Result<RulesetCreated, JailError> {
    let opened = PathFd::new(path).map_err(|error| {
        let PathFdError::OpenCall { source, .. } = error else { return unsupported(&error) };
        JailError::File { path: path.to_owned(), source }
    })?;
    rules.add_rule(PathBeneath::new(opened, rights)).map_err(|error| unsupported(&error))
}

fn allow_where_present(
    rules: RulesetCreated,
    path: &Path,
    rights: BitFlags<AccessFs>,
) -> Result<RulesetCreated, JailError> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(rules),
        _ => allow(rules, path, rights),
    }
}

fn unsupported(error: &dyn std::error::Error) -> JailError {
    let mut words = format!("Landlock: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    JailError::Unsupported(words)
}
