//! What a worker gives up before it looks at bytes of strangers. None of it can be taken back.

use std::io;

use rustix::process::{Resource, Rlimit, getppid, setrlimit};

pub use super::protocol::Limits;

/// Bounds memory and time, and leaves no image of the memory behind.
pub fn limit(limits: Limits) -> io::Result<()> {
    let Limits { memory_bytes, cpu_seconds } = limits;
    refuse_reserve(memory_bytes)?;
    for (resource, most) in [
        (Resource::As, memory_bytes),
        (Resource::Cpu, cpu_seconds),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Refuses memory that was reserved before there was a limit: what is reserved is not counted when it is used.
#[cfg(target_os = "linux")]
fn refuse_reserve(memory_bytes: u64) -> io::Result<()> {
    let sizes = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = sizes.split(' ').next().and_then(|pages| pages.parse().ok()).unwrap_or(u64::MAX);
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(u64::MAX);
    if pages.saturating_mul(page) > memory_bytes / 2 {
        return Err(io::Error::other("more memory is reserved already than the worker may take"));
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn refuse_reserve(_memory_bytes: u64) -> io::Result<()> {
    Ok(())
}

/// Ends this process with the one that asks, or at once when that is gone already.
pub fn die_with(parent: u32) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let is_there = getppid().is_some_and(|found| u32::try_from(found.as_raw_nonzero().get()) == Ok(parent));
    if is_there { Ok(()) } else { Err(io::Error::other("nobody waits for the answer")) }
}

/// Leaves this thread with what parsing takes: memory, time, reading and writing what is open. Files, connections,
/// processes and threads cannot be opened any more.
#[cfg(target_os = "linux")]
pub fn fence() -> io::Result<()> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

    let eperm = u32::try_from(libc::EPERM).unwrap_or(1);
    let target = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let rules = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let filter = SeccompFilter::new(rules, SeccompAction::Errno(eperm), SeccompAction::Allow, target);
    let program: BpfProgram = filter.and_then(TryInto::try_into).map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

/// Elsewhere than on Linux a worker has its limits only.
#[cfg(not(target_os = "linux"))]
pub fn fence() -> io::Result<()> {
    Ok(())
}

/// The calls of the system that a worker has left.
#[cfg(target_os = "linux")]
const ALLOWED: &[i64] = &[
    // Memory.
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    // What is open.
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    // Time and chance.
    libc::SYS_clock_gettime,
    libc::SYS_getrandom,
    libc::SYS_sched_yield,
    // The end, also a bad one.
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_tgkill,
];
