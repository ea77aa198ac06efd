//! A resource becomes a distribution.

use serde_json::{Map, Value};
use vitrina_domain::finding::{Bilingual, Finding, Severity};

use super::{extras::list, is_blank, keep_rest, node, take};

/// Members of one value, with the model's name; the first that is there wins.
const SINGLE: &[(&str, &str)] = &[
    ("uri", "@id"),
    ("id", "identifier"),
    ("name", "title"),
    ("title", "title"),
    ("description", "description"),
    ("format", "format"),
    ("mimetype", "mediaType"),
    ("compress_format", "compressFormat"),
    ("package_format", "packageFormat"),
    ("size", "byteSize"),
    ("license", "license"),
    ("rights", "rights"),
    ("access_rights", "accessRights"),
    ("availability", "availability"),
    ("status", "status"),
    ("issued", "issued"),
    ("created", "issued"),
    ("modified", "modified"),
    ("last_modified", "modified"),
    ("temporal_resolution", "temporalResolution"),
    ("spatial_resolution_in_meters", "spatialResolutionInMeters"),
    ("access_url", "accessURL"),
    ("download_url", "downloadURL"),
];

/// Members whose value is a list, often written as JSON text.
const LISTS: &[(&str, &str)] = &[
    ("language", "language"),
    ("conforms_to", "conformsTo"),
    ("documentation", "page"),
    ("applicable_legislation", "applicableLegislation"),
];

/// The distributions of a package.
pub(super) fn distributions(
    package: &mut Map<String, Value>,
    document: &mut Map<String, Value>,
) -> Vec<Finding> {
    match package.remove("resources") {
        Some(Value::Array(resources)) => {
            let files: Vec<Value> = resources.into_iter().map(distribution).collect();
            if !files.is_empty() {
                document.insert("distribution".to_owned(), Value::Array(files));
            }
            Vec::new()
        }
        Some(other) if !is_blank(&other) => {
            package.insert("resources".to_owned(), other);
            vec![Finding::new(
                Severity::Warning,
                "W-CKAN-RESOURCES",
                "/ckan/resources",
                Bilingual::new("«resources» no es una lista", "\"resources\" is no list"),
            )]
        }
        _ => Vec::new(),
    }
}

fn distribution(resource: Value) -> Value {
    let Value::Object(mut resource) = resource else { return resource };
    let mut document = Map::new();
    for (from, to) in SINGLE {
        if !document.contains_key(*to)
            && let Some(value) = take(&mut resource, from)
        {
            document.insert((*to).to_owned(), value);
        }
    }
    for (from, to) in LISTS {
        if let Some(value) = take(&mut resource, from) {
            document.insert((*to).to_owned(), list(value));
        }
    }
    if let Some(address) = take(&mut resource, "url") {
        place_address(address, &resource, &mut document);
    }
    checksum(&mut resource, &mut document);
    keep_rest(&mut document, resource);
    Value::Object(document)
}

/// `url` is the file itself where the resource or the address says so, else the page that leads to it.
fn place_address(address: Value, resource: &Map<String, Value>, document: &mut Map<String, Value>) {
    let word = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_file = word("url_type") == "upload"
        || matches!(word("resource_type"), "file" | "file.upload")
        || address.as_str().is_some_and(names_file);
    let name = match (is_file, document.contains_key("downloadURL"), document.contains_key("accessURL")) {
        (true, false, _) | (false, false, true) => "downloadURL",
        (_, _, false) => "accessURL",
        (_, true, true) => return,
    };
    document.insert(name.to_owned(), address);
}

/// Whether the last segment of an address has a file extension.
fn names_file(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let Some((_, rest)) = path.split_once("://") else { return false };
    let Some((_, name)) = rest.rsplit_once('/') else { return false };
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let is_page =
        ["html", "htm", "php", "asp", "aspx", "jsp", "do"].contains(&extension.to_ascii_lowercase().as_str());
    !stem.is_empty()
        && (2..=8).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !is_page
}

/// The digest; its algorithm is told by the resource, by a prefix, or by its length.
fn checksum(resource: &mut Map<String, Value>, document: &mut Map<String, Value>) {
    let Some(Value::String(hash)) = take(resource, "hash") else { return };
    let (prefix, digits) =
        hash.split_once(':').map_or((None, hash.as_str()), |(prefix, rest)| (Some(prefix), rest));
    if digits.len() < 8 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        resource.insert("hash".to_owned(), Value::String(hash));
        return;
    }
    let by_length = match digits.len() {
        32 => Some("md5"),
        40 => Some("sha1"),
        64 => Some("sha256"),
        128 => Some("sha512"),
        _ => None,
    };
    let algorithm = take(resource, "hash_algorithm").or_else(|| prefix.or(by_length).map(Value::from));
    if let Some(checksum) = node([("algorithm", algorithm), ("checksumValue", Some(Value::from(digits)))]) {
        document.insert("checksum".to_owned(), checksum);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("https://example.org/agua.csv", true)]
    #[case("https://example.org/agua.csv?x=1", true)]
    #[case("https://example.org/", false)]
    #[case("https://example.org", false)]
    #[case("https://example.org/agua.html", false)]
    #[case("https://example.org/api/v1.0/agua", false)]
    #[case("agua.csv", false)]
    fn addresses_of_files(#[case] address: &str, #[case] expected: bool) {
        assert_eq!(names_file(address), expected);
    }

    #[test]
    fn a_resource_is_read_whole() {
        let file = distribution(json!({
            "id": "r1", "name": "Pozos", "url": "https://example.org/pozos", "format": "CSV", "size": 12,
            "hash": "sha256:00ff00ff00ff", "created": "2024-01-01", "position": 0, "cache_url": null,
            "conforms_to": "[\"https://example.org/s\"]", "datastore_active": true
        }));
        assert_eq!(
            file,
            json!({
                "identifier": "r1", "title": "Pozos", "accessURL": "https://example.org/pozos", "format": "CSV",
                "byteSize": 12, "checksum": {"algorithm": "sha256", "checksumValue": "00ff00ff00ff"},
                "issued": "2024-01-01", "conformsTo": ["https://example.org/s"],
                "ckan": {"position": 0, "datastore_active": true}
            })
        );
    }
}
