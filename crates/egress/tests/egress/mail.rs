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
use vitrina_app::ports::{FixedClock, Letter, Mail as _, MailError};
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
                let Manner { acceptor, security, recipient } = manner.clone();
                match (security, acceptor) {
                    (MailSecurity::Tls, Some(acceptor)) => {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            talk(stream, &log, None, recipient, true).await;
                        }
                    }
                    (_, acceptor) => {
                        let offer = acceptor.as_ref().map(|_| "250-STARTTLS\r\n");
                        if let Some(stream) = talk(stream, &log, offer, recipient, true).await
                            && let Some(acceptor) = acceptor
                            && let Ok(stream) = acceptor.accept(stream).await
                        {
                            talk(stream, &log, None, recipient, false).await;
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
    recipient: &str,
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
                stream.write_all(b"220 go on\r\n").await.ok()?;
                return Some(stream.into_inner());
            }
            "AUTH" => "235 welcome".to_owned(),
            "RCPT" => recipient.to_owned(),
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
        id: Uuid::from_u128(7),
        to: "Ana <ana@example.org>".into(),
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
    let clock = FixedClock::at("2026-03-01T12:00:00Z".parse().unwrap());
    Postman::new(config, Arc::new(clock)).unwrap()
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
    let server = Server::start(Manner { acceptor, security, recipient: "250 known" }).await;
    postman(&server, security, &authority).send(letter()).await.unwrap();
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
    let acceptor = Some(acceptor(&authority));
    let server = Server::start(Manner { acceptor, security, recipient: "250 known" }).await;
    let error = postman(&server, security, &authority).send(letter()).await.unwrap_err();
    assert!(matches!(error, MailError::Insecure(_)), "{error:?}");
    let heard = server.heard();
    assert!(!is_told_the_password(&heard) && !heard.iter().any(|line| line.starts_with("MAIL")), "{heard:?}");
}

/// Somebody on the way can cut the offer to encrypt out of the greeting.
#[tokio::test]
async fn a_server_that_does_not_offer_encryption_gets_nothing() {
    let security = MailSecurity::StartTls;
    let server = Server::start(Manner { acceptor: None, security, recipient: "250 known" }).await;
    postman(&server, security, &Authority::new()).send(letter()).await.unwrap_err();
    let heard = server.heard();
    assert!(!is_told_the_password(&heard) && !heard.iter().any(|line| line.starts_with("MAIL")), "{heard:?}");
}

#[tokio::test]
async fn a_person_who_is_gone_is_not_written_to_again() {
    let security = MailSecurity::Loopback;
    let server = Server::start(Manner { acceptor: None, security, recipient: "550 nobody here" }).await;
    let error = postman(&server, security, &Authority::new()).send(letter()).await.unwrap_err();
    assert!(matches!(error, MailError::Rejected { status: 550, .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_without_time_is_asked_later() {
    let security = MailSecurity::Loopback;
    let server = Server::start(Manner { acceptor: None, security, recipient: "451 not now" }).await;
    let error = postman(&server, security, &Authority::new()).send(letter()).await.unwrap_err();
    assert!(matches!(error, MailError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_asked_later() {
    let security = MailSecurity::Loopback;
    let server = Server::start(Manner { acceptor: None, security, recipient: "250 known" }).await;
    let postman = postman(&server, security, &Authority::new());
    drop(server);
    let error = postman.send(letter()).await.unwrap_err();
    assert!(matches!(error, MailError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let _stream = listener.accept().await;
        tokio::time::sleep(Duration::from_mins(1)).await;
    });
    let server =
        Server { port, patience: Duration::from_millis(300), heard: Heard::default(), _serving: serving };
    let postman = postman(&server, MailSecurity::Loopback, &Authority::new());
    let sent = tokio::time::timeout(Duration::from_secs(10), postman.send(letter())).await;
    assert!(matches!(sent.expect("the limit ends it"), Err(MailError::Unavailable(_))));
}
