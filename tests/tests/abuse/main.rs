//! Bad input of every kind, sent to a server on each database at once.
//!
//! Every answer is judged ([`judge`]), the servers' answers are compared, and after each stage the marked records,
//! the memory, the index and the log are looked at ([`twins`]). A request that fails is told with what it takes to
//! send it again, and is kept in `tests/corpus` once its fault is mended.
//!
//! `VITRINA_ABUSE_CASES` requests are made by chance, from `VITRINA_ABUSE_SEED`; `VITRINA_ABUSE_ONLY` sends the one of
//! that number alone. `VITRINA_ABUSE_HUGE_MB` is how long the long bodies are, and `VITRINA_ABUSE_KEEP` a folder
//! that takes the requests that failed. `VITRINA_ABUSE_FAMILY` runs one curated family alone.

#![cfg(test)]

mod bodies;
mod case;
mod corpus;
mod headers;
mod imports;
mod judge;
mod logs;
mod mask;
mod output;
mod page;
mod paths;
mod queries;
mod random;
mod twins;
mod wire;
mod words;

use case::Case;
use random::Chance;
use twins::Twins;
use vitrina_tests::told;

/// How many requests are made by chance when nobody tells.
const CASES: u64 = 3_000;

/// The seed of a commit's run: the same for everybody, so that a red run is about the commit.
const SEED: u64 = 20_261_123;

fn number(variable: &str) -> Option<u64> {
    told(variable).map(|text| text.parse().unwrap_or_else(|_error| panic!("{variable} is no number: {text}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn curated_bad_input_is_refused_alike_on_both_databases() {
    let family = told("VITRINA_ABUSE_FAMILY");
    let mut twins = Twins::start().await;
    for (name, cases) in [
        ("corpus", corpus::cases()),
        ("query", queries::cases()),
        ("path", paths::cases()),
        ("header", headers::cases()),
        ("json", bodies::cases()),
        ("import", imports::cases()),
    ] {
        if family.as_deref().is_none_or(|family| family == name) {
            twins.stage(name, cases).await;
        }
    }
    assert!(family.is_some() || twins.asked > 1_236, "{} requests are fewer than planned", twins.asked);
    twins.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_bad_input_is_refused_alike_on_both_databases() {
    const BLOCK: u64 = 1_000;
    let seed = match told("VITRINA_ABUSE_SEED").as_deref() {
        Some("fresh") => fastrand::u64(..),
        _ => number("VITRINA_ABUSE_SEED").unwrap_or(SEED),
    };
    let only = number("VITRINA_ABUSE_ONLY");
    let count = number("VITRINA_ABUSE_CASES").unwrap_or(CASES);
    eprintln!("VITRINA_ABUSE_SEED={seed} VITRINA_ABUSE_CASES={count}");
    let chance = Chance::new(seed);
    let mut twins = Twins::start().await;
    let (from, to) = only.map_or((0, count), |only| (only, only + 1));
    let mut next = from;
    while next < to && twins.failures.len() < 100 {
        let end = (next + BLOCK).min(to);
        let cases: Vec<Case> = (next..end).map(|number| chance.case(number)).collect();
        twins.stage(&format!("random {next}"), cases).await;
        next = end;
    }
    twins.finish().await;
}
