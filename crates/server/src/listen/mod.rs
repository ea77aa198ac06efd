//! The accept loop: HTTP/1.1 with the timeouts and caps that a public server needs.
//!
//! `hyper` reads and writes the messages; around it stand the times for headers, idling, bodies and slow readers,
//! a cap on connections in all and per address, a loop that survives running out of file descriptors, and an
//! orderly end.

use std::{convert::Infallible, io, net::SocketAddr, num::NonZeroUsize, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioTimer;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::task::TaskTracker;
use tower::Service;

mod body;
mod front;
mod lifecycle;
mod limits;
mod progress;
mod refusal;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use body::Awaited;
use body::Watched;
use front::Front;
pub use lifecycle::Lifecycle;
pub use limits::Limits;
use stream::{Answering, Phase, Stream};

use crate::{
    body::Held,
    limit::{AddressKey, Census, Place},
};

/// How much more than the limits `hyper` lets through, so that a small excess gets an explained refusal.
const HEADROOM: usize = 8 * 1024;

/// How long the end waits for each connection that may be queued, and how many the kernel queues at most.
const QUEUED: Duration = Duration::from_millis(5);
const MOST_QUEUED: usize = 4096;

/// The address at the other end of the connection: of the client, or of the proxy in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// What answers requests, whatever they ask.
pub trait Responder:
    Service<Request<Body>, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> Responder for S where
    S: Service<Request<Body>, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another program has the port.
    #[error("{address} is in use by another program")]
    Busy {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The system does not let this user have the port.
    #[error("not allowed to listen on {address}")]
    Forbidden {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The address is not one of this machine, or the system refuses for another reason.
    #[error("cannot listen on {address}")]
    Unusable {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every request in flight was answered.
    Drained,
    /// Some requests were cut off: time ran out or the server was told twice.
    Cut,
}

/// A socket that listens.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
    limits: Limits,
}

impl Listener {
    /// Takes the address; connections queue up from now on.
    pub async fn bind(address: SocketAddr, limits: Limits) -> Result<Self, ListenError> {
        let refused = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ListenError::Busy { address },
            io::ErrorKind::PermissionDenied => ListenError::Forbidden { address },
            _ => ListenError::Unusable { address, source },
        };
        let tcp = TcpListener::bind(address).await.map_err(refused)?;
        let address = tcp.local_addr().map_err(refused)?;
        Ok(Self { tcp, address, limits })
    }

    /// The address with the port that the system chose, when it was asked to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves as [`Self::serve`] does, on threads of its own: however busy those of the handlers are, requests are
    /// read, refused in time, and answers sent.
    pub async fn serve_apart(
        self,
        threads: NonZeroUsize,
        app: impl Responder,
        lifecycle: Lifecycle,
    ) -> Result<Ended, ListenError> {
        let Self { tcp, address, limits } = self;
        let unusable = |source: io::Error| ListenError::Unusable { address, source };
        let front = Front::start(threads).map_err(unusable)?;
        let tcp = tcp.into_std().map_err(unusable)?;
        let first = front.next().clone();
        let serving = first.spawn(async move {
            let tcp = TcpListener::from_std(tcp)?;
            Ok(Self { tcp, address, limits }.serve_on(Some(front), app, lifecycle).await)
        });
        serving.await.map_err(io::Error::other).and_then(std::convert::identity).map_err(unusable)
    }

    /// Serves until the lifecycle says stop, then until every request is answered or time is up.
    pub async fn serve(self, app: impl Responder, lifecycle: Lifecycle) -> Ended {
        self.serve_on(None, app, lifecycle).await
    }

    async fn serve_on(self, front: Option<Front>, app: impl Responder, lifecycle: Lifecycle) -> Ended {
        let Self { tcp, address: _, limits } = self;
        let server = Server {
            app,
            slots: Arc::new(Semaphore::new(limits.connections)),
            census: Census::new(limits.connections_per_address),
            limits: Arc::new(limits),
            connections: TaskTracker::new(),
            front,
            lifecycle,
        };
        server.accept_until_stopped(tcp).await;
        server.drain().await
    }
}

struct Server<A> {
    app: A,
    slots: Arc<Semaphore>,
    census: Census,
    limits: Arc<Limits>,
    connections: TaskTracker,
    /// The threads of connections; nothing where they are on that of the accept loop.
    front: Option<Front>,
    lifecycle: Lifecycle,
}

impl<A: Responder> Server<A> {
    /// Accepts until told to stop; the socket is closed when this returns.
    async fn accept_until_stopped(&self, tcp: TcpListener) {
        let mut pause = Duration::from_millis(5);
        loop {
            let accepted = tokio::select! {
                () = self.lifecycle.stopping() => return self.take_queued(&tcp).await,
                accepted = self.accept(&tcp) => accepted,
            };
            match accepted {
                Ok((slot, stream, peer)) => {
                    pause = Duration::from_millis(5);
                    self.admit(slot, stream, peer);
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    // Out of file descriptors or memory: connections that end give some back.
                    tracing::warn!(%error, "cannot accept connections for a moment");
                    metrics::counter!("vitrina_accept_errors_total").increment(1);
                    tokio::select! {
                        () = self.lifecycle.stopping() => return,
                        () = sleep(pause) => {}
                    }
                    pause = (pause * 2).min(self.limits.accept_pause);
                }
            }
        }
    }

    /// Takes the connections that the kernel has made already: closing the socket would reset them.
    async fn take_queued(&self, tcp: &TcpListener) {
        for _ in 0..MOST_QUEUED {
            match timeout(QUEUED, self.accept(tcp)).await {
                Ok(Ok((slot, stream, peer))) => self.admit(slot, stream, peer),
                Ok(Err(error)) if is_of_one_connection(&error) => {}
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }

    async fn accept(&self, tcp: &TcpListener) -> io::Result<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, peer) = tcp.accept().await?;
        Ok((slot, stream, peer))
    }

    fn admit(&self, slot: OwnedSemaphorePermit, stream: TcpStream, peer: SocketAddr) {
        let is_counted = !peer.ip().to_canonical().is_loopback();
        let place = is_counted.then(|| self.census.admit(AddressKey::of(peer.ip())));
        if matches!(place, Some(None)) {
            metrics::counter!("vitrina_connections_refused_total").increment(1);
            return;
        }
        // Without this, the last part of every answer waits for the reader's delayed acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let connection = Connection {
            app: self.app.clone(),
            limits: Arc::clone(&self.limits),
            lifecycle: self.lifecycle.clone(),
            peer,
            _slot: slot,
            _place: place.flatten(),
        };
        match self.front.as_ref().map(Front::next) {
            None => drop(self.connections.spawn(connection.run(stream))),
            // The socket is told of on the thread that will wait for it.
            Some(thread) => match stream.into_std() {
                Ok(stream) => drop(self.connections.spawn_on(connection.run_there(stream), thread)),
                Err(error) => tracing::warn!(%error, "a connection was lost before it was read"),
            },
        }
    }

    async fn drain(&self) -> Ended {
        self.connections.close();
        let drained = async {
            timeout(self.limits.drain, self.connections.wait()).await.map_or(Ended::Cut, |()| Ended::Drained)
        };
        tokio::select! {
            ended = drained => ended,
            () = self.lifecycle.ending() => Ended::Cut,
        }
    }
}

