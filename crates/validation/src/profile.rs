//! Profiles: what a guideline or a portal asks of documents of one shape.

use std::collections::BTreeMap;

use serde::Deserialize;
use vitrina_domain::{
    finding::{Bilingual, Severity},
    guideline::Guidelines,
    record::Kind,
};

use crate::{
    SchemaError, Shape,
    library::{self, Library},
    rulebook::{Rule, Rulebook},
    schemas::File,
};

/// A profile in force.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The id, for example `lgtaip2025`.
    pub id: String,
    /// The shape it checks.
    pub shape: Shape,
    /// Other names it answers to.
    pub aliases: Vec<String>,
    /// What people call it.
    pub title: Bilingual,
    /// The guideline version it applies.
    pub guideline: Option<String>,
    /// Its rules, those that all profiles share included.
    pub rules: Vec<RuleSummary>,
}

impl Profile {
    /// Whether the profile answers to a name.
    pub fn is_called(&self, name: &str) -> bool {
        self.id == name || self.aliases.iter().any(|alias| alias == name)
    }
}

/// A rule as documentation shows it; places to fill stand in braces.
#[derive(Debug, Clone)]
pub struct RuleSummary {
    /// The stable code.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it stands.
    pub source: Option<String>,
    /// What it says.
    pub message: Bilingual,
}

impl RuleSummary {
    fn new(rule: &Rule) -> Self {
        Self {
            code: rule.code.clone(),
            severity: rule.severity,
            source: rule.source.clone(),
            message: rule.message.clone(),
        }
    }
}

/// The file `profile.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    title: Bilingual,
    shape: Shape,
    guideline: Option<String>,
    schemas: BTreeMap<Kind, String>,
    rules: Vec<Rule>,
}

/// The file `core/rules.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedRules {
    #[expect(dead_code, reason = "it is there for readers of the file")]
    description: Bilingual,
    rules: Vec<Rule>,
}

/// A profile as its files say it.
pub(crate) struct Definition {
    pub(crate) profile: Profile,
    pub(crate) rulebook: Rulebook,
    /// The schema file of each kind of record that the profile speaks of.
    pub(crate) schemas: BTreeMap<Kind, String>,
}

/// Reads the rules that all profiles share.
pub(crate) fn shared_rules(core: &[File]) -> Result<Vec<Rule>, SchemaError> {
    let file = find(core, "rules.json")?;
    library::parse::<SharedRules>(file).map(|shared| shared.rules)
}

fn find(files: &[File], name: &str) -> Result<File, SchemaError> {
    files.iter().copied().find(|file| file.name.rsplit('/').next() == Some(name)).ok_or_else(|| SchemaError {
        schema: name.to_owned(),
        problem: "the file is not embedded".to_owned(),
    })
}

impl Definition {
    /// Reads a profile's files.
    pub(crate) fn new(
        files: &[File],
        shared: &[Rule],
        guidelines: &Guidelines,
        library: &Library,
    ) -> Result<Self, SchemaError> {
        let file = find(files, "profile.json")?;
        let manifest: Manifest = library::parse(file)?;
        let wrong = |problem: String| SchemaError { schema: file.name.to_owned(), problem };
        let guideline = match &manifest.guideline {
            Some(id) => {
                Some(guidelines.get(id).ok_or_else(|| wrong(format!("no guideline version {id:?}")))?)
            }
            None => None,
        };
        let mut schemas = BTreeMap::new();
        for (kind, name) in manifest.schemas {
            let name = library::join(file.name, &name);
            library.get(&name).ok_or_else(|| wrong(format!("no schema {name:?}")))?;
            schemas.insert(kind, name);
        }
        if manifest.shape == Shape::Core {
            for kind in Kind::ALL {
                let name = format!("core/{}.schema.json", kind.as_str().replace('_', "-"));
                schemas.entry(kind).or_insert(name);
            }
        }
        let rulebook = Rulebook::new(manifest.rules, shared, guideline);
        let rules = rulebook.iter().map(RuleSummary::new).collect();
        let Manifest { id, aliases, title, shape, guideline, .. } = manifest;
        Ok(Self { profile: Profile { id, shape, aliases, title, guideline, rules }, rulebook, schemas })
    }
}
