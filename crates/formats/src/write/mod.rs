//! Writing records, one at a time, in constant memory.

mod data_json;
mod own;
mod table;
mod turtle;

use serde_json::Value;
use vitrina_domain::{
    finding::Finding,
    metadata::{Catalog, Dataset, Document as _},
    record::Record,
    vocabulary::Vocabularies,
};

use crate::Format;
pub(crate) use own::SERVED;

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
    turtle: turtle::Writer,
}

impl<'a> ListWriter<'a> {
    /// A writer for a whole list.
    pub fn new(format: Format, context: Context<'a>) -> Self {
        Self { format, context, written: 0, turtle: turtle::Writer::new() }
    }

    /// What stands before the first record.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        match self.format {
            Format::Json => {
                out.extend_from_slice(b"{\"catalog\":");
                own::append(&self.context.catalog.to_object().into(), out);
                out.extend_from_slice(b",\"items\":[");
            }
            Format::Ndjson => {}
            Format::Csv => table::header(out),
            Format::DataJson => data_json::begin(self.context, out),
            Format::Turtle => {
                // What cannot be said of the catalog is said again, with findings, by its own record.
                let _left_out = self.turtle.catalog(self.context, out);
            }
        }
    }

    /// One record. A value that cannot be expressed is left out and is a finding; it never breaks the list.
    pub fn record(&mut self, record: &Record, out: &mut Vec<u8>) -> Vec<Finding> {
        let first = self.written == 0;
        let findings = match self.format {
            Format::Json => {
                separate(first, out);
                own::append(&own::record(record, self.context.base_url), out);
                Vec::new()
            }
            Format::Ndjson => {
                own::append(&own::record(record, self.context.base_url), out);
                out.push(b'\n');
                Vec::new()
            }
            Format::Csv => {
                table::row(record, self.context, out);
                Vec::new()
            }
            Format::DataJson => {
                let Some(dataset) = record.metadata.as_dataset() else { return Vec::new() };
                separate(first, out);
                own::append(&data_json::dataset(dataset, data_json::Forms::of(self.context)), out);
                Vec::new()
            }
            Format::Turtle => self.turtle.listed(record, self.context, out),
        };
        self.written += 1;
        findings
    }

    /// What stands after the last record.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        match self.format {
            Format::Json | Format::DataJson => out.extend_from_slice(b"\n]}\n"),
            Format::Ndjson | Format::Csv => {}
            Format::Turtle => self.turtle.end(out),
        }
    }
}

/// The comma between two elements of a list, each on its own line.
fn separate(first: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if first { b"\n" } else { b",\n" });
}

/// One record alone in a format.
pub fn record(format: Format, context: Context<'_>, record: &Record) -> (Vec<u8>, Vec<Finding>) {
    let mut out = Vec::new();
    let mut findings = Vec::new();
    match format {
        Format::Json | Format::Ndjson => {
            own::append(&own::record(record, context.base_url), &mut out);
            out.push(b'\n');
        }
        Format::Csv => {
            table::header(&mut out);
            table::row(record, context, &mut out);
        }
        Format::DataJson => match record.metadata.as_dataset() {
            Some(dataset) => {
                own::append(&data_json::dataset(dataset, data_json::Forms::of(context)), &mut out);
                out.push(b'\n');
            }
            None => findings.push(data_json::no_dataset()),
        },
        Format::Turtle => {
            let mut writer = turtle::Writer::new();
            findings = writer.record(record, context, &mut out);
            writer.end(&mut out);
        }
    }
    (out, findings)
}

/// A catalog description alone in a format that has one (`data.json` header, Turtle).
pub fn catalog(format: Format, context: Context<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        Format::Json | Format::Ndjson => {
            own::append(&context.catalog.to_object().into(), &mut out);
            out.push(b'\n');
        }
        Format::Csv => table::header(&mut out),
        Format::DataJson => {
            data_json::begin(context, &mut out);
            out.extend_from_slice(b"]}\n");
        }
        Format::Turtle => {
            let mut writer = turtle::Writer::new();
            // The caller of this function has no place for findings: `record` gives them.
            let _left_out = writer.catalog(context, &mut out);
            writer.end(&mut out);
        }
    }
    out
}

/// A dataset document as an entry of DCAT-US 1.1 `data.json`: what the profile is checked on.
pub fn data_json_dataset(dataset: &Dataset, languages: &[&str], vocabularies: &Vocabularies) -> Value {
    data_json::dataset(dataset, data_json::Forms { languages, vocabularies })
}

/// A record as our own JSON: server-owned members beside the members of the document.
pub fn json_record(record: &Record, base_url: &str) -> Value {
    own::record(record, base_url)
}
