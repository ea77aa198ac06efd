//! Real catalogs of others, where they are at hand: each is read with the counts that are known of it, or
//! refused by name.

use std::{collections::BTreeMap, fs, path::Path};

use crate::support::{parsed, read_all};
use serde_json::Value;
use vitrina_formats::read::Limits;

/// Datasets, distributions and distinct identifiers, where they are known.
type Facts = (Option<u64>, Option<u64>, Option<u64>);

/// What is known of files, by their path below a folder: datasets and distributions.
fn expected(folder: &Path) -> BTreeMap<String, Facts> {
    let Ok(text) = fs::read_to_string(folder.join("expected.json")) else { return BTreeMap::new() };
    let expected: Value = serde_json::from_str(&text).unwrap();
    let mut facts = BTreeMap::new();
    for section in ["files", "tests"] {
        for (name, file) in expected.get(section).and_then(Value::as_object).into_iter().flatten() {
            let number = |name: &str| file.get(name).and_then(Value::as_u64);
            facts.insert(
                name.clone(),
                (
                    number("datasets").or_else(|| number("records")),
                    number("distributions"),
                    number("distinct_identifiers"),
                ),
            );
        }
    }
    for exchange in expected.get("exchanges").and_then(Value::as_array).into_iter().flatten() {
        let count =
            exchange.get("count_results").and_then(|count| count.as_u64().or_else(|| count.get(1)?.as_u64()));
        if let Some(name) = exchange.get("file").and_then(Value::as_str) {
            facts.insert(name.to_owned(), (count, None, None));
        }
    }
    facts
}

fn line(path: &Path, facts: Facts) -> (String, bool) {
    let (outline, records) = match read_all(&fs::read(path).unwrap(), Limits::default()) {
        Ok(read) => read,
        Err(error) => return (error.to_string(), facts.0.is_none()),
    };
    let documents: Vec<Value> = records
        .iter()
        .filter(|item| item.json.is_ok())
        .map(|item| parsed(outline.format, item).document)
        .collect();
    let files: usize = documents
        .iter()
        .filter_map(|document| document.get("distribution").and_then(Value::as_array))
        .map(Vec::len)
        .sum();
    let names: std::collections::BTreeSet<String> =
        documents.iter().filter_map(|document| document.get("identifier").map(Value::to_string)).collect();
    let (datasets, distributions, distinct) = facts;
    let agrees = |fact: Option<u64>, count: usize| fact.is_none_or(|fact| usize::try_from(fact) == Ok(count));
    let fits =
        agrees(datasets, records.len()) && agrees(distributions, files) && agrees(distinct, names.len());
    (
        format!(
            "{}: {} datasets, {files} distributions, {} identifiers",
            outline.format.as_str(),
            records.len(),
            names.len()
        ),
        fits,
    )
}

#[test]
fn real_catalogs_are_read_or_refused() {
    let Some(cases) = crate::support::cases() else { return };
    let mut wrong = Vec::new();
    for name in [
        "argentina-datajson",
        "pydatajson",
        "geobtaa-latest",
        "project-open-data",
        "datagov-harvester",
        "ckan-responses",
        "mx-adela",
    ] {
        let folder = cases.join(name);
        let facts = expected(&folder);
        for path in crate::support::files_below(&folder) {
            let below = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
            let known = facts.get(&below).copied().unwrap_or_default();
            let known = if below.contains("dcatus3")
                || name == "mx-adela"
                || path.extension().is_some_and(|e| e == "xz")
            {
                (None, None, None)
            } else {
                known
            };
            let (told, fits) = line(&path, known);
            println!("{name}/{below}: {told}");
            if !fits {
                wrong.push(format!("{below}: {told}, expected {known:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
