//! Uploads written byte by byte, for what no ordinary client does.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// An upload under way.
pub(crate) struct Upload(TcpStream);

impl Upload {
    /// Begins an upload whose body is framed so.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test speaks to the server on this machine that it has started"
    )]
    pub(crate) async fn begin(
        address: SocketAddr,
        path: &str,
        token: &str,
        framing: &str,
    ) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        let head = format!(
            "PUT {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n{framing}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        Ok(Self(stream))
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.0.write_all(bytes).await?)
    }

    /// The whole answer.
    pub(crate) async fn answer(mut self) -> anyhow::Result<String> {
        let mut answer = Vec::new();
        // A server that refuses may close before everything was sent.
        let _ = self.0.read_to_end(&mut answer).await;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

/// Announces a body and sends none of it.
pub(crate) async fn announce(
    address: SocketAddr,
    path: &str,
    token: &str,
    length: u64,
) -> anyhow::Result<String> {
    let framing = format!("content-length: {length}");
    Upload::begin(address, path, token, &framing).await?.answer().await
}

/// Sends a body in chunks, without saying how long it is.
pub(crate) async fn stream(
    address: SocketAddr,
    path: &str,
    token: &str,
    bytes: &[u8],
) -> anyhow::Result<String> {
    let mut upload = Upload::begin(address, path, token, "transfer-encoding: chunked").await?;
    for chunk in bytes.chunks(10_000) {
        upload.send(format!("{:x}\r\n", chunk.len()).as_bytes()).await?;
        upload.send(chunk).await?;
        upload.send(b"\r\n").await?;
    }
    upload.send(b"0\r\n\r\n").await?;
    upload.answer().await
}
