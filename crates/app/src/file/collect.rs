//! Taking away the files that no row needs.

use vitrina_domain::time::Timestamp;

use crate::{App, AppError};

/// How long a file may be without a row that needs it, in microseconds: a day, which is longer than any upload is
/// between its announcement and its row.
pub const GRACE: i64 = 24 * 60 * 60 * 1_000_000;

/// How many are looked up at once.
const BATCH: u64 = 100;

impl App {
    /// Removes the files that no row needs and nobody is about to store; how many there were.
    ///
    /// What an upload left that was cut off, refused late, or killed.
    pub async fn collect_files(&self) -> Result<u64, AppError> {
        let since = Timestamp::from_micros(self.now().micros().saturating_sub(GRACE));
        let mut collected = 0;
        loop {
            let unneeded = self.store().unneeded_files(since, BATCH).await?;
            let mut removed = 0;
            for digest in unneeded {
                removed += u64::from(self.store().collect_file(digest, since).await?);
            }
            collected += removed;
            if removed == 0 {
                return Ok(collected);
            }
        }
    }
}
