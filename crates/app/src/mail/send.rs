//! Handing a letter over, after a look at who is not written to any more.

use vitrina_domain::{
    finding::{Bilingual, Locale},
    id::LetterId,
    mail::{MailAddress, Purpose, Suppression, SuppressionReason},
    time::Timestamp,
};
use vitrina_store::{LetterRow, StoreError};

use super::{
    NewLetter, NoMail, Part,
    compose::{Texts, compose},
};
use crate::{
    App, AppError,
    auth::{Action, Actor, Object, authorize},
    ports::{Letter, MailError},
};

/// How sending a letter ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    /// The mail server has it, under this id.
    HandedOver(LetterId),
    /// The person is not written to any more, for this reason.
    Suppressed(SuppressionReason),
    /// The mail server does not have it.
    Failed(MailError),
}

impl App {
    /// Sends a letter that was kept; and the suppression that would stand against further ones, should the server say that
    /// there is no such person.
    pub(crate) async fn send_kept(&self, row: &LetterRow) -> Result<(Sent, Suppression), AppError> {
        let inconsistent = |_error| StoreError::Inconsistent {
            table: "letters",
            column: "document",
            row: row.id.to_string(),
        };
        let letter: NewLetter = serde_json::from_value(row.document.clone()).map_err(inconsistent)?;
        self.send(row.id, row.filed, &letter).await
    }

    /// Sends a letter that says that letters arrive, at once and without a job: whoever runs the site waits for it.
    pub async fn send_test_letter(
        &self,
        actor: &Actor,
        to: MailAddress,
        language: Locale,
    ) -> Result<Sent, AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        let letter = NewLetter {
            to,
            purpose: Purpose::Transactional,
            language,
            subject: Bilingual::new("Prueba de correo", "Mail test"),
            body: vec![
                Part::Paragraph(Bilingual::new(
                    "Quien administra el sitio pidió esta carta para saber si las cartas llegan. Esta llegó.",
                    "Whoever runs the site asked for this letter, to learn whether letters arrive. This one did.",
                )),
                Part::Link { label: Bilingual::new("El sitio", "The site"), address: self.address("/") },
            ],
        };
        // Whether somebody is there is for the operator to judge, who may have mistyped the address.
        let (sent, _suppression) = self.send(LetterId::new(self.new_id()), self.now(), &letter).await?;
        Ok(sent)
    }

    async fn send(
        &self,
        id: LetterId,
        written: Timestamp,
        letter: &NewLetter,
    ) -> Result<(Sent, Suppression), AppError> {
        let mail = self.parts.mail.as_ref().ok_or(NoMail::NotConfigured)?;
        let suppression =
            self.suppression_of(&letter.to, SuppressionReason::Rejected, &Actor::System).await?;
        let against = self.store().suppressions_of(&suppression.address).await?;
        if let Some(against) = against.iter().find(|against| against.forbids(&letter.purpose)) {
            return Ok((Sent::Suppressed(against.reason), suppression));
        }
        let unsubscribe = match &letter.purpose {
            Purpose::Transactional => None,
            Purpose::Subscribed(list) => Some(self.unsubscribe_address(&letter.to, list).await?),
        };
        let Texts { subject, text, html } = compose(letter, &self.site().title, unsubscribe.as_deref());
        let letter = Letter { id, written, to: letter.to.clone(), subject, text, html, unsubscribe };
        let sent = match mail.send(letter).await {
            Ok(()) => Sent::HandedOver(id),
            Err(error) => Sent::Failed(error),
        };
        Ok((sent, suppression))
    }
}
