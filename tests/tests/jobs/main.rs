//! Jobs outlive whoever does them, and can be seen, followed and stopped.

use std::time::Duration;

mod http;
mod killed;
mod upkeep;
mod worker;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(3);
