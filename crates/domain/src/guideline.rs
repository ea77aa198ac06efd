//! Guideline versions: the laws and rules in force at a time, as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{date::Date, finding::Bilingual};

/// One version of a law or guideline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Guideline {
    /// The permanent id, for example `mx-lgtaip-2025`.
    pub id: String,
    /// The official title and what it is called in English.
    pub title: Bilingual,
    /// Who issued it.
    pub issuer: Bilingual,
    /// Day of publication.
    pub published: String,
    /// Day it came into force.
    pub in_force: String,
    /// Day it ceased to be in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abrogated: Option<String>,
    /// Versions that this one replaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// `in-force`, `abrogated`, `basis-abrogated-not-expressly-repealed`, …
    pub normative_status: String,
    /// The profile in `schemas/profiles` that applies it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Terms as this version calls them.
    #[serde(default)]
    pub terms: BTreeMap<String, Bilingual>,
    /// Articles by subject.
    #[serde(default)]
    pub articles: BTreeMap<String, String>,
    /// Deadlines by subject, ISO 8601 durations in working days unless said otherwise.
    #[serde(default)]
    pub deadlines: BTreeMap<String, String>,
    /// The longest time between two updates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_period_max: Option<String>,
    /// How often a listing is due, where the version says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing_cadence: Option<String>,
    /// What makes information be of public interest.
    #[serde(default)]
    pub public_interest_test: Vec<String>,
    /// Whether frequent questions are a format of their own by statute.
    #[serde(default)]
    pub faq_format_statutory: bool,
    /// Part by part, whether the text was read; a rule of an unverified part is `pending`.
    #[serde(default)]
    pub verified: BTreeMap<String, bool>,
    /// Where the text stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

impl Guideline {
    /// Whether a part's text was read; parts that are not listed were not.
    pub fn is_verified(&self, part: &str) -> bool {
        self.verified.get(part).copied().unwrap_or(false)
    }
}

/// Why a guideline file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GuidelineError {
    /// The file is not JSON of the right shape.
    #[error("guideline {name} cannot be read")]
    Unreadable {
        /// The file's name.
        name: String,
        /// What the JSON reader said.
        #[source]
        source: serde_json::Error,
    },
    /// The file contradicts itself or another one.
    #[error("guideline {name}: {problem}")]
    Inconsistent {
        /// The file's name.
        name: String,
        /// What is wrong.
        problem: String,
    },
}

/// The guideline versions in force.
#[derive(Debug, Clone)]
pub struct Guidelines(Vec<Guideline>);

macro_rules! embedded {
    ($($file:literal),* $(,)?) => {
        /// The embedded files by name.
        pub const EMBEDDED: &[(&str, &str)] = &[
            $(($file, include_str!(concat!("../../../schemas/guidelines/", $file, ".json"))),)*
        ];
    };
}

embedded!["mx-lgtaip-2015", "mx-lgtaip-2025", "mx-snt-lineamientos-2016"];

impl Guidelines {
    /// Reads the embedded versions.
    pub fn embedded() -> Result<Self, GuidelineError> {
        Self::parse(EMBEDDED)
    }

    /// Reads version files and checks them against each other.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, GuidelineError> {
        let mut versions: Vec<Guideline> = Vec::with_capacity(files.len());
        for (name, json) in files {
            let version: Guideline = serde_json::from_str(json)
                .map_err(|source| GuidelineError::Unreadable { name: (*name).to_owned(), source })?;
            let wrong = |problem: String| GuidelineError::Inconsistent { name: (*name).to_owned(), problem };
            if version.id != *name {
                return Err(wrong(format!("its id is {:?}", version.id)));
            }
            let day = |text: &str| {
                text.parse::<Date>().map(|date| date.start()).map_err(|error| wrong(error.to_string()))
            };
            if day(&version.in_force)? < day(&version.published)? {
                return Err(wrong("in force before it was published".to_owned()));
            }
            versions.push(version);
        }
        for version in &versions {
            if let Some(missing) = version.replaces.iter().find(|id| !versions.iter().any(|v| v.id == **id)) {
                return Err(GuidelineError::Inconsistent {
                    name: version.id.clone(),
                    problem: format!("replaces {missing}, which is not there"),
                });
            }
        }
        Ok(Self(versions))
    }

    /// Every version.
    pub fn iter(&self) -> impl Iterator<Item = &Guideline> {
        self.0.iter()
    }

    /// A version by its id.
    pub fn get(&self, id: &str) -> Option<&Guideline> {
        self.0.iter().find(|version| version.id == id)
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn every_file_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/guidelines");
        let files: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_str().unwrap().trim_end_matches(".json").to_owned())
            .collect();
        let embedded: BTreeSet<String> = EMBEDDED.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(files, embedded);
    }

    #[test]
    fn the_act_in_force_replaces_the_one_of_2015() {
        let guidelines = Guidelines::embedded().unwrap();
        let act = guidelines.get("mx-lgtaip-2025").unwrap();
        assert_eq!(act.replaces, ["mx-lgtaip-2015"]);
        assert_eq!(act.articles.get("listing").map(String::as_str), Some("79-I"));
        assert_eq!(act.profile.as_deref(), Some("lgtaip2025"));
        assert!(act.is_verified("articles") && !act.is_verified("listingCadence"));
    }

    #[test]
    fn what_was_not_read_is_not_verified() {
        let guidelines = Guidelines::embedded().unwrap();
        let lineamientos = guidelines.get("mx-snt-lineamientos-2016").unwrap();
        assert!(lineamientos.is_verified("identity"));
        assert!(!lineamientos.is_verified("articles") && !lineamientos.is_verified("a part nobody listed"));
        assert_eq!(lineamientos.normative_status, "basis-abrogated-not-expressly-repealed");
    }

    #[test]
    fn a_version_that_contradicts_itself_is_refused() {
        let (name, json) = EMBEDDED[0];
        let renamed = Guidelines::parse(&[("other", json)]);
        assert!(matches!(renamed, Err(GuidelineError::Inconsistent { .. })), "{renamed:?}");
        let early = json.replace("\"inForce\": \"2015-05-05\"", "\"inForce\": \"2015-05-03\"");
        assert_ne!(early, json);
        assert!(Guidelines::parse(&[(name, &early)]).is_err());
        let orphan = Guidelines::parse(&EMBEDDED[1..2]);
        assert!(matches!(orphan, Err(GuidelineError::Inconsistent { .. })), "{orphan:?}");
    }
}
