//! `vitrina config`: the configuration in force, or the reference of every setting.

use super::{Context, print};
use crate::{
    config,
    failure::{Exit, Failure},
};

pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    print(&config::as_toml(&context.settings, context.locale))?;
    Ok(Exit::Done)
}

pub(super) fn reference() -> Result<Exit, Failure> {
    print(&config::reference())?;
    Ok(Exit::Done)
}
