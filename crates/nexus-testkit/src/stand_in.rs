//! Programs of others that stand in for AWS: moto for S3 with events and SQS, SeaweedFS for an S3 that checks signatures.
//! `tests/deploy/requirements.txt` names them, `tools/setup.sh` installs them.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// The key id that SeaweedFS knows.
pub const KEY_ID: &str = "stand-in";
/// Its secret.
pub const SECRET: &str = "stand-in-secret";

/// A running program, stopped when dropped.
pub struct StandIn {
    child: Child,
    port: u16,
    _folder: TempDir,
}

/// Where `tests/deploy/run.sh` and `tools/setup.sh` install them.
#[expect(clippy::disallowed_methods, reason = "the test finds what the set-up script installed for this user")]
fn programs() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    let lists = fs::read_dir(cache.join("nexus-engine/deploy")).ok()?;
    let mut whole: Vec<PathBuf> =
        lists.flatten().map(|list| list.path()).filter(|list| list.join("complete").exists()).collect();
    whole.sort();
    Some(whole.pop()?.join("bin"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port()
}

impl StandIn {
    /// moto: S3 whose buckets send events, and SQS; or `None` with a word about it where it is not installed.
    ///
    /// # Panics
    /// When it is installed and does not start.
    #[must_use]
    pub fn moto() -> Option<Self> {
        Self::start("moto_server", |_, port| vec!["-H".into(), "127.0.0.1".into(), "-p".into(), port.to_string()])
    }

    /// SeaweedFS: an S3 that takes signed requests alone; or `None` as [`StandIn::moto`].
    ///
    /// # Panics
    /// As [`StandIn::moto`].
    #[must_use]
    pub fn seaweed() -> Option<Self> {
        Self::start("weed", |folder, port| {
            let fixed = [
                "-logtostderr=true",
                "server",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                "-master.telemetry=false",
                "-filer",
                "-s3",
                "-s3.ip.bind=127.0.0.1",
                "-s3.iam=false",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                "-volume.max=0",
                "-master.volumeSizeLimitMB=1024",
            ];
            let own = ["master", "volume", "filer"].into_iter().flat_map(|part| {
                [format!("-{part}.port={}", free_port()), format!("-{part}.port.grpc={}", free_port())]
            });
            let s3 = [
                format!("-dir={}", folder.display()),
                format!("-s3.port={port}"),
                format!("-s3.port.grpc={}", free_port()),
            ];
            fixed.iter().map(|flag| (*flag).to_owned()).chain(own).chain(s3).collect()
        })
    }

    /// Starts it; again when another test took one of its ports before it did.
    fn start(program: &str, arguments: impl Fn(&Path, u16) -> Vec<String>) -> Option<Self> {
        let Some(file) = programs().map(|folder| folder.join(program)).filter(|file| file.exists()) else {
            eprintln!("skipped: {program} is not installed; tools/setup.sh installs it");
            return None;
        };
        let started = (0..4).find_map(|_| Self::try_start(&file, &arguments));
        assert!(started.is_some(), "{program} did not start");
        started
    }

    #[expect(clippy::disallowed_methods, reason = "the test runs a program of its own")]
    fn try_start(file: &Path, arguments: &impl Fn(&Path, u16) -> Vec<String>) -> Option<Self> {
        let port = free_port();
        let folder = tempfile::Builder::new().prefix("stand-in").tempdir().expect("a folder");
        let mut command = Command::new(file);
        command.args(arguments(folder.path(), port)).current_dir(folder.path());
        command.env("HOME", folder.path()).env("AWS_ACCESS_KEY_ID", KEY_ID).env("AWS_SECRET_ACCESS_KEY", SECRET);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("the stand-in starts");
        let mut stand_in = Self { child, port, _folder: folder };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(stand_in);
            }
            if stand_in.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return None;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
