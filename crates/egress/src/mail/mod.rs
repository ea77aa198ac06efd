//! Letters, handed to the operator's mail server over verified TLS.
//!
//! The server is the operator's own choice, so it may be inside the operator's network; what it must do is prove who it
//! is. A mail client that takes any certificate gives its password to whoever asks (CVE-2026-41132 was that).

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor, message::Mailbox, transport::smtp};
use tokio::time::timeout;
use vitrina_app::ports::{Clock, Letter, Mail, MailError};

use crate::tls;

mod config;
mod letter;
mod unsubscribe;

pub use config::{MailConfig, MailConfigError, MailSecurity, Password};

/// Hands letters to the operator's mail server.
pub struct Postman {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    patience: Duration,
    clock: Arc<dyn Clock>,
}

impl Postman {
    /// A postman for a server. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// The sender is no mail address, a root certificate cannot be read, or letters would go in the clear to another
    /// machine.
    pub fn new(config: MailConfig, clock: Arc<dyn Clock>) -> Result<Self, MailConfigError> {
        let from = config.from.parse().map_err(|_error| MailConfigError::Sender(config.from.clone()))?;
        let patience = config.timeout;
        Ok(Self { transport: config::transport(config)?, from, patience, clock })
    }

    async fn hand_over(&self, letter: Letter) -> Result<(), MailError> {
        let message = letter::write(letter, &self.from, self.clock.now())?;
        // The library limits the time for a connection, but not for what a server says or does not say on it.
        let sent = timeout(self.patience, self.transport.send(message)).await;
        let sent = sent.map_err(|elapsed| MailError::Unavailable(Box::new(elapsed)))?;
        sent.map(|_response| ()).map_err(describe)
    }
}

impl Mail for Postman {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), MailError>> {
        Box::pin(self.hand_over(letter))
    }
}

/// What to do about an error of the mail server.
fn describe(error: smtp::Error) -> MailError {
    if tls::is_tls(&error) {
        return MailError::Insecure(Box::new(error));
    }
    match error.status().filter(|_status| error.is_permanent()) {
        Some(status) => MailError::Rejected { status: u16::from(status), source: Box::new(error) },
        None => MailError::Unavailable(Box::new(error)),
    }
}
