//! Controlled vocabularies: lists of codes with labels, IRIs and the other spellings found in the field.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{finding::Bilingual, metadata::Concept};

/// One entry of a vocabulary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The code.
    pub code: String,
    /// The IRI, where the list has one for the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iri: Option<String>,
    /// What people read.
    pub label: Bilingual,
    /// Other spellings that mean the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What only this list says of its terms: `mediaType`, `open`, `period` and the like.
    #[serde(flatten)]
    pub attributes: Map<String, Value>,
}

impl Term {
    /// A text attribute.
    pub fn text(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).and_then(Value::as_str)
    }

    /// A frequency as `data.json` writes it: a repeating duration of ISO 8601, or `irregular`.
    ///
    /// A frequency without a duration of its own is told by the longest time that passes between two updates.
    pub fn repeating_duration(&self) -> String {
        match (self.text("iso8601"), self.text("period")) {
            (Some(code), _) => code.to_owned(),
            (None, Some(period)) => format!("R/{period}"),
            (None, None) => "irregular".to_owned(),
        }
    }

    /// A yes-or-no attribute.
    pub fn flag(&self, attribute: &str) -> Option<bool> {
        self.attributes.get(attribute).and_then(Value::as_bool)
    }
}

/// The file of a vocabulary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    title: Bilingual,
    /// Where the list comes from, with its date.
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scheme: Option<String>,
    version: String,
    terms: Vec<Term>,
}

/// A list of terms that finds a term by code, IRI, alias or label.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    file: File,
    index: HashMap<String, usize>,
}

/// Why a vocabulary file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    /// The file is not JSON of the right shape.
    #[error("vocabulary {name} cannot be read")]
    Unreadable {
        /// The file's name.
        name: String,
        /// What the JSON reader said.
        #[source]
        source: serde_json::Error,
    },
    /// Two terms answer to one spelling.
    #[error("vocabulary {name}: {spelling:?} stands for {first} and {second}")]
    Ambiguous {
        /// The vocabulary's name.
        name: String,
        /// The spelling that two terms share.
        spelling: String,
        /// The first term's code.
        first: String,
        /// The second term's code.
        second: String,
    },
}

/// How two spellings are compared: without case, outer blanks and a slash at the end.
fn key(spelling: &str) -> String {
    let folded = spelling.trim().to_lowercase();
    let trimmed = folded.trim_end_matches('/');
    trimmed.strip_prefix("https://").or_else(|| trimmed.strip_prefix("http://")).unwrap_or(trimmed).to_owned()
}

impl Vocabulary {
    /// Reads the JSON file of a vocabulary.
    pub fn parse(name: &str, json: &str) -> Result<Self, VocabularyError> {
        let file: File = serde_json::from_str(json)
            .map_err(|source| VocabularyError::Unreadable { name: name.to_owned(), source })?;
        let mut index: HashMap<String, usize> = HashMap::new();
        for (position, term) in file.terms.iter().enumerate() {
            let exact = [Some(&term.code), term.iri.as_ref()].into_iter().flatten().chain(&term.aliases);
            for spelling in exact {
                if let Some(first) = index.insert(key(spelling), position).filter(|first| *first != position)
                {
                    return Err(VocabularyError::Ambiguous {
                        name: file.name.clone(),
                        spelling: spelling.clone(),
                        first: file.terms.get(first).map(|term| term.code.clone()).unwrap_or_default(),
                        second: term.code.clone(),
                    });
                }
            }
        }
        for (position, term) in file.terms.iter().enumerate() {
            for label in [&term.label.es, &term.label.en] {
                index.entry(key(label)).or_insert(position);
            }
        }
        Ok(Self { file, index })
    }

    /// The vocabulary's name.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// What people call the list.
    pub fn title(&self) -> &Bilingual {
        &self.file.title
    }

    /// Where the list comes from.
    pub fn source(&self) -> &str {
        &self.file.source
    }

    /// The version of the list.
    pub fn version(&self) -> &str {
        &self.file.version
    }

    /// The IRI of the concept scheme.
    pub fn scheme(&self) -> Option<&str> {
        self.file.scheme.as_deref()
    }

    /// Every term, in the order of the file.
    pub fn terms(&self) -> &[Term] {
        &self.file.terms
    }

