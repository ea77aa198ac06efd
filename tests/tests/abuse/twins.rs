//! Two servers with the same content, one on each database, that are asked the same.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, future::join_all, stream};
use serde_json::{Value, json};
use vitrina_tests::{Engine, Program, Setup, told};

use crate::{
    case::{Case, Facts},
    judge,
    mask::masked,
    wire::{self, Body, Reply},
};

/// What one request, or one stage of reading, may cost in memory.
const ALLOWANCE: u64 = 64 << 20;

/// How many times its length an accepted record costs while it is read, checked, stored and indexed.
const COPIES: u64 = 8;

/// The longest record that is accepted: what is longer costs no more.
const LONGEST_RECORD: u64 = 32 << 20;

/// What a server may ever have.
const MOST_MEMORY: u64 = 512 << 20;

/// The most failures that are told in full.
const SHOWN: usize = 25;

/// One server.
pub(crate) struct Twin {
    engine: Engine,
    pub(crate) setup: Setup,
    pub(crate) program: Program,
    pub(crate) facts: Facts,
    /// The marked records as they were at the beginning.
    marked: Vec<(String, Vec<u8>)>,
    /// Where the change log ended after the last write that was taken.
    log_end: String,
    /// The memory when measuring began, and the highest there ever was.
    memory: u64,
    peak: u64,
}

/// The servers, and what was found wrong with them.
pub(crate) struct Twins {
    pub(crate) servers: Vec<Twin>,
    pub(crate) failures: Vec<String>,
    pub(crate) asked: usize,
    /// How long the requests of the stage took on the slower server.
    slowest: Vec<(Duration, String)>,
}

/// The marked records: nothing that the suite sends may touch them.
fn marked_catalog() -> Vec<u8> {
    let datasets: Vec<Value> = (1..=12)
        .map(|n| {
            json!({
                "@type": "dcat:Dataset", "identifier": format!("marca-{n}"), "title": format!("Marca número {n}: niñez y agua"),
                "description": format!("Registro {n} que nadie debe tocar. Presupuesto, padrón y población."),
                "keyword": ["marca", "presupuesto", format!("tema {n}")], "theme": ["GOVE"], "modified": format!("2026-0{}-11", 1 + n % 9),
                "publisher": {"name": format!("Tesorería {}", n % 3)},
                "distribution": [{"title": "Tabla", "format": "CSV", "mediaType": "text/csv", "downloadURL": format!("https://datos.example/{n}.csv")}],
            })
        })
        .collect();
    json!({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "title": "Marcas", "dataset": datasets})
        .to_string()
        .into_bytes()
}

/// A catalog of ordinary size.
fn ordinary_work() -> Vec<u8> {
    let datasets: Vec<Value> = (0..600)
        .map(|n| {
            json!({
                "identifier": format!("trabajo-{n}"), "title": format!("Trabajo {n}"), "description": "Registro de todos los días. ".repeat(20),
                "keyword": [format!("palabra {}", n % 50)], "publisher": {"name": format!("Dependencia {}", n % 20)},
                "distribution": [{"title": "Tabla", "format": "CSV", "downloadURL": format!("https://datos.example/t{n}.csv")}],
            })
        })
        .collect();
    json!({"title": "Trabajo", "dataset": datasets}).to_string().into_bytes()
}

impl Twin {
    async fn start(engine: Engine) -> Option<Self> {
        let mut setup = Setup::on(engine).await.unwrap()?;
        setup.environment.push(("VITRINA_BASE_URL".to_owned(), "http://localhost:9".to_owned()));
        // Writes shall show what they cost, and not that somebody is root here.
        setup.environment.push(("VITRINA_LOG_LEVEL".to_owned(), "info".to_owned()));
        let token = setup.token(&["import", "write:datasets"]).unwrap();
        let reader = setup.token(&["read:private"]).unwrap();
        setup.log_file = Some(setup.data_dir().join("abuse.log"));
        let program = Program::serve(&setup).await.unwrap();
        let facts = Facts::from([("token", token), ("reader", reader)]);
        let mut twin = Self {
            engine,
            setup,
            program,
            facts,
            marked: Vec::new(),
            log_end: String::new(),
            memory: 0,
            peak: 0,
        };
        twin.fill().await;
        Some(twin)
    }

