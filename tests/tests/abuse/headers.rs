//! Headers: negotiation, conditions, ranges, tokens, framing.

use crate::{case::Case, wire::Body};

const FAMILY: &str = "header";

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Values of one header, on an address that looks at it.
fn valued() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let texts = |values: &[&str]| values.iter().map(|value| value.as_bytes().to_vec()).collect::<Vec<_>>();
    let many = |unit: &str, times: usize| unit.repeat(times).into_bytes();
    let odd = || {
        vec![
            vec![0xFF, 0xFE],
            b"\x01\x02".to_vec(),
            b"a\tb".to_vec(),
            b"".to_vec(),
            b" ".to_vec(),
            BOM.to_vec(),
        ]
    };
    let mut all = vec![
        (
            "Accept",
            [
                texts(&[
                    "*",
                    "*/*;q=2",
                    "*/*;q=-1",
                    "a/b/c",
                    "text/html;q=0,*/*;q=0",
                    "application/json;q=nan",
                    ";;;",
                    ",,,",
                    "text/turtle;charset=\"",
                    "image/png",
                ]),
                vec![many("a/b,", 2_500), many("text/html;", 900)],
            ]
            .concat(),
        ),
        (
            "Accept-Language",
            [
                texts(&[
                    "*",
                    "es;q=9",
                    "zz-ZZ-zz-ZZ",
                    "en-\u{f1}",
                    "-",
                    "es,,,,en",
                    "es;q=0,en;q=0",
                    "../../en",
                ]),
                vec![many("aa,", 4_000)],
            ]
            .concat(),
        ),
        (
            "Accept-Encoding",
            texts(&["gzip;q=0,identity;q=0", "*;q=0", "nosuch", "br,br,br", "gzip;q=x", "identity;q=0"]),
        ),
        (
            "Range",
            [
                texts(&[
                    "bytes=0-",
                    "bytes=-1",
                    "bytes=9-1",
                    "bytes=a-b",
                    "items=0-1",
                    "bytes=0-18446744073709551616",
                ]),
                vec![many("bytes=0-,", 1), many("0-,", 1_000)],
            ]
            .concat(),
        ),
        (
            "If-None-Match",
            [texts(&["*", "\"", "W/\"x\"", "\"a\",\"b\",", "x", "W/"]), vec![many("\"a\",", 3_000)]].concat(),
        ),
        (
            "If-Modified-Since",
            texts(&[
                "now",
                "Mon, 31 Feb 2026 00:00:00 GMT",
                "Thu, 01 Jan 1970 00:00:00 GMT",
                "Fri, 31 Dec 9999 23:59:59 GMT",
                "0",
                "-1",
            ]),
        ),
        ("If-Match", texts(&["*", "\"x\"", "\""])),
        (
            "Authorization",
            [
                texts(&[
                    "",
                    "Bearer",
                    "Bearer ",
                    "Bearer  x",
                    "bearer x",
                    "Basic YTpi",
                    "Basic ====",
                    "Bearer a b c",
                    "Bearer ' OR 1=1--",
                    "Digest x",
                    "Bearer \u{f1}",
                    "Bearer vit_0000",
                    "Bearer {{token}}x",
                    "Bearer {{token}} ",
                ]),
                vec![[b"Bearer ".to_vec(), vec![b'a'; 8_000]].concat()],
            ]
            .concat(),
        ),
        ("Cookie", texts(&["a=b", "=;=;=", "session=' OR 1=1"])),
        ("X-Request-Id", texts(&["a\"b", "${jndi:x}", "'", "{{token}}"])),
        ("X-Forwarded-For", texts(&["127.0.0.1", "::1, , x", "999.999.999.999", "unknown"])),
        ("X-Forwarded-Host", texts(&["evil.example"])),
        ("X-Forwarded-Proto", texts(&["javascript"])),
        ("Forwarded", texts(&["for=\"_x\";host=evil.example;proto=gopher", "for=,,;"])),
        ("X-Original-URL", texts(&["/metrics"])),
        ("X-HTTP-Method-Override", texts(&["DELETE"])),
        ("Origin", texts(&["null", "http://evil.example", "javascript:x"])),
        ("Expect", texts(&["100-continue", "200-ok"])),
        ("Upgrade", texts(&["h2c", "websocket"])),
        (
            "Host",
            texts(&[
                "",
                "evil.example",
                "a b",
                "localhost:99999",
                "[::1",
                "localhost, evil",
                "user@evil",
                "localhost/x",
                "\u{f1}.example",
            ]),
        ),
    ];
    for (_, values) in &mut all {
        values.extend(odd());
    }
    all
}

