//! The jail as an operator meets it: there without asking, missed loudly, given up only by name.

use std::process::Output;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};

use crate::stage::{material, nexus, stderr, words};

/// Runs the binary as on a kernel without Landlock.
fn nexus_without_landlock(arguments: &[String]) -> Output {
    let run = || {
        let rules = [(libc::SYS_landlock_create_ruleset, Vec::new())].into_iter().collect();
        let absent = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
        let processor = TargetArch::try_from(std::env::consts::ARCH).expect("a processor with seccomp");
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, absent, processor).expect("a filter");
        apply_filter(&BpfProgram::try_from(filter).expect("a program")).expect("this thread alone is filtered");
        nexus(arguments)
    };
    std::thread::scope(|scope| scope.spawn(run).join().expect("the binary runs"))
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_doctor_tells_what_holds_the_jail() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("UTF-8");
    let output = nexus(&words(&["doctor", "--data", data]));
    assert!(output.status.success(), "{}", stderr(&output));
    let told = stdout(&output);
    assert!(told.contains("ok   jail: Landlock ABI") && told.contains("seccomp with"), "{told}");
    assert!(!stderr(&output).contains("WARNING"), "{}", stderr(&output));
}

#[test]
fn without_landlock_the_doctor_and_every_worker_refuse() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("UTF-8");
    let clip = material().kit.footage[0].to_str().expect("UTF-8");
    let output = nexus_without_landlock(&words(&["doctor", "--data", data]));
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("BAD  jail:"), "{}", stdout(&output));
    for arguments in [vec!["ingest", clip, "--wait", "--data", data], vec!["up", "--data", data]] {
        let output = nexus_without_landlock(&words(&arguments));
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains("--insecure-no-sandbox"), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn giving_the_jail_up_is_possible_and_loud() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("UTF-8");
    let output = nexus_without_landlock(&words(&["doctor", "--insecure-no-sandbox", "--data", data]));
    let told = stdout(&output);
    assert!(output.status.success() && told.contains("ok   ffmpeg: ffmpeg version"), "a child was started: {told}");
    assert_eq!(stderr(&output).matches("WARNING: --insecure-no-sandbox").count(), 1, "{}", stderr(&output));
    let output = nexus(&words(&["doctor", "--insecure-no-sandbox", "--data", data]));
    assert!(stdout(&output).contains("switched off by --insecure-no-sandbox"), "{}", stdout(&output));
}
