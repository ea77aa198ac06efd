//! `vitrina openapi`: the contract of the HTTP API, without a database.

use super::print;
use crate::failure::{Exit, Failure};

pub(super) fn run() -> Result<Exit, Failure> {
    print(&vitrina_server::openapi_json())?;
    Ok(Exit::Done)
}
