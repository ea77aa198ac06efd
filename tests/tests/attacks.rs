//! The attacks that kill servers built of the same parts: each is tried on ours, and its hazard is shown to be real.
//!
//! What protects a server from an attack shows only where the attack works without it. So a part that dies of an input
//! is fed that input in a process of its own, which must die. The same for transactions that take no lock at
//! their beginning stands in the store's tests: `a_deferred_transaction_loses_on_sqlite`.

#![cfg(test)]

use std::{
    io::{Cursor, Read as _},
    net::TcpListener,
    os::unix::process::ExitStatusExt as _,
    process::{Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use calamine::{Reader as _, Xlsx};
use cargo_metadata::MetadataCommand;
use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tantivy::{
    Index,
    query::QueryParser,
    schema::{Schema, TEXT},
};
use vitrina_tests::{
    Engine, Http, Program, Setup,
    packing::{Workbook, cells_at},
    told,
};

/// Which hazard a child process of this test shall run into.
const HAZARD: &str = "VITRINA_TEST_HAZARD";

/// Runs a hazard in a process of its own: this test binary again, with one test and the hazard's name.
fn child(hazard: &str) -> ExitStatus {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_hazard_of_a_child", "--test-threads", "1"]).env(HAZARD, hazard);
    // What the hazard has to say when it dies is no news of this test.
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
}

/// A stack as a server's threads have it.
fn on_a_server_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap();
    let _ = thread.join();
}

/// Does nothing unless it is told to: it is what a child process runs.
#[test]
fn the_hazard_of_a_child() {
    let Some(hazard) = told(HAZARD) else { return };
    on_a_server_stack(move || match hazard.as_str() {
        "none" => (),
        "parentheses" => {
            let _ = query_parser().parse_query_lenient(&"(".repeat(800));
        }
        "nested query" => {
            let _ = query_parser().parse_query(&"(a AND ".repeat(1_400));
        }
        "deep value" => {
            let deep = (0..1_000_000).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
            drop(deep);
        }
        "corners of a sheet" => {
            let file = Workbook::of(&cells_at(&["A1", "XFD1048576"])).finish();
            let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file)).unwrap();
            let _ = workbook.worksheet_range("Hoja1");
        }
        other => panic!("no such hazard: {other}"),
    });
}

fn query_parser() -> QueryParser {
    let mut schema = Schema::builder();
    let field = schema.add_text_field("text", TEXT);
    QueryParser::for_index(&Index::create_in_ram(schema.build()), vec![field])
}

#[test]
fn a_child_without_a_hazard_lives() {
    assert!(child("none").success());
}

#[rstest]
#[case("parentheses")]
#[case("nested query")]
#[case("deep value")]
#[case("corners of a sheet")]
fn the_unguarded_part_kills_its_process(#[case] hazard: &str) {
    let ended = child(hazard);
    assert!(ended.signal().is_some(), "{hazard}: {ended:?}");
}

/// A running server on a database, with a client that may write.
async fn server(engine: Engine) -> Option<(Setup, Program, Http)> {
    let setup = Setup::on(engine).await.unwrap()?;
    let token = setup.token(&["import", "write:datasets"]).unwrap();
    let program = Program::serve(&setup).await.unwrap();
    let http = program.http().with_token(&token);
    Some((setup, program, http))
}

#[rstest]
#[case::parentheses("(".repeat(800))]
#[case::within_the_length("(".repeat(500))]
#[case::nested("(a AND ".repeat(1_000))]
#[case::minuses("-".repeat(800))]
#[case::quotes("\"(".repeat(400))]
#[tokio::test]
async fn query_text_that_overflows_a_parser_is_refused_and_the_server_lives(#[case] text: String) {
    let (_setup, mut program, http) = server(Engine::Sqlite).await.unwrap();
    let text = text.replace('(', "%28").replace(' ', "%20").replace('"', "%22");
    for path in
        ["/api/v1/search", "/api/v1/datasets", "/api/v1/facets", "/search", "/api/v1/exports/datasets.csv"]
    {
        let answer = http.get(&format!("{path}?q={text}")).await.unwrap();
        // What is too long for an address is refused as that.
        let status = answer.status.as_u16();
        assert!([400, 414].contains(&status), "{path}: {status} {}", answer.text());
        assert_eq!(answer.json()["status"], status, "{path}: {}", answer.text());
    }
    assert!(program.is_alive());
}

#[rstest]
#[case::arrays("[", "]")]
#[case::objects("{\"a\":", "}")]
#[case::within_a_record("{\"title\":\"x\",\"spatial\":[", "]}")]
#[tokio::test]
async fn a_deep_body_is_refused_with_its_place_and_the_server_lives(#[case] open: &str, #[case] close: &str) {
    let (_setup, mut program, http) = server(Engine::Sqlite).await.unwrap();
    let body = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    for target in ["/api/v1/validate", "/api/v1/import", "/api/v1/datasets", "/api/v1/organizations"] {
        let headers = [("content-type", "application/json")];
        let answer = http.send(Method::POST, target, &headers, body.clone().into()).await.unwrap();
        let (status, problem) = (answer.status.as_u16(), answer.json());
        assert!([400, 413, 422].contains(&status), "{target}: {status} {}", answer.text());
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.chars().any(|c| c.is_ascii_digit()), "{target}: no place or limit in {detail:?}");
    }
    assert!(program.is_alive());
}

/// A listener that counts who comes.
struct Canary {
    address: String,
    visits: Arc<AtomicUsize>,
}

