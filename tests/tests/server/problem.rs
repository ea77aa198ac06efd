//! Errors: always a problem with a code, in the reader's language, with the id of the request.

use bytes::Bytes;
use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::Engine;

use crate::showcase::Showcase;

type Mistake =
    (Method, &'static str, &'static [(&'static str, &'static str)], &'static str, u16, &'static str);

const JSON: (&str, &str) = ("content-type", "application/json");

fn mistakes() -> Vec<Mistake> {
    let get = Method::GET;
    vec![
        (get.clone(), "/api/v1/datasets?titel=x", &[], "", 400, "unknown-parameter"),
        (get.clone(), "/api/v1/datasets?limit=diez", &[], "", 400, "invalid-parameter"),
        (get.clone(), "/api/v1/datasets?limit=101", &[], "", 400, "invalid-parameter"),
        (get.clone(), "/api/v1/datasets?limit=1&limit=2", &[], "", 400, "repeated-parameter"),
        (get.clone(), "/api/v1/datasets?title=%FF", &[], "", 400, "invalid-encoding"),
        (get.clone(), "/api/v1/datasets?f=jsom", &[], "", 400, "invalid-parameter"),
        (
            get.clone(),
            "/api/v1/datasets?at=2026-01-01T00:00:00Z&theme=ENVI",
            &[],
            "",
            400,
            "at-not-supported",
        ),
        (get.clone(), "/api/v1/search?q=%22sin+cerrar", &[], "", 400, "invalid-query"),
        (get.clone(), "/api/v1/datasets/no-hay", &[], "", 404, "not-found"),
        (get.clone(), "/api/v1/datasets/01a20855-b0a8-7519-9a02-5292d9ca4546", &[], "", 404, "not-found"),
        (get.clone(), "/api/v1/import/runs/x", &[], "", 404, "not-found"),
        (get.clone(), "/api/v1/vocabularies/frecuency", &[], "", 404, "not-found"),
        (get.clone(), "/api/v1/exports/datasets.exe", &[], "", 404, "not-found"),
        (get.clone(), "/id/dataset/x", &[], "", 404, "not-found"),
        (get.clone(), "/dataset/agua-potable.exe", &[], "", 406, "not-acceptable"),
        (get.clone(), "/api/v1/datasets", &[("accept", "image/png")], "", 406, "not-acceptable"),
        (get.clone(), "/api/v1/datasetz", &[], "", 404, "unknown-path"),
        (get.clone(), "/nada", &[], "", 404, "unknown-path"),
        (get, "/api/v1/datasets", &[("authorization", "Bearer x")], "", 401, "token-invalid"),
        (Method::DELETE, "/api/v1/status", &[], "", 405, "method-not-allowed"),
        (Method::POST, "/api/v1/datasets", &[JSON], "{}", 401, "token-required"),
        (Method::POST, "/api/v1/validate", &[], "esto no es un catálogo", 422, "unreadable-source"),
    ]
}

/// The same by somebody who may write.
fn mistakes_in_writing() -> Vec<Mistake> {
    let post = Method::POST;
    vec![
        (post.clone(), "/api/v1/datasets", &[JSON], "{\"title\": ", 400, "invalid-json"),
        (
            post.clone(),
            "/api/v1/datasets",
            &[("content-type", "text/plain")],
            "x",
            415,
            "unsupported-media-type",
        ),
        (post.clone(), "/api/v1/datasets", &[JSON], "[]", 422, "invalid-document"),
        (
            post.clone(),
            "/api/v1/datasets",
            &[JSON],
            "{\"distribution\": 3, \"title\": \"x\"}",
            422,
            "invalid-document",
        ),
        (
            post.clone(),
            "/api/v1/datasets?organization=nadie",
            &[JSON],
            "{\"title\": \"x\"}",
            404,
            "not-found",
        ),
        (post, "/api/v1/datasets", &[JSON, ("idempotency-key", "dos palabras")], "{}", 400, "bad-request"),
        (
            Method::PUT,
            "/api/v1/datasets/agua-potable",
            &[JSON],
            "{\"title\": \"x\"}",
            428,
            "precondition-required",
        ),
        (
            Method::PUT,
            "/api/v1/datasets/agua-potable",
            &[JSON, ("if-match", "x")],
            "{\"title\": \"x\"}",
            400,
            "bad-request",
        ),
    ]
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_error_is_a_problem_with_a_code(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    let documented = include_str!("../../../docs/errors.md");
    let all = mistakes().into_iter().map(|mistake| (&showcase.reader, mistake));
    let all = all.chain(mistakes_in_writing().into_iter().map(|mistake| (&showcase.editor, mistake)));
    for (http, (method, target, headers, body, status, code)) in all {
        let mut titles = Vec::new();
        for language in ["es", "en"] {
            let headers = [headers, &[("accept-language", language), ("x-request-id", "viaje-7")]].concat();
            let answer = http
                .send(method.clone(), target, &headers, Bytes::from_static(body.as_bytes()))
                .await
                .unwrap();
            let problem = answer.json();
            let what = format!("{method} {target}: {}", answer.text());
            assert_eq!((answer.status.as_u16(), &problem["code"]), (status, &json!(code)), "{what}");
            assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
            assert_eq!(answer.header("content-language"), language, "{what}");
            assert_eq!(problem["status"], status, "{what}");
            assert_eq!(problem["request_id"], answer.header("x-request-id"), "{what}");
            assert!(problem["type"].as_str().unwrap().ends_with(&format!("/docs/errors#{code}")), "{what}");
            assert!(documented.contains(&format!("## {code}\n")), "{code} is not documented");
            assert_eq!(problem["instance"], target.split('?').next().unwrap(), "{what}");
            assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{what}");
            titles.push(problem["title"].as_str().unwrap().to_owned());
        }
        assert_ne!(titles[0], titles[1], "{code} in two languages");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_slip_gets_the_nearest_name_and_what_would_do(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    for (target, pointer, nearest) in [
        ("/api/v1/datasets?titel=x", "?titel", "title"),
        ("/api/v1/datasets?modified_gte=2026-01-01", "?modified_gte", "modified__gte"),
        ("/api/v1/search?facets=publsher", "?facets", "publisher"),
        ("/api/v1/datasets?sort=tittle", "?sort", "title"),
        ("/api/v1/datasets?f=jsom", "?f", "json"),
        ("/api/v1/changes?kind=datset", "?kind", "dataset"),
    ] {
        let answer = showcase.reader.get(target).await.unwrap().expect(400).unwrap();
        let problem = answer.json();
        assert_eq!(
            (&problem["nearest"], &problem["errors"][0]["pointer"]),
            (&json!(nearest), &json!(pointer)),
            "{problem}"
        );
    }
    let run = showcase.json("/api/v1/import/runs").await["items"][0]["items_url"].take();
    let target = format!("{}?outcome=creado", run.as_str().unwrap());
    let problem = showcase.reader.get(&target).await.unwrap().expect(400).unwrap().json();
    assert_eq!(problem["nearest"], "created");
    assert!(problem["allowed"].as_array().unwrap().contains(&Value::from("quarantined")));
    let problem = showcase.reader.get("/api/v1/datasetz").await.unwrap().expect(404).unwrap().json();
    assert_eq!(problem["nearest"], "/api/v1/datasets");
}
