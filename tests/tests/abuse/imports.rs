//! Bytes that are handed in as catalogs and are none, or too much of one.

use serde_json::json;
use vitrina_tests::told;

use crate::{case::Case, wire::Body};

const FAMILY: &str = "import";

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

/// A list with one good record and one other.
fn list(other: &str) -> Vec<u8> {
    format!("{{\"conformsTo\":\"https://project-open-data.cio.gov/v1.1/schema\",\"dataset\":[{{\"identifier\":\"bueno\",\"title\":\"Bueno\"}},{other}]}}").into_bytes()
}

/// Bytes with a name.
type Named = (&'static str, Vec<u8>);

/// Catalogs that are cut short, or in an encoding of some sort.
fn cut_or_encoded() -> Vec<Named> {
    let good = String::from_utf8(list("{\"identifier\":\"otro\",\"title\":\"Niñez\"}")).unwrap();
    let cut = |at: usize| good.as_bytes().get(..at).unwrap_or_default().to_vec();
    let latin: Vec<u8> = good.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    vec![
        ("empty", Vec::new()),
        ("blank", b" \n\t ".to_vec()),
        ("cut-1", cut(1)),
        ("cut-in-key", cut(8)),
        ("cut-in-list", cut(good.len() / 2)),
        ("cut-in-record", cut(good.len() - 20)),
        ("cut-at-end", cut(good.len() - 1)),
        ("after-end", [good.as_bytes(), b"}"].concat()),
        ("two", [good.as_bytes(), good.as_bytes()].concat()),
        ("latin-1", latin),
        ("utf-16-le", utf16(&good, false)),
        ("utf-16-be", utf16(&good, true)),
        ("utf-16-le-mark", [&[0xFF, 0xFE][..], &utf16(&good, false)].concat()),
        ("utf-16-be-mark", [&[0xFE, 0xFF][..], &utf16(&good, true)].concat()),
        ("utf-16-odd", [&[0xFF, 0xFE][..], &utf16(&good, false), b"x"].concat()),
        ("utf-16-lone", [0xFF, 0xFE, 0x7B, 0, 0, 0xD8, 0x7D, 0].to_vec()),
        ("utf-32", good.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
        ("utf-7", b"+AHsAIg-title+ACI:1}".to_vec()),
        ("utf-8-mark", ["\u{feff}", &good].concat().into_bytes()),
        ("mixed-encodings", [good.as_bytes(), b"\xF1\xE9"].concat()),
        ("nuls", vec![0; 4_096]),
        (
            "nul-in-text",
            list("{\"identifier\":\"nulo\",\"title\":\"a\\u0000b\",\"description\":\"\\u0000\"}"),
        ),
        ("nul-in-key", list("{\"identifier\":\"n\\u0000\",\"title\":\"x\",\"a\\u0000b\":1}")),
    ]
}

/// What is no catalog at all.
fn foreign() -> Vec<Named> {
    vec![
        ("zip", b"PK\x03\x04\x14\x00\x00\x00\x08\x00catalog.json".to_vec()),
        ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00".to_vec()),
        ("zstd", b"\x28\xb5\x2f\xfd\x04\x00".to_vec()),
        ("pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n".to_vec()),
        ("html", b"<!doctype html><html><body>404</body></html>".to_vec()),
        ("xml", b"<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]><l>&c;</l>".to_vec()),
        ("rdf", b"<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>".to_vec()),
        ("turtle", b"@prefix dcat: <http://www.w3.org/ns/dcat#> . <x> a dcat:Dataset .".to_vec()),
        ("csv", b"identifier,title\r\na,=1+1\r\n".to_vec()),
        ("xlsx", b"PK\x03\x04[Content_Types].xml".to_vec()),
        ("png", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("elf", b"\x7fELF\x02\x01\x01".to_vec()),
        ("sqlite", b"SQLite format 3\0".to_vec()),
        ("javascript", b")]}',\n{\"dataset\":[]}".to_vec()),
        ("jsonp", b"callback({\"dataset\":[]})".to_vec()),
        ("number", b"1".to_vec()),
        ("text", b"\"texto\"".to_vec()),
        ("null", b"null".to_vec()),
        ("list-empty", b"[]".to_vec()),
        ("list-of-lists", b"[[[[]]]]".to_vec()),
        ("list-of-numbers", b"[1,2,3]".to_vec()),
        ("dataset-text", b"{\"dataset\":\"x\"}".to_vec()),
        ("dataset-null", b"{\"dataset\":null}".to_vec()),
        ("dataset-object", b"{\"dataset\":{\"a\":{\"title\":\"x\"}}}".to_vec()),
        ("dataset-twice", b"{\"dataset\":[{\"identifier\":\"u\",\"title\":\"u\"}],\"dataset\":[{\"identifier\":\"v\",\"title\":\"v\"}]}".to_vec()),
    ]
}

/// Catalogs with records that are wrong.
fn records() -> Vec<Named> {
    let keywords: Vec<String> = (0..50_000).map(|n| format!("\"palabra {n}\"")).collect();
    let same = vec!["{\"identifier\":\"igual\",\"title\":\"Igual\"}"; 100].join(",");
    vec![
        ("record-text", list("\"x\"")),
        ("record-null", list("null")),
        ("record-list", list("[1]")),
        ("record-deep", list(&format!("{{\"identifier\":\"hondo\",\"title\":\"x\",\"spatial\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000)))),
        ("deep-alone", [b"[".repeat(100_000), b"]".repeat(100_000)].concat()),
        ("deep-open", b"{\"a\":".repeat(100_000)),
        ("keywords-50000", list(&format!("{{\"identifier\":\"palabras\",\"title\":\"x\",\"keyword\":[{}]}}", keywords.join(",")))),
        ("same-100", list(&same)),
        ("keys-twice", list("{\"identifier\":\"k1\",\"identifier\":\"k2\",\"title\":\"x\",\"title\":\"y\"}")),
        ("huge-number", list("{\"identifier\":\"num\",\"title\":\"x\",\"size\":1e400}")),
        ("lone-surrogate", list("{\"identifier\":\"sus\",\"title\":\"\\ud800\"}")),
        ("proto", list("{\"identifier\":\"pro\",\"title\":\"x\",\"__proto__\":{\"a\":1},\"constructor\":1}")),
        ("identifier-long", list(&json!({"identifier": "i".repeat(100_000), "title": "x"}).to_string())),
        ("identifier-odd", list(&json!({"identifier": "a\u{202e}b\u{1b}[2J\r\n", "title": "x"}).to_string())),
        ("title-huge", list(&json!({"identifier": "largo", "title": "t".repeat(1 << 20)}).to_string())),
        ("package", b"{\"success\":true,\"result\":{\"name\":\"x\",\"resources\":\"no\",\"extras\":[{\"key\":[],\"value\":{}}]}}".to_vec()),
        ("package-search", b"{\"success\":true,\"result\":{\"count\":\"x\",\"results\":[{\"name\":null,\"title\":7,\"resources\":[null]}]}}".to_vec()),
        ("package-error", b"{\"success\":false,\"error\":{\"message\":\"x\"}}".to_vec()),
        ("lines", b"{\"identifier\":\"l1\",\"title\":\"Uno\"}\nno\n{\"identifier\":\"l2\"}\n\n{\"identifier\":\"l3\",\"title\":\"Tres\"".to_vec()),
        ("lines-cr", b"{\"identifier\":\"c1\",\"title\":\"Uno\"}\r{\"identifier\":\"c2\",\"title\":\"Dos\"}".to_vec()),
    ]
}

/// Bodies that are long; how long is told by `VITRINA_ABUSE_HUGE_MB`.
fn huge() -> Vec<(&'static str, Body)> {
    let megabytes: usize = told("VITRINA_ABUSE_HUGE_MB").map_or(4, |text| text.parse().unwrap());
    let times = |unit: &str| (megabytes << 20) / unit.len();
    let record = "{\"title\":\"sin nombre propio\"},";
    vec![
        ("huge-string", Body::repeat("{\"a\":\"", "x", times("x"), "\"}")),
        ("huge-bare-string", Body::repeat("\"", "x", times("x"), "\"")),
        ("huge-numbers", Body::repeat("{\"a\":[", "1,", times("1,"), "1]}")),
        ("huge-object", Body::repeat("{", "\"clave\":1,", times("\"clave\":1,"), "\"z\":1}")),
        (
            "huge-record",
            Body::repeat("{\"dataset\":[{\"identifier\":\"enorme\",\"title\":\"", "x", times("x"), "\"}]}"),
        ),
        (
            "huge-keywords",
            Body::repeat(
                "{\"dataset\":[{\"identifier\":\"claves\",\"title\":\"x\",\"keyword\":[",
                "\"k\",",
                times("\"k\","),
                "\"z\"]}]}",
            ),
        ),
        ("huge-lines", Body::repeat("{\"dataset\":[", "\n", times("\n"), "]}")),
        ("huge-nuls", Body::repeat("", "\0", times("\0"), "")),
        ("huge-open", Body::repeat("", "[", times("["), "")),
        ("many-records", Body::repeat("{\"dataset\":[", record, 64 * megabytes, "{}]}")),
    ]
}

/// Every request of the family.
pub(crate) fn cases() -> Vec<Case> {
    let mut bodies: Vec<(&str, Body)> = [cut_or_encoded(), foreign(), records()]
        .concat()
        .into_iter()
        .map(|(name, bytes)| (name, Body::Bytes(bytes)))
        .collect();
    bodies.extend(huge());
    let mut cases = Vec::new();
    for (name, body) in bodies {
        for target in
            ["/api/v1/validate", "/api/v1/import?source=bytes&dry_run=true", "/api/v1/import?source=bytes"]
        {
            let entry = target.trim_start_matches("/api/v1/");
            cases.push(Case::write(FAMILY, format!("{name} {entry}"), ("POST", target), body.clone()));
        }
    }
    // A report must not grow with what it reports on.
    for records in [50_000, 100_001] {
        let body = Body::repeat("{\"dataset\":[", "{},", records - 1, "{}]}");
        cases.push(Case::write(FAMILY, format!("{records} records"), ("POST", "/api/v1/validate"), body));
    }
    for query in [
        "source=",
        "source=%00",
        "source=..%2F..%2Fx",
        "source=%1B%5B2J",
        "organization=x",
        "catalog=%27",
        "fetched_at=x",
        "fetched_at=9999-12-31T23:59:59Z",
        "replace=maybe",
        "dry_run=2",
        "nosuch=1",
        "lang=zz",
    ] {
        let target = format!("/api/v1/import?{query}");
        cases.push(Case::write(
            FAMILY,
            format!("asks {query}"),
            ("POST", &target),
            Body::Bytes(b"{\"dataset\":[]}".to_vec()),
        ));
    }
    for profile in ["nosuch", "..%2F..%2Fx", "lgtaip2025,nosuch", ",,,", "http:%2F%2F127.0.0.1:9%2Fx", "%00"]
    {
        let target = format!("/api/v1/validate?profile={profile}");
        cases.push(Case::write(
            FAMILY,
            format!("profile {profile}"),
            ("POST", &target),
            Body::Bytes(b"{\"title\":\"x\"}".to_vec()),
        ));
    }
    cases
}
