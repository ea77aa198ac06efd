//! The direction of dependencies: who may know whom, and who may know which outside crate.

#![cfg(test)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// What each package may depend on; a new package or a new edge is a decision, made here and in
/// `ARCHITECTURE.md`.
const EDGES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("migrations", &[]),
    ("validation", &["domain"]),
    ("formats", &["domain"]),
    ("store", &["domain", "migrations"]),
    ("search", &["domain"]),
    ("app", &["domain", "formats", "search", "store", "validation"]),
    ("egress", &["app", "domain"]),
    ("tabular", &["app", "domain", "formats"]),
    ("server", &["app", "domain", "formats"]),
    (
        "cli",
        &[
            "app",
            "domain",
            "egress",
            "formats",
            "migrations",
            "search",
            "server",
            "store",
            "tabular",
            "validation",
        ],
    ),
    (
        "tests",
        &[
            "app",
            "cli",
            "domain",
            "egress",
            "formats",
            "migrations",
            "search",
            "server",
            "store",
            "validation",
        ],
    ),
];

/// Outside crates with an owner: nobody else may name them. `tests` may name any, to look from outside.
const OWNED: &[(&[&str], &[&str])] = &[
    (&["sea-orm", "sea-orm-migration", "sqlx"], &["store", "migrations"]),
    (&["object_store"], &["store"]),
    (&["tantivy"], &["search"]),
    (&["jsonschema"], &["validation"]),
    (&["calamine", "csv-core", "flate2", "quick-xml", "zip"], &["tabular"]),
    // Who gives up rights, and who waits for its children.
    (&["libc", "rustix", "seccompiler"], &["cli"]),
    (&["csv", "chardetng", "encoding_rs", "encoding_rs_io", "oxrdf", "oxttl"], &["formats"]),
    (
        &[
            "axum",
            "askama",
            "metrics",
            "metrics-exporter-prometheus",
            "tower",
            "tower-http",
            "utoipa",
            "utoipa-axum",
            "utoipa-swagger-ui",
        ],
        &["server"],
    ),
    // One side listens, the other asks.
    (&["hyper", "hyper-util", "http-body-util"], &["server", "egress"]),
    (&["async-compression", "hmac", "lettre", "rustls", "tokio-rustls", "webpki-roots"], &["egress"]),
    // Clients that check no address.
    (&["reqwest", "ureq", "isahc", "curl", "attohttpc"], &[]),
    (&["clap", "figment", "indicatif", "tracing-subscriber"], &["cli"]),
    (&["anyhow"], &["cli"]),
    // Pure crates stay free of the async runtime.
    (&["tokio", "futures-util"], &["store", "app", "egress", "server", "cli"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn packages() -> Vec<Package> {
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap().packages
}

fn short(package: &str) -> Option<&str> {
    package.strip_prefix("vitrina-")
}

#[test]
fn packages_know_only_whom_they_may_know() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        EDGES.iter().map(|(package, edges)| (*package, edges.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for package in packages() {
        let name = short(&package.name).expect("packages are called vitrina-<folder>");
        let folder = package.manifest_path.parent().unwrap().file_name().unwrap();
        assert_eq!(name, folder, "a package is called like its folder");
        let Some(allowed) = allowed.get(name) else {
            wrong.push(format!("{name} is not in the list"));
            continue;
        };
        let known = package.dependencies.iter().filter_map(|dependency| short(&dependency.name));
        wrong
            .extend(known.filter(|other| !allowed.contains(other)).map(|other| format!("{name} -> {other}")));
    }
    assert!(wrong.is_empty(), "edges that ARCHITECTURE.md does not allow: {wrong:#?}");
}

#[test]
fn outside_crates_stay_with_their_owners() {
    let mut wrong = Vec::new();
    for package in packages() {
        let name = short(&package.name).unwrap_or_default();
        for (crates, owners) in OWNED {
            if name == "tests" || owners.contains(&name) {
                continue;
            }
            let named = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind != DependencyKind::Development)
                .filter(|dependency| crates.contains(&dependency.name.as_str()));
            wrong.extend(named.map(|dependency| format!("{name} names {}", dependency.name)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn versions_stand_in_one_place() {
    for package in packages() {
        let manifest = fs::read_to_string(&package.manifest_path).unwrap();
        let own: Vec<&str> = manifest
            .lines()
            .filter(|line| line.contains("version = \"") || line.contains("git = \""))
            .collect();
        assert!(own.is_empty(), "{}: versions belong into [workspace.dependencies]: {own:?}", package.name);
        assert!(manifest.contains("[lints]\nworkspace = true"), "{} has lints of its own", package.name);
    }
}

#[test]
fn only_the_command_line_reads_the_environment() {
    let readers = ["env::var", "env::args", "env::temp_dir", "env::home_dir"];
    let mut wrong = Vec::new();
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        // Tests find their databases and cases by the environment; they stand at the end of a file.
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        if readers.iter().any(|reader| shipped.contains(reader)) {
            wrong.push(file);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The shipped source files of every package but `cli` and this one.
fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = packages()
        .iter()
        .filter(|package| !matches!(short(&package.name), Some("cli" | "tests")))
        .map(|package| package.manifest_path.parent().unwrap().join("src").into())
        .collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // Harnesses for tests, behind a feature that nobody ships.
                if !path.ends_with("testing") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("tests.rs")
            {
                files.push(path);
            }
        }
    }
    assert!(files.len() > 50, "the sources were found");
    files
}
