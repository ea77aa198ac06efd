//! `vitrina migrate`: the schema of the database, brought up to date.

use super::{Context, print};
use crate::{
    failure::{Exit, Failure},
    wiring,
};

pub(super) async fn run(context: Context) -> Result<Exit, Failure> {
    let store = wiring::open_store(&context.settings).await?;
    let unreadable = |error| wiring::store_failure("cannot read the state of the database", error);
    let before = store.schema_state().await.map_err(unreadable)?;
    store
        .migrate()
        .await
        .map_err(|error| wiring::store_failure("cannot bring the database up to date", error))?;
    let after = store.schema_state().await.map_err(unreadable)?;
    let new: Vec<&String> = after.applied.iter().filter(|name| !before.applied.contains(name)).collect();
    let mut text = String::new();
    for name in &new {
        text.push_str("applied ");
        text.push_str(name);
        text.push('\n');
    }
    if new.is_empty() {
        text.push_str("up to date\n");
    }
    print(&text)?;
    store.close().await;
    Ok(Exit::Done)
}
