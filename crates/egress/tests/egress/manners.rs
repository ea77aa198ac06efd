//! How a guest behaves: not too many questions, not too fast, and silence where it is wanted.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::{io::AsyncWriteExt as _, time::sleep};
use vitrina_app::ports::{Fetch as _, FetchRequest, Pace, Rule, Validators};

use crate::support::{Peer, answer, client_with, config, get, guest, names, whole};

#[tokio::test]
async fn a_host_has_two_connections_at_most() {
    let peer = Peer::scripted(|_head, mut stream| async move {
        sleep(Duration::from_millis(50)).await;
        let _ = stream.write_all(&answer("200 OK", &[], b"x")).await;
    })
    .await;
    let client = guest();
    let pace = Pace { interval: Duration::ZERO, ..Pace::default() };
    let requests = (0..12).map(|_| {
        let request = FetchRequest { pace: Some(pace), ..get(peer.at("/"), &[peer.port()]) };
        whole(&client, request)
    });
    for result in join_all(requests).await {
        result.unwrap();
    }
    assert_eq!(peer.seen().most_at_once(), 2);
}

#[tokio::test]
async fn requests_to_a_host_keep_their_distance_and_other_hosts_do_not_wait() {
    let peer = Peer::answering(|_| answer("200 OK", &[], b"x")).await;
    let resolver = names(&[("peer.test", &["127.0.0.1"]), ("other.test", &["127.0.0.1"])]);
    let client = client_with(config(&["peer.test", "other.test"]), resolver);
    let paced = |address: String| FetchRequest {
        pace: Some(Pace { connections: 2, interval: Duration::from_millis(800) }),
        ..get(address, &[peer.port()])
    };
    let begun = Instant::now();
    whole(&client, paced(peer.at("/"))).await.unwrap();
    whole(&client, paced(peer.at("/").replace("peer.test", "other.test"))).await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(700), "the other host was asked at once");
    for _ in 0..2 {
        whole(&client, paced(peer.at("/"))).await.unwrap();
    }
    assert!(begun.elapsed() >= Duration::from_millis(1_600), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn one_request_a_second_is_the_custom() {
    assert_eq!(Pace::default(), Pace { connections: 2, interval: Duration::from_secs(1) });
}

#[tokio::test]
async fn a_host_that_asks_to_be_left_alone_is() {
    let peer = Peer::answering(|head| match head.split_whitespace().nth(1).unwrap() {
        "/busy" => answer("429 Too Many Requests", &[("retry-after", "3600")], b"later"),
        _ => answer("200 OK", &[], b""),
    })
    .await;
    let (client, ports) = (guest(), [peer.port()]);
    let busy = client.fetch(get(peer.at("/busy"), &ports)).await.unwrap();
    assert_eq!((busy.status, busy.retry_after), (429, Some(Duration::from_hours(1))));
    let error = whole(&client, get(peer.at("/"), &ports)).await.unwrap_err();
    assert_eq!(error.rule, Rule::Held);
    assert!(error.after.unwrap() > Duration::from_secs(3_500));
    assert_eq!(peer.seen().heads().len(), 1, "it was not asked again");
}

#[tokio::test]
async fn a_short_silence_is_waited_for() {
    let peer = Peer::answering(|head| match head.split_whitespace().nth(1).unwrap() {
        "/busy" => answer("503 Service Unavailable", &[("retry-after", "1")], b""),
        _ => answer("200 OK", &[], b""),
    })
    .await;
    let (client, ports) = (guest(), [peer.port()]);
    whole(&client, get(peer.at("/busy"), &ports)).await.unwrap();
    let begun = Instant::now();
    let (status, _) = whole(&client, get(peer.at("/"), &ports)).await.unwrap();
    assert_eq!(status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(900), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_is_known_need_not_be_sent_again() {
    let peer = Peer::answering(|head| {
        let state = [("etag", "\"v1\""), ("last-modified", "Sun, 01 Mar 2026 12:00:00 GMT")];
        if head.contains("if-none-match: \"v1\"\r\n") {
            return b"HTTP/1.1 304 Not Modified\r\netag: \"v1\"\r\n\r\n".to_vec();
        }
        answer("200 OK", &state, b"x")
    })
    .await;
    let (client, ports) = (guest(), [peer.port()]);
    let first = client.fetch(get(peer.at("/"), &ports)).await.unwrap();
    let known = first.validators.clone();
    assert_eq!(known.etag.as_deref(), Some("\"v1\""));
    assert!(!first.is_unchanged());
    drop(first);
    let second = client.fetch(FetchRequest { known, ..get(peer.at("/"), &ports) }).await.unwrap();
    assert!(second.is_unchanged());
    assert!(peer.seen().heads()[1].contains("if-modified-since: Sun, 01 Mar 2026 12:00:00 GMT\r\n"));
    let odd = Validators { etag: Some("a\r\nx-injected: b".into()), last_modified: None };
    let third = client.fetch(FetchRequest { known: odd, ..get(peer.at("/"), &ports) }).await.unwrap();
    assert_eq!(third.status, 200);
    assert!(!peer.seen().heads()[2].contains("injected"));
}

#[tokio::test]
async fn a_request_says_who_asks_and_nothing_else() {
    let peer = Peer::answering(|_| answer("200 OK", &[("set-cookie", "a=b")], b"")).await;
    let (client, ports) = (guest(), [peer.port()]);
    for _ in 0..2 {
        let request = FetchRequest { accept: Some("text/csv".into()), ..get(peer.at("/a?b=c#d"), &ports) };
        whole(&client, request).await.unwrap();
    }
    let expected = [
        "GET /a?b=c HTTP/1.1".to_owned(),
        "accept-encoding: gzip, br, zstd".to_owned(),
        "accept: text/csv".to_owned(),
        "connection: close".to_owned(),
        format!("host: peer.test:{}", peer.port()),
        format!("user-agent: Vitrina/{} (+https://datos.example.org/contacto)", env!("CARGO_PKG_VERSION")),
    ];
    for head in peer.seen().heads() {
        let mut lines: Vec<&str> = head.lines().filter(|line| !line.is_empty()).collect();
        lines.sort_unstable();
        assert_eq!(lines, expected);
    }
}
