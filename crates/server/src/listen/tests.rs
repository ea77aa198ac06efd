//! The accept loop, spoken to as a stranger would.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests speak to a listener on this machine that they have started"
)]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Bytes, extract::Request, routing};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
    task::JoinHandle,
    time::timeout,
};

use super::*;
use crate::body::broken_body;

/// Longer than any limit in these tests; reached only when one does not hold.
const PATIENCE: Duration = Duration::from_secs(20);

fn short() -> Limits {
    Limits {
        header_read: Duration::from_millis(300),
        idle: Duration::from_millis(600),
        progress_window: Duration::from_millis(300),
        progress_bytes: 1024,
        drain: Duration::from_secs(5),
        ..Limits::default()
    }
}

struct Running {
    address: SocketAddr,
    lifecycle: Lifecycle,
    ended: JoinHandle<Ended>,
}

async fn run(app: Router, limits: Limits) -> Running {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), limits).await.unwrap();
    let (address, lifecycle) = (listener.address(), Lifecycle::default());
    let ended = tokio::spawn(listener.serve(app, lifecycle.clone()));
    Running { address, lifecycle, ended }
}

fn hello() -> Router {
    Router::new().route("/", routing::get(|| async { "hello" }))
}

impl Running {
    async fn open(&self, bytes: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        stream
    }

    async fn ask(&self, bytes: &str) -> String {
        to_end(self.open(bytes).await).await
    }
}

/// What comes until the server closes. A reset after an answer still counts as its end.
async fn to_end(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    let read = async {
        while let Ok(count @ 1..) = stream.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..count]);
        }
    };
    timeout(PATIENCE, read).await.expect("the server did not close the connection");
    String::from_utf8_lossy(&answer).into_owned()
}

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn half_headers_are_closed_and_others_are_served_meanwhile() {
    let server = run(hello(), short()).await;
    let mut half = Vec::new();
    for _ in 0..500 {
        half.push(server.open("GET / HTTP/1.1\r\nHost:").await);
    }
    assert!(server.ask(GET).await.ends_with("hello"));
    for stream in half {
        assert_eq!(to_end(stream).await, "");
    }
}

#[tokio::test]
async fn a_trickle_of_header_bytes_does_not_buy_time() {
    let server = run(hello(), short()).await;
    let mut stream = server.open("GET / HTTP/1.1\r\n").await;
    let begun = tokio::time::Instant::now();
    let mut buffer = [0; 16];
    loop {
        // One byte in every turn: a timeout for silence alone would never end this.
        if stream.write_all(b"a").await.is_err() {
            break;
        }
        if let Ok(Ok(0) | Err(_)) = timeout(Duration::from_millis(50), stream.read(&mut buffer)).await {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "still open");
    }
}