    /// The marked records, and one of each kind that writes may go at.
    async fn fill(&mut self) {
        let import = Case::write(
            "fill",
            "marks",
            ("POST", "/api/v1/import?source=marcas"),
            Body::Bytes(marked_catalog()),
        );
        assert_eq!(self.ask(&import).await.unwrap().status, 201);
        // Ordinary work first: what an index and a pool need anyway is no cost of bad input.
        let work = Case::write(
            "fill",
            "work",
            ("POST", "/api/v1/import?source=trabajo"),
            Body::Bytes(ordinary_work()),
        );
        assert_eq!(self.ask(&work).await.unwrap().status, 201);
        for (fact, collection, name) in [
            ("organization", "organizations", "name"),
            ("catalog", "catalogs", "title"),
            ("series", "series", "title"),
            ("service", "data-services", "title"),
        ] {
            let body = json!({ name: format!("Blanco {fact}"), "identifier": format!("blanco-{fact}") });
            self.make(fact, collection, &body).await;
        }
        let marks = self.read("/api/v1/datasets?limit=12&sort=created").await.json();
        let first = |member: &str| marks["items"][0][member].as_str().unwrap().to_owned();
        self.facts.insert("marked", first("id"));
        self.facts.insert("slug", first("slug"));
        self.make_target().await;
        let list = self.read("/api/v1/datasets?limit=2").await.json();
        let cursor = list["next"].as_str().and_then(|next| next.split_once("cursor=")).unwrap().1.to_owned();
        let runs = self.read("/api/v1/import/runs").await.json();
        let files =
            self.read(&format!("/api/v1/datasets/{}/distributions", self.facts["marked"])).await.json();
        self.facts.insert("cursor", cursor);
        self.facts.insert("run", runs["items"][0]["id"].as_str().unwrap().to_owned());
        self.facts.insert("distribution", files["items"][0]["id"].as_str().unwrap().to_owned());
        self.caught_up().await;
        self.log_end = self.log_token().await;
        for item in marks["items"].as_array().unwrap() {
            let path = format!("/api/v1/datasets/{}", item["id"].as_str().unwrap());
            let body = self.read(&path).await.body;
            self.marked.push((path, body));
        }
        assert_eq!(self.marked.len(), 12);
        self.memory = self.program.memory().unwrap();
    }

    async fn make(&mut self, fact: &'static str, collection: &str, body: &Value) {
        let path = format!("/api/v1/{collection}");
        let made = Case::write("fill", fact, ("POST", &path), Body::Bytes(body.to_string().into()));
        let made = self.ask(&made).await.unwrap();
        assert_eq!(made.status, 201, "{}", made.text());
        self.facts.insert(fact, made.json()["id"].as_str().unwrap().to_owned());
        self.facts.insert("etag", made.header("etag"));
    }

    /// The dataset that writes go at.
    async fn make_target(&mut self) {
        let body = json!({"title": "Blanco", "identifier": format!("blanco-{}", self.facts.get("dataset").map_or("1", String::as_str))});
        self.make("dataset", "datasets", &body).await;
    }

    pub(crate) async fn ask(&self, case: &Case) -> anyhow::Result<Reply> {
        wire::exchange(self.program.address(), &case.head_for(&self.facts), &case.body).await
    }

    pub(crate) async fn read(&self, path: &str) -> Reply {
        let reply = self.ask(&Case::get("read", path, path)).await.unwrap();
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply
    }

    async fn log_token(&self) -> String {
        let mut path = "/api/v1/changes?limit=1000".to_owned();
        loop {
            let page = self.read(&path).await.json();
            let token = page["token"].as_str().unwrap().to_owned();
            if page["next"].is_null() {
                return token;
            }
            path = format!("/api/v1/changes?limit=1000&from={token}");
        }
    }

