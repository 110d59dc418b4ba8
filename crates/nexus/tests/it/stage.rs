//! A stage for the binary: small demo material, made once, and a way to run commands.

use std::{
    path::{Path, PathBuf},
    process::{Child, Output, Stdio},
    sync::OnceLock,
};

use nexus_demokit::DemoKit;
use serde_json::Value;

/// Small demo material, made once per test process.
pub(crate) struct Material {
    pub(crate) kit: DemoKit,
    pub(crate) review: PathBuf,
    pub(crate) business: PathBuf,
}

/// The material; other tests wait while it is being made.
pub(crate) fn material() -> &'static Material {
    static MATERIAL: OnceLock<Material> = OnceLock::new();
    MATERIAL.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("small-kit");
        std::fs::create_dir_all(&folder).expect("a folder");
        // Every test may be a process of its own: one makes the kit, the others wait for it.
        let lock = std::fs::File::create(folder.join("lock")).expect("a file");
        lock.lock().expect("a lock");
        let kit = make_kit(&folder);
        let review = folder.join("review-for-tests.json");
        let business = folder.join("business-for-tests.json");
        write_whole(&review, &serde_json::to_vec(&kit.reviews[0]).expect("plain data"));
        write_whole(&business, &serde_json::to_vec(&kit.business).expect("plain data"));
        Material { kit, review, business }
    })
}

/// Other processes may be reading the file that is replaced.
fn write_whole(file: &Path, content: &[u8]) {
    let part = file.with_extension("part");
    std::fs::write(&part, content).expect("written");
    std::fs::rename(&part, file).expect("renamed");
}

/// On a thread of its own, because the test that asks may have a runtime already.
fn make_kit(folder: &Path) -> DemoKit {
    let make = || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(DemoKit::small(folder)).expect("the small kit is made")
    };
    std::thread::scope(|scope| scope.spawn(make).join().expect("the kit is made"))
}

impl Material {
    /// The folder of clips.
    pub(crate) fn footage(&self) -> &Path {
        self.kit.footage[0].parent().expect("clips lie in a folder")
    }

    /// Arguments of a whole small demo into `out`.
    pub(crate) fn demo(&self, out: &Path) -> Vec<String> {
        let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let mut arguments: Vec<String> =
            ["demo", "--resolution", "720", "--approve", "--out"].map(str::to_owned).to_vec();
        arguments.push(path(out));
        for (flag, file) in [
            ("--footage", self.footage()),
            ("--music", &self.kit.music[0].path),
            ("--review", &self.review),
            ("--business", &self.business),
        ] {
            arguments.extend([flag.to_owned(), path(file)]);
        }
        arguments
    }
}

/// A command of the binary, ready to run.
#[expect(clippy::disallowed_methods, reason = "the tests run the product as a user would")]
fn command(arguments: &[String], crash_at: Option<usize>) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_nexus"));
    command.args(arguments).stdin(Stdio::null()).env("NEXUS__APPROVAL__UNDO_S", "3");
    if let Some(boundary) = crash_at {
        command.env("NEXUS_CRASH_AT", boundary.to_string());
    }
    command
}

/// Runs the binary to its end.
pub(crate) fn nexus(arguments: &[String]) -> Output {
    command(arguments, None).output().expect("the binary runs")
}

/// Runs the binary to its end with further configuration, as environment variables.
pub(crate) fn nexus_with(arguments: &[String], environment: &[(&str, &str)]) -> Output {
    command(arguments, None).envs(environment.iter().copied()).output().expect("the binary runs")
}

/// Runs the binary until it aborts itself at its n-th boundary, or ends.
pub(crate) fn nexus_crashing(arguments: &[String], boundary: usize) -> Output {
    command(arguments, Some(boundary)).output().expect("the binary runs")
}

/// Starts the binary.
pub(crate) fn start(arguments: &[String]) -> Child {
    command(arguments, None).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts")
}

/// Its stderr.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `run.json` of a demo.
pub(crate) fn report(out: &Path) -> Value {
    let text = std::fs::read(out.join("run.json")).expect("the demo wrote run.json");
    serde_json::from_slice(&text).expect("run.json is JSON")
}

/// Words as arguments.
pub(crate) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Starts `nexus up` on free ports, with further configuration; its stderr tells the address.
pub(crate) fn serve(data: &Path, environment: &[(&str, &str)]) -> Child {
    serve_with(data, &[], environment)
}

/// The same with further flags.
pub(crate) fn serve_with(data: &Path, flags: &[&str], environment: &[(&str, &str)]) -> Child {
    let data = data.to_str().expect("UTF-8");
    let mut command = command(&words(&[&["up", "--data", data, "--listen", "127.0.0.1:0"], flags].concat()), None);
    command.env("NEXUS__SERVER__STORAGE_LISTEN", "127.0.0.1:0").envs(environment.iter().copied());
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary starts")
}
