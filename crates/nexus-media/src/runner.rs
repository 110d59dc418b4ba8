//! The one place that starts a process: jailed, bounded, watched, killed with its whole group, its end examined.

use std::{os::fd::AsRawFd, path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, ChildStderr, ChildStdin, ChildStdout},
    task::JoinHandle,
    time::Instant,
};

use crate::{
    MediaError,
    arguments::{Arguments, file_url},
    error::name_of,
    jail::{self, Allowance, Jail, Reach, Sandbox},
    program::{self, Program},
    starter,
};

/// How much of a child's messages is kept.
const TAIL_BYTES: usize = 4096;

#[cfg(target_os = "linux")]
/// What a pipe of frames holds, in bytes: the most that Linux gives everybody.
const PIPE_BYTES: libc::c_int = 1 << 20;

/// How ffmpeg, x264 and the loader of programs say that there is no memory left.
const OUT_OF_MEMORY: [&str; 3] = ["Cannot allocate memory", "malloc of size", "failed to map segment"];

/// Most processor time of a child whose pace is set by the other side of its pipe.
const PACED_PROCESSOR: Duration = Duration::from_secs(12 * 3600);

/// What a deadline stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// The whole life of the child.
    Whole,
    /// One frame; [`Process::grant`] puts it off.
    Frame,
}

/// A command, complete.
#[derive(Debug, Clone)]
pub(crate) struct Launch<'a> {
    /// What runs.
    pub(crate) program: Program,
    /// With which words.
    pub(crate) arguments: Arguments,
    /// What it does, as a verb phrase: `read`.
    pub(crate) op: &'static str,
    /// The file that messages name.
    pub(crate) file: &'a Path,
    /// Which files it may touch.
    pub(crate) reach: Reach<'a>,
    /// When it is killed.
    pub(crate) deadline: Duration,
    /// What the deadline stands for.
    pub(crate) pace: Pace,
}

impl Launch<'_> {
    /// No more processor time than all processors could give before the deadline.
    fn allowance(&self) -> Allowance {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let processor = match self.pace {
            Pace::Whole => self.deadline.saturating_mul(u32::try_from(processors).unwrap_or(u32::MAX)),
            Pace::Frame => PACED_PROCESSOR,
        };
        Allowance { processor, memory_bytes: self.program.memory_bytes() }
    }
}

/// What a child left behind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finished {
    /// Its standard output.
    pub(crate) stdout: Vec<u8>,
    /// The end of its messages.
    pub(crate) messages: String,
}

/// Runs a command to its end; at most `most_bytes` of output are accepted.
pub(crate) async fn run(launch: Launch<'_>, most_bytes: usize) -> Result<Finished, MediaError> {
    collect(Process::start(&launch, Feed::Nothing)?, most_bytes).await
}

/// As [`run`], with the sandbox named and any words allowed, for tests of the jail.
#[cfg(test)]
pub(crate) async fn run_in(sandbox: Sandbox, launch: Launch<'_>, most_bytes: usize) -> Result<Finished, MediaError> {
    collect(Process::start_in(sandbox, &launch, Feed::Nothing)?, most_bytes).await
}

async fn collect(mut process: Process, most_bytes: usize) -> Result<Finished, MediaError> {
    let mut stdout = Vec::new();
    process.read_to_end(&mut stdout, most_bytes).await?;
    let messages = process.finish().await?;
    Ok(Finished { stdout, messages })
}

/// What a child gets on its standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feed {
    /// `/dev/null`.
    Nothing,
    /// A pipe of ours.
    Pipe,
}

/// A running child. Dropping it kills it and everything it started.
pub(crate) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    messages: Option<JoinHandle<String>>,
    ends_at: Instant,
    facts: Facts,
}

/// What messages about a child need.
#[derive(Debug, Clone)]
struct Facts {
    program: &'static str,
    op: &'static str,
    file: String,
    url: String,
    deadline: Duration,
    most_bytes: u64,
}

impl Process {
    /// Starts `launch` inside the jail, unless the sandbox was switched off when this process began.
    pub(crate) fn start(launch: &Launch<'_>, feed: Feed) -> Result<Self, MediaError> {
        debug_assert!(launch.arguments.every_input_is_guarded(), "unguarded input in {:?}", launch.arguments);
        Self::start_in(jail::chosen_sandbox(), launch, feed)
    }