    /// Waits until searches see every change.
    async fn caught_up(&self) {
        let begun = Instant::now();
        while self.read("/api/v1/status").await.json()["index_is_current"] != true {
            assert!(begun.elapsed() < Duration::from_mins(1), "the index never catches up");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// After a write: nothing of a refused one may be there, and the target must be there again.
    async fn settle(&mut self, taken: bool) -> Option<String> {
        let path = format!("/api/v1/changes?limit=1000&from={}", self.log_end);
        let page = self.read(&path).await.json();
        let changes = page["items"].as_array().unwrap();
        if changes.is_empty() {
            return None;
        }
        self.log_end = match page["token"].as_str() {
            Some(token) if page["next"].is_null() => token.to_owned(),
            _ => self.log_token().await,
        };
        let target = Case::get("settle", "target", "/api/v1/datasets/{{dataset}}");
        let target = self.ask(&target).await.unwrap();
        if target.status == 410 {
            self.make_target().await;
            self.log_end = self.log_token().await;
        } else {
            self.facts.insert("etag", target.header("etag"));
        }
        (!taken).then(|| format!("it was refused, and changed: {}", page["items"]))
    }

    /// Sets the highest mark back, so that what follows answers for itself.
    fn begin_measuring(&mut self) {
        fs::write(format!("/proc/{}/clear_refs", self.program.id()), "5").unwrap();
        self.memory = self.program.memory().unwrap();
    }

    /// What was wrong with the memory since then.
    fn memory_fault(&mut self, what: &str, record: u64) -> Option<String> {
        // A server that is gone is told of at the end of the stage.
        let peak = self.program.peak_memory().unwrap_or_default();
        self.peak = self.peak.max(peak);
        judge::memory_fault(what, self.memory, peak, ALLOWANCE + COPIES * record.min(LONGEST_RECORD))
    }

    /// What the server holds at the end of a stage, compared with the beginning.
    async fn end_stage(&mut self, stage: &str) -> Vec<String> {
        let mut faults = Vec::new();
        if !self.program.is_alive() {
            return vec![format!("{stage}: the server is gone:\n{}", self.program.log())];
        }
        let (now, cpu) = (self.program.memory().unwrap() >> 20, self.program.cpu().unwrap());
        let engine = self.engine;
        eprintln!(
            "  {stage} on {engine:?}: memory {now} MiB, peak {} MiB, processor {cpu:?} so far",
            self.peak >> 20
        );
        faults.extend(judge::memory_fault(stage, 0, self.peak, MOST_MEMORY));
        for (path, before) in &self.marked {
            if self.read(path).await.body != *before {
                faults.push(format!("{stage}: {path} is not what it was"));
            }
        }
        self.caught_up().await;
        faults.extend(self.disagreements().await.into_iter().map(|fault| format!("{stage}: {fault}")));
        faults
    }

    /// Where the index and the store do not tell the same.
    async fn disagreements(&self) -> Vec<String> {
        let counts = self.read("/api/v1/status").await.json();
        let mut faults = Vec::new();
        for (kind, count) in counts["records"].as_object().unwrap() {
            let found = self.read(&format!("/api/v1/search?kind={kind}&limit=1")).await.json();
            if found["total"] != *count {
                faults.push(format!("{count} of {kind} in the store, {} in the index", found["total"]));
            }
        }
        faults
    }

    /// Reads everything back: each record in each list, and its revisions and original.
    pub(crate) async fn read_everything(&self) -> usize {
        let mut seen = 0;
        for collection in ["datasets", "organizations", "catalogs", "series", "data-services"] {
            let mut next = Some(format!("/api/v1/{collection}?limit=100"));
            while let Some(path) = next {
                let page = self.read(&path).await.json();
                for item in page["items"].as_array().unwrap() {
                    let path = format!("/api/v1/{collection}/{}", item["id"].as_str().unwrap());
                    assert!(self.read(&path).await.json()["id"] == item["id"], "{path}");
                    self.read(&format!("{path}/revisions?limit=1")).await;
                    seen += 1;
                }
                next = page["next"]
                    .as_str()
                    .map(|next| next.trim_start_matches("http://localhost:9").to_owned());
            }
        }
        seen
    }

    /// The lines of the log so far.
    pub(crate) fn log(&self) -> Vec<u8> {
        fs::read(self.setup.log_file.as_ref().unwrap()).unwrap()
    }
}

impl Twins {
    pub(crate) async fn start() -> Self {
        let mut twins = Vec::new();
        for engine in [Engine::Sqlite, Engine::Postgres] {
            twins.extend(Twin::start(engine).await);
        }
        eprintln!("on {:?}", twins.iter().map(|twin| twin.engine).collect::<Vec<_>>());
        Self { servers: twins, failures: Vec::new(), asked: 0, slowest: Vec::new() }
    }

    /// Asks all servers the same and judges what they answer.
    async fn judged(&self, case: &Case) -> (Vec<String>, Vec<Option<Reply>>) {
        let replies = join_all(self.servers.iter().map(|twin| twin.ask(case))).await;
        let mut faults = Vec::new();
        for (twin, reply) in self.servers.iter().zip(&replies) {
            let sent = String::from_utf8_lossy(&case.head_for(&twin.facts)).into_owned();
            let found = match reply {
                Ok(reply) => judge::faults(reply, &sent, case.wants_page()),
                Err(error) => vec![format!("no answer: {error:#}")],
            };
            faults.extend(found.into_iter().map(|fault| format!("{:?}: {fault}", twin.engine)));
        }
        let replies: Vec<Option<Reply>> = replies.into_iter().map(Result::ok).collect();
        if let [Some(one), Some(other)] = replies.as_slice() {
            faults.extend(
                judge::difference(one, other).map(|difference| format!("the databases differ: {difference}")),
            );
        }
        (faults, replies)
    }

    fn note(&mut self, case: &Case, faults: &[String], took: Duration) {
        self.asked += 1;
        self.slowest.push((took, case.name.clone()));
        if faults.is_empty() {
            return;
        }
        let kept = keep(case);
        let failure = format!("{}/{} {kept}\n  {}", case.family, case.name, faults.join("\n  "));
        eprintln!("{failure}");
        self.failures.push(failure);
    }

    /// Reads, several at once.
    pub(crate) async fn read_all(&mut self, cases: Vec<Case>) {
        const AT_ONCE: usize = 6;
        let judged: Vec<(Case, Vec<String>, Duration)> = {
            let this = &*self;
            let judging = cases.into_iter().map(|case| async move {
                let (faults, replies) = this.judged(&case).await;
                (case, faults, slower(&replies))
            });
            stream::iter(judging).buffered(AT_ONCE).collect().await
        };
        for (case, faults, took) in judged {
            self.note(&case, &faults, took);
        }
    }

    /// Writes, one after the other; after each it is seen what is there.
    pub(crate) async fn write_all(&mut self, cases: Vec<Case>) {
        for case in cases {
            self.servers.iter_mut().for_each(Twin::begin_measuring);
            let length = u64::try_from(case.body.len()).unwrap_or(u64::MAX);
            let (mut faults, replies) = self.judged(&case).await;
            faults
                .extend(self.servers.iter_mut().filter_map(|twin| twin.memory_fault("the request", length)));
            let settling = self
                .servers
                .iter_mut()
                .zip(&replies)
                .map(|(twin, reply)| twin.settle(reply.as_ref().is_some_and(|reply| reply.status < 400)));
            faults.extend(join_all(settling).await.into_iter().flatten());
            self.note(&case, &faults, slower(&replies));
        }
    }

    /// Runs cases as a stage of their own: memory, marked records, index and store are looked at after it.
    pub(crate) async fn stage(&mut self, name: &str, cases: Vec<Case>) {
        let begun = Instant::now();
        let (count, failed) = (cases.len(), self.failures.len());
        let (writes, reads): (Vec<_>, Vec<_>) = cases.into_iter().partition(Case::is_write);
        self.servers.iter_mut().for_each(Twin::begin_measuring);
        self.read_all(reads).await;
        self.failures.extend(self.servers.iter_mut().filter_map(|twin| twin.memory_fault(name, 0)));
        self.write_all(writes).await;
        for twin in &mut self.servers {
            let faults = twin.end_stage(name).await;
            self.failures.extend(faults.into_iter().map(|fault| format!("{:?}: {fault}", twin.engine)));
        }
        self.slowest.sort();
        let slowest = self.slowest.iter().rev().take(3).collect::<Vec<_>>();
        let failures = self.failures.len() - failed;
        eprintln!(
            "{name}: {count} requests, {failures} failures, {:?}; slowest {slowest:?}",
            begun.elapsed()
        );
        // A long run tells at once what it found.
        for failure in self.failures.iter().skip(failed) {
            eprintln!("  {failure}");
        }
        self.slowest.clear();
    }

    /// The last looks; fails the test when anything was wrong.
    pub(crate) async fn finish(mut self) {
        let mut seen = Vec::new();
        let mut lists = Vec::new();
        for twin in &self.servers {
            seen.push(twin.read_everything().await);
            let list = twin.read("/api/v1/exports/datasets.ndjson").await;
            lists.push(masked(&list.body));
        }
        if lists.windows(2).any(|pair| pair[0] != pair[1]) {
            self.failures.push("the databases hold different datasets at the end".to_owned());
        }
        eprintln!("{} requests to each server; read back {seen:?} records", self.asked);
        for twin in &self.servers {
            if let Some(fault) = crate::logs::broken_line(&twin.log()) {
                self.failures.push(format!("{:?}: {fault}", twin.engine));
            }
            let log = String::from_utf8_lossy(&twin.log()).into_owned();
            for secret in ["token", "reader"] {
                assert!(!log.contains(&twin.facts[secret]), "a token is in the log");
            }
            if log.contains("panicked") {
                self.failures.push(format!("{:?}: the log tells of a panic", twin.engine));
            }
        }
        let shown = self.failures.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
        assert!(self.failures.is_empty(), "{} failures\n{shown}", self.failures.len());
    }
}

fn slower(replies: &[Option<Reply>]) -> Duration {
    replies.iter().flatten().map(|reply| reply.took).max().unwrap_or_default()
}

/// Keeps a request that failed, where it is told to: it belongs into the corpus.
fn keep(case: &Case) -> String {
    let (Some(folder), Some(bytes)) = (told("VITRINA_ABUSE_KEEP"), case.to_file()) else {
        return String::new();
    };
    let name: String =
        case.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect();
    let path: PathBuf = Path::new(&folder).join(case.family).join(format!("{name}.http"));
    let kept = fs::create_dir_all(path.parent().unwrap_or(&path)).and_then(|()| fs::write(&path, bytes));
    kept.map_or_else(|error| format!("({error})"), |()| format!("({})", path.display()))
}
