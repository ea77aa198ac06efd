//! What arrives: read back by a parser that is not ours.

use anyhow::{Context as _, ensure};
use rstest::rstest;
use serde_json::json;
use vitrina_app::{
    App, AppError, Parts,
    auth::Actor,
    jobs::Kinds,
    mail::{NewLetter, NoMail},
};
use vitrina_domain::{
    finding::{Bilingual, Locale},
    job::JobState,
    mail::Purpose,
};
use vitrina_store::testing::TestStore;
use vitrina_tests::{Engine, assembled, parts};

use crate::{
    office::{Office, news, notice, postman},
    server::Arrived,
};

/// The one letter that was taken.
fn only(office: &Office) -> anyhow::Result<Arrived> {
    let taken = office.server.taken();
    ensure!(taken.len() == 1, "{} letters arrived", taken.len());
    taken.into_iter().next().context("none")
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_letter_arrives_in_both_languages_for_every_reader(#[case] engine: Engine) {
    let Some(mut office) = Office::open(engine).await.unwrap() else { return };
    office.hire();
    let job = office.send(&news("Ana.Ruiz+datos@EXAMPLE.org").unwrap()).await.unwrap();
    assert_eq!((job.state, job.result), (JobState::Succeeded, Some(json!({ "outcome": "sent" }))));
    let arrived = only(&office).unwrap();
    assert_eq!(arrived.to, "Ana.Ruiz+datos@example.org");
    let letter = arrived.read();
    assert_eq!(
        letter.subject(),
        Some("Hay un dato nuevo: «Precipitación» · There is new data: \"Rainfall\"")
    );
    let from = letter.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Datos de Ejemplo"), Some("datos@example.org")));
    assert_eq!(letter.to().unwrap().first().unwrap().address(), Some("Ana.Ruiz+datos@example.org"));
    assert_eq!(letter.date().unwrap().to_rfc3339(), "2026-03-01T12:00:00Z");
    let id = job.payload["letter"].as_str().unwrap();
    assert_eq!(letter.message_id(), Some(format!("{id}@example.org").as_str()));
    assert_eq!(arrived.header("Auto-Submitted").as_deref(), Some("auto-generated"));

    let (text, html) = (letter.body_text(0).unwrap(), letter.body_html(0).unwrap());
    for (spanish, english) in [
        ("Ya está el conjunto de datos que esperabas.", "The dataset that you waited for is there."),
        ("Ábrelo aquí", "Open it here"),
        ("Para no recibir más estos avisos", "To end these notices"),
        ("Vitrina de prueba", "Test showcase"),
    ] {
        for part in [&text, &html] {
            assert!(part.find(spanish).unwrap() < part.find(english).unwrap(), "{part}");
        }
    }
    let address = "https://datos.example.org/dataset/precipitacion?a=1&b=2";
    assert!(text.lines().any(|line| line == address), "{text}");
    assert!(html.contains("href=\"https://datos.example.org/dataset/precipitacion?a=1&amp;b=2\""), "{html}");
    assert_eq!(letter.parts.len(), 3, "one for each reader, and what holds them");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_letter_of_a_list_says_how_to_leave_it_and_others_do_not(#[case] engine: Engine) {
    let Some(mut office) = Office::open(engine).await.unwrap() else { return };
    office.hire();
    office.send(&news("ana@example.org").unwrap()).await.unwrap();
    let arrived = only(&office).unwrap();
    let address = arrived.header("List-Unsubscribe").unwrap();
    let address = address.strip_prefix('<').and_then(|address| address.strip_suffix('>')).unwrap();
    assert!(address.starts_with("https://datos.example.org/api/v1/unsubscribe/"), "{address}");
    assert_eq!(arrived.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    let letter = arrived.read();
    assert!(letter.body_text(0).unwrap().contains(address), "people find it in the text, too");
    assert!(!address.contains("ana") && !address.contains("example.org/api/v1/unsubscribe/ana"), "{address}");

    let (_, token) = address.rsplit_once('/').unwrap();
    assert_eq!(office.app.subscription(token).await.unwrap().as_str(), "busquedas");

    office.send(&notice("ana@example.org").unwrap()).await.unwrap();
    let others = office.server.taken();
    assert_eq!(others[1].header("List-Unsubscribe"), None);
    assert_eq!(others[1].header("List-Unsubscribe-Post"), None);
}

/// Titles come from others.
#[tokio::test]
async fn no_text_becomes_a_header_or_a_command() {
    let Some(mut office) = Office::open(Engine::Sqlite).await.unwrap() else { return };
    office.hire();
    let evil = "Agua\r\nBcc: otra@example.org\r\n\r\n.\r\nMAIL FROM:<x@example.org>\u{2028}X-Odd: 1";
    let letter = NewLetter {
        language: Locale::En,
        subject: Bilingual::new(evil, evil),
        body: vec![vitrina_app::mail::Part::Paragraph(Bilingual::new(evil, ".\r\n.\r\nRSET"))],
        ..notice("ana@example.org").unwrap()
    };
    office.send(&letter).await.unwrap();
    let arrived = only(&office).unwrap();
    let names: Vec<String> =
        arrived.read().headers().iter().map(|header| header.name().to_ascii_lowercase()).collect();
    let known =
        ["from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"];
    assert!(names.iter().all(|name| known.contains(&name.as_str())), "{names:?}");
    let subject = "Agua Bcc: otra@example.org . MAIL FROM:<x@example.org> X-Odd: 1";
    assert_eq!(arrived.read().subject(), Some(subject));
    let heard = office.server.heard();
    let words: Vec<&str> = heard.iter().filter_map(|line| line.split([' ', ':']).next()).collect();
    assert_eq!(words, ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_letter_is_forgotten_once_it_is_old_whatever_became_of_it(#[case] engine: Engine) {
    const DAY: i64 = 24 * 60 * 60;
    let Some(mut office) = Office::open(engine).await.unwrap() else { return };
    let id = office.write(&notice("ana@example.org").unwrap()).await.unwrap();
    let kept: vitrina_domain::id::LetterId =
        serde_json::from_value(office.app.job(&Actor::Operator, id).await.unwrap().payload["letter"].clone())
            .unwrap();
    office.moves_on(3 * DAY);
    assert!(office.store().letter(kept).await.unwrap().is_some());
    office.hire();
    let job = office.end(id).await.unwrap();
    assert_eq!((job.state, job.failure.unwrap().code.as_str()), (JobState::Failed, "letter-forgotten"));
    assert_eq!(office.server.heard(), Vec::<String>::new());

    office.moves_on(1);
    office.app.ensure_schedules().await.unwrap();
    let sweep = office.app.run_schedule(&Actor::Operator, "forget-letters").await.unwrap();
    assert_eq!(office.end(sweep.id).await.unwrap().result, Some(json!({ "forgotten": 1 })));
    assert_eq!(office.store().letter(kept).await.unwrap(), None);
}

#[tokio::test]
async fn what_could_not_be_sent_is_not_written() {
    let test = TestStore::open(Engine::Sqlite).await.unwrap().unwrap();
    let plain = assembled(test.store.clone(), &test.config.data_dir, Kinds::standard()).unwrap();
    let refused =
        async |app: &App, letter: &NewLetter| app.write_to(&Actor::System, letter).await.unwrap_err();
    let letter = notice("ana@example.org").unwrap();
    let error = refused(&plain, &letter).await;
    assert!(matches!(error, AppError::NoMail(NoMail::NotConfigured)), "{error}");
    drop(plain);
    let parts = parts(test.store.clone(), &test.config.data_dir, Kinds::standard()).unwrap();
    let unencrypted = App::new(Parts { mail: Some(postman(9).unwrap()), ..parts });
    let error = refused(&unencrypted, &news("ana@example.org").unwrap()).await;
    assert!(matches!(error, AppError::NoMail(NoMail::NotEncrypted)), "{error}");
    assert_eq!(letter.purpose, Purpose::Transactional);
    unencrypted.write_to(&Actor::System, &letter).await.unwrap();
    assert_eq!(test.store.jobs(None, None, 10).await.unwrap().len(), 1);
}
