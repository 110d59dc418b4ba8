//! What the jail costs: the same work by two processes, one with it and one without, turn by turn.
//!
//! Run by `bench/jail`, which says how; prints a table of medians.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Stdio},
    time::Instant,
};

use nexus_core::{FrameRate, film::RenditionSpec, port::Media as _};
use nexus_media::{
    EncodeSpec, Encoder, FfmpegMedia, FrameWriter, Limits, Preset, Sandbox, Yuv420, choose_sandbox, probe_file,
};

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match words.iter().position(|word| word == "work") {
        Some(at) => work(&runtime, &words[at + 1..]),
        None => compare(&runtime),
    }
}

/// Does the same work by turns and prints what it took.
fn compare(runtime: &tokio::runtime::Runtime) {
    let folder = tempfile::tempdir().expect("a folder");
    let clip = folder.path().join("clip.mp4");
    runtime.block_on(draw(&clip));
    println!("| work | turns | without, median ms | with, median ms | difference | spread without (quartiles) |");
    println!("|---|---|---|---|---|---|");
    // Forking copies the page tables of what the parent holds, so that is varied too.
    for (name, job, turns, ballast_mb) in [
        ("ffprobe of a clip, small parent", "probe", 100, "0"),
        ("ffprobe of a clip, parent holding 128 MB", "probe", 100, "128"),
        ("ffprobe of a clip, parent holding 512 MB", "probe", 100, "512"),
        ("720p rendition of 20 s (probe, transcode, probe)", "rendition", 15, "128"),
    ] {
        let mut free = Worker::start("off", ballast_mb, &clip);
        let mut jailed = Worker::start("on", ballast_mb, &clip);
        let (mut without, mut with) = (Vec::new(), Vec::new());
        free.turn(job);
        jailed.turn(job);
        for turn in 0..turns {
            // Whoever goes first finds the caches colder: take turns in that as well.
            if turn % 2 == 0 {
                without.push(free.turn(job));
                with.push(jailed.turn(job));
            } else {
                with.push(jailed.turn(job));
                without.push(free.turn(job));
            }
        }
        without.sort_by(f64::total_cmp);
        with.sort_by(f64::total_cmp);
        let at = |sorted: &[f64], part: f64| sorted[((sorted.len() - 1) as f64 * part).round() as usize];
        let (bare, inside) = (at(&without, 0.5), at(&with, 0.5));
        println!(
            "| {name} | {turns} | {bare:.1} | {inside:.1} | {:+.1} ms ({:+.1} %) | {:.1} to {:.1} |",
            inside - bare,
            (inside / bare - 1.0) * 100.0,
            at(&without, 0.25),
            at(&without, 0.75)
        );
    }
}

/// A process that works when it is told to.
struct Worker {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    fn start(sandbox: &str, ballast_mb: &str, clip: &Path) -> Self {
        let own = std::env::current_exe().expect("this program");
        #[expect(clippy::disallowed_methods, reason = "the choice is made once per process, so each needs its own")]
        let mut command = std::process::Command::new(own);
        command.arg("work").args([sandbox, ballast_mb]).arg(clip);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a worker");
        let orders = process.stdin.take().expect("asked for");
        let answers = BufReader::new(process.stdout.take().expect("asked for"));
        Self { process, orders, answers }
    }

    /// Milliseconds for one `job`.
    fn turn(&mut self, job: &str) -> f64 {
        writeln!(self.orders, "{job}").expect("the worker lives");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the worker answers");
        line.trim().parse().expect("a number")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The worker's side.
fn work(runtime: &tokio::runtime::Runtime, words: &[String]) {
    let [sandbox, ballast_mb, clip] = words else { panic!("expected: on|off MEGABYTES CLIP, not {words:?}") };
    let choice = if sandbox == "off" { Sandbox::Off } else { Sandbox::Enforced };
    choose_sandbox(choice).expect("the first choice");
    let held = vec![1_u8; ballast_mb.parse::<usize>().expect("a number") << 20];
    let clip = PathBuf::from(clip);
    let out = clip.with_file_name(format!("copy-{sandbox}.mp4"));
    let bytes = std::fs::metadata(&clip).expect("the clip").len();
    let smaller = RenditionSpec { max_s: 60.0, max_bytes: bytes - 1, min_short_side_px: 480 };
    for line in std::io::stdin().lines() {
        let began = Instant::now();
        match line.expect("text").as_str() {
            "probe" => drop(runtime.block_on(probe_file(&clip, &Limits::default())).expect("a clip")),
            _ => drop(runtime.block_on(FfmpegMedia::default().rendition(&clip, &smaller, &out)).expect("a copy")),
        }
        println!("{:.3}", began.elapsed().as_secs_f64() * 1000.0);
    }
    drop(held);
}

/// Twenty seconds of moving texture in 720p, stored large enough that a copy is a transcode.
async fn draw(out: &Path) {
    let (width_px, height_px) = (1280, 720);
    let spec = EncodeSpec {
        out: out.to_owned(),
        width_px,
        height_px,
        rate: FrameRate::FPS_30,
        crf: 12,
        encoder: Encoder::X264(Preset::Ultrafast),
        threads: 2,
    };
    let mut writer = FrameWriter::open(&spec).await.expect("an encoder");
    let mut frame = Yuv420::new(width_px, height_px);
    for index in 0..600_usize {
        for (at, luma) in frame.y_mut().iter_mut().enumerate() {
            let (x, y) = (at % 1280 + index * 3, at / 1280);
            *luma = (40 + ((x * 7) ^ (y * 5)) % 160) as u8;
        }
        writer.write(&frame).await.expect("a frame");
    }
    writer.finish().await.expect("a clip");
}
