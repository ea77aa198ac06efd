//! Bodies that are packed: unpacked on the way, and never to more than was asked for.

use async_compression::{
    Level,
    tokio::write::{BrotliEncoder, GzipEncoder, ZstdEncoder},
    zstd::CParameter,
};
use rstest::rstest;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use vitrina_app::ports::{FetchRequest, Rule};

use crate::support::{Peer, answer, get, guest, head, whole};

const TEXT: &[u8] = "clave,nombre\n09,Ciudad de México\n19,Nuevo León\n".as_bytes();

/// 64 MiB of nothing: far more than the limit of the tests, and small when packed.
const BOMB: usize = 64 << 20;

async fn packed(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    {
        let mut encoder: Box<dyn AsyncWrite + Unpin + Send + '_> = match coding {
            "gzip" | "x-gzip" => Box::new(GzipEncoder::with_quality(&mut out, Level::Fastest)),
            "br" => Box::new(BrotliEncoder::with_quality(&mut out, Level::Fastest)),
            "zstd" => Box::new(ZstdEncoder::with_quality(&mut out, Level::Fastest)),
            other => panic!("{other}"),
        };
        encoder.write_all(bytes).await.unwrap();
        encoder.shutdown().await.unwrap();
    }
    out
}

async fn peer(coding: &str, body: Vec<u8>) -> Peer {
    let answer = answer("200 OK", &[("content-encoding", coding), ("content-type", "text/csv")], &body);
    Peer::answering(move |_| answer.clone()).await
}

#[rstest]
#[case("gzip")]
#[case("x-gzip")]
#[case("br")]
#[case("zstd")]
#[tokio::test]
async fn what_was_packed_is_unpacked(#[case] coding: &str) {
    let peer = peer(coding, packed(coding, TEXT).await).await;
    let (_, body) = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap();
    assert_eq!(&*body, TEXT);
    assert!(peer.seen().heads()[0].contains("accept-encoding: gzip, br, zstd\r\n"));
}

#[rstest]
#[case("gzip")]
#[case("br")]
#[case("zstd")]
#[tokio::test]
async fn a_bomb_is_not_unpacked(#[case] coding: &str) {
    let bomb = packed(coding, &vec![0; BOMB]).await;
    assert!(bomb.len() < 1 << 20, "{} bytes pass the limit of what is received", bomb.len());
    let peer = peer(coding, bomb).await;
    let error = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap_err();
    assert_eq!(error.rule, Rule::Inflated);
    // The control: with a limit that is large enough, it goes off.
    let request = FetchRequest { max_bytes: Some(1 << 30), ..get(peer.at("/"), &[peer.port()]) };
    let request = FetchRequest { total: Some(crate::support::PATIENCE), ..request };
    assert_eq!(whole(&guest(), request).await.unwrap().1.len(), BOMB);
}

#[tokio::test]
async fn members_without_content_are_counted_as_they_arrive() {
    let empty = packed("gzip", b"").await;
    let peer = Peer::scripted(move |_head, mut stream| {
        let empty = empty.repeat(1_000);
        async move {
            let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n";
            let mut sent = stream.write_all(head).await;
            while sent.is_ok() {
                sent = stream.write_all(&empty).await;
            }
        }
    })
    .await;
    let request = FetchRequest { max_bytes: Some(100_000), ..get(peer.at("/"), &[peer.port()]) };
    let error = whole(&guest(), request).await.unwrap_err();
    assert_eq!(error.rule, Rule::Length);
}

#[tokio::test]
async fn two_members_are_one_text() {
    let twice = packed("gzip", TEXT).await.repeat(2);
    let peer = peer("gzip", twice).await;
    let (_, body) = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap();
    assert_eq!(&*body, TEXT.repeat(2));
}

#[rstest]
#[case::twice("gzip, gzip")]
#[case::two_codings("br, gzip")]
#[case::not_offered("deflate")]
#[case::unknown("x-secret")]
#[tokio::test]
async fn other_codings_are_not_understood(#[case] coding: &str) {
    let once = packed("gzip", TEXT).await;
    let peer = peer(coding, packed("gzip", &once).await).await;
    let error = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap_err();
    assert_eq!(error.rule, Rule::Encoding);
}

#[tokio::test]
async fn a_file_that_nobody_packed_for_the_way_stays_as_it_is() {
    let file = packed("gzip", TEXT).await;
    let peer = peer("identity", file.clone()).await;
    let (_, body) = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap();
    assert_eq!(&*body, file);
}

#[rstest]
#[case("gzip")]
#[case("br")]
#[case("zstd")]
#[tokio::test]
async fn a_body_that_is_cut_or_no_such_coding_is_broken(#[case] coding: &str) {
    let mut cut = packed(coding, &TEXT.repeat(100)).await;
    cut.truncate(cut.len() / 2);
    for body in [cut, b"clave,nombre".to_vec()] {
        let peer = peer(coding, body).await;
        let error = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap_err();
        assert!([Rule::Encoding, Rule::Truncated].contains(&error.rule), "{error}");
    }
}

#[tokio::test]
async fn a_window_that_would_take_the_memory_is_refused() {
    let mut out = Vec::new();
    let window = [CParameter::window_log(27)];
    let mut encoder = ZstdEncoder::with_quality_and_params(&mut out, Level::Fastest, &window);
    encoder.write_all(&TEXT.repeat(1_000)).await.unwrap();
    encoder.shutdown().await.unwrap();
    let peer = peer("zstd", out).await;
    let error = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap_err();
    assert_eq!(error.rule, Rule::Encoding);
}

#[tokio::test]
async fn an_answer_without_a_body_has_nothing_to_unpack() {
    let peer = Peer::answering(|head| match head.split_whitespace().nth(1).unwrap() {
        "/empty" => answer("200 OK", &[("content-encoding", "gzip")], b""),
        "/unchanged" => b"HTTP/1.1 304 Not Modified\r\ncontent-encoding: gzip\r\n\r\n".to_vec(),
        _ => b"HTTP/1.1 200 OK\r\ncontent-encoding: deflate\r\ncontent-length: 900000000\r\n\r\n".to_vec(),
    })
    .await;
    let (client, ports) = (guest(), [peer.port()]);
    for request in
        [get(peer.at("/empty"), &ports), get(peer.at("/unchanged"), &ports), head(peer.at("/large"), &ports)]
    {
        let (_, body) = whole(&client, request).await.unwrap();
        assert_eq!(body.len(), 0);
    }
}
