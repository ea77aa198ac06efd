//! Which mail server, and how it is spoken to.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use lettre::{
    message::Mailbox,
    transport::smtp::{authentication::Credentials, extension::ClientId},
};
use rustls::{
    ClientConfig,
    pki_types::{DnsName, ServerName},
};

use crate::tls::{self, Root, TlsError};

/// Which mail server, and how it is spoken to.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// Its name, which its certificate must be for.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// Name and password, where it wants them.
    pub login: Option<(String, Password)>,
    /// Whom letters are from: an address, or a name with an address in angle brackets.
    pub from: String,
    /// What we call ourselves: a domain.
    pub hello: Option<String>,
    /// Certificates that are trusted beside those of Mozilla's list.
    pub roots: Vec<Root>,
    /// The longest that handing over a letter may take.
    pub timeout: Duration,
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS after a greeting in the clear (port 587); without it nothing is sent.
    StartTls,
    /// None: only for a server on this machine.
    Loopback,
}

/// A password. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Why there is no such postman.
#[derive(Debug, thiserror::Error)]
pub enum MailConfigError {
    /// Nobody can write from there.
    #[error("{0:?} is no sender: write an address, or a name with an address in angle brackets")]
    Sender(String),
    /// No certificate can be for this name.
    #[error("{0:?} is no name of a mail server")]
    Host(String),
    /// Passwords and letters would be readable on the way.
    #[error("{0} is not this machine: letters to it must be encrypted")]
    NotLoopback(String),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A mail server, checked.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Option<Credentials>,
    pub(super) from: Mailbox,
    pub(super) hello: ClientId,
    pub(super) patience: Duration,
}

/// How the connection is protected, with what that needs.
pub(super) enum Security {
    Tls(Identity),
    StartTls(Identity),
    Loopback,
}

/// What the server has to prove, and to whom.
pub(super) struct Identity {
    pub(super) name: ServerName<'static>,
    pub(super) tls: Arc<ClientConfig>,
}

impl Server {
    pub(super) fn new(config: MailConfig) -> Result<Self, MailConfigError> {
        let MailConfig { host, port, security, login, from, hello, roots, timeout } = config;
        let identity = || {
            let name =
                ServerName::try_from(host.clone()).map_err(|_error| MailConfigError::Host(host.clone()))?;
            Ok::<_, MailConfigError>(Identity { name, tls: tls::client(&roots, None)? })
        };
        let security = match security {
            MailSecurity::Tls => Security::Tls(identity()?),
            MailSecurity::StartTls => Security::StartTls(identity()?),
            MailSecurity::Loopback if is_loopback(&host) => Security::Loopback,
            MailSecurity::Loopback => return Err(MailConfigError::NotLoopback(host)),
        };
        // What is no domain could begin a command of its own.
        let hello = hello.filter(|name| DnsName::try_from(name.as_str()).is_ok());
        Ok(Self {
            host,
            port,
            security,
            login: login.map(|(name, Password(password))| Credentials::new(name, password)),
            from: from.parse().map_err(|_error| MailConfigError::Sender(from))?,
            hello: hello.map_or_else(ClientId::default, ClientId::Domain),
            patience: timeout,
        })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(host: &str, security: MailSecurity) -> MailConfig {
        MailConfig {
            host: host.into(),
            port: 25,
            security,
            login: Some(("datos".into(), Password("muy secreto".into()))),
            from: "datos@example.org".into(),
            hello: None,
            roots: Vec::new(),
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn letters_in_the_clear_stay_on_this_machine() {
        for own in ["localhost", "127.0.0.1", "::1"] {
            assert!(Server::new(config(own, MailSecurity::Loopback)).is_ok(), "{own}");
        }
        for other in ["correo.example.org", "10.0.0.1", "localhost.example.org"] {
            let refused = Server::new(config(other, MailSecurity::Loopback));
            assert!(matches!(refused, Err(MailConfigError::NotLoopback(host)) if host == other));
            assert!(Server::new(config(other, MailSecurity::StartTls)).is_ok(), "{other}");
        }
    }

    #[test]
    fn a_sender_is_somebody_and_a_server_has_a_name() {
        for sender in ["", "nobody", "Datos <datos>", "a@example.org\r\nBcc: b@example.org"] {
            let refused = Server::new(MailConfig { from: sender.into(), ..config("::1", MailSecurity::Tls) });
            assert!(matches!(refused, Err(MailConfigError::Sender(_))), "{sender:?}");
        }
        let refused = Server::new(config("correo example", MailSecurity::Tls));
        assert!(matches!(refused, Err(MailConfigError::Host(_))));
    }

    #[test]
    fn what_we_call_ourselves_is_a_domain_or_nothing() {
        let hello = |name: &str| {
            let config = MailConfig { hello: Some(name.into()), ..config("::1", MailSecurity::Loopback) };
            Server::new(config).unwrap().hello.to_string()
        };
        assert_eq!(hello("datos.example.org"), "datos.example.org");
        assert_eq!(hello("a\r\nMAIL FROM:<b@example.org>"), "[127.0.0.1]");
    }

    #[test]
    fn the_password_is_not_shown() {
        assert!(!format!("{:?}", config("localhost", MailSecurity::Tls)).contains("secreto"));
    }
}
