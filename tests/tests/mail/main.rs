//! Letters arrive, in both languages, once; nobody gets one who is not to be written to any more.

#![cfg(test)]

use std::time::Duration;

mod authority;
mod killed;
mod leaving;
mod letters;
mod office;
mod operator;
mod refused;
mod server;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(3);
