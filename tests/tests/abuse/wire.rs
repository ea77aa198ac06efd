//! A client that sends any bytes over a raw socket: what a client library would refuse to send is sent.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The longest an answer may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The body of a request; long ones are made while they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    Bytes(Vec<u8>),
    Repeat { open: Vec<u8>, unit: Vec<u8>, times: usize, close: Vec<u8> },
}

impl Body {
    pub(crate) fn repeat(open: &str, unit: &str, times: usize, close: &str) -> Self {
        Self::Repeat { open: open.into(), unit: unit.into(), times, close: close.into() }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Repeat { open, unit, times, close } => open.len() + unit.len() * times + close.len(),
        }
    }

    async fn write(&self, to: &mut (impl tokio::io::AsyncWrite + Unpin)) -> std::io::Result<()> {
        match self {
            Self::Bytes(bytes) => to.write_all(bytes).await?,
            Self::Repeat { open, unit, times, close } => {
                // Short units go out many at a time.
                let at_once = (65_536 / unit.len().max(1)).max(1);
                let many = unit.repeat(at_once.min(*times));
                to.write_all(open).await?;
                for _ in 0..times / at_once {
                    to.write_all(&many).await?;
                }
                to.write_all(&unit.repeat(times % at_once)).await?;
                to.write_all(close).await?;
            }
        }
        to.flush().await
    }
}

/// What came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Status line and header lines as they came.
    pub(crate) head: Vec<u8>,
    pub(crate) body: Vec<u8>,
    pub(crate) took: Duration,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> String {
        header(&self.head, name).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

fn header(head: &[u8], name: &str) -> Option<String> {
    String::from_utf8_lossy(head).split("\r\n").skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

/// Sends one request and reads the whole answer to it.
#[expect(
    clippy::disallowed_methods,
    reason = "the test speaks to the server on this machine that it has started"
)]
pub(crate) async fn exchange(address: SocketAddr, head: &[u8], body: &Body) -> anyhow::Result<Reply> {
    let begun = Instant::now();
    let answered = tokio::time::timeout(PATIENCE, async {
        let (mut from, mut to) = TcpStream::connect(address).await?.into_split();
        let is_head = head.starts_with(b"HEAD ");
        let sending = async {
            // A server may answer and close before it has read all: what it answered counts.
            let _ = to.write_all(head).await;
            let _ = body.write(&mut to).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = sending => bail!("unreachable"),
            reply = receive(&mut from, is_head) => reply,
        }
    });
    let mut reply = answered.await.map_err(|_elapsed| anyhow!("no answer in {PATIENCE:?}"))??;
    reply.took = begun.elapsed();
    Ok(reply)
}

async fn receive(from: &mut (impl tokio::io::AsyncRead + Unpin), is_head: bool) -> anyhow::Result<Reply> {
    let mut bytes = Vec::new();
    loop {
        bytes.reserve(65_536);
        let end = match from.read_buf(&mut bytes).await {
            Ok(length) => length == 0,
            Err(error) => {
                // What came whole before the connection broke is an answer.
                return parse(&bytes, is_head, true)
                    .ok()
                    .flatten()
                    .with_context(|| format!("{error} after {} bytes", bytes.len()));
            }
        };
        if let Some(reply) = parse(&bytes, is_head, end)? {
            return Ok(reply);
        }
        if end {
            bail!("the answer broke off after {} bytes: {:?}", bytes.len(), String::from_utf8_lossy(&bytes));
        }
    }
}

/// The answer, once it is whole.
fn parse(bytes: &[u8], is_head: bool, end: bool) -> anyhow::Result<Option<Reply>> {
    let Some((head, rest)) = cut(bytes, b"\r\n\r\n") else { return Ok(None) };
    let line = String::from_utf8_lossy(head.get(..13.min(head.len())).unwrap_or_default()).into_owned();
    let rest_of_line = line.strip_prefix("HTTP/1.1 ").or_else(|| line.strip_prefix("HTTP/1.0 "));
    let status = rest_of_line.and_then(|rest| rest.get(..3)?.parse::<u16>().ok());
    let status = status.with_context(|| format!("no HTTP answer: {line:?}"))?;
    if (100..200).contains(&status) && status != 101 {
        return parse(rest, is_head, end);
    }
    let whole = |body: Vec<u8>| Some(Reply { status, head: head.to_vec(), body, took: Duration::ZERO });
    if is_head || status == 204 || status == 304 {
        return Ok(whole(Vec::new()));
    }
    if header(head, "transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
        return Ok(dechunk(rest).and_then(whole));
    }
    let Some(length) = header(head, "content-length") else {
        return Ok(if end { whole(rest.to_vec()) } else { None });
    };
    let length: usize = length.parse()?;
    Ok(rest.get(..length).map(<[u8]>::to_vec).and_then(whole))
}

fn cut<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}

fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let (size, after) = cut(rest, b"\r\n")?;
        let size = std::str::from_utf8(size).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(after.get(..size)?);
        rest = after.get(size + 2..)?;
    }
}

mod tests {
    use super::*;

    #[test]
    fn answers_are_whole_or_not_yet_there() {
        let counted = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(parse(counted, false, false).unwrap().unwrap().body, b"abc");
        assert_eq!(parse(&counted[..40], false, false).unwrap(), None);
        assert_eq!(parse(counted, true, false).unwrap().unwrap().body, b"");
        let chunked =
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        let reply = parse(chunked, false, false).unwrap().unwrap();
        assert_eq!((reply.status, reply.body), (400, b"abc".to_vec()));
        assert_eq!(parse(&chunked[..80], false, false).unwrap(), None);
        assert!(parse(b"SSH-2.0\r\n\r\n", false, true).is_err());
    }
}
