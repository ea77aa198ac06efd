//! A package becomes a dataset.

use serde_json::{Map, Value, json};
use vitrina_domain::finding::Finding;

use super::{
    extras::{Extras, list},
    is_blank, keep_rest, node, resource, take,
};

/// Where a package's own identifier is looked for, the best first.
const IDENTIFIERS: [&str; 2] = ["identifier", "guid"];

/// A dataset in the shape of the model.
pub(in crate::read) fn dataset(mut package: Map<String, Value>) -> (Value, Vec<Finding>) {
    let mut document = Map::new();
    let mut extras = Extras::take_from(&mut package);
    name(&mut package, &mut extras, &mut document);
    for (from, to) in
        [("title", "title"), ("notes", "description"), ("url", "landingPage"), ("version", "version")]
    {
        if let Some(value) = take(&mut package, from) {
            document.insert(to.to_owned(), value);
        }
    }
    people(&mut package, &mut extras, &mut document);
    license(&mut package, &mut document);
    words(&mut package, &mut extras, &mut document);
    extras.place(&mut package, &mut document);
    for (from, to) in [("metadata_created", "issued"), ("metadata_modified", "modified")] {
        if !document.contains_key(to)
            && let Some(value) = take(&mut package, from)
        {
            document.insert(to.to_owned(), value);
        }
    }
    let findings = resource::distributions(&mut package, &mut document);
    if let Some(rest) = extras.into_rest() {
        let key = if package.contains_key("extras") { "extras_by_key" } else { "extras" };
        package.insert(key.to_owned(), rest);
    }
    keep_rest(&mut document, package);
    (Value::Object(document), findings)
}

/// The identifier that a package gives itself: one of its own, else CKAN's id, else its name.
///
/// `find` looks a free key up, first among the extras, then among the members.
pub(in crate::read) fn given_identifier<T>(mut find: impl FnMut(&str) -> Option<T>) -> Option<T> {
    IDENTIFIERS.into_iter().chain(["id", "name"]).find_map(&mut find)
}

fn name(package: &mut Map<String, Value>, extras: &mut Extras, document: &mut Map<String, Value>) {
    let given = given_identifier(|key| match key {
        "id" | "name" => take(package, key),
        _ => extras.take(package, key),
    });
    if let Some(identifier) = given {
        document.insert("identifier".to_owned(), identifier);
    }
    if let Some(other) = extras.take(package, "guid") {
        document.insert("otherIdentifier".to_owned(), json!([other]));
        if let Some(alternate) = extras.take(package, "alternate_identifier") {
            let mut all = vec![document.remove("otherIdentifier").unwrap_or_default()];
            all = all.into_iter().chain([list(alternate)]).flat_map(elements).collect();
            document.insert("otherIdentifier".to_owned(), Value::Array(all));
        }
    }
}

fn elements(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        other => vec![other],
    }
}

/// Publisher, author and contact.
fn people(package: &mut Map<String, Value>, extras: &mut Extras, document: &mut Map<String, Value>) {
    let mut agent = |role: &str| {
        let mut part = |name: &str| extras.take(package, &format!("{role}_{name}"));
        node([
            ("@id", part("uri")),
            ("name", part("name")),
            ("mbox", part("email")),
            ("homepage", part("url")),
            ("category", part("type")),
            ("identifier", part("identifier")),
        ])
    };
    let (publisher, creator) = (agent("publisher"), agent("creator"));
    let contact = {
        let mut part = |name: &str| extras.take(package, &format!("contact_{name}"));
        node([
            ("@id", part("uri")),
            ("fn", part("name")),
            ("hasEmail", part("email")),
            ("hasURL", part("url")),
        ])
    };
    let mut pair = |name: &str, to: [&str; 2]| {
        let email = take(package, &format!("{name}_email"));
        node([(to[0], take(package, name)), (to[1], email)])
    };
    let author = pair("author", ["name", "mbox"]);
    let maintainer = pair("maintainer", ["fn", "hasEmail"]);
    let publisher = publisher.or_else(|| organization(package));
    let many = |all: [Option<Value>; 2]| {
        let all: Vec<Value> = all.into_iter().flatten().collect();
        (!all.is_empty()).then_some(Value::Array(all))
    };
    let members = [
        ("publisher", publisher),
        ("creator", many([creator, author])),
        ("contactPoint", many([contact, maintainer])),
    ];
    document
        .extend(members.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value))));
}

