//! From an address to a connection: look up once, check everything, dial what was checked.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::Arc,
};

use rustls::ClientConfig;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_util::either::Either;
use vitrina_app::ports::{FetchError, Rule};

use crate::{
    config::Limits,
    guard::{Guard, Name, Target},
    resolver::Resolver,
    tls,
};

/// The most addresses of a host that are tried.
const MAX_TRIES: usize = 4;

/// A connection to somebody who may be asked.
pub(super) type Connection = Either<TcpStream, TlsStream<TcpStream>>;

/// Makes connections. There is no other place in the program that dials an address from outside.
#[derive(Debug)]
pub(super) struct Dialer {
    pub(super) guard: Guard,
    pub(super) resolver: Resolver,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) limits: Limits,
}

impl Dialer {
    /// Connects to a target.
    pub(super) async fn dial(&self, target: &Target) -> Result<Connection, FetchError> {
        let until = Instant::now() + self.limits.connect;
        let tcp = timeout_at(until, self.tcp(target, until)).await.unwrap_or_else(|_elapsed| {
            Err(FetchError::new(Rule::Silent, format!("{target}: no connection")))
        })?;
        if target.is_encrypted() { self.encrypt(target, tcp).await } else { Ok(Either::Left(tcp)) }
    }

    async fn tcp(&self, target: &Target, until: Instant) -> Result<TcpStream, FetchError> {
        let addresses = self.checked(target).await?;
        let tries = addresses.len().clamp(1, MAX_TRIES);
        let mut failed = FetchError::new(Rule::NoName, format!("{target}: no address was tried"));
        for (number, address) in addresses.into_iter().take(tries).enumerate() {
            let socket = SocketAddr::new(address, target.port());
            // The last one has what is left, each one before an equal part of it.
            let left = u32::try_from(tries - number).unwrap_or(1);
            let share = until.saturating_duration_since(Instant::now()) / left;
            match timeout(share, connect(socket)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => {
                    failed = FetchError::new(Rule::Closed, format!("{target} at {socket}: {error}"));
                }
                Err(_elapsed) => {
                    failed = FetchError::new(Rule::Silent, format!("{target} at {socket}: silence"));
                }
            }
        }
        Err(failed)
    }

    /// The addresses that a target stands for, when all of them may be asked.
    async fn checked(&self, target: &Target) -> Result<Vec<IpAddr>, FetchError> {
        let addresses = match target.name() {
            Name::Literal(address) => vec![address],
            Name::Domain(name) => {
                let answer = self.resolver.addresses(name).await;
                answer.map_err(|error| FetchError::new(Rule::NoName, format!("{target}: {error}")))?
            }
        };
        self.guard.answer(target, &addresses)?;
        let own =
            addresses.iter().find(|address| !self.guard.is_excepted(target, **address) && is_own(**address));
        match own {
            Some(address) => {
                Err(FetchError::new(Rule::Own, format!("{target} leads to ourselves at {address}")))
            }
            None => Ok(addresses),
        }
    }

    async fn encrypt(&self, target: &Target, tcp: TcpStream) -> Result<Connection, FetchError> {
        let name = tls::server_name(target)
            .map_err(|error| FetchError::new(Rule::Certificate, format!("{target}: {error}")))?;
        let handshake = TlsConnector::from(Arc::clone(&self.tls)).connect(name, tcp);
        match timeout(self.limits.connect, handshake).await {
            Ok(Ok(stream)) => Ok(Either::Right(stream)),
            Ok(Err(error)) => Err(FetchError::new(Rule::Certificate, format!("{target}: {error}"))),
            Err(_elapsed) => Err(FetchError::new(Rule::FirstByte, format!("{target}: no TLS in time"))),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the address is one that was checked")]
async fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    TcpStream::connect(address).await
}

/// Whether an address is one of this machine: the system would send to it from itself.
///
/// This is what tells a public address of our own, which no table can know. Connecting a UDP socket sends nothing; it
/// only asks the routing table.
#[expect(clippy::disallowed_methods, reason = "a UDP socket that is only connected sends nothing")]
fn is_own(address: IpAddr) -> bool {
    let from: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    // Any port but 0 will do; 9 is the one that discards.
    let route = UdpSocket::bind((from, 0)).and_then(|socket| {
        socket.connect((address, 9))?;
        socket.local_addr()
    });
    route.is_ok_and(|local| local.ip() == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_routing_table_knows_who_we_are() {
        assert!(is_own(IpAddr::from([127, 0, 0, 1])));
        assert!(!is_own(IpAddr::from([93, 184, 215, 14])));
        assert!(!is_own("2606:4700::1111".parse().unwrap()));
    }
}
