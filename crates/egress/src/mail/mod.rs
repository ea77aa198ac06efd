//! Letters, handed to the operator's mail server over verified TLS.
//!
//! The server is the operator's own choice, so it may be inside the operator's network; what it must do is prove who it
//! is. A mail client that takes any certificate gives its password to whoever asks (CVE-2026-41132 was that).

use std::{fmt::Display, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use lettre::transport::smtp::{
    authentication::Mechanism,
    client::AsyncSmtpConnection,
    commands::{Data, Mail as From, Rcpt},
};
use tokio::time::timeout;
use vitrina_app::ports::{Letter, Mail, MailError, MailRule};

mod config;
mod letter;
mod reply;
mod unsubscribe;
mod wire;

use config::Server;
pub use config::{MailConfig, MailConfigError, MailSecurity, Password};
use reply::{Moment, describe};

/// How long a server may take to say goodbye; the letter has its fate by then.
const GOODBYE: Duration = Duration::from_secs(1);

/// Hands letters to the operator's mail server. Clones are the same postman.
#[derive(Clone)]
pub struct Postman(Arc<Server>);

impl Postman {
    /// A postman for a server. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// The sender is no mail address, a root certificate cannot be read, or letters would go in the clear to another
    /// machine.
    pub fn new(config: MailConfig) -> Result<Self, MailConfigError> {
        Ok(Self(Arc::new(Server::new(config)?)))
    }

    /// Goes as far as a letter would: connects, encrypts, logs in.
    ///
    /// # Errors
    ///
    /// What stands in the way of letters.
    pub async fn greet(&self) -> Result<(), MailError> {
        self.in_time(async {
            let mut connection = self.enter().await?;
            leave(&mut connection).await;
            Ok(())
        })
        .await
    }

    async fn hand_over(&self, letter: Letter) -> Result<(), MailError> {
        let message = letter::write(letter, &self.0.from)?;
        let envelope = message.envelope();
        self.in_time(async {
            let mut connection = self.enter().await?;
            let told = async {
                let from = From::new(envelope.from().cloned(), Vec::new());
                tell(&mut connection, from, Moment::Sender).await?;
                for to in envelope.to() {
                    tell(&mut connection, Rcpt::new(to.clone(), Vec::new()), Moment::Recipient).await?;
                }
                tell(&mut connection, Data, Moment::Letter).await?;
                let taken = connection.message(&message.formatted()).await;
                taken.map(|_response| ()).map_err(|error| describe(&error, Moment::Letter))
            };
            let told = told.await;
            leave(&mut connection).await;
            told
        })
        .await
    }

    /// The library limits the time for a connection, but not for what a server says or does not say on it.
    async fn in_time(&self, work: impl Future<Output = Result<(), MailError>>) -> Result<(), MailError> {
        timeout(self.0.patience, work).await.unwrap_or_else(|_elapsed| {
            let waited = format!("nothing within {} s", self.0.patience.as_secs());
            Err(MailError::new(MailRule::Silent, waited))
        })
    }

    async fn enter(&self) -> Result<AsyncSmtpConnection, MailError> {
        let mut connection = wire::connect(&self.0).await?;
        if let Some(login) = &self.0.login {
            let entered = connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await;
            entered.map_err(|error| describe(&error, Moment::Login))?;
        }
        Ok(connection)
    }
}

async fn tell(
    connection: &mut AsyncSmtpConnection,
    command: impl Display,
    moment: Moment,
) -> Result<(), MailError> {
    let answered = connection.command(command).await;
    answered.map(|_response| ()).map_err(|error| describe(&error, moment))
}

/// Says goodbye. Whether that is heard changes nothing.
async fn leave(connection: &mut AsyncSmtpConnection) {
    let _heard = timeout(GOODBYE, connection.quit()).await;
}

impl Mail for Postman {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), MailError>> {
        Box::pin(self.hand_over(letter))
    }
}
