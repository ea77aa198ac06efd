//! Subscribers are told what changed: signed, in order, at least once, and never from inside a network.

#![cfg(test)]

use std::time::Duration;

mod delivery;
mod journey;
mod killed;
mod owner;
mod receiver;
mod shop;
mod ssrf;

/// One who counts who comes, and spellings of addresses inside: those of the tests of the way out.
#[expect(dead_code, reason = "here it sits at ports that are asked by everybody")]
#[path = "../../../crates/egress/tests/egress/support/canary.rs"]
mod canary;
#[path = "../../../crates/egress/tests/egress/spellings.rs"]
mod spellings;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(3);
