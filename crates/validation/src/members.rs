//! The members that a schema knows, at every depth, and those of a document that it does not.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use vitrina_domain::{finding::pointer_segment, metadata::SERVER_OWNED};

use crate::{Shape, library::Library, message::Details};

/// Keywords of JSON-LD that stand in any object and that every reader of one understands.
const JSON_LD: &[&str] = &["@context", "@type"];

/// Fewest letters of a name that a near name is looked for.
const SHORTEST_MISSPELT: usize = 4;

/// Where an object's known members lead.
#[derive(Debug, Default)]
struct Node {
    members: HashMap<String, usize>,
    items: Option<usize>,
    /// What the values of an open map are.
    each: Option<usize>,
}

/// The known members of a schema, as a graph: agents may hold agents.
#[derive(Debug)]
pub(crate) struct Members {
    nodes: Vec<Node>,
    root: usize,
    shape: Shape,
}

/// A member that the schema does not know.
pub(crate) struct Unknown<'a> {
    /// Its place.
    pub(crate) pointer: String,
    near: &'a dyn Fn() -> Option<&'a str>,
}

impl Unknown<'_> {
    /// The known name that was probably meant; looking for it takes a while.
    pub(crate) fn details(&self) -> Details {
        (self.near)().map_or_else(Details::default, |near| Details::default().with("near", near))
    }
}

/// A schema fragment and the file it stands in.
type Fragment<'a> = (&'a str, &'a Value);

struct Builder<'a> {
    library: &'a Library,
    nodes: Vec<Node>,
    built: HashMap<Vec<usize>, usize>,
}

impl<'a> Builder<'a> {
    /// A schema with everything it refers to or combines, as flat fragments.
    fn expand(&self, fragment: Fragment<'a>, found: &mut Vec<Fragment<'a>>) {
        let (file, schema) = fragment;
        if found.iter().any(|(_, known)| std::ptr::eq(*known, schema)) {
            return;
        }
        found.push(fragment);
        let reference = schema.get("$ref").and_then(Value::as_str);
        if let Some(target) = reference.and_then(|reference| self.library.resolve(file, reference)) {
            self.expand(target, found);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for part in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                self.expand((file, part), found);
            }
        }
        for keyword in ["then", "else"] {
            if let Some(part) = schema.get(keyword) {
                self.expand((file, part), found);
            }
        }
    }

    fn node(&mut self, roots: &[Fragment<'a>]) -> usize {
        let mut fragments = Vec::new();
        for root in roots {
            self.expand(*root, &mut fragments);
        }
        let mut key: Vec<usize> =
            fragments.iter().map(|(_, schema)| std::ptr::from_ref(*schema).addr()).collect();
        key.sort_unstable();
        if let Some(known) = self.built.get(&key) {
            return *known;
        }
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        self.built.insert(key, id);

        let mut members: BTreeMap<&str, Vec<Fragment<'a>>> = BTreeMap::new();
        let (mut items, mut each) = (Vec::new(), Vec::new());
        for (file, schema) in fragments {
            for (name, part) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                members.entry(name).or_default().push((file, part));
            }
            for name in schema.get("x-known").and_then(Value::as_array).into_iter().flatten() {
                members.entry(name.as_str().unwrap_or_default()).or_default();
            }
            items.extend(schema.get("items").map(|part| (file, part)));
            each.extend(
                schema.get("additionalProperties").filter(|part| part.is_object()).map(|part| (file, part)),
            );
        }
        let mut node = Node::default();
        for (name, parts) in members {
            node.members.insert(name.to_owned(), self.node(&parts));
        }
        node.items = (!items.is_empty()).then(|| self.node(&items));
        node.each = (!each.is_empty()).then(|| self.node(&each));
        if let Some(slot) = self.nodes.get_mut(id) {
            *slot = node;
        }
        id
    }
}

impl Members {
    /// The members that a schema file knows.
    pub(crate) fn new(library: &Library, root: Fragment<'_>, shape: Shape) -> Self {
        let mut builder = Builder { library, nodes: Vec::new(), built: HashMap::new() };
        let root = builder.node(&[root]);
        Self { nodes: builder.nodes, root, shape }
    }

