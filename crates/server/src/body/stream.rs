//! Bodies that go to disk as they come.

use axum::body::Body;
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, Limited};
use vitrina_app::{
    App, AppError,
    import::{Spool, Spooled},
};

use super::json::{broken_body, refuse_declared};
use crate::problem::Problem;

/// How many bytes are written at a time.
const CHUNK: usize = 1 << 20;

/// Writes a body to a temporary file; what does not come whole leaves nothing behind.
pub async fn spool(app: &App, mut body: Body, most: u64) -> Result<Spooled, Problem> {
    refuse_declared(&mut body, most).await?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut stream = Limited::new(body, most).into_data_stream();
    let mut spool = app.spool().map_err(Problem::from)?;
    let mut chunk = Vec::with_capacity(CHUNK);
    while let Some(bytes) = stream.next().await {
        chunk.extend_from_slice(&bytes.map_err(|error| broken_body(&*error))?);
        if chunk.len() >= CHUNK {
            spool = write(spool, std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK))).await?;
        }
    }
    Ok(write(spool, chunk).await?.finish())
}

/// Disks can be slow: the runtime's threads do not wait for them.
async fn write(mut spool: Spool, chunk: Vec<u8>) -> Result<Spool, Problem> {
    let written = tokio::task::spawn_blocking(move || spool.write(&chunk).map(|()| spool)).await;
    written.map_err(AppError::Task).and_then(|written| written).map_err(Problem::from)
}
