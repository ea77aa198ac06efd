//! A scripted server: each connection is one script.

use std::{
    fmt::Write as _,
    future::Future,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// What the peer saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    heads: Mutex<Vec<String>>,
    open: AtomicUsize,
    most: AtomicUsize,
}

impl Seen {
    /// The heads of all requests, in their order.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// The most connections that were open at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    fn come(&self) {
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(open, Ordering::SeqCst);
    }

    fn go(&self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A server on a loopback port. It ends with the test.
pub(crate) struct Peer {
    address: SocketAddr,
    seen: Arc<Seen>,
    _accepting: JoinSet<()>,
}

impl Peer {
    /// A peer that reads the head of a request and lets a script answer.
    pub(crate) async fn scripted<F, S>(script: S) -> Self
    where
        S: Fn(String, TcpStream) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        Self::at_address(TcpListener::bind("127.0.0.1:0").await.unwrap(), script)
    }

    /// The same behind a listener that is there already.
    pub(crate) fn at_address<F, S>(listener: TcpListener, script: S) -> Self
    where
        S: Fn(String, TcpStream) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let (script, log) = (Arc::new(script), Arc::clone(&seen));
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                connections.spawn(async move {
                    log.come();
                    let head = read_head(&mut stream).await;
                    log.heads.lock().unwrap().push(head.clone());
                    script(head, stream).await;
                    log.go();
                });
            }
        });
        Self { address, seen, _accepting: accepting }
    }

    /// A peer that gives an answer depending on the head of the request.
    pub(crate) async fn answering(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        Self::scripted(move |head, mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                let _ = stream.write_all(&answer(&head)).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// An address of the peer by the name that a guest may ask.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://peer.test:{}{path}", self.port())
    }
}

/// The head of a request, up to the empty line.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// An answer with a body.
pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    text.push_str("\r\n");
    [text.as_bytes(), body].concat()
}

/// An answer that leads elsewhere.
pub(crate) fn redirect(status: u16, location: &str) -> Vec<u8> {
    answer(&format!("{status} Elsewhere"), &[("location", location)], b"")
}
