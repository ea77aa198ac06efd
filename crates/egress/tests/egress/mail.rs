//! Letters, handed to mail servers of this machine: good ones, and those that are not who they claim to be.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rstest::rstest;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;
use vitrina_app::ports::{Letter, Mail as _, MailError, MailRule};
use vitrina_domain::id::LetterId;
use vitrina_egress::{MailConfig, MailSecurity, Password, Postman};

use crate::support::Authority;

/// What a server was told, line by line.
type Heard = Arc<Mutex<Vec<String>>>;

/// A mail server on a loopback port. It ends with the test.
struct Server {
    port: u16,
    /// How long a letter may take to be handed over.
    patience: Duration,
    heard: Heard,
    _serving: JoinSet<()>,
}

/// How a server speaks.
#[derive(Clone)]
struct Manner {
    /// How it encrypts, if it can.
    acceptor: Option<TlsAcceptor>,
    security: MailSecurity,
    /// What it answers to a recipient.
    recipient: &'static str,
    /// What stands behind its answer to STARTTLS, in the same packet.
    after_starttls: &'static str,
}

impl Manner {
    fn of(security: MailSecurity, acceptor: Option<TlsAcceptor>) -> Self {
        Self { acceptor, security, recipient: "250 known", after_starttls: "" }
    }
}

impl Server {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Heard::default();
        let log = Arc::clone(&heard);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                match (manner.security, &manner.acceptor) {
                    (MailSecurity::Tls, Some(acceptor)) => {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            talk(stream, &log, None, &manner, true).await;
                        }
                    }
                    (_, acceptor) => {
                        let offer = acceptor.as_ref().map(|_| "250-STARTTLS\r\n");
                        if let Some(stream) = talk(stream, &log, offer, &manner, true).await
                            && let Some(acceptor) = acceptor
                            && let Ok(stream) = acceptor.accept(stream).await
                        {
                            talk(stream, &log, None, &manner, false).await;
                        }
                    }
                }
            }
        });
        Self { port, patience: Duration::from_secs(10), heard, _serving: serving }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// Speaks SMTP until the other side goes, or wants to encrypt.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    heard: &Heard,
    offer: Option<&str>,
    manner: &Manner,
    greets: bool,
) -> Option<S> {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.write_all(b"220 correo.test ESMTP\r\n").await.ok()?;
    }
    let mut in_letter = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        heard.lock().unwrap().push(line.clone());
        let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let reply = match word.as_str() {
            _ if in_letter && line != "." => continue,
            "." if in_letter => {
                in_letter = false;
                "250 taken".to_owned()
            }
            "EHLO" => format!("250-correo.test\r\n{}250 AUTH PLAIN", offer.unwrap_or_default()),
            "STARTTLS" => {
                let answer = format!("220 go on\r\n{}", manner.after_starttls);
                stream.write_all(answer.as_bytes()).await.ok()?;
                return Some(stream.into_inner());
            }
            "AUTH" => "235 welcome".to_owned(),
            "RCPT" => manner.recipient.to_owned(),
            "DATA" => {
                in_letter = true;
                "354 write".to_owned()
            }
            _ => "250 so be it".to_owned(),
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
    }
}

fn letter() -> Letter {
    Letter {
        id: LetterId::new(Uuid::from_u128(7)),
        written: "2026-03-01T12:00:00Z".parse().unwrap(),
        to: "ana@example.org".parse().unwrap(),
        subject: "Hay un dato nuevo".into(),
        text: "Hay un dato nuevo.".into(),
        html: "<p>Hay un dato nuevo.</p>".into(),
        unsubscribe: Some("https://datos.example.org/baja/abc".into()),
    }
}

fn postman(server: &Server, security: MailSecurity, authority: &Authority) -> Postman {
    let config = MailConfig {
        host: if security == MailSecurity::Loopback { "127.0.0.1" } else { "localhost" }.into(),
        port: server.port,
        security,
        login: Some(("datos".into(), Password("secreto".into()))),
        from: "Datos <datos@example.org>".into(),
        hello: Some("datos.example.org".into()),
        roots: vec![authority.root()],
        timeout: server.patience,
    };
    Postman::new(config).unwrap()
}

fn is_told_the_password(heard: &[String]) -> bool {
    heard.iter().any(|line| line.starts_with("AUTH"))
}

#[rstest]
#[case::tls(MailSecurity::Tls)]
#[case::starttls(MailSecurity::StartTls)]
#[case::this_machine(MailSecurity::Loopback)]
#[tokio::test]
async fn a_letter_is_handed_over(#[case] security: MailSecurity) {
    let authority = Authority::new();
    let acceptor = (security != MailSecurity::Loopback).then(|| authority.acceptor("localhost"));
    let server = Server::start(Manner::of(security, acceptor)).await;
    let postman = postman(&server, security, &authority);
    postman.greet().await.unwrap();
    assert!(!server.heard().iter().any(|line| line.starts_with("MAIL")), "{:?}", server.heard());
    server.heard.lock().unwrap().clear();
    postman.send(letter()).await.unwrap();
    let heard = server.heard();
    for line in [
        "EHLO datos.example.org",
        "MAIL FROM:<datos@example.org>",
        "RCPT TO:<ana@example.org>",
        "Subject: Hay un dato nuevo",
        "List-Unsubscribe: <https://datos.example.org/baja/abc>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Hay un dato nuevo.",
        "<p>Hay un dato nuevo.</p>",
    ] {
        assert!(heard.iter().any(|found| found == line), "{line} is not in {heard:#?}");
    }
    assert!(is_told_the_password(&heard));
    if security == MailSecurity::StartTls {
        let encrypted = heard.iter().position(|line| line == "STARTTLS").unwrap();
        let told = heard.iter().position(|line| line.starts_with("AUTH")).unwrap();
        assert!(encrypted < told, "the password goes encrypted only");
    }
}

