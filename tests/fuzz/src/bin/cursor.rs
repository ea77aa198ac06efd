//! Any text as a cursor, and as the value of every other parameter.
//!
//! The first byte chooses the parameter, the rest is its value.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use vitrina_domain::query::Field;
use vitrina_fuzz::{Served, encoded};
use vitrina_server::{
    cursor::{self, Binding},
    filter::Parameter,
};

static SERVED: LazyLock<Served> = LazyLock::new(Served::demo);

/// Lists that go on at a cursor: with what its cursors are bound to, and a position in it.
const LISTS: [(&str, &[&str], &str); 5] = [
    ("/api/v1/datasets", &[], r#"{"key":1,"created_seq":1}"#),
    ("/api/v1/datasets", &["sort=title"], r#"{"key":"agua","created_seq":1}"#),
    ("/api/v1/datasets", &["sort=-modified"], r#"{"key":null,"created_seq":1}"#),
    ("/api/v1/search", &["q=agua"], r#"{"key":1.5,"created_seq":1}"#),
    ("/api/v1/import/runs", &[], r#""0190b6a5-7e2a-7c3e-8f10-000000000001""#),
];

fuzz_target!(init: check_lists(), |bytes: &[u8]| {
    let Some((choice, Ok(text))) = bytes.split_first().map(|(first, rest)| (first, str::from_utf8(rest)))
    else {
        return;
    };
    let parameters = Parameter::ALL.iter().map(|parameter| parameter.name());
    let names = parameters.chain(Field::ALL.iter().map(|field| field.as_str()));
    match names.cycle().nth(usize::from(choice >> 1)) {
        Some(name) if choice % 2 == 1 => ask(name, text),
        _ => go_on(text),
    }
});

fn ask(name: &str, text: &str) {
    let value = encoded(text);
    for list in ["/api/v1/datasets", "/api/v1/search", "/api/v1/changes", "/search"] {
        SERVED.get(&format!("{list}?{name}={value}"));
    }
}

fn go_on(text: &str) {
    let position: Option<Value> = serde_json::from_str(text).ok();
    for (list, asked, _) in LISTS {
        SERVED.get(&page(list, asked, &encoded(text)));
        if let Some(position) = &position {
            SERVED.get(&page(list, asked, &sealed(list, asked, position)));
        }
    }
    if let Some(position) = &position {
        SERVED.get(&format!("/api/v1/changes?from={}", cursor::encode(Binding::of(["changes"]), position)));
    }
}

/// The address of a list from a cursor on.
fn page(list: &str, asked: &[&str], cursor: &str) -> String {
    let asked: String = asked.iter().flat_map(|pair| [pair, "&"]).collect();
    format!("{list}?{asked}cursor={cursor}")
}

/// A cursor that passes its checksum, which is no secret.
fn sealed(list: &str, asked: &[&str], position: &Value) -> String {
    cursor::encode(Binding::of([&list].into_iter().chain(asked)), position)
}

/// Whether cursors are still sealed in this way; if not, nothing behind the checksum would be tried.
fn check_lists() {
    for (list, asked, position) in LISTS {
        let position = serde_json::from_str(position).expect("positions are JSON");
        let answer = SERVED.get(&page(list, asked, &sealed(list, asked, &position)));
        assert!(answer.status.is_success(), "{list} {asked:?}: {}", answer.text());
    }
}
