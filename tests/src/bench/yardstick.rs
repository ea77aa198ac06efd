//! What the least that can be done costs here: the same HTTP library, and nothing of ours around it.

use std::{convert::Infallible, net::SocketAddr, sync::mpsc};

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use vitrina_store::Store;

/// A bare server in a thread of its own: `/static` answers 3 KB, `/select` reads one row of `SQLite` first.
pub(super) fn serve(store: Store) -> anyhow::Result<SocketAddr> {
    let (told, address) = mpsc::channel();
    let accept = async move || -> anyhow::Result<Infallible> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        told.send(listener.local_addr()?)?;
        loop {
            let (stream, _peer) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let store = store.clone();
            let answer = service_fn(move |request| answer(store.clone(), request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    };
    std::thread::Builder::new().name("yardstick".to_owned()).spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(accept())
    })?;
    address.recv().context("the yardstick does not listen")
}

async fn answer(store: Store, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    static BODY: [u8; 3_000] = [b'x'; 3_000];
    if request.uri().path() == "/select" && store.setting("base_url").await.is_err() {
        return Ok(Response::new(Full::default()));
    }
    Ok(Response::new(Full::new(Bytes::from_static(&BODY))))
}
