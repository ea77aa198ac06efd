//! More than the server can do: three times its capacity, and clients that never finish what they begin.
//!
//! By default each run is short and only what must always hold is asserted. `VITRINA_TEST_PROVE` (seconds of
//! overload) makes the runs long and asserts the figures too; `just prove` sets it, pins server and client to a core
//! each, and takes the release build.

#![cfg(test)]

mod answers;
mod catalog;
mod drive;
mod machine;
mod slow;

use std::time::Duration;

use answers::{Answers, Bounds, violations};
use drive::{Driver, Load};
use machine::Machine;
use tokio::sync::Mutex;
use vitrina_tests::{Engine, Program, Setup, told};

/// How long the overload lasts when nothing is proved.
const SHORT: Duration = Duration::from_secs(10);

/// Long enough that a server without budgets is more than its own deadline behind.
const CONTROL: Duration = Duration::from_secs(8);

/// Each run wants the machine for itself.
static ALONE: Mutex<()> = Mutex::const_new(());

/// What is proved, and how long; nothing when only the invariants are looked at.
fn proved() -> Option<Duration> {
    told("VITRINA_TEST_PROVE")
        .map(|seconds| Duration::from_secs(seconds.parse().expect("a number of seconds")))
}

async fn overload(setup: &Setup, pin: Pin, lasts: Duration) -> (Load, Vec<String>) {
    catalog::import(setup).unwrap();
    let token = setup.token(&["write:datasets"]).unwrap();
    let server = match pin {
        Pin::None => Program::serve(setup).await.unwrap(),
        Pin::FirstCore => slow::pinned(setup).await.unwrap(),
    };
    let driver = Driver::new(&server, &token).await.unwrap();
    let mut times = 3.0;
    for _ in 0..3 {
        let before = Machine::now(&server).unwrap();
        let capacity = driver.closed_loop(Duration::from_secs(3)).await;
        let load = driver.open_loop(times * capacity, lasts).await;
        let recovery = driver.recovery().await;
        let slower = before.slower(Machine::now(&server).unwrap());
        let memory = server.peak_memory().unwrap();
        let answers = Answers::of(&load);
        eprintln!("{}", answers.table(capacity, recovery, memory));
        if let Some(reason) = answers.void(slower) {
            eprintln!("void: {reason}");
            // Capacity measured while others had the machine is too little to be three times of.
            times *= if proved().is_some() { 1.0 } else { 2.0 };
            continue;
        }
        let bounds = match proved() {
            Some(_) => Bounds::proved(capacity),
            None => Bounds::invariants().stretched(slower),
        };
        let found = violations(&load, recovery, memory, &bounds);
        return (load, found);
    }
    panic!("this machine is too busy with other things to measure anything");
}

/// Whether the server has a core of its own; figures are only worth something when the client does not take its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pin {
    None,
    FirstCore,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_times_the_capacity_is_answered_or_refused_in_time() {
    let _alone = ALONE.lock().await;
    let setup = Setup::on(Engine::Sqlite).await.unwrap().unwrap();
    let (pin, lasts) = proved().map_or((Pin::None, SHORT), |lasts| (Pin::FirstCore, lasts));
    let (load, found) = overload(&setup, pin, lasts).await;
    assert!(Answers::of(&load).shed() > 0, "nothing was refused");
    assert_eq!(found, Vec::<String>::new());
}

/// The run above is worth nothing unless it can fail: without budgets that bind, it does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_budgets_the_same_load_breaks_the_promises() {
    let _alone = ALONE.lock().await;
    let mut setup = Setup::on(Engine::Sqlite).await.unwrap().unwrap();
    let unbound =
        ["read", "search", "export", "page", "write"].map(|class| format!("{class}=65536")).join(",");
    setup.environment.push(("VITRINA_BUDGETS".to_owned(), unbound));
    let (_, found) = overload(&setup, Pin::None, CONTROL).await;
    assert!(
        found.iter().any(|broken| broken.starts_with("refused late")),
        "a server without budgets refuses in time: the run shows nothing: {found:?}"
    );
}