#[rstest]
#[case::self_signed(MailSecurity::Tls, |_: &Authority| Authority::self_signed("localhost"))]
#[case::self_signed_starttls(MailSecurity::StartTls, |_: &Authority| Authority::self_signed("localhost"))]
#[case::another_name(MailSecurity::Tls, |authority: &Authority| authority.acceptor("correo.test"))]
#[case::another_name_starttls(MailSecurity::StartTls, |authority: &Authority| authority.acceptor("correo.test"))]
#[case::expired(MailSecurity::StartTls, |authority: &Authority| authority.expired("localhost"))]
#[tokio::test]
async fn a_server_that_does_not_prove_its_name_gets_nothing(
    #[case] security: MailSecurity,
    #[case] acceptor: fn(&Authority) -> TlsAcceptor,
) {
    let authority = Authority::new();
    let server = Server::start(Manner::of(security, Some(acceptor(&authority)))).await;
    let error = postman(&server, security, &authority).send(letter()).await.unwrap_err();
    assert_eq!(error.rule, MailRule::Certificate, "{error}");
    let heard = server.heard();
    assert!(!is_told_the_password(&heard) && !heard.iter().any(|line| line.starts_with("MAIL")), "{heard:?}");
}

/// Somebody on the way can cut the offer to encrypt out of the greeting.
#[tokio::test]
async fn a_server_that_does_not_offer_encryption_gets_nothing() {
    let security = MailSecurity::StartTls;
    let server = Server::start(Manner::of(security, None)).await;
    let error = postman(&server, security, &Authority::new()).send(letter()).await.unwrap_err();
    assert_eq!(error.rule, MailRule::Unencrypted, "{error}");
    let heard = server.heard();
    assert!(!is_told_the_password(&heard) && !heard.iter().any(|line| line.starts_with("MAIL")), "{heard:?}");
}

/// Somebody on the way can add to what the server says in the clear, so that it is taken for what it says encrypted.
#[tokio::test]
async fn what_comes_before_the_encryption_is_not_taken_for_what_comes_after_it() {
    let (security, authority) = (MailSecurity::StartTls, Authority::new());
    let acceptor = Some(authority.acceptor("localhost"));
    let after_starttls = "250-localhost\r\n250 AUTH LOGIN\r\n";
    let server = Server::start(Manner { after_starttls, ..Manner::of(security, acceptor) }).await;
    let error = postman(&server, security, &authority).send(letter()).await.unwrap_err();
    assert_eq!(error.rule, MailRule::Injected, "{error}");
    assert_eq!(server.heard().last().map(String::as_str), Some("STARTTLS"));
}

async fn answered(recipient: &'static str) -> MailError {
    let security = MailSecurity::Loopback;
    let server = Server::start(Manner { recipient, ..Manner::of(security, None) }).await;
    let error = postman(&server, security, &Authority::new()).send(letter()).await.unwrap_err();
    assert!(!server.heard().iter().any(|line| line == "DATA"), "{:?}", server.heard());
    error
}

#[rstest]
#[case("550 nobody here", MailRule::NoRecipient, "550")]
#[case("550 5.1.1 nobody here", MailRule::NoRecipient, "550 5.1.1")]
#[case("550-5.7.1 we do not\r\n550 5.7.1 know you", MailRule::Refused, "550 5.7.1")]
#[case("451 4.7.1 greylisted", MailRule::Later, "451 4.7.1")]
#[tokio::test]
async fn a_refusal_says_whom_it_is_about(
    #[case] recipient: &'static str,
    #[case] rule: MailRule,
    #[case] status: &str,
) {
    let error = answered(recipient).await;
    assert_eq!(error.rule, rule, "{error}");
    assert_eq!(error.status.unwrap().to_string(), status);
}

#[tokio::test]
async fn what_is_no_smtp_is_told() {
    let error = answered("hello?").await;
    assert_eq!((error.rule, error.status), (MailRule::Protocol, None), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_asked_later() {
    let security = MailSecurity::Loopback;
    let server = Server::start(Manner::of(security, None)).await;
    let postman = postman(&server, security, &Authority::new());
    drop(server);
    let error = postman.send(letter()).await.unwrap_err();
    assert_eq!(error.rule, MailRule::Closed, "{error}");
}

#[rstest]
#[case(MailSecurity::Loopback)]
#[case(MailSecurity::StartTls)]
#[case(MailSecurity::Tls)]
#[tokio::test]
async fn a_server_that_says_nothing_is_left(#[case] security: MailSecurity) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let _stream = listener.accept().await;
        tokio::time::sleep(Duration::from_mins(1)).await;
    });
    let server =
        Server { port, patience: Duration::from_millis(300), heard: Heard::default(), _serving: serving };
    let postman = postman(&server, security, &Authority::new());
    let sent = tokio::time::timeout(Duration::from_secs(10), postman.send(letter())).await;
    assert_eq!(sent.expect("the limit ends it").unwrap_err().rule, MailRule::Silent);
}
