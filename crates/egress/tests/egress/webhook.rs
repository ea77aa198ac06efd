//! Signed events, as a subscriber sees them.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::mpsc,
};
use vitrina_app::ports::{Deliver as _, Delivered, Delivery, Event, FixedClock, Rule};
use vitrina_domain::webhook::SigningSecret;
use vitrina_egress::Webhooks;

use crate::support::{Canary, Peer, answer, guest, redirect};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const FORMER: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

fn event() -> Event {
    Event {
        id: "chg_0001".into(),
        source: "https://datos.example.org".into(),
        kind: "mx.vitrina.dataset.update.v1".into(),
        subject: "https://datos.example.org/id/dataset/7".into(),
        at: "2026-03-01T12:00:00.5Z".parse().unwrap(),
        data: json!({"kind": "dataset", "id": "7", "op": "update", "revision": 3,
            "url": "https://datos.example.org/api/v1/datasets/7", "changed": ["title", "tema"]}),
    }
}

fn delivery(address: String, ports: &[u16]) -> Delivery {
    Delivery {
        address,
        secret: SigningSecret::parse(SECRET).unwrap(),
        former_secret: None,
        event: event(),
        ports: ports.to_vec(),
    }
}

/// Time stands still, so that signatures can be told beforehand.
fn webhooks() -> Webhooks {
    let clock = FixedClock::at("2026-03-01T12:00:09.9Z".parse().unwrap());
    Webhooks::new(guest(), Arc::new(clock))
}

/// A subscriber that keeps what it is told.
async fn subscriber() -> (Peer, mpsc::UnboundedReceiver<String>) {
    let (tell, told) = mpsc::unbounded_channel();
    let peer = Peer::scripted(move |head, mut stream| {
        let tell = tell.clone();
        async move {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let mut body = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut body).await.unwrap();
            tell.send(String::from_utf8(body).unwrap()).unwrap();
            let _ = stream.write_all(&answer("204 No Content", &[], b"")).await;
        }
    })
    .await;
    (peer, told)
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let found = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.unwrap_or_else(|| panic!("no {name} in {head}"))
}

fn signature(secret: &str, signed: &str) -> String {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(signed.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn a_subscriber_can_check_what_it_is_told() {
    let (peer, mut told) = subscriber().await;
    let delivery = Delivery {
        former_secret: Some(SigningSecret::parse(FORMER).unwrap()),
        ..delivery(peer.at("/hook?x=1"), &[peer.port()])
    };
    assert_eq!(webhooks().deliver(delivery).await, Delivered::Accepted { status: 204 });
    let (head, body) = (&peer.seen().heads()[0], told.recv().await.unwrap());
    assert!(head.starts_with("POST /hook?x=1 HTTP/1.1\r\n"), "{head}");
    assert_eq!(header(head, "content-type"), "application/cloudevents+json; charset=utf-8");
    assert_eq!((header(head, "webhook-id"), header(head, "webhook-timestamp")), ("chg_0001", "1772366409"));
    let signed = format!("chg_0001.1772366409.{body}");
    let both = format!("{} {}", signature(SECRET, &signed), signature(FORMER, &signed));
    assert_eq!(header(head, "webhook-signature"), both);
    let envelope: Value = serde_json::from_str(&body).unwrap();
    let expected = json!({
        "specversion": "1.0",
        "id": "chg_0001",
        "source": "https://datos.example.org",
        "type": "mx.vitrina.dataset.update.v1",
        "subject": "https://datos.example.org/id/dataset/7",
        "time": "2026-03-01T12:00:00.500000Z",
        "datacontenttype": "application/json",
        "data": event().data,
    });
    assert_eq!(envelope, expected);
}

#[rstest]
#[case::taken("200 OK", Delivered::Accepted { status: 200 })]
#[case::gone("410 Gone", Delivered::Gone)]
#[case::broken("500 Oops", Delivered::Declined { status: 500, retry_after: None })]
#[case::missing("404 Not Found", Delivered::Declined { status: 404, retry_after: None })]
#[tokio::test]
async fn the_status_tells_what_became_of_it(#[case] status: &'static str, #[case] expected: Delivered) {
    let peer = Peer::answering(move |_| answer(status, &[], b"not read")).await;
    assert_eq!(webhooks().deliver(delivery(peer.at("/"), &[peer.port()])).await, expected);
}

#[tokio::test]
async fn a_subscriber_may_ask_for_time() {
    let peer = Peer::answering(|_| answer("429 Too Many Requests", &[("retry-after", "90")], b"")).await;
    let told = webhooks().deliver(delivery(peer.at("/"), &[peer.port()])).await;
    assert_eq!(told, Delivered::Declined { status: 429, retry_after: Some(Duration::from_secs(90)) });
}

#[tokio::test]
async fn what_is_said_to_one_is_not_passed_on_to_another() {
    let canary = Canary::new();
    let goal = format!("http://127.0.0.1:{}/", canary.port());
    let peer = Peer::answering(move |_| redirect(307, &goal)).await;
    let told = webhooks().deliver(delivery(peer.at("/"), &[peer.port(), canary.port()])).await;
    assert_eq!(told, Delivered::Declined { status: 307, retry_after: None });
    assert_eq!(canary.visits(), 0);
}

#[tokio::test]
async fn an_address_inside_is_not_told_anything() {
    let canary = Canary::new();
    let address = format!("http://localhost:{}/", canary.port());
    match webhooks().deliver(delivery(address, &[canary.port()])).await {
        Delivered::Failed(error) => assert!([Rule::Loopback, Rule::NoName].contains(&error.rule), "{error}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(canary.visits(), 0);
}

#[tokio::test]
async fn an_endless_answer_is_not_read() {
    let peer = Peer::scripted(|_head, mut stream| async move {
        let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while sent.is_ok() {
            sent = stream.write_all(&[b'x'; 4_096]).await;
        }
    })
    .await;
    let told = webhooks().deliver(delivery(peer.at("/"), &[peer.port()])).await;
    assert_eq!(told, Delivered::Accepted { status: 200 });
}
