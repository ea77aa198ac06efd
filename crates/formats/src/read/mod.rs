//! Recognising and reading documents from outside.
//!
//! [`outline`] passes over a document once and says what it is; [`items`] passes over it again and hands
//! its records over; [`parse`] understands one record. Nothing here holds more than one record in memory.

mod aliases;
mod ckan;
mod data_json;
mod encoding;
mod extent;
mod identity;
mod items;
mod lines;
mod number;
mod outline;
mod own;
mod position;
mod recognise;
mod refusal;
mod shape;
mod sniff;
mod source;
mod survey;
mod tree;
mod walk;

use std::io::{Read, Seek, SeekFrom};

use serde_json::Value;
use vitrina_domain::finding::Finding;

pub use encoding::{Encoded, decoded, encoding};
use recognise::Records;
pub use refusal::ReadError;

/// What a document turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputFormat {
    /// DCAT-US (Project Open Data) 1.1 `data.json`.
    DataJson,
    /// The Argentine dialect of it.
    DataJsonArgentina,
    /// The dialect of ADELA (Mexico).
    DataJsonAdela,
    /// One CKAN package, bare or in the answer of an action.
    CkanPackage,
    /// A list of CKAN packages, bare or in the answer of an action.
    CkanPackageList,
    /// The answer of CKAN's `package_search`.
    CkanSearch,
    /// One record a line, each in any of these shapes or in our own.
    Ndjson,
    /// A list of records as Vitrina itself writes it.
    VitrinaList,
}

impl InputFormat {
    /// The word kept with the run.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DataJson => "data-json",
            Self::DataJsonArgentina => "data-json-argentina",
            Self::DataJsonAdela => "data-json-adela",
            Self::CkanPackage => "ckan-package",
            Self::CkanPackageList => "ckan-package-list",
            Self::CkanSearch => "ckan-search",
            Self::Ndjson => "ndjson",
            Self::VitrinaList => "vitrina-list",
        }
    }
}

/// How large and deep a document may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the whole document.
    pub document_bytes: u64,
    /// Records of the document: something small is remembered of each while the document is read.
    pub items: u64,
    /// Bytes of one record.
    pub item_bytes: usize,
    /// Values of one record, names of members not counted: what a record costs in memory hangs on them.
    pub item_values: usize,
    /// Nesting of arrays and objects.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 1 << 30,
            items: 5_000_000,
            item_bytes: 32 << 20,
            item_values: 1 << 18,
            depth: 64,
        }
    }
}

/// What stands around the records of a document: found in a first pass over all of it.
#[derive(Debug, Clone)]
pub struct Outline {
    /// What the document is.
    pub format: InputFormat,
    /// The catalog's own description in the shape of `schemas/core`, where there is one.
    pub catalog: Option<Value>,
    /// The name the document gives its source: `@id`, `homepage` or the CKAN site's address.
    pub source_name: Option<String>,
    /// How many records it holds.
    pub items: u64,
    /// The character encoding it is written in, as the Encoding Standard names it.
    pub encoding: &'static str,
    /// What was found in the document as a whole.
    pub findings: Vec<Finding>,
    /// Where the records stand.
    records: Records,
}

/// One record of a document, not yet understood.
#[derive(Debug, Clone)]
pub struct RawItem {
    /// Its place among the records, from 0.
    pub position: u64,
    /// JSON pointer to it in the document (`/dataset/3`; the line number for NDJSON: `/12`).
    pub pointer: String,
    /// Where it begins, in bytes of the document decoded to UTF-8.
    pub offset: u64,
    /// Its JSON in UTF-8, or why it cannot be had.
    pub json: Result<Vec<u8>, ItemError>,
}

/// What a record is called: read without understanding the rest of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The identifier that the source gives.
    pub identifier: Option<String>,
    /// The record's own IRI.
    pub iri: Option<String>,
    /// Its landing page.
    pub landing_page: Option<String>,
    /// Its title.
    pub title: Option<String>,
}

/// One record in the shape of `schemas/core`.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The document for `Metadata::from_document`.
    pub document: Value,
    /// The record as it came.
    pub raw: Value,
    /// What was changed or could not be mapped; pointers are into `document`.
    pub findings: Vec<Finding>,
}

