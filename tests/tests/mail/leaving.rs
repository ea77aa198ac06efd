//! Whoever leaves gets nothing more: not what is written later, and not what waits already.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context as _, ensure};
use futures_util::future::try_join_all;
use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_app::{App, Parts, auth::Actor, jobs::Kinds};
use vitrina_domain::{
    job::{Job, JobState},
    mail::{ListName, Purpose},
};
use vitrina_store::Store;
use vitrina_tests::{Engine, Http, Program, Setup, audit, parts};

use crate::{
    office::{FROM, Office, encrypted_site, news, notice, postman, until},
    server::{Encryption, MailServer, friendly},
};

fn suppressed(reason: &str) -> Value {
    json!({ "outcome": "suppressed", "reason": reason })
}

fn sent() -> Value {
    json!({ "outcome": "sent" })
}

/// Leaves the list of [`news`] as the link in a letter does.
async fn leave(app: &App, person: &str) -> anyhow::Result<()> {
    let list: ListName = "busquedas".parse()?;
    let address = app.unsubscribe_address(&person.parse()?, &list).await?;
    let (_, token) = address.rsplit_once('/').context("an address")?;
    ensure!(app.unsubscribe(token).await? == list, "another list");
    Ok(())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_letter_that_waits_is_not_sent_to_whoever_left_meanwhile(#[case] engine: Engine) {
    let Some(mut office) = Office::open(engine).await.unwrap() else { return };
    let waiting = office.write(&news("ana@example.org").unwrap()).await.unwrap();
    let removed = office.write(&notice("eva@example.org").unwrap()).await.unwrap();
    leave(&office.app, "Ana@EXAMPLE.ORG").await.unwrap();
    office.app.suppress(&Actor::Operator, &"eva@example.org".parse().unwrap()).await.unwrap();
    office.hire();
    let job = office.end(waiting).await.unwrap();
    assert_eq!((job.state, job.result), (JobState::Succeeded, Some(suppressed("unsubscribed"))));
    assert_eq!(office.end(removed).await.unwrap().result, Some(suppressed("operator")));
    assert_eq!(office.server.heard(), Vec::<String>::new(), "the server was not even asked");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_left_a_list_gets_what_is_no_part_of_it(#[case] engine: Engine) {
    let Some(mut office) = Office::open(engine).await.unwrap() else { return };
    leave(&office.app, "ana@example.org").await.unwrap();
    leave(&office.app, "ana@example.org").await.unwrap();
    office.hire();
    let mut other = news("ana@example.org").unwrap();
    other.purpose = Purpose::Subscribed("avisos".parse().unwrap());
    for (letter, result) in [
        (news("ana@example.org").unwrap(), Some(suppressed("unsubscribed"))),
        (other, Some(sent())),
        (notice("ana@example.org").unwrap(), Some(sent())),
        (news("ana+otra@example.org").unwrap(), Some(sent())),
    ] {
        assert_eq!(office.send(&letter).await.unwrap().result, result, "{letter:?}");
    }
    assert_eq!(office.app.suppressions(&Actor::Operator, None, 10).await.unwrap().len(), 1);
}

/// While letters are on their way, everybody leaves; what is written afterwards reaches nobody.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_written_to_after_having_left_however_much_happens_at_once(#[case] engine: Engine) {
    let Some(mut office) = Office::open(engine).await.unwrap() else { return };
    office.hire();
    office.hire();
    let office = Arc::new(office);
    let people = (0..40).map(|number| {
        let office = Arc::clone(&office);
        async move {
            let person = format!("persona{number}@d{}.example.org", number % 5);
            let before = office.write(&news(&person)?).await?;
            leave(&office.app, &person).await?;
            let after = office.write(&news(&person)?).await?;
            anyhow::Ok((person, office.end(before).await?, office.end(after).await?))
        }
    });
    let people = try_join_all(people).await.unwrap();
    let mut arrived: BTreeMap<String, usize> = BTreeMap::new();
    for letter in office.server.inbox() {
        *arrived.entry(letter.to).or_default() += 1;
    }
    for (person, before, after) in people {
        assert_eq!(after.result, Some(suppressed("unsubscribed")), "{person}");
        let was_sent = before.result == Some(sent());
        assert!(was_sent || before.result == Some(suppressed("unsubscribed")), "{before:?}");
        assert_eq!(arrived.remove(&person).unwrap_or_default(), usize::from(was_sent), "{person}");
    }
    assert_eq!(arrived, BTreeMap::new());
}

/// A server with a mail server, and an App beside it that writes letters.
struct Site {
    app: App,
    store: Store,
    mail: MailServer,
    http: Http,
    setup: Setup,
    _program: Program,
}

const HOST: (&str, &str) = ("host", "datos.example.org");

async fn open(engine: Engine) -> anyhow::Result<Option<Site>> {
    let Some(mut setup) = Setup::on(engine).await? else { return Ok(None) };
    let mail = MailServer::start(Encryption::None, friendly()).await?;
    setup.arguments =
        ["--base-url", "https://datos.example.org", "--tls", "proxy"].map(str::to_owned).to_vec();
    setup.environment.push(("VITRINA_MAIL_URL".to_owned(), format!("smtp+plain://127.0.0.1:{}", mail.port)));
    setup.environment.push(("VITRINA_MAIL_FROM".to_owned(), FROM.to_owned()));
    let program = Program::serve(&setup).await?;
    let store = audit::open(&setup).await?;
    // The index is the server's; letters need none.
    let folder = tempfile::tempdir()?;
    let parts = parts(store.clone(), folder.path(), Kinds::standard())?;
    let app = App::new(Parts { mail: Some(postman(mail.port)?), site: encrypted_site(), ..parts });
    let http = program.http().with_token(&setup.token(&["admin"])?);
    Ok(Some(Site { app, store, mail, http, setup, _program: program }))
}

impl Site {
    /// Writes a letter of the list; the server's worker sends it.
    async fn write(&self, person: &str) -> anyhow::Result<Job> {
        let job = self.app.write_to(&Actor::System, &news(person)?).await?;
        until(&self.store, job.id, |job| job.state.is_final()).await
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn one_click_in_a_letter_ends_it_and_looking_at_the_link_does_not(#[case] engine: Engine) {
    let Some(site) = open(engine).await.unwrap() else { return };
    assert_eq!(site.write("ana@example.org").await.unwrap().result, Some(sent()));
    let letter = site.mail.taken().pop().unwrap();
    let link = letter.header("List-Unsubscribe").unwrap();
    let path = link.trim_matches(['<', '>']).strip_prefix("https://datos.example.org").unwrap();
    let anybody = Http::new(site.http.address());

    for (language, question, button) in
        [("es", "¿Quiere dejar de recibir", "Sí, dejar"), ("en", "Do you want to end", "Yes, end them")]
    {
        let headers = [HOST, ("accept-language", language), ("accept", "text/html")];
        let page = anybody.send(Method::GET, path, &headers, "".into()).await.unwrap().expect(200).unwrap();
        let text = page.text();
        assert!(text.contains(question) && text.contains(button) && text.contains("busquedas"), "{text}");
        assert!(
            text.contains(&format!("<form method=\"post\" action=\"{path}?lang={language}\">")),
            "{text}"
        );
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert!(page.header("content-type").starts_with("text/html") && page.header("etag").is_empty());
    }
    anybody.send(Method::HEAD, path, &[HOST], "".into()).await.unwrap().expect(200).unwrap();
    assert_eq!(site.write("ana@example.org").await.unwrap().result, Some(sent()));

    let form = [HOST, ("content-type", "application/x-www-form-urlencoded")];
    let click = async || anybody.send(Method::POST, path, &form, "List-Unsubscribe=One-Click".into()).await;
    let first = click().await.unwrap().expect(200).unwrap();
    assert!(first.text().contains("ya no recibirá"), "{}", first.text());
    assert_eq!(click().await.unwrap().expect(200).unwrap().body, first.body, "again is the same");
    let bare = anybody.send(Method::POST, path, &[HOST], "".into()).await.unwrap().expect(200).unwrap();
    assert_eq!(bare.body, first.body, "the body changes nothing");
    assert_eq!(site.write("ana@example.org").await.unwrap().result, Some(suppressed("unsubscribed")));
    assert_eq!(site.mail.inbox().len(), 2);

    // Somebody to whom nothing was ever written is told the same.
    let list = "busquedas".parse().unwrap();
    let stranger = site.app.unsubscribe_address(&"nadie@example.org".parse().unwrap(), &list).await.unwrap();
    let stranger = stranger.strip_prefix("https://datos.example.org").unwrap();
    let told = anybody.send(Method::POST, stranger, &form, "".into()).await.unwrap().expect(200).unwrap();
    assert_eq!(told.text().replace(stranger, "…"), first.text().replace(path, "…"));

    let listed = site.http.send(Method::GET, "/api/v1/suppressions", &[HOST], "".into()).await.unwrap();
    let listed = listed.expect(200).unwrap().json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!(listed["items"][1]["reason"], "unsubscribed");
    assert_eq!(listed["items"][1]["list"], "busquedas");
}

#[tokio::test]
async fn a_link_that_was_changed_leads_nowhere() {
    let site = open(Engine::Sqlite).await.unwrap().unwrap();
    let list = "busquedas".parse().unwrap();
    let link = site.app.unsubscribe_address(&"ana@example.org".parse().unwrap(), &list).await.unwrap();
    let path = link.strip_prefix("https://datos.example.org").unwrap();
    let anybody = Http::new(site.http.address());
    let (stem, token) = path.rsplit_once('/').unwrap();
    let changed: String = token
        .chars()
        .enumerate()
        .map(|(at, c)| if at == 20 { if c == 'A' { 'B' } else { 'A' } } else { c })
        .collect();
    for odd in [changed.as_str(), "x", token.get(..60).unwrap(), &"A".repeat(2_000)] {
        for method in [Method::GET, Method::POST] {
            let answer = anybody.send(method, &format!("{stem}/{odd}"), &[HOST], "".into()).await.unwrap();
            assert_eq!(answer.json()["code"], "not-found", "{odd}: {}", answer.text());
        }
        let person = [HOST, ("accept", "text/html")];
        let page = anybody.send(Method::GET, &format!("{stem}/{odd}"), &person, "".into()).await.unwrap();
        assert!(
            page.status == 404 && page.text().contains("aquí no hay esta suscripción"),
            "{}",
            page.text()
        );
    }
    assert_eq!(site.app.suppressions(&Actor::Operator, None, 10).await.unwrap(), []);
}

/// What is left of people once their letters are gone: digests, and nothing that names them.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_that_is_kept_names_anybody(#[case] engine: Engine) {
    let Some(site) = open(engine).await.unwrap() else { return };
    site.write("inconfundible@example.org").await.unwrap();
    leave(&site.app, "inconfundible@example.org").await.unwrap();
    let address = json!({ "address": "inconfundible@example.org" });
    let made = site.http.write(Method::POST, "/api/v1/suppressions", &[HOST], &address).await.unwrap();
    let made = made.expect(201).unwrap();
    assert!(
        !made.text().contains("inconfundible") && made.json()["domain"] == "example.org",
        "{}",
        made.text()
    );
    assert_eq!(
        site.write("inconfundible@example.org").await.unwrap().result,
        Some(suppressed("unsubscribed"))
    );
    let waiting = |name: &str| contains(&site.setup, name);
    assert!(!waiting("inconfundible").unwrap(), "a backup names somebody");
    // The control: what waits for its mail server is kept, and found.
    site.mail.be_deaf(true);
    site.app.write_to(&Actor::System, &news("pendiente@example.org").unwrap()).await.unwrap();
    assert!(waiting("pendiente").unwrap(), "the search finds nothing at all");
}

/// Whether a backup holds a text.
fn contains(setup: &Setup, text: &str) -> anyhow::Result<bool> {
    let parent = tempfile::tempdir()?;
    let folder = parent.path().join("copy");
    let taken = setup.run(&["backup", folder.to_str().context("a path")?])?;
    ensure!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path)?.windows(text.len()).any(|part| part == text.as_bytes()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
