//! Writing single datasets, and datasets of odd sizes.

use std::time::{Duration, Instant};

use anyhow::ensure;
use bytes::Bytes;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Options,
    load::{Ask, drive},
    machine::Work,
    probe::Probe,
    report::{Row, median, percentiles, rate, ratio},
    walk,
};
use crate::{Http, Program, Setup};

/// How many write at once.
const WRITERS: usize = 8;

/// How long a write may take until searches find it.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many distributions the large dataset has.
const LARGE: usize = 20_000;

/// Updates of single datasets, each acknowledged when it is on disk.
pub(super) async fn updates(
    setup: &Setup,
    program: &Program,
    size: usize,
    options: &Options,
) -> anyhow::Result<Vec<Row>> {
    let http = program.http().with_token(&setup.token(&["write:datasets"])?);
    let ids = walk::datasets(&http, size.min(1_000)).await?.ids;
    let token = setup.token(&["write:datasets"])?;
    let (mut walls, mut works, mut latencies) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..options.repetitions {
        let asks: Vec<Ask> = ids
            .iter()
            .cycle()
            .take(options.updates)
            .enumerate()
            .map(|(number, id)| update(id, &token, &format!("actualización {round}-{number}")))
            .collect();
        let before = Work::of(program.id())?;
        let driven = drive(program.address(), &asks, asks.len(), WRITERS).await?;
        works.push(Work::of(program.id())?.since(&before) / u32::try_from(asks.len().max(1))?);
        walls.push(driven.wall);
        latencies.extend(driven.latencies);
    }
    let speed = rate(options.updates, median(walls).unwrap_or_default());
    let figure = format!("{speed:.0} acknowledged/s, {WRITERS} writers");
    let row = Row {
        cpu: median(works),
        latency: Some(percentiles(latencies)),
        ..Row::new("update one dataset, durably", figure)
    };
    let seen = visibility(&http, &ids, options.repetitions).await?;
    Ok(vec![row.wanted("≥ 200/s", speed >= 200.0), seen])
}

fn update(id: &str, token: &str, comment: &str) -> Ask {
    Ask {
        method: Method::PATCH,
        target: format!("/api/v1/datasets/{id}"),
        headers: vec![
            ("authorization", format!("Bearer {token}")),
            ("content-type", "application/merge-patch+json".to_owned()),
            ("if-match", "*".to_owned()),
        ],
        body: Bytes::from(json!({"version": comment}).to_string()),
        status: StatusCode::OK,
    }
}

/// The time from an acknowledged update until a search finds it.
async fn visibility(http: &Http, ids: &[String], repetitions: usize) -> anyhow::Result<Row> {
    let mut times = Vec::new();
    for (number, id) in ids.iter().take(repetitions.max(1)).enumerate() {
        let word = format!("zzvisible{number}");
        let document = json!({"keyword": [word]});
        let target = format!("/api/v1/datasets/{id}");
        http.write(Method::PATCH, &target, &[("if-match", "*")], &document).await?.expect(200)?;
        let acknowledged = Instant::now();
        while http.get(&format!("/api/v1/search?q={word}")).await?.expect(200)?.json()["total"] != 1 {
            ensure!(acknowledged.elapsed() < PATIENCE, "an update is never found");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        times.push(acknowledged.elapsed());
    }
    let longest = times.iter().max().copied().unwrap_or_default();
    let middle = median(times).unwrap_or_default();
    let figure = format!("{} ms in the middle, {} ms at most", middle.as_millis(), longest.as_millis());
    let row = Row::new("from an update to a search that finds it", figure);
    Ok(row.wanted("< 1 s", longest < Duration::from_secs(1)))
}

/// A dataset with very many distributions beside one with two.
pub(super) async fn large(setup: &Setup, program: &Program, options: &Options) -> anyhow::Result<Vec<Row>> {
    let http = program.http().with_token(&setup.token(&["import"])?);
    let lines =
        [("bench-small", 2), ("bench-large", LARGE)].map(|(name, count)| sized(name, count).to_string());
    let media = [("content-type", "application/x-ndjson")];
    http.send(Method::POST, "/api/v1/import?source=bench-sizes", &media, lines.join("\n").into())
        .await?
        .expect(201)?;
    let small = found(&http, "bench-small").await?;
    let large = found(&http, "bench-large").await?;
    // Not many, because a server that reads all of them at each request is slow.
    let few = options.requests / 4;
    let mut probes = [
        Probe::of_new("get a dataset with 2 distributions", few, vec![Ask::get(small)]),
        Probe::of_new("get a dataset with 20,000 distributions", few, vec![Ask::get(large)]),
    ];
    if let Err(error) = in_turns(&mut probes, program, options.repetitions).await {
        let row = Row::new("get a dataset with 20,000 distributions", format!("void: {error}"));
        return Ok(vec![row.wanted("≤ 1.5 × one with 2", false)]);
    }
    let [small, large] = probes;
    // The large one shows 25 of its distributions, as each does: that much more text is not held against it.
    let times = ratio(large.cpu(), small.cpu());
    let row = large.row().wanted(format!("≤ 1.5 × one with 2 (is {times:.2})"), times <= 1.5);
    Ok(vec![small.row(), row])
}

async fn in_turns(probes: &mut [Probe], program: &Program, repetitions: usize) -> anyhow::Result<()> {
    for probe in &*probes {
        probe.warm(program).await?;
    }
    for _ in 0..repetitions {
        for probe in &mut *probes {
            probe.run(program).await?;
        }
    }
    Ok(())
}

fn sized(name: &str, count: usize) -> Value {
    let distribution = |number: usize| {
        json!({
            "@type": "dcat:Distribution",
            "title": format!("Parte {number}"),
            "format": "CSV",
            "mediaType": "text/csv",
            "downloadURL": format!("https://datos.example.org/partes/{name}/{number}.csv"),
        })
    };
    json!({
        "@type": "dcat:Dataset",
        "identifier": name,
        "title": format!("Conjunto en partes {name}"),
        "description": "Un conjunto de datos que se publica en muchas partes.",
        "keyword": ["partes"],
        "modified": "2026-01-01",
        "accessLevel": "public",
        "publisher": {"name": "Institución de las mediciones"},
        "contactPoint": {"fn": "Unidad", "hasEmail": "mailto:unidad@datos.example.org"},
        "distribution": (0..count).map(distribution).collect::<Vec<_>>(),
    })
}

/// The address of the record with an identifier, as soon as the index has it.
async fn found(http: &Http, identifier: &str) -> anyhow::Result<String> {
    let begun = Instant::now();
    loop {
        let page = http.get(&format!("/api/v1/search?identifier={identifier}")).await?.expect(200)?.json();
        if let Some(id) = page["items"][0]["id"].as_str() {
            return Ok(format!("/api/v1/datasets/{id}"));
        }
        ensure!(begun.elapsed() < PATIENCE, "{identifier} is never found");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
