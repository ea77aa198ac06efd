//! What an outsider can learn of the operator's network from our errors: nothing.

use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use vitrina_app::ports::Rule;
use vitrina_domain::finding::Locale;

use crate::support::{Canary, client_with, config, get, names, short, whole};

/// How often each kind is asked; the quickest counts, so that a busy machine does not matter.
const TRIES: usize = 3;

/// A port where nobody listens.
async fn closed() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// A port that does not answer: its listener takes nobody, and its queue is full.
#[expect(clippy::disallowed_methods, reason = "the queue of a listener on this machine must be filled")]
async fn filtered() -> (u16, TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(stream) = tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await
    {
        queue.push(stream.unwrap());
        assert!(queue.len() < 64, "the queue is never full");
    }
    (address.port(), listener, queue)
}

#[tokio::test]
async fn closed_filtered_and_forbidden_look_alike() {
    let canary = Canary::new();
    let (filtered, _listener, _queue) = filtered().await;
    let closed = closed().await;
    let resolver = names(&[("open.test", &["127.0.0.1"]), ("inside.test", &["127.0.0.1"])]);
    let client = client_with(config(&["open.test"]), resolver);
    let ports = [closed, filtered, canary.port()];
    let kinds = [
        (format!("http://open.test:{closed}/"), Rule::Closed),
        (format!("http://open.test:{filtered}/"), Rule::Silent),
        (format!("https://open.test:{closed}/"), Rule::Closed),
        ("http://open.test:6379/".to_owned(), Rule::Port),
        (format!("http://inside.test:{}/", canary.port()), Rule::Loopback),
        (format!("http://127.0.0.1:{}/", canary.port()), Rule::Loopback),
        (format!("http://169.254.169.254:{}/", canary.port()), Rule::LinkLocal),
        ("http://nobody.test/".to_owned(), Rule::NoName),
    ];
    let (mut messages, mut times) = (Vec::new(), Vec::new());
    for (address, rule) in &kinds {
        let mut quickest = Duration::MAX;
        for _ in 0..TRIES {
            let begun = Instant::now();
            let error = whole(&client, get(address.as_str(), &ports)).await.unwrap_err();
            quickest = quickest.min(begun.elapsed());
            assert_eq!(error.rule, *rule, "the operator's log knows: {error}");
            messages.push((error.reason().code(), error.reason().message(Locale::Es)));
        }
        times.push(quickest);
    }
    messages.dedup();
    assert_eq!(messages, [("unreachable", "no se pudo llegar a la dirección")]);
    let (least, most) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(*least >= short().connect, "{times:?}");
    assert!(most.saturating_sub(*least) <= Duration::from_millis(50), "{times:?}");
    assert_eq!(canary.visits(), 0);
}
