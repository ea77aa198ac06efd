//! `vitrina backup` and `vitrina restore`: everything, as of one moment, and a catalog made from that.

use vitrina_app::{
    backup::{self, BackupError, Manifest},
    ports::{Clock as _, SystemClock},
};

use super::{Context, say};
use crate::{
    args::Backup,
    failure::{Exit, Failure},
    wiring::{self, Catalog},
};

pub(super) async fn take(context: Context, backup: &Backup) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    let taken = catalog.app.back_up(&backup.folder).await;
    let manifest = taken.map_err(|error| explain("cannot make a backup", error))?;
    catalog.close().await;
    say(&format!("{} holds {}", backup.folder.display(), contents(&manifest)))?;
    Ok(Exit::Done)
}

pub(super) async fn restore(context: Context, backup: &Backup) -> Result<Exit, Failure> {
    let store = wiring::open_store(&context.settings).await?;
    store.migrate().await.map_err(|error| wiring::store_failure("cannot prepare the database", error))?;
    let restored = backup::restore(&store, &backup.folder, SystemClock.now()).await;
    let manifest = restored.map_err(|error| explain("cannot restore the backup", error))?;
    store.close().await;
    say(&format!("restored, and found the same: {}", contents(&manifest)))?;
    Ok(Exit::Done)
}

fn contents(manifest: &Manifest) -> String {
    let rows: u64 = manifest.tables.iter().map(|table| table.rows).sum();
    format!(
        "everything up to change {} of {}: {rows} rows and {} files",
        manifest.position,
        manifest.taken,
        manifest.files.len()
    )
}

/// A failure with the advice that fits it.
fn explain(sentence: &str, error: BackupError) -> Failure {
    let help = match &error {
        BackupError::NotEmpty(_) => "a backup is made in a new or an empty folder",
        BackupError::Occupied(_) => "restore into a new --data-dir or an empty database",
        BackupError::Missing(_) | BackupError::Damaged(_) => "nothing was restored; take another backup",
        BackupError::Flawed(_) => "`vitrina files check` names all that are damaged; upload them again",
        BackupError::Schema(_) => "restore with the version that took it, then upgrade",
        _ => "`vitrina doctor` looks for the reason",
    };
    Failure::because(sentence, error).help(help)
}
