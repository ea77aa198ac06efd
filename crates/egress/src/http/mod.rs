//! The guarded HTTP client.
//!
//! One request has one connection, one look-up and one check: nothing is kept open, so nothing that was checked for
//! somebody else is ever used again (ADR 0011).

mod body;
mod client;
mod dial;
mod exchange;
mod headers;
mod oidc;
mod post;
mod turn;
mod unpack;

pub use client::Client;
pub(crate) use headers::instant;
pub use oidc::OidcTransport;
pub(crate) use post::{Post, Posted};