/// Whether a failed accept says nothing about the next one.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

struct Connection<A> {
    app: A,
    limits: Arc<Limits>,
    lifecycle: Lifecycle,
    peer: SocketAddr,
    _slot: OwnedSemaphorePermit,
    _place: Option<Place>,
}

impl<A: Responder> Connection<A> {
    async fn run_there(self, tcp: std::net::TcpStream) {
        match TcpStream::from_std(tcp) {
            Ok(tcp) => self.run(tcp).await,
            Err(error) => tracing::warn!(%error, "a connection was lost before it was read"),
        }
    }

    async fn run(self, tcp: TcpStream) {
        let open = metrics::gauge!("vitrina_connections");
        open.increment(1);
        let phase = Phase::default();
        let stream = Stream::new(tcp, phase.clone(), &self.limits);
        let service = service_fn(|request: Request<Incoming>| {
            phase.busy();
            let phase = phase.clone();
            let (mut head, body) = request.into_parts();
            let body = Watched::new(body, &self.limits);
            head.extensions.insert(Peer(self.peer));
            head.extensions.insert(body.awaited());
            let request = Request::from_parts(head, Body::new(body));
            let mut app = self.app.clone();
            let lifecycle = self.lifecycle.clone();
            async move {
                let mut response = app.call(request).await?.map(|body| Held::new(body, Answering(phase)));
                if lifecycle.is_stopping() {
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        });
        let mut connection = std::pin::pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                // The stream itself watches headers and idling; this is for those that `hyper` asks nothing of while
                // they idle.
                .header_read_timeout(self.limits.idle + self.limits.header_read)
                .max_headers(self.limits.header_fields + 28)
                .max_header_size(self.limits.header_bytes + HEADROOM)
                .max_buf_size((self.limits.header_bytes + HEADROOM).max(64 * 1024))
                .serve_connection(stream, service)
        );
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.lifecycle.stopping() => {
                // A request may be on its way on a connection that looks idle: its answer is the last one.
                let linger = self.limits.linger.min(self.limits.drain / 2);
                if let Ok(ended) = timeout(linger, connection.as_mut()).await {
                    ended
                } else {
                    connection.as_mut().graceful_shutdown();
                    tokio::select! {
                        ended = connection => ended,
                        () = self.lifecycle.ending() => Ok(()),
                    }
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, peer = %self.peer, "connection ended early");
        }
        open.decrement(1);
    }
}