#[tokio::test]
async fn an_idle_connection_is_kept_and_then_closed() {
    let server = run(hello(), short()).await;
    let mut stream = server.open("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut buffer = vec![0; 4096];
    let count = stream.read(&mut buffer).await.unwrap();
    assert!(String::from_utf8_lossy(&buffer[..count]).starts_with("HTTP/1.1 200"));
    stream.write_all(GET.as_bytes()).await.unwrap();
    let again = to_end(stream).await;
    assert!(again.contains("HTTP/1.1 200"), "{again}");
    let idle = server.open("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(to_end(idle).await.ends_with("hello"));
}

#[tokio::test]
async fn a_body_that_trickles_is_given_up() {
    let app = Router::new().route(
        "/",
        routing::post(|request: Request| async move {
            match axum::body::to_bytes(request.into_body(), 1 << 20).await {
                Ok(bytes) => format!("{} bytes", bytes.len()),
                Err(slow) => broken_body(&slow).code().as_str().to_owned(),
            }
        }),
    );
    let server = run(app, short()).await;
    let stream = server.open("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc").await;
    assert!(to_end(stream).await.ends_with("body-too-slow"));
    let whole = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc";
    assert!(server.ask(whole).await.ends_with("3 bytes"));
}

#[tokio::test]
async fn whoever_gives_up_can_tell_whether_the_body_is_waited_for() {
    let app = Router::new().route(
        "/",
        routing::post(|request: Request| async move {
            let awaited = request.extensions().get::<Awaited>().cloned().unwrap();
            let before = awaited.is_waiting();
            let mut reading = std::pin::pin!(axum::body::to_bytes(request.into_body(), 1 << 20));
            let read = timeout(Duration::from_millis(50), reading.as_mut()).await.is_ok();
            format!("{before} {read} {}", awaited.is_waiting())
        }),
    );
    let server = run(app, Limits { progress_window: PATIENCE, ..short() }).await;
    let kept_back = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 9\r\n\r\nabc";
    assert!(server.ask(kept_back).await.ends_with("false false true"));
    let whole = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc";
    assert!(server.ask(whole).await.ends_with("false true false"));
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_given_up() {
    let gone = Arc::new(Notify::new());
    let told = Arc::clone(&gone);
    let app = Router::new().route(
        "/",
        routing::get(move || async move {
            let guard = NotifyOnDrop(told);
            Body::from_stream(futures_util::stream::repeat_with(move || {
                let _held = &guard;
                Ok::<_, io::Error>(Bytes::from_static(&[b'x'; 16 * 1024]))
            }))
        }),
    );
    let server = run(app, short()).await;
    let _reads_nothing = server.open("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    timeout(PATIENCE, gone.notified()).await.expect("the answer was never given up");
}

struct NotifyOnDrop(Arc<Notify>);

impl Drop for NotifyOnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn headers_over_the_limits_are_431() {
    let server = run(hello(), short()).await;
    let many: String = (0..200).fold(String::new(), |all, n| all + &format!("X-{n}: 1\r\n"));
    let answer = server.ask(&format!("GET / HTTP/1.1\r\n{many}\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let long = "a".repeat(40 * 1024);
    let answer = server.ask(&format!("GET / HTTP/1.1\r\nX: {long}\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert!(
        answer.contains("application/problem+json") && answer.contains("\"headers-too-large\""),
        "{answer}"
    );
}

#[tokio::test]
async fn garbage_is_400_and_hurts_nobody() {
    let server = run(hello(), short()).await;
    for garbage in ["\u{16}\u{3}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"] {
        let answer = server.ask(garbage).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{garbage:?}: {answer}");
        assert!(answer.contains("application/problem+json"), "{garbage:?}: {answer}");
    }
    assert!(server.ask(GET).await.ends_with("hello"));
}

#[tokio::test]
async fn connections_over_the_cap_wait_for_their_turn() {
    let server = run(hello(), Limits { connections: 2, ..short() }).await;
    let _one = server.open("GET").await;
    let _two = server.open("GET").await;
    assert!(
        server.ask(GET).await.ends_with("hello"),
        "the third one is served when the first ones are closed"
    );
}

#[tokio::test]
async fn a_busy_port_is_told_apart() {
    let first = Listener::bind("127.0.0.1:0".parse().unwrap(), Limits::default()).await.unwrap();
    let second = Listener::bind(first.address(), Limits::default()).await;
    assert!(matches!(second, Err(ListenError::Busy { address }) if address == first.address()));
    let elsewhere = Listener::bind("203.0.113.1:80".parse().unwrap(), Limits::default()).await;
    assert!(matches!(elsewhere, Err(ListenError::Unusable { .. } | ListenError::Forbidden { .. })));
}

fn held(begun: &Arc<Notify>, go_on: &Arc<Notify>) -> Router {
    let (begun, go_on) = (Arc::clone(begun), Arc::clone(go_on));
    Router::new().route(
        "/",
        routing::get(move || async move {
            begun.notify_one();
            go_on.notified().await;
            "done"
        }),
    )
}

#[tokio::test]
async fn a_stop_answers_what_is_in_flight_and_takes_nothing_new() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = run(held(&begun, &go_on), short()).await;
    let stream = server.open(GET).await;
    begun.notified().await;
    server.lifecycle.stop();
    assert!(server.lifecycle.is_stopping());
    let refused = async {
        while let Ok(mut stream) = TcpStream::connect(server.address).await {
            // A connection that the kernel had queued is closed unanswered.
            if stream.read_u8().await.is_err() {
                tokio::task::yield_now().await;
            }
        }
    };
    timeout(PATIENCE, refused).await.expect("connections are still taken");
    go_on.notify_one();
    assert!(to_end(stream).await.ends_with("done"));
    assert_eq!(timeout(PATIENCE, server.ended).await.unwrap().unwrap(), Ended::Drained);
}

#[tokio::test]
async fn a_second_stop_ends_now() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = run(held(&begun, &go_on), Limits { drain: PATIENCE * 10, ..short() }).await;
    let stream = server.open(GET).await;
    begun.notified().await;
    server.lifecycle.stop();
    server.lifecycle.stop();
    assert_eq!(timeout(PATIENCE, server.ended).await.unwrap().unwrap(), Ended::Cut);
    assert_eq!(to_end(stream).await, "");
}

#[tokio::test]
async fn draining_has_an_end() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = run(held(&begun, &go_on), Limits { drain: Duration::from_millis(50), ..short() }).await;
    let _stream = server.open(GET).await;
    begun.notified().await;
    server.lifecycle.stop();
    assert_eq!(timeout(PATIENCE, server.ended).await.unwrap().unwrap(), Ended::Cut);
}

#[tokio::test]
async fn handlers_know_their_peer() {
    let app = Router::new().route(
        "/",
        routing::get(|request: Request| async move {
            request
                .extensions()
                .get::<Peer>()
                .map(|Peer(address)| address.ip().to_string())
                .unwrap_or_default()
        }),
    );
    let server = run(app, short()).await;
    assert!(server.ask(GET).await.ends_with("127.0.0.1"));
}

/// Connections with half a header at a server, and which of them it has closed.
async fn half_headers(address: SocketAddr) -> Vec<TcpStream> {
    let mut half = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ").await.unwrap();
        half.push(stream);
    }
    half
}

/// The hazard that this accept loop is there for: without it the same connections stay for ever.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the server that has no timeouts is what is looked at")]
async fn a_bare_server_keeps_half_headers_past_the_deadline_that_closes_them_here() {
    let limits = Limits::default();
    let deadline = limits.header_read;
    let bare = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = bare.local_addr().unwrap();
    let bare = tokio::spawn(async move { axum::serve(bare, hello()).await });
    let left_open = half_headers(address).await;
    let begun = tokio::time::Instant::now();
    let server = run(hello(), limits).await;
    for stream in half_headers(server.address).await {
        assert_eq!(to_end(stream).await, "");
    }
    let closed = begun.elapsed();
    assert!((deadline..Duration::from_secs(15)).contains(&closed), "closed after {closed:?}");
    // The deadline is over for the others too, with a margin; each of them can still finish what it began.
    tokio::time::sleep_until(begun + deadline + Duration::from_secs(2)).await;
    for mut stream in left_open {
        stream.write_all(b"1\r\nConnection: close\r\n\r\n").await.unwrap();
        assert!(to_end(stream).await.ends_with("hello"), "the bare server closed it");
    }
    bare.abort();
}

#[tokio::test]
async fn threads_of_its_own_answer_while_all_others_are_busy() {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), short()).await.unwrap();
    let (address, lifecycle) = (listener.address(), Lifecycle::default());
    let serving = listener.serve_apart(NonZeroUsize::MIN, hello(), lifecycle.clone());
    let ended = tokio::spawn(serving);
    // Until it is asked for the first time it may not have begun: the test's one thread starts it.
    let server =
        Running { address, lifecycle: lifecycle.clone(), ended: tokio::spawn(async { Ended::Drained }) };
    assert!(server.ask(GET).await.ends_with("hello"));
    // From here on the test's only thread is busy, as a search keeps one busy.
    let mut blocking = std::net::TcpStream::connect(address).unwrap();
    io::Write::write_all(&mut blocking, GET.as_bytes()).unwrap();
    let mut answer = String::new();
    io::Read::read_to_string(&mut blocking, &mut answer).unwrap();
    assert!(answer.ends_with("hello"), "{answer}");
    lifecycle.stop();
    assert_eq!(timeout(PATIENCE, ended).await.unwrap().unwrap().unwrap(), Ended::Drained);
}