/// Why one record cannot be read. The records after it can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    /// The JSON of the record is broken.
    #[error("not JSON: {reason} at byte {offset}")]
    Json {
        /// What is wrong.
        reason: String,
        /// Where in the document.
        offset: u64,
    },
    /// The record is longer than one may be.
    #[error("the record is longer than {limit} bytes")]
    TooLong {
        /// The limit in force.
        limit: usize,
    },
    /// The record has more values than one may have.
    #[error("the record has more than {limit} values")]
    TooMany {
        /// The limit in force.
        limit: usize,
    },
}

/// Passes over the document: encoding, JSON framing and depth, format, the members around the records.
pub fn outline<R: Read + Seek>(document: &mut R, limits: Limits) -> Result<Outline, ReadError> {
    outline::outline(document, limits)
}

/// Hands over the records of a document that [`outline`] has seen, one by one, in constant memory.
pub fn items<R: Read + Seek>(
    mut document: R,
    outline: &Outline,
    limits: Limits,
) -> Result<impl Iterator<Item = Result<RawItem, ReadError>> + use<R>, ReadError> {
    document.seek(SeekFrom::Start(0))?;
    Ok(items::Items::new(decoded(document, outline.encoding), outline.records, limits))
}

/// Brings one record into the shape of `schemas/core`.
///
/// The place in an error is counted from the record's first byte: [`ItemError::within`] moves it.
pub fn parse(format: InputFormat, json: &[u8]) -> Result<Parsed, ItemError> {
    let numbers = number::lossy(json);
    let root = if holds_packages(format) { IN_PACKAGE } else { "" };
    let (raw, mut findings) = tree::read(&number::quoted(json, &numbers), root).map_err(|error| {
        // The place is that of the record as it came, without our quotation marks.
        let error = serde_json::from_slice::<Value>(json).err().unwrap_or(error);
        position::broken_item(json, &error)
    })?;
    findings.extend(number::findings(json, &numbers, root));
    let (document, changed) = match (&raw, format) {
        (Value::Object(object), InputFormat::Ndjson | InputFormat::VitrinaList)
            if shape::is_own_record(object) =>
        {
            (own::document(object.clone()), Vec::new())
        }
        (Value::Object(object), _) if is_package(format, object) => ckan::dataset(object.clone()),
        (Value::Object(object), _) => {
            let (document, findings) = data_json::dataset(object.clone());
            (Value::Object(document), findings)
        }
        // What is no object passes through: that it is no dataset is for the domain to say.
        (other, _) => (other.clone(), Vec::new()),
    };
    findings.extend(changed);
    Ok(Parsed { document, raw, findings })
}

/// Where a package keeps its own names in our document: what [`source_pointer`] leads back from.
const IN_PACKAGE: &str = "/ckan";

fn holds_packages(format: InputFormat) -> bool {
    matches!(format, InputFormat::CkanPackage | InputFormat::CkanPackageList | InputFormat::CkanSearch)
}

/// An entry of `data.json` as a document: what the writer compares its own output with.
pub(crate) fn data_json_dataset(
    entry: serde_json::Map<String, Value>,
) -> (serde_json::Map<String, Value>, Vec<Finding>) {
    data_json::dataset(entry)
}

/// A distribution of `data.json` as a document.
pub(crate) fn data_json_distribution(
    entry: serde_json::Map<String, Value>,
) -> serde_json::Map<String, Value> {
    data_json::distribution(entry, "").0
}

fn is_package(format: InputFormat, object: &serde_json::Map<String, Value>) -> bool {
    holds_packages(format) || (format == InputFormat::Ndjson && shape::is_ckan_package(object))
}

/// Reads what a record is called, quickly: the first pass of an import finds duplicates by it.
pub fn identity(format: InputFormat, json: &[u8]) -> Identity {
    identity::identity(format, json)
}

/// The place in the source's own record that a place in our document was made from.
///
/// Only CKAN's shape differs enough for that; elsewhere the pointer is the same.
pub fn source_pointer(format: InputFormat, pointer: &str) -> String {
    if holds_packages(format) { ckan::source_pointer(pointer) } else { pointer.to_owned() }
}

impl ItemError {
    /// The same error, its place counted from the start of the document that the record begins in at `offset`.
    #[must_use]
    pub fn within(self, offset: u64) -> Self {
        match self {
            Self::Json { reason, offset: place } => {
                Self::Json { reason, offset: place.saturating_add(offset) }
            }
            other @ (Self::TooLong { .. } | Self::TooMany { .. }) => other,
        }
    }
}
