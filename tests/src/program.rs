//! The real program as a process of its own, on either database: started, asked, killed, started again.

use std::{
    collections::VecDeque,
    fs,
    io::{BufRead as _, BufReader, Read, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, bail, ensure};
use serde_json::Value;
use vitrina_domain::canonical::Digest;
use vitrina_store::testing::{Engine, TestPlace};

use crate::{Bucket, Http, told};

/// How long a server may take until it listens and is ready.
const START: Duration = Duration::from_mins(1);

/// How many lines of the log are kept for a failing test.
const LOG_LINES: usize = 200;

/// Where and how the program runs; its data goes with it.
#[derive(Debug)]
pub struct Setup {
    place: TestPlace,
    /// Further arguments of `serve`.
    pub arguments: Vec<String>,
    /// The environment, which is empty otherwise.
    pub environment: Vec<(String, String)>,
    /// A file that takes the whole log; otherwise only its last lines are kept.
    pub log_file: Option<PathBuf>,
    /// The bucket for the files, when they are not in the folder.
    pub bucket: Option<Bucket>,
}

impl Setup {
    /// An empty place on a database; nothing when it is to be on `PostgreSQL` and none is installed.
    pub async fn on(engine: Engine) -> anyhow::Result<Option<Self>> {
        let place = TestPlace::open(engine).await.map_err(|error| anyhow!(error))?;
        Ok(place.map(|place| Self {
            place,
            arguments: Vec::new(),
            environment: Vec::new(),
            log_file: None,
            bucket: None,
        }))
    }

    /// An empty place with everything on one machine (`SQLite` and a folder) or everything apart (`PostgreSQL` and a
    /// bucket); nothing when that is to be on `PostgreSQL` and none is installed.
    pub async fn whole(engine: Engine) -> anyhow::Result<Option<Self>> {
        let Some(mut setup) = Self::on(engine).await? else { return Ok(None) };
        if engine == Engine::Postgres {
            setup.bucket = Some(Bucket::start().await?);
        }
        Ok(Some(setup))
    }

    /// The data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.place.data_dir()
    }

    /// The digests of the files that the folder or the bucket holds.
    pub fn stored_files(&self) -> anyhow::Result<Vec<Digest>> {
        let folder = self
            .bucket
            .as_ref()
            .map_or_else(|| self.data_dir().join("blobs"), |bucket| bucket.folder().to_owned());
        let (mut found, mut folders) = (Vec::new(), vec![folder]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                } else {
                    match entry.file_name().to_string_lossy().parse() {
                        Ok(digest) => found.push(digest),
                        // What the store of the tests keeps for itself.
                        Err(_other) if self.bucket.is_some() => {}
                        Err(_other) => bail!("{} is no stored file", entry.path().display()),
                    }
                }
            }
        }
        Ok(found)
    }

    /// The database's address; nothing on `SQLite`.
    pub fn database_url(&self) -> Option<String> {
        self.place.database_url()
    }

    /// A command of the program, on this place's data.
    pub fn command(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(binary()?);
        command.args(arguments).env_clear().stdin(Stdio::null());
        command.env("VITRINA_DATA_DIR", self.data_dir());
        if let Some(url) = self.database_url() {
            command.env("VITRINA_DATABASE_URL", url);
        }
        if let Some(bucket) = &self.bucket {
            command.env("VITRINA_FILES_URL", bucket.url());
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    /// Runs a command of the program to its end.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        Ok(self.command(arguments)?.output()?)
    }

    /// A new token with these scopes.
    pub fn token(&self, scopes: &[&str]) -> anyhow::Result<String> {
        let scopes = scopes.iter().flat_map(|scope| ["--scope", scope]);
        let arguments: Vec<&str> =
            ["admin", "token", "create", "--name", "test"].into_iter().chain(scopes).collect();
        let output = self.run(&arguments)?;
        ensure!(output.status.success(), "no token: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

/// A running server; it is killed when it is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<VecDeque<String>>>,
    started_in: Duration,
}

impl Program {
    /// Starts a server on a free port and waits until it is ready.
    pub async fn serve(setup: &Setup) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut program = Self::listen(setup)?;
        let http = program.http();
        loop {
            let ready = http.get("/health/ready").await;
            if ready.as_ref().is_ok_and(|answer| answer.status.is_success()) {
                program.started_in = begun.elapsed();
                return Ok(program);
            }
            ensure!(begun.elapsed() < START, "never ready: {ready:?}\n{}", program.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Starts a server on a free port; it listens, and may not be ready.
    pub fn listen(setup: &Setup) -> anyhow::Result<Self> {
        let mut command = setup.command(&["serve", "--listen", "127.0.0.1:0"])?;
        command.args(&setup.arguments).stdout(Stdio::null()).stderr(Stdio::piped());
        Self::spawn_logging(command, setup.log_file.as_deref())
    }

    /// Starts a server by a command whose log comes on its standard error.
    pub fn spawn(command: Command) -> anyhow::Result<Self> {
        Self::spawn_logging(command, None)
    }

    fn spawn_logging(mut command: Command, log_file: Option<&Path>) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut child = command.spawn()?;
        let log = Arc::default();
        let (found, address) = mpsc::channel();
        let stream = child.stderr.take().context("the log is not piped")?;
        let lines = Arc::clone(&log);
        let file = log_file.map(fs::File::create).transpose()?;
        std::thread::spawn(move || follow(stream, file, &lines, &found));
        let mut program =
            Self { child, address: ([127, 0, 0, 1], 0).into(), log, started_in: Duration::ZERO };
        program.address = address
            .recv_timeout(START)
            .map_err(|_ended| anyhow!("it ended before it listened:\n{}", program.log()))?;
        program.started_in = begun.elapsed();
        Ok(program)
    }

    /// A client for it.
    pub fn http(&self) -> Http {
        Http::new(self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// From its start until it was ready (or listened, when nobody waited for more).
    pub fn started_in(&self) -> Duration {
        self.started_in
    }

    /// The last lines of its log.
    pub fn log(&self) -> String {
        let lines = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }

    /// Resident memory now, in bytes.
    pub fn memory(&self) -> anyhow::Result<u64> {
        self.status_of("VmRSS:")
    }

    /// The most resident memory there ever was, in bytes.
    pub fn peak_memory(&self) -> anyhow::Result<u64> {
        self.status_of("VmHWM:")
    }

    fn status_of(&self, name: &str) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    }

    /// Processor time used so far, its own and the kernel's for it.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        // The fields after the name, which is in parentheses and may hold anything; ticks are a hundredth of a
        // second on every Linux that this runs on.
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id()))?;
        let (_, fields) = stat.rsplit_once(')').context("no name")?;
        let mut fields = fields.split_whitespace().skip(11);
        let mut ticks = || anyhow::Ok(fields.next().context("too few fields")?.parse::<u64>()?);
        Ok(Duration::from_millis((ticks()? + ticks()?) * 10))
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Ends it as the system does, and waits for the end.
    pub fn terminate(mut self) -> anyhow::Result<ExitStatus> {
        let told = Command::new("kill").arg(self.id().to_string()).status()?;
        ensure!(told.success(), "it could not be told to end");
        Ok(self.child.wait()?)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already; a failing test must not leave it behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the log to its end, so that the server never waits for a reader; tells the address when it is logged.
fn follow(
    stream: impl Read,
    mut file: Option<fs::File>,
    lines: &Mutex<VecDeque<String>>,
    found: &mpsc::Sender<SocketAddr>,
) {
    let mut stream = BufReader::new(stream);
    let mut bytes = Vec::new();
    while stream.read_until(b'\n', &mut bytes).is_ok_and(|length| length > 0) {
        if let Some(file) = &mut file {
            // A full disk shows in the test that reads the file.
            let _ = file.write_all(&bytes);
        }
        let line = String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned();
        bytes.clear();
        if let Some(address) = listening(&line) {
            let _ = found.send(address);
        }
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LOG_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

/// The address in the event that tells it, in either form of the log.
fn listening(line: &str) -> Option<SocketAddr> {
    if let Ok(event) = serde_json::from_str::<Value>(line) {
        return event["address"].as_str().filter(|_| event["message"] == "listening")?.parse().ok();
    }
    let (_, rest) = line.split_once(" listening address=")?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The program under test: `VITRINA_BIN`, or the one that was built with the tests.
fn binary() -> anyhow::Result<PathBuf> {
    if let Some(told) = told("VITRINA_BIN") {
        return Ok(told.into());
    }
    let test = std::env::current_exe()?;
    let profile = test.ancestors().find(|folder| folder.join("vitrina").is_file());
    let folder =
        profile.map(Path::to_path_buf).context("no program beside the tests: build with --workspace")?;
    Ok(folder.join("vitrina"))
}
