//! Which mail server, and how it is spoken to.

use std::{fmt, net::IpAddr, time::Duration};

use lettre::{
    AsyncSmtpTransport, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use rustls::pki_types::CertificateDer;

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
    /// What we call ourselves.
    pub hello: Option<String>,
    /// Certificates that are trusted beside those of Mozilla's list.
    pub roots: Vec<CertificateDer<'static>>,
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
    #[error("{0:?} is no mail address")]
    Sender(String),
    /// Passwords and letters would be readable on the way.
    #[error("{0} is not this machine: letters to it must be encrypted")]
    NotLoopback(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// The connection to a server.
#[expect(clippy::disallowed_methods, reason = "this is the one place that speaks to a mail server")]
pub(super) fn transport(config: MailConfig) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailConfigError> {
    let MailConfig { host, port, security, login, from: _, hello, roots, timeout } = config;
    let tls = match security {
        MailSecurity::Tls => Tls::Wrapper(parameters(&host, &roots)?),
        MailSecurity::StartTls => Tls::Required(parameters(&host, &roots)?),
        MailSecurity::Loopback if is_loopback(&host) => Tls::None,
        MailSecurity::Loopback => return Err(MailConfigError::NotLoopback(host)),
    };
    // "Dangerous" is the builder's default of no TLS, which the next line replaces.
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .tls(tls)
        .port(port)
        .timeout(Some(timeout));
    if let Some((name, Password(password))) = login {
        builder = builder.credentials(Credentials::new(name, password));
    }
    if let Some(hello) = hello {
        builder = builder.hello_name(ClientId::Domain(hello));
    }
    Ok(builder.build())
}

fn parameters(host: &str, roots: &[CertificateDer<'static>]) -> Result<TlsParameters, MailConfigError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    for root in roots {
        let root = Certificate::from_der(root.to_vec()).map_err(MailConfigError::Tls)?;
        builder = builder.add_root_certificate(root);
    }
    builder.build_rustls().map_err(MailConfigError::Tls)
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
            assert!(transport(config(own, MailSecurity::Loopback)).is_ok(), "{own}");
        }
        for other in ["correo.example.org", "10.0.0.1", "localhost.example.org"] {
            let refused = transport(config(other, MailSecurity::Loopback));
            assert!(matches!(refused, Err(MailConfigError::NotLoopback(host)) if host == other));
            assert!(transport(config(other, MailSecurity::StartTls)).is_ok(), "{other}");
        }
    }

    #[test]
    fn the_password_is_not_shown() {
        assert!(!format!("{:?}", config("localhost", MailSecurity::Tls)).contains("secreto"));
    }
}
