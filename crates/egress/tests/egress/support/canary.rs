//! A listener that counts who comes.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Where it sits: the usual loopback addresses and one that nobody thinks of.
const PERCHES: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V4(Ipv4Addr::new(127, 200, 0, 9)),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\ncanary";

/// Stands on loopback addresses of both families at one port, and counts.
pub(crate) struct Canary {
    port: u16,
    visits: Arc<AtomicUsize>,
}

impl Canary {
    /// At any port.
    pub(crate) fn new() -> Self {
        Self::at(&[0; 50])
    }

    /// At the first of these ports that is free at every perch; 0 stands for any.
    pub(crate) fn at(ports: &[u16]) -> Self {
        let visits = Arc::new(AtomicUsize::new(0));
        let (port, listeners) =
            ports.iter().find_map(|port| listeners(*port)).expect("the addresses have a port in common");
        for listener in listeners {
            let visits = Arc::clone(&visits);
            std::thread::spawn(move || {
                for stream in listener.incoming() {
                    visits.fetch_add(1, Ordering::SeqCst);
                    // It answers what it is asked, so that whoever comes can be seen to have come.
                    let _ = stream.and_then(|mut stream| {
                        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
                        let _asked = stream.read(&mut [0; 4096])?;
                        stream.write_all(ANSWER)
                    });
                }
            });
        }
        Self { port, visits }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    /// Shows that it sees a visit in each family: without that, no visits would mean nothing.
    #[expect(clippy::disallowed_methods, reason = "the canary must be seen to count without any guard")]
    pub(crate) fn prove(&self) {
        for address in PERCHES.map(|perch| SocketAddr::new(perch, self.port)) {
            let before = self.visits();
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.write_all(b"?").unwrap();
            // It answers only after it has counted.
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
            assert_eq!(self.visits(), before + 1, "{address}");
        }
    }
}

/// Listeners at one port. A port that is free at one address is not always free at the others.
fn listeners(port: u16) -> Option<(u16, Vec<TcpListener>)> {
    let [first, others @ ..] = PERCHES;
    let first = TcpListener::bind((first, port)).ok()?;
    let port = first.local_addr().ok()?.port();
    let others = others.into_iter().map(|perch| TcpListener::bind((perch, port)));
    let listeners = std::iter::once(Ok(first)).chain(others).collect::<Result<_, _>>().ok()?;
    Some((port, listeners))
}
