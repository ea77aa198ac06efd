//! `vitrina openapi`: the contract of the HTTP API, without a database.

use super::print;
use crate::{
    args::{Openapi, Specification},
    failure::{Exit, Failure},
};

pub(super) fn run(openapi: &Openapi) -> Result<Exit, Failure> {
    let text = match openapi.spec {
        Specification::Newest => vitrina_server::openapi_json(),
        Specification::Older => vitrina_server::openapi_3_0_json(),
    };
    print(&text)?;
    Ok(Exit::Done)
}
