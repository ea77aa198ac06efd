//! A provider of OpenID Connect: one that does as it should, and those that do not.

use std::{
    future::Future,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use hyper::{Method, Request, Response};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
    time::sleep,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use vitrina_app::ports::{FetchError, Rule};
use vitrina_egress::{Client, Config, OidcTransport};

use crate::support::{
    Authority, Canary, PATIENCE, Peer, answer, client_with, config, names, read_head, redirect,
};

type Stream = TlsStream<tokio::net::TcpStream>;

/// A provider that encrypts. It ends with the test.
struct Provider {
    port: u16,
    /// Head and body of each request.
    heard: Arc<Mutex<Vec<(String, String)>>>,
    _serving: JoinSet<()>,
}

impl Provider {
    async fn start<F, S>(acceptor: TlsAcceptor, script: S) -> Self
    where
        S: Fn(String, u16, Stream) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let log = Arc::clone(&heard);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut talking = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let head = read_head(&mut stream).await;
                let body = read_body(&head, &mut stream).await;
                log.lock().unwrap().push((head.clone(), body));
                talking.spawn(script(head, port, stream));
            }
        });
        Self { port, heard, _serving: serving }
    }

    /// One that gives an answer depending on the request line.
    async fn answering(authority: &Authority, answer: fn(&str, u16) -> Vec<u8>) -> Self {
        Self::start(authority.acceptor("peer.test"), move |head, port, mut stream| async move {
            let _ = stream.write_all(&answer(head.lines().next().unwrap_or_default(), port)).await;
            let _ = stream.shutdown().await;
        })
        .await
    }

    fn at(&self, path: &str) -> String {
        format!("https://peer.test:{}{path}", self.port)
    }

    fn heard(&self) -> Vec<(String, String)> {
        self.heard.lock().unwrap().clone()
    }
}

async fn read_body(head: &str, stream: &mut Stream) -> String {
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut body).await.unwrap();
    String::from_utf8(body).unwrap()
}

fn client(authority: &Authority) -> Client {
    let config = Config { roots: vec![authority.root()], ..config(&["peer.test"]) };
    client_with(config, names(&[("peer.test", &["127.0.0.1"]), ("public.test", &["127.0.0.1"])]))
}

fn get(address: &str) -> Request<Vec<u8>> {
    Request::builder().uri(address).header("accept", "application/json").body(Vec::new()).unwrap()
}

fn exchange(address: &str) -> Request<Vec<u8>> {
    Request::builder()
        .method(Method::POST)
        .uri(address)
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", "Basic c2VjcmV0bzpzZWNyZXRv")
        .header("cookie", "a=b")
        .header("x-forwarded-for", "127.0.0.1")
        .body(b"grant_type=authorization_code&code=abc".to_vec())
        .unwrap()
}

async fn call(transport: &OidcTransport, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
    tokio::time::timeout(PATIENCE, transport.call(request)).await.expect("a limit should have ended this")
}

fn json_answer(document: &Value) -> Vec<u8> {
    let headers =
        [("content-type", "application/json"), ("cache-control", "max-age=60"), ("set-cookie", "a=b")];
    answer("200 OK", &headers, document.to_string().as_bytes())
}

fn proper(line: &str, port: u16) -> Vec<u8> {
    let at = |path: &str| format!("https://peer.test:{port}{path}");
    match line.split(' ').nth(1).unwrap_or_default() {
        "/.well-known/openid-configuration" => json_answer(&json!({
            "issuer": at(""), "jwks_uri": at("/keys"), "token_endpoint": at("/token"),
        })),
        "/keys" => json_answer(&json!({ "keys": [{ "kty": "OKP", "kid": "1" }] })),
        "/token" => json_answer(&json!({ "access_token": "xyz", "token_type": "Bearer" })),
        _ => answer(
            "400 Bad Request",
            &[("content-type", "application/json")],
            br#"{"error":"invalid_grant"}"#,
        ),
    }
}

