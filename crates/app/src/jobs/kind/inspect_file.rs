//! Looks into a file that was uploaded.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vitrina_domain::canonical::Digest;
use vitrina_formats::FileType;
use vitrina_store::{FileRow, InspectionRow};

use crate::{
    App, AppError,
    file::{Outcome, PROGRAM},
    jobs::{NewJob, Task},
    ports::{
        Done, Terms, Trouble, Work,
        parser::{self, ParseError, WorkClass},
    },
};

/// How long a worker may take, whatever it is granted of a processor: within the time of the job, so that a file that
/// takes too long is a file that is refused, and no job that fails.
const PATIENCE: Duration = Duration::from_mins(20);

/// Looks into a file that was uploaded, and keeps what it finds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InspectFile;

/// The file, and how it is read where its bytes leave it open.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    sha256: Digest,
    extension: Option<String>,
}

impl InspectFile {
    const TERMS: Terms = Terms {
        kind: "inspect-file",
        attempts: 5,
        time_limit: Duration::from_mins(30),
        at_once: 4,
        per_key: 1,
    };

    /// The job for a file. Its name says nothing here: the same bytes may have several, and what the upload made of
    /// the name stands in the media type.
    pub(crate) fn job(file: &FileRow) -> NewJob {
        let is_told = |kind: &FileType| file.media_type == kind.media_type();
        let told = [FileType::Csv, FileType::Tsv].into_iter().find(is_told);
        let payload = json!({ "sha256": file.digest, "extension": told.map(FileType::as_str) });
        NewJob { key: Some(file.digest.to_string()), ..NewJob::of(Self::TERMS, payload) }
    }
}

impl Work for InspectFile {
    fn terms(&self) -> Terms {
        Self::TERMS
    }

    fn run<'a>(&'a self, app: &'a App, task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move {
            let Payload { sha256, extension } = task.payload()?;
            let known = app.store().inspection(&sha256).await?;
            if known.is_some_and(|known| known.program == PROGRAM) {
                return Ok(json!({ "sha256": sha256, "outcome": "known" }).into());
            }
            let Some(seal) = app.store().seal(&sha256).await? else {
                return Ok(json!({ "sha256": sha256, "outcome": "gone" }).into());
            };
            let file = app.store().blobs().open_verified(seal).await?;
            let work = parser::Work { file, extension, class: WorkClass::Bulk, patience: PATIENCE };
            let outcome = match app.parser().inspect(work).await {
                Ok(inspection) => Outcome::Inspected(Box::new(inspection)),
                Err(ParseError::Refused(refusal)) => Outcome::Refused(refusal),
                Err(ParseError::Unavailable(error)) => return Err(AppError::NoWorker(error).into()),
            };
            let result = json!({ "sha256": sha256, "outcome": outcome.as_str() });
            let row = InspectionRow {
                digest: sha256,
                outcome: json!(outcome),
                inspected: app.now(),
                program: PROGRAM.to_owned(),
            };
            Ok(Done {
                result,
                effect: Some(Box::new(move |tx| Box::pin(async move { tx.put_inspection(&row).await }))),
            })
        })
    }
}
