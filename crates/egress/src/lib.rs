//! The only way out: every address that stood in data or was given by a user is asked here and nowhere else.
//!
//! [`Client`] asks addresses over HTTP, [`Webhooks`] delivers signed events, [`Postman`] hands letters to the
//! operator's mail server. They implement the ports `Fetch`, `Deliver` and `Mail` of `app`. [`OidcTransport`] is the HTTP of
//! a client of OpenID Connect. What may be asked is decided
//! by [`guard`], which does no I/O; `clippy.toml` bans every other way to open a connection.
//!
//! This crate must not know the store, the formats or what an answer means.
//!
//! - To forbid a range: one row in the table of `guard::range`, a rule in `app::ports::Rule`, its spellings in the
//!   tests.
//! - To add a limit: a field of [`Limits`] and the hostile peer that needs it.

pub mod guard;

mod config;
mod http;
mod mail;
mod resolver;
mod tls;
mod webhook;

pub use config::{Config, Contact, InvalidContact, Limits};
pub use http::{Client, OidcTransport};
pub use mail::{MailConfig, MailConfigError, MailSecurity, Password, Postman};
pub use resolver::Resolver;
pub use tls::{InvalidRoots, Root, TlsError, roots};
pub use webhook::Webhooks;
