//! The schema files parsed, found by name, by reference and by the address of a keyword.

use std::collections::BTreeMap;

use serde_json::Value;
use vitrina_domain::finding::Bilingual;

use crate::{SchemaError, schemas::File};

/// The base of every schema's `$id`: an address that nothing can fetch.
const BASE: &str = "vitrina:/schemas/";

/// Schema files by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Library {
    documents: BTreeMap<String, Value>,
}

impl Library {
    /// Parses the schema files among these.
    pub(crate) fn new(files: impl Iterator<Item = File>) -> Result<Self, SchemaError> {
        let mut documents = BTreeMap::new();
        for file in files.filter(|file| file.name.ends_with(".schema.json")) {
            documents.insert(file.name.to_owned(), parse(file)?);
        }
        Ok(Self { documents })
    }

    /// The address of a file.
    pub(crate) fn address(name: &str) -> String {
        format!("{BASE}{name}")
    }

    /// A file by name.
    pub(crate) fn get(&self, name: &str) -> Option<(&str, &Value)> {
        self.documents.get_key_value(name).map(|(name, document)| (name.as_str(), document))
    }

    /// Every file with its address.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (String, &Value)> {
        self.documents.iter().map(|(name, document)| (Self::address(name), document))
    }

    /// What a `$ref` in a file points to, with the file it stands in.
    pub(crate) fn resolve(&self, from: &str, reference: &str) -> Option<(&str, &Value)> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let (name, document) = if path.is_empty() { self.get(from)? } else { self.get(&join(from, path))? };
        Some((name, document.pointer(fragment)?))
    }

    /// What a schema says it expects where a keyword stands, in words.
    pub(crate) fn expectation(&self, keyword_address: &str) -> Option<Bilingual> {
        let (name, pointer) = keyword_address.strip_prefix(BASE)?.split_once('#')?;
        let (_, document) = self.get(name)?;
        // Only `$` among the characters of our pointers may come percent-encoded.
        let pointer = pointer.replace("%24", "$");
        let (holder, _) = pointer.rsplit_once('/')?;
        let words = document.pointer(holder)?.get("x-expected")?;
        Some(Bilingual::new(words.get("es")?.as_str()?, words.get("en")?.as_str()?))
    }
}

/// Parses one file.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(file: File) -> Result<T, SchemaError> {
    serde_json::from_str(file.text)
        .map_err(|error| SchemaError { schema: file.name.to_owned(), problem: error.to_string() })
}

/// A relative path seen from a file.
pub(crate) fn join(from: &str, path: &str) -> String {
    let mut segments: Vec<&str> = from.split('/').collect();
    segments.pop();
    for segment in path.split('/') {
        match segment {
            "." | "" => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schemas;

    #[test]
    fn references_lead_from_file_to_file() {
        let library = Library::new(schemas::files()).unwrap();
        let from = "profiles/lgtaip2025/dataset.schema.json";
        let (name, _) = library.resolve(from, "../../core/dataset.schema.json").unwrap();
        assert_eq!(name, "core/dataset.schema.json");
        let (name, agent) = library.resolve(name, "node.schema.json#/$defs/Agent").unwrap();
        assert_eq!((name, agent.get("title").unwrap().as_str()), ("core/node.schema.json", Some("Agent")));
        assert!(library.resolve(from, "https://example.org/x.json").is_none());
    }

    #[test]
    fn expectations_stand_beside_their_keyword() {
        let library = Library::new(schemas::files()).unwrap();
        let words =
            library.expectation("vitrina:/schemas/core/node.schema.json#/%24defs/Email/pattern").unwrap();
        assert_eq!(words.en, "an e-mail address");
        assert_eq!(library.expectation("https://example.org/#/x"), None);
    }
}
