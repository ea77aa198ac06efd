//! A connection to the mail server, encrypted before anything is said that matters.
//!
//! The library can encrypt a connection by `STARTTLS`, too, but it goes on with whatever arrived before: somebody on the way
//! could answer in the server's place what is asked once nobody can answer for it any more. So the greeting in the clear is
//! ours, and whatever comes with it that was not asked for ends it.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
        ReadBuf,
    },
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_util::either::Either;
use vitrina_app::ports::{MailError, MailRule};

use super::{
    config::{Identity, Security, Server},
    reply::{Moment, describe},
};

/// The longest answer to a command before the encryption.
const MAX_ANSWER: u64 = 16 << 10;

/// The greeting that the library waits for: the server's own came before the encryption.
const GREETING: &[u8] = b"220 encrypted\r\n";

/// A connection as the library takes it.
#[derive(Debug)]
struct Wire {
    /// What is read before the first byte of the stream.
    before: Bytes,
    stream: Either<TcpStream, TlsStream<TcpStream>>,
    peer: SocketAddr,
}

/// Connects, encrypts where that is to be, and greets.
pub(super) async fn connect(server: &Server) -> Result<AsyncSmtpConnection, MailError> {
    let tcp = dial(&server.host, server.port).await.map_err(|error| closed(&error))?;
    let peer = tcp.peer_addr().map_err(|error| closed(&error))?;
    let wire = match &server.security {
        Security::Loopback => Wire { before: Bytes::new(), stream: Either::Left(tcp), peer },
        Security::Tls(identity) => {
            Wire { before: Bytes::new(), stream: Either::Right(encrypt(tcp, identity).await?), peer }
        }
        Security::StartTls(identity) => {
            let tcp = ask_for_encryption(tcp, &server.hello.to_string()).await?;
            let stream = Either::Right(encrypt(tcp, identity).await?);
            Wire { before: Bytes::from_static(GREETING), stream, peer }
        }
    };
    AsyncSmtpConnection::connect_with_transport(Box::new(wire), &server.hello)
        .await
        .map_err(|error| describe(&error, Moment::Greeting))
}

#[expect(clippy::disallowed_methods, reason = "the mail server is the operator's own choice")]
async fn dial(host: &str, port: u16) -> io::Result<TcpStream> {
    TcpStream::connect((host, port)).await
}

/// Greets in the clear, and has the server ready for the encryption.
async fn ask_for_encryption(tcp: TcpStream, hello: &str) -> Result<TcpStream, MailError> {
    let mut stream = BufReader::new(tcp);
    answer(&mut stream).await?;
    say(&mut stream, &format!("EHLO {hello}\r\n")).await?;
    let offers = answer(&mut stream).await?;
    let offer =
        |line: &String| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"));
    if !offers.iter().any(offer) {
        return Err(MailError::new(MailRule::Unencrypted, format!("the server offers {}", offers.join(" "))));
    }
    say(&mut stream, "STARTTLS\r\n").await?;
    answer(&mut stream).await?;
    if stream.buffer().is_empty() {
        return Ok(stream.into_inner());
    }
    let length = stream.buffer().len();
    Err(MailError::new(MailRule::Injected, format!("{length} bytes came before the encryption")))
}

async fn say(stream: &mut BufReader<TcpStream>, command: &str) -> Result<(), MailError> {
    stream.write_all(command.as_bytes()).await.map_err(|error| closed(&error))
}

/// The lines of an answer that is a good one.
async fn answer(stream: &mut BufReader<TcpStream>) -> Result<Vec<String>, MailError> {
    let mut bounded = stream.take(MAX_ANSWER);
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        bounded.read_until(b'\n', &mut line).await.map_err(|error| closed(&error))?;
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        match (line.get(..1), line.get(3..4)) {
            (Some("2"), Some("-")) => lines.push(line),
            (Some("2"), _) => {
                lines.push(line);
                return Ok(lines);
            }
            (Some("4"), _) => return Err(MailError::new(MailRule::Later, line)),
            (Some("5"), _) => return Err(MailError::new(MailRule::Unencrypted, line)),
            (None, _) => return Err(MailError::new(MailRule::Closed, "the connection ended")),
            _ => return Err(MailError::new(MailRule::Protocol, line)),
        }
    }
}

async fn encrypt(tcp: TcpStream, identity: &Identity) -> Result<TlsStream<TcpStream>, MailError> {
    let handshake = TlsConnector::from(Arc::clone(&identity.tls)).connect(identity.name.clone(), tcp);
    handshake.await.map_err(|error| MailError::new(MailRule::Certificate, error.to_string()))
}

fn closed(error: &io::Error) -> MailError {
    MailError::new(MailRule::Closed, error.to_string())
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.before.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let length = self.before.len().min(buf.remaining());
        buf.put_slice(&self.before.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
