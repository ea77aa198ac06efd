//! Reading every file again, because disks forget.

use std::time::Duration;

use futures_util::StreamExt as _;
use vitrina_domain::canonical::Digest;
use vitrina_store::StoreError;

use crate::{App, AppError};

/// A file that is not as it was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    /// The file.
    pub digest: Digest,
    /// How long it should be.
    pub length: u64,
}

/// What a look at every file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many files were read.
    pub files: u64,
    /// How many bytes.
    pub bytes: u64,
    /// Those that are damaged or missing.
    pub flaws: Vec<Flaw>,
}

/// How many are looked up at once.
const BATCH: u64 = 100;

impl App {
    /// Reads every file that some row needs and compares it with what vouches for it, at so many bytes a second at
    /// most; nothing means as fast as it goes.
    ///
    /// What is damaged is told and logged, and stays where it is: somebody may want to look at it.
    pub async fn check_files(&self, rate: Option<u64>) -> Result<Checked, AppError> {
        let mut checked = Checked::default();
        let mut last = None;
        loop {
            let seals = self.store().needed_files(last.as_ref(), BATCH).await?;
            let Some(end) = seals.last() else { return Ok(checked) };
            last = Some(end.digest);
            for seal in seals {
                let flaw = Flaw { digest: seal.digest, length: seal.length };
                let whole = 0..seal.length;
                let mut blocks = Box::pin(self.store().blobs().read(seal, whole));
                checked.files += 1;
                while let Some(block) = blocks.next().await {
                    match block {
                        Ok(block) => {
                            let length = u64::try_from(block.len()).unwrap_or(u64::MAX);
                            checked.bytes = checked.bytes.saturating_add(length);
                            rest(length, rate).await;
                        }
                        Err(StoreError::Damaged { digest }) => {
                            tracing::error!(%digest, "a stored file is damaged or missing");
                            checked.flaws.push(flaw);
                            break;
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
            }
        }
    }
}

/// Leaves the disk to others for as long as these bytes may take.
async fn rest(bytes: u64, rate: Option<u64>) {
    if let Some(rate) = rate.filter(|rate| *rate > 0) {
        let micros = bytes.saturating_mul(1_000_000) / rate;
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }
}
