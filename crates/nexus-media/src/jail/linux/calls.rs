//! Which system calls a child may make, as seccomp programs: those that ffmpeg and ffprobe need for files and pipes.

use std::{collections::BTreeMap, io, sync::OnceLock};

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use super::super::JailError;

/// Calls that are allowed whatever their arguments. There is no socket, no fork, no signal and no way to another
/// process among them; what is not here answers EPERM.
const PLAIN: &[libc::c_long] = &[
    // Files and pipes, within what Landlock leaves.
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_fcntl,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_fadvise64,
    libc::SYS_fsync,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    // Memory.
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_msync,
    libc::SYS_mlock,
    libc::SYS_munlock,
    libc::SYS_mbind,
    libc::SYS_get_mempolicy,
    libc::SYS_set_mempolicy,
    // Threads, of this process alone.
    libc::SYS_futex,
    libc::SYS_set_tid_address,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_gettid,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_getpriority,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // Clocks and facts.
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_times,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_getpid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    // The program itself; Landlock says which may be executed.
    libc::SYS_execve,
    // Answered by a filter of its own, see `no_clone3`.
    libc::SYS_clone3,
];

/// Calls that only this processor has: older forms of those above.
#[cfg(target_arch = "x86_64")]
const PLAIN_HERE: &[libc::c_long] = &[
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_dup2,
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_getrlimit,
    libc::SYS_arch_prctl,
];
#[cfg(not(target_arch = "x86_64"))]
const PLAIN_HERE: &[libc::c_long] = &[];

/// Requests of `prctl` that are allowed: a thread's name, and what it could do.
const PROCESS_REQUESTS: [libc::c_int; 3] = [libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_CAPBSET_READ];

/// Requests of `ioctl` that are allowed: TCGETS and TIOCGWINSZ, is this a terminal and how large is it?
const DEVICE_REQUESTS: [u64; 2] = [0x5401, 0x5413];

/// The compiled programs.
pub(super) struct Calls {
    no_clone3: BpfProgram,
    allow_list: BpfProgram,
    count: usize,
}

impl Calls {
    /// How many calls are allowed.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Holds for the calling thread and all that it starts, for ever. Between fork and exec: allocates nothing.
    pub(super) fn forbid_all_others(&self) -> io::Result<()> {
        // The long list last: it does not allow the call that installs a filter.
        seccompiler::apply_filter(&self.no_clone3).map_err(cause)?;
        seccompiler::apply_filter(&self.allow_list).map_err(cause)
    }
}

/// The error of the operating system inside, without its words: they would have to be allocated.
fn cause(error: seccompiler::Error) -> io::Error {
    match error {
        seccompiler::Error::Prctl(source) | seccompiler::Error::Seccomp(source) => source,
        _ => io::Error::from_raw_os_error(libc::EINVAL),
    }
}

/// The programs for this machine, compiled once.
pub(super) fn allowed() -> Result<&'static Calls, JailError> {
    static CALLS: OnceLock<Result<Calls, String>> = OnceLock::new();
    let calls = CALLS.get_or_init(|| compile().map_err(|error| format!("seccomp: {error}")));
    calls.as_ref().map_err(|words| JailError::Unsupported(words.clone()))
}

fn compile() -> Result<Calls, BackendError> {
    let processor = TargetArch::try_from(std::env::consts::ARCH)?;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        PLAIN.iter().chain(PLAIN_HERE).map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_clone, threads_only()?);
    rules.insert(libc::SYS_openat, opening(2)?);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, opening(1)?);
    rules.insert(libc::SYS_prctl, one_of(0, PROCESS_REQUESTS.map(|request| request.unsigned_abs().into()))?);
    rules.insert(libc::SYS_ioctl, one_of(1, DEVICE_REQUESTS)?);
    rules.insert(libc::SYS_prlimit64, reading_own_limits()?);
    let count = rules.len();
    let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let allow_list = SeccompFilter::new(rules, denied, SeccompAction::Allow, processor)?;
    Ok(Calls { no_clone3: no_clone3(processor)?, allow_list: allow_list.try_into()?, count })
}

/// The flags of `clone3` lie in memory, where no filter can look. "There is no such call" makes the C library use
/// `clone`, whose flags can be seen.
fn no_clone3(processor: TargetArch) -> Result<BpfProgram, BackendError> {
    let absent = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let rules = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    SeccompFilter::new(rules, SeccompAction::Allow, absent, processor)?.try_into()
}

fn threads_only() -> Result<Vec<SeccompRule>, BackendError> {
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    Ok(vec![SeccompRule::new(vec![masked(0, thread, thread)?])?])
}

/// Opening in any way but one: to read and cut to nothing at once, which Landlock sees only on newer kernels.
fn opening(flags_at: u8) -> Result<Vec<SeccompRule>, BackendError> {
    let bits = |flags: libc::c_int| u64::from(flags.unsigned_abs());
    let way = bits(libc::O_ACCMODE);
    Ok(vec![
        SeccompRule::new(vec![masked(flags_at, bits(libc::O_TRUNC), 0)?])?,
        SeccompRule::new(vec![masked(flags_at, way, bits(libc::O_WRONLY))?])?,
        SeccompRule::new(vec![masked(flags_at, way, bits(libc::O_RDWR))?])?,
    ])
}

/// `prlimit64` of the own process that sets nothing: as root a child could lift its limits, or those of others.
fn reading_own_limits() -> Result<Vec<SeccompRule>, BackendError> {
    Ok(vec![SeccompRule::new(vec![
        SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, 0)?,
        SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0)?,
    ])?])
}

fn one_of<const N: usize>(at: u8, values: [u64; N]) -> Result<Vec<SeccompRule>, BackendError> {
    let rule =
        |value| SeccompRule::new(vec![SeccompCondition::new(at, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)?]);
    values.into_iter().map(rule).collect()
}

fn masked(at: u8, mask: u64, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(at, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(mask), value)
}
