//! The address of a mail server.

use std::{fmt, str::FromStr};

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize, Serializer};
use url::Url;
use vitrina_egress::{MailSecurity, Password};

/// The address of a mail server: `smtps://USER:PASSWORD@host[:port]`, `smtp://…` with `STARTTLS`, or
/// `smtp+plain://localhost[:port]`. The password shows nowhere.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MailUrl(Url);

/// What no address of a mail server can be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a mail server is written smtps://USER:PASSWORD@host or smtp://USER:PASSWORD@host (encrypted after STARTTLS), with \
     USER and PASSWORD percent-encoded, or smtp+plain://localhost when it is on this machine"
)]
pub struct InvalidMailUrl;

impl FromStr for MailUrl {
    type Err = InvalidMailUrl;

    fn from_str(text: &str) -> Result<Self, InvalidMailUrl> {
        let url = Url::parse(text).map_err(|_error| InvalidMailUrl)?;
        let fits = matches!(url.scheme(), "smtps" | "smtp" | "smtp+plain")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.username().is_empty() == url.password().is_none()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none();
        if fits { Ok(Self(url)) } else { Err(InvalidMailUrl) }
    }
}

impl TryFrom<String> for MailUrl {
    type Error = InvalidMailUrl;

    fn try_from(text: String) -> Result<Self, InvalidMailUrl> {
        text.parse()
    }
}

impl MailUrl {
    /// The name of the server.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.0.port().unwrap_or(match self.security() {
            MailSecurity::Tls => 465,
            MailSecurity::StartTls => 587,
            MailSecurity::Loopback => 25,
        })
    }

    /// How the connection is protected.
    pub fn security(&self) -> MailSecurity {
        match self.0.scheme() {
            "smtps" => MailSecurity::Tls,
            "smtp" => MailSecurity::StartTls,
            _ => MailSecurity::Loopback,
        }
    }

    /// Name and password, for the one that logs in.
    pub fn login(&self) -> Option<(String, Password)> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Some((decoded(self.0.username()), Password(decoded(self.0.password()?))))
    }
}

impl fmt::Display for MailUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        if shown.password().is_some() && shown.set_password(Some("***")).is_err() {
            return f.write_str("(masked)");
        }
        f.write_str(shown.as_str())
    }
}

impl fmt::Debug for MailUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailUrl({self})")
    }
}

impl Serialize for MailUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("smtps://datos:s@correo.example.org", "correo.example.org", 465, MailSecurity::Tls)]
    #[case("smtp://correo.example.org", "correo.example.org", 587, MailSecurity::StartTls)]
    #[case("smtp://datos:s@correo.example.org:2525/", "correo.example.org", 2525, MailSecurity::StartTls)]
    #[case("smtp+plain://[::1]", "::1", 25, MailSecurity::Loopback)]
    fn an_address_says_how_it_is_spoken_to(
        #[case] text: &str,
        #[case] host: &str,
        #[case] port: u16,
        #[case] security: MailSecurity,
    ) {
        let url: MailUrl = text.parse().unwrap();
        assert_eq!((url.host(), url.port(), url.security()), (host, port, security));
    }

    #[test]
    fn the_password_is_for_the_one_that_logs_in() {
        let url: MailUrl = "smtps://datos%40example.org:a%2Fb%25@correo.example.org".parse().unwrap();
        let (name, Password(password)) = url.login().unwrap();
        assert_eq!((name.as_str(), password.as_str()), ("datos@example.org", "a/b%"));
        assert_eq!(url.to_string(), "smtps://datos%40example.org:***@correo.example.org");
        assert!(!format!("{url:?}").contains("a%2Fb"));
        assert_eq!("smtp://correo.example.org".parse::<MailUrl>().unwrap().login(), None);
    }

    #[rstest]
    #[case("correo.example.org")]
    #[case("http://correo.example.org")]
    #[case("smtps://")]
    #[case("smtps:correo.example.org")]
    #[case("smtps://datos@correo.example.org")]
    #[case("smtps://correo.example.org/x")]
    #[case("smtps://correo.example.org?tls=none")]
    fn what_is_no_mail_server_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<MailUrl>(), Err(InvalidMailUrl));
    }
}
