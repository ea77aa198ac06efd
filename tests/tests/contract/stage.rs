//! What there is on the server that is asked.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow, ensure};
use serde_json::json;
use vitrina_app::jobs::Kinds;
use vitrina_store::{Config, Store};
use vitrina_tests::{Http, Setup, assembled};

use crate::{operation::Operation, request::Request};

/// What the requests are made of.
pub(crate) struct Stage {
    pub(crate) token: String,
    pub(crate) weak: String,
    /// By collection: the id of a record that is there, and the name of one that was deleted.
    pub(crate) there: BTreeMap<String, String>,
    pub(crate) gone: BTreeMap<String, String>,
    pub(crate) run: String,
    pub(crate) cursor: String,
    /// What a link in a letter holds.
    pub(crate) unsubscribe: String,
    pub(crate) write_bytes: usize,
}

/// An address that nobody calls: its range is for examples.
pub(crate) const NOWHERE: &str = "http://192.0.2.7/avisos";

pub(crate) const RECORDS: [&str; 5] = ["datasets", "catalogs", "organizations", "series", "data-services"];

/// A record that was just made.
struct Made {
    id: String,
    slug: String,
    tag: String,
    distribution: Option<String>,
}

async fn make(writer: &Http, collection: &str, fate: &str) -> anyhow::Result<Made> {
    let document = json!({
        "identifier": format!("{collection}-{fate}"),
        "title": {"es": fate},
        "name": {"es": fate},
        "distribution": [{"downloadURL": "https://datos.example.org/a.csv"}],
    });
    let path = format!("/api/v1/{collection}");
    let answer = writer.write("POST".parse()?, &path, &[], &document).await?.expect(201)?;
    let made = answer.json();
    let text = |pointer: &str| made.pointer(pointer).and_then(|value| value.as_str()).map(str::to_owned);
    Ok(Made {
        id: text("/id").context("no id")?,
        slug: text("/slug").context("no slug")?,
        tag: answer.header("etag").to_owned(),
        distribution: text("/distribution/0/id"),
    })
}

