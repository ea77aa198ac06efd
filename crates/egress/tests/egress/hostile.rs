//! Peers that stall, never end or lie about what they send.

use std::time::{Duration, Instant};

use rstest::rstest;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, time::sleep};
use vitrina_app::ports::{FetchRequest, Rule};

use crate::support::{Peer, answer, get, guest, short, whole};

/// What a peer sends after it has read a request.
#[derive(Debug, Clone, Copy)]
enum Script {
    /// Nothing, but it stays.
    Nothing,
    /// Bytes, then silence.
    Then(&'static str),
    /// Bytes, then the end.
    End(&'static str),
    /// Bytes, then these again and again with pauses of so many milliseconds.
    Drip(&'static str, &'static str, u64),
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\n";
const TEN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const CHUNK: &str = "40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n";
const UNTIL_CLOSED: &str = "HTTP/1.1 200 OK\r\n\r\n";
const LINE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

async fn play(script: Script, mut stream: TcpStream) {
    let forever = Duration::from_mins(1);
    match script {
        Script::Nothing => sleep(forever).await,
        Script::Then(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            sleep(forever).await;
        }
        Script::End(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Script::Drip(first, again, pause) => {
            let mut sent = stream.write_all(first.as_bytes()).await;
            // Without pauses it is as fast as it can.
            let again = again.repeat(if pause == 0 { 1_024 } else { 1 });
            while sent.is_ok() {
                sleep(Duration::from_millis(pause)).await;
                sent = stream.write_all(again.as_bytes()).await;
            }
        }
    }
}

#[rstest]
#[case::accepts_and_says_nothing(Script::Nothing, Rule::FirstByte)]
#[case::half_a_head(Script::Then(HEAD), Rule::FirstByte)]
#[case::a_head_byte_by_byte(Script::Drip(HEAD, "x", 100), Rule::FirstByte)]
#[case::a_body_byte_by_byte(Script::Drip(UNTIL_CLOSED, "x", 100), Rule::Total)]
#[case::a_body_that_pauses(Script::Drip(UNTIL_CLOSED, "x", 10_000), Rule::Idle)]
#[case::nine_of_ten_bytes(Script::Then("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n123456789"), Rule::Idle)]
#[case::no_end_of_chunks(
    Script::Then("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n"),
    Rule::Idle
)]
#[case::endless_body(Script::Drip(UNTIL_CLOSED, LINE, 0), Rule::Length)]
#[case::endless_chunks(Script::Drip(CHUNKED, CHUNK, 0), Rule::Length)]
#[case::endless_headers(Script::Drip(HEAD, "x-more: 0123456789\r\n", 0), Rule::Head)]
#[case::an_endless_header(Script::Drip("HTTP/1.1 200 OK\r\nx-long: ", LINE, 0), Rule::Head)]
#[case::endless_status(Script::Drip("HTTP/1.1 200 ", LINE, 0), Rule::Head)]
#[case::endless_promises(Script::Drip("", "HTTP/1.1 103 Early Hints\r\n\r\n", 5), Rule::FirstByte)]
#[case::says_it_is_large(Script::Then("HTTP/1.1 200 OK\r\ncontent-length: 2000000\r\n\r\n"), Rule::Length)]
#[case::says_it_is_larger_than_numbers(
    Script::End("HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n"),
    Rule::Syntax
)]
#[case::less_than_said(Script::End("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345"), Rule::Truncated)]
#[case::a_negative_length(Script::End("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n12345"), Rule::Syntax)]
#[case::two_lengths(
    Script::End("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n123456"),
    Rule::Syntax
)]
#[case::cut_chunks(
    Script::End("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nx"),
    Rule::Truncated
)]
#[case::chunks_of_no_number(
    Script::End("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx"),
    Rule::Truncated
)]
#[case::hangs_up(Script::End(""), Rule::Truncated)]
#[case::hangs_up_in_the_head(Script::End(HEAD), Rule::Truncated)]
#[case::no_http(Script::End("220 mail.example.org ESMTP\r\n"), Rule::Syntax)]
#[case::ssh(Script::End("SSH-2.0-OpenSSH_9.2\r\n"), Rule::Syntax)]
#[case::old_http(Script::End("<html>hola</html>"), Rule::Syntax)]
#[tokio::test]
async fn a_hostile_peer_is_left_in_time(#[case] script: Script, #[case] rule: Rule) {
    let peer = Peer::scripted(move |_head, stream| play(script, stream)).await;
    let begun = Instant::now();
    let error = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap_err();
    assert_eq!(error.rule, rule, "{error}");
    // A busy machine may be late, but not by much more than the limits together.
    assert!(begun.elapsed() < short().total + Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_comes_after_the_said_length_is_not_read() {
    let peer = Peer::scripted(|_head, mut stream| async move {
        let _ = stream.write_all(TEN.as_bytes()).await;
        let _ = stream.write_all(b"0123456789HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil").await;
        let _ = stream.shutdown().await;
    })
    .await;
    let (client, ports) = (guest(), [peer.port()]);
    for _ in 0..3 {
        // Nothing is kept open, so that what was smuggled in answers nobody's question.
        let (_, body) = whole(&client, get(peer.at("/"), &ports)).await.unwrap();
        assert_eq!(&*body, b"0123456789");
    }
    assert_eq!(peer.seen().heads().len(), 3);
}

#[tokio::test]
async fn an_answer_may_be_as_large_as_the_limit() {
    let peer = Peer::answering(|_| answer("200 OK", &[], &[b'x'; 1_000])).await;
    let (client, ports) = (guest(), [peer.port()]);
    let exact = FetchRequest { max_bytes: Some(1_000), ..get(peer.at("/"), &ports) };
    assert_eq!(whole(&client, exact).await.unwrap().1.len(), 1_000);
    let less = FetchRequest { max_bytes: Some(999), ..get(peer.at("/"), &ports) };
    assert_eq!(whole(&client, less).await.unwrap_err().rule, Rule::Length);
}

/// Whoever drops an answer closes the connection, and the host is free for others.
#[tokio::test]
async fn an_answer_that_nobody_reads_on_is_hung_up() {
    use vitrina_app::ports::{Fetch as _, Pace};
    let peer = Peer::scripted(|_head, stream| play(Script::Drip(UNTIL_CLOSED, LINE, 0), stream)).await;
    let client = guest();
    let alone = Pace { connections: 1, interval: Duration::ZERO };
    for _ in 0..5 {
        let request = FetchRequest { pace: Some(alone), ..get(peer.at("/"), &[peer.port()]) };
        let answer =
            tokio::time::timeout(Duration::from_secs(10), client.fetch(request)).await.unwrap().unwrap();
        assert_eq!(answer.status, 200);
    }
}
