//! The machine that measures: what it is, what else it does, and which core does what.

use std::{
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

/// Processor time of all threads of this process but the one that asks, to the nanosecond.
pub(super) fn cpu_of_others() -> anyhow::Result<Duration> {
    let own = fs::read_link("/proc/thread-self")?;
    let mut sum = Duration::ZERO;
    for thread in fs::read_dir("/proc/self/task")? {
        let thread = thread?;
        if Some(thread.file_name().as_os_str()) != own.file_name() {
            // A thread may end in between.
            sum += at_work(&thread.path()).unwrap_or_default();
        }
    }
    Ok(sum)
}

/// Processor time of the thread that asks.
pub(super) fn own_cpu() -> anyhow::Result<Duration> {
    at_work(Path::new("/proc/thread-self"))
}

fn at_work(thread: &Path) -> anyhow::Result<Duration> {
    let text = fs::read_to_string(thread.join("schedstat"))?;
    Ok(Duration::from_nanos(text.split_whitespace().next().unwrap_or_default().parse()?))
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
