//! Making a catalog from a backup.

use std::{io::Write as _, path::Path};

use futures_util::StreamExt as _;
use tokio::{
    fs::{self, File},
    io::{AsyncBufReadExt as _, BufReader},
};
use vitrina_domain::{canonical::Digest, time::Timestamp};
use vitrina_store::{Sealing, Snapshot, Store, Tx};

use super::{
    BackupError, Manifest, TableSum,
    folder::{self, Folder},
    manifest::FORM,
    take::check,
};

/// How many rows are written at a time.
const BATCH: usize = 500;

/// Fills an empty, migrated store with a backup.
///
/// Every part of the backup is verified before anything is written, the files are put in place before the rows that need
/// them, all rows are written in one transaction, and what the database then holds is compared with the backup.
pub async fn restore(store: &Store, path: &Path, now: Timestamp) -> Result<Manifest, BackupError> {
    let folder = Folder::at(path);
    let manifest = read_manifest(&folder).await?;
    let known = store.schema_state().await?.applied;
    if manifest.form != FORM || manifest.schema != known {
        let theirs = manifest.schema.last().cloned().unwrap_or_default();
        return Err(BackupError::Schema(format!("its schema is that of {theirs}")));
    }
    let names: Vec<&str> = manifest.tables.iter().map(|table| table.name.as_str()).collect();
    if !Snapshot::tables().eq(names) {
        return Err(BackupError::Damaged(folder.manifest()));
    }
    check(&manifest, &folder).await?;
    refuse_occupied(store).await?;
    for digest in &manifest.files {
        place(store, &folder, digest).await?;
    }
    let mut tx = store.begin("restore", now).await?;
    for table in &manifest.tables {
        load(&mut tx, table, &folder).await?;
    }
    tx.commit().await?;
    compare(store, &manifest).await?;
    Ok(manifest)
}

async fn read_manifest(folder: &Folder) -> Result<Manifest, BackupError> {
    let (path, seal) = (folder.manifest(), folder.seal());
    let text = fs::read(&path).await.map_err(BackupError::file(&path))?;
    let expected = fs::read_to_string(&seal).await.map_err(BackupError::file(&seal))?;
    if expected != Digest::of(&text).to_string() {
        return Err(BackupError::Damaged(path));
    }
    serde_json::from_slice(&text).map_err(|_error| BackupError::Damaged(path))
}

async fn refuse_occupied(store: &Store) -> Result<(), BackupError> {
    let snapshot = store.snapshot().await?;
    for table in Snapshot::tables() {
        let is_occupied = Box::pin(snapshot.rows(table).await?).next().await.transpose()?.is_some();
        if is_occupied {
            return Err(BackupError::Occupied(table));
        }
    }
    Ok(())
}

/// Puts a file in its place.
async fn place(store: &Store, folder: &Folder, digest: &Digest) -> Result<(), BackupError> {
    let (mut file, temporary) = store.blobs().temporary()?;
    let mut sealing = Sealing::default();
    let path = folder.file(digest);
    folder::read(&path, |piece| {
        sealing.update(piece);
        file.write_all(piece).map_err(BackupError::file(&temporary))
    })
    .await?;
    if sealing.finish().digest != *digest {
        return Err(BackupError::Damaged(path));
    }
    Ok(store.blobs().adopt(&temporary, *digest).await?)
}

async fn load(tx: &mut Tx, table: &TableSum, folder: &Folder) -> Result<(), BackupError> {
    let path = folder.table(&table.name);
    let file = File::open(&path).await.map_err(BackupError::file(&path))?;
    let mut lines = BufReader::new(file).lines();
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(line) = lines.next_line().await.map_err(BackupError::file(&path))? {
        batch.push(line);
        if batch.len() == BATCH {
            tx.load(&table.name, &batch).await?;
            batch.clear();
        }
    }
    Ok(tx.load(&table.name, &batch).await?)
}

/// Whether the database holds what the backup has, row by row.
async fn compare(store: &Store, manifest: &Manifest) -> Result<(), BackupError> {
    let snapshot = store.snapshot().await?;
    for table in &manifest.tables {
        let mut sealing = Sealing::default();
        let mut rows = 0;
        let mut lines = Box::pin(snapshot.rows(&table.name).await?);
        while let Some(line) = lines.next().await {
            sealing.update(line?.as_bytes());
            sealing.update(b"\n");
            rows += 1;
        }
        if (rows, sealing.finish().digest) != (table.rows, table.sha256) {
            return Err(BackupError::Different(table.name.clone()));
        }
    }
    Ok(())
}
