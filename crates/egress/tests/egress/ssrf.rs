//! Every spelling of every forbidden range, by every way in: nobody is dialled.

use futures_util::{StreamExt as _, stream};
use hyper::{Method, Request};
use vitrina_app::ports::{Deliver as _, Delivered, Delivery, Event, FetchError, Reason, SystemClock};
use vitrina_domain::webhook::SigningSecret;
use vitrina_egress::{Client, Config, OidcTransport, Resolver, Webhooks};

use crate::{
    spellings::{self, Spelling},
    support::{Canary, Peer, client_with, config, get, head, names, redirect, steady, whole},
};

/// How many attempts are made at once.
const AT_ONCE: usize = 128;

/// How redirects are told, with the number of innocent ones before.
const WAYS: [(u16, usize); 10] =
    [(301, 0), (302, 0), (303, 0), (307, 0), (308, 0), (301, 4), (302, 2), (303, 1), (307, 3), (308, 4)];

/// A client with exceptions, in no hurry.
fn client(allow: &[&str], resolver: Resolver) -> Client {
    client_with(Config { limits: steady(), ..config(allow) }, resolver)
}

fn addresses(port: u16) -> Vec<(Spelling, String)> {
    spellings::all()
        .into_iter()
        .map(|spelling| {
            let address = format!("http://{}:{port}/", spelling.host);
            (spelling, address)
        })
        .collect()
}

async fn attempts<T>(run: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    stream::iter(run).buffer_unordered(AT_ONCE).collect().await
}

async fn deliver(client: &Client, address: &str, ports: &[u16]) -> Delivered {
    let delivery = Delivery {
        address: address.to_owned(),
        secret: SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap(),
        former_secret: None,
        event: Event {
            id: "1".into(),
            source: "https://datos.example.org".into(),
            kind: "mx.vitrina.dataset.update.v1".into(),
            subject: "https://datos.example.org/id/dataset/1".into(),
            at: "2026-03-01T12:00:00Z".parse().unwrap(),
            data: serde_json::json!({}),
        },
        ports: ports.to_vec(),
    };
    Webhooks::new(client.clone(), std::sync::Arc::new(SystemClock)).deliver(delivery).await
}

/// The address as a client of OpenID Connect asks it, where it is one for that client at all.
fn of_login(method: Method, address: &str) -> Option<Request<Vec<u8>>> {
    let form = "application/x-www-form-urlencoded";
    Request::builder().method(method).uri(address).header("content-type", form).body(Vec::new()).ok()
}

/// Leads to what stands in the query, after so many innocent redirects: `/{status}/{hops}?{address}`. The address is in
/// hexadecimal digits, so that nothing on the way reads it.
async fn signpost() -> Peer {
    Peer::answering(|head| {
        let path = head.split_whitespace().nth(1).unwrap();
        let (way, goal) = path.split_once('?').unwrap();
        let (status, hops) = way.trim_start_matches('/').split_once('/').unwrap();
        let (status, hops): (u16, usize) = (status.parse().unwrap(), hops.parse().unwrap());
        match hops.checked_sub(1) {
            Some(left) => redirect(status, &format!("/{status}/{left}?{goal}")),
            None => redirect(status, &String::from_utf8(hex::decode(goal).unwrap()).unwrap()),
        }
    })
    .await
}

fn refused(result: Result<impl Sized, FetchError>, address: &str) {
    let Err(error) = result else { panic!("{address} was asked") };
    assert_eq!(error.reason(), Reason::Unreachable, "{address}: {error}");
    assert!(error.rule.code().starts_with("range-"), "{address} was dialled or not understood: {error}");
}

#[test]
fn there_are_spellings_enough() {
    let all = spellings::all();
    assert!(all.len() >= 240, "{}", all.len());
    let mut hosts: Vec<_> = all.iter().map(|spelling| &spelling.host).collect();
    hosts.sort();
    hosts.dedup();
    assert!(hosts.len() >= 240, "{} differ", hosts.len());
}

