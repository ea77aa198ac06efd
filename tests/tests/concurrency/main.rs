//! Many clients want the same thing at once: one gets it, the others are told so, and nobody is misled.

#![cfg(test)]

mod registers;

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::{sync::Barrier, task::JoinSet};
use vitrina_tests::{Answer, Engine, Http, Program, Setup, told};

/// Clients in a race for one revision.
const RACERS: usize = 64;

/// How long a client goes on asking a server that is full.
const PATIENCE: Duration = Duration::from_secs(30);

fn report(text: &str) {
    eprintln!("{text}");
}

fn size(variable: &str, usual: usize) -> usize {
    told(variable).and_then(|size| size.parse().ok()).unwrap_or(usual)
}

struct Server {
    program: Program,
    setup: Setup,
    http: Http,
}

/// A server on an empty place; nothing when it is to be on `PostgreSQL` and none is installed.
async fn server(engine: Engine) -> anyhow::Result<Option<Server>> {
    let Some(setup) = Setup::on(engine).await? else { return Ok(None) };
    let token = setup.token(&["write:datasets"])?;
    let program = Program::serve(&setup).await?;
    let http = program.http().with_token(&token);
    Ok(Some(Server { program, setup, http }))
}

/// Sends until the server has room: 503 with `Retry-After` says that nothing was done.
async fn admitted(
    http: &Http,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    document: &Value,
) -> anyhow::Result<Answer> {
    let begun = Instant::now();
    loop {
        let answer = http.write(method.clone(), path, headers, document).await?;
        if answer.status.as_u16() != 503 {
            return Ok(answer);
        }
        ensure!(!answer.header("retry-after").is_empty(), "503 without Retry-After: {}", answer.text());
        ensure!(begun.elapsed() < PATIENCE, "no room for {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Makes a dataset; its path and tag.
async fn made(http: &Http, document: &Value) -> anyhow::Result<(String, String)> {
    let answer = http.write(Method::POST, "/api/v1/datasets", &[], document).await?.expect(201)?;
    let id = answer.json()["id"].as_str().context("an id")?.to_owned();
    Ok((format!("/api/v1/datasets/{id}"), answer.header("etag").to_owned()))
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn of_many_writers_of_one_revision_one_wins(#[case] engine: Engine) {
    let Some(server) = server(engine).await.unwrap() else { return };
    let races = size("VITRINA_RACES", 1_000);
    let rounds = races.div_ceil(RACERS);
    let (path, mut tag) = made(&server.http, &json!({"identifier": "r", "title": "Inicio"})).await.unwrap();
    for round in 0..rounds {
        tag = race(&server.http, &path, &tag, round).await.unwrap();
    }
    let revisions = server.http.get(&format!("{path}/revisions?limit=1")).await.unwrap().json();
    assert_eq!(revisions["items"][0]["number"], rounds + 1, "each round makes one revision");
    let absent =
        server.http.write(Method::PATCH, &path, &[], &json!({"title": "Sin condición"})).await.unwrap();
    assert_eq!(absent.status.as_u16(), 428);
    report(&format!("{engine:?}: {} races in {rounds} rounds", rounds * RACERS));
}

/// One round; the winner's tag.
async fn race(http: &Http, path: &str, tag: &str, round: usize) -> anyhow::Result<String> {
    let start = Arc::new(Barrier::new(RACERS));
    let mut racers = JoinSet::new();
    for racer in 0..RACERS {
        let (http, path, tag, start) = (http.clone(), path.to_owned(), tag.to_owned(), Arc::clone(&start));
        racers.spawn(async move {
            start.wait().await;
            let title = format!("Ronda {round}, cliente {racer}");
            let answer =
                admitted(&http, Method::PATCH, &path, &[("if-match", &tag)], &json!({"title": title})).await;
            answer.map(|answer| (title, answer))
        });
    }
    let (mut winners, mut refused) = (Vec::new(), 0);
    while let Some(answer) = racers.join_next().await {
        let (title, answer) = answer??;
        match answer.status.as_u16() {
            200 => winners.push((title, answer.header("etag").to_owned())),
            412 => refused += 1,
            other => anyhow::bail!("a racer was answered {other}: {}", answer.text()),
        }
    }
    ensure!(
        winners.len() == 1 && refused == RACERS - 1,
        "round {round}: {winners:?} won, {refused} were refused"
    );
    let (title, tag) = winners.pop().context("a winner")?;
    let now = http.get(path).await?.expect(200)?;
    ensure!(
        now.json()["title"].to_string().contains(&format!("{title}\"")),
        "not the winner's: {}",
        now.text()
    );
    let revision = |tag: &str| tag.split('-').next().map(str::to_owned);
    ensure!(revision(now.header("etag")) == revision(&tag), "another revision than the winner's");
    Ok(tag)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_is_done_once(#[case] engine: Engine) {
    let Some(server) = server(engine).await.unwrap() else { return };
    for key in ["uno", "dos", "tres", "cuatro"] {
        repeat(&server.http, key).await.unwrap();
    }
    // A restart forgets no key, however the program ended.
    let document = json!({"identifier": "id-uno", "title": "Repetida uno"});
    let before = send(&server.http, "uno", &document).await.unwrap();
    server.program.kill().unwrap();
    let program = Program::serve(&server.setup).await.unwrap();
    let token = server.setup.token(&["write:datasets"]).unwrap();
    let other = program.http().with_token(&token);
    assert_eq!(
        send(&other, "uno", &document).await.unwrap().status.as_u16(),
        409,
        "the key of another token"
    );
    let again = server.http.at(program.address());
    let after = send(&again, "uno", &document).await.unwrap();
    assert_eq!((after.status, after.body), (before.status, before.body));
}

async fn send(http: &Http, key: &str, document: &Value) -> anyhow::Result<Answer> {
    admitted(http, Method::POST, "/api/v1/datasets", &[("idempotency-key", key)], document).await
}

/// Sends one request many times at once, then once more, then with another body.
async fn repeat(http: &Http, key: &str) -> anyhow::Result<()> {
    let document = json!({"identifier": format!("id-{key}"), "title": format!("Repetida {key}")});
    let mut sending = JoinSet::new();
    for _ in 0..16 {
        let (http, key, document) = (http.clone(), key.to_owned(), document.clone());
        sending.spawn(async move { send(&http, &key, &document).await });
    }
    let mut bodies = HashSet::new();
    while let Some(answer) = sending.join_next().await {
        let answer = answer??;
        match answer.status.as_u16() {
            201 => drop(bodies.insert(answer.body)),
            // The first one is still under way.
            409 => {}
            other => anyhow::bail!("{other}: {}", answer.text()),
        }
    }
    let later = send(http, key, &document).await?.expect(201)?;
    ensure!(later.header("idempotency-replayed") == "true", "it was done again");
    bodies.insert(later.body);
    ensure!(bodies.len() == 1, "{} answers to one request", bodies.len());
    let changed = json!({"identifier": format!("id-{key}"), "title": "Otra cosa"});
    send(http, key, &changed).await?.expect(422)?;
    let total = http.get("/api/v1/changes?kind=dataset&limit=100").await?.json();
    let made = total["items"].as_array().context("items")?;
    let mine =
        made.iter().filter(|item| item["title"].to_string().contains(&format!("Repetida {key}\""))).count();
    ensure!(mine == 1, "{key} was made {mine} times");
    Ok(())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn datasets_of_one_title_get_slugs_of_their_own(#[case] engine: Engine) {
    let Some(server) = server(engine).await.unwrap() else { return };
    let mut creating = JoinSet::new();
    for number in 0..100 {
        let http = server.http.clone();
        creating.spawn(async move {
            let document = json!({"identifier": format!("s-{number}"), "title": "Presupuesto de egresos"});
            let answer =
                admitted(&http, Method::POST, "/api/v1/datasets", &[], &document).await?.expect(201)?;
            anyhow::Ok(answer.json()["slug"].as_str().context("a slug")?.to_owned())
        });
    }
    let mut slugs = HashSet::new();
    while let Some(slug) = creating.join_next().await {
        slugs.insert(slug.unwrap().unwrap());
    }
    let expected = |number: usize| match number {
        1 => "presupuesto-de-egresos".to_owned(),
        number => format!("presupuesto-de-egresos-{number}"),
    };
    assert_eq!(slugs, (1..=100).map(expected).collect::<HashSet<_>>());
}

/// Readers and writers far beyond what the pool of connections and the gates hold.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_room_says_so_at_once(#[case] engine: Engine) {
    let Some(mut setup) = Setup::on(engine).await.unwrap() else { return };
    setup.environment.push(("VITRINA_MAX_CONNECTIONS".to_owned(), "2".to_owned()));
    // One writes at a time and 128 wait: however fast the machine is, more come at once.
    setup.environment.push(("VITRINA_BUDGETS".to_owned(), "write=1".to_owned()));
    let token = setup.token(&["write:datasets"]).unwrap();
    let program = Program::serve(&setup).await.unwrap();
    let http = program.http().with_token(&token);
    let mut asking = JoinSet::new();
    for client in 0..600 {
        let http = http.clone();
        asking.spawn(async move {
            let (mut done, mut shed) = (0, 0);
            for number in 0..3 {
                let document = json!({"identifier": format!("p-{client}-{number}"), "title": "Sin lugar"});
                let begun = Instant::now();
                let answer = match client % 2 {
                    0 => http.write(Method::POST, "/api/v1/datasets", &[], &document).await?,
                    _ => http.get("/api/v1/datasets?limit=100").await?,
                };
                ensure!(begun.elapsed() < Duration::from_secs(20), "it hung for {:?}", begun.elapsed());
                match answer.status.as_u16() {
                    200 | 201 => done += 1,
                    503 => {
                        ensure!(
                            !answer.header("retry-after").is_empty(),
                            "no Retry-After: {}",
                            answer.text()
                        );
                        shed += 1;
                    }
                    other => anyhow::bail!("{other}: {}", answer.text()),
                }
            }
            Ok((done, shed))
        });
    }
    let (mut done, mut shed) = (0, 0);
    while let Some(counts) = asking.join_next().await {
        let counts = counts.unwrap().unwrap();
        (done, shed) = (done + counts.0, shed + counts.1);
    }
    report(&format!("{engine:?}: {done} answered, {shed} told to come again"));
    assert!(done > 0 && shed > 0, "{done} answered, {shed} shed: the room was never scarce");
    let begun = Instant::now();
    http.get("/health/ready").await.unwrap().expect(200).unwrap();
    let document = json!({"title": "Después"});
    admitted(&http, Method::POST, "/api/v1/datasets", &[], &document).await.unwrap().expect(201).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "it recovered in {:?}", begun.elapsed());
}
