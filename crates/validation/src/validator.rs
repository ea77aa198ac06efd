//! The validator: every schema compiled once, every rule asked at once.

use std::collections::{BTreeMap, HashSet};

use jsonschema::Registry;
use serde_json::Value;
use vitrina_domain::{
    date::Date, finding::Finding, guideline::Guidelines, record::Kind, time::Timestamp,
    vocabulary::Vocabularies,
};

use crate::{
    SchemaError, Shape,
    library::Library,
    members::Members,
    message::Details,
    profile::{self, Definition, Profile},
    rule::{self, CodeRule, Subject},
    rulebook::{Across, Claims, Rulebook},
    schemas,
    violation::Violation,
};

/// Most findings that one document gets; the last one then says how many there were.
pub const MOST_FINDINGS: usize = 1_000;

/// The profiles and rules in force, compiled.
pub struct Validator {
    profiles: Vec<Profile>,
    checkers: Vec<Checker>,
    library: Library,
    vocabularies: Vocabularies,
}

/// One profile, compiled.
struct Checker {
    shape: Shape,
    rulebook: Rulebook,
    kinds: BTreeMap<Kind, Compiled>,
}

/// What a profile asks of one kind of record.
struct Compiled {
    schema: jsonschema::Validator,
    members: Members,
    code_rules: Vec<CodeRule>,
}

impl std::fmt::Debug for Validator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Validator").field("profiles", &self.profiles).finish_non_exhaustive()
    }
}

impl Validator {
    /// Compiles the embedded schemas; a remote `$ref` is an error, nothing is fetched.
    pub fn embedded(vocabularies: &Vocabularies, guidelines: &Guidelines) -> Result<Self, SchemaError> {
        let library = Library::new(schemas::files())?;
        let shared = profile::shared_rules(schemas::CORE)?;
        let registry = registry(&library)?;
        let (mut profiles, mut checkers) = (Vec::new(), Vec::new());
        for files in schemas::PROFILES {
            let definition = Definition::new(files, &shared, guidelines, &library)?;
            let (profile, checker) = Checker::new(definition, &library, &registry)?;
            profiles.push(profile);
            checkers.push(checker);
        }
        drop(registry);
        Ok(Self { profiles, checkers, library, vocabularies: vocabularies.clone() })
    }

    /// The profiles by id.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// Everything that a profile finds in a document of the kind; `now` is for rules about the future.
    ///
    /// The findings are in the order of the document's places, one for each code and place. A profile
    /// answers to its aliases; one that does not exist is itself the finding.
    pub fn check(&self, profile: &str, kind: Kind, document: &Value, now: Timestamp) -> Vec<Finding> {
        let found = self.profiles.iter().position(|known| known.is_called(profile));
        let Some(checker) = found.and_then(|position| self.checkers.get(position)) else {
            return self.no_such_profile(profile);
        };
        let Some(compiled) = checker.kinds.get(&kind) else { return Vec::new() };
        let mut report = Report::new(&checker.rulebook, Claims::of(document));
        if !compiled.schema.is_valid(document) {
            for error in compiled.schema.iter_errors(document) {
                if report.is_full() {
                    report.left_out += 1;
                    continue;
                }
                report.violation(checker.shape, kind, Violation::new(&error, &self.library));
            }
        }
        compiled.members.unknown(document, &mut |unknown| {
            let details = if report.is_full() { Details::default() } else { unknown.details() };
            report.add("W-GEN-UNKNOWN", unknown.pointer, &details);
        });
        if let Value::Object(document) = document {
            let subject = Subject { document, now, vocabularies: &self.vocabularies };
            let mut observed = Vec::new();
            for rule in &compiled.code_rules {
                (rule.check)(&subject, &mut observed);
            }
            for observation in observed {
                report.add(observation.code, observation.pointer, &observation.details);
            }
        }
        report.into_findings()
    }

    /// What a profile says of a document whose identifier another record of the same list has, too.
    ///
    /// `other` is where that record stands in the list. Who reads the list knows which identifiers repeat;
    /// nothing, where the profile has no rule on that.
    pub fn not_unique(&self, profile: &str, document: &Value, other: &str) -> Option<Finding> {
        let found = self.profiles.iter().position(|known| known.is_called(profile))?;
        let rule = self.checkers.get(found)?.rulebook.across(Across::Identifiers)?;
        let identifier = document.get("identifier").unwrap_or(&Value::Null);
        let details =
            Details::default().with_both("value", crate::message::excerpt(identifier)).with("limit", other);
        Some(rule.finding("/identifier".to_owned(), &details, Claims::of(document)))
    }

