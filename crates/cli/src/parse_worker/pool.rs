//! The server's end: who works at what, for how long, and what comes of it.

use std::{
    io::{self, Read as _},
    num::NonZeroUsize,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use futures_util::{FutureExt as _, future::BoxFuture};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use tokio::sync::oneshot;
use vitrina_app::ports::parser::{Inspection, ParseError, Parser, Refusal, Work, WorkClass};

use super::protocol::{ANSWER_BYTES, Limits, Task, understood};

/// How many documents are parsed at once.
const PARSERS: usize = 2;

/// How often it is looked whether anybody still waits for an answer.
const TICK: Duration = Duration::from_millis(100);

/// How long work waits for a worker; later nobody should be kept waiting.
const QUEUE: Duration = Duration::from_secs(10);

/// What the allocator is told in the worker: reserve nothing in advance, because what is reserved before there is a
/// limit is not counted.
const RESERVE_NOTHING: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "0");

/// Looks into files by workers of this program.
///
/// Each class has as many threads as it may have workers. The thread that starts a worker waits for its end: a worker
/// dies with the thread that started it, so no thread of a runtime may do it, which come and go.
#[derive(Debug)]
pub struct Pool {
    parse: Sender<Job>,
    bulk: Sender<Job>,
}

/// Work, and who waits for it.
#[derive(Debug)]
struct Job {
    work: Work,
    since: Instant,
    reply: oneshot::Sender<Result<Inspection, ParseError>>,
}

impl Pool {
    /// Workers for each class, started when there is work. `bulk_bytes` is the memory of each worker of bulk work, and
    /// there are as many of those as cores.
    /// The program is this one, but for tests.
    pub fn start(program: PathBuf, cores: NonZeroUsize, bulk_bytes: u64) -> io::Result<Self> {
        let employer = Arc::new(Employer { program, bulk_bytes });
        Ok(Self { parse: staff(&employer, PARSERS)?, bulk: staff(&employer, cores.get())? })
    }
}

impl Parser for Pool {
    fn inspect(&self, work: Work) -> BoxFuture<'_, Result<Inspection, ParseError>> {
        let (reply, answer) = oneshot::channel();
        let jobs = match work.class {
            WorkClass::Parse => &self.parse,
            WorkClass::Bulk => &self.bulk,
        };
        let sent = jobs.send(Job { work, since: Instant::now(), reply });
        let gone = || ParseError::Unavailable(io::Error::other("the workers are gone"));
        async move {
            sent.map_err(|_job| gone())?;
            answer.await.map_err(|_dropped| gone())?
        }
        .boxed()
    }
}

/// Who starts workers, and what they may take.
#[derive(Debug)]
struct Employer {
    program: PathBuf,
    bulk_bytes: u64,
}

/// Threads that work at what is sent to them, until nobody can send any more.
fn staff(employer: &Arc<Employer>, threads: usize) -> io::Result<Sender<Job>> {
    let (sender, jobs) = channel();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..threads {
        let (employer, jobs) = (Arc::clone(employer), Arc::clone(&jobs));
        thread::Builder::new().name("parse-workers".to_owned()).spawn(move || employer.work_at(&jobs))?;
    }
    Ok(sender)
}

impl Employer {
    fn work_at(&self, jobs: &Mutex<Receiver<Job>>) {
        loop {
            let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Job { work, since, reply }) = next else { return };
            let answer = if since.elapsed() > QUEUE {
                Err(ParseError::Unavailable(io::Error::from(io::ErrorKind::TimedOut)))
            } else {
                self.work_out(work, || reply.is_closed())
            };
            // Whoever asked may have gone.
            let _ = reply.send(answer);
        }
    }

    /// Starts a worker, and ends it: after its answer, after its time, or when nobody waits any more.
    fn work_out(&self, work: Work, is_forgotten: impl Fn() -> bool) -> Result<Inspection, ParseError> {
        let patience = work.patience;
        let mut worker = self.hire(work).map_err(ParseError::Unavailable)?;
        let answer = match worker.stdout.take() {
            Some(mut out) => listen(&mut out, Instant::now() + patience, is_forgotten),
            None => Ok(None),
        };
        // It has said all that is heard of it.
        let killed = worker.kill();
        let ended = killed.and_then(|()| worker.wait()).map_err(ParseError::Unavailable)?;
        let Some(answer) = answer.map_err(ParseError::Unavailable)? else {
            tracing::info!("a worker took too long, or said too much");
            return Err(Refusal::exhausted().into());
        };
        let inspection = understood(&answer);
        if let Err(ParseError::Refused(refusal)) = &inspection {
            tracing::debug!(%ended, rule = refusal.finding.code, "a file was refused");
        }
        inspection
    }

    fn hire(&self, work: Work) -> io::Result<Child> {
        let Work { file, extension, class, patience: _ } = work;
        let limits = Limits::of(class, file.metadata()?.len(), self.bulk_bytes);
        let task = Task { extension, limits, parent: std::process::id() };
        let (name, value) = RESERVE_NOTHING;
        Command::new(&self.program)
            .arg0("vitrina")
            .args(["parse-worker", &serde_json::to_string(&task)?])
            .env_clear()
            .env(name, value)
            .current_dir("/")
            .stdin(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
    }
}

/// This program. On Linux it is found although a newer one has taken its place.
pub fn this_program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") { Ok("/proc/self/exe".into()) } else { std::env::current_exe() }
}

/// Hears an answer to its end; nothing when it is too long, too late, or nobody wants it any more.
fn listen(
    out: &mut ChildStdout,
    deadline: Instant,
    is_forgotten: impl Fn() -> bool,
) -> io::Result<Option<Vec<u8>>> {
    let mut answer = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || is_forgotten() || answer.len() > ANSWER_BYTES {
            return Ok(None);
        }
        if !is_ready(out, left.min(TICK))? {
            continue;
        }
        match out.read(&mut chunk) {
            Ok(0) => return Ok(Some(answer)),
            Ok(read) => answer.extend_from_slice(chunk.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether there is something to read, or the end, within a time.
fn is_ready(out: &ChildStdout, within: Duration) -> io::Result<bool> {
    let within = Timespec { tv_sec: 0, tv_nsec: i64::from(within.subsec_nanos()) };
    match poll(&mut [PollFd::new(out, PollFlags::IN)], Some(&within)) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
