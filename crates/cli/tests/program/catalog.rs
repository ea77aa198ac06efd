//! A catalog's life at the command line: in, again, out, replaced.

use std::process::Stdio;

use super::{DATASETS, DEMO, Desk, is_untouched};

fn outcomes(desk: &Desk, arguments: &[&str]) -> serde_json::Value {
    desk.run(arguments).expect(0).json()["outcomes"].clone()
}

#[test]
fn importing_twice_changes_nothing_and_exporting_gives_everything() {
    let desk = Desk::new();
    desk.write("demo.json", DEMO);
    assert_eq!(outcomes(&desk, &["import", "demo.json", "--format", "json"])["created"], DATASETS);
    let again = outcomes(&desk, &["import", "demo.json", "--format", "json"]);
    assert_eq!((&again["created"], &again["unchanged"]), (&0.into(), &DATASETS.into()));

    let lines = desk.run(&["export", "--format", "ndjson"]).expect(0);
    assert_eq!(lines.out.lines().count(), DATASETS);
    for line in lines.out.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).unwrap()["title"].is_object());
    }
    desk.run(&["export", "--format", "data-json", "-o", "out.json"]).expect(0);
    let document: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(desk.path("out.json")).unwrap()).unwrap();
    assert_eq!(document["dataset"].as_array().unwrap().len(), DATASETS);
    assert!(!desk.path("out.json.partial").exists());
    let turtle = desk.run(&["export", "--format", "ttl"]).expect(0);
    assert_eq!(turtle.out.matches("a dcat:Dataset").count(), DATASETS);
}

#[test]
fn a_dry_run_says_the_same_and_stores_nothing() {
    let desk = Desk::new();
    desk.write("demo.json", DEMO);
    assert_eq!(
        outcomes(&desk, &["import", "demo.json", "--dry-run", "--format", "json"])["created"],
        DATASETS
    );
    assert_eq!(desk.run(&["export", "--format", "ndjson"]).expect(0).out, "");
    assert_eq!(outcomes(&desk, &["import", "demo.json", "--format", "json"])["created"], DATASETS);
}

#[test]
fn records_end_only_when_that_was_meant() {
    let desk = Desk::new();
    let mut catalog: serde_json::Value = serde_json::from_str(DEMO).unwrap();
    desk.write("demo.json", DEMO);
    catalog["dataset"].as_array_mut().unwrap().truncate(40);
    desk.write("shorter.json", &catalog.to_string());
    desk.run(&["import", "demo.json", "--source", "s"]).expect(0);
    let import = ["import", "shorter.json", "--source", "s", "--format", "json"];
    assert_eq!(outcomes(&desk, &import)["deleted"], 0);

    desk.run(&[&import[..], &["--replace"]].concat()).expect(2).says(&["would end 2 records", "--yes"]);
    desk.run(&["import", "shorter.json", "demo.json", "--replace", "--yes"])
        .expect(2)
        .says(&["one document"]);
    assert_eq!(desk.run(&["export", "--format", "ndjson"]).out.lines().count(), DATASETS);

    assert_eq!(outcomes(&desk, &[&import[..], &["--replace", "--yes"]].concat())["deleted"], 2);
    assert_eq!(desk.run(&["export", "--format", "ndjson"]).out.lines().count(), 40);
    let back = outcomes(&desk, &["import", "demo.json", "--source", "s", "--format", "json"]);
    assert_eq!(back["restored"], 2);
}

#[test]
fn standard_input_is_a_document_too() {
    let desk = Desk::new();
    let report = desk.run_on(&["import", "-", "--source", "pipe", "--format", "json"], DEMO).expect(0).json();
    assert_eq!(report["source"], "pipe");
    assert_eq!(report["outcomes"]["created"], DATASETS);
    desk.run_on(&["import", "-", "--replace"], DEMO).expect(2).says(&["needs --yes"]);
}

#[test]
fn validating_needs_no_folder_and_speaks_both_languages() {
    let desk = Desk::new();
    desk.write("demo.json", DEMO);
    let english = desk.run(&["validate", "demo.json"]).expect(1);
    assert!(english.out.contains("findings:") && english.out.contains("/dataset/"), "{}", english.out);
    let spanish = desk.run_with(&["validate", "demo.json"], &[("LANG", "es_MX.UTF-8")]).expect(1);
    assert!(spanish.out.contains("observaciones:"), "{}", spanish.out);
    let report = desk.run(&["validate", "demo.json", "--format", "json"]).expect(1).json();
    assert!(report["findings"][0]["first"]["message"]["es"].is_string());
    assert!(is_untouched(&desk.path("vitrina-data")));
}

#[test]
fn a_token_is_alone_on_standard_output() {
    let desk = Desk::new();
    let made = desk.run(&["admin", "token", "create", "--name", "robot", "--scope", "import"]).expect(0);
    let token = made.out.trim_end();
    assert!(token.starts_with("mxc_api_") && !token.contains(char::is_whitespace), "{token:?}");
    assert!(!made.err.contains(token) && made.err.contains("robot"), "{}", made.err);

    let list = desk.run(&["admin", "token", "list"]).expect(0);
    assert!(list.out.contains("robot") && !list.out.contains(token), "{}", list.out);
    let id = list.out.split_whitespace().next().unwrap();
    desk.run(&["admin", "token", "revoke", id]).expect(0);
    assert!(desk.run(&["admin", "token", "list"]).expect(0).out.contains("revoked"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = Desk::new();
    desk.write("demo.json", DEMO);
    desk.run(&["import", "demo.json"]).expect(0);
    let mut child = desk
        .command(&["export", "--format", "ndjson"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn the_index_and_the_schema_can_be_brought_up_to_date_by_hand() {
    let desk = Desk::new();
    assert!(desk.run(&["migrate"]).expect(0).out.contains("applied m"));
    assert_eq!(desk.run(&["migrate"]).expect(0).out, "up to date\n");
    desk.write("demo.json", DEMO);
    desk.run(&["import", "demo.json"]).expect(0);
    std::fs::remove_dir_all(desk.path("vitrina-data/index")).unwrap();
    desk.run(&["index", "rebuild"]).expect(0).says(&["the index holds every record"]);
}

#[test]
fn the_doctor_says_what_to_do_and_touches_nothing() {
    let desk = Desk::new();
    let listen = ("VITRINA_LISTEN", "127.0.0.1:0");
    let before = desk.run_with(&["doctor"], &[listen]).expect(1);
    assert!(before.out.contains("not there yet") && before.out.contains("→"), "{}", before.out);
    assert!(is_untouched(&desk.path("vitrina-data")));
    desk.write("demo.json", DEMO);
    desk.run(&["import", "demo.json"]).expect(0);
    let after = desk.run_with(&["doctor"], &[listen]);
    assert!(after.out.contains("schema up to date"), "{}", after.out);
    assert!(!after.out.contains("BROKEN"), "{}", after.out);
}

#[test]
fn the_contract_needs_no_folder() {
    let desk = Desk::new();
    let contract = desk.run(&["openapi"]).expect(0).json();
    assert!(contract["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(is_untouched(&desk.path("vitrina-data")));
}

#[test]
fn the_configuration_is_printed_as_it_would_be_read() {
    let desk = Desk::new();
    let shown = desk
        .run_with(&["config"], &[("VITRINA_DATABASE_URL", "postgres://u:hunter2@db.example/x")])
        .expect(0);
    assert!(
        shown.out.contains("postgres://u:***@db.example/x") && !shown.out.contains("hunter2"),
        "{}",
        shown.out
    );
    assert!(desk.run(&["config", "--reference"]).expect(0).out.starts_with("# Configuration"));
}
