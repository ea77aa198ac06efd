//! What a good answer to bad input is.

use serde_json::Value;

use crate::{
    mask::masked,
    wire::{PATIENCE, Reply},
};

/// Members that every problem has (RFC 9457 and our own).
const MEMBERS: [&str; 7] = ["type", "title", "status", "detail", "instance", "code", "request_id"];

/// Words that only come from inside: no reader may ever see them.
const INSIDE: [&str; 9] = [
    "panicked at",
    "RUST_BACKTRACE",
    "sqlx",
    "sea_orm",
    "SQLITE_",
    "tantivy",
    ".rs:",
    "stack backtrace",
    "PoolTimedOut",
];

/// What of an answer shows words from inside where they were not sent.
fn told_secrets(reply: &Reply, sent: &str) -> Vec<String> {
    let text = reply.text();
    INSIDE
        .iter()
        .filter(|word| text.contains(**word) && !sent.contains(**word))
        .map(|word| format!("it shows {word:?}"))
        .collect()
}

/// Everything that is wrong with one answer.
pub(crate) fn faults(reply: &Reply, sent: &str, wants_page: bool) -> Vec<String> {
    let mut faults = Vec::new();
    if !(200..500).contains(&reply.status) {
        faults.push(format!("status {}: {}", reply.status, reply.text()));
    }
    if reply.took > PATIENCE {
        faults.push(format!("it took {:?}", reply.took));
    }
    let media = reply.header("content-type");
    let is_page = wants_page && media.starts_with("text/html");
    let is_head = sent.starts_with("HEAD ");
    if (400..500).contains(&reply.status) && !is_head && !is_page {
        faults.extend(problem_faults(reply, &media));
    }
    if reply.status < 400 {
        return faults;
    }
    faults.extend(told_secrets(reply, sent));
    faults
}

fn problem_faults(reply: &Reply, media: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if media != "application/problem+json" {
        faults.push(format!("status {} with content type {media:?}", reply.status));
    }
    let body = reply.json();
    for member in MEMBERS {
        let fits = if member == "status" { body[member].is_u64() } else { body[member].is_string() };
        if !fits {
            faults.push(format!("the problem has no {member}: {}", reply.text()));
        }
    }
    if body["status"] != reply.status {
        faults.push(format!("the problem says {} and the status is {}", body["status"], reply.status));
    }
    for error in body["errors"].as_array().into_iter().flatten() {
        if ["pointer", "code", "message"].iter().any(|member| !error[*member].is_string()) {
            faults.push(format!("an error of the problem lacks a member: {error}"));
        }
    }
    faults
}

/// The headers in which two servers must agree.
const COMPARED: [&str; 9] = [
    "content-type",
    "location",
    "allow",
    "cache-control",
    "vary",
    "content-language",
    "content-disposition",
    "link",
    "x-export-escaped",
];

/// In what two servers differ that were asked the same.
pub(crate) fn difference(one: &Reply, other: &Reply) -> Option<String> {
    if one.status != other.status {
        return Some(format!(
            "status {} and {}: {} | {}",
            one.status,
            other.status,
            one.text(),
            other.text()
        ));
    }
    for name in COMPARED {
        let (left, right) = (masked(one.header(name).as_bytes()), masked(other.header(name).as_bytes()));
        if left != right {
            return Some(format!("{name}: {left:?} and {right:?}"));
        }
    }
    // Ids differ, and so does what becomes of them in a compressed body.
    if !one.header("content-encoding").is_empty() {
        return None;
    }
    let (left, right) = (comparable(one), comparable(other));
    if left == right {
        return None;
    }
    let at = left.chars().zip(right.chars()).take_while(|(a, b)| a == b).count();
    let near = |text: &str| text.chars().skip(at.saturating_sub(120)).take(300).collect::<String>();
    Some(format!("bodies from character {at}:\n    {}\n    {}", near(&left), near(&right)))
}

/// A body as it must be on every server.
fn comparable(reply: &Reply) -> String {
    let mut body = reply.json();
    // The path that is most like a path with an id in it depends on the id.
    if body["code"] == "unknown-path"
        && let Some(members) = body.as_object_mut()
    {
        members.remove("nearest");
        return masked(body.to_string().as_bytes());
    }
    masked(&reply.body)
}

/// Whether a server took more memory than bad input may cost.
pub(crate) fn memory_fault(stage: &str, before: u64, peak: u64, allowance: u64) -> Option<String> {
    let grown = peak.saturating_sub(before);
    (grown > allowance)
        .then(|| format!("{stage}: memory grew by {} MiB, {} are allowed", grown >> 20, allowance >> 20))
}

mod tests {
    use std::time::Duration;

    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn problem(status: u16) -> Value {
        json!({"type": "/docs/errors#x", "title": "t", "status": status, "detail": "d", "instance": "/", "code": "c", "request_id": "r"})
    }

    fn reply(status: u16, media: &str, body: &Value) -> Reply {
        let head = format!("HTTP/1.1 {status} X\r\nContent-Type: {media}");
        Reply { status, head: head.into(), body: body.to_string().into(), took: Duration::ZERO }
    }

    const PROBLEM: &str = "application/problem+json";

    #[rstest]
    #[case::fine(reply(200, "application/json", &json!({})), "")]
    #[case::refused(reply(422, PROBLEM, &problem(422)), "")]
    #[case::failed(reply(500, PROBLEM, &problem(500)), "status 500")]
    #[case::overloaded(reply(503, PROBLEM, &problem(503)), "status 503")]
    #[case::switched(reply(101, "text/plain", &json!({})), "status 101")]
    #[case::page(reply(400, "text/html", &json!("<h1>400</h1>")), "content type \"text/html\"")]
    #[case::bare(reply(404, "", &json!(null)), "content type \"\"")]
    #[case::no_code(reply(400, PROBLEM, &json!({"title": "t"})), "the problem has no code")]
    #[case::lies(reply(404, PROBLEM, &problem(400)), "the problem says 400")]
    #[case::panics(reply(400, PROBLEM, &json!("panicked at src")), "it shows \"panicked at\"")]
    #[case::slow(Reply { took: Duration::from_secs(31), ..reply(200, "", &json!({})) }, "it took 31s")]
    fn the_judge_sees(#[case] reply: Reply, #[case] fault: &str) {
        let faults = faults(&reply, "GET / HTTP/1.1", false).join("\n");
        assert_eq!(faults.is_empty(), fault.is_empty(), "{faults}");
        assert!(faults.contains(fault), "{faults}");
    }

    #[test]
    fn a_page_of_an_error_is_for_those_who_asked_for_pages() {
        let page = reply(404, "text/html; charset=utf-8", &json!("<h1>"));
        assert_eq!(faults(&page, "GET / HTTP/1.1", true), Vec::<String>::new());
    }

    #[rstest]
    #[case::same(reply(200, "a/b", &json!({"id": 1})), true)]
    #[case::status(reply(400, "a/b", &json!({"id": 1})), false)]
    #[case::media(reply(200, "a/c", &json!({"id": 1})), false)]
    #[case::body(reply(200, "a/b", &json!({"id": 2})), false)]
    fn servers_that_differ_are_seen(#[case] other: Reply, #[case] same: bool) {
        assert_eq!(difference(&reply(200, "a/b", &json!({"id": 1})), &other).is_none(), same);
    }

    #[test]
    fn memory_that_grows_is_seen() {
        assert_eq!(memory_fault("s", 100 << 20, 164 << 20, 64 << 20), None);
        assert!(memory_fault("s", 100 << 20, 165 << 20, 64 << 20).unwrap().contains("65 MiB"));
    }
}
