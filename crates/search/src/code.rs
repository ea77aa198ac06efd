//! Codes: the one value that stands for all spellings of a controlled value.

use vitrina_domain::{
    metadata::{Concept, Iri},
    query::Field,
    vocabulary::{Term, Vocabularies, Vocabulary},
};

/// Where IANA publishes media types; records name them with and without it.
const MEDIA_TYPES: &str = "www.iana.org/assignments/media-types/";

/// Finds codes in the vocabularies in force.
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    vocabularies: Vocabularies,
}

impl Codes {
    pub(crate) fn new(vocabularies: &Vocabularies) -> Self {
        Self { vocabularies: vocabularies.clone() }
    }

    fn list(&self, field: Field) -> Option<&Vocabulary> {
        match field {
            Field::Theme => Some(&self.vocabularies.theme),
            Field::Format => Some(&self.vocabularies.file_type),
            Field::License => Some(&self.vocabularies.licence),
            Field::Language => Some(&self.vocabularies.language),
            Field::Frequency => Some(&self.vocabularies.frequency),
            Field::AccessRights => Some(&self.vocabularies.access_right),
            Field::GovType => Some(&self.vocabularies.gov_type),
            Field::Spatial => Some(&self.vocabularies.municipality),
            _ => None,
        }
    }

    /// The codes that a spelling stands for: one, or several where a sector belongs to several themes.
    pub(crate) fn resolve(&self, field: Field, spelling: &str) -> Vec<String> {
        if field == Field::MediaType {
            return media_type(spelling).into_iter().collect();
        }
        let found = self.list(field).and_then(|list| list.resolve(spelling));
        match (field, found) {
            (_, Some(term)) => vec![term.code.clone()],
            (Field::Theme, None) => {
                self.vocabularies.sector.resolve(spelling).map(themes).unwrap_or_default()
            }
            (_, None) => Vec::new(),
        }
    }

    /// The language tag that a spelling of a language stands for.
    pub(crate) fn language_tag<'a>(&'a self, spelling: &'a str) -> &'a str {
        self.vocabularies.language.resolve(spelling).and_then(|term| term.text("bcp47")).unwrap_or(spelling)
    }
}

fn themes(sector: &Term) -> Vec<String> {
    let codes = sector.attributes.get("themes").and_then(|themes| themes.as_array());
    codes.into_iter().flatten().filter_map(|code| code.as_str()).map(str::to_owned).collect()
}

/// A media type in lower case, without parameters and without the address of its registration.
fn media_type(spelling: &str) -> Option<String> {
    let lower = spelling.trim().to_lowercase();
    let bare = lower.split_once(MEDIA_TYPES).map_or(lower.as_str(), |(_, rest)| rest);
    let essence = bare.split(';').next().unwrap_or_default().trim();
    (!essence.is_empty()).then(|| essence.to_owned())
}

/// Every text that names a concept: IRI, code, labels.
pub(crate) fn spellings(concept: &Concept) -> Vec<String> {
    let iri = concept.iri.as_ref().map(Iri::as_str);
    let labels = concept.label.iter().chain(concept.alternative.iter()).map(|(_, text)| text);
    iri.into_iter().chain(concept.notation.as_deref()).chain(labels).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Field::Theme, "http://publications.europa.eu/resource/authority/data-theme/AGRI", &["AGRI"])]
    #[case(Field::Theme, "agri", &["AGRI"])]
    #[case(Field::Theme, "SEGURIDAD_JUSTICIA", &["JUST"])]
    #[case(Field::Theme, "Astrología", &[])]
    #[case(Field::Format, "csv", &["CSV"])]
    #[case(Field::Spatial, "Abasolo, N.L.", &["19001"])]
    #[case(Field::Language, "es", &["SPA"])]
    #[case(Field::MediaType, "https://www.iana.org/assignments/media-types/Text/CSV", &["text/csv"])]
    #[case(Field::MediaType, "text/csv; charset=utf-8", &["text/csv"])]
    #[case(Field::Publisher, "csv", &[])]
    fn spellings_stand_for_codes(#[case] field: Field, #[case] spelling: &str, #[case] codes: &[&str]) {
        let known = Codes::new(&Vocabularies::embedded().unwrap());
        assert_eq!(known.resolve(field, spelling), codes);
    }

    #[test]
    fn languages_have_tags() {
        let codes = Codes::new(&Vocabularies::embedded().unwrap());
        assert_eq!(codes.language_tag("http://publications.europa.eu/resource/authority/language/ENG"), "en");
        assert_eq!(codes.language_tag("xyz"), "xyz");
    }
}