    /// Starts `launch` in a process group of its own; nothing of our environment goes along.
    pub(crate) fn start_in(sandbox: Sandbox, launch: &Launch<'_>, feed: Feed) -> Result<Self, MediaError> {
        let program = launch.program.name();
        tracing::debug!(program, op = launch.op, file = %name_of(launch.file), "starting");
        let missing = |source| MediaError::MissingProgram { program, source };
        let file = launch.program.find().map_err(missing)?;
        #[expect(clippy::disallowed_methods, reason = "this is the runner, the one place that starts a process")]
        let mut command = tokio::process::Command::new(&file);
        command
            .arg0(program)
            .args(launch.arguments.words())
            .env_clear()
            .envs(launch.program.environment().iter().copied())
            .stdin(match feed {
                Feed::Nothing => Stdio::null(),
                Feed::Pipe => Stdio::piped(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if sandbox == Sandbox::Enforced {
            let jail = Jail::around(&file, &launch.reach, launch.allowance());
            jail.map_err(|error| MediaError::no_jail(program, error))?.close_over(&mut command);
        }
        let mut child = starter::start(command).map_err(|source| match (sandbox, source.raw_os_error()) {
            // Too many processes, files or too little memory: no fault of the jail, and better later.
            (_, Some(libc::EAGAIN | libc::EMFILE | libc::ENFILE | libc::ENOMEM)) | (Sandbox::Off, _) => missing(source),
            (Sandbox::Enforced, _) => {
                MediaError::Jail { program, detail: format!("the start inside it failed: {source}") }
            }
        })?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("standard output was asked for");
        if launch.pace == Pace::Frame {
            stdin.iter().for_each(widen);
            widen(&stdout);
        }
        let stderr = child.stderr.take().expect("standard error was asked for");
        let deadline = match launch.pace {
            Pace::Frame => program::patience(launch.deadline),
            Pace::Whole => launch.deadline,
        };
        Ok(Self {
            child,
            stdin,
            stdout,
            messages: Some(tokio::spawn(keep_tail(stderr))),
            ends_at: Instant::now() + deadline,
            facts: Facts {
                program,
                op: launch.op,
                file: name_of(launch.file),
                url: file_url(launch.file).to_string_lossy().into_owned(),
                deadline,
                most_bytes: launch.reach.most_bytes(),
            },
        })
    }

    /// The child's process id while it lives.
    #[cfg(test)]
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Puts the end of this child's time `deadline` from now: for pipes whose other side sets the pace.
    pub(crate) fn grant(&mut self) {
        self.ends_at = Instant::now() + self.facts.deadline;
    }

    /// Reads what standard output has, at least one byte; 0 at the end.
    pub(crate) async fn read_some(&mut self, buffer: &mut [u8]) -> Result<usize, MediaError> {
        match tokio::time::timeout_at(self.ends_at, self.stdout.read(buffer)).await {
            Err(_) => Err(self.timed_out().await),
            Ok(Err(source)) => Err(self.pipe_error(source)),
            Ok(Ok(count)) => Ok(count),
        }
    }

    /// Fills `buffer` from standard output; the count is less than its length only at the end.
    pub(crate) async fn read_full(&mut self, buffer: &mut [u8]) -> Result<usize, MediaError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_some(&mut buffer[filled..]).await? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(filled)
    }

    /// Appends standard output to `all`, at most `most_bytes`.
    pub(crate) async fn read_to_end(&mut self, all: &mut Vec<u8>, most_bytes: usize) -> Result<(), MediaError> {
        let read =
            tokio::time::timeout_at(self.ends_at, (&mut self.stdout).take(most_bytes as u64 + 1).read_to_end(all))
                .await;
        match read {
            Err(_) => Err(self.timed_out().await),
            Ok(Err(source)) => Err(self.pipe_error(source)),
            Ok(Ok(_)) if all.len() > most_bytes => Err(MediaError::OverLimit {
                file: self.facts.file.clone(),
                found: format!("more than {most_bytes} bytes of decoded data"),
                limit: format!("{most_bytes} bytes"),
                remedy: "use a shorter file",
            }),
            Ok(Ok(_)) => Ok(()),
        }
    }

    /// Writes `data` to standard input. When the child has gone, its own reason is the error.
    pub(crate) async fn write(&mut self, data: &[u8]) -> Result<(), MediaError> {
        use tokio::io::AsyncWriteExt;
        let stdin = self.stdin.as_mut().expect("the child was started with a pipe that is still open");
        match tokio::time::timeout_at(self.ends_at, stdin.write_all(data)).await {
            Err(_) => Err(self.timed_out().await),
            Ok(Ok(())) => Ok(()),
            Ok(Err(source)) => {
                self.stdin = None;
                self.wait().await?;
                Err(self.pipe_error(source))
            }
        }
    }

    /// Closes standard input: no more comes.
    pub(crate) fn close_input(&mut self) {
        self.stdin = None;
    }

    /// Closes standard input, waits for the end, checks exit status and signal; the messages' end.
    pub(crate) async fn finish(mut self) -> Result<String, MediaError> {
        self.stdin = None;
        self.wait().await
    }

    /// Ends the child now: its output is no longer wanted.
    pub(crate) async fn stop(mut self) {
        kill_group(&self.child);
        // The exit status says only that it was killed.
        let _status = self.child.wait().await;
    }

    async fn wait(&mut self) -> Result<String, MediaError> {
        use std::os::unix::process::ExitStatusExt;
        let status = match tokio::time::timeout_at(self.ends_at, self.child.wait()).await {
            Err(_) => return Err(self.timed_out().await),
            Ok(Err(source)) => return Err(self.pipe_error(source)),
            Ok(Ok(status)) => status,
        };
        let messages = match self.messages.take() {
            Some(task) => task.await.unwrap_or_default(),
            None => String::new(),
        };
        let detail = self.facts.plain(&messages);
        let Facts { program, op, file, most_bytes, .. } = self.facts.clone();
        match (status.code(), status.signal()) {
            (Some(0), _) => Ok(messages),
            (_, Some(libc::SIGXFSZ)) => Err(MediaError::OverLimit {
                file,
                found: format!("more than {most_bytes} bytes once it is written"),
                limit: format!("{most_bytes} bytes"),
                remedy: "use a shorter or smaller film",
            }),
            (_, Some(signal)) => Err(MediaError::Killed { program, op, file, signal, detail }),
            _ if messages.contains("No space left on device") => Err(MediaError::DiskFull { file }),
            // A reader's words may be about what a broken file asks for; a writer's are about this machine.
            _ if most_bytes > 0 && OUT_OF_MEMORY.iter().any(|words| messages.contains(words)) => {
                Err(MediaError::OutOfMemory { program, op, file })
            }
            // The file that the jail let in has been replaced since by another one of its name: the next try reads that.
            _ if messages.contains(&format!("{}: Permission denied", self.facts.url)) => {
                Err(MediaError::Io { file, source: std::io::Error::other("it was replaced while it was being opened") })
            }
            (code, None) => Err(MediaError::Failed { program, op, file, status: code.unwrap_or(-1), detail }),
        }
    }

    async fn timed_out(&mut self) -> MediaError {
        kill_group(&self.child);
        // Reaped, so that nothing is left; the status says only that it was killed.
        let _status = self.child.wait().await;
        let Facts { program, op, file, deadline, .. } = self.facts.clone();
        MediaError::Timeout { program, op, file, after: deadline }
    }

    fn pipe_error(&self, source: std::io::Error) -> MediaError {
        MediaError::Io { file: self.facts.file.clone(), source }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        kill_group(&self.child);
    }
}

impl Facts {
    /// The last lines of `messages` in one, with the file's name in place of its path.
    fn plain(&self, messages: &str) -> String {
        let named = messages.replace(&self.url, &self.file);
        let lines: Vec<String> = named.lines().map(without_addresses).filter(|line| !line.is_empty()).collect();
        match lines.len() {
            0 => "no message".to_owned(),
            count => lines[count.saturating_sub(3)..].join("; "),
        }
    }
}

/// `[h264 @ 0x55c0] too large` as `h264: too large`: addresses help nobody and differ from run to run.
fn without_addresses(line: &str) -> String {
    let line = line.trim();
    match line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        Some((speaker, rest)) => {
            let speaker = speaker.split(" @ ").next().unwrap_or_default();
            format!("{speaker}: {}", without_addresses(rest))
        }
        None => line.to_owned(),
    }
}

/// Lets a pipe hold a third of a full HD frame instead of a fiftieth: fewer turns of both sides per frame. Where the
/// system refuses, the pipe works as it is.
#[cfg(target_os = "linux")]
fn widen(pipe: &impl AsRawFd) {
    #[expect(unsafe_code, reason = "fcntl(2) has no safe wrapper in the standard library")]
    // SAFETY: F_SETPIPE_SZ takes an integer and touches no memory of this process; the descriptor is open.
    let _size = unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETPIPE_SZ, PIPE_BYTES) };
}

