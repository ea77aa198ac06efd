//! Looking into files within this process.

use futures_util::{FutureExt as _, future::BoxFuture};
use vitrina_app::ports::parser::{Inspection, ParseError, Parser, Refusal, Work};
use vitrina_tabular::InspectError;

/// Looks into files within this process: for files that are trusted. What exhausts it ends this process, and the
/// patience of the work is not kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct Here;

impl Parser for Here {
    fn inspect(&self, work: Work) -> BoxFuture<'_, Result<Inspection, ParseError>> {
        let Work { file, extension, class: _, patience: _ } = work;
        let task = tokio::task::spawn_blocking(move || {
            vitrina_tabular::inspect(std::io::BufReader::new(file), extension.as_deref()).map_err(told)
        });
        // A library that panics is a worker that dies.
        async move { task.await.unwrap_or_else(|_panic| Err(Refusal::exhausted().into())) }.boxed()
    }
}

/// The same error as callers know it.
fn told(error: InspectError) -> ParseError {
    match error {
        InspectError::Refused(refusal) => ParseError::Refused(refusal),
        InspectError::Io(error) => ParseError::Unavailable(error),
    }
}