    fn no_such_profile(&self, name: &str) -> Vec<Finding> {
        let shared = self.checkers.first().map(|checker| &checker.rulebook);
        let rule = shared.and_then(|rulebook| rulebook.by_code("E-GEN-PROFILE"));
        let details = Details::default().with("value", crate::message::shorten(name));
        rule.map(|rule| rule.finding(String::new(), &details, Claims::Nothing)).into_iter().collect()
    }
}

impl Checker {
    fn new(
        definition: Definition,
        library: &Library,
        registry: &Registry<'_>,
    ) -> Result<(Profile, Self), SchemaError> {
        let Definition { profile, rulebook, schemas } = definition;
        let mut kinds = BTreeMap::new();
        for (kind, name) in schemas {
            let fragment = library.get(&name).ok_or_else(|| SchemaError {
                schema: name.clone(),
                problem: "the file is not embedded".to_owned(),
            })?;
            let listed = |rule: &&CodeRule| rule.codes.iter().any(|code| rulebook.by_code(code).is_some());
            let compiled = Compiled {
                schema: compile(&name, fragment.1, registry)?,
                members: Members::new(library, fragment, profile.shape),
                code_rules: rule::ALL
                    .iter()
                    .filter(|rule| rule.shape == profile.shape && rule.kind == kind)
                    .filter(listed)
                    .copied()
                    .collect(),
            };
            kinds.insert(kind, compiled);
        }
        let shape = profile.shape;
        Ok((profile, Self { shape, rulebook, kinds }))
    }
}

fn registry(library: &Library) -> Result<Registry<'_>, SchemaError> {
    let wrong = |problem: String| SchemaError { schema: "schemas".to_owned(), problem };
    let mut builder = Registry::new();
    for (address, document) in library.iter() {
        builder = builder.add(address, document).map_err(|error| wrong(error.to_string()))?;
    }
    builder.prepare().map_err(|error| wrong(error.to_string()))
}

fn compile(
    name: &str,
    schema: &Value,
    registry: &Registry<'_>,
) -> Result<jsonschema::Validator, SchemaError> {
    jsonschema::options()
        .with_registry(registry)
        .with_base_uri(Library::address(name))
        .should_validate_formats(true)
        .with_format("partial-date", |text: &str| text.parse::<Date>().is_ok())
        .build(schema)
        .map_err(|error| SchemaError { schema: name.to_owned(), problem: error.to_string() })
}

/// The findings of one document while they are gathered.
struct Report<'a> {
    rulebook: &'a Rulebook,
    claims: Claims,
    seen: HashSet<(String, String)>,
    findings: Vec<Finding>,
    left_out: usize,
}

impl<'a> Report<'a> {
    fn new(rulebook: &'a Rulebook, claims: Claims) -> Self {
        Self { rulebook, claims, seen: HashSet::new(), findings: Vec::new(), left_out: 0 }
    }

    fn violation(&mut self, shape: Shape, kind: Kind, violation: Violation) {
        // In our own documents null means absent, as `Metadata::from_document` reads it.
        let absent = violation.is_null && shape == Shape::Core;
        let keyword = if absent { "required" } else { violation.keyword.as_str() };
        let Some(rule) = self.rulebook.of_violation(kind, keyword, &violation.pointer) else { return };
        if absent && rule.code.starts_with("E-GEN-") {
            return;
        }
        let finding = rule.finding(violation.pointer, &violation.details, self.claims);
        self.push(finding);
    }

    fn add(&mut self, code: &str, pointer: String, details: &Details) {
        if self.is_full() {
            self.left_out += 1;
        } else if let Some(rule) = self.rulebook.by_code(code) {
            let finding = rule.finding(pointer, details, self.claims);
            self.push(finding);
        }
    }

    /// Whether more findings would only be counted.
    fn is_full(&self) -> bool {
        self.findings.len() >= MOST_FINDINGS
    }

