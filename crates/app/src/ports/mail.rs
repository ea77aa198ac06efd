//! Writing to people.

use std::fmt;

use futures_util::future::BoxFuture;
use vitrina_domain::{finding::Bilingual, id::LetterId, mail::MailAddress, time::Timestamp};

/// Sends letters by electronic mail.
pub trait Mail: Send + Sync {
    /// Hands one letter to the operator's mail server.
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), MailError>>;
}

/// A letter to one person, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Names the letter: the same for every try, so that a repetition can be told.
    pub id: LetterId,
    /// When it was written: the same for every try, too.
    pub written: Timestamp,
    /// The address of the person.
    pub to: MailAddress,
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

/// Why a letter was not handed over.
///
/// The detail is for whoever runs the site and may hold what the server said, which may hold an address. What is kept is
/// the rule and the status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", rule.code())]
pub struct MailError {
    /// The rule that stopped it.
    pub rule: MailRule,
    /// How the server put it, where it was the server.
    pub status: Option<MailStatus>,
    /// What was found, in English.
    pub detail: String,
}

impl MailError {
    /// A rule, and what broke it.
    pub fn new(rule: MailRule, detail: impl Into<String>) -> Self {
        Self { rule, status: None, detail: detail.into() }
    }
}

/// The answer of a mail server, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailStatus {
    /// The reply code (RFC 5321).
    pub code: u16,
    /// The enhanced status code (RFC 3463), where there is one.
    pub enhanced: Option<(u8, u16, u16)>,
}

impl fmt::Display for MailStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        self.enhanced.map_or(Ok(()), |(class, subject, detail)| write!(f, " {class}.{subject}.{detail}"))
    }
}

/// What becomes of a letter that was not handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The same letter may be taken later.
    TryAgain,
    /// The letter is never taken.
    GiveUp,
    /// Nobody should write to this person again.
    Suppress,
}

macro_rules! rules {
    ($($name:ident = $word:literal, $fate:ident, $es:literal, $en:literal;)*) => {
        /// The closed list of what can stand between a letter and the mail server.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum MailRule { $(#[doc = $en] $name,)* }

        impl MailRule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word for programs. It never changes its meaning.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What becomes of the letter.
            pub const fn fate(self) -> Fate {
                match self { $(Self::$name => Fate::$fate,)* }
            }

            /// The sentence for people, without a full stop.
            pub fn message(self) -> Bilingual {
                match self { $(Self::$name => Bilingual::new($es, $en),)* }
            }
        }
    };
}

rules! {
    Malformed = "letter-malformed", GiveUp,
        "la carta no se puede escribir: lleva saltos de línea donde no van, o una dirección que no lo es",
        "the letter cannot be written: it has line breaks where none belong, or an address that is none";
    Closed = "mail-closed", TryAgain,
        "el servidor de correo no aceptó la conexión o la cortó", "the mail server did not take the connection, or broke it";
    Silent = "mail-silent", TryAgain,
        "el servidor de correo no contestó a tiempo", "the mail server did not answer in time";
    Protocol = "mail-protocol", TryAgain,
        "lo que contestó el servidor no es SMTP", "what the server answered is not SMTP";
    Unencrypted = "mail-unencrypted", TryAgain,
        "el servidor de correo no ofrece cifrado (STARTTLS), y sin cifrado no se envía nada",
        "the mail server does not offer encryption (STARTTLS), and without it nothing is sent";
    Injected = "mail-injected", TryAgain,
        "alguien añadió algo a lo que dijo el servidor antes del cifrado",
        "somebody added to what the server said before the encryption";
    Certificate = "mail-certificate", TryAgain,
        "el servidor de correo no demostró quién es: TLS no se logró",
        "the mail server did not prove who it is: TLS did not succeed";
    Login = "mail-login", TryAgain,
        "el servidor de correo no aceptó el usuario y la contraseña", "the mail server did not take the name and the password";
    Later = "mail-later", TryAgain,
        "el servidor de correo pide que se intente después", "the mail server asks to try again later";
    NoRecipient = "mail-no-recipient", Suppress,
        "el servidor de correo dice que esa persona no existe", "the mail server says that there is no such person";
    Refused = "mail-refused", GiveUp,
        "el servidor de correo rechazó la carta para siempre", "the mail server refused the letter for good";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_words_and_both_languages_say_something_of_their_own() {
        let codes: HashSet<_> = MailRule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), MailRule::ALL.len());
        for rule in MailRule::ALL {
            assert!(rule.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", rule.code());
            assert_ne!(rule.message().es, rule.message().en);
        }
    }

    #[test]
    fn only_a_person_who_is_not_there_is_not_written_to_again() {
        let suppressing = MailRule::ALL.iter().filter(|rule| rule.fate() == Fate::Suppress);
        assert_eq!(suppressing.collect::<Vec<_>>(), [&MailRule::NoRecipient]);
    }

    #[test]
    fn a_status_is_told_in_numbers() {
        let plain = MailStatus { code: 450, enhanced: None };
        assert_eq!(plain.to_string(), "450");
        assert_eq!(MailStatus { code: 550, enhanced: Some((5, 1, 1)) }.to_string(), "550 5.1.1");
    }
}
