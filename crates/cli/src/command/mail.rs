//! `vitrina mail`: whether letters arrive, and who is not written to any more.

use std::fmt::Write as _;

use vitrina_app::{
    AppError,
    auth::Actor,
    mail::{NoMail, Sent},
    ports::{MailError, MailRule},
};
use vitrina_domain::{finding::Locale, mail::ListName};

use super::{Context, print, say};
use crate::{
    args::Correspondent,
    failure::{Exit, Failure},
    wiring::Catalog,
};

pub(super) async fn test(context: Context, to: &Correspondent) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    let sent = catalog.app.send_test_letter(&Actor::Operator, to.address.clone(), context.locale).await;
    let sent = sent.map_err(|error| match error {
        AppError::NoMail(NoMail::NotConfigured) => Failure::usage("no mail server is configured")
            .help("set mail_url and mail_from; `vitrina config --reference` tells how"),
        error => Failure::because("the letter was not sent", error),
    })?;
    catalog.close().await;
    match sent {
        Sent::HandedOver(id) => {
            say(&format!("the mail server has the letter for {} (Message-ID {id})", to.address))?;
            Ok(Exit::Done)
        }
        Sent::Suppressed(reason) => {
            let reason = reason.as_str();
            Err(Failure::failed(format!("{} is not written to any more: {reason}", to.address)).help(
                "`vitrina mail check` tells since when; DELETE /api/v1/suppressions/{id} lets it be written to again",
            ))
        }
        Sent::Failed(error) => Err(refused(&error, context.locale)),
    }
}

/// The rule, what was found, and what to do.
fn refused(error: &MailError, locale: Locale) -> Failure {
    let sentence = error.rule.message();
    let help = match error.rule {
        MailRule::Closed | MailRule::Silent => {
            "are host and port of mail_url right, and may this machine connect to them?"
        }
        MailRule::Protocol => "is the port of mail_url that of a mail server?",
        MailRule::Unencrypted => {
            "a server that is encrypted from the first byte is written smtps:// in mail_url"
        }
        MailRule::Injected => {
            "somebody on the way changes what is said: take smtps:// in mail_url, and find out who"
        }
        MailRule::Certificate => {
            "mail_url must name the server as its certificate does; an authority of your own goes into mail_authorities"
        }
        MailRule::Login => {
            "are user and password of mail_url right, and encoded as in an address (@ is %40)?"
        }
        MailRule::Later => "letters are tried again by themselves",
        MailRule::NoRecipient => "is the address right?",
        MailRule::Refused => "may this server send letters from mail_from?",
        MailRule::Malformed => "is mail_from an address?",
    };
    Failure::because(format!("{}: {}", error.rule.code(), sentence.get(locale)), error.clone()).help(help)
}

pub(super) async fn check(context: Context, of: &Correspondent) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    let found = catalog
        .app
        .suppressions_of(&Actor::Operator, &of.address)
        .await
        .map_err(|error| Failure::because("cannot read the suppressions", error))?;
    catalog.close().await;
    let mut text = String::new();
    for suppression in &found {
        let day: String = suppression.created.to_string().chars().take(10).collect();
        let list = suppression.list.as_ref().map_or("(all letters)", ListName::as_str);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}  {day}  {:<12}  {list}", suppression.id, suppression.reason.as_str());
    }
    print(&text)?;
    if found.is_empty() {
        say(&format!("{} is written to", of.address))?;
        return Ok(Exit::Done);
    }
    Ok(Exit::Findings)
}
