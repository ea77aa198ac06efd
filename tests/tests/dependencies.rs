//! The policy on other people's code: licences, origins, refused crates, duplicates.
//!
//! `deny.toml` says the same for `cargo deny`, which also knows the advisories.

#![cfg(test)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use cargo_metadata::MetadataCommand;

/// Licences that let anybody use the whole under the Apache licence.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that may not come in, not even through another one.
const REFUSED: &[(&str, &str)] = &[
    ("openssl", "one TLS: rustls"),
    ("openssl-sys", "one TLS: rustls"),
    ("native-tls", "one TLS: rustls"),
    ("aws-lc-rs", "one cryptography: ring"),
    ("aws-lc-sys", "one cryptography: ring"),
    ("serde_yml", "unsound and abandoned"),
    ("libyml", "unsound and abandoned"),
    ("serde_yaml", "unmaintained"),
    ("yaml-rust", "unmaintained"),
    ("xml-rs", "no limits on entities"),
    ("multipart", "unmaintained"),
    ("tokio-tar", "unmaintained, with an open vulnerability"),
    ("failure", "unmaintained"),
];

/// Crates that come in more than one version, and why that is borne.
const DUPLICATES: &[(&[&str], &str)] = &[
    (
        &["block-buffer", "cpufeatures", "crypto-common", "digest", "sha2"],
        "sqlx still hashes with sha2 0.10; ours is 0.11",
    ),
    (
        &["rand", "rand_chacha", "rand_core", "getrandom"],
        "the database driver, the index and RDF follow rand at their own pace",
    ),
    (
        &["syn", "darling", "darling_core", "darling_macro", "heck"],
        "macro crates of the ORM are on the older parser; they cost build time only",
    ),
    (&["toml_datetime", "toml_edit", "winnow"], "figment reads TOML with the older parser"),
    (&["atoi", "num-bigint"], "the ORM's optional Arrow support, locked but not built"),
    (
        &["base64", "hashbrown", "ordered-float", "sketches-ddsketch"],
        "the index and the metrics are one version apart",
    ),
    (
        &["md-5", "tower-http"],
        "the object store's client hashes with the older digests, and asks with a reqwest of its own",
    ),
    (&["quick-xml", "spin"], "the object store that tests run is one version apart"),
    (&["nom"], "the index's query grammar is on nom 7, the mail library on nom 8"),
    (&["bit-vec", "synstructure"], "rcgen, which makes certificates for tests, is one version apart"),
    (&["strum", "strum_macros"], "cron expressions are read with strum 0.27, JSON Schemas with 0.28"),
    (&["r-efi"], "only on UEFI"),
    (
        &[
            "windows-core",
            "windows-implement",
            "windows-interface",
            "windows-link",
            "windows-result",
            "windows-strings",
            "windows-sys",
        ],
        "only on Windows",
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A package of the lock file.
#[derive(Debug)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    has_checksum: bool,
}

fn locked() -> Vec<Locked> {
    let text = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let value = |block: &str, key: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
            .map(str::to_owned)
    };
    let packages: Vec<Locked> = text
        .split("[[package]]")
        .skip(1)
        .map(|block| Locked {
            name: value(block, "name").unwrap(),
            version: value(block, "version").unwrap(),
            source: value(block, "source"),
            has_checksum: value(block, "checksum").is_some(),
        })
        .collect();
    assert!(packages.len() > 100, "the lock file was read");
    packages
}

#[test]
fn everything_comes_from_one_registry_with_a_checksum() {
    let mut registries = BTreeSet::new();
    for package in locked() {
        match package.source {
            None => assert!(package.name.starts_with("vitrina-"), "{} comes from a folder", package.name),
            Some(source) => {
                assert!(source.starts_with("registry+"), "{} comes from {source}", package.name);
                assert!(package.has_checksum, "{} has no checksum", package.name);
                registries.insert(source);
            }
        }
    }
    assert_eq!(registries.len(), 1, "{registries:?}");
}

#[test]
fn refused_crates_stay_out() {
    let refused: BTreeMap<&str, &str> = REFUSED.iter().copied().collect();
    let found: Vec<String> = locked()
        .into_iter()
        .filter_map(|package| Some(format!("{}: {}", package.name, refused.get(package.name.as_str())?)))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_crate_comes_in_one_version_or_the_reason_is_written_down() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in locked() {
        versions.entry(package.name).or_default().insert(package.version);
    }
    let found: BTreeSet<&str> =
        versions.iter().filter(|(_, versions)| versions.len() > 1).map(|(name, _)| name.as_str()).collect();
    let accepted: BTreeSet<&str> = DUPLICATES.iter().flat_map(|(names, _)| names.iter().copied()).collect();
    let unexplained: Vec<_> = found.difference(&accepted).collect();
    assert!(unexplained.is_empty(), "duplicates without a reason: {unexplained:?}");
    let outlived: Vec<_> = accepted.difference(&found).collect();
    assert!(outlived.is_empty(), "reasons without a duplicate: {outlived:?}");
}

#[test]
fn every_licence_is_one_that_we_can_pass_on() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(["--locked".to_owned(), "--filter-platform".to_owned(), host()])
        .exec()
        .unwrap();
    let mut wrong = Vec::new();
    for package in metadata.packages {
        match package.license.as_deref() {
            Some(licence) if is_allowed(licence) => {}
            other => wrong.push(format!("{} {}: {}", package.name, package.version, other.unwrap_or("none"))),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The platform that tests run on: crates for others need not be there.
fn host() -> String {
    let output = Command::new(env!("CARGO")).args(["-vV"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Whether an SPDX expression leaves a choice that is allowed. `/` is the old spelling of `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut tokens = spaced.split_whitespace().collect::<Vec<_>>().into_iter().peekable();
    let allowed = any(&mut tokens);
    assert_eq!(tokens.next(), None, "the expression {expression:?} was read to its end");
    allowed
}

type Tokens<'a> = std::iter::Peekable<std::vec::IntoIter<&'a str>>;

fn any(tokens: &mut Tokens<'_>) -> bool {
    let mut allowed = all(tokens);
    while tokens.next_if_eq(&"OR").is_some() {
        allowed |= all(tokens);
    }
    allowed
}

fn all(tokens: &mut Tokens<'_>) -> bool {
    let mut allowed = one(tokens);
    while tokens.next_if_eq(&"AND").is_some() {
        allowed &= one(tokens);
    }
    allowed
}

fn one(tokens: &mut Tokens<'_>) -> bool {
    let token = tokens.next().expect("a licence");
    if token == "(" {
        let allowed = any(tokens);
        assert_eq!(tokens.next(), Some(")"));
        return allowed;
    }
    // An exception only ever permits more.
    if tokens.next_if_eq(&"WITH").is_some() {
        tokens.next();
    }
    LICENCES.contains(&token)
}

#[test]
fn licence_expressions_are_understood() {
    for good in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is_allowed(good), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "AGPL-3.0 OR SSPL-1.0", "(MIT OR Apache-2.0) AND MPL-2.0"] {
        assert!(!is_allowed(bad), "{bad}");
    }
}
