//! Clients that begin and never finish: half a header, or a body byte by byte.

use std::{
    net::SocketAddr,
    process::{Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use vitrina_tests::{Engine, Http, Program, Setup};

use crate::{ALONE, catalog, proved};

/// Within this the server must have closed a connection whose header does not end.
const CLOSED: Duration = Duration::from_secs(15);

/// Longer than any limit of the server; reached only when one does not hold.
const PATIENCE: Duration = Duration::from_mins(1);

/// How many clients of each kind.
struct Crowd {
    half_headers: usize,
    slow_bodies: usize,
}

/// A server that keeps to the first core, so that a client on the other one does not take its time.
pub(crate) async fn pinned(setup: &Setup) -> anyhow::Result<Program> {
    let plain = setup.command(&["serve", "--listen", "127.0.0.1:0"])?;
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(plain.get_program()).args(plain.get_args()).env_clear();
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", "/usr/bin:/bin").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let server = Program::spawn(command)?;
    until_ready(&server.http()).await?;
    Ok(server)
}

async fn until_ready(http: &Http) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !http.get("/health/ready").await.is_ok_and(|answer| answer.status.is_success()) {
        anyhow::ensure!(begun.elapsed() < PATIENCE, "never ready");
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// How long until the server closes a connection after these bytes.
#[expect(
    clippy::disallowed_methods,
    reason = "the test speaks to the server on this machine that it has started"
)]
async fn closed_after(address: SocketAddr, bytes: &[u8]) -> std::io::Result<Duration> {
    let mut stream = TcpStream::connect(address).await?;
    let begun = Instant::now();
    stream.write_all(bytes).await?;
    read_to_end(&mut stream).await;
    Ok(begun.elapsed())
}

async fn read_to_end(stream: &mut TcpStream) {
    let mut buffer = [0; 1024];
    // A reset is an end as well as any.
    while matches!(stream.read(&mut buffer).await, Ok(1..)) {}
}

/// How long until the server gives up a body that comes at a byte a second.
#[expect(
    clippy::disallowed_methods,
    reason = "the test speaks to the server on this machine that it has started"
)]
async fn given_up_after(address: SocketAddr) -> std::io::Result<Duration> {
    let mut stream = TcpStream::connect(address).await?;
    let begun = Instant::now();
    stream.write_all(b"POST /api/v1/validate HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n").await?;
    let (mut reading, mut writing) = stream.split();
    let mut buffer = [0; 1024];
    loop {
        tokio::select! {
            read = reading.read(&mut buffer) => match read {
                Ok(1..) => {}
                Ok(0) | Err(_) => return Ok(begun.elapsed()),
            },
            () = sleep(Duration::from_secs(1)) => {
                if writing.write_all(b"{").await.is_err() {
                    return Ok(begun.elapsed());
                }
            }
        }
    }
}

/// Ninety-nine in a hundred of the answers that well-behaved clients get come within this. Each is a newcomer with a
/// connection of its own.
async fn normal_p99(address: SocketAddr, begun: Instant, lasts: Duration) -> anyhow::Result<Duration> {
    let mut times = Vec::new();
    while begun.elapsed() < lasts {
        let asked = Instant::now();
        Http::new(address).get("/api/v1/datasets?limit=5").await?.expect(200)?;
        times.push(asked.elapsed());
        sleep(Duration::from_millis(20)).await;
    }
    times.sort_unstable();
    Ok(times.get((times.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_never_finish_are_closed_and_harm_nobody() {
    let crowd = match proved() {
        None => Crowd { half_headers: 500, slow_bodies: 100 },
        Some(_) => Crowd { half_headers: 5_000, slow_bodies: 1_000 },
    };
    let _alone = ALONE.lock().await;
    let setup = Setup::on(Engine::Sqlite).await.unwrap().unwrap();
    catalog::import(&setup).unwrap();
    let server = match proved() {
        None => Program::serve(&setup).await.unwrap(),
        Some(_) => pinned(&setup).await.unwrap(),
    };
    let address = server.address();
    normal_p99(address, Instant::now(), Duration::from_secs(1)).await.unwrap();
    let before = server.memory().unwrap();
    let begun = Instant::now();
    let normal = tokio::spawn(normal_p99(address, begun, CLOSED));
    let mut halves = JoinSet::new();
    for _ in 0..crowd.half_headers {
        halves.spawn(closed_after(address, b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: "));
    }
    let mut slow = JoinSet::new();
    for _ in 0..crowd.slow_bodies {
        slow.spawn(given_up_after(address));
    }
    let halves = timeout(PATIENCE, halves.join_all()).await.expect("half headers are still open");
    let longest = halves.into_iter().map(Result::unwrap).max().unwrap();
    let normal = normal.await.unwrap().unwrap();
    let memory = server.memory().unwrap().saturating_sub(before);
    eprintln!(
        "half headers closed in {longest:?}, others answered in {normal:?}, memory +{} MiB",
        memory >> 20
    );
    if proved().is_some() {
        let slow = timeout(PATIENCE, slow.join_all()).await.expect("slow bodies are still open");
        let given_up = slow.into_iter().map(Result::unwrap).max().unwrap();
        eprintln!("slow bodies given up in {given_up:?}");
    }
    assert!(longest <= CLOSED, "half headers closed after {longest:?}");
    assert!(normal <= Duration::from_millis(250), "others answered in {normal:?}");
    assert!(memory <= 150 << 20, "{memory} bytes more");
}
