//! Taking a backup while others write.

use std::path::Path;

use futures_util::StreamExt as _;
use vitrina_domain::canonical::Digest;
use vitrina_store::{Snapshot, Store, StoreError};

use super::{
    BackupError, Manifest, TableSum,
    folder::{self, Folder, Writing},
    manifest::FORM,
};
use crate::App;

impl App {
    /// Copies everything, as of one moment, into an empty folder.
    ///
    /// The database is read in one snapshot, which nobody waits for. Files never change and what a row needs is never
    /// removed, so they are copied afterwards. All of it is read back before the manifest says that it is a backup.
    pub async fn back_up(&self, path: &Path) -> Result<Manifest, BackupError> {
        let folder = Folder::make(path).await?;
        let snapshot = self.store().snapshot().await?;
        let position = snapshot.position().await?;
        let mut tables = Vec::new();
        for name in Snapshot::tables() {
            tables.push(write_table(&snapshot, name, &folder).await?);
        }
        let files = snapshot.needed_files().await?;
        drop(snapshot);
        for digest in &files {
            write_file(self.store(), digest, &folder).await?;
        }
        let schema = self.store().schema_state().await?.applied;
        let manifest = Manifest { form: FORM, taken: self.now(), position, schema, tables, files };
        check(&manifest, &folder).await?;
        finish(&manifest, &folder).await?;
        Ok(manifest)
    }
}

async fn write_table(snapshot: &Snapshot, name: &str, folder: &Folder) -> Result<TableSum, BackupError> {
    let mut writing = Writing::begin(folder.table(name)).await?;
    let mut lines = Box::pin(snapshot.rows(name).await?);
    let mut rows = 0;
    while let Some(line) = lines.next().await {
        writing.write(line?.as_bytes()).await?;
        writing.write(b"\n").await?;
        rows += 1;
    }
    Ok(TableSum { name: name.to_owned(), rows, sha256: writing.end().await? })
}

async fn write_file(store: &Store, digest: &Digest, folder: &Folder) -> Result<(), BackupError> {
    let seal = store.seal(digest).await?.ok_or(StoreError::Damaged { digest: *digest })?;
    let whole = 0..seal.length;
    let mut writing = Writing::begin(folder.file(digest)).await?;
    let mut blocks = Box::pin(store.blobs().read(seal, whole));
    while let Some(block) = blocks.next().await {
        writing.write(&block?).await?;
    }
    writing.end().await?;
    Ok(())
}

/// Reads every part back from the disk.
pub(super) async fn check(manifest: &Manifest, folder: &Folder) -> Result<(), BackupError> {
    for table in &manifest.tables {
        folder::verify(&folder.table(&table.name), &table.sha256).await?;
    }
    for digest in &manifest.files {
        folder::verify(&folder.file(digest), digest).await?;
    }
    Ok(())
}

async fn finish(manifest: &Manifest, folder: &Folder) -> Result<(), BackupError> {
    folder.sync().await?;
    let text = serde_json::to_vec_pretty(manifest).unwrap_or_default();
    let mut seal = Writing::begin(folder.seal()).await?;
    seal.write(Digest::of(&text).to_string().as_bytes()).await?;
    seal.end().await?;
    let mut writing = Writing::begin(folder.manifest()).await?;
    writing.write(&text).await?;
    writing.end().await?;
    folder.sync().await
}
