//! The program over HTTP, on both databases.
#![cfg(test)]

mod access;
mod import;
mod index;
mod kept;
mod negotiation;
mod paging;
mod problem;
mod reading;
mod search;
mod showcase;
mod writing;

use rstest::rstest;
use vitrina_tests::{Engine, Program, Setup};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_server_starts_empty_and_ends_when_told(#[case] engine: Engine) {
    let Some(setup) = Setup::on(engine).await.unwrap() else { return };
    let server = Program::serve(&setup).await.unwrap();
    let list = server.http().get("/api/v1/datasets").await.unwrap().expect(200).unwrap();
    assert_eq!(list.json()["total"], 0);
    assert!(server.cpu().unwrap().as_secs() < 5);
    assert!(server.memory().unwrap() > 1_000_000);
    assert_eq!(server.terminate().unwrap().code(), Some(0));
}
