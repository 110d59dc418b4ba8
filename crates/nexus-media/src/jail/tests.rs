//! The jail against ffmpeg itself, without any of the whitelists, so that the jail alone must hold.
//!
//! Every attack is run twice with the same words: without the jail it must succeed, or the test proves nothing.

mod scene;

use std::{path::Path, time::Duration};

use self::scene::{Scene, ffmpeg, frame_sum};
use super::{Reach, Sandbox};
use crate::{
    MediaError,
    arguments::file_url,
    program::Program,
    runner::{self, Feed, Launch, Pace, Process},
};

use Sandbox::{Enforced, Off};

#[tokio::test]
async fn a_playlist_that_leads_to_a_foreign_film_leaks_it_only_without_the_jail() {
    let scene = Scene::set().await;
    for attack in scene.playlists() {
        let name = attack.name;
        let outside = frame_sum(Off, &attack.file, &[]).await;
        assert_eq!(outside.as_deref().ok(), Some(&*scene.secret_sum), "{name} is no attack: {outside:?}");
        let inside = frame_sum(Enforced, &attack.file, &[]).await;
        assert!(matches!(inside, Err(MediaError::Failed { .. })), "{name}: {inside:?}");
    }
}

#[tokio::test]
async fn the_jail_hinders_no_honest_reader() {
    let scene = Scene::set().await;
    let outside = frame_sum(Off, &scene.secret, &[]).await.unwrap();
    assert_eq!(frame_sum(Enforced, &scene.secret, &[]).await.unwrap(), outside);
    let link = scene.folder().join("link.mp4");
    std::os::unix::fs::symlink(&scene.secret, &link).unwrap();
    assert_eq!(frame_sum(Enforced, &link, &[]).await.unwrap(), outside, "a link leads to the real file");
}

#[tokio::test]
async fn addresses_are_reached_only_without_the_jail() {
    let scene = Scene::set().await;
    let (tcp, udp) = (scene.tcp(), scene.udp());
    for attack in scene.callers(&tcp.address(), &udp.address()) {
        for (sandbox, reached) in [(Off, true), (Enforced, false)] {
            let ended = ffmpeg(sandbox, &attack.words, Reach::reading(&scene.secret), Duration::from_secs(3)).await;
            let hits = tcp.take_hits() + udp.take_hits();
            assert_eq!(hits > 0, reached, "{} {sandbox:?}: {hits} hits, {ended:?}", attack.name);
            assert!(reached || ended.is_err(), "{}: {ended:?}", attack.name);
        }
    }
}

#[tokio::test]
async fn a_foreign_file_is_not_opened() {
    let scene = Scene::set().await;
    let words = ["-i", &scene.text(&scene.secret), "-f", "framemd5", "pipe:1"].map(str::to_owned);
    for (name, reach, opened) in [
        ("its own", Reach::reading(&scene.secret), true),
        ("another one", Reach::reading(&scene.neighbour), false),
        ("none", Reach::pipes(), false),
    ] {
        let ended = ffmpeg(Enforced, &words, reach, Duration::from_secs(20)).await;
        assert_eq!(ended.is_ok(), opened, "{name}: {ended:?}");
    }
}

#[tokio::test]
async fn nothing_is_written_but_the_one_file() {
    let scene = Scene::set().await;
    let part = scene.folder().join("part.mp4");
    std::fs::write(&part, b"").unwrap();
    let before = std::fs::read(&scene.neighbour).unwrap();
    let copy_to = |out: &Path| {
        ["-i", &scene.text(&scene.secret), "-c", "copy", "-movflags", "+faststart", "-f", "mp4", "-y", &scene.text(out)]
            .map(str::to_owned)
    };
    let reach = || Reach::reading(&scene.secret).writing(&part, 1 << 20);
    let beside = scene.folder().join("beside.mp4");
    for (name, out, written) in [
        ("its part", &part, true),
        ("a new file", &beside, false),
        ("a neighbour", &scene.neighbour, false),
        ("its own input", &scene.secret, false),
    ] {
        let ended = ffmpeg(Enforced, &copy_to(out), reach(), Duration::from_secs(20)).await;
        assert_eq!(ended.is_ok(), written, "{name}: {ended:?}");
    }
    assert!(!beside.exists());
    assert_eq!(std::fs::read(&scene.neighbour).unwrap(), before, "the neighbour is whole");
    assert!(frame_sum(Off, &scene.secret, &[]).await.is_ok(), "the input is whole");
    ffmpeg(Off, &copy_to(&beside), reach(), Duration::from_secs(20)).await.unwrap();
    assert!(beside.exists(), "without the jail the same words write a file");
}

