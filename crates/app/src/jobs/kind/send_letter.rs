//! Hands a letter over to the mail server.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use vitrina_domain::{
    finding::Bilingual,
    id::LetterId,
    job::Failure,
    mail::{Suppression, SuppressionReason},
};
use vitrina_store::LetterRow;

use super::forget_letters::KEPT;
use crate::{
    App, AppError,
    jobs::Task,
    mail::{NoMail, Sent},
    ports::{Done, Fate, MailError, Terms, Trouble, Work},
};

/// Hands a letter over to the mail server, unless its reader is not written to any more.
///
/// A process that dies after the server took the letter hands it over again, under the same `Message-ID`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SendLetter;

impl SendLetter {
    /// Two to one receiving domain at once, so that a slow one is no burden to the others.
    pub(crate) const TERMS: Terms = Terms {
        kind: "send-letter",
        // From ten seconds to an hour apart, these take longer than a letter is kept.
        attempts: 90,
        time_limit: Duration::from_mins(2),
        at_once: 4,
        per_key: 2,
    };
}

#[derive(Debug, Deserialize)]
struct Payload {
    letter: LetterId,
}

impl Work for SendLetter {
    fn terms(&self) -> Terms {
        Self::TERMS
    }

    fn run<'a>(&'a self, app: &'a App, task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move {
            let Payload { letter: id } = task.payload()?;
            // One that came back with a backup is not kept, either.
            let kept = app.store().letter(id).await?;
            let is_news = |letter: &LetterRow| letter.filed > app.now().plus_seconds(-KEPT);
            let Some(letter) = kept.filter(is_news) else { return Err(forgotten()) };
            let (sent, suppression) = match app.send_kept(&letter).await {
                Ok(sent) => sent,
                // Another process may have a mail server, or this one after its next start.
                Err(AppError::NoMail(reason)) => return Err(Trouble::TryAgain(no_mail(reason), None)),
                Err(error) => return Err(error.into()),
            };
            match sent {
                Sent::HandedOver(_) => Ok(done(id, json!({ "outcome": "sent" }), None)),
                Sent::Suppressed(reason) => Ok(done(id, suppressed(reason), None)),
                Sent::Failed(error) => failed(id, &error, suppression),
            }
        })
    }
}

fn failed(id: LetterId, error: &MailError, suppression: Suppression) -> Result<Done, Trouble> {
    match error.rule.fate() {
        Fate::Suppress => {
            let status = error.status.map(|status| status.to_string());
            let result = json!({ "outcome": SuppressionReason::Rejected.as_str(), "status": status });
            Ok(done(id, result, Some(suppression)))
        }
        Fate::GiveUp => Err(Trouble::GiveUp(failure(error))),
        Fate::TryAgain => Err(Trouble::TryAgain(failure(error), None)),
    }
}

/// Forgets the letter with the end of its job.
fn done(id: LetterId, result: Value, suppression: Option<Suppression>) -> Done {
    Done {
        result,
        effect: Some(Box::new(move |tx| {
            Box::pin(async move {
                if let Some(suppression) = suppression {
                    tx.suppress(&suppression).await?;
                }
                tx.forget_letter(id).await
            })
        })),
    }
}

fn suppressed(reason: SuppressionReason) -> Value {
    json!({ "outcome": "suppressed", "reason": reason.as_str() })
}

/// The rule and the numbers; the words of a server may hold an address, and this is kept for a month.
fn failure(error: &MailError) -> Failure {
    let Bilingual { mut es, mut en } = error.rule.message();
    if let Some(status) = error.status {
        es = format!("{es} ({status})");
        en = format!("{en} ({status})");
    }
    Failure { code: error.rule.code().to_owned(), detail: Bilingual { es, en } }
}

fn no_mail(reason: NoMail) -> Failure {
    let (code, es) = match reason {
        NoMail::NotConfigured => {
            ("mail-not-configured", "este proceso no tiene servidor de correo (mail_url)")
        }
        NoMail::NotEncrypted => {
            ("mail-not-encrypted", "las cartas con baja de un clic necesitan una base_url con https://")
        }
    };
    Failure { code: code.to_owned(), detail: Bilingual::new(es, reason.to_string()) }
}

fn forgotten() -> Trouble {
    let detail = Bilingual::new(
        "la carta ya no se guarda: no se pudo entregar a tiempo",
        "the letter is not kept any more: it could not be handed over in time",
    );
    Trouble::GiveUp(Failure { code: "letter-forgotten".to_owned(), detail })
}
