//! How each code is provoked.

use serde_json::json;

use vitrina_tests::packing::Packing;

use crate::{
    operation::Operation,
    request::Request,
    stage::{NOWHERE, Stage},
};

/// The requests after which an operation has told a code, in their order; none for a code that is not known here.
pub(crate) fn provoked(stage: &Stage, operation: &Operation, code: &str) -> Vec<Request> {
    let id = stage.id_of(operation);
    let plain = || stage.request(operation, &id);
    let at = |id: &str| stage.request(operation, id);
    match code {
        "token-required" => vec![Request { token: None, ..plain() }],
        "token-invalid" => vec![Request { token: Some("no-such-token".to_owned()), ..plain() }],
        "forbidden" => {
            vec![Request { token: Some(stage.weak.clone()), ..current(stage, operation, plain()) }]
        }
        "headers-too-large" => vec![plain().with("x-long", &"a".repeat(17_000))],
        "uri-too-long" => vec![plain().asking(&format!("a={}", "a".repeat(9_000)))],
        "not-acceptable" => vec![plain().with("accept", "image/png")],
        // By its own identifier the first write makes the record, and only the next one has something to replace.
        "precondition-required" if operation.path.contains("{identifier}") => {
            vec![plain().without("if-match"), plain().without("if-match").saying(&another(operation))]
        }
        // Of a file the digest is the tag, and the stage has put one there.
        "precondition-required" if operation.id == "upload_file" => {
            vec![plain().without("if-match").saying("otra,tabla\n1,2\n")]
        }
        "precondition-required" => vec![plain().without("if-match").saying(&another(operation))],
        "precondition-failed" => vec![plain().saying(&another(operation))],
        "unsupported-media-type" => vec![plain().with("content-type", "text/plain")],
        "invalid-json" => vec![plain().saying("{")],
        "too-deep" => vec![plain().saying(&"[".repeat(1_000))],
        "payload-too-large" => vec![plain().saying(&format!("\"{}\"", "a".repeat(stage.write_bytes)))],
        "invalid-document" => vec![current(stage, operation, plain()).saying("[]")],
        "stale-fetch" => vec![plain().asking("source=stage").asking("fetched_at=2026-01-01")],
        "conflict" => vec![plain().saying(&taken(operation))],
        // The others make some, too.
        "too-many-webhooks" => vec![plain().saying(&webhook("veinte")); 20],
        "idempotency-mismatch" => {
            let keyed = |body: &str| plain().with("idempotency-key", &operation.id).saying(body);
            two_bodies(operation).iter().map(|body| keyed(body)).collect()
        }
        "bad-request" if operation.path.contains("{number}") => {
            vec![Request { path: plain().path.replace("/revisions/1", "/revisions/first"), ..plain() }]
        }
        "bad-request" if operation.method == "POST" => vec![plain().with("idempotency-key", "two words")],
        "bad-request" => vec![plain().with("if-match", "no-tag")],
        "not-found" if operation.method == "POST" && !operation.path.contains('{') => {
            vec![plain().asking("organization=no-hay-tal")]
        }
        "not-found" => vec![Request { path: not_there(operation), ..at("no-hay-tal") }],
        // The job has ended.
        "job-state" => vec![plain()],
        "gone" if operation.method == "POST" => {
            vec![plain().asking(&format!("organization={}", stage.gone["organizations"]))]
        }
        "gone" => stage.gone.get(operation.collection()).map(|id| at(id)).into_iter().collect(),
        _ => {
            let asked = of_address(stage, operation, code).map(|query| plain().asking(&query));
            asked.or_else(|| of_bytes(stage, operation, code)).into_iter().collect()
        }
    }
}

/// A body for something that is there already.
fn taken(operation: &Operation) -> String {
    if operation.id == "create_suppression" {
        return suppression("kept");
    }
    json!({"identifier": format!("{}-kept", operation.collection()), "title": "otro"}).to_string()
}

