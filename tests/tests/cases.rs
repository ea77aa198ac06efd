//! Every file of the real catalogs: imported with the counts that are known, or refused in clear words.
#![expect(clippy::unwrap_used, reason = "helpers of tests may stop them")]

use std::{collections::BTreeMap, fs, path::Path};

use rstest::rstest;
use serde_json::Value;
use vitrina_app::{
    auth::Actor,
    list::{Count, ListRequest},
    record::Extent,
};
use vitrina_domain::{
    import::Outcome,
    query::{Field, Query, Sort, Test},
    record::Kind,
};
use vitrina_tests::{Engine, FOLDERS, World, cases, files, request};

/// What must become of a file.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// Imported, with so many datasets and distributions.
    Imported { datasets: usize, distributions: usize },
    /// Refused.
    Refused,
}

/// The fate a file deserves, told from its content by other means than the importer's: the whole document parsed
/// at once, and the rules of the formats in a few lines.
fn deserved(folder: &str, path: &Path, bytes: &[u8]) -> Fate {
    let Ok(document) = serde_json::from_slice::<Value>(bytes) else { return Fate::Refused };
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let records: Vec<&Value> = if folder == "ckan-responses" {
        let listed = ["package_show", "package_search", "group_package_show"];
        let action = name.split("__").nth(1).unwrap_or_default();
        let result = document.get("result").filter(|_| listed.contains(&action));
        match result {
            Some(Value::Array(packages)) => packages.iter().collect(),
            Some(result) => match result.get("results") {
                Some(Value::Array(packages)) => packages.iter().collect(),
                _ => vec![result],
            },
            None => return Fate::Refused,
        }
    } else {
        match document.get("dataset") {
            Some(Value::Array(datasets)) if !is_dcat_us_3(&document) => datasets.iter().collect(),
            Some(dataset @ Value::Object(_)) if dataset.get("distribution").is_some_and(Value::is_array) => {
                vec![dataset]
            }
            _ => return Fate::Refused,
        }
    };
    let parts = |record: &&Value| {
        let list = record.get("distribution").or_else(|| record.get("resources"));
        list.and_then(Value::as_array).map_or(0, Vec::len)
    };
    Fate::Imported { datasets: records.len(), distributions: records.iter().map(parts).sum() }
}

fn is_dcat_us_3(document: &Value) -> bool {
    document.get("@type") == Some(&Value::from("Catalog"))
        || document
            .pointer("/conformsTo/title")
            .and_then(Value::as_str)
            .is_some_and(|title| title.contains("3.0"))
}

