//! Search as readers meet it: words, phrases, fields, facets, suggestions, bulk files.

use std::{collections::BTreeMap, time::Duration};

use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::Engine;

use crate::showcase::{SOON, Showcase, datasets, strings, until_found};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_written_is_found_within_a_second(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    // The best of three, because this machine may have other things to do.
    let mut best = Duration::MAX;
    for number in 1..=3_u64 {
        let title = json!({"es": format!("Luminarias fundidas {number}")});
        showcase.create(&json!({"identifier": format!("luz-{number}"), "title": title})).await;
        best = best.min(until_found(&showcase.reader, "/api/v1/search?q=luminarias", number).await);
    }
    assert!(best < SOON, "found only after {best:?}");
    assert_eq!(showcase.json("/api/v1/search?q=luminarias+-fundidas").await["total"], 0);
}

/// What is asked for, and the identifiers of what answers.
fn questions() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        // Accents and capitals do not matter, nor does the ending of a word.
        ("NINAS", vec!["ninez"]),
        ("niña", vec!["ninez"]),
        ("camion", vec!["camiones"]),
        ("educacion", vec!["escuelas", "ninez"]),
        ("escuela publica", vec!["escuelas"]),
        // All the words, in any order; either; none.
        ("basura camiones", vec!["camiones"]),
        ("camiones OR presupuesto", vec!["camiones", "presupuesto"]),
        ("educación -directorio", vec!["ninez"]),
        ("gasto", vec!["agua", "presupuesto"]),
        ("zeppelin", vec![]),
        // A phrase stands together and in order.
        ("\"camiones de basura\"", vec!["camiones"]),
        ("\"basura de camiones\"", vec![]),
        // Prefixes, where a whole word does not reach.
        ("agua", vec!["agua"]),
        ("agua*", vec!["agua", "aguacate"]),
        // Fields.
        ("keyword:gasto", vec!["presupuesto"]),
        ("title:agua", vec!["agua"]),
        ("identifier:camiones", vec!["camiones"]),
        ("source:nadie", vec![]),
    ]
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn spanish_is_understood(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    until_found(&showcase.reader, "/api/v1/search?kind=dataset", 6).await;
    for (words, wanted) in questions() {
        // The list of datasets answers the same as the search.
        let words = encoded(words);
        for target in
            [format!("/api/v1/search?kind=dataset&q={words}"), format!("/api/v1/datasets?q={words}")]
        {
            let found = showcase.json(&target).await;
            let mut identifiers = strings(&found["items"], "identifier");
            identifiers.sort();
            assert_eq!(identifiers, wanted, "{target}");
            assert_eq!(found["total"], wanted.len(), "{target}");
        }
    }
    let hit = showcase.json("/api/v1/search?q=ninas").await["items"][0].take();
    assert!(hit["title_highlight"].as_str().unwrap().contains("<mark>Niñas</mark>"), "{hit}");
}

/// A text for an address, every byte of it encoded.
fn encoded(text: &str) -> String {
    text.bytes()
        .flat_map(|byte| ['%'].into_iter().chain(format!("{byte:02X}").chars().collect::<Vec<_>>()))
        .collect()
}

