//! Writing a letter: it is kept until a job has handed it over.

use serde::{Deserialize, Serialize};
use serde_json::json;
use vitrina_domain::{
    finding::{Bilingual, Locale},
    id::LetterId,
    job::{Job, Priority},
    mail::{MailAddress, Purpose},
};
use vitrina_store::{LetterRow, StoreError, Tx};

use super::NoMail;
use crate::{
    App, AppError,
    auth::Actor,
    jobs::{NewJob, kind::SendLetter},
};

/// A letter to one person, as a use case writes it: every text in both languages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewLetter {
    /// The address of the person.
    pub to: MailAddress,
    /// What it is for.
    pub purpose: Purpose,
    /// The language of the person, which stands first.
    pub language: Locale,
    /// The subject line.
    pub subject: Bilingual,
    /// What it says.
    pub body: Vec<Part>,
}

/// A part of what a letter says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Some sentences.
    Paragraph(Bilingual),
    /// Where something is.
    Link {
        /// What is there.
        label: Bilingual,
        /// Its address.
        address: String,
    },
}

impl App {
    /// Writes a letter in a transaction of its own. Whether somebody may be written to is for the use case to say.
    pub async fn write_to(&self, actor: &Actor, letter: &NewLetter) -> Result<Job, AppError> {
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        let job = self.add_letter(&mut tx, actor, letter).await?;
        tx.commit().await?;
        self.call_workers();
        Ok(job)
    }

    /// Writes a letter in the transaction of whatever makes it necessary; after its commit,
    /// [`App::call_workers`].
    pub async fn add_letter(&self, tx: &mut Tx, actor: &Actor, letter: &NewLetter) -> Result<Job, AppError> {
        self.can_write(&letter.purpose)?;
        let key = self.ensure_mail_key(tx).await?;
        let document = serde_json::to_value(letter).map_err(|error| StoreError::Database(Box::new(error)))?;
        let row = LetterRow { id: LetterId::new(self.new_id()), filed: self.now(), document };
        tx.add_letter(&row).await?;
        // The job can be read for a month by whoever runs the site: it names the letter and no person.
        let mut job = NewJob::of(SendLetter::TERMS, json!({ "letter": row.id }));
        job.key = Some(key.label(letter.to.domain()));
        job.priority = match letter.purpose {
            Purpose::Transactional => Priority::High,
            Purpose::Subscribed(_) => Priority::Normal,
        };
        self.add_job(tx, actor, job).await
    }

    /// Refuses what could not be sent.
    pub(super) fn can_write(&self, purpose: &Purpose) -> Result<(), NoMail> {
        if self.parts.mail.is_none() {
            return Err(NoMail::NotConfigured);
        }
        if matches!(purpose, Purpose::Subscribed(_)) && !self.site().base_url.starts_with("https://") {
            return Err(NoMail::NotEncrypted);
        }
        Ok(())
    }
}