    fn push(&mut self, finding: Finding) {
        if self.is_full() {
            self.left_out += 1;
        } else if self.seen.insert((finding.code.clone(), finding.pointer.clone())) {
            self.findings.push(finding);
        }
    }

    fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by(|a, b| by_place(&a.pointer, &b.pointer).then_with(|| a.code.cmp(&b.code)));
        if self.left_out > 0 {
            let total = self.findings.len() + self.left_out;
            let details =
                Details::default().with("limit", MOST_FINDINGS.to_string()).with("value", total.to_string());
            let rule = self.rulebook.by_code("W-GEN-TRUNCATED");
            self.findings.extend(rule.map(|rule| rule.finding(String::new(), &details, self.claims)));
        }
        self.findings
    }
}

/// Pointers segment by segment, positions in lists as numbers.
fn by_place(a: &str, b: &str) -> std::cmp::Ordering {
    let keys = |pointer: &str| -> Vec<(Option<u64>, String)> {
        pointer.split('/').map(|segment| (segment.parse().ok(), segment.to_owned())).collect()
    };
    if a == b {
        return std::cmp::Ordering::Equal;
    }
    keys(a).cmp(&keys(b))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use serde_json::json;

    use super::*;

    fn refused(schema: &Value) -> SchemaError {
        let library = Library::new(schemas::files()).unwrap();
        let registry = registry(&library).unwrap();
        compile("core/test.schema.json", schema, &registry).unwrap_err()
    }

    #[test]
    fn a_remote_reference_does_not_compile() {
        for target in ["https://example.org/x.json", "http://127.0.0.1:1/x.json", "nowhere.schema.json"] {
            let error = refused(&json!({"$ref": target}));
            assert_eq!(error.schema, "core/test.schema.json");
        }
    }

    #[test]
    fn a_file_that_exists_is_not_read() {
        let file = concat!("file://", env!("CARGO_MANIFEST_DIR"), "/../../schemas/core/node.schema.json");
        assert!(std::path::Path::new(file.trim_start_matches("file://")).exists());
        refused(&json!({"$ref": file}));
        // The default options of the library refuse it too: the feature that reads files is off.
        assert!(jsonschema::validator_for(&json!({"$ref": file})).is_err());
    }

    #[test]
    fn the_resolving_features_of_the_library_stay_off() {
        let manifest = include_str!("../../../Cargo.toml");
        let line = manifest.lines().find(|line| line.starts_with("jsonschema = ")).unwrap();
        assert!(line.contains("default-features = false") && !line.contains("resolve"), "{line}");
        let own = include_str!("../Cargo.toml");
        let line = own.lines().find(|line| line.starts_with("jsonschema")).unwrap();
        assert_eq!(line, "jsonschema.workspace = true");
    }

    #[test]
    fn places_are_ordered_as_people_read_them() {
        assert_eq!(by_place("/distribution/2/title", "/distribution/10/title"), Ordering::Less);
        assert_eq!(by_place("", "/a"), Ordering::Less);
        assert_eq!(by_place("/a/b", "/a"), Ordering::Greater);
    }

    #[test]
    fn every_rule_without_a_match_is_a_function_and_every_function_has_a_rule() {
        let library = Library::new(schemas::files()).unwrap();
        let shared = profile::shared_rules(schemas::CORE).unwrap();
        let guidelines = Guidelines::embedded().unwrap();
        let mut listed = HashSet::new();
        for files in schemas::PROFILES {
            let definition = Definition::new(files, &shared, &guidelines, &library).unwrap();
            let shape = definition.profile.shape;
            let own: Vec<_> =
                definition.rulebook.iter().filter(|rule| !rule.code.contains("-GEN-")).collect();
            for rule in &own {
                let known =
                    rule::ALL.iter().any(|known| known.shape == shape && known.codes.contains(&&*rule.code));
                assert!(
                    known || !rule.matches.is_empty() || rule.across.is_some(),
                    "{} has neither a match nor a function, and compares no records",
                    rule.code
                );
                listed.insert(rule.code.clone());
            }
        }
        for code in rule::ALL.iter().flat_map(|rule| rule.codes) {
            assert!(listed.contains(*code), "{code} is a function that no profile lists");
        }
    }
}
