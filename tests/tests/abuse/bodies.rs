//! JSON that is wrong in every way there is.

use serde_json::json;

use crate::{case::Case, wire::Body, words};

const FAMILY: &str = "json";

/// A body's name and its bytes.
type Named = (String, Vec<u8>);

fn named(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Named {
    (name.into(), bytes.into())
}

/// A document that is fine but for one more member.
fn with(name: &str, member: &str) -> Named {
    named(name, format!("{{\"title\":\"Abuso {name}\",\"identifier\":\"abuso-{name}\",{member}}}"))
}

fn depths() -> Vec<Named> {
    let shapes: [(&str, &str, &str, &str); 4] = [
        ("array", "[", "", "]"),
        ("object", "{\"a\":", "1", "}"),
        ("mixed", "[{\"a\":", "1", "}]"),
        ("open", "[", "", ""),
    ];
    let mut bodies = Vec::new();
    for depth in [64, 130, 1_000, 10_000] {
        for (shape, open, middle, close) in shapes {
            let nested = [open.repeat(depth), middle.to_owned(), close.repeat(depth)].concat();
            let name = format!("depth-{shape}-{depth}");
            bodies.push(with(&name, &format!("\"spatial\":{nested}")));
        }
    }
    bodies
}

fn keys() -> Vec<Named> {
    let many: Vec<String> = (0..2_000).map(|n| format!("\"k{n}\":1")).collect();
    let prefixed: Vec<String> = (0..500).map(|n| format!("\"{}{n}\":1", "p".repeat(200))).collect();
    vec![
        with("keys-twice", "\"title\":\"Otro\""),
        with("keys-twice-deep", "\"publisher\":{\"name\":\"a\",\"name\":\"b\"}"),
        with("keys-thrice", "\"description\":\"a\",\"description\":null,\"description\":[]"),
        with("keys-proto", "\"__proto__\":{\"isAdmin\":true}"),
        with("keys-constructor", "\"constructor\":{\"prototype\":{\"x\":1}}"),
        with("keys-proto-deep", "\"publisher\":{\"name\":\"a\",\"__proto__\":{\"name\":\"b\"}}"),
        with("keys-case", "\"Title\":\"A\",\"TITLE\":\"B\""),
        with("keys-empty", "\"\":\"vacío\""),
        with("keys-nul", "\"a\\u0000b\":1"),
        with("keys-blank", "\" title\":\"x\",\"title \":\"y\""),
        with("keys-dollar", "\"$ref\":\"http://127.0.0.1:9/x\",\"$where\":\"1\""),
        with("keys-context", "\"@context\":\"http://127.0.0.1:9/context\",\"@graph\":[]"),
        with("keys-many", &many.join(",")),
        with("keys-prefixed", &prefixed.join(",")),
        with("keys-long", &format!("\"{}\":1", "k".repeat(100_000))),
        with("keys-control", "\"\\u001b[31m\":1,\"\\r\\nX-Injected: 1\":2"),
    ]
}

fn numbers() -> Vec<Named> {
    let long = "9".repeat(400);
    let values = [
        "9007199254740993",
        "-9007199254740993",
        "18446744073709551616",
        "1e400",
        "-1e400",
        "1e-400",
        "-0",
        "0.1e1",
        "1E+2",
        "1e9999999999",
        &long,
        "3.141592653589793238462643383279",
    ];
    values
        .iter()
        .enumerate()
        .map(|(n, value)| {
            with(&format!("number-{n}"), &format!("\"spatialResolutionInMeters\":{value},\"x\":[{value}]"))
        })
        .collect()
}

fn strings() -> Vec<Named> {
    let mut bodies = vec![
        with("string-lone-high", "\"description\":\"a\\ud800b\""),
        with("string-lone-low", "\"description\":\"\\udc00\""),
        with("string-swapped", "\"description\":\"\\udc00\\ud800\""),
        with("string-bad-escape", "\"description\":\"\\x41\""),
        with("string-cut-escape", "\"description\":\"\\u12\""),
        with("string-raw-newline", "\"description\":\"a\nb\""),
        with("string-raw-nul", "\"description\":\"a\0b\""),
        with("string-nul", "\"description\":\"a\\u0000b\""),
        with("string-long", &format!("\"description\":\"{}\"", "ñ".repeat(400_000))),
        with("string-long-title", &format!("\"alternative\":\"{}\"", "palabra ".repeat(20_000))),
        with("string-one-word", &format!("\"keyword\":[\"{}\"]", "a".repeat(200_000))),
        with("string-combining", &format!("\"description\":\"e{}\"", "\u{301}".repeat(10_000))),
    ];
    for (name, bytes) in [
        ("latin1", &b"\"description\":\"ni\xF1ez\""[..]),
        ("overlong", b"\"description\":\"\xC0\x80\""),
        ("surrogate", b"\"description\":\"\xED\xA0\x80\""),
        ("cut", b"\"description\":\"\xE2\x82\""),
        ("five-bytes", b"\"description\":\"\xF8\x88\x80\x80\x80\""),
        ("beyond", b"\"description\":\"\xF4\x90\x80\x80\""),
    ] {
        bodies.push(named(format!("bytes-{name}"), [b"{\"title\":\"Bytes\",", bytes, b"}"].concat()));
    }
    bodies
}

fn syntax() -> Vec<Named> {
    let texts = [
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "{]",
        "{\"title\"",
        "{\"title\":",
        "{\"title\":\"a\"",
        "{\"title\":\"a\",}",
        "{\"title\":\"a\"}{\"title\":\"b\"}",
        "{\"title\":\"a\"} x",
        "{'title':'a'}",
        "{title:\"a\"}",
        "{\"title\":NaN}",
        "{\"title\":Infinity}",
        "{\"title\":01}",
        "{\"title\":+1}",
        "{\"title\":.5}",
        "{\"title\":1.}",
        "// c\n{\"title\":\"a\"}",
        "{\"title\":/* c */\"a\"}",
        "\u{feff}\u{feff}{}",
        "nul",
        "null",
        "true",
        "1",
        "\"texto\"",
        "[]",
        "{}",
        "[{\"title\":\"a\"}]",
        "\0",
        "\u{1b}[2J",
    ];
    texts.iter().enumerate().map(|(n, text)| named(format!("syntax-{n}"), *text)).collect()
}

fn shapes() -> Vec<Named> {
    let long = format!("[{}]", vec!["[0,0]"; 30_000].join(","));
    let members = [
        "\"title\":[\"a\"]",
        "\"title\":{\"es\":[\"a\"]}",
        "\"title\":{\"__proto__\":\"a\"}",
        "\"title\":{\"\":\"a\"}",
        "\"title\":{\"es-MX-x-y-z\":\"a\",\"no such\":\"b\"}",
        "\"keyword\":\"a\"",
        "\"keyword\":[[\"a\"]]",
        "\"keyword\":{\"a\":1}",
        "\"keyword\":[null,1,true,{}]",
        "\"distribution\":\"x\"",
        "\"distribution\":{}",
        "\"distribution\":[1]",
        "\"distribution\":[{\"byteSize\":\"-1\"}]",
        "\"distribution\":[{\"byteSize\":1e400}]",
        "\"distribution\":[{\"distribution\":[{}]}]",
        "\"publisher\":[]",
        "\"publisher\":7",
        "\"publisher\":{\"name\":{\"name\":{}}}",
        "\"contactPoint\":[{\"hasEmail\":\"mailto:a\\r\\nBcc: b\"}]",
        "\"theme\":[{\"@id\":\"javascript:1\"}]",
        "\"modified\":\"2026-02-31\"",
        "\"modified\":-1",
        "\"modified\":{\"@value\":\"x\"}",
        "\"temporal\":[{\"startDate\":\"z\",\"endDate\":\"a\"}]",
        "\"spatial\":[{\"bbox\":[1e400,\"a\",null]}]",
        "\"spatial\":[{\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[]]}}]",
        "\"@id\":\"javascript:alert(1)\"",
        "\"@id\":\"file:///etc/passwd\"",
        "\"@id\":\"http://[::1]:bad/\"",
        "\"@id\":\" \"",
        "\"landingPage\":\"http://user:pass@evil.example\\u0000/\"",
        "\"identifier\":\"\"",
        "\"identifier\":{\"a\":1}",
        "\"identifier\":\"a/b?c#d%00\"",
    ];
    let mut bodies: Vec<Named> =
        members.iter().enumerate().map(|(n, member)| with(&format!("shape-{n}"), member)).collect();
    bodies
        .push(with("shape-vertices", &format!("\"spatial\":[{{\"geometry\":{{\"coordinates\":{long}}}}}]")));
    bodies.push(with(
        "shape-files",
        &format!("\"distribution\":[{}]", vec!["{\"title\":\"x\"}"; 1_000].join(",")),
    ));
    bodies
}

fn texts() -> Vec<Named> {
    words::HOSTILE
        .iter()
        .map(|(name, text)| {
            let body = json!({
                "title": format!("{text} {name}"), "identifier": format!("texto-{name}-{text}"), "description": text, "keyword": [text],
                "publisher": {"name": text}, "landingPage": text, "license": text,
                "distribution": [{"title": text, "downloadURL": text, "format": text}],
            });
            named(format!("text-{name}"), body.to_string())
        })
        .collect()
}

/// Members of the server's own in the documents of every kind: they are never taken over.
pub(crate) fn mass_assignment() -> Vec<Case> {
    const HIS: &str = "\"00000000-0000-7000-8000-000000000001\"";
    let targets = [
        "/api/v1/datasets",
        "/api/v1/organizations",
        "/api/v1/catalogs",
        "/api/v1/series",
        "/api/v1/data-services",
    ];
    let mut cases = Vec::new();
    for member in words::SERVER_OWNED {
        for target in targets {
            let name = format!("owned-{member}-{}", target.rsplit('/').next().unwrap_or_default());
            let body = format!(
                "{{\"title\":\"{name}\",\"name\":\"{name}\",\"identifier\":\"{name}\",\"{member}\":{HIS}}}"
            );
            cases.push(Case::write(FAMILY, &name, ("POST", target), Body::Bytes(body.into())));
        }
        let body = Body::Bytes(format!("{{\"{member}\":{HIS}}}").into());
        cases.push(Case::write(
            FAMILY,
            format!("owned-{member}-patch"),
            ("PATCH", "/api/v1/datasets/{{dataset}}"),
            body,
        ));
    }
    cases
}

/// The bodies themselves.
pub(crate) fn bodies() -> Vec<Named> {
    [depths(), keys(), numbers(), strings(), syntax(), shapes(), texts()].concat()
}

/// Where each body goes.
const ENTRIES: [(&str, &str); 4] = [
    ("POST", "/api/v1/datasets"),
    ("PATCH", "/api/v1/datasets/{{dataset}}"),
    ("POST", "/api/v1/validate"),
    ("POST", "/api/v1/import?source=abuso"),
];

/// Entries that read as another one does: the bodies take turns.
const IN_TURN: [(&str, &str); 3] = [
    ("PUT", "/api/v1/datasets/{{dataset}}"),
    ("PUT", "/api/v1/organizations/{{organization}}/datasets/by-identifier/abuso"),
    ("POST", "/api/v1/import?source=abuso&dry_run=true"),
];

/// Every body to every entry that takes JSON.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for ((name, bytes), turn) in bodies().into_iter().zip(IN_TURN.into_iter().cycle()) {
        for (method, target) in ENTRIES.into_iter().chain([turn]) {
            let entry = target.split('{').next().unwrap_or_default().trim_start_matches("/api/v1/");
            let body = Body::Bytes(bytes.clone());
            cases.push(Case::write(FAMILY, format!("{name} {method} {entry}"), (method, target), body));
        }
    }
    cases.extend(mass_assignment());
    cases
}

mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_as_many_bodies_as_are_planned_and_each_has_a_name() {
        let names: HashSet<String> = bodies().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), bodies().len());
        assert!(names.len() + words::SERVER_OWNED.len() >= 126 + 60, "{}", names.len());
    }
}
