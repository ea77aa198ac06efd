//! Letters to people (ADR 0016).
//!
//! A use case writes a letter with [`App::add_letter`](crate::App::add_letter) in its own transaction, or with
//! [`App::write_to`](crate::App::write_to). A job hands it over: durable, tried again, and only after a look at who is not
//! written to any more.

mod compose;
mod key;
mod send;
mod suppress;
mod unsubscribe;
mod write;

pub use send::Sent;
pub use write::{NewLetter, Part};

/// Why no letter is written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoMail {
    /// The operator named no mail server.
    #[error("no mail server is configured (mail_url)")]
    NotConfigured,
    /// The header for one click takes nothing else (RFC 8058).
    #[error("letters that one can unsubscribe from need a base_url that begins with https://")]
    NotEncrypted,
}
