//! Reading every file again, because disks forget.

use std::time::Duration;

use futures_util::StreamExt as _;
use vitrina_domain::{canonical::Digest, time::Timestamp};
use vitrina_store::{Seal, StoreError, Unchecked};

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

/// How many are looked up, and noted as whole, at once.
const BATCH: u64 = 100;

impl App {
    /// Reads the files that some row needs and that were last read before an instant, those of long ago first, and
    /// compares them with what vouches for them; at so many bytes a second at most, where nothing means as fast as it
    /// goes. `told` hears how far it has come.
    ///
    /// Whoever begins anew after a look that broke off goes on with what is left. What is damaged is told and logged, and
    /// stays where it is: somebody may want to look at it.
    pub async fn check_files(
        &self,
        before: Timestamp,
        rate: Option<u64>,
        told: impl Fn(&Checked) + Send + Sync,
    ) -> Result<Checked, AppError> {
        let mut checked = Checked::default();
        let mut last = None;
        loop {
            let unchecked = self.store().unchecked_files(before, last.as_ref(), BATCH).await?;
            let Some(end) = unchecked.last() else { return Ok(checked) };
            last = Some(end.clone());
            let mut whole = Vec::new();
            for Unchecked { seal, .. } in unchecked {
                let flaw = Flaw { digest: seal.digest, length: seal.length };
                if self.is_whole(seal, rate, &mut checked).await? {
                    whole.push(flaw.digest);
                } else {
                    checked.flaws.push(flaw);
                }
                told(&checked);
            }
            let mut tx = self.store().begin("system", self.now()).await?;
            tx.files_are_whole(&whole).await?;
            tx.commit().await?;
        }
    }

    /// Whether every block of a file is what it should be.
    async fn is_whole(&self, seal: Seal, rate: Option<u64>, checked: &mut Checked) -> Result<bool, AppError> {
        checked.files += 1;
        let whole = 0..seal.length;
        let mut blocks = Box::pin(self.store().blobs().read(seal, whole));
        while let Some(block) = blocks.next().await {
            match block {
                Ok(block) => {
                    let length = u64::try_from(block.len()).unwrap_or(u64::MAX);
                    checked.bytes = checked.bytes.saturating_add(length);
                    rest(length, rate).await;
                }
                Err(StoreError::Damaged { digest }) => {
                    tracing::error!(%digest, "a stored file is damaged or missing");
                    return Ok(false);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(true)
    }
}

/// Leaves the disk to others for as long as these bytes may take.
async fn rest(bytes: u64, rate: Option<u64>) {
    if let Some(rate) = rate.filter(|rate| *rate > 0) {
        let micros = bytes.saturating_mul(1_000_000) / rate;
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }
}
