//! Writing to people.

use futures_util::future::BoxFuture;
use uuid::Uuid;

/// Sends letters by electronic mail.
pub trait Mail: Send + Sync {
    /// Hands one letter to the operator's mail server.
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), MailError>>;
}

/// A letter to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Names the letter: the same for every try, so that a repetition can be told.
    pub id: Uuid,
    /// The address of the person.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The text for readers of plain text.
    pub text: String,
    /// The same for readers of HTML.
    pub html: String,
    /// The `https` address that ends the subscription when it is sent a `POST` (RFC 8058), for letters that were
    /// subscribed to.
    pub unsubscribe: Option<String>,
}

/// Why a letter was not handed over, split by what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The letter cannot be written as it is: an address or a header is malformed.
    #[error("the letter has no valid {part}")]
    Malformed {
        /// The part.
        part: &'static str,
    },
    /// The server will never take it, so nobody should write to this person again.
    #[error("the mail server refuses the letter for good ({status})")]
    Rejected {
        /// The SMTP status, one of 5xx.
        status: u16,
        /// What the server said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server did not prove who it is. Nothing was sent, no password either.
    #[error("the mail server is not the one it claims to be")]
    Insecure(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server was not there or had no time: later it may take the same letter.
    #[error("the mail server cannot take the letter now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