impl Canary {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let visits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&visits);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                // Whoever comes is sent away, so that nobody waits.
                drop(stream);
            }
        });
        Self { address, visits }
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    /// Shows that the canary sees a visit: without it, no visits would mean nothing.
    #[expect(clippy::disallowed_methods, reason = "the canary must be seen to count")]
    fn prove(&self) {
        let before = self.visits();
        let mut stream = std::net::TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        // It closes only after it has counted.
        let _ = stream.read(&mut [0; 1]);
        assert_eq!(self.visits(), before + 1);
    }
}

#[test]
fn a_remote_reference_in_a_schema_is_never_fetched() {
    let canary = Canary::new();
    let address = format!("http://{}/x.json", canary.address);
    let known = tempfile::NamedTempFile::new().unwrap();
    let file = format!("file://{}", known.path().display());
    for reference in [address.as_str(), &file] {
        for schema in [
            json!({"$ref": reference}),
            json!({"$schema": reference}),
            json!({"allOf": [{"$ref": reference}]}),
        ] {
            assert!(jsonschema::validator_for(&schema).is_err(), "{schema} was resolved");
        }
    }
    assert_eq!(canary.visits(), 0);
    canary.prove();
}

#[test]
fn the_schema_library_is_built_without_a_way_out() {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .exec()
        .unwrap();
    let found: Vec<_> =
        metadata.packages.iter().filter(|package| package.name.as_str() == "jsonschema").collect();
    let nodes = metadata.resolve.unwrap().nodes;
    assert_eq!(found.len(), 1);
    let node = nodes.iter().find(|node| node.id == found[0].id).unwrap();
    let features: Vec<String> = node.features.iter().map(ToString::to_string).collect();
    for feature in ["resolve-http", "resolve-file", "resolve-async", "default"] {
        assert!(!features.iter().any(|on| on == feature), "{features:?}");
    }
}

#[tokio::test]
async fn addresses_in_a_document_are_never_visited() {
    let (_setup, mut program, http) = server(Engine::Sqlite).await.unwrap();
    let canary = Canary::new();
    let address = format!("http://{}/x", canary.address);
    let document = json!({
        "$ref": address, "$schema": address, "@context": address, "@id": address, "title": "Visita", "identifier": "visita",
        "conformsTo": [address], "describedBy": address, "landingPage": address, "image": address, "license": address,
        "publisher": {"@id": address, "name": "P", "homepage": address},
        "distribution": [{"accessURL": address, "downloadURL": address, "describedBy": address, "conformsTo": [address]}],
    });
    let catalog =
        json!({"@context": address, "conformsTo": address, "describedBy": address, "dataset": [document]});
    for (target, body) in [
        ("/api/v1/datasets", &document),
        ("/api/v1/validate", &document),
        ("/api/v1/validate", &catalog),
        ("/api/v1/import", &catalog),
    ] {
        let answer = http.write(Method::POST, target, &[], body).await.unwrap();
        assert!(answer.status.as_u16() < 500, "{target}: {}", answer.text());
    }
    http.get(&format!("/api/v1/validate?profile={address}")).await.unwrap();
    http.get("/search?q=visita").await.unwrap().expect(200).unwrap();
    http.get("/catalog.ttl").await.unwrap().expect(200).unwrap();
    assert!(program.is_alive());
    assert_eq!(canary.visits(), 0);
    canary.prove();
}

/// Bytes 18 and 19 of an SQLite file are 2 when it is in WAL mode.
#[tokio::test]
async fn the_live_database_is_in_wal_mode() {
    let (setup, _program, http) = server(Engine::Sqlite).await.unwrap();
    http.write(Method::POST, "/api/v1/datasets", &[], &json!({"title": "Uno"}))
        .await
        .unwrap()
        .expect(201)
        .unwrap();
    let file = setup.data_dir().join("vitrina.db");
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(bytes.get(18..20), Some(&[2, 2][..]));
    let log = file.with_extension("db-wal");
    assert!(log.metadata().unwrap().len() > 0, "what was acknowledged is in the log");
}

/// An acknowledged write is on the disk: the log is flushed at least once for each.
///
/// Needs `strace`; where it is missing the test says so and leaves it to the database's own settings.
#[tokio::test]
async fn every_acknowledged_write_is_flushed_to_disk() {
    const WRITES: usize = 10;
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        eprintln!("not looked at: there is no strace here");
        return;
    }
    let (setup, program, http) = server(Engine::Sqlite).await.unwrap();
    let trace = setup.data_dir().join("trace");
    let mut tracer = Command::new("strace")
        .args(["-f", "-y", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(&trace)
        .args(["-p", &program.id().to_string()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It says when it is attached; without that, the first writes could go unseen.
    let mut said = tracer.stderr.take().unwrap();
    let attached =
        tokio::task::spawn_blocking(move || said.read(&mut [0; 64]).map(|_| said)).await.unwrap().unwrap();
    let flushes = || {
        let text = std::fs::read_to_string(&trace).unwrap();
        text.lines().filter(|line| line.contains("vitrina.db-wal")).count()
    };
    let mut counts = Vec::new();
    for number in 0..WRITES {
        let document = json!({"title": format!("Escritura {number}")});
        http.write(Method::POST, "/api/v1/datasets", &[], &document).await.unwrap().expect(201).unwrap();
        counts.push(flushes());
    }
    tracer.kill().unwrap();
    tracer.wait().unwrap();
    drop(attached);
    // strace writes a call before the server goes on, so each answer finds its flush in the file.
    for (number, flushed) in counts.iter().enumerate() {
        assert!(*flushed > number, "{counts:?}");
    }
}
