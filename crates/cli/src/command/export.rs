//! `vitrina export`: everything that is published, in one open format.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use tokio::sync::mpsc::Receiver;
use vitrina_app::{AppError, auth::Actor, export::ExportRequest};
use vitrina_domain::{query::Query, record::Kind};

use super::Context;
use crate::{
    args::Export,
    failure::{Exit, Failure},
    wiring::Catalog,
};

pub(super) async fn run(context: Context, export: &Export) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    let request = ExportRequest {
        kind: Kind::Dataset,
        query: Query::All,
        format: export.format,
        locale: context.locale,
    };
    let chunks = catalog.app.export(&Actor::Anonymous, request);
    match &export.output {
        Some(path) => to_file(chunks, path).await?,
        None => copy(chunks, &mut std::io::stdout()).await?,
    }
    catalog.close().await;
    Ok(Exit::Done)
}

async fn copy(mut chunks: Receiver<Result<Vec<u8>, AppError>>, out: &mut impl Write) -> Result<(), Failure> {
    while let Some(chunk) = chunks.recv().await {
        let chunk = chunk.map_err(|error| Failure::because("the export broke off", error))?;
        out.write_all(&chunk)?;
    }
    Ok(out.flush()?)
}

/// Writes beside the file and renames at the end: what stands under the name is always whole.
async fn to_file(chunks: Receiver<Result<Vec<u8>, AppError>>, path: &Path) -> Result<(), Failure> {
    let unwritable = |error| {
        Failure::because(format!("cannot write {}", path.display()), error)
            .help("does the folder exist, may this user write to it, and is there room?")
    };
    let partial = partial(path)?;
    let mut file = File::create(&partial).map_err(unwritable)?;
    let written = match copy(chunks, &mut file).await {
        Ok(()) => file.sync_all().and_then(|()| fs::rename(&partial, path)).map_err(unwritable),
        Err(failure) => Err(failure),
    };
    if written.is_err()
        && let Err(error) = fs::remove_file(&partial)
    {
        tracing::warn!(path = %partial.display(), %error, "the unfinished export could not be removed");
    }
    written
}

fn partial(path: &Path) -> Result<PathBuf, Failure> {
    let mut name = path
        .file_name()
        .filter(|_| !path.is_dir())
        .ok_or_else(|| {
            Failure::usage(format!("{} is a folder", path.display())).help("-o takes the file to write")
        })?
        .to_owned();
    name.push(".partial");
    Ok(path.with_file_name(name))
}
