//! Giving the file of a distribution.

use std::ops::Range;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use vitrina_domain::{
    id::DistributionId,
    record::{Record, Stored},
};
use vitrina_store::{FileRow, StoreError};

use crate::{App, AppError, auth::Actor};

impl App {
    /// The file of a distribution that the actor may see, and its dataset.
    pub async fn file(
        &self,
        actor: &Actor,
        id: DistributionId,
    ) -> Result<(FileRow, Record<Stored>), AppError> {
        let (row, dataset) = self.distribution(actor, id).await?;
        let file = self.store().file_of(&row).await?.ok_or(AppError::NotFound("file"))?;
        Ok((file, dataset))
    }

    /// A part of a file's bytes, verified as they come.
    ///
    /// The first of them are read here, so that a file that is damaged at their place is an error and no answer; one
    /// that is damaged further on ends with an error before anything of the damage.
    pub async fn file_bytes(
        &self,
        file: &FileRow,
        part: Range<u64>,
    ) -> Result<impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static, AppError> {
        let seal = self.store().seal(&file.digest).await?;
        let seal = seal.ok_or(StoreError::Damaged { digest: file.digest })?;
        let mut rest = Box::pin(self.store().blobs().read(seal, part));
        let first = rest.next().await.transpose()?;
        Ok(stream::iter(first.map(Ok)).chain(rest))
    }
}