    /// The term that a spelling stands for.
    pub fn resolve(&self, spelling: &str) -> Option<&Term> {
        self.index.get(&key(spelling)).and_then(|position| self.file.terms.get(*position))
    }

    /// The term that a value of a document stands for.
    pub fn term_of(&self, concept: &Concept) -> Option<&Term> {
        concept.spellings().find_map(|spelling| self.resolve(spelling))
    }
}

macro_rules! vocabularies {
    ($($(#[$doc:meta])* $name:ident = $file:literal,)*) => {
        /// The vocabularies in force.
        #[derive(Debug, Clone)]
        pub struct Vocabularies {
            $($(#[$doc])* pub $name: Vocabulary,)*
        }

        /// The embedded files by name.
        pub const EMBEDDED: &[(&str, &str)] = &[
            $(($file, include_str!(concat!("../../../schemas/vocab/", $file, ".json"))),)*
        ];

        impl Vocabularies {
            /// Reads the embedded lists.
            pub fn embedded() -> Result<Self, VocabularyError> {
                let files: BTreeMap<&str, &str> = EMBEDDED.iter().copied().collect();
                Ok(Self {
                    $($name: Vocabulary::parse($file, files.get($file).copied().unwrap_or_default())?,)*
                })
            }

            /// Every vocabulary.
            pub fn iter(&self) -> impl Iterator<Item = &Vocabulary> {
                [$(&self.$name),*].into_iter()
            }

            /// A vocabulary by its name.
            pub fn get(&self, name: &str) -> Option<&Vocabulary> {
                self.iter().find(|vocabulary| vocabulary.name() == name)
            }
        }
    };
}

vocabularies! {
    /// `dct:accrualPeriodicity`: EU frequencies with ISO 8601 `R/P…` codes and periods.
    frequency = "frequency",
    /// Licences, and whether each asks for no more than naming the source.
    licence = "licence",
    /// `dct:format`: file types with media type, openness and machine-readability.
    file_type = "file-type",
    /// `dcat:theme`: the EU data themes, with the sectors that portals of Mexico use.
    theme = "data-theme",
    /// Sectors of ADELA with the EU themes they belong to.
    sector = "sector",
    /// `dct:language`.
    language = "language",
    /// `dct:accessRights`.
    access_right = "access-right",
    /// `dcatap:availability`.
    availability = "planned-availability",
    /// `adms:status` of distributions.
    distribution_status = "distribution-status",
    /// `dct:type` of publishers.
    publisher_type = "publisher-type",
    /// `spdx:algorithm`.
    checksum_algorithm = "checksum-algorithm",
    /// Levels of government.
    gov_type = "gov-type",
    /// Kinds of organization.
    organization_kind = "organization-kind",
    /// The municipalities of Nuevo León by INEGI key.
    municipality = "inegi-19",
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use rstest::rstest;

    use super::*;

    fn file_stems(folder: &str) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas").join(folder);
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn every_file_is_embedded_under_its_own_name() {
        let embedded: BTreeSet<String> = EMBEDDED.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(file_stems("vocab"), embedded);
        let vocabularies = Vocabularies::embedded().unwrap();
        let named: BTreeSet<String> = vocabularies.iter().map(|list| list.name().to_owned()).collect();
        assert_eq!(named, embedded);
    }

    #[test]
    fn every_term_answers_to_its_own_spellings() {
        for list in Vocabularies::embedded().unwrap().iter() {
            assert!(!list.terms().is_empty() && !list.source().is_empty(), "{}", list.name());
            for term in list.terms() {
                assert!(
                    !term.label.es.is_empty() && !term.label.en.is_empty(),
                    "{} {}",
                    list.name(),
                    term.code
                );
                for spelling in
                    [Some(&term.code), term.iri.as_ref()].into_iter().flatten().chain(&term.aliases)
                {
                    let found = list.resolve(spelling).map(|found| found.code.as_str());
                    assert_eq!(found, Some(term.code.as_str()), "{} {spelling}", list.name());
                }
            }
        }
    }

    #[rstest]
    #[case("frequency", "R/P1Y", "ANNUAL")]
    #[case("frequency", "Trimestral", "QUARTERLY")]
    #[case("frequency", " cuatrimestral ", "ANNUAL_3")]
    #[case("frequency", "http://publications.europa.eu/resource/authority/frequency/DAILY", "DAILY")]
    #[case("licence", "https://datos.gob.mx/libreusomx", "LIBRE_USO_MX")]
    #[case("licence", "http://creativecommons.org/licenses/by/4.0/deed.es", "CC_BY_4_0")]
    #[case("licence", "cc-by", "CC_BY")]
    #[case("licence", "Open Data Commons Open Database License 1.0", "ODC_BL")]
    #[case("file-type", "text/csv", "CSV")]
    #[case("file-type", "Web Page", "HTML")]
    #[case("file-type", "Esri REST", "REST")]
    #[case("file-type", "application/vnd.geo+json", "GEOJSON")]
    #[case("language", "es-MX", "SPA")]
    #[case("language", "nah", "NAH")]
    #[case("data-theme", "Medio ambiente", "ENVI")]
    #[case("sector", "Gobiernos Locales", "GOBIERNOS_LOCALES")]
    #[case("access-right", "restricted public", "RESTRICTED")]
    #[case("checksum-algorithm", "SHA-256", "sha256")]
    #[case("inegi-19", "Gral. Escobedo", "19021")]
    #[case("inegi-19", "Anahuac", "19005")]
    fn spellings_of_the_field_are_understood(#[case] list: &str, #[case] spelling: &str, #[case] code: &str) {
        let vocabularies = Vocabularies::embedded().unwrap();
        let term = vocabularies.get(list).unwrap().resolve(spelling);
        assert_eq!(term.map(|term| term.code.as_str()), Some(code));
    }

    #[test]
    fn every_frequency_has_a_repeating_duration_or_is_irregular() {
        let vocabularies = Vocabularies::embedded().unwrap();
        for term in vocabularies.frequency.terms() {
            let written = term.repeating_duration();
            assert!(written.starts_with("R/P") || written == "irregular", "{} {written}", term.code);
        }
        for (spelling, expected) in [
            ("ANNUAL", "R/P1Y"),
            ("realtime", "R/PT1S"),
            ("DAILY_3", "R/P1D"),
            ("WEEKLY_5", "R/P7D"),
            ("AS_NEEDED", "irregular"),
            ("nunca", "irregular"),
        ] {
            let term = vocabularies.frequency.resolve(spelling).unwrap();
            assert_eq!(term.repeating_duration(), expected, "{spelling}");
        }
    }

    #[test]
    fn sectors_and_broader_formats_name_codes_that_exist() {
        let vocabularies = Vocabularies::embedded().unwrap();
        let codes = |term: &Term, attribute: &str| -> Vec<String> {
            let listed =
                term.attributes.get(attribute).and_then(Value::as_array).cloned().unwrap_or_default();
            listed.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
        };
        for term in vocabularies.sector.terms() {
            for theme in codes(term, "themes") {
                assert_eq!(vocabularies.theme.resolve(&theme).unwrap().code, theme);
            }
        }
        for term in vocabularies.file_type.terms() {
            for broader in codes(term, "broader") {
                assert_eq!(vocabularies.file_type.resolve(&broader).unwrap().code, broader);
            }
            assert!(term.flag("open").is_some() && term.flag("machineReadable").is_some(), "{}", term.code);
        }
    }

    #[test]
    fn the_municipalities_are_complete() {
        let vocabularies = Vocabularies::embedded().unwrap();
        let codes: Vec<String> =
            vocabularies.municipality.terms().iter().map(|term| term.code.clone()).collect();
        let municipalities = (1..=51).map(|number| format!("19{number:03}"));
        assert_eq!(codes, std::iter::once("19".to_owned()).chain(municipalities).collect::<Vec<_>>());
    }

    #[test]
    fn two_terms_cannot_share_a_spelling() {
        let file = r#"{"name": "x", "title": {"es": "x", "en": "x"}, "source": "s", "version": "1", "terms": [
            {"code": "A", "label": {"es": "a", "en": "a"}, "aliases": ["https://example.org/b/"]},
            {"code": "B", "label": {"es": "b", "en": "b"}, "iri": "http://example.org/B"}]}"#;
        let refused = Vocabulary::parse("x", file);
        assert!(matches!(refused, Err(VocabularyError::Ambiguous { .. })), "{refused:?}");
    }
}
