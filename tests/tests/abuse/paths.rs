//! Paths: traversal, encodings, ids of other things, and addresses that lead elsewhere.

use crate::{
    case::Case,
    queries::{encoded, operations},
};

const FAMILY: &str = "path";

/// `..` and what some programs take for it.
const DOTS: [&str; 20] = [
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%5c",
    "..\\",
    "%2e%2e%5c",
    "..%252f",
    "%252e%252e%252f",
    "..%c0%af",
    "..%c1%9c",
    "..%ef%bc%8f",
    "%uff0e%uff0e/",
    "....//",
    "..;/",
    "..%00/",
    "..%0d/",
    ".%2e/",
    "/..//../",
    "%e3%80%82%e3%80%82/",
];

/// In the place of an id.
const IDS: [&str; 31] = [
    "%00",
    "a%00b",
    "%",
    "%4",
    "%zz",
    "%F1",
    "%ED%A0%80",
    "%C0%80",
    "%20",
    "%09",
    "%0a",
    "%0d%0aX-Injected:%201",
    "%2F",
    "%5C",
    "%3Cscript%3E",
    "'%20OR%20'1'='1",
    "1;DROP%20TABLE",
    "$%7B7*7%7D",
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "01a20848060a7520a1b6e45e7a1e1777",
    "%7B01a20848-060a-7520-a1b6-e45e7a1e1777%7D",
    "urn:uuid:01a20848-060a-7520-a1b6-e45e7a1e1777",
    "-1",
    "null",
    "undefined",
    "new",
    "..",
    ".",
    "~",
    "%F0%9F%92%A9",
];

/// Whole addresses.
const WHOLE: [&str; 43] = [
    "//evil.example/",
    "//evil.example/%2e%2e",
    "/\\evil.example",
    "/%5cevil.example",
    "/%2f%2fevil.example",
    "http://evil.example/",
    "http://localhost/api/v1/datasets",
    "/api/v1/datasets/",
    "/api/v1//datasets",
    "//api/v1/datasets",
    "/API/V1/DATASETS",
    "/api/v1/datasets;jsessionid=1",
    "/api/v1/datasets%3Flimit=1",
    "/api/v1/datasets#x",
    "/api/v1/datasets.json",
    "/api/v1/datasets.",
    "/api/v1/datasets%00",
    "/api/v1/datasets%20",
    "/api/v2/datasets",
    "/api/v1",
    "/api",
    "/.git/config",
    "/.env",
    "/etc/passwd",
    "/assets/../../Cargo.toml",
    "/assets/style.css/..",
    "/assets/",
    "/docs/",
    "/docs/../x",
    "/docs/%2e%2e/openapi.json",
    "/metrics/",
    "/health/ready/x",
    "/health/",
    "/catalog.",
    "/catalog.exe",
    "/catalog.ttl.ttl",
    "/catalog.ttl%00.json",
    "/data.json/",
    "/id/dataset/x",
    "/id/nosuch/{{marked}}",
    "/id/organization/{{marked}}",
    "/id/dataset/{{marked}}/x",
    "*",
];

fn documents() -> Vec<Case> {
    let slugs = [
        "{{slug}}.exe",
        "{{slug}}.ttl.json",
        "{{slug}}%00.ttl",
        "{{slug}}/..",
        "{{slug}}.",
        ".ttl",
        "..ttl",
        "{{slug}}%2ettl",
        "{{marked}}.ttl",
        "{{slug}}%0d%0a",
    ];
    slugs
        .iter()
        .map(|slug| Case::get(FAMILY, format!("dataset {slug}"), &format!("/dataset/{slug}")))
        .collect()
}

/// Every path of the family.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = documents();
    for dots in DOTS {
        for before in
            ["/", "/api/v1/datasets/", "/assets/", "/dataset/", "/api/v1/schemas/", "/api/v1/exports/"]
        {
            let target = format!("{before}{}etc/passwd", dots.repeat(4));
            cases.push(Case::get(FAMILY, format!("{before}{dots}"), &target));
        }
    }
    let long = "a".repeat(7_000);
    let wide = encoded(&"ñ".repeat(1_000));
    let ids =
        IDS.iter().copied().chain([long.as_str(), wide.as_str(), "{{distribution}}", "{{run}}", "{{token}}"]);
    for (n, id) in ids.enumerate() {
        for base in [
            "datasets",
            "distributions",
            "organizations",
            "import/runs",
            "guidelines",
            "schemas",
            "vocabularies",
            "exports",
        ] {
            cases.push(Case::get(FAMILY, format!("id-{n} {base}"), &format!("/api/v1/{base}/{id}")));
        }
        cases.push(Case::get(FAMILY, format!("id-{n} page"), &format!("/dataset/{id}")));
        cases.push(Case::get(FAMILY, format!("id-{n} permanent"), &format!("/id/dataset/{id}")));
    }
    for number in ["0", "-1", "2", "4294967296", "1.0", "1e1", "%00", "a", "99999999999999999999"] {
        let target = format!("/api/v1/datasets/{{{{marked}}}}/revisions/{number}");
        cases.push(Case::get(FAMILY, format!("revision-{number}"), &target));
        let target = format!("/api/v1/datasets/{{{{marked}}}}/diff?from={number}&to=1");
        cases.push(Case::get(FAMILY, format!("diff-{number}"), &target));
    }
    cases.extend(WHOLE.iter().map(|path| Case::get(FAMILY, (*path).to_owned(), path)));
    cases.push(Case::get(FAMILY, "8-kib", &format!("/{}", "a".repeat(8_191))));
    cases.push(Case::get(FAMILY, "over-8-kib", &format!("/{}", "a".repeat(8_192))));
    cases.push(Case::get(FAMILY, "over-16-kib", &format!("/{}", "a".repeat(20_000))));
    cases.push(Case::get(FAMILY, "slashes", &"/".repeat(4_000)));
    // Other methods on every path that reads.
    for operation in operations() {
        for method in ["HEAD", "OPTIONS", "TRACE", "DELETE", "PROPFIND", "get"] {
            cases.push(Case::of(
                FAMILY,
                format!("{method} {}", operation.path),
                method,
                operation.path.as_bytes(),
                &[],
            ));
        }
    }
    cases
}
