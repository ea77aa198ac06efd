//! The HTTP face of Vitrina: the API, the documentation and the pages, as a library.
//!
//! A handler is: extract an `Inquiry`, call one use case of `app`, convert to a view. This crate knows no SQL, no
//! index and no format; it alone names axum and utoipa.
//!
//! - [`listen`] accepts connections with every timeout and cap; [`edge`] stands around all routes: request ids,
//!   security headers, CORS, caching, HEAD and OPTIONS, compression, problems; [`limit`] shares the server fairly.
//! - [`filter`] reads addresses, [`body`] reads bodies, [`negotiate`] chooses representations, [`conditional`]
//!   answers `304` and checks `If-Match`, [`cursor`] and [`paging`] cut lists into pages.
//! - To add an endpoint: one file `routes/<resource>/<verb>.rs`, one line in its `mod.rs`. To add an error: one row
//!   in the table of `problem::code` and `docs/errors.md`.

pub mod actor;
pub mod body;
pub mod compression;
pub mod conditional;
pub mod cursor;
pub mod edge;
pub mod filter;
pub mod headers;
pub mod limit;
pub mod listen;
pub mod locale;
pub mod metrics;
pub mod negotiate;
pub mod openapi;
pub mod paging;
pub mod problem;
pub mod site;
pub mod state;

mod around;
mod error;
mod idempotency;
mod inquiry;
mod instead;
mod kept;
mod nearest;
mod notice;
mod pages;
mod router;
mod routes;
mod view;

pub use listen::{Ended, Lifecycle, Limits, ListenError, Listener, Peer, Responder};
pub use router::{
    MetricsPlace, Options, cores, metrics_router, openapi_3_0_json, openapi_json, router, router_with,
};
