//! By what a record is known at its source.

use vitrina_domain::finding::{Bilingual, Finding, Severity};
use vitrina_formats::read::Identity;

/// The identifier of a record at its source: its own, else its IRI, else its landing page, else source and
/// title. Nothing for a record with no name of any kind.
pub(crate) fn identifier(identity: &Identity, source: &str) -> Option<String> {
    let filled =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    filled(&identity.identifier)
        .or_else(|| filled(&identity.iri))
        .or_else(|| filled(&identity.landing_page))
        .or_else(|| filled(&identity.title).map(|title| format!("{source}: {title}")))
}

/// What is said of a record that was named by something else than an identifier.
pub(super) fn made_up(identifier: &str) -> Finding {
    Finding::new(
        Severity::Warning,
        "W-GEN-IDENTIFIER",
        "/identifier",
        Bilingual::new(
            format!("el registro no trae identificador; se usó «{identifier}»"),
            format!("the record brings no identifier; \"{identifier}\" was taken"),
        ),
    )
    .with_hint(Bilingual::new(
        "agregue un identificador que no cambie cuando cambien el título o la dirección",
        "add an identifier that stays when title or address change",
    ))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Some("a-1"), Some("https://e.org/x"), Some("T"), Some("a-1"))]
    #[case(Some("  "), Some("https://e.org/x"), Some("T"), Some("https://e.org/x"))]
    #[case(None, None, Some("Nómina"), Some("portal: Nómina"))]
    #[case(None, None, None, None)]
    fn falls_back_in_order(
        #[case] own: Option<&str>,
        #[case] page: Option<&str>,
        #[case] title: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        let identity = Identity {
            identifier: own.map(str::to_owned),
            iri: None,
            landing_page: page.map(str::to_owned),
            title: title.map(str::to_owned),
        };
        assert_eq!(identifier(&identity, "portal").as_deref(), expected);
    }
}