/// The counts of a facet.
fn counts(answer: &Value, field: &str) -> BTreeMap<String, u64> {
    let facets = answer["facets"].as_array().unwrap();
    let facet = facets.iter().find(|facet| facet["field"] == field).unwrap();
    let buckets = facet["buckets"].as_array().unwrap().iter();
    buckets.map(|one| (one["value"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap())).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn facets_count_past_their_own_filter_and_lead_on(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    until_found(&showcase.reader, "/api/v1/search?kind=dataset", 6).await;
    let all = showcase.json("/api/v1/facets?kind=dataset&facets=publisher,keyword").await;
    let publishers = [("Secretaría de Educación", 2), ("Servicios Públicos", 3), ("Tesorería de Ejemplo", 1)];
    let publishers: BTreeMap<_, _> = publishers.map(|(name, count)| (name.to_owned(), count)).into();
    assert_eq!(counts(&all, "publisher"), publishers);
    assert_eq!((&all["total"], &all["timed_out"]), (&json!(6), &json!(false)));

    let narrowed = "/api/v1/search?kind=dataset&facets=publisher,keyword&publisher=Servicios+P%C3%BAblicos";
    let narrowed = showcase.json(narrowed).await;
    assert_eq!(narrowed["total"], 3);
    assert_eq!(counts(&narrowed, "publisher"), publishers, "its own filter does not count");
    let words = [("agua", 1), ("campo", 1), ("limpia", 1), ("rutas", 1)];
    let words: BTreeMap<_, _> = words.map(|(word, count)| (word.to_owned(), count)).into();
    assert_eq!(counts(&narrowed, "keyword"), words, "the filter of another field counts");

    // Where a bucket leads there are as many as it says.
    for bucket in
        all["facets"].as_array().unwrap().iter().flat_map(|facet| facet["buckets"].as_array().unwrap())
    {
        let there = bucket["url"].as_str().unwrap();
        assert_eq!(showcase.json(there).await["total"], bucket["count"], "{there}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn titles_are_suggested_while_they_are_typed(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    until_found(&showcase.reader, "/api/v1/search?kind=dataset", 6).await;
    for (prefix, wanted) in [
        ("nin", vec!["Niñas y niños inscritos"]),
        ("NIÑ", vec!["Niñas y niños inscritos"]),
        ("agu", vec!["Agua potable", "Aguacates exportados"]),
        ("camiones%20de%20ba", vec!["Camiones de basura"]),
        ("zzz", vec![]),
    ] {
        let items = showcase.json(&format!("/api/v1/suggest?prefix={prefix}")).await["items"].take();
        let mut titles = strings(&items, "text");
        titles.sort();
        assert_eq!(titles, wanted, "{prefix}");
        for item in items.as_array().unwrap() {
            let there = showcase.json(item["url"].as_str().unwrap()).await;
            assert_eq!(there["id"], item["id"]);
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_bulk_file_holds_every_dataset(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    let many: String = (0..450)
        .map(|number| json!({"identifier": format!("serie-{number:03}"), "title": {"es": format!("Serie {number:03}")}}))
        .flat_map(|line| [line.to_string(), "\n".to_owned()])
        .collect();
    showcase.import("?source=series", many).await;
    let (few, all) = (datasets().len(), 450 + datasets().len());
    let files = showcase.json("/api/v1/exports").await["items"].take();
    let of_datasets = files.as_array().unwrap().iter().filter(|file| file["kind"] == "dataset");
    let mut formats = Vec::new();
    for file in of_datasets {
        let (format, url) = (file["format"].as_str().unwrap(), file["url"].as_str().unwrap());
        let answer = showcase.reader.get(url).await.unwrap().expect(200).unwrap();
        assert!(answer.header("content-type").starts_with(file["media_type"].as_str().unwrap()), "{url}");
        assert!(answer.header("content-disposition").contains("attachment"), "{url}");
        assert_eq!(held(format, &answer.text()), all, "{url}");
        for needle in ["serie-000", "serie-449", "ninez", "aguacate"] {
            assert!(answer.text().contains(needle), "{url} lacks {needle}");
        }
        let part = showcase.reader.get(&format!("{url}?source=tesoro")).await.unwrap().expect(200).unwrap();
        assert_eq!(held(format, &part.text()), few, "{url} filtered");
        formats.push(format);
    }
    formats.sort_unstable();
    assert_eq!(formats, ["csv", "data-json", "json", "ndjson", "ttl"]);
    for (target, format) in [("/catalog.ttl", "ttl"), ("/data.json", "data-json"), ("/catalog.csv", "csv")] {
        let answer = showcase.reader.get(target).await.unwrap().expect(200).unwrap();
        assert_eq!(held(format, &answer.text()), all, "{target}");
    }
}

/// How many datasets a file holds, told by the simplest means.
fn held(format: &str, text: &str) -> usize {
    match format {
        // None of these datasets has a line break in a cell.
        "csv" => text.trim_end().lines().count() - 1,
        "ndjson" => {
            text.lines().filter(|line| serde_json::from_str::<Value>(line).unwrap().is_object()).count()
        }
        "ttl" => text.matches("a dcat:Dataset").count(),
        "data-json" => serde_json::from_str::<Value>(text).unwrap()["dataset"].as_array().unwrap().len(),
        "json" => {
            let whole: Value = serde_json::from_str(text).unwrap();
            whole.as_array().or_else(|| whole["items"].as_array()).unwrap().len()
        }
        other => panic!("nobody knows how to count in {other}"),
    }
}