/// Writes whose headers are wrong.
fn writes() -> Vec<Case> {
    let types = [
        "text/plain",
        "application/xml",
        "application/json;charset=latin1",
        "application/json;charset",
        "multipart/form-data",
        "multipart/form-data; boundary=\"",
        "application/x-www-form-urlencoded",
        "",
        "json",
        "application/json; application/json",
        "*/*",
        "application/json\u{f1}",
    ];
    let mut cases = Vec::new();
    for media in types {
        for target in ["/api/v1/datasets", "/api/v1/validate", "/api/v1/import?source=cabecera"] {
            let headers: [(&str, &[u8]); 3] = [
                ("Authorization", b"Bearer {{token}}"),
                ("Content-Type", media.as_bytes()),
                ("Content-Length", b"2"),
            ];
            let case =
                Case::of(FAMILY, format!("type {media} {target}"), "POST", target.as_bytes(), &headers);
            cases.push(Case { body: Body::Bytes(b"{}".to_vec()), ..case });
        }
    }
    for coding in ["gzip", "br", "zstd", "deflate", "gzip, gzip", "nosuch"] {
        let headers: [(&str, &[u8]); 4] = [
            ("Authorization", b"Bearer {{token}}"),
            ("Content-Type", b"application/json"),
            ("Content-Encoding", coding.as_bytes()),
            ("Content-Length", b"4"),
        ];
        let case = Case::of(FAMILY, format!("coding {coding}"), "POST", b"/api/v1/datasets", &headers);
        cases.push(Case { body: Body::Bytes(b"\x1f\x8b\x08\x00".to_vec()), ..case });
    }
    let long = "k".repeat(256);
    for key in ["", " ", "a b", "\u{f1}", &long, "{{token}}"] {
        let headers: [(&str, &[u8]); 4] = [
            ("Authorization", b"Bearer {{token}}"),
            ("Content-Type", b"application/json"),
            ("Idempotency-Key", key.as_bytes()),
            ("Content-Length", b"12"),
        ];
        let case = Case::of(FAMILY, format!("key {}", key.len()), "POST", b"/api/v1/datasets", &headers);
        cases.push(Case { body: Body::Bytes(b"{\"title\":\"a\"".to_vec()), ..case });
    }
    for (name, tag) in [
        ("none", None),
        ("star", Some("*")),
        ("weak", Some("W/{{etag}}")),
        ("other", Some("\"r9-x\"")),
        ("bare", Some("r1")),
        ("list", Some("\"a\", \"b\"")),
        ("bytes", Some("\"\u{f1}\"")),
    ] {
        for method in ["PUT", "DELETE"] {
            let mut headers: Vec<(&str, &[u8])> = vec![
                ("Authorization", b"Bearer {{token}}"),
                ("Content-Type", b"application/json"),
                ("Content-Length", b"12"),
            ];
            headers.extend(tag.map(|tag| ("If-Match", tag.as_bytes())));
            let case = Case::of(
                FAMILY,
                format!("if-match {name} {method}"),
                method,
                b"/api/v1/datasets/{{dataset}}",
                &headers,
            );
            cases.push(Case { body: Body::Bytes(b"{\"title\":\"a\"".to_vec()), ..case });
        }
    }
    for scope in ["", "Bearer {{reader}}"] {
        for (method, target) in [
            ("POST", "/api/v1/datasets"),
            ("POST", "/api/v1/import"),
            ("DELETE", "/api/v1/datasets/{{marked}}"),
            ("PATCH", "/api/v1/datasets/{{marked}}"),
        ] {
            let headers: [(&str, &[u8]); 4] = [
                ("Authorization", scope.as_bytes()),
                ("Content-Type", b"application/json"),
                ("If-Match", b"*"),
                ("Content-Length", b"13"),
            ];
            let case = Case::of(
                FAMILY,
                format!("scope {scope} {method} {target}"),
                method,
                target.as_bytes(),
                &headers,
            );
            cases.push(Case {
                body: Body::Bytes(b"{\"title\":\"no\"}".get(..13).unwrap_or_default().to_vec()),
                ..case
            });
        }
    }
    cases
}

