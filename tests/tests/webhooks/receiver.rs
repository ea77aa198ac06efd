//! A subscriber on this machine, who checks signatures by a way of his own.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

use crate::PATIENCE;

/// The port of a receiver: one of those that may be asked. Each has an address of its own.
const PORT: u16 = 8080;

/// What came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    pub(crate) at: Instant,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) header: Option<(&'static str, String)>,
    pub(crate) after: Duration,
}

impl Reply {
    pub(crate) fn of(status: u16) -> Self {
        Self { status, header: None, after: Duration::ZERO }
    }

    pub(crate) fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        Self { header: Some((name, value.into())), ..self }
    }
}

/// A subscriber. It ends with the test.
pub(crate) struct Receiver {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    _accepting: JoinSet<()>,
}

impl Receiver {
    /// A subscriber who answers what `script` says: it gets what came, and how much came before.
    pub(crate) async fn answering(
        script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let (listener, address) = listener().await?;
        let received = Arc::new(Mutex::new(Vec::new()));
        let (script, log) = (Arc::new(script), Arc::clone(&received));
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                connections.spawn(async move {
                    // Whoever breaks off is not answered.
                    let _ = serve(stream, &*script, &log).await;
                });
            }
        });
        Ok(Self { address, received, _accepting: accepting })
    }

    /// A subscriber who takes everything.
    pub(crate) async fn content() -> anyhow::Result<Self> {
        Self::answering(|_, _| Reply::of(204)).await
    }

    /// Where events are sent.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/avisos?de=vitrina", self.address)
    }

    /// What the operator allows for it.
    pub(crate) fn allowed(&self) -> String {
        self.address.ip().to_string()
    }

    /// All that came, in the order in which it did.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The ids of all that came.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.received().iter().map(Received::id).collect()
    }

    /// Waits until so much came.
    pub(crate) async fn until(&self, count: usize) -> anyhow::Result<Vec<Received>> {
        let begun = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return Ok(received);
            }
            ensure!(begun.elapsed() < PATIENCE, "{} of {count} came", received.len());
            sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn id(&self) -> String {
        self.header("webhook-id").to_owned()
    }

    pub(crate) fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// How many signatures there are, and how many of them a secret made.
    pub(crate) fn signatures(&self, secret: &str) -> anyhow::Result<(usize, usize)> {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").context("no secret")?)?;
        let seconds: i64 = self.header("webhook-timestamp").parse()?;
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_secs();
        ensure!(now.cast_signed() - seconds < 300, "signed long ago");
        let signed = [self.header("webhook-id"), self.header("webhook-timestamp")].join(".");
        let signed = [signed.as_bytes(), b".", &self.body].concat();
        let all: Vec<&str> = self.header("webhook-signature").split(' ').collect();
        let fitting = all.iter().filter(|signature| {
            let mac = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
            let checked = Hmac::<Sha256>::new_from_slice(&key).ok().map(|mut hmac| {
                hmac.update(&signed);
                hmac
            });
            mac.zip(checked).is_some_and(|(mac, checked)| checked.verify_slice(&mac).is_ok())
        });
        Ok((all.len(), fitting.count()))
    }
}

/// A listener at an address of this machine that no other receiver has.
async fn listener() -> anyhow::Result<(TcpListener, SocketAddr)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..200 {
        let number = std::process::id().wrapping_mul(251).wrapping_add(NEXT.fetch_add(1, Ordering::SeqCst));
        let [_, _, high, low] = number.to_be_bytes();
        let address = SocketAddr::from((Ipv4Addr::new(127, 77, high, low), PORT));
        if let Ok(listener) = TcpListener::bind(address).await {
            return Ok((listener, address));
        }
    }
    anyhow::bail!("no address is free")
}

async fn serve(
    stream: TcpStream,
    script: &(impl Fn(&Received, usize) -> Reply + ?Sized),
    log: &Mutex<Vec<Received>>,
) -> anyhow::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    ensure!(line.starts_with("POST /avisos?de=vitrina HTTP/1.1"), "{line}");
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length: usize = headers.get("content-length").context("no length")?.parse()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let received = Received { headers, body, at: Instant::now() };
    let before = {
        let mut log = log.lock().unwrap();
        log.push(received.clone());
        log.len() - 1
    };
    let Reply { status, header, after } = script(&received, before);
    sleep(after).await;
    let header = header.map(|(name, value)| format!("{name}: {value}\r\n")).unwrap_or_default();
    let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\nconnection: close\r\n{header}\r\n");
    stream.get_mut().write_all(head.as_bytes()).await?;
    Ok(stream.get_mut().shutdown().await?)
}
