//! Checking documents without storing anything.

use serde_json::Value;
use vitrina_domain::{
    finding::{Bilingual, Finding, Severity},
    import::Outcome,
    record::{Kind, Metadata},
};
use vitrina_formats::{
    read::{self, Identity, InputFormat, Limits},
    write::data_json_dataset,
};
use vitrina_validation::Shape;

use crate::{
    App, AppError,
    import::{
        Spooled,
        duplicate::{self, Duplicates},
        identity,
    },
    record::Judge,
};

/// What was found in one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemReport {
    /// JSON pointer to it in the document.
    pub pointer: String,
    /// Its identifier.
    pub identifier: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// What an import into an empty store would do with it: `created`, `duplicate`, `quarantined` or `rejected`.
    pub outcome: Outcome,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What was found in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentReport {
    /// What the document is.
    pub format: InputFormat,
    /// Its character encoding.
    pub encoding: String,
    /// The profiles that were applied.
    pub profiles: Vec<String>,
    /// What was found in the document as a whole and in its catalog's own description.
    pub findings: Vec<Finding>,
    /// Its records.
    pub items: Vec<ItemReport>,
}

impl DocumentReport {
    /// How many findings of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        let all = self.findings.iter().chain(self.items.iter().flat_map(|item| &item.findings));
        all.filter(|finding| finding.severity == severity).count()
    }
}

impl App {
    /// Checks a document against profiles; none means the base profile.
    pub async fn validate(
        &self,
        document: Spooled,
        profiles: Vec<String>,
    ) -> Result<DocumentReport, AppError> {
        let names = if profiles.is_empty() { vec![crate::record::BASE_PROFILE.to_owned()] } else { profiles };
        let profiles = names.iter().map(|name| self.profile_id(name)).collect::<Result<Vec<_>, _>>()?;
        let app = self.clone();
        tokio::task::spawn_blocking(move || app.check_document(&document, profiles))
            .await
            .map_err(AppError::Task)?
    }

    /// The id of the profile that answers to a name.
    fn profile_id(&self, name: &str) -> Result<String, AppError> {
        let profiles = self.validator().profiles();
        profiles.iter().find(|profile| profile.is_called(name)).map(|profile| profile.id.clone()).ok_or_else(
            || {
                let known: Vec<&str> = profiles.iter().map(|profile| profile.id.as_str()).collect();
                let known = known.join(", ");
                let problem = Bilingual::new(
                    format!("no hay un perfil {name:?}; los hay: {known}"),
                    format!("unknown profile {name:?}; known: {known}"),
                );
                AppError::Parameter { name: "profile", problem }
            },
        )
    }

    /// Which shape of document a profile checks.
    fn shape(&self, profile: &str) -> Option<Shape> {
        self.validator().profiles().iter().find(|known| known.id == profile).map(|known| known.shape)
    }

    fn check_document(&self, document: &Spooled, profiles: Vec<String>) -> Result<DocumentReport, AppError> {
        let limits = Limits::default();
        let mut file = document.reopen().map_err(AppError::File)?;
        let outline = read::outline(&mut file, limits)?;
        let mut findings = outline.findings.clone();
        if let Some(catalog) = &outline.catalog {
            findings.extend(self.check_catalog(catalog, &profiles));
        }
        // A document that names its records by nothing better has titles compared as they are.
        let duplicates = Duplicates::scan(document, &outline, limits, "")?;
        let mut items = Vec::new();
        for item in read::items(document.reopen().map_err(AppError::File)?, &outline, limits)? {
            let item = item?;
            let names =
                item.json.as_ref().map(|json| read::identity(outline.format, json)).unwrap_or_default();
            let later = identity::identifier(&names, "")
                .and_then(|identifier| duplicates.later(&identifier, item.position));
            let (outcome, findings) = match (&item.json, later) {
                (Ok(json), Some(later)) => {
                    self.check_duplicate(outline.format, json, &profiles, &names, later)
                }
                (Ok(json), None) => self.check_item(outline.format, json, &profiles),
                (Err(error), _) => (Outcome::Rejected, vec![unreadable(error)]),
            };
            items.push(ItemReport {
                pointer: item.pointer,
                identifier: names.identifier,
                title: names.title,
                outcome,
                findings,
            });
        }
        Ok(DocumentReport {
            format: outline.format,
            encoding: outline.encoding.to_owned(),
            profiles,
            findings,
            items,
        })
    }