/// Bytes that a client library would never send.
fn framing() -> Vec<Case> {
    let long = "a".repeat(70_000);
    let lines = "X-A: a\r\n".repeat(150);
    let requests: Vec<(&str, String)> = vec![
        ("twice-host", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into()),
        ("no-host", "GET /api/v1/status HTTP/1.1\r\n\r\n".into()),
        ("http-1.0", "GET /health/live HTTP/1.0\r\n\r\n".into()),
        ("http-9", "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n".into()),
        ("no-version", "GET /\r\n\r\n".into()),
        ("no-target", "GET HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        ("blank-target", "GET  HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        ("method-long", format!("{} / HTTP/1.1\r\nHost: localhost\r\n\r\n", "A".repeat(10_000))),
        ("method-odd", "G\u{1}T / HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        ("header-name-odd", "GET / HTTP/1.1\r\nHo st: x\r\n\r\n".into()),
        ("header-no-colon", "GET / HTTP/1.1\r\nHost localhost\r\n\r\n".into()),
        ("header-folded", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\r\n b\r\n\r\n".into()),
        ("header-nul", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\n\r\n".into()),
        ("header-lone-cr", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\rX-B: b\r\n\r\n".into()),
        ("header-huge", format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-A: {long}\r\n\r\n")),
        ("headers-150", format!("GET / HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n")),
        ("target-huge", format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\n\r\n")),
        ("target-bytes", "GET /\u{f1} HTTP/1.1\r\nHost: localhost\r\n\r\n".into()),
        ("length-twice", "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}".into()),
        ("length-negative", "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{}".into()),
        ("length-huge", "POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{}".into()),
        ("length-beyond", "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n{}".into()),
        ("length-words", "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: two\r\n\r\n{}".into()),
        ("both-lengths", "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n".into()),
        ("chunk-bad", "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n".into()),
        ("chunk-beyond", "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n".into()),
        ("chunk-trailer", "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-A: b\r\n\r\n".into()),
        ("coding-unknown", "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, nosuch\r\n\r\n{}".into()),
        ("coding-twice", "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n".into()),
        ("body-on-get", "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc".into()),
        ("tls", "\u{16}\u{3}\u{1}\0\u{5}hello\r\n\r\n".into()),
        ("connect", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n".into()),
        ("noise", format!("{}\r\n\r\n", "\u{7f}\0".repeat(500))),
        ("newlines-only", "\n".repeat(100) + "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
    ];
    requests.into_iter().map(|(name, bytes)| Case::raw(FAMILY, name, bytes)).collect()
}

/// Every request of the family.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = [writes(), framing()].concat();
    for (name, values) in valued() {
        for (n, value) in values.iter().enumerate() {
            for target in ["/api/v1/datasets?limit=2", "/dataset/{{slug}}", "/api/v1/datasets/{{marked}}"] {
                cases.push(Case::of(
                    FAMILY,
                    format!("{name}-{n} {target}"),
                    "GET",
                    target.as_bytes(),
                    &[(name, value)],
                ));
            }
        }
    }
    cases
}
