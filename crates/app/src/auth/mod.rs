//! Who may do what: one policy table, asked by every use case.
//!
//! [`authorize`] takes the object by type, so that permission can never be asked without saying on what.

mod actor;
mod own;
mod policy;
mod secret;

pub use actor::{Actor, Grant, InvalidGrant, Privilege};
pub(crate) use own::own;
pub use policy::{Action, Denied, Object, authorize};
pub use secret::{InvalidToken, TokenSecret};
