//! Writing records, one at a time, in constant memory.

use serde_json::Value;
use vitrina_domain::{
    finding::Finding,
    metadata::Catalog,
    record::Record,
    vocabulary::Vocabularies,
};

use crate::Format;

/// What a writer must know beside the records.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The public base of every IRI and address, without a slash at the end.
    pub base_url: &'a str,
    /// The description of the catalog that the records are listed in.
    pub catalog: &'a Catalog,
    /// Labels and IRIs of codes.
    pub vocabularies: &'a Vocabularies,
    /// The languages to choose one string by, where a format has room for one.
    pub languages: &'a [&'a str],
}

/// Writes a list of records: `begin`, then each `record`, then `end`.
pub struct ListWriter<'a> {
    format: Format,
    context: Context<'a>,
    written: u64,
}

impl<'a> ListWriter<'a> {
    /// A writer for a whole list.
    pub fn new(format: Format, context: Context<'a>) -> Self {
        Self { format, context, written: 0 }
    }

    /// What stands before the first record.
    pub fn begin(&mut self, _out: &mut Vec<u8>) {
        let _ = (self.format, self.context, self.written);
        todo!()
    }

    /// One record. A value that cannot be expressed is left out and is a finding; it never breaks the list.
    pub fn record(&mut self, _record: &Record, _out: &mut Vec<u8>) -> Vec<Finding> {
        todo!()
    }

    /// What stands after the last record.
    pub fn end(&mut self, _out: &mut Vec<u8>) {
        todo!()
    }
}

/// One record alone in a format.
pub fn record(_format: Format, _context: Context<'_>, _record: &Record) -> (Vec<u8>, Vec<Finding>) {
    todo!()
}

/// A catalog description alone in a format that has one (`data.json` header, Turtle).
pub fn catalog(_format: Format, _context: Context<'_>) -> Vec<u8> {
    todo!()
}

/// A dataset document as an entry of DCAT-US 1.1 `data.json`: what the profile is checked on.
pub fn data_json_dataset(_record: &vitrina_domain::metadata::Dataset, _languages: &[&str]) -> Value {
    todo!()
}

/// A record as our own JSON: server-owned members beside the members of the document.
pub fn json_record(_record: &Record, _base_url: &str) -> Value {
    todo!()
}
