//! Query strings: free text, filters, paging.

use serde_json::Value;
use vitrina_domain::query::Field;

use crate::{case::Case, words};

const FAMILY: &str = "query";

/// Percent-encodes everything but letters and digits.
pub(crate) fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// An operation that reads: its path and the names of its parameters in the address.
pub(crate) struct Operation {
    pub(crate) path: String,
    pub(crate) parameters: Vec<String>,
}

/// Every operation of the contract that reads, with places filled in for its ids.
pub(crate) fn operations() -> Vec<Operation> {
    let contract: Value = serde_json::from_str(include_str!("../../../openapi/openapi.json")).unwrap();
    let paths = contract["paths"].as_object().unwrap();
    let reads = paths.iter().filter(|(_, item)| item["get"].is_object());
    reads
        .map(|(path, item)| {
            let parameters = item["get"]["parameters"].as_array().into_iter().flatten().map(|parameter| {
                let name = parameter["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
                let place =
                    parameter["$ref"].as_str().map_or(parameter, |reference| &contract[""][reference]);
                (name.or(parameter["name"].as_str()).unwrap().to_owned(), place["in"] == "path")
            });
            let parameters =
                parameters.filter(|(name, in_path)| !in_path && !path.contains(&format!("{{{name}}}")));
            Operation { path: placed(path), parameters: parameters.map(|(name, _)| name).collect() }
        })
        .collect()
}

/// A path of the contract with facts in the places of its parameters.
fn placed(path: &str) -> String {
    let id = [
        ("/datasets/", "{{marked}}"),
        ("/organizations/", "{{organization}}"),
        ("/catalogs/", "{{catalog}}"),
        ("/series/", "{{series}}"),
        ("/data-services/", "{{service}}"),
        ("/distributions/", "{{distribution}}"),
        ("/runs/", "{{run}}"),
        ("/guidelines/", "lgtaip-2025"),
    ];
    let id = id.iter().find(|(part, _)| path.contains(part)).map_or("x", |(_, fact)| fact);
    path.replace("{id}", id)
        .replace("{number}", "1")
        .replace("{file}", "datasets.ndjson")
        .replace("{name}", "themes")
        .replace("{identifier}", "marca-1")
}

fn texts() -> Vec<Case> {
    let mut queries: Vec<(String, String)> =
        words::QUERIES.iter().enumerate().map(|(n, text)| (format!("text-{n}"), encoded(text))).collect();
    let repeated: [(&str, String); 14] = [
        ("open-800", "(".repeat(800)),
        ("open-500", "(".repeat(500)),
        ("both-255", format!("{}a{}", "(".repeat(255), ")".repeat(255))),
        ("and-500", "(a AND ".repeat(70)),
        ("or-250", "a OR ".repeat(100)),
        ("not-500", "NOT ".repeat(120)),
        ("minus-500", "-".repeat(500)),
        ("quotes-500", "\"".repeat(500)),
        ("stars-500", "*".repeat(500)),
        ("words-33", "a ".repeat(33)),
        ("word-512", "a".repeat(512)),
        ("word-513", "a".repeat(513)),
        ("word-8000", "a".repeat(7_900)),
        ("colons-500", ":".repeat(500)),
    ];
    queries.extend(repeated.into_iter().map(|(name, text)| (name.to_owned(), encoded(&text))));
    // What is not escaped reads differently, and is as likely.
    queries.push(("raw-open".to_owned(), "(".repeat(800)));
    queries.push(("raw-plus".to_owned(), "+".repeat(4_000)));
    let mut cases = Vec::new();
    for (name, text) in queries {
        for path in ["/api/v1/search", "/api/v1/datasets", "/search", "/api/v1/facets"] {
            cases.push(Case::get(FAMILY, format!("{name} {path}"), &format!("{path}?q={text}")));
        }
        cases.push(Case::get(FAMILY, format!("{name} suggest"), &format!("/api/v1/suggest?prefix={text}")));
    }
    cases
}

fn filters() -> Vec<Case> {
    let names = [
        "theme",
        "modified__gte",
        "issued",
        "distributions__gt",
        "organization",
        "title__contains",
        "license__exists",
        "format__startswith",
        "created__lt",
        "catalog",
    ];
    let mut cases = Vec::new();
    for (n, value) in words::FILTERS.iter().enumerate() {
        for name in names {
            let target = format!("/api/v1/datasets?{name}={value}").replace(' ', "%20");
            cases.push(Case::get(FAMILY, format!("filter-{n}-{name}"), &target));
        }
    }
    let many: Vec<String> = (0..300).map(|n| format!("theme=t{n}")).collect();
    for (name, query) in [
        ("repeated-300", many.join("&")),
        ("repeated-150", many.iter().take(150).cloned().collect::<Vec<_>>().join("&")),
        ("polluted", "limit=1&limit=2".to_owned()),
        ("polluted-f", "f=csv&f=json&f[]=ndjson".to_owned()),
        ("brackets", "theme[]=a&theme[0]=b&theme[$ne]=c".to_owned()),
        ("no-value", "theme&modified__gte&q".to_owned()),
        ("only-signs", "&&&===&=&".to_owned()),
        ("semicolons", "theme=a;theme=b".to_owned()),
        ("unknown", "nosuch=1".to_owned()),
        ("unknown-near", "tittle=1".to_owned()),
        ("operator", "title__regex=.*".to_owned()),
        ("operators", "modified__gte__lte=2026-01-01".to_owned()),
        ("question", "?theme=a?b".to_owned()),
        ("proto", "__proto__=1&constructor=2".to_owned()),
    ] {
        for path in ["/api/v1/datasets", "/api/v1/exports/datasets.csv", "/search", "/data.json", "/catalog"]
        {
            cases.push(Case::get(FAMILY, format!("{name} {path}"), &format!("{path}?{query}")));
        }
    }
    cases
}

/// Values of paging, order and representation.
const PAGES: &[&str] = &[
    "limit=-1",
    "limit=0",
    "limit=1e3",
    "limit=101",
    "limit=9223372036854775808",
    "limit=999999999999999999999999",
    "limit=%2B1",
    "limit=",
    "limit=a",
    "cursor=",
    "cursor=a",
    "cursor=%00",
    "cursor=AAAA",
    "cursor={{cursor}}A",
    "cursor={{cursor}}&theme=a",
    "cursor={{cursor}}&sort=-created",
    "cursor={{cursor}}&limit=100",
    "cursor={{cursor}}&cursor=a",
    "cursor=../../etc/passwd",
    "cursor=eyJhIjoxfQ",
    "sort=",
    "sort=nosuch",
    "sort=--created",
    "sort=created,created,title",
    "sort=created;drop",
    "count=all",
    "fields=",
    "fields=a.b.c.d.e.f",
    "fields=*",
    "fields=__proto__",
    "fields=id,,id",
    "offset=10",
    "page=2",
    "f=exe",
    "f=../x",
    "lang=zz",
    "lang=es,en",
    "lang=%0d%0a",
    "bom=2",
    "expand=everything",
    "facets=nosuch",
    "facets=theme:0",
    "facets=theme:99999999999",
    "facets=theme:20:worst",
    "facets=::::",
    "kind=secret",
    "at=now",
];

fn paging() -> Vec<Case> {
    let paths =
        ["/api/v1/datasets", "/api/v1/search", "/api/v1/changes", "/api/v1/datasets/{{marked}}", "/search"];
    let mut cases = Vec::new();
    for (n, query) in PAGES.iter().enumerate() {
        for path in paths {
            cases.push(Case::get(FAMILY, format!("paging-{n} {path}"), &format!("{path}?{query}")));
        }
    }
    let long: String = vec!["a"; 3_000].join(",");
    cases.push(Case::get(FAMILY, "fields-3000", &format!("/api/v1/datasets?fields={long}")));
    let cursor = "B".repeat(5_000);
    cases.push(Case::get(FAMILY, "cursor-5000", &format!("/api/v1/datasets?cursor={cursor}")));
    for from in ["A", "AAAAAAAAAAAAAAAA", "ASstNhfFAV4cbyubFHsicCI6LTF9", "%FF", "-1", "9999999999999999999"]
    {
        cases.push(Case::get(FAMILY, format!("from-{from}"), &format!("/api/v1/changes?from={from}")));
    }
    cases
}

/// Every documented parameter of every operation that reads, with three values that fit nothing.
fn documented() -> Vec<Case> {
    let mut cases = Vec::new();
    for operation in operations() {
        let Operation { path, parameters } = operation;
        cases.push(Case::get(FAMILY, format!("plain {path}"), &path));
        cases.push(Case::get(FAMILY, format!("unknown {path}"), &format!("{path}?nosuch=%27%22%3C")));
        // The filters are the same in every list: the lists themselves take turns.
        let is_list = parameters.len() > Field::ALL.len();
        let turn = cases.len() % 3;
        for (n, name) in parameters.iter().enumerate() {
            if is_list && n % 3 != turn {
                continue;
            }
            for value in ["%27%3B--%22%3Cb%3E", "-9999999999999999999", "%00"] {
                cases.push(Case::get(
                    FAMILY,
                    format!("{name}={value} {path}"),
                    &format!("{path}?{name}={value}"),
                ));
            }
        }
    }
    cases
}

/// Every query of the family.
pub(crate) fn cases() -> Vec<Case> {
    [texts(), filters(), paging(), documented()].concat()
}

mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_queries_as_are_planned() {
        assert!(words::QUERIES.len() + 16 >= 60 && words::FILTERS.len() >= 60, "{}", words::FILTERS.len());
        assert!(paging().len() >= 24 && operations().len() > 40, "{}", operations().len());
        assert!(operations().iter().any(|operation| operation.parameters.len() > 50));
    }
}
