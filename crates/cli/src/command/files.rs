//! `vitrina files check`: every file read again, and what nothing needs removed.

use std::fmt::Write as _;

use super::{Context, print, say};
use crate::{
    args::CheckFiles,
    failure::{Exit, Failure},
    wiring::Catalog,
};

const MIB: u64 = 1 << 20;

pub(super) async fn check(context: Context, check: &CheckFiles) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    let rate = check.rate.map(|rate| u64::from(rate) * MIB);
    let checked = catalog
        .app
        .check_files(catalog.app.now(), rate, |_| {})
        .await
        .map_err(|error| Failure::because("cannot read the files", error))?;
    let collected = catalog
        .app
        .collect_files()
        .await
        .map_err(|error| Failure::because("cannot remove the files that nothing needs", error))?;
    // The damaged ones alone on standard output, so that a script can go through them.
    let mut flaws = String::new();
    for flaw in &checked.flaws {
        // Writing to a string cannot fail.
        let _ = writeln!(flaws, "{} {}", flaw.digest, flaw.length);
    }
    print(&flaws)?;
    say(&format!(
        "{} files with {} bytes are as they were stored, {} are damaged or missing; {collected} that nothing needs were \
         removed",
        checked.files - u64::try_from(checked.flaws.len()).unwrap_or(u64::MAX),
        checked.bytes,
        checked.flaws.len()
    ))?;
    catalog.close().await;
    Ok(if checked.flaws.is_empty() { Exit::Done } else { Exit::Findings })
}