/// The counts that the folder's own facts state for a file.
fn stated(expected: &Value, relative: &str) -> Option<(usize, Option<usize>)> {
    let count = |value: &Value| value.as_u64().and_then(|count| usize::try_from(count).ok());
    if let Some(facts) = expected.get("files").and_then(|files| files.get(relative)) {
        return Some((count(facts.get("datasets")?)?, facts.get("distributions").and_then(count)));
    }
    for section in ["tests", "jsonschema_oracle"] {
        let section = expected.get(section).map(|section| section.get("files").unwrap_or(section));
        let records =
            section.and_then(|section| section.get(relative)).and_then(|facts| facts.get("records"));
        if let Some(records) = records.and_then(count) {
            return Some((records, None));
        }
    }
    let exchange = expected
        .get("exchanges")
        .and_then(Value::as_array)?
        .iter()
        .find(|e| e.get("file") == Some(&Value::from(relative)))?;
    match exchange.get("count_results")? {
        Value::Array(pair) => Some((pair.get(1).and_then(count)?, None)),
        single => Some((count(single)?, None)),
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_file_has_its_fate(#[case] engine: Engine) {
    let Some(root) = cases() else {
        eprintln!("no real catalogs here: set VITRINA_CASES to their folder");
        return;
    };
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let mut wrong = Vec::new();
    for folder in FOLDERS {
        let base = root.join(folder);
        let expected: Value = serde_json::from_slice(&fs::read(base.join("expected.json")).unwrap()).unwrap();
        let mut lines: BTreeMap<String, String> = BTreeMap::new();
        let all = files(&base);
        assert!(!all.is_empty(), "{folder} is empty");
        for path in &all {
            let relative = path.strip_prefix(&base).unwrap().to_string_lossy().into_owned();
            let bytes = fs::read(path).unwrap();
            let deserved = deserved(folder, path, &bytes);
            let (line, problem) =
                judge(&world, folder, &relative, &bytes, &deserved, stated(&expected, &relative)).await;
            if let Some(problem) = problem {
                wrong.push(format!("{folder}/{relative}: {problem}"));
            }
            lines.insert(relative, line);
        }
        assert_eq!(lines.len(), all.len(), "a file of {folder} has no line");
        for (file, line) in lines {
            println!("{folder}/{file}: {line}");
        }
    }
    assert!(wrong.is_empty(), "{} files with another fate:\n{}", wrong.len(), wrong.join("\n"));
}

#[expect(clippy::too_many_lines, reason = "one file from its import to its verdict")]
async fn judge(
    world: &World,
    folder: &str,
    name: &str,
    bytes: &[u8],
    deserved: &Fate,
    stated: Option<(usize, Option<usize>)>,
) -> (String, Option<String>) {
    // A source of its own keeps the records of one file apart from those of all others.
    let source = format!("{folder}/{name}");
    let mut request = request(name);
    request.source = Some(source.clone());
    let imported = match world.import_with(request, bytes).await {
        Err(error) => {
            let words = format!("{error:#}");
            let clear = ["not a catalog: ", "not supported yet: ", "not JSON: "]
                .iter()
                .any(|start| words.starts_with(start));
            let problem = match deserved {
                Fate::Imported { .. } => Some(format!("refused: {words}")),
                Fate::Refused => (!clear).then(|| format!("refused in unclear words: {words}")),
            };
            return (format!("refused: {words}"), problem);
        }
        Ok(imported) => imported,
    };
    // The records as a reader gets them, not as the importer counted them.
    let mut datasets = 0;
    let mut distributions = 0;
    let mut after = None;
    let of_source = Query::Field(Field::Source, Test::AnyOf(vec![source]));
    loop {
        let page = ListRequest {
            kind: Kind::Dataset,
            query: of_source.clone(),
            at: None,
            sort: Sort::CREATED,
            after,
            limit: 100,
            count: Count::No,
            extent: Extent::Whole,
        };
        let page = world.app.list(&Actor::Anonymous, page).await.unwrap();
        datasets += page.records.len();
        distributions += page.records.iter().map(|record| record.distribution_ids.len()).sum::<usize>();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let tally = imported.report.run.tally;
    let line = format!("{datasets} datasets, {distributions} distributions, {tally:?}");
    let out = tally.duplicate + tally.rejected + tally.quarantined;
    let refused = usize::try_from(out).unwrap();
    let problem = match deserved {
        Fate::Refused => Some("imported, though it is no catalog".to_owned()),
        Fate::Imported { datasets: d, .. } if datasets + refused != *d => {
            Some(format!("{datasets} + {refused} of {d} datasets"))
        }
        Fate::Imported { distributions: d, .. } if refused == 0 && distributions != *d => {
            Some(format!("{distributions} of {d} distributions"))
        }
        Fate::Imported { .. } => None,
    };
    let facts = stated.and_then(|(d, parts)| {
        let all = datasets + refused;
        let wrong = all != d || parts.is_some_and(|parts| refused == 0 && parts != distributions);
        wrong.then(|| {
            format!("{all} datasets and {distributions} distributions, but {d} and {parts:?} are stated")
        })
    });
    assert!(imported.items.iter().all(|item| item.outcome != Outcome::Failed), "{name}: the server failed");
    (line, problem.or(facts))
}
