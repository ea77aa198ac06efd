//! Looking into a data file without storing it.

use std::time::Duration;

use crate::{
    App, AppError,
    import::Spooled,
    ports::parser::{Inspection, ParseError, Work, WorkClass},
};

/// How long somebody who waits for the answer is kept waiting.
const PATIENCE: Duration = Duration::from_secs(20);

impl App {
    /// Tells what a file is and what is in it. `extension` is that of its name.
    pub async fn inspect(&self, file: Spooled, extension: Option<String>) -> Result<Inspection, AppError> {
        let work = Work {
            file: file.reopen().map_err(AppError::File)?,
            extension: extension.map(|extension| extension.to_lowercase()),
            class: WorkClass::Bulk,
            patience: PATIENCE,
        };
        self.parser().inspect(work).await.map_err(|error| match error {
            ParseError::Refused(refusal) => AppError::Refused(refusal),
            ParseError::Unavailable(error) => AppError::NoWorker(error),
        })
    }
}