/// The organization as publisher; what else it says stays in the package.
fn organization(package: &mut Map<String, Value>) -> Option<Value> {
    let Some(Value::Object(organization)) = package.get_mut("organization") else {
        // Some portals write only the organization's name.
        return match take(package, "organization")? {
            Value::String(name) => Some(json!({"name": name})),
            other => {
                package.insert("organization".to_owned(), other);
                None
            }
        };
    };
    let title = take(organization, "title").or_else(|| take(organization, "display_name"));
    let name = take(organization, "name");
    organization.retain(|_, value| !is_blank(value));
    node([("name", title.or_else(|| name.clone())), ("identifier", name)])
}

fn license(package: &mut Map<String, Value>, document: &mut Map<String, Value>) {
    let [id, title, url] = ["license_id", "license_title", "license_url"].map(|name| take(package, name));
    let (iri, unread) = match url {
        Some(url) if super::is_address(&url) => (Some(url), None),
        other => (None, other),
    };
    if let Some(unread) = unread {
        package.insert("license_url".to_owned(), unread);
    }
    let license = match (iri, id, title) {
        (None, Some(id), None) => Some(id),
        (iri, id, title) => node([("@id", iri), ("notation", id), ("prefLabel", title)]),
    };
    if let Some(license) = license {
        document.insert("license".to_owned(), license);
    }
}

/// Tags and groups.
fn words(package: &mut Map<String, Value>, extras: &mut Extras, document: &mut Map<String, Value>) {
    let mut keywords = Vec::new();
    let rest = read_each(package, "tags", |mut tag| {
        let (shown, name) = (take(&mut tag, "display_name"), take(&mut tag, "name"));
        keywords.extend(shown.or(name));
        // The ids of free tags say nothing; those of a vocabulary do.
        tag.contains_key("vocabulary_id").then_some(tag).filter(|tag| !is_blank_member(tag, "vocabulary_id"))
    });
    keywords.extend(rest);
    if keywords.is_empty()
        && let Some(words) = extras.take(package, "keywords")
    {
        keywords = elements(list(words));
    }
    let mut themes = Vec::new();
    let rest = read_each(package, "groups", |mut group| {
        let (title, shown) = (take(&mut group, "title"), take(&mut group, "display_name"));
        themes.extend(node([("notation", take(&mut group, "name")), ("prefLabel", title.or(shown))]));
        Some(group)
    });
    themes.extend(rest);
    if let Some(more) = extras.take(package, "theme") {
        themes.extend(elements(list(more)));
    }
    for (name, values) in [("keyword", keywords), ("theme", themes)] {
        if !values.is_empty() {
            document.insert(name.to_owned(), Value::Array(values));
        }
    }
}

fn is_blank_member(object: &Map<String, Value>, name: &str) -> bool {
    object.get(name).is_none_or(is_blank)
}

/// Reads every object of a list; what `read` leaves of them stays in the package, and what is no object
/// (bare words) is given back.
fn read_each(
    package: &mut Map<String, Value>,
    name: &str,
    mut read: impl FnMut(Map<String, Value>) -> Option<Map<String, Value>>,
) -> Vec<Value> {
    let (mut left, mut bare) = (Vec::new(), Vec::new());
    for value in take(package, name).map(elements).unwrap_or_default() {
        match value {
            Value::Object(object) => {
                let mut rest = read(object).unwrap_or_default();
                rest.retain(|_, value| !is_blank(value));
                if !rest.is_empty() {
                    left.push(Value::Object(rest));
                }
            }
            word => bare.push(word),
        }
    }
    if !left.is_empty() {
        package.insert(name.to_owned(), Value::Array(left));
    }
    bare
}