#[cfg(not(target_os = "linux"))]
fn widen(_: &impl AsRawFd) {}

/// Ends the child and all that share its group; SIGTERM is not enough, ffmpeg ignores it for minutes.
fn kill_group(child: &Child) {
    // `id` is there only while the child is not reaped, so the number cannot belong to somebody else.
    let Some(id) = child.id().and_then(|id| i32::try_from(id).ok()).filter(|id| *id > 1) else { return };
    #[expect(unsafe_code, reason = "kill(2) has no safe wrapper in the standard library")]
    // SAFETY: kill takes two integers and touches no memory of this process; the group is the child's own,
    // made by `process_group(0)`, and its leader is not yet reaped.
    let _sent = unsafe { libc::kill(-id, libc::SIGKILL) };
}

async fn keep_tail(mut stderr: ChildStderr) -> String {
    let mut tail = Vec::new();
    let mut chunk = [0_u8; 2048];
    while let Some(count) = some_bytes(&mut stderr, &mut chunk).await {
        tail.extend_from_slice(&chunk[..count]);
        let surplus = tail.len().saturating_sub(TAIL_BYTES);
        tail.drain(..surplus);
    }
    String::from_utf8_lossy(&tail).into_owned()
}

async fn some_bytes(from: &mut (impl AsyncRead + Unpin), chunk: &mut [u8]) -> Option<usize> {
    from.read(chunk).await.ok().filter(|count| *count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_disk_is_told_from_other_failures() {
        let out = Path::new("/dev/full");
        let arguments = Arguments::ffmpeg().raw_sound(8000, 1).pair("-flush_packets", "1").output("f32le", out);
        let launch = Launch {
            program: Program::Ffmpeg,
            arguments,
            op: "write",
            file: out,
            reach: Reach::pipes().writing(out, 1 << 20),
            deadline: Duration::from_secs(20),
            pace: Pace::Whole,
        };
        let mut process = Process::start(&launch, Feed::Pipe).unwrap();
        let written = process.write(&[0; 400_000]).await;
        let error = match written {
            Ok(()) => process.finish().await.unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(error, MediaError::DiskFull { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_signal_is_not_a_success() {
        let arguments = Arguments::ffmpeg().raw_sound(8000, 1).into_pipe("null");
        let file = Path::new("folder/clip.mp4");
        let launch = Launch {
            program: Program::Ffmpeg,
            arguments,
            op: "read",
            file,
            reach: Reach::pipes(),
            deadline: Duration::from_secs(20),
            pace: Pace::Whole,
        };
        let process = Process::start(&launch, Feed::Pipe).unwrap();
        kill_group(&process.child);
        let error = process.finish().await.unwrap_err();
        assert!(matches!(&error, MediaError::Killed { signal: 9, file, .. } if file == "clip.mp4"), "{error}");
    }

    #[test]
    fn messages_lose_paths_and_addresses() {
        let facts = Facts {
            program: "ffmpeg",
            op: "read",
            file: "a.mp4".into(),
            url: "file:/secret/a.mp4".into(),
            deadline: Duration::from_secs(1),
            most_bytes: 0,
        };
        let messages = "\n[mov @ 0x55aa] [IMG @ 0x1] too large\nfile:/secret/a.mp4: Invalid data\n";
        assert_eq!(facts.plain(messages), "mov: IMG: too large; a.mp4: Invalid data");
        assert_eq!(facts.plain(""), "no message");
    }
}