    fn check_catalog(&self, catalog: &Value, profiles: &[String]) -> Vec<Finding> {
        let Ok((metadata, mut findings)) = Metadata::from_document(Kind::Catalog, catalog.clone()) else {
            return Vec::new();
        };
        let document = metadata.to_document();
        for id in profiles {
            if self.shape(id) == Some(Shape::Core) {
                findings.extend(self.validator().check(id, Kind::Catalog, &document, self.now()));
            }
        }
        findings
    }

    /// Checks a record that a later one is called the same as: an import passes over it.
    fn check_duplicate(
        &self,
        format: InputFormat,
        json: &[u8],
        profiles: &[String],
        names: &Identity,
        later: &str,
    ) -> (Outcome, Vec<Finding>) {
        let document = read::parse(format, json).map(|parsed| parsed.document).unwrap_or_default();
        let found = |id: &String| duplicate::finding(self.validator(), id, names, &document, later);
        let mut findings: Vec<Finding> = profiles.iter().map(found).collect();
        // Two profiles without a rule of their own say the same.
        findings.dedup();
        findings.extend(self.check_item(format, json, profiles).1);
        (Outcome::Duplicate, findings)
    }

    fn check_item(&self, format: InputFormat, json: &[u8], profiles: &[String]) -> (Outcome, Vec<Finding>) {
        let parsed = match read::parse(format, json) {
            Ok(parsed) => parsed,
            Err(error) => return (Outcome::Rejected, vec![unreadable(&error)]),
        };
        let site = self.site();
        let judge =
            Judge { validator: self.validator(), now: self.now(), languages: &site.languages(site.language) };
        let mut findings = parsed.findings;
        let base = profiles.iter().any(|id| id == crate::record::BASE_PROFILE);
        let taken = judge.take(Kind::Dataset, parsed.document, |_| (String::from("-"), no_identifier()));
        let intake = match taken {
            Ok(intake) => intake,
            Err(refusal) => {
                let outcome = match refusal {
                    crate::record::Refusal::Rejected(_) => Outcome::Rejected,
                    crate::record::Refusal::Quarantined(_) => Outcome::Quarantined,
                };
                findings.extend(refusal.into_findings());
                return (outcome, findings);
            }
        };
        if base {
            findings.extend(intake.findings);
        }
        let document = intake.metadata.to_document();
        for id in profiles.iter().filter(|id| *id != crate::record::BASE_PROFILE) {
            let checked = match self.shape(id) {
                Some(Shape::DataJson) if is_data_json(format) => Some(parsed.raw.clone()),
                Some(Shape::DataJson) => intake.metadata.as_dataset().map(|dataset| {
                    data_json_dataset(dataset, &site.languages(site.language), self.vocabularies())
                }),
                Some(Shape::Core) => Some(document.clone()),
                None => None,
            };
            if let Some(checked) = checked {
                findings.extend(self.validator().check(id, Kind::Dataset, &checked, self.now()));
            }
        }
        (Outcome::Created, findings)
    }
}

/// Whether the records of a document are `data.json` entries as they stand.
fn is_data_json(format: InputFormat) -> bool {
    matches!(format, InputFormat::DataJson | InputFormat::DataJsonArgentina | InputFormat::DataJsonAdela)
}

fn unreadable(error: &read::ItemError) -> Finding {
    Finding::new(
        Severity::Error,
        "E-GEN-JSON",
        "",
        Bilingual::new(
            format!("el registro no se puede leer: {error}"),
            format!("the record cannot be read: {error}"),
        ),
    )
}

fn no_identifier() -> Finding {
    Finding::new(
        Severity::Warning,
        "W-GEN-IDENTIFIER",
        "/identifier",
        Bilingual::new("el registro no trae identificador", "the record brings no identifier"),
    )
}
