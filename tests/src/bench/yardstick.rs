//! What the least that can be done costs here: the HTTP library and the database library, and nothing of ours around
//! them, in a process of its own, because a client in the same process is woken for less.

use std::{
    convert::Infallible,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use vitrina_app::ports::{Clock as _, SystemClock};
use vitrina_store::{Config, Store};

use crate::Program;

/// As long as a record of the catalogs that are made up.
const LENGTH: usize = 3_000;

/// As many rows as records are asked for.
pub(super) const ROWS: usize = 500;

/// Starts the yardstick, which is built beside the program: `/static` answers 3 KB, `/select/N` the 3 KB of a row of
/// `SQLite` that it selects by its key.
pub(super) fn start() -> anyhow::Result<Program> {
    let mut command = Command::new(binary()?);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    Program::spawn(command)
}

fn binary() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let built = this.ancestors().map(|folder| folder.join("examples/yardstick"));
    built.into_iter().find(|path| path.is_file()).context("no yardstick: build the examples of the tests")
}

/// Serves until the process ends, and tells its address as a server does.
#[expect(clippy::print_stderr, reason = "the line of a log by which its address is found")]
pub async fn serve() -> anyhow::Result<Infallible> {
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().to_owned();
    let store = Store::open(&Config { data_dir, database_url: None, max_connections: 2 }).await?;
    store.migrate().await?;
    let mut tx = store.begin("yardstick", SystemClock.now()).await?;
    for row in 0..ROWS {
        tx.set_setting(&row.to_string(), &"x".repeat(LENGTH)).await?;
    }
    tx.commit().await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    eprintln!(" listening address={}", listener.local_addr()?);
    loop {
        let (stream, _peer) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let store = store.clone();
        let answer = service_fn(move |request| answer(store.clone(), request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}

async fn answer(store: Store, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    static BODY: [u8; LENGTH] = [b'x'; LENGTH];
    let Some(key) = request.uri().path().strip_prefix("/select/") else {
        return Ok(Response::new(Full::new(Bytes::from_static(&BODY))));
    };
    // An empty answer voids the run.
    let row = store.setting(key).await.ok().flatten().unwrap_or_default();
    Ok(Response::new(Full::new(row.into())))
}
