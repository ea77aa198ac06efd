//! Every way to ask for a representation, and what goes with each answer: tags, alternates, open doors.

use std::collections::BTreeMap;

use hyper::Method;
use rstest::rstest;
use serde_json::Value;
use vitrina_tests::{Answer, Engine};

use crate::showcase::{Showcase, until_found};

/// What fills the braces of a path, from what the server itself lists.
async fn fillers(showcase: &Showcase) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (list, member) in
        [("vocabularies", "name"), ("guidelines", "id"), ("schemas", "name"), ("import/runs", "id")]
    {
        let items = showcase.json(&format!("/api/v1/{list}")).await["items"].take();
        let first = items[0][member].as_str().unwrap().to_owned();
        found.insert(format!("/api/v1/{list}"), first);
    }
    for list in ["datasets", "organizations", "catalogs"] {
        let items = showcase.json(&format!("/api/v1/{list}")).await["items"].take();
        found.insert(format!("/api/v1/{list}"), items[0]["id"].as_str().unwrap().to_owned());
    }
    let files = format!("/api/v1/datasets/{}/distributions", found["/api/v1/datasets"]);
    let file = showcase.json(&files).await["items"][0]["id"].take();
    found.insert("/api/v1/distributions".to_owned(), file.as_str().unwrap().to_owned());
    found.insert("/api/v1/exports".to_owned(), "datasets.ndjson".to_owned());
    found
}