/// As the library has it (`oauth2` 5): whoever is this is a client for it.
fn fits<'c, T, F, E>(client: &'c T) -> &'c T
where
    T: Fn(Request<Vec<u8>>) -> F,
    F: Future<Output = Result<Response<Vec<u8>>, E>> + Send + 'c,
    E: std::error::Error + 'static,
{
    client
}

#[tokio::test]
async fn a_provider_is_discovered_its_keys_are_read_and_a_code_is_exchanged() {
    let authority = Authority::new();
    let provider = Provider::answering(&authority, proper).await;
    let transport = OidcTransport::new(client(&authority), vec![provider.port]);
    let ask = |request| transport.call(request);
    let ask = fits(&ask);
    let discovered = ask(get(&provider.at("/.well-known/openid-configuration"))).await.unwrap();
    assert_eq!(discovered.headers()["content-type"], "application/json");
    assert_eq!(discovered.headers()["cache-control"], "max-age=60");
    assert_eq!(discovered.headers().len(), 2, "no cookie is handed on");
    let discovered: Value = serde_json::from_slice(discovered.body()).unwrap();
    let keys = ask(get(discovered["jwks_uri"].as_str().unwrap())).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(keys.body()).unwrap()["keys"][0]["kid"], "1");
    let tokens = ask(exchange(discovered["token_endpoint"].as_str().unwrap())).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(tokens.body()).unwrap()["access_token"], "xyz");
    let refused = ask(exchange(&provider.at("/other"))).await.unwrap();
    assert_eq!((refused.status().as_u16(), &refused.body()[..]), (400, &br#"{"error":"invalid_grant"}"#[..]));

    let heard = provider.heard();
    let (head, body) = &heard[2];
    assert!(head.starts_with("POST /token HTTP/1.1\r\n"), "{head}");
    assert_eq!(body, "grant_type=authorization_code&code=abc");
    let head = head.to_ascii_lowercase();
    assert!(head.contains("authorization: basic c2vjcmv0bzpzzwnyzxrv"), "{head}");
    assert!(!head.contains("cookie") && !head.contains("x-forwarded-for"), "{head}");
}

#[rstest]
#[case::put(Method::PUT, "application/x-www-form-urlencoded")]
#[case::no_form(Method::POST, "application/json")]
#[case::delete(Method::DELETE, "application/x-www-form-urlencoded")]
#[tokio::test]
async fn only_what_the_protocol_needs_is_sent(#[case] method: Method, #[case] media_type: &str) {
    let authority = Authority::new();
    let provider = Provider::answering(&authority, proper).await;
    let transport = OidcTransport::new(client(&authority), vec![provider.port]);
    let request =
        Request::builder().method(method).uri(provider.at("/token")).header("content-type", media_type);
    let error = call(&transport, request.body(Vec::new()).unwrap()).await.unwrap_err();
    assert_eq!(error.rule, Rule::Method);
    assert!(provider.heard().is_empty());
}

#[rstest]
#[case(301)]
#[case(302)]
#[case(303)]
#[case(307)]
#[case(308)]
#[tokio::test]
async fn a_provider_that_leads_inside_is_not_followed(#[case] status: u16) {
    let (authority, canary) = (Authority::new(), Canary::new());
    let inside = format!("http://127.0.0.1:{}/latest/meta-data", canary.port());
    let provider = Provider::start(authority.acceptor("peer.test"), move |_head, _port, mut stream| {
        let answer = redirect(status, &inside);
        async move {
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    })
    .await;
    let transport = OidcTransport::new(client(&authority), vec![provider.port, canary.port()]);
    for request in [get(&provider.at("/")), exchange(&provider.at("/token"))] {
        assert_eq!(call(&transport, request).await.unwrap_err().rule, Rule::Redirects);
    }
    assert_eq!(canary.visits(), 0);
    canary.prove();
}

/// What a provider sends behind its head, as long as somebody takes it: 300 MB.
const FLOOD: usize = 300_000_000;

#[rstest]
#[case::declared("HTTP/1.1 200 OK\r\ncontent-length: 300000000\r\n\r\n", Rule::Length)]
#[case::until_it_ends("HTTP/1.1 200 OK\r\n\r\n", Rule::Length)]
#[tokio::test]
async fn an_answer_without_end_is_cut_off(#[case] head: &'static str, #[case] rule: Rule) {
    let authority = Authority::new();
    let sent = Arc::new(Mutex::new(0));
    let count = Arc::clone(&sent);
    let provider = Provider::start(authority.acceptor("peer.test"), move |_head, _port, mut stream| {
        let count = Arc::clone(&count);
        async move {
            let piece = vec![b' '; 1 << 16];
            let mut going = stream.write_all(head.as_bytes()).await;
            while going.is_ok() && *count.lock().unwrap() < FLOOD {
                going = stream.write_all(&piece).await;
                *count.lock().unwrap() += piece.len();
            }
        }
    })
    .await;
    let transport = OidcTransport::new(client(&authority), vec![provider.port]);
    let error = call(&transport, get(&provider.at("/keys"))).await.unwrap_err();
    assert_eq!(error.rule, rule, "{error}");
    let sent = *sent.lock().unwrap();
    assert!(sent < 32 << 20, "{sent} bytes were taken");
}

#[rstest]
#[case::says_nothing("", &[Rule::FirstByte])]
#[case::half_a_body("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{", &[Rule::Idle, Rule::Total])]
#[tokio::test]
async fn a_provider_that_stalls_is_left(#[case] beginning: &'static str, #[case] rules: &[Rule]) {
    let authority = Authority::new();
    let provider =
        Provider::start(authority.acceptor("peer.test"), move |_head, _port, mut stream| async move {
            let _ = stream.write_all(beginning.as_bytes()).await;
            sleep(Duration::from_mins(1)).await;
        })
        .await;
    let transport = OidcTransport::new(client(&authority), vec![provider.port]);
    let begun = Instant::now();
    let error = call(&transport, get(&provider.at("/"))).await.unwrap_err();
    assert!(rules.contains(&error.rule), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[rstest]
#[case::nobody_vouches(|_: &Authority| Authority::self_signed("peer.test"))]
#[case::another_name(|authority: &Authority| authority.acceptor("other.test"))]
#[case::expired(|authority: &Authority| authority.expired("peer.test"))]
#[tokio::test]
async fn a_provider_that_does_not_prove_its_name_hears_no_secret(
    #[case] acceptor: fn(&Authority) -> TlsAcceptor,
) {
    let authority = Authority::new();
    let provider = Provider::start(acceptor(&authority), |_head, _port, _stream| async {}).await;
    let transport = OidcTransport::new(client(&authority), vec![provider.port]);
    let error = call(&transport, exchange(&provider.at("/token"))).await.unwrap_err();
    assert_eq!(error.rule, Rule::Certificate);
    assert!(provider.heard().is_empty());
}

/// Without encryption only where the operator named the host, not where an address behind a name happens to be excepted.
#[tokio::test]
async fn secrets_go_in_the_clear_only_to_whom_the_operator_named() {
    let peer = Peer::answering(|_| answer("200 OK", &[("content-type", "application/json")], b"{}")).await;
    let open = Config { ..config(&["peer.test", "127.0.0.0/8"]) };
    let names = names(&[("peer.test", &["127.0.0.1"]), ("public.test", &["127.0.0.1"])]);
    let transport = OidcTransport::new(client_with(open, names), vec![peer.port()]);
    assert_eq!(call(&transport, get(&peer.at("/"))).await.unwrap().body(), b"{}");
    let literal = format!("http://127.0.0.1:{}/", peer.port());
    assert_eq!(call(&transport, get(&literal)).await.unwrap().body(), b"{}");
    let other = peer.at("/").replace("peer.test", "public.test");
    assert_eq!(call(&transport, exchange(&other)).await.unwrap_err().rule, Rule::Unencrypted);
    assert_eq!(peer.seen().heads().len(), 2);
}
