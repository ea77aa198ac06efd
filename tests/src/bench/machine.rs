//! The machine that measures: what it is, what else it does, and which core does what.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use vitrina_app::ports::{Clock as _, SystemClock};

/// What the figures are worth: the machine, its load, the date and the state of the program.
pub(super) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let model = line("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let kilobytes = line("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kilobytes: u64 = kilobytes.trim_end_matches(" kB").parse().unwrap_or_default();
    let date = SystemClock.now().to_datetime().format("%Y-%m-%d").to_string();
    let profile = if cfg!(debug_assertions) { " **A debug build: the times say nothing.**" } else { "" };
    format!(
        "{cores} cores of {model}, {} GB of memory; load at the start {}; {date}; commit {}.{profile}",
        kilobytes >> 20,
        load(),
        commit()
    )
}

/// The mean number of programs that wanted to run in the last minute.
pub(super) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

fn line(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'))?;
    Some(found.1.trim().to_owned())
}

fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".to_owned() };
    let changed = git(&["status", "--porcelain", "--", "crates", "migrations", "Cargo.lock"]);
    if changed.is_some_and(|changed| !changed.is_empty()) { commit + " with changes" } else { commit }
}

/// Lets all threads of a process run on these cores only; without `taskset` they run where they like.
pub(super) fn pin(process: u32, cores: &str) {
    let told = Command::new("taskset")
        .args(["-a", "-c", "-p", cores, &process.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // Figures by processor time hold either way; only the latencies are less steady.
    drop(told);
}

/// The processor time of each thread of a process, to the nanosecond.
#[derive(Debug)]
pub(super) struct Work(HashMap<OsString, Duration>);

impl Work {
    /// What the threads of a process have worked so far.
    pub(super) fn of(process: u32) -> anyhow::Result<Self> {
        let mut threads = HashMap::new();
        for thread in fs::read_dir(format!("/proc/{process}/task"))? {
            let thread = thread?;
            // A thread may end in between.
            if let Ok(times) = fs::read_to_string(thread.path().join("schedstat")) {
                let worked = times.split_whitespace().next().unwrap_or_default().parse()?;
                threads.insert(thread.file_name(), Duration::from_nanos(worked));
            }
        }
        Ok(Self(threads))
    }

    /// What the threads that are still there have worked since then.
    pub(super) fn since(&self, then: &Self) -> Duration {
        let before = |thread| then.0.get(thread).copied().unwrap_or_default();
        self.0.iter().map(|(thread, worked)| worked.saturating_sub(before(thread))).sum()
    }
}

/// Processor time of the children that ended.
pub(super) fn cpu_of_children() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace().skip(13);
    let ticks: u64 = fields.take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 10))
}

/// Forgets the most memory that a process ever had, so that it can be measured anew.
pub(super) fn forget_peak(process: u32) -> anyhow::Result<()> {
    Ok(fs::write(format!("/proc/{process}/clear_refs"), "5")?)
}

/// The bytes of a file, or of all files of a folder.
pub(super) fn size(path: &Path) -> anyhow::Result<u64> {
    let about = fs::metadata(path)?;
    if about.is_file() {
        return Ok(about.len());
    }
    let mut bytes = 0;
    for entry in fs::read_dir(path)? {
        bytes += size(&entry?.path())?;
    }
    Ok(bytes)
}