/// Every address of the contract that can be read here, with what it cannot go without.
async fn readable(showcase: &Showcase) -> Vec<String> {
    let contract = showcase.json("/openapi.json").await;
    let fillers = fillers(showcase).await;
    let mut targets = Vec::new();
    for (path, operations) in contract["paths"].as_object().unwrap() {
        // What needs a token is read by those who have one, and the tests of the contract do.
        if operations.get("get").is_none_or(|read| read.get("security").is_some()) {
            continue;
        }
        let Some((before, after)) = path.split_once("/{") else {
            targets.push(if path.ends_with("/facets") {
                format!("{path}?facets=publisher")
            } else {
                path.clone()
            });
            continue;
        };
        // Nobody has made a record of the other kinds.
        let Some(value) = fillers.get(before) else { continue };
        let rest = after.split_once('}').unwrap().1.replace("{number}", "1");
        // There is one revision, so there is nothing to compare; a record of an import alone has an original; no
        // distribution has a file here.
        let is_bare = matches!(rest.as_str(), "/diff" | "/file" | "/download" | "/inspection")
            || (rest == "/raw" && before != "/api/v1/datasets");
        if !is_bare {
            targets.push(format!("{before}/{value}{rest}"));
        }
    }
    targets
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_address_of_the_contract_has_a_tag_and_answers_head_and_in_gzip(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    // Tags of lists tell of the index too: it stands still once it has reached the import.
    until_found(&showcase.reader, "/api/v1/search?kind=dataset", 6).await;
    let mut targets = readable(&showcase).await;
    assert!(targets.len() >= 35, "{targets:?}");
    targets.extend(["/data.json", "/catalog.ttl", "/", "/search", "/openapi.json"].map(str::to_owned));
    let mut wrong = Vec::new();
    for target in targets {
        if let Err(problem) = judge(&showcase, &target).await {
            wrong.push(format!("{target}: {problem:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn judge(showcase: &Showcase, target: &str) -> anyhow::Result<()> {
    let ask = async |method: Method, extra: &[(&str, &str)]| {
        let headers = [&[("origin", "https://otro.example")], extra].concat();
        showcase.reader.send(method, target, &headers, "".into()).await
    };
    let whole = ask(Method::GET, &[]).await?.expect(200)?;
    let tag = whole.header("etag").to_owned();
    anyhow::ensure!(!whole.body.is_empty(), "empty");
    anyhow::ensure!(whole.header("access-control-allow-origin") == "*", "closed to other origins");
    anyhow::ensure!(uuid::Uuid::parse_str(whole.header("x-request-id")).is_ok(), "no request id");
    let head = ask(Method::HEAD, &[]).await?.expect(200)?;
    anyhow::ensure!(head.body.is_empty(), "HEAD has a body");
    for name in ["content-type", "etag", "last-modified", "vary", "link", "cache-control"] {
        anyhow::ensure!(head.header(name) == whole.header(name), "HEAD differs in {name}");
    }
    let length = head.header("content-length");
    let is_true = length.is_empty() || length == whole.body.len().to_string();
    anyhow::ensure!(is_true, "HEAD promises {length} of {} bytes", whole.body.len());
    anyhow::ensure!(tag.starts_with('"') && tag.len() > 8, "no strong tag, but {tag:?}");
    for known in [format!("\"otra\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let same = ask(Method::GET, &[("if-none-match", &known)]).await?.expect(304)?;
        anyhow::ensure!(same.header("etag") == tag && same.body.is_empty(), "304 with another tag or a body");
    }
    ask(Method::GET, &[("if-none-match", "\"otra\"")]).await?.expect(200)?;
    let packed = ask(Method::GET, &[("accept-encoding", "gzip")]).await?.expect(200)?;
    if packed.header("content-encoding") == "gzip" {
        // RFC 1952 section 2.3.1: the last four bytes are the length of what was packed.
        let length = packed.body.last_chunk().map(|length| u32::from_le_bytes(*length));
        anyhow::ensure!(length == Some(u32::try_from(whole.body.len())?), "cut off in gzip");
    }
    Ok(())
}

/// The addresses with several representations, and how each is asked for by extension.
fn many_faces(slug: &str) -> Vec<(String, &'static [&'static str], bool)> {
    vec![
        ("/api/v1/datasets".to_owned(), &["json", "ndjson", "csv"], false),
        (format!("/api/v1/datasets/{slug}"), &["json", "ndjson", "csv", "data-json", "ttl"], false),
        (format!("/dataset/{slug}"), &["html", "json", "ttl", "ndjson", "csv", "data-json"], true),
        ("/catalog".to_owned(), &["html", "ttl", "json", "ndjson", "csv", "data-json"], true),
    ]
}

fn media_type(format: &str) -> &'static str {
    match format {
        "html" => "text/html",
        "json" => "application/json",
        "ndjson" => "application/x-ndjson",
        "csv" => "text/csv",
        "ttl" => "text/turtle",
        _ => "application/vnd.data-json+json",
    }
}

fn alternates(answer: &Answer) -> BTreeMap<String, String> {
    let links = answer.headers.get_all("link").iter().flat_map(|link| link.to_str().unwrap().split(", "));
    let alternates = links.filter(|link| link.contains("rel=\"alternate\""));
    let parts = alternates.map(|link| {
        let address = link.split_once('<').unwrap().1.split_once('>').unwrap().0;
        let media = link.split_once("type=\"").unwrap().1.trim_end_matches('"');
        (media.to_owned(), address.to_owned())
    });
    parts.collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn accept_extension_and_parameter_are_the_same_wish(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    for (target, formats, has_extensions) in many_faces("agua-potable") {
        let mut tags = Vec::new();
        for format in formats {
            let media = media_type(format);
            let accept = [("accept", media)];
            let by_accept = showcase.reader.send(Method::GET, &target, &accept, "".into()).await.unwrap();
            let by_accept = by_accept.expect(200).unwrap();
            assert!(by_accept.header("content-type").starts_with(media), "{target} as {format}");
            assert!(by_accept.header("vary").contains("Accept"), "{target} as {format}");
            let shown = alternates(&by_accept);
            assert_eq!(shown.len(), formats.len(), "{target} as {format}: {shown:?}");
            let mut others = vec![format!("{target}?f={format}"), shown[media].clone()];
            if has_extensions && *format != "data-json" {
                others.push(format!("{target}.{format}"));
            }
            for other in others {
                // What is asked for in the address goes before what the browser wants.
                let headers = [("accept", if *format == "html" { "*/*" } else { "text/html,*/*;q=0.1" })];
                let plain = showcase.reader.send(Method::GET, &other, &headers, "".into()).await.unwrap();
                let plain = plain.expect(200).unwrap();
                assert_eq!(plain.header("content-type"), by_accept.header("content-type"), "{other}");
                assert_eq!(content(&plain, format), content(&by_accept, format), "{other}");
            }
            tags.push(by_accept.header("etag").to_owned());
        }
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), formats.len(), "{target}: representations share a tag");
    }
}

/// What must be equal: pages name their own address, and files for browsers may begin with a mark.
fn content(answer: &Answer, format: &str) -> String {
    let text = answer.text();
    match format {
        "html" => {
            text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).unwrap().0.to_owned()
        }
        _ => text.trim_start_matches('\u{feff}').to_owned(),
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_permanent_iri_leads_to_what_the_reader_prefers(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    let record = showcase.json("/api/v1/datasets/agua-potable").await;
    let iri = record["iri"].as_str().unwrap();
    let base = format!("http://{}", showcase.server.address());
    assert_eq!(iri, format!("{base}/id/dataset/{}", record["id"].as_str().unwrap()));
    for (accept, place, needle) in [
        ("text/html", "/dataset/agua-potable", "<h1".to_owned()),
        ("application/json", "/dataset/agua-potable.json", "\"slug\":\"agua-potable\"".to_owned()),
        ("text/turtle", "/dataset/agua-potable.ttl", format!("<{iri}> a dcat:Dataset")),
    ] {
        let headers = [("accept", accept)];
        let led =
            showcase.reader.send(Method::GET, iri, &headers, "".into()).await.unwrap().expect(303).unwrap();
        assert_eq!(led.header("location"), format!("{base}{place}"), "{accept}");
        assert!(led.header("vary").contains("Accept"));
        let there =
            showcase.reader.send(Method::GET, led.header("location"), &headers, "".into()).await.unwrap();
        let there = there.expect(200).unwrap();
        assert!(there.header("content-type").starts_with(accept), "{place}");
        assert!(there.text().contains(&needle), "{place} lacks {needle}");
    }
    for (kind, collection, id) in [
        ("organization", "organizations", &record["organization_id"]),
        ("catalog", "catalogs", &record["catalog_id"]),
        ("distribution", "distributions", &record["distribution"][0]["id"]),
    ] {
        let id = id.as_str().unwrap();
        let led = showcase.reader.get(&format!("/id/{kind}/{id}")).await.unwrap().expect(303).unwrap();
        assert_eq!(led.header("location"), format!("{base}/api/v1/{collection}/{id}"));
        assert_eq!(showcase.json(led.header("location")).await["id"], id);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn other_origins_may_read_and_never_write(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    let ask = async |method: Method, target: &str, wanted: &str| {
        let mut headers = vec![("origin", "https://otro.example")];
        if !wanted.is_empty() {
            headers.push(("access-control-request-method", wanted));
        }
        showcase.reader.send(method, target, &headers, "".into()).await.unwrap()
    };
    let allowed = "access-control-allow-origin";
    assert_eq!(ask(Method::OPTIONS, "/api/v1/datasets", "GET").await.header(allowed), "*");
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        assert_eq!(ask(Method::OPTIONS, "/api/v1/datasets", method).await.header(allowed), "", "{method}");
    }
    let read = ask(Method::GET, "/api/v1/datasets", "").await;
    for name in ["ETag", "Link", "X-Request-Id", "RateLimit", "Retry-After", "Content-Disposition"] {
        assert!(read.header("access-control-expose-headers").contains(name), "{name}");
    }
    let own = showcase.editor.send(
        Method::GET,
        "/api/v1/datasets",
        &[("origin", "https://otro.example")],
        "".into(),
    );
    assert_eq!(own.await.unwrap().expect(200).unwrap().header(allowed), "", "not with a token");
    let options = ask(Method::OPTIONS, "/api/v1/datasets", "").await;
    assert_eq!(options.header("allow"), "GET, HEAD, POST, OPTIONS");
    let named = [("x-request-id", "mi-viaje")];
    let answer = showcase.reader.send(Method::GET, "/api/v1/status", &named, "".into()).await.unwrap();
    let other = showcase.reader.get("/api/v1/status").await.unwrap();
    assert_eq!(answer.header("x-request-id"), "mi-viaje");
    assert_ne!(other.header("x-request-id"), "mi-viaje");
    assert_eq!(other.json()["software"], Value::from("vitrina"));
}
