//! What whoever runs the site is told: by `vitrina mail`, by `vitrina doctor`, and by the API.

use std::{fs, process::Output};

use anyhow::{Context as _, ensure};
use hyper::Method;
use rstest::rstest;
use serde_json::json;
use vitrina_tests::{Engine, Program, Setup};

use crate::{
    authority::Authority,
    office::FROM,
    server::{Encryption, MailServer, friendly, to_recipients},
};

const PASSWORD: &str = "muy%2Fsecreto";

/// A place whose letters go to a server, by this scheme.
async fn place(
    engine: Engine,
    scheme: &str,
    port: u16,
    authority: &Authority,
) -> anyhow::Result<Option<Setup>> {
    let Some(mut setup) = Setup::on(engine).await? else { return Ok(None) };
    let authorities = setup.data_dir().join("authorities.pem");
    fs::create_dir_all(setup.data_dir())?;
    fs::write(&authorities, authority.pem())?;
    for (name, value) in [
        ("VITRINA_MAIL_URL", format!("{scheme}://datos:{PASSWORD}@localhost:{port}")),
        ("VITRINA_MAIL_FROM", FROM.to_owned()),
        ("VITRINA_MAIL_AUTHORITIES", authorities.display().to_string()),
    ] {
        setup.environment.push((name.to_owned(), value));
    }
    Ok(Some(setup))
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Runs a command, and sees that the password is in nothing that it says.
fn run(setup: &Setup, arguments: &[&str]) -> anyhow::Result<(Option<i32>, String)> {
    let output = setup.run(arguments)?;
    let text = said(&output);
    ensure!(!text.contains("secreto"), "the password shows: {text}");
    Ok((output.status.code(), text))
}

type Made = fn(&Authority) -> anyhow::Result<Encryption>;

fn tls(authority: &Authority) -> anyhow::Result<Encryption> {
    Ok(Encryption::Tls(authority.acceptor("localhost")?))
}

fn starttls(authority: &Authority) -> anyhow::Result<Encryption> {
    Ok(Encryption::StartTls(authority.acceptor("localhost")?))
}

fn self_signed(_authority: &Authority) -> anyhow::Result<Encryption> {
    Ok(Encryption::Tls(Authority::self_signed("localhost")?))
}

fn self_signed_starttls(_authority: &Authority) -> anyhow::Result<Encryption> {
    Ok(Encryption::StartTls(Authority::self_signed("localhost")?))
}

fn another_name(authority: &Authority) -> anyhow::Result<Encryption> {
    Ok(Encryption::Tls(authority.acceptor("correo.test")?))
}

#[rstest]
#[case::tls("smtps", tls as Made, Engine::Sqlite)]
#[case::tls_postgres("smtps", tls as Made, Engine::Postgres)]
#[case::starttls("smtp", starttls as Made, Engine::Sqlite)]
#[case::this_machine("smtp+plain", |_: &Authority| Ok(Encryption::None), Engine::Sqlite)]
#[tokio::test(flavor = "multi_thread")]
async fn a_test_letter_arrives(#[case] scheme: &str, #[case] made: Made, #[case] engine: Engine) {
    let authority = Authority::new().unwrap();
    let server = MailServer::start(made(&authority).unwrap(), friendly()).await.unwrap();
    let Some(setup) = place(engine, scheme, server.port, &authority).await.unwrap() else { return };
    let (code, text) = run(&setup, &["mail", "test", "ana@example.org", "--lang", "en"]).unwrap();
    assert!(code == Some(0) && text.contains("has the letter for ana@example.org (Message-ID "), "{text}");
    let letter = server.taken().pop().unwrap();
    let letter = letter.read();
    assert_eq!(letter.subject(), Some("Mail test · Prueba de correo"));
    for part in [letter.body_text(0).unwrap(), letter.body_html(0).unwrap()] {
        assert!(part.contains("This one did.") && part.contains("Esta llegó."), "{part}");
    }
    let (code, text) = run(&setup, &["doctor", "--lang", "en"]).unwrap();
    assert!(code != Some(3) && text.contains("the mail server lets us in"), "{text}");
    assert_eq!(server.inbox().len(), 1, "the doctor writes no letters");
    let (_, text) = run(&setup, &["config"]).unwrap();
    assert!(
        text.contains(&format!("mail_url = \"{scheme}://datos:***@localhost:{}\"", server.port)),
        "{text}"
    );
}

#[rstest]
#[case::self_signed("smtps", self_signed as Made, "mail-certificate", "mail_authorities")]
#[case::self_signed_starttls("smtp", self_signed_starttls as Made, "mail-certificate", "mail_authorities")]
#[case::another_name("smtps", another_name as Made, "mail-certificate", "as its certificate does")]
#[case::stripped("smtp", |_: &Authority| Ok(Encryption::None), "mail-unencrypted", "smtps://")]
#[case::not_encrypted("smtps", |_: &Authority| Ok(Encryption::None), "mail-certificate", "TLS")]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_trusted_gets_nothing_and_the_rule_is_told(
    #[case] scheme: &str,
    #[case] made: Made,
    #[case] rule: &str,
    #[case] help: &str,
) {
    let authority = Authority::new().unwrap();
    let server = MailServer::start(made(&authority).unwrap(), friendly()).await.unwrap();
    let setup = place(Engine::Sqlite, scheme, server.port, &authority).await.unwrap().unwrap();
    let (code, text) = run(&setup, &["mail", "test", "ana@example.org", "--lang", "en"]).unwrap();
    assert!(code == Some(3) && text.contains(rule) && text.contains(help), "{code:?} {text}");
    let (code, text) = run(&setup, &["doctor", "--lang", "en"]).unwrap();
    assert!(code == Some(1) && text.contains("BROKEN  mail") && text.contains(rule), "{code:?} {text}");
    let heard = server.heard();
    let secret = ["AUTH", "MAIL", "RCPT", "DATA"];
    assert!(!heard.iter().any(|line| secret.iter().any(|word| line.starts_with(word))), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_told_with_what_to_do() {
    let authority = Authority::new().unwrap();
    let server = MailServer::start(Encryption::None, to_recipients("550 5.1.1 nobody")).await.unwrap();
    let mut setup = place(Engine::Sqlite, "smtp+plain", server.port, &authority).await.unwrap().unwrap();
    let test = |setup: &Setup| run(setup, &["mail", "test", "ana@example.org", "--lang", "es"]).unwrap();
    let (code, text) = test(&setup);
    assert!(code == Some(3) && text.contains("mail-no-recipient: el servidor de correo dice"), "{text}");
    assert_eq!(
        run(&setup, &["mail", "check", "ana@example.org"]).unwrap().0,
        Some(0),
        "a test suppresses nobody"
    );
    drop(server);
    let (code, text) = test(&setup);
    assert!(code == Some(3) && text.contains("mail-closed"), "{text}");
    setup.environment.retain(|(name, _)| name != "VITRINA_MAIL_FROM");
    let (code, text) = test(&setup);
    assert!(code == Some(2) && text.contains("mail_from is not"), "{text}");
    setup.environment.clear();
    let (code, text) = test(&setup);
    assert!(code == Some(2) && text.contains("no mail server is configured"), "{text}");
    let (_, text) = run(&setup, &["doctor"]).unwrap();
    assert!(text.contains("no letters are written"), "{text}");
    let (code, text) = run(&setup, &["mail", "test", "ana"]).unwrap();
    assert!(code == Some(2) && text.contains("not a mail address"), "{text}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn suppressions_are_made_seen_and_ended(#[case] engine: Engine) {
    let Some(setup) = Setup::on(engine).await.unwrap() else { return };
    looked_after(&setup).await.unwrap();
}

async fn looked_after(setup: &Setup) -> anyhow::Result<()> {
    let program = Program::serve(setup).await?;
    let http = program.http().with_token(&setup.token(&["admin"])?);
    let make = async |address: &str, status: u16| {
        let body = json!({ "address": address });
        anyhow::Ok(http.write(Method::POST, "/api/v1/suppressions", &[], &body).await?.expect(status)?)
    };
    ensure!(run(setup, &["mail", "check", "ana@example.org"])?.0 == Some(0), "before anything");
    let made = make("Ana@EXAMPLE.org", 201).await?;
    let (id, place) = (made.json()["id"].clone(), made.header("location").to_owned());
    let id = id.as_str().context("no id")?;
    ensure!(made.json()["reason"] == "operator" && made.json()["domain"] == "example.org", "{}", made.text());
    ensure!(
        made.json()["actor"].as_str().is_some_and(|actor| actor.starts_with("token:")),
        "{}",
        made.text()
    );
    ensure!(http.get(&place).await?.expect(200)?.json()["id"] == id, "{place}");
    ensure!(make("ana@example.org", 409).await?.json()["code"] == "conflict", "twice");
    for odd in ["ana", "ana@example.org\r\nx: y", ""] {
        ensure!(make(odd, 422).await?.json()["errors"][0]["pointer"] == "/address", "{odd:?}");
    }
    let (code, text) = run(setup, &["mail", "check", "ana@example.org"])?;
    ensure!(code == Some(1) && text.contains(id) && text.contains("operator"), "{text}");

    for number in 0..3 {
        make(&format!("persona{number}@example.org"), 201).await?;
    }
    let (mut seen, mut next) = (0, Some("/api/v1/suppressions?limit=2".to_owned()));
    while let Some(page) = next {
        let page = http.get(&page).await?.expect(200)?.json();
        seen += page["items"].as_array().context("no items")?.len();
        next = page["next"].as_str().map(str::to_owned);
    }
    ensure!(seen == 4, "{seen}");

    let path = format!("/api/v1/suppressions/{id}");
    let delete = async |status: u16| http.send(Method::DELETE, &path, &[], "".into()).await?.expect(status);
    delete(204).await?;
    delete(404).await?;
    http.get(&path).await?.expect(404)?;
    ensure!(run(setup, &["mail", "check", "ana@example.org"])?.0 == Some(0), "it is ended");
    let others = program.http().with_token(&setup.token(&["import", "write:datasets"])?);
    others.get("/api/v1/suppressions").await?.expect(403)?;
    others.get(&path).await?.expect(403)?;
    Ok(())
}
