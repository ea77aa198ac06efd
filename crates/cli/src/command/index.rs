//! `vitrina index rebuild`: the search index, made anew from the store.

use vitrina_app::follow::Drained;

use super::{Context, say};
use crate::{
    failure::{Exit, Failure},
    wiring::Catalog,
};

pub(super) async fn rebuild(context: Context) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    let drained = catalog.app.rebuild_index().await.map_err(|error| {
        Failure::because("cannot make the index anew", error).help("`vitrina doctor` looks for the reason")
    })?;
    say(&match drained {
        Drained::Reached(position) => format!("the index holds every record up to change {position}"),
        Drained::LeftToOther => {
            "a server holds the index: it was asked to make it anew, and is doing so".to_owned()
        }
    })?;
    catalog.close().await;
    Ok(Exit::Done)
}