#[tokio::test]
async fn a_filter_that_writes_a_file_writes_none() {
    let scene = Scene::set().await;
    let out = scene.folder().join("owned");
    let filter = format!("metadata=mode=add:key=a:value=b,metadata=print:file={}", out.display());
    for (sandbox, written) in [(Enforced, false), (Off, true)] {
        let ended = frame_sum(sandbox, &scene.secret, &["-vf", &filter]).await;
        assert_eq!(out.exists(), written, "{sandbox:?}: {ended:?}");
    }
}

#[tokio::test]
async fn a_written_file_has_a_most_size() {
    let scene = Scene::set().await;
    let part = scene.folder().join("part.wav");
    std::fs::write(&part, b"").unwrap();
    let words = ["-f", "lavfi", "-i", "anoisesrc=d=60", "-f", "wav", "-y", &scene.text(&part)].map(str::to_owned);
    let reach = Reach::pipes().writing(&part, 100_000);
    let ended = ffmpeg(Enforced, &words, reach, Duration::from_secs(20)).await;
    assert!(matches!(&ended, Err(MediaError::OverLimit { limit, .. }) if limit == "100000 bytes"), "{ended:?}");
    assert!(std::fs::metadata(&part).unwrap().len() <= 100_000);
}

#[tokio::test]
async fn work_without_end_is_ended() {
    let words = ["-f", "lavfi", "-i", "anoisesrc", "-f", "null", "pipe:1"].map(str::to_owned);
    let began = std::time::Instant::now();
    let ended = ffmpeg(Enforced, &words, Reach::pipes(), Duration::from_secs(1)).await;
    assert!(matches!(ended, Err(MediaError::Timeout { .. })), "{ended:?}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test]
async fn processor_time_ends_a_child_that_no_deadline_ends() {
    let scene = Scene::set().await;
    let arguments = ["-f", "lavfi", "-i", "anoisesrc", "-f", "null", "pipe:1"].iter();
    let arguments = arguments.fold(crate::arguments::Arguments::ffmpeg(), |words, word| words.flag(word));
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments,
        op: "spin on",
        file: &scene.secret,
        reach: Reach::pipes(),
        // The deadline gives a second of processor time at least, and is then put off again and again.
        deadline: Duration::from_millis(400),
        pace: Pace::Whole,
    };
    let mut process = Process::start_in(Enforced, &launch, Feed::Nothing).unwrap();
    let id = process.id();
    let mut buffer = [0; 1];
    let began = std::time::Instant::now();
    let read = loop {
        process.grant();
        let read = tokio::time::timeout(Duration::from_millis(100), process.read_full(&mut buffer)).await;
        if let Ok(read) = read {
            break read;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "the child {id:?} spins on");
    };
    assert_eq!(read.unwrap(), 0, "its pipe was closed by its end");
    let ended = process.finish().await;
    assert!(matches!(ended, Err(MediaError::Killed { signal: libc::SIGKILL, .. })), "{ended:?}");
}

#[tokio::test]
async fn a_missing_input_is_told_as_that() {
    let nowhere = Path::new("/nowhere/clip.mp4");
    let ended = ffmpeg(Enforced, &[], Reach::reading(nowhere), Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(ended.kind(), nexus_core::ErrorKind::NotFound);
    assert!(ended.to_string().contains("clip.mp4"), "{ended}");
}

#[tokio::test]
async fn a_child_is_bound_to_its_parent_and_holds_nothing_of_it() {
    let scene = Scene::set().await;
    let held = std::fs::File::open(&scene.neighbour).unwrap();
    let arguments = crate::arguments::Arguments::ffmpeg().raw_sound(8000, 1).into_pipe("null");
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments,
        op: "listen to",
        file: &scene.secret,
        reach: Reach::pipes(),
        deadline: Duration::from_secs(20),
        pace: Pace::Whole,
    };
    let process = Process::start(&launch, Feed::Pipe).unwrap();
    let own = format!("/proc/{}", process.id().unwrap());
    let status = std::fs::read_to_string(format!("{own}/status")).unwrap();
    for line in ["NoNewPrivs:\t1", "Seccomp:\t2", "Seccomp_filters:\t2"] {
        assert!(status.contains(line), "{line} in {status}");
    }
    assert!(std::fs::read(format!("{own}/environ")).unwrap().is_empty(), "its environment is empty");
    let limits = std::fs::read_to_string(format!("{own}/limits")).unwrap();
    for (name, most) in [
        ("Max core file size", "0"),
        ("Max file size", "0"),
        ("Max open files", "256"),
        ("Max address space", "8589934592"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        assert_eq!(line[name.len()..].split_whitespace().next(), Some(most), "{line}");
    }
    for number in 3..40 {
        let Ok(target) = std::fs::read_link(format!("{own}/fd/{number}")) else { continue };
        assert_ne!(target, scene.neighbour, "an open file of the parent");
    }
    drop(held);
    process.stop().await;
}

#[tokio::test]
async fn a_pool_thread_that_ends_takes_no_child_with_it() {
    let handle = tokio::runtime::Handle::current();
    let thread = std::thread::spawn(move || {
        let _entered = handle.enter();
        let arguments = crate::arguments::Arguments::ffmpeg().raw_sound(8000, 1).into_pipe("null");
        let launch = Launch {
            program: Program::Ffmpeg,
            arguments,
            op: "listen to",
            file: Path::new("clip.wav"),
            reach: Reach::pipes(),
            deadline: Duration::from_secs(20),
            pace: Pace::Whole,
        };
        Process::start(&launch, Feed::Pipe).unwrap()
    });
    let mut process = thread.join().unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    process.write(&[0; 64_000]).await.unwrap();
    process.finish().await.unwrap();
}

#[tokio::test]
async fn a_bomb_of_time_stamps_is_ended_at_the_deadline() {
    let scene = Scene::set().await;
    let bomb = scene.gap_bomb().await;
    let began = std::time::Instant::now();
    let words = ["-i", &scene.text(&bomb), "-r", "40", "-fps_mode", "cfr", "-f", "null", "pipe:1"].map(str::to_owned);
    let ended = ffmpeg(Enforced, &words, Reach::reading(&bomb), Duration::from_secs(1)).await;
    assert!(matches!(ended, Err(MediaError::Timeout { .. })), "{ended:?}");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    let judged = crate::probe_file(&bomb, &crate::Limits::default()).await.unwrap_err();
    assert!(matches!(judged, MediaError::OverLimit { .. }), "{judged}");
}

#[tokio::test]
async fn ffprobe_is_jailed_as_well() {
    let scene = Scene::set().await;
    for attack in scene.playlists() {
        let ask = |sandbox| {
            let arguments =
                crate::arguments::Arguments::ffprobe().flag("-show_format").pair("-i", file_url(&attack.file));
            let launch = Launch {
                program: Program::Ffprobe,
                arguments,
                op: "read",
                file: &attack.file,
                reach: Reach::reading(&attack.file),
                deadline: Duration::from_secs(20),
                pace: Pace::Whole,
            };
            async move { runner::run_in(sandbox, launch, 100_000).await }
        };
        assert!(ask(Off).await.is_ok(), "{} is no attack", attack.name);
        assert!(ask(Enforced).await.is_err(), "{}", attack.name);
    }
}

/// As on a kernel without Landlock, for the calling thread and all that it starts.
fn forget_landlock() {
    use seccompiler::{SeccompAction, SeccompFilter, TargetArch, apply_filter};
    let rules = [(libc::SYS_landlock_create_ruleset, Vec::new())].into_iter().collect();
    let absent = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let processor = TargetArch::try_from(std::env::consts::ARCH).expect("a processor with seccomp");
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, absent, processor).expect("a filter");
    apply_filter(&seccompiler::BpfProgram::try_from(filter).expect("a program")).expect("this thread is filtered");
}

#[test]
fn without_landlock_nothing_is_started_and_the_remedy_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clip.mp4");
    std::fs::write(&file, b"not empty").unwrap();
    let told = std::thread::spawn(move || {
        forget_landlock();
        assert!(super::sandbox_status().is_err());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(crate::probe_file(&file, &crate::Limits::default())).unwrap_err()
    });
    let error = told.join().unwrap();
    assert!(matches!(error, MediaError::Jail { program: "ffprobe", .. }), "{error}");
    assert_eq!(error.kind(), nexus_core::ErrorKind::Unsupported);
    for words in ["was not started", "nexus doctor", "--insecure-no-sandbox"] {
        assert!(error.to_string().contains(words), "{words} in {error}");
    }
}
