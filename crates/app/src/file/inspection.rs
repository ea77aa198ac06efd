//! What is in a stored file, and what its owner should know: looked for once by a job, kept beside the file.

use serde::{Deserialize, Serialize};
use vitrina_domain::{id::DistributionId, time::Timestamp};
use vitrina_store::{FileRow, StoreError, Tx};

use crate::{
    App, AppError,
    auth::Actor,
    jobs::kind::InspectFile,
    ports::parser::{Inspection, Refusal},
};

/// The version of the program that looks: another one may see more.
pub(crate) const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What came of a look into a file. A file that is refused may be published all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was looked into.
    Inspected(Box<Inspection>),
    /// It was not, or not to its end.
    Refused(Refusal),
}

impl Outcome {
    /// The word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Inspected(_) => "inspected",
            Self::Refused(_) => "refused",
        }
    }
}

/// What is known of a stored file.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The file.
    pub file: FileRow,
    /// What came of the look into it.
    pub outcome: Outcome,
    /// When somebody looked.
    pub at: Timestamp,
    /// The version of the program that looked.
    pub program: String,
}

impl App {
    /// What was found in the file of a distribution that the actor may see.
    pub async fn file_inspection(&self, actor: &Actor, id: DistributionId) -> Result<Inspected, AppError> {
        let (file, _) = self.file(actor, id).await?;
        let row = self.store().inspection(&file.digest).await?.ok_or(AppError::NotInspected)?;
        let outcome = Outcome::deserialize(&row.outcome).map_err(|_error| StoreError::Inconsistent {
            table: "inspections",
            column: "outcome",
            row: row.digest.to_string(),
        })?;
        Ok(Inspected { file, outcome, at: row.inspected, program: row.program })
    }

    /// Files a job that looks into a file, in the transaction that names the file; whether it did. What this version
    /// has seen, or is about to see, is not looked at again.
    pub(super) async fn ask_for_inspection(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        file: &FileRow,
    ) -> Result<bool, AppError> {
        let job = InspectFile::job(file);
        let is_known = tx.inspected_by(&file.digest).await?.as_deref() == Some(PROGRAM);
        if is_known || tx.job_is_filed(job.terms.kind, &file.digest.to_string()).await? {
            return Ok(false);
        }
        self.add_job(tx, actor, job).await?;
        Ok(true)
    }
}
