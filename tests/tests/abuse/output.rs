//! What was stored comes out as text: in pages, tables, graphs, headers and the log.

use oxttl::TurtleParser;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::{Engine, Http, Program, Setup};

use crate::{
    case::{Case, Facts},
    logs::broken_line,
    page::active,
    queries::encoded,
    wire::{self, Reply},
    words::HOSTILE,
};

/// A server full of hostile texts, with the slugs that its records got.
struct Full {
    setup: Setup,
    program: Program,
    slugs: Vec<String>,
    secret: String,
}

/// A record with the text in every field that shows on a page, in a table or in a graph.
fn hostile(name: &str, text: &str) -> Value {
    json!({
        "title": {"es": format!("{text} {name}"), "en": text}, "identifier": format!("{name}-{text}"), "description": {"es": text, "und": text},
        "alternative": text, "keyword": {"es": [text, format!("{name}{text}")]}, "theme": [{"prefLabel": {"es": text}, "notation": text}],
        "publisher": {"name": text, "identifier": text, "homepage": text, "mbox": text},
        "contactPoint": [{"fn": text, "hasEmail": text, "hasURL": text}], "license": text, "rights": text, "accessRights": text,
        "landingPage": text, "page": [text], "conformsTo": [text], "provenance": text, "version": text, "versionNotes": text,
        "spatial": [{"prefLabel": text}], "accrualPeriodicity": text, "language": [text], "comments": text, "dataDictionary": text,
        "distribution": [{
            "title": text, "description": text, "downloadURL": text, "accessURL": text, "format": text, "mediaType": text, "license": text, "fileName": text,
        }],
    })
}

impl Full {
    async fn start(engine: Engine) -> Option<Self> {
        let mut setup = Setup::on(engine).await.unwrap()?;
        setup.environment.push(("VITRINA_BASE_URL".to_owned(), "http://localhost:9".to_owned()));
        setup.environment.push(("VITRINA_LOG_LEVEL".to_owned(), "debug".to_owned()));
        let secret = setup.token(&["import", "write:datasets"]).unwrap();
        setup.log_file = Some(setup.data_dir().join("output.log"));
        let program = Program::serve(&setup).await.unwrap();
        let mut full = Self { setup, program, slugs: Vec::new(), secret };
        full.fill().await;
        Some(full)
    }

    fn http(&self) -> Http {
        self.program.http()
    }

