//! Peers and clients for tests. Everything stays on the loopback interface.

use std::{net::IpAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use vitrina_app::ports::{Fetch as _, FetchError, FetchMethod, FetchRequest, Fetched, Pace, SystemClock};
use vitrina_egress::{Client, Config, Limits, Resolver, guard::Allow};

mod canary;
mod certificate;
mod peer;

pub(crate) use canary::Canary;
pub(crate) use certificate::Authority;
pub(crate) use peer::{Peer, answer, read_head, redirect};

/// Longer than any limit in these tests; reached only when one does not hold.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// As fast as it goes.
pub(crate) const FREE: Pace = Pace { connections: 256, interval: Duration::ZERO };

/// Limits that are soon reached.
pub(crate) fn short() -> Limits {
    Limits {
        connect: Duration::from_millis(300),
        first_byte: Duration::from_secs(1),
        idle: Duration::from_secs(1),
        total: Duration::from_secs(3),
        patience: Duration::from_secs(20),
        max_bytes: 1 << 20,
    }
}

/// Limits for hundreds of attempts at once, whose peers may be late on a busy machine: only what cannot be reached is
/// given up soon.
pub(crate) fn steady() -> Limits {
    Limits { first_byte: PATIENCE, idle: PATIENCE, total: PATIENCE * 2, patience: PATIENCE * 2, ..short() }
}

pub(crate) fn config(allow: &[&str]) -> Config {
    Config {
        allow: Allow::new(allow.iter().map(|text| text.parse().unwrap()).collect()),
        limits: short(),
        pace: FREE,
        ..Config::new("https://datos.example.org/contacto".parse().unwrap())
    }
}

/// Names of a test: each stands for the same addresses whenever it is asked.
pub(crate) fn names(table: &[(&str, &[&str])]) -> Resolver {
    let table: Vec<(String, Vec<IpAddr>)> = table
        .iter()
        .map(|(name, addresses)| {
            ((*name).to_owned(), addresses.iter().map(|address| address.parse().unwrap()).collect())
        })
        .collect();
    Resolver::new(move |name| {
        let found = table.iter().find(|(own, _)| *own == name).map(|(_, addresses)| addresses.clone());
        Box::pin(async move { found.ok_or_else(|| std::io::Error::other("there is no such name")) })
    })
}

/// A client with exceptions and names of a test.
pub(crate) fn client_with(config: Config, resolver: Resolver) -> Client {
    Client::with_resolver(config, Arc::new(SystemClock), resolver).unwrap()
}

/// A client that may ask `peer.test`, where the peer of a test stands, and nothing else of this machine.
pub(crate) fn guest() -> Client {
    client_with(config(&["peer.test"]), names(&[("peer.test", &["127.0.0.1"])]))
}

/// A request that may use some ports.
pub(crate) fn get(address: impl Into<String>, ports: &[u16]) -> FetchRequest {
    FetchRequest { ports: ports.to_vec(), ..FetchRequest::get(address) }
}

/// The same without the body.
pub(crate) fn head(address: impl Into<String>, ports: &[u16]) -> FetchRequest {
    FetchRequest { method: FetchMethod::Head, ..get(address, ports) }
}

/// Asks, and reads the answer to its end.
pub(crate) async fn whole(client: &Client, request: FetchRequest) -> Result<(u16, Bytes), FetchError> {
    let asked = async {
        let answer: Fetched = client.fetch(request).await?;
        let status = answer.status;
        let pieces: Vec<Bytes> = answer.body.try_collect().await?;
        Ok((status, pieces.concat().into()))
    };
    tokio::time::timeout(PATIENCE * 2, asked).await.expect("a limit should have ended this")
}
