//! Checking documents without storing anything.

use std::sync::{Arc, Weak};

use serde_json::Value;
use vitrina_domain::{
    finding::{Bilingual, Finding, Severity},
    import::Outcome,
    record::{Kind, Metadata},
};
pub use vitrina_formats::read::Limits;
use vitrina_formats::{
    read::{self, Identity, InputFormat, RawItem},
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
    /// Its place among the records, from 0.
    pub position: u64,
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

/// Takes what is said of the records, in their order and as soon as it is said: a document may have millions.
pub trait Reporter: Send + 'static {
    /// Takes one record.
    fn take(&mut self, item: ItemReport);
}

/// Keeps all that is said: for documents that are known to be short.
impl Reporter for Vec<ItemReport> {
    fn take(&mut self, item: ItemReport) {
        self.push(item);
    }
}

/// What was found in a document as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentReport {
    /// What the document is.
    pub format: InputFormat,
    /// Its character encoding.
    pub encoding: String,
    /// The profiles that were applied.
    pub profiles: Vec<String>,
    /// What was found in the document and in its catalog's own description.
    pub findings: Vec<Finding>,
}

impl App {
    /// Checks a document against profiles; none means the base profile. It ends when nobody waits for the answer.
    pub async fn validate<R: Reporter>(
        &self,
        document: Spooled,
        profiles: Vec<String>,
        limits: Limits,
        mut reporter: R,
    ) -> Result<(DocumentReport, R), AppError> {
        let names = if profiles.is_empty() { vec![crate::record::BASE_PROFILE.to_owned()] } else { profiles };
        let profiles = names.iter().map(|name| self.profile_id(name)).collect::<Result<Vec<_>, _>>()?;
        let app = self.clone();
        let waiting = Arc::new(());
        let asker = Arc::downgrade(&waiting);
        let check = move || {
            let report = app.check_document(&document, profiles, limits, &asker, &mut reporter)?;
            Ok((report, reporter))
        };
        let checked = tokio::task::spawn_blocking(check).await.map_err(AppError::Task)?;
        drop(waiting);
        checked
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

    fn check_document(
        &self,
        document: &Spooled,
        profiles: Vec<String>,
        limits: Limits,
        asker: &Weak<()>,
        reporter: &mut impl Reporter,
    ) -> Result<DocumentReport, AppError> {
        let mut file = document.reopen().map_err(AppError::File)?;
        let outline = read::outline(&mut file, limits)?;
        let mut findings = outline.findings.clone();
        if let Some(catalog) = &outline.catalog {
            findings.extend(self.check_catalog(catalog, &profiles));
        }
        // A document that names its records by nothing better has titles compared as they are.
        let duplicates = Duplicates::scan(document, &outline, limits, "")?;
        for item in read::items(document.reopen().map_err(AppError::File)?, &outline, limits)? {
            if asker.strong_count() == 0 {
                break;
            }
            reporter.take(self.check_raw(item?, outline.format, &profiles, &duplicates));
        }
        Ok(DocumentReport {
            format: outline.format,
            encoding: outline.encoding.to_owned(),
            profiles,
            findings,
        })
    }

    fn check_raw(
        &self,
        item: RawItem,
        format: InputFormat,
        profiles: &[String],
        duplicates: &Duplicates,
    ) -> ItemReport {
        let RawItem { position, pointer, json, .. } = item;
        let names = json.as_ref().map(|json| read::identity(format, json)).unwrap_or_default();
        let later =
            identity::identifier(&names, "").and_then(|identifier| duplicates.later(&identifier, position));
        let (outcome, findings) = match (&json, later) {
            (Ok(json), Some(later)) => self.check_duplicate(format, json, profiles, &names, later),
            (Ok(json), None) => self.check_item(format, json, profiles),
            (Err(error), _) => (Outcome::Rejected, vec![unreadable(error)]),
        };
        let Identity { identifier, title, .. } = names;
        ItemReport { position, pointer, identifier, title, outcome, findings }
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
