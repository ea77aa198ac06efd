//! A closed loop of requests: each connection asks for the next thing when it has the answer to the last.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, StatusCode,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

/// How many requests are under way at once: enough to keep one core busy, few enough not to queue.
pub(super) const CONNECTIONS: usize = 2;

/// How many of those that take next to nothing: a thread that answers one finds the next.
pub(super) const MANY_CONNECTIONS: usize = 32;

/// A request that is made again and again.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    pub(super) status: StatusCode,
}

impl Ask {
    pub(super) fn get(target: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            target: target.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            status: StatusCode::OK,
        }
    }

    /// The same, by one who has the answer with this tag already.
    pub(super) fn having(mut self, tag: &str) -> Self {
        self.headers.push(("if-none-match", tag.to_owned()));
        self.status = StatusCode::NOT_MODIFIED;
        self
    }

    /// The same, by one who reads a language of his own.
    pub(super) fn spoken(mut self, language: &str) -> Self {
        self.headers.push(("accept-language", format!("es, {language}")));
        self
    }

    fn request(&self, address: SocketAddr) -> anyhow::Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.target)
            .header("host", address.to_string());
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        Ok(request.body(Full::new(self.body.clone()))?)
    }
}

/// What a loop took.
#[derive(Debug, Clone, Default)]
pub(super) struct Driven {
    pub(super) latencies: Vec<Duration>,
    pub(super) wall: Duration,
    pub(super) bytes: u64,
}

/// Makes so many requests on so many connections, going round the list; anything but the expected answer makes the run
/// void.
pub(super) async fn drive(
    address: SocketAddr,
    asks: &[Ask],
    count: usize,
    connections: usize,
) -> anyhow::Result<Driven> {
    ensure!(!asks.is_empty(), "nothing to ask for");
    let asks: Arc<[Ask]> = asks.into();
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        workers.spawn(work(address, Arc::clone(&asks), Arc::clone(&next), count));
    }
    let mut driven = Driven::default();
    while let Some(worker) = workers.join_next().await {
        let part = worker??;
        driven.latencies.extend(part.latencies);
        driven.bytes += part.bytes;
    }
    driven.wall = begun.elapsed();
    Ok(driven)
}

async fn work(
    address: SocketAddr,
    asks: Arc<[Ask]>,
    next: Arc<AtomicUsize>,
    count: usize,
) -> anyhow::Result<Driven> {
    let mut sender = connect(address).await?;
    let mut driven = Driven::default();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(ask) = asks.get(number % asks.len()).filter(|_| number < count) else { return Ok(driven) };
        let begun = Instant::now();
        let bytes = exchange(&mut sender, address, ask, |_frame| ()).await?;
        driven.latencies.push(begun.elapsed());
        driven.bytes += bytes;
    }
}

/// One answer, handed over piece by piece; tells how long it was.
pub(super) async fn stream(address: SocketAddr, ask: &Ask, take: impl FnMut(&Bytes)) -> anyhow::Result<u64> {
    exchange(&mut connect(address).await?, address, ask, take).await
}

#[expect(clippy::disallowed_methods, reason = "it speaks to the server on this machine that is measured")]
async fn connect(address: SocketAddr) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(tcp)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn exchange(
    sender: &mut SendRequest<Full<Bytes>>,
    address: SocketAddr,
    ask: &Ask,
    mut take: impl FnMut(&Bytes),
) -> anyhow::Result<u64> {
    sender.ready().await?;
    let answer = sender.send_request(ask.request(address)?).await.with_context(|| ask.target.clone())?;
    let status = answer.status();
    let mut body = answer.into_body();
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame.with_context(|| ask.target.clone())?.data_ref() {
            bytes += u64::try_from(data.len())?;
            take(data);
        }
    }
    ensure!(status == ask.status, "the run is void: {} answered {status}", ask.target);
    ensure!(bytes > 0 || status == StatusCode::NOT_MODIFIED, "the run is void: {} is empty", ask.target);
    Ok(bytes)
}