    async fn fill(&mut self) {
        let http = self.http().with_token(&self.secret);
        for (name, text) in HOSTILE {
            for (collection, document) in [
                ("datasets", hostile(name, text)),
                (
                    "organizations",
                    json!({"name": format!("{text} {name}"), "identifier": name, "homepage": text, "alternateName": text}),
                ),
                (
                    "catalogs",
                    json!({"title": format!("{text} {name}"), "identifier": name, "description": text, "homepage": text}),
                ),
            ] {
                let answer = http
                    .write(hyper::Method::POST, &format!("/api/v1/{collection}"), &[], &document)
                    .await
                    .unwrap();
                let status = answer.status.as_u16();
                assert!([201, 422].contains(&status), "{name}: {status} {}", answer.text());
                if let ("datasets", Some(slug)) = (collection, answer.json()["slug"].as_str()) {
                    self.slugs.push(slug.to_owned());
                }
            }
        }
        // Almost every text is taken; what is refused was told above.
        assert!(self.slugs.len() > HOSTILE.len() - 8, "{} of {}", self.slugs.len(), HOSTILE.len());
        while http.get("/api/v1/status").await.unwrap().json()["index_is_current"] != true {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    async fn ask(&self, target: &str) -> Reply {
        let case =
            Case::of("output", target, "GET", target.as_bytes(), &[("Accept", b"text/html, */*;q=0.5")]);
        wire::exchange(self.program.address(), &case.head_for(&Facts::new()), &case.body).await.unwrap()
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn stored_texts_never_come_out_active(#[case] engine: Engine) {
    let Some(full) = Full::start(engine).await else { return };
    pages_are_inert(&full).await;
    tables_hold_no_formulas(&full).await;
    documents_stay_whole(&full).await;
    headers_are_our_own(&full).await;
    let log = std::fs::read(full.setup.log_file.as_ref().unwrap()).unwrap();
    assert_eq!(broken_line(&log), None);
    assert!(!String::from_utf8_lossy(&log).contains(&full.secret), "a token is in the log");
}

async fn pages_are_inert(full: &Full) {
    let mut paths: Vec<String> =
        ["/", "/search", "/search?sort=title", "/catalog", "/?lang=en"].map(str::to_owned).to_vec();
    paths.extend(full.slugs.iter().map(|slug| format!("/dataset/{slug}")));
    for (_, text) in HOSTILE {
        let text = encoded(text);
        paths.extend([
            format!("/search?q={text}"),
            format!("/search?theme={text}"),
            format!("/{text}"),
            format!("/dataset/{text}"),
            format!("/search?{text}={text}"),
        ]);
    }
    let (mut pages, mut telling) = (0, 0);
    for path in paths {
        let reply = full.ask(&path).await;
        assert!(reply.status < 500, "{path}: {}", reply.text());
        if reply.header("content-type").starts_with("text/html") {
            pages += 1;
            telling += usize::from(reply.text().contains("alert("));
            assert_eq!(active(&reply.text()), Vec::<String>::new(), "{path}\n{}", reply.text());
            let policy = reply.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        }
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
    }
    // The texts are there, as texts.
    assert!(pages > HOSTILE.len() && telling > 20, "{pages} pages, {telling} with a script in their text");
}

async fn tables_hold_no_formulas(full: &Full) {
    const STARTS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];
    let mut cells = 0;
    for path in [
        "/api/v1/exports/datasets.csv",
        "/api/v1/datasets?f=csv&limit=100",
        "/catalog.csv",
        "/api/v1/organizations?f=csv&limit=100",
    ] {
        let reply = full.ask(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        let mut table = csv::ReaderBuilder::new().has_headers(false).from_reader(reply.body.as_slice());
        for record in table.records() {
            for cell in &record.unwrap() {
                cells += 1;
                let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite);
                assert!(is_number || !cell.starts_with(STARTS), "{path}: {cell:?}");
            }
        }
    }
    assert!(cells > 500, "{cells}");
}

async fn documents_stay_whole(full: &Full) {
    let data_json = full.ask("/data.json").await;
    let listed = data_json.json()["dataset"].as_array().unwrap().len();
    assert_eq!(listed, full.slugs.len(), "data.json");
    for path in ["/api/v1/exports/datasets.ndjson", "/api/v1/exports/datasets.json"] {
        let text = full.ask(path).await.text();
        let records = text.lines().filter(|line| line.contains("\"kind\":\"dataset\""));
        assert!(records.clone().count() > 0, "{path}");
        if path.ends_with("ndjson") {
            assert_eq!(records.clone().count(), full.slugs.len());
            for line in records {
                assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
            }
        } else {
            assert!(serde_json::from_str::<Value>(&text).is_ok());
        }
    }
    let mut graphs = vec!["/catalog.ttl".to_owned(), "/api/v1/exports/datasets.ttl".to_owned()];
    graphs.extend(full.slugs.iter().map(|slug| format!("/dataset/{slug}.ttl")));
    for path in graphs {
        let reply = full.ask(&path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        let parsed: Result<Vec<_>, _> = TurtleParser::new().for_slice(&reply.body).collect();
        assert!(!parsed.unwrap_or_else(|error| panic!("{path}: {error}")).is_empty(), "{path}");
    }
}

async fn headers_are_our_own(full: &Full) {
    let mut targets: Vec<String> = full
        .slugs
        .iter()
        .flat_map(|slug| {
            [format!("/dataset/{slug}"), format!("/api/v1/datasets/{slug}"), format!("/dataset/{slug}.csv")]
        })
        .collect();
    for (_, text) in HOSTILE {
        let text = encoded(text);
        targets.extend([
            format!("/api/v1/datasets?title__contains={text}&limit=1"),
            format!("/api/v1/search?q=\"{text}\"&limit=1"),
            format!("/api/v1/exports/{text}"),
        ]);
    }
    for target in targets {
        let reply = full.ask(&target.replace('"', "%22")).await;
        let head = String::from_utf8_lossy(&reply.head).into_owned();
        for line in head.split("\r\n").skip(1) {
            let name = line.split_once(':').map(|(name, _)| name);
            assert!(
                name.is_some_and(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')),
                "{target}: {line:?}"
            );
            assert!(!line.to_ascii_lowercase().starts_with("x-injected"), "{target}: {line:?}");
            assert!(!line.chars().any(|c| c.is_control() && c != '\t'), "{target}: {line:?}");
        }
    }
}

/// A secret sent in the right place and in every wrong one is told to nobody else.
#[rstest]
#[case::json("json")]
#[case::text("text")]
#[tokio::test]
async fn tokens_and_forged_lines_stay_out_of_log_and_metrics(#[case] format: &str) {
    let mut setup = Setup::on(Engine::Sqlite).await.unwrap().unwrap();
    setup.environment.push(("VITRINA_LOG_LEVEL".to_owned(), "trace".to_owned()));
    setup.environment.push(("VITRINA_LOG_FORMAT".to_owned(), format.to_owned()));
    let secret = setup.token(&["import", "write:datasets"]).unwrap();
    setup.log_file = Some(setup.data_dir().join("secret.log"));
    let program = Program::serve(&setup).await.unwrap();
    let wrong = format!("{secret}x");
    for token in [&secret, &wrong] {
        let bearer = format!("Bearer {token}");
        let basic = format!("Basic {token}");
        let attempts: [(&str, String, &str, &str); 9] = [
            ("POST", "/api/v1/datasets".to_owned(), "Authorization", &bearer),
            ("GET", "/api/v1/datasets".to_owned(), "Authorization", &basic),
            ("GET", format!("/api/v1/datasets?token={token}"), "Accept", "*/*"),
            ("GET", format!("/api/v1/search?q={token}"), "Accept", "*/*"),
            ("GET", format!("/api/v1/datasets/{token}"), "Accept", "*/*"),
            ("GET", "/api/v1/status".to_owned(), "Cookie", token),
            ("GET", "/api/v1/status".to_owned(), "X-Request-Id", token),
            ("GET", "/api/v1/status".to_owned(), "User-Agent", &bearer),
            ("POST", format!("/api/v1/import?source={token}"), "Idempotency-Key", token),
        ];
        for (method, target, name, value) in attempts {
            let case = Case::of(
                "secret",
                &target,
                method,
                target.as_bytes(),
                &[(name, value.as_bytes()), ("Content-Length", b"0")],
            );
            let reply = wire::exchange(program.address(), &case.head, &case.body).await.unwrap();
            assert!((200..500).contains(&reply.status), "{target}: {}", reply.text());
        }
    }
    for (name, text) in HOSTILE {
        let value: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n' | 0)).collect();
        let target = format!("/api/v1/{}", encoded(text));
        for header in ["User-Agent", "X-Request-Id", "Referer"] {
            let case = Case::of("log", *name, "GET", target.as_bytes(), &[(header, &value)]);
            wire::exchange(program.address(), &case.head, &case.body).await.unwrap();
        }
    }
    let metrics = program.http().get("/metrics").await.unwrap().text();
    assert!(metrics.contains("vitrina_requests_total") && !metrics.contains(&secret), "{metrics}");
    let log = std::fs::read(setup.log_file.as_ref().unwrap()).unwrap();
    let text = String::from_utf8(log.clone()).unwrap();
    let told: Vec<&str> = text.lines().filter(|line| line.contains(&secret)).collect();
    assert_eq!(told, Vec::<&str>::new());
    assert!(text.lines().count() > 1);
    if format == "json" {
        assert_eq!(broken_line(&log), None);
    } else {
        for line in text.lines() {
            assert!(line.starts_with("20") && !line.chars().any(char::is_control), "{line:?}");
        }
    }
}