#[tokio::test]
async fn no_spelling_is_dialled() {
    let canary = Canary::new();
    let (client, ports) = (client(&[], Resolver::system()), [canary.port()]);
    let addresses = addresses(canary.port());
    let login = OidcTransport::new(client.clone(), ports.to_vec());
    let (client, ports, login) = (&client, &ports, &login);
    let logins: Vec<usize> = attempts(addresses.iter().map(|(_, address)| async move {
        refused(whole(client, get(address.as_str(), ports)).await, address);
        refused(whole(client, head(address.as_str(), ports)).await, address);
        match deliver(client, address, ports).await {
            Delivered::Failed(error) => refused(Err::<(), _>(error), address),
            other => panic!("{address}: {other:?}"),
        }
        let encrypted = address.replacen("http:", "https:", 1);
        let requests = [Method::GET, Method::POST].map(|method| of_login(method, &encrypted));
        let mut asked = 0;
        for request in requests.into_iter().flatten() {
            refused(login.call(request).await, &encrypted);
            asked += 1;
        }
        asked
    }))
    .await;
    assert!(logins.iter().sum::<usize>() >= 400, "the library takes too few spellings to tell anything");
    assert_eq!(canary.visits(), 0);
    canary.prove();
}

#[tokio::test]
async fn no_spelling_is_dialled_after_a_redirect() {
    let (canary, peer) = (Canary::new(), signpost().await);
    let client = client(&["peer.test"], names(&[("peer.test", &["127.0.0.1"])]));
    let ports = [canary.port(), peer.port()];
    let addresses = addresses(canary.port());
    let (client, ports, peer) = (&client, &ports, &peer);
    for (status, hops) in WAYS {
        attempts(addresses.iter().map(|(_, address)| async move {
            let start = peer.at(&format!("/{status}/{hops}?{}", hex::encode(address)));
            refused(whole(client, get(start, ports)).await, address);
        }))
        .await;
    }
    assert_eq!(canary.visits(), 0);
    let asked: usize = WAYS.iter().map(|(_, hops)| hops + 1).sum();
    assert_eq!(peer.seen().heads().len(), asked * addresses.len(), "every attempt began");
    canary.prove();
}

/// The control: with the guard opened for this machine, the same attempts reach the canary, directly and by redirect.
#[tokio::test]
async fn without_the_guard_every_loopback_spelling_reaches_the_canary() {
    let (canary, peer) = (Canary::new(), signpost().await);
    let open = client(&["127.0.0.0/8", "0.0.0.0", "::1", "::"], Resolver::system());
    let ports = [canary.port(), peer.port()];
    let loopback: Vec<_> =
        addresses(canary.port()).into_iter().filter(|(spelling, _)| spelling.is_loopback).collect();
    assert!(loopback.len() >= 40, "{}", loopback.len());
    let (open, ports, peer) = (&open, &ports, &peer);
    attempts(loopback.iter().map(|(_, address)| async move {
        let (status, body) = whole(open, get(address.as_str(), ports)).await.unwrap();
        assert_eq!((status, &*body), (200, &b"canary"[..]), "{address}");
        let start = format!("http://127.0.0.1:{}/302/1?{}", peer.port(), hex::encode(address));
        let (status, body) = whole(open, get(start, ports)).await.unwrap();
        assert_eq!((status, &*body), (200, &b"canary"[..]), "{address}");
        assert!(matches!(deliver(open, address, ports).await, Delivered::Accepted { status: 200 }));
    }))
    .await;
    assert_eq!(canary.visits(), 3 * loopback.len());
    let login = OidcTransport::new(open.clone(), ports.to_vec());
    let logins = loopback.iter().filter_map(|(_, address)| of_login(Method::GET, address));
    let answers = attempts(logins.map(|request| login.call(request))).await;
    for answer in &answers {
        assert_eq!(answer.as_ref().unwrap().body(), b"canary");
    }
    assert!(answers.len() >= 30, "{}", answers.len());
    assert_eq!(canary.visits(), 3 * loopback.len() + answers.len());
}