/// Two bodies of which an operation takes either.
fn two_bodies(operation: &Operation) -> [String; 2] {
    let record = |name: &str| json!({"title": {"es": name}, "name": {"es": name}}).to_string();
    ["uno", "dos"].map(|name| match operation.collection() {
        "webhooks" => webhook(name),
        "suppressions" => suppression(name),
        _ => record(name),
    })
}

fn suppression(name: &str) -> String {
    json!({ "address": format!("{name}@example.org") }).to_string()
}

fn webhook(name: &str) -> String {
    json!({ "address": format!("{NOWHERE}/{name}") }).to_string()
}

/// The request whose bytes provoke a code, or the part of a file that it asks for.
fn of_bytes(stage: &Stage, operation: &Operation, code: &str) -> Option<Request> {
    let plain = stage.request(operation, &stage.id_of(operation));
    let file = || current(stage, operation, plain.clone());
    Some(match code {
        "unreadable-source" if operation.id == "inspect_file" => plain.saying("PK\u{3}\u{4}"),
        "unreadable-source" => plain.saying("\u{1}\u{2}"),
        "resource-too-complex" => plain.sending(crowded()),
        "file-type-refused" => file().saying("<html>"),
        "digest-mismatch" => file().asking(&format!("sha256={}", "0".repeat(64))),
        "range-not-satisfiable" => plain.with("range", "bytes=999999-"),
        _ => return None,
    })
}

/// The query string that provokes a code.
fn of_address(stage: &Stage, operation: &Operation, code: &str) -> Option<String> {
    let takes = |name: &str| operation.takes("query", name);
    Some(match code {
        "unknown-parameter" => "unheard_of=1".to_owned(),
        "invalid-encoding" => "a=%FF".to_owned(),
        "at-not-supported" => "at=2026-01-01".to_owned(),
        "invalid-parameter" => {
            let wrong = ["lang=!", "limit=0", "from=x", "bom=x", "modified=x", "sha256=x"];
            (*wrong.iter().find(|pair| takes(pair.split('=').next().unwrap_or_default()))?).to_owned()
        }
        "repeated-parameter" => {
            let once = ["lang=es", "limit=1", "from=1", "bom=true", "filename=a"];
            let pair = once.iter().find(|pair| takes(pair.split('=').next().unwrap_or_default()))?;
            format!("{pair}&{pair}")
        }
        "invalid-query" => "q=%28agua".to_owned(),
        "query-too-complex" => vec!["title=a"; 300].join("&"),
        "cursor-invalid" if takes("from") => "from=none".to_owned(),
        "cursor-mismatch" if takes("from") => format!("from={}", stage.cursor),
        "cursor-invalid" => "cursor=none".to_owned(),
        // The cursor is one of the datasets in the order of creation.
        "cursor-mismatch" if takes("sort") => format!("sort=title&cursor={}", stage.cursor),
        "cursor-mismatch" => format!("cursor={}", stage.cursor),
        _ => return None,
    })
}

/// With the entity tag that the record has, so that only what comes after it can be wrong.
fn current(stage: &Stage, operation: &Operation, request: Request) -> Request {
    if !operation.takes("header", "If-Match") {
        return request;
    }
    // By its own identifier there is nothing yet, and nothing has to match.
    match stage.there.get(operation.collection()) {
        Some(_) if !operation.path.contains("{identifier}") => request.with("if-match", "*"),
        _ => request.without("if-match"),
    }
}

/// An archive of more entries than an archive may have.
fn crowded() -> Vec<u8> {
    (0..1_001).fold(Packing::new(), |packing, number| packing.file(format!("{number}"), b"")).finish()
}

/// A document that says something else than what is there.
fn another(operation: &Operation) -> String {
    if operation.body.is_some() {
        json!({"title": {"es": "otro"}, "name": {"es": "otro"}}).to_string()
    } else {
        String::new()
    }
}

pub(crate) fn not_there(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    for name in ["{id}", "{file}", "{name}", "{identifier}", "{token}"] {
        path = path.replace(name, "no-hay-tal");
    }
    path.replace("{number}", "1")
}
