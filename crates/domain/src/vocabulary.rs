//! Controlled vocabularies: lists of codes with labels, IRIs and the other spellings found in the field.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::finding::Bilingual;

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
                if let Some(first) = index.insert(key(spelling), position).filter(|first| *first != position) {
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
