//! The log: one line an event on standard error, text for people and JSON for machines.
//!
//! Both forms escape control characters, so a title from outside can neither fake a line nor move the cursor.

use tracing_subscriber::{
    EnvFilter, Layer as _, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{config::LogFormat, failure::Failure, terminal};

/// Libraries whose notices say nothing to an operator; a directive of the operator's own goes before these.
const QUIET: &str = "sqlx=warn,sea_orm=warn,sea_orm_migration=warn,tantivy=warn,hyper=warn";

/// Starts the log.
pub(crate) fn start(level: &str, format: LogFormat) -> Result<(), Failure> {
    let filter = filter(level)?;
    let text = match format {
        LogFormat::Auto => terminal::is_watched(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let layer = if text {
        fmt::layer().with_writer(std::io::stderr).with_ansi(terminal::is_watched()).with_target(false).boxed()
    } else {
        fmt::layer().json().flatten_event(true).with_current_span(true).with_writer(std::io::stderr).boxed()
    };
    // The filter stands over the whole registry: a filter of one layer keeps what it answered to a library that only
    // asks whether it should log (sqlx does), and the next event of that thread is lost.
    tracing_subscriber::registry()
        .with(layer)
        .with(filter)
        .try_init()
        .map_err(|error| Failure::because("cannot start the log", error))
}

fn filter(level: &str) -> Result<EnvFilter, Failure> {
    EnvFilter::builder().parse(format!("{QUIET},{level}")).map_err(|error| {
        Failure::usage(format!("the log level {level:?} cannot be read: {error}"))
            .help("write error, warn, info, debug or trace, or directives such as info,vitrina_store=debug")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_level_is_refused_with_the_right_ones() {
        let failure = filter("info,vitrina=loud").unwrap_err().to_string();
        assert!(failure.contains("loud") && failure.contains("debug"), "{failure}");
    }

    #[test]
    fn the_operators_directive_wins_over_the_quiet_ones() {
        assert!(filter("info").unwrap().to_string().contains("sqlx=warn"));
        let filter = filter("sqlx=debug").unwrap().to_string();
        assert!(filter.contains("sqlx=debug") && !filter.contains("sqlx=warn"), "{filter}");
    }
}
