//! Who hands letters over, as the settings say.

use std::time::Duration;

use url::{Host, Url};
use vitrina_egress::{MailConfig, Postman};

use crate::{authorities::authorities, config::Settings, failure::Failure};

/// The longest that handing over a letter may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The postman of the settings; none where no mail server is named.
pub(crate) fn postman(settings: &Settings, base_url: &str) -> Result<Option<Postman>, Failure> {
    let Some(url) = &settings.mail_url else { return Ok(None) };
    let from = settings.mail_from.clone().ok_or_else(|| {
        Failure::usage("mail_url is set, and mail_from is not")
            .help("for example mail_from = \"Datos de Ejemplo <datos@example.org>\"")
    })?;
    let roots = authorities("mail_authorities", settings.mail_authorities.as_deref())?;
    let config = MailConfig {
        host: url.host().to_owned(),
        port: url.port(),
        security: url.security(),
        login: url.login(),
        from,
        hello: hello(base_url),
        roots,
        timeout: PATIENCE,
    };
    let postman = Postman::new(config)
        .map_err(|error| Failure::because("letters cannot be sent as it is configured", error))?;
    Ok(Some(postman))
}

/// What we call ourselves: the name of the site.
fn hello(base_url: &str) -> Option<String> {
    match Url::parse(base_url).ok()?.host()? {
        Host::Domain(name) if name != "localhost" => Some(name.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://datos.example.org/x", Some("datos.example.org"))]
    #[case("http://127.0.0.1:8080", None)]
    #[case("http://localhost:8080", None)]
    fn we_call_ourselves_as_the_site(#[case] base_url: &str, #[case] name: Option<&str>) {
        assert_eq!(hello(base_url).as_deref(), name);
    }

    #[rstest]
    #[case(None, None, None, Ok(false))]
    #[case(Some("smtp+plain://localhost"), Some("datos@example.org"), None, Ok(true))]
    #[case(Some("smtp+plain://localhost"), None, None, Err("mail_from is not"))]
    #[case(Some("smtp+plain://localhost"), Some("datos"), None, Err("no sender"))]
    #[case(Some("smtp+plain://mail.example.org"), Some("datos@example.org"), None, Err("must be encrypted"))]
    #[case(
        Some("smtps://mail.example.org"),
        Some("datos@example.org"),
        Some("/no/such.pem"),
        Err("/no/such.pem")
    )]
    #[case(
        Some("smtps://mail.example.org"),
        Some("datos@example.org"),
        Some("Cargo.toml"),
        Err("no certificate")
    )]
    fn what_cannot_work_is_refused_with_a_reason(
        #[case] url: Option<&str>,
        #[case] from: Option<&str>,
        #[case] authorities: Option<&str>,
        #[case] expected: Result<bool, &str>,
    ) {
        let settings = Settings {
            mail_url: url.map(|url| url.parse().unwrap()),
            mail_from: from.map(str::to_owned),
            mail_authorities: authorities.map(Into::into),
            ..Settings::default()
        };
        match (postman(&settings, "https://datos.example.org"), expected) {
            (Ok(postman), Ok(there)) => assert_eq!(postman.is_some(), there),
            (Err(failure), Err(said)) => assert!(failure.to_string().contains(said), "{failure}"),
            (Ok(_), Err(said)) => panic!("it was taken: {said}"),
            (Err(failure), Ok(_)) => panic!("{failure}"),
        }
    }
}
