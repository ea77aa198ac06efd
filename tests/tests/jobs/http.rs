//! Jobs and schedules over HTTP, and `vitrina worker`.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::{Engine, Http, Program, Setup};

use crate::PATIENCE;

/// A server that does no jobs itself, and a client that may look after them.
async fn idle(engine: Engine) -> anyhow::Result<Option<(Setup, Program, Http)>> {
    let Some(mut setup) = Setup::on(engine).await? else { return Ok(None) };
    setup.environment.push(("VITRINA_WORKERS".to_owned(), "0".to_owned()));
    let token = setup.token(&["admin"])?;
    let program = Program::serve(&setup).await?;
    let http = program.http().with_token(&token);
    Ok(Some((setup, program, http)))
}

async fn post(http: &Http, path: &str, status: u16) -> anyhow::Result<Value> {
    Ok(http.send(Method::POST, path, &[], "".into()).await?.expect(status)?.json())
}

async fn settled(http: &Http, path: &str, state: &str) -> anyhow::Result<Value> {
    let begun = Instant::now();
    loop {
        let job = http.get(path).await?.expect(200)?.json();
        if job["state"] == state {
            return Ok(job);
        }
        ensure!(begun.elapsed() < PATIENCE, "never {state}: {job}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_job_is_filed_stopped_filed_again_and_done_by_a_worker(#[case] engine: Engine) {
    let Some((setup, program, http)) = idle(engine).await.unwrap() else { return };
    lived(&setup, &program, &http).await.unwrap();
}

async fn lived(setup: &Setup, program: &Program, http: &Http) -> anyhow::Result<()> {
    let filed =
        http.send(Method::POST, "/api/v1/schedules/forget-jobs/run", &[], "".into()).await?.expect(201)?;
    let place = filed.header("location").to_owned();
    let path = place.get(place.find("/api/").context("no path")?..).context("no path")?;
    ensure!(filed.json()["state"] == "queued", "{}", filed.text());
    ensure!(filed.json()["schedule"] == "forget-jobs", "{}", filed.text());
    let stopped = post(http, &format!("{path}/cancel"), 200).await?;
    ensure!(stopped["state"] == "cancelled", "{stopped}");
    ensure!(post(http, &format!("{path}/cancel"), 409).await?["code"] == "job-state", "twice");
    ensure!(post(http, &format!("{path}/retry"), 200).await?["state"] == "queued", "not again");
    ensure!(post(http, &format!("{path}/retry"), 409).await?["code"] == "job-state", "while it waits");

    let mut worker = setup.command(&["worker"])?;
    let mut worker = worker.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let done = settled(http, path, "succeeded").await?;
    ensure!(done["result"] == json!({"forgotten": 0}) && done["attempt"] == 1, "{done}");
    ensure!(
        done["worker"].as_str().is_some_and(|name| name.ends_with(&format!("/{}", worker.id()))),
        "{done}"
    );
    ensure!(Command::new("kill").arg(worker.id().to_string()).status()?.success(), "not told");
    ensure!(worker.wait()?.success(), "it did not end well");

    let listed = http.get("/api/v1/jobs?state=succeeded&limit=1").await?.expect(200)?.json();
    ensure!(listed["items"][0]["id"] == done["id"], "{listed}");
    ensure!(
        http.get("/api/v1/jobs?state=queued").await?.expect(200)?.json()["items"] == json!([]),
        "one waits"
    );
    let others = program.http().with_token(&setup.token(&["import"])?);
    others.get(path).await?.expect(403)?;
    others.get("/api/v1/jobs").await?.expect(403)?;
    others.get("/api/v1/schedules").await?.expect(403)?;
    Ok(())
}

#[tokio::test]
async fn a_job_can_be_followed_to_its_end() -> anyhow::Result<()> {
    let setup = Setup::on(Engine::Sqlite).await?.context("SQLite is always there")?;
    let token = setup.token(&["admin"])?;
    let program = Program::serve(&setup).await?;
    let http = program.http().with_token(&token);
    let filed = post(&http, "/api/v1/schedules/forget-jobs/run", 201).await?;
    let events = filed["events_url"].as_str().context("no address")?;
    let answer = http.get(events).await?.expect(200)?;
    ensure!(answer.header("content-type") == "text/event-stream", "{:?}", answer.headers);
    let events = answer.text();
    let last: Vec<&str> = events.trim_end().rsplit("\n\n").take(2).collect();
    ensure!(last.first() == Some(&"event: end\ndata: succeeded"), "{events}");
    ensure!(
        last.get(1).is_some_and(|job| job.starts_with("event: job") && job.contains("\"succeeded\"")),
        "{events}"
    );
    Ok(())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_schedule_is_changed_by_whoever_runs_the_site(#[case] engine: Engine) {
    let Some((_setup, _program, http)) = idle(engine).await.unwrap() else { return };
    rescheduled(&http).await.unwrap();
}

async fn rescheduled(http: &Http) -> anyhow::Result<()> {
    let change = async |document: Value, status: u16| {
        let path = "/api/v1/schedules/forget-jobs";
        anyhow::Ok(http.write(Method::PATCH, path, &[], &document).await?.expect(status)?.json())
    };
    let listed = http.get("/api/v1/schedules").await?.expect(200)?.json();
    let mut items = listed["items"].as_array().into_iter().flatten();
    ensure!(items.any(|item| item["name"] == "forget-jobs" && item["is_enabled"] == true), "{listed}");
    let changed = change(json!({"cron": " 15 4  * * MON", "zone": "UTC", "missed": "skip"}), 200).await?;
    ensure!(
        changed["cron"] == "15 4 * * MON" && changed["zone"] == "UTC" && changed["missed"] == "skip",
        "{changed}"
    );
    ensure!(changed["next_at"].as_str().is_some_and(|at| at.contains("T04:15:00")), "{changed}");
    for (wrong, pointer) in [
        (json!({"cron": "@daily"}), "/cron"),
        (json!({"zone": "Mexico/Nowhere"}), "/zone"),
        (json!({"missed": "never"}), ""),
        (json!({"schedule": "15 4 * * *"}), ""),
    ] {
        let refused = change(wrong.clone(), 422).await?;
        ensure!(refused["errors"][0]["pointer"] == pointer, "{wrong}: {refused}");
    }
    let off = change(json!({"is_enabled": false}), 200).await?;
    ensure!(off["next_at"].is_null() && off["cron"] == "15 4 * * MON", "{off}");
    Ok(())
}
