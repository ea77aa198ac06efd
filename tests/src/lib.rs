//! What the journeys share: Vitrina inside a test ([`World`]), Vitrina as a program ([`Program`]) with a client for
//! it ([`Http`]), writers that keep account of what they were told ([`Swarm`]) with one who checks it ([`Auditor`]),
//! where the real catalogs are, and how fast it all is ([`mod@bench`]).

pub mod audit;
pub mod bench;
mod bucket;
mod catalog;
pub mod compound;
pub mod disk;
pub mod history;
mod http;
pub mod ledger;
pub mod packing;
mod program;
mod random;
mod swarm;
mod world;

use std::{path::PathBuf, time::Duration};

pub use audit::{Auditor, Found};
pub use bucket::Bucket;
pub use catalog::{FOLDERS, files};
pub use http::{Answer, Http};
pub use program::{Program, Setup};
pub use random::Random;
pub use swarm::{Swarm, Working};
use vitrina_app::ports::Terms;
pub use vitrina_store::testing::Engine;
pub use world::{Imported, World, assembled, assembled_at, assembled_with, parts, request, site};

/// Where the real catalogs are: `VITRINA_CASES`, or `shared/cases` beside the workspace; nothing without them.
pub fn cases() -> Option<PathBuf> {
    let beside = || Some(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/cases")));
    let folder = told("VITRINA_CASES").map(PathBuf::from).or_else(beside)?;
    folder.is_dir().then_some(folder)
}

/// The terms of the jobs that the workers of the tests count.
pub fn counted() -> Terms {
    // Whatever is killed, a job is begun again.
    Terms {
        kind: "count",
        attempts: 1_000,
        time_limit: Duration::from_mins(1),
        at_once: 1_000,
        per_key: 1_000,
    }
}

/// What the environment tells the tests.
#[expect(
    clippy::disallowed_methods,
    reason = "the size of a test and where its material lies are told by whoever runs it"
)]
pub fn told(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}
