//! What an answer of the mail server means, by when it is given.

use std::error::Error as _;

use lettre::transport::smtp;
use vitrina_app::ports::{MailError, MailRule, MailStatus};

/// What the server was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// That we are here.
    Greeting,
    /// Name and password.
    Login,
    /// Whom the letter is from.
    Sender,
    /// Whom it is for.
    Recipient,
    /// The letter.
    Letter,
}

/// The rule that an error of the library is about.
pub(super) fn describe(error: &smtp::Error, moment: Moment) -> MailError {
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    let detail = vitrina_app::Chain(error).to_string();
    let Some(code) = error.status().map(u16::from) else {
        let rule = if moment == Moment::Login && error.is_client() {
            // There is no way to log in that both sides know.
            MailRule::Login
        } else if error.is_response() && said != "incomplete response" {
            MailRule::Protocol
        } else {
            MailRule::Closed
        };
        return MailError::new(rule, detail);
    };
    let enhanced = enhanced(&said);
    let rule = if error.is_transient() { MailRule::Later } else { for_good(moment, code, enhanced) };
    MailError { rule, status: Some(MailStatus { code, enhanced }), detail }
}

/// What a refusal for good is about.
fn for_good(moment: Moment, code: u16, enhanced: Option<(u8, u16, u16)>) -> MailRule {
    match moment {
        // A server that does not want us now may want us when somebody has talked to it.
        Moment::Greeting => MailRule::Later,
        Moment::Login => MailRule::Login,
        Moment::Recipient if is_nobody(code, enhanced) => MailRule::NoRecipient,
        Moment::Sender | Moment::Recipient | Moment::Letter => MailRule::Refused,
    }
}

/// Whether the server says that nobody is there, rather than that it does not like us.
fn is_nobody(code: u16, enhanced: Option<(u8, u16, u16)>) -> bool {
    match enhanced {
        // Of what is wrong with addresses, 7 and 8 are about the sender's (RFC 3463 section 3.2).
        Some((5, 1, detail)) => !matches!(detail, 7 | 8),
        // The mailbox is closed.
        Some((5, 2, 1)) => true,
        Some(_) => false,
        None => matches!(code, 550 | 551 | 553),
    }
}

/// The enhanced status code at the beginning of an answer (RFC 2034).
fn enhanced(said: &str) -> Option<(u8, u16, u16)> {
    let mut parts = said.split_whitespace().next()?.split('.');
    let status = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(status)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nobody(550, "5.1.1 <ana@example.org> unknown", MailRule::NoRecipient)]
    #[case::no_domain(550, "5.1.2 bad host", MailRule::NoRecipient)]
    #[case::no_mail_there(556, "5.1.10 null MX", MailRule::NoRecipient)]
    #[case::closed(550, "5.2.1 mailbox disabled", MailRule::NoRecipient)]
    #[case::plain(550, "no such user", MailRule::NoRecipient)]
    #[case::moved(551, "user not local", MailRule::NoRecipient)]
    #[case::sender(553, "5.1.8 your domain does not exist", MailRule::Refused)]
    #[case::full(552, "5.2.2 mailbox full", MailRule::Refused)]
    #[case::policy(550, "5.7.1 relaying denied", MailRule::Refused)]
    #[case::blocked(554, "your address is on a list", MailRule::Refused)]
    #[case::another_class(550, "4.1.1 odd", MailRule::Refused)]
    fn only_who_is_not_there_is_not_written_to_again(
        #[case] code: u16,
        #[case] said: &str,
        #[case] rule: MailRule,
    ) {
        assert_eq!(for_good(Moment::Recipient, code, enhanced(said)), rule);
        assert_eq!(for_good(Moment::Sender, code, enhanced(said)), MailRule::Refused);
        assert_eq!(for_good(Moment::Letter, code, enhanced(said)), MailRule::Refused);
        assert_eq!(for_good(Moment::Login, code, enhanced(said)), MailRule::Login);
    }

    #[rstest]
    #[case("5.1.1 nobody", Some((5, 1, 1)))]
    #[case("5.1.1", Some((5, 1, 1)))]
    #[case("5.1", None)]
    #[case("5.1.1.1 no", None)]
    #[case("10.0.0.1 is blocked", None)]
    #[case("5.x.1", None)]
    #[case("no", None)]
    #[case("", None)]
    fn a_status_stands_in_front(#[case] said: &str, #[case] status: Option<(u8, u16, u16)>) {
        assert_eq!(enhanced(said), status);
    }
}