    /// Calls `report` with the place of each member that the schema does not know.
    pub(crate) fn unknown(&self, document: &Value, report: &mut impl FnMut(Unknown<'_>)) {
        self.walk(self.root, document, &mut String::new(), report);
    }

    fn walk(&self, id: usize, value: &Value, path: &mut String, report: &mut impl FnMut(Unknown<'_>)) {
        let Some(node) = self.nodes.get(id) else { return };
        match value {
            Value::Object(object) => self.walk_object(node, object, path, report),
            Value::Array(values) => {
                let Some(items) = node.items else { return };
                for (index, item) in values.iter().enumerate() {
                    if item.is_object() || item.is_array() {
                        self.step(items, item, &index.to_string(), path, report);
                    }
                }
            }
            _ => {}
        }
    }

    fn walk_object(
        &self,
        node: &Node,
        object: &Map<String, Value>,
        path: &mut String,
        report: &mut impl FnMut(Unknown<'_>),
    ) {
        for (name, value) in object {
            match node.members.get(name).copied().or(node.each) {
                Some(next) if value.is_object() || value.is_array() => {
                    self.step(next, value, name, path, report);
                }
                Some(_) => {}
                // A schema that lists no members takes any.
                None if node.members.is_empty() || self.passes(name, path) => {}
                None => {
                    let near = || nearest(name, node.members.keys());
                    let pointer = format!("{path}/{}", pointer_segment(name));
                    report(Unknown { pointer, near: &near });
                }
            }
        }
    }

    fn step(
        &self,
        id: usize,
        value: &Value,
        segment: &str,
        path: &mut String,
        report: &mut impl FnMut(Unknown<'_>),
    ) {
        let outer = path.len();
        path.push('/');
        path.push_str(&pointer_segment(segment));
        self.walk(id, value, path, report);
        path.truncate(outer);
    }

    /// Whether a name that the schema does not list is somebody else's to speak of.
    fn passes(&self, name: &str, path: &str) -> bool {
        JSON_LD.contains(&name)
            || (self.shape == Shape::Core && path.is_empty() && SERVER_OWNED.contains(&name))
    }
}

/// The known name that was probably meant.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let length = name.chars().count();
    // Distances grow with the square of the length: no member of ours is that long.
    if !(SHORTEST_MISSPELT..=64).contains(&length) {
        return None;
    }
    let allowed = if length < 7 { 1 } else { 2 };
    known
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate.as_str()))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::schemas;

    fn unknown(file: &str, shape: Shape, document: &Value) -> Vec<(String, bool)> {
        let library = Library::new(schemas::files()).unwrap();
        let members = Members::new(&library, library.get(file).unwrap(), shape);
        let mut found = Vec::new();
        members.unknown(document, &mut |unknown| {
            let has_near = unknown.details().has("near");
            found.push((unknown.pointer, has_near));
        });
        found.sort();
        found
    }

    #[test]
    fn unknown_members_are_found_at_every_depth() {
        let document = json!({
            "tittle": "x", "id": "1", "@type": "dcat:Dataset",
            "title": {"es": "t", "nah": "t"}, "ckan": {"anything": {"goes": 1}},
            "publisher": {"name": {"es": "n"}, "subOrganizationOf": {"subOrganizationOf": {"nombre": "x"}}},
            "distribution": [{}, {"a/b": 1, "checksum": {"value": "x"}, "format": "CSV"}],
            "spatial": [{"type": "Point", "coordinates": [1, 2]}, "Monterrey"]
        });
        let expected: Vec<(String, bool)> = [
            ("/distribution/1/a~1b", false),
            ("/distribution/1/checksum/value", false),
            ("/publisher/subOrganizationOf/subOrganizationOf/nombre", false),
            ("/tittle", true),
        ]
        .into_iter()
        .map(|(pointer, near)| (pointer.to_owned(), near))
        .collect();
        assert_eq!(unknown("profiles/lgtaip2025/dataset.schema.json", Shape::Core, &document), expected);
    }

    #[test]
    fn a_name_of_the_server_is_known_only_in_our_own_documents() {
        let document = json!({"id": "x"});
        assert_eq!(unknown("core/dataset.schema.json", Shape::Core, &document), []);
        let foreign = unknown("profiles/dcat-us-1.1/dataset.schema.json", Shape::DataJson, &document);
        assert_eq!(foreign, [("/id".to_owned(), false)]);
    }

    #[rstest]
    #[case("tittle", Some("title"))]
    #[case("Title", Some("title"))]
    #[case("downloadUrl", Some("downloadURL"))]
    #[case("dowloadURL", Some("downloadURL"))]
    #[case("nombre", None)]
    #[case("x", None)]
    fn near_names_are_offered(#[case] name: &str, #[case] near: Option<&str>) {
        let known = ["title".to_owned(), "downloadURL".to_owned(), "theme".to_owned()];
        assert_eq!(nearest(name, known.iter()), near);
    }
}
