//! Servers that prove who they are, and others.

use std::time::Duration;

use rstest::rstest;
use tokio::{io::AsyncWriteExt as _, net::TcpListener, task::JoinSet, time::sleep};
use tokio_rustls::TlsAcceptor;
use vitrina_app::ports::{Reason, Rule};
use vitrina_egress::{Client, Config};

use crate::support::{Authority, Peer, answer, client_with, config, get, names, redirect, whole};

/// A server that encrypts and gives one answer. It ends with the test.
async fn encrypted(acceptor: TlsAcceptor, answer: Vec<u8>) -> (u16, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, serving)
}

fn client(authority: &Authority) -> Client {
    let config = Config { roots: vec![authority.root()], ..config(&["peer.test"]) };
    client_with(config, names(&[("peer.test", &["127.0.0.1"])]))
}

#[tokio::test]
async fn a_server_of_a_known_authority_is_asked() {
    let authority = Authority::new();
    let (port, _serving) = encrypted(authority.acceptor("peer.test"), answer("200 OK", &[], b"hola")).await;
    let (status, body) =
        whole(&client(&authority), get(format!("https://peer.test:{port}/"), &[port])).await.unwrap();
    assert_eq!((status, &*body), (200, &b"hola"[..]));
}

#[rstest]
#[case::nobody_vouches(|_: &Authority| Authority::self_signed("peer.test"))]
#[case::another_name(|authority: &Authority| authority.acceptor("other.test"))]
#[case::another_authority(|_: &Authority| Authority::new().acceptor("peer.test"))]
#[case::expired(|authority: &Authority| authority.expired("peer.test"))]
#[tokio::test]
async fn a_server_that_does_not_prove_its_name_is_not(#[case] acceptor: fn(&Authority) -> TlsAcceptor) {
    let authority = Authority::new();
    let (port, _serving) = encrypted(acceptor(&authority), answer("200 OK", &[], b"hola")).await;
    let error =
        whole(&client(&authority), get(format!("https://peer.test:{port}/"), &[port])).await.unwrap_err();
    assert_eq!((error.rule, error.reason()), (Rule::Certificate, Reason::Insecure));
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_is_not_asked_in_the_clear() {
    let peer = Peer::answering(|_| answer("200 OK", &[], b"hola")).await;
    let address = peer.at("/").replace("http://", "https://");
    let error = whole(&client(&Authority::new()), get(address, &[peer.port()])).await.unwrap_err();
    assert!([Rule::Certificate, Rule::FirstByte].contains(&error.rule), "{error}");
}

#[tokio::test]
async fn a_handshake_that_stalls_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let _stream = listener.accept().await;
        sleep(Duration::from_mins(1)).await;
    });
    let error = whole(&client(&Authority::new()), get(format!("https://peer.test:{port}/"), &[port]))
        .await
        .unwrap_err();
    assert_eq!(error.reason(), Reason::TooSlow);
}

#[tokio::test]
async fn encryption_is_not_given_up_on_the_way() {
    let authority = Authority::new();
    let plain = Peer::answering(|_| answer("200 OK", &[], b"in the clear")).await;
    let (port, _serving) = encrypted(authority.acceptor("peer.test"), redirect(301, &plain.at("/"))).await;
    let ports = [port, plain.port()];
    let error =
        whole(&client(&authority), get(format!("https://peer.test:{port}/"), &ports)).await.unwrap_err();
    assert_eq!(error.rule, Rule::Downgrade);
    assert!(plain.seen().heads().is_empty());
    // The other way round it is taken up.
    let (port, _serving) = encrypted(authority.acceptor("peer.test"), answer("200 OK", &[], b"hola")).await;
    let goal = format!("https://peer.test:{port}/");
    let plain = Peer::answering(move |_| redirect(301, &goal)).await;
    let (status, _) = whole(&client(&authority), get(plain.at("/"), &[port, plain.port()])).await.unwrap();
    assert_eq!(status, 200);
}
