//! The jail on Linux: prepared here, entered by the child between fork and exec.
//!
//! Everything that needs memory or can fail in many ways happens before the fork. What remains for the child is a
//! dozen system calls, because after a fork of a process with threads nothing else is safe.

mod calls;
mod files;

use std::{
    io,
    os::fd::{AsRawFd as _, OwnedFd},
    path::Path,
};

use super::{Allowance, JailError, Reach};

use self::calls::Calls;

/// Most open files of a child.
const MOST_OPEN_FILES: u64 = 256;

/// A jail for one child.
pub(crate) struct Jail {
    ruleset: OwnedFd,
    calls: &'static Calls,
    limits: [(libc::c_long, libc::rlimit64); 5],
    parent: libc::pid_t,
}

impl Jail {
    /// A jail in which `program` has `reach` within `allowance`.
    pub(crate) fn around(program: &Path, reach: &Reach<'_>, allowance: Allowance) -> Result<Self, JailError> {
        Ok(Self {
            ruleset: files::ruleset(program, reach)?,
            calls: calls::allowed()?,
            limits: [
                limit(libc::RLIMIT_CPU.into(), allowance.processor.as_secs().max(1))?,
                limit(libc::RLIMIT_FSIZE.into(), reach.most_bytes())?,
                limit(libc::RLIMIT_NOFILE.into(), MOST_OPEN_FILES)?,
                limit(libc::RLIMIT_CORE.into(), 0)?,
                limit(libc::RLIMIT_AS.into(), allowance.memory_bytes)?,
            ],
            parent: own_id(),
        })
    }

    /// Makes the child of `command` enter this jail before its program begins.
    pub(crate) fn close_over(self, command: &mut tokio::process::Command) {
        #[expect(unsafe_code, reason = "only the child itself can restrict itself, between fork and exec")]
        // SAFETY: after the fork `enter` makes system calls alone; it takes no lock and allocates nothing, also not
        // for its errors, which are bare numbers of the operating system.
        unsafe {
            command.pre_exec(move || self.enter());
        }
    }

    /// Run by the child. The order matters: what later steps forbid, earlier ones need.
    fn enter(&self) -> io::Result<()> {
        call(libc::SYS_prctl, [libc::PR_SET_PDEATHSIG.into(), libc::SIGKILL.into(), 0, 0])?;
        if parent_id() != self.parent {
            // The parent went away before the line above could see it.
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        // Closed by exec, not at once: the pipe that tells the parent of a failure must live until then.
        call(libc::SYS_close_range, [3, libc::c_uint::MAX.into(), libc::CLOSE_RANGE_CLOEXEC.into(), 0])?;
        for (resource, limit) in &self.limits {
            call(libc::SYS_prlimit64, [0, *resource, std::ptr::from_ref(limit) as libc::c_long, 0])?;
        }
        call(libc::SYS_prctl, [libc::PR_SET_NO_NEW_PRIVS.into(), 1, 0, 0])?;
        call(libc::SYS_landlock_restrict_self, [self.ruleset.as_raw_fd().into(), 0, 0, 0])?;
        self.calls.forbid_all_others()
    }
}

/// What holds the jail here.
pub(super) fn status() -> Result<String, JailError> {
    // Asked with this flag, the call makes nothing and tells the version.
    const TELL_VERSION: libc::c_long = 1;
    let version = call(libc::SYS_landlock_create_ruleset, [0, 0, TELL_VERSION, 0])
        .map_err(|error| JailError::Unsupported(format!("it has no Landlock ({error})")))?;
    call(libc::SYS_prctl, [libc::PR_GET_SECCOMP.into(), 0, 0, 0])
        .map_err(|error| JailError::Unsupported(format!("it has no seccomp ({error})")))?;
    let calls = calls::allowed()?;
    Ok(format!("Landlock ABI {version}, seccomp with {} system calls", calls.count()))
}

/// `most`, or what this process has itself where that is less: nobody may raise it. Without a softer limit below,
/// because ffmpeg takes the signal of that one for a request to finish in peace.
fn limit(resource: libc::c_long, most: u64) -> Result<(libc::c_long, libc::rlimit64), JailError> {
    let mut own = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
    call(libc::SYS_prlimit64, [0, resource, 0, std::ptr::from_mut(&mut own) as libc::c_long])
        .map_err(|error| JailError::Unsupported(format!("its limits cannot be read ({error})")))?;
    let most = most.min(own.rlim_max);
    Ok((resource, libc::rlimit64 { rlim_cur: most, rlim_max: most }))
}

/// One system call of at most four arguments that are numbers, or addresses of what outlives the call.
fn call(number: libc::c_long, [first, second, third, fourth]: [libc::c_long; 4]) -> io::Result<libc::c_long> {
    #[expect(unsafe_code, reason = "these calls have no safe wrapper that works between fork and exec")]
    // SAFETY: every caller in this file passes numbers, or the address of a limit it holds by reference while the
    // call runs; the kernel touches nothing else.
    let answer = unsafe { libc::syscall(number, first, second, third, fourth, 0) };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

fn own_id() -> libc::pid_t {
    #[expect(unsafe_code, reason = "the standard library allocates nothing here either, but does not promise it")]
    // SAFETY: getpid takes nothing and cannot fail.
    unsafe {
        libc::getpid()
    }
}

fn parent_id() -> libc::pid_t {
    #[expect(unsafe_code, reason = "asked between fork and exec, where only bare system calls are safe")]
    // SAFETY: getppid takes nothing and cannot fail.
    unsafe {
        libc::getppid()
    }
}
