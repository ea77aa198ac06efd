//! Every mistake gets one clear sentence, what to do, and the exit code of its kind.

use std::net::TcpListener;

use super::{DEMO, Desk, is_untouched};

#[test]
fn no_command_shows_the_help_with_examples() {
    Desk::new().run(&[]).expect(2).says(&["vitrina serve --demo", "Exit codes"]);
    let help = Desk::new().run(&["--help"]).expect(0);
    assert!(help.out.contains("vitrina import data.json") && help.err.is_empty());
}

#[test]
fn a_wrong_flag_names_the_nearest_one() {
    Desk::new().run(&["serve", "--lisen", "127.0.0.1:1"]).expect(2).says(&["--lisen", "--listen"]);
}

#[test]
fn wrong_values_say_how_to_write_them() {
    let desk = Desk::new();
    desk.run(&["serve", "--listen", "8080"]).expect(2).says(&["127.0.0.1:8080"]);
    desk.run(&["export", "--format", "xml"]).expect(2).says(&["ttl", "ndjson"]);
    desk.run(&["admin", "token", "create", "--name", "x", "--scope", "root"])
        .expect(2)
        .says(&["write:datasets"]);
    desk.run(&["admin", "token", "create", "--name", "x", "--scope", "import", "--expires", "400"])
        .expect(2)
        .says(&["1..=365"]);
    desk.run(&["admin", "token", "revoke", "7"]).expect(2).says(&["admin token list"]);
    desk.run(&["--lang", "fr", "config"]).expect(2).says(&["es or en"]);
    assert!(is_untouched(&desk.path("vitrina-data")));
}

#[test]
fn a_missing_file_names_its_neighbour() {
    let desk = Desk::new();
    desk.write("catalog.json", "{}");
    desk.run(&["import", "catalog.jsn"]).expect(2).says(&["catalog.jsn", "did you mean", "catalog.json"]);
    assert!(is_untouched(&desk.path("vitrina-data")));
}

#[test]
fn an_empty_folder_says_what_is_looked_for() {
    let desk = Desk::new();
    desk.write("notes/readme.txt", "");
    desk.run(&["import", "notes"]).expect(2).says(&["holds no catalog", "*.json"]);
    desk.run(&["validate", "notes"]).expect(2).says(&["holds no catalog"]);
}

#[test]
fn a_busy_port_is_said_before_anything_is_touched() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    desk.run(&["serve", "--demo", "--listen", &address]).expect(3).says(&[
        &address,
        "in use",
        "--listen 127.0.0.1:",
    ]);
    assert!(is_untouched(&desk.path("vitrina-data")));
}

#[test]
fn a_busy_port_of_the_figures_is_said_likewise() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    desk.run(&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", &address]).expect(3).says(&[
        &address,
        "in use",
        "--metrics-listen 127.0.0.1:",
    ]);
    assert!(is_untouched(&desk.path("vitrina-data")));
}

#[test]
fn odd_names_networks_and_budgets_are_refused_before_anything_is_touched() {
    let desk = Desk::new();
    desk.run(&["serve", "--proxies", "10.0.0.0/40"]).expect(2).says(&["10.0.0.0/40", "CIDR", "for example"]);
    desk.run(&["serve", "--hosts", "https://datos.example.org"])
        .expect(2)
        .says(&["hosts", "without http://"]);
    desk.run(&["serve", "--listen", "127.0.0.1:1", "--metrics-listen", "127.0.0.1:1"])
        .expect(2)
        .says(&["listen and metrics_listen are both", "a port of its own"]);
    desk.run_with(&["serve"], &[("VITRINA_BUDGETS", "search=lots")]).expect(2).says(&[
        "search=lots",
        "class=number",
        "validate",
        "the environment",
    ]);
    assert!(is_untouched(&desk.path("vitrina-data")));
}

#[test]
fn a_public_address_needs_a_name_and_a_word_on_encryption() {
    let desk = Desk::new();
    desk.run(&["serve", "--listen", "0.0.0.0:0"]).expect(2).says(&["base_url and tls", "--tls proxy"]);
    desk.run(&["serve", "--listen", "0.0.0.0:0", "--tls", "proxy"]).expect(2).says(&["base_url is not set"]);
    assert!(is_untouched(&desk.path("vitrina-data")));
}

#[test]
fn unknown_settings_are_refused_wherever_they_stand() {
    let desk = Desk::new();
    let file = desk.write("vitrina.toml", "lisen = '127.0.0.1:1'\n");
    desk.run(&["config", "--config", file.to_str().unwrap()])
        .expect(2)
        .says(&["lisen", "did you mean listen?"]);
    desk.run_with(&["config"], &[("VITRINA_BASEURL", "https://a.example")])
        .expect(2)
        .says(&["VITRINA_BASEURL", "did you mean VITRINA_BASE_URL?"]);
    desk.run_with(&["config"], &[("VITRINA_LOG_LEVEL", "info,vitrina=loud")])
        .expect(2)
        .says(&["loud", "debug"]);
}

#[test]
fn a_file_in_the_place_of_the_folder_is_recognised() {
    let desk = Desk::new();
    desk.write("data.json", DEMO);
    desk.run(&["export", "--format", "csv", "--data-dir", "data.json"])
        .expect(2)
        .says(&["is a file", "vitrina import"]);
}

#[test]
fn a_database_that_does_not_answer_is_said_without_its_password() {
    let desk = Desk::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://vitrina:hunter2@127.0.0.1:{nobody}/vitrina");
    let outcome = desk
        .run_with(&["migrate"], &[("VITRINA_DATABASE_URL", &url)])
        .expect(3)
        .says(&["is the database running"]);
    assert!(!outcome.err.contains("hunter2"), "{}", outcome.err);
    let outcome = desk.run(&["migrate", "--database-url", &url]).expect(3).says(&["command line"]);
    assert!(!outcome.err.contains("hunter2"), "{}", outcome.err);
}

#[test]
fn a_document_that_is_no_catalog_is_told_from_a_failure() {
    let desk = Desk::new();
    desk.write("broken.json", "{\"dataset\": [");
    desk.write("other.json", "{\"type\": \"FeatureCollection\", \"features\": []}");
    desk.write("good.json", DEMO);
    for command in ["validate", "import"] {
        let outcome = desk.run(&[command, "broken.json", "other.json", "good.json"]).expect(1);
        assert_eq!(outcome.out.matches("cannot be read").count(), 2, "{}", outcome.out);
        assert!(outcome.out.contains("good.json  ("), "the others are read all the same: {}", outcome.out);
    }
}

#[test]
fn an_unknown_profile_names_the_known_ones() {
    let desk = Desk::new();
    desk.write("good.json", DEMO);
    desk.run(&["validate", "good.json", "--profile", "dcat-eu"]).expect(2).says(&["dcat-eu", "lgtaip2025"]);
}
