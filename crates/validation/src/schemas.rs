//! The JSON Schemas and profiles that are part of the program.
//!
//! The names are paths below `schemas/`; references between files are relative to these paths.

/// An embedded file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Its path below `schemas/`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! embedded {
    ($folder:literal: $($file:literal),* $(,)?) => {
        &[$(File {
            name: concat!($folder, "/", $file),
            text: include_str!(concat!("../../../schemas/", $folder, "/", $file)),
        }),*]
    };
}

/// The shapes that we own, and the rules that all profiles share.
pub(crate) const CORE: &[File] = embedded!["core":
    "rules.json", "node.schema.json", "dataset.schema.json", "distribution.schema.json", "catalog.schema.json",
    "data-service.schema.json", "dataset-series.schema.json", "organization.schema.json", "change.schema.json",
    "finding.schema.json", "report.schema.json", "import-run.schema.json", "import-item.schema.json",
];

/// The profiles: to add one, add its folder and a line here.
pub(crate) const PROFILES: &[&[File]] = &[
    embedded!["profiles/lgtaip2025": "profile.json", "dataset.schema.json", "distribution.schema.json", "catalog.schema.json"],
    embedded!["profiles/dcat-us-1.1": "profile.json", "dataset.schema.json", "catalog.schema.json"],
];

/// Every embedded JSON Schema, core first.
pub fn schemas() -> impl Iterator<Item = File> {
    files().filter(|file| file.name.ends_with(".schema.json"))
}

/// The text of a schema by its path below `schemas/`, for example `core/dataset.schema.json`.
pub fn schema(name: &str) -> Option<&'static str> {
    schemas().find(|file| file.name == name).map(|file| file.text)
}

/// Every embedded file.
pub(crate) fn files() -> impl Iterator<Item = File> {
    CORE.iter().chain(PROFILES.iter().copied().flatten()).copied()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    fn collect(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                collect(&entry.path(), &name, found);
            } else if entry.path().extension().is_some_and(|extension| extension == "json") {
                found.insert(name);
            }
        }
    }

    #[test]
    fn every_file_of_the_folders_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
        let mut found = BTreeSet::new();
        for folder in ["core", "profiles"] {
            collect(&root.join(folder), folder, &mut found);
        }
        assert_eq!(found, files().map(|file| file.name.to_owned()).collect());
    }

    #[test]
    fn every_profile_has_a_readme_that_names_source_and_date() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/profiles");
        for folder in fs::read_dir(root).unwrap() {
            let readme = fs::read_to_string(folder.unwrap().path().join("README.md")).unwrap();
            assert!(readme.contains("| Text |") && readme.contains("20"), "{readme}");
        }
    }

    #[test]
    fn schemas_are_found_by_name_and_know_their_own() {
        for file in schemas() {
            let document: serde_json::Value = serde_json::from_str(file.text).unwrap();
            let id = document.get("$id").and_then(serde_json::Value::as_str);
            assert_eq!(id, Some(format!("vitrina:/schemas/{}", file.name).as_str()));
            assert_eq!(schema(file.name), Some(file.text));
        }
        assert_eq!(schema("core/rules.json"), None);
        assert_eq!(schema("../Cargo.toml"), None);
    }
}