/// Waits until somebody has looked into a file.
async fn inspected(http: &Http, path: &str) -> anyhow::Result<()> {
    let begun = std::time::Instant::now();
    while http.get(path).await?.status != 200 {
        ensure!(begun.elapsed().as_secs() < 30, "nobody looks into {path}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    Ok(())
}

/// A job that was done.
async fn ended_job(operator: &Http) -> anyhow::Result<String> {
    let path = "/api/v1/schedules/forget-jobs/run";
    let job = operator.send("POST".parse()?, path, &[], "".into()).await?.expect(201)?.json();
    let id = job["id"].as_str().context("no id")?;
    let begun = std::time::Instant::now();
    while operator.get(&format!("/api/v1/jobs/{id}")).await?.expect(200)?.json()["state"] != "succeeded" {
        ensure!(begun.elapsed().as_secs() < 30, "the job is never done");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    Ok(id.to_owned())
}

/// What a link in a letter to somebody holds; no operation tells it.
async fn unsubscribe_token(setup: &Setup) -> anyhow::Result<String> {
    // A test can have a cluster of its own.
    let own = setup.environment.iter().find(|(name, _)| name == "VITRINA_DATABASE_URL");
    let config = Config {
        data_dir: setup.data_dir(),
        database_url: own.map(|(_, url)| url.clone()).or_else(|| setup.database_url()),
        files_url: None,
        max_connections: 2,
    };
    let store = Store::open(&config).await.map_err(|error| anyhow!(error))?;
    let folder = tempfile::tempdir()?;
    let app = assembled(store, folder.path(), Kinds::standard())?;
    let address = app.unsubscribe_address(&"ana@example.org".parse()?, &"avisos".parse()?).await?;
    Ok(address.rsplit('/').next().context("no token")?.to_owned())
}

/// A webhook that is sent nothing.
async fn silent_webhook(owner: &Http) -> anyhow::Result<String> {
    let webhook = json!({ "address": NOWHERE });
    let webhook = owner.write("POST".parse()?, "/api/v1/webhooks", &[], &webhook).await?.expect(201)?.json();
    let id = webhook["id"].as_str().context("no id")?;
    let paused = json!({"state": "paused"});
    owner.write("PATCH".parse()?, &format!("/api/v1/webhooks/{id}"), &[], &paused).await?.expect(200)?;
    Ok(id.to_owned())
}

/// What is there by a name of its own.
fn named(operation: &Operation) -> &'static str {
    match operation.collection() {
        "schedules" => "forget-jobs",
        "schemas" => "dataset",
        _ => "data-theme",
    }
}

impl Stage {
    pub(crate) async fn set(setup: &Setup, http: &Http, token: String, weak: String) -> anyhow::Result<Self> {
        let writer = http.with_token(&token);
        let (mut there, mut gone) = (BTreeMap::new(), BTreeMap::new());
        for collection in RECORDS {
            let kept = make(&writer, collection, "kept").await?;
            there.extend(kept.distribution.map(|id| ("distributions".to_owned(), id)));
            there.insert(collection.to_owned(), kept.id);
            let deleted = make(&writer, collection, "deleted").await?;
            let (path, headers) =
                (format!("/api/v1/{collection}/{}", deleted.id), [("if-match", &*deleted.tag)]);
            writer.send("DELETE".parse()?, &path, &headers, "".into()).await?.expect(200)?;
            gone.extend(deleted.distribution.map(|id| ("distributions".to_owned(), id)));
            gone.insert(collection.to_owned(), deleted.slug);
        }
        let file = there.get("distributions").map(|id| format!("/api/v1/distributions/{id}/file"));
        let file = file.context("no distribution")?;
        writer.send("PUT".parse()?, &file, &[], "uno,dos\n1,2\n".into()).await?.expect(201)?;
        inspected(http, &file.replace("/file", "/inspection")).await?;
        let catalog =
            json!({"dataset": [{"identifier": "a", "title": "A"}, {"identifier": "b", "title": "B"}]});
        let target = "/api/v1/import?source=stage&fetched_at=2026-02-01";
        let headers = [("content-type", "application/json")];
        let run =
            writer.send("POST".parse()?, target, &headers, catalog.to_string().into()).await?.expect(201)?;
        there.insert("jobs".to_owned(), ended_job(&writer).await?);
        let person = json!({"address": "kept@example.org"});
        let suppressed =
            writer.write("POST".parse()?, "/api/v1/suppressions", &[], &person).await?.expect(201)?;
        let suppressed = suppressed.json()["id"].as_str().context("no id")?.to_owned();
        there.insert("suppressions".to_owned(), suppressed);
        there.insert("webhooks".to_owned(), silent_webhook(&writer).await?);
        // Tags of lists follow the index, which follows the log.
        let begun = std::time::Instant::now();
        while http.get("/api/v1/status").await?.json()["index_is_current"] != true {
            ensure!(begun.elapsed().as_secs() < 30, "the index never catches up");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let page = http.get("/api/v1/datasets?limit=1&count=none").await?.expect(200)?.json();
        let next = page["next"].as_str().context("one page only")?.to_owned();
        let limits = http.get("/api/v1/limits").await?.expect(200)?.json();
        let classes = limits["classes"].as_array().context("no classes")?;
        let write = classes.iter().find(|class| class["class"] == "write").context("no class of writes")?;
        Ok(Self {
            token,
            weak,
            there,
            gone,
            run: run.json()["id"].as_str().context("no run")?.to_owned(),
            cursor: next.split("cursor=").nth(1).context("no cursor")?.to_owned(),
            unsubscribe: unsubscribe_token(setup).await?,
            write_bytes: usize::try_from(write["body_bytes"].as_u64().context("no limit")?)?,
        })
    }

    /// The request that an operation is made for; it succeeds, or would if nothing else were wrong.
    pub(crate) fn request(&self, operation: &Operation, id: &str) -> Request {
        let path = operation
            .path
            .replace("{id}", id)
            .replace("{number}", "1")
            .replace("{identifier}", "datasets-kept")
            .replace("{file}", "datasets.ndjson")
            .replace("{token}", &self.unsubscribe)
            .replace("{name}", named(operation));
        let mut request =
            Request { path, token: operation.needs_token.then(|| self.token.clone()), ..Request::default() };
        if let Some((media_type, example)) = &operation.body {
            request = request.with("content-type", media_type);
            request.body = example.as_str().map_or_else(|| example.to_string(), str::to_owned).into();
        }
        if operation.takes("header", "If-Match") {
            request = request.with("if-match", "\"r77-other\"");
        }
        request
    }

    pub(crate) fn id_of(&self, operation: &Operation) -> String {
        match operation.collection() {
            "import" => self.run.clone(),
            "guidelines" => "mx-lgtaip-2025".to_owned(),
            collection => self.there.get(collection).cloned().unwrap_or_default(),
        }
    }
}
