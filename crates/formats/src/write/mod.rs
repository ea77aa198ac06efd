//! Writing records, one at a time, in constant memory.

mod data_json;
mod own;
mod table;
mod turtle;

use serde_json::Value;
use vitrina_domain::{
    finding::Finding,
    metadata::{Catalog, Dataset, Document as _},
    record::{Record, Stored, Unreadable},
    vocabulary::Vocabularies,
};

use crate::Format;
pub use own::Beside;
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
                own::json(&self.context.catalog.to_object(), out);
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
    pub fn record(&mut self, record: Record<Stored>, out: &mut Vec<u8>) -> Result<Vec<Finding>, Unreadable> {
        let first = self.written == 0;
        let mut findings = Vec::new();
        match self.format {
            Format::Json => {
                separate(first, out);
                own::append(&record, self.context.base_url, &Beside::default(), out);
            }
            Format::Ndjson => {
                own::append(&record, self.context.base_url, &Beside::default(), out);
                out.push(b'\n');
            }
            Format::Csv => table::row(&record.read()?, self.context, out),
            Format::DataJson => {
                let record = record.read()?;
                let Some(dataset) = record.metadata.as_dataset() else { return Ok(findings) };
                separate(first, out);
                own::json(&data_json::dataset(dataset, data_json::Forms::of(self.context)), out);
            }
            Format::Turtle => findings = self.turtle.listed(&record.read()?, self.context, out),
        }
        self.written += 1;
        Ok(findings)
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
pub fn record(
    format: Format,
    context: Context<'_>,
    record: Record<Stored>,
) -> Result<(Vec<u8>, Vec<Finding>), Unreadable> {
    let mut out = Vec::new();
    let mut findings = Vec::new();
    match format {
        Format::Json | Format::Ndjson => {
            own::append(&record, context.base_url, &Beside::default(), &mut out);
            out.push(b'\n');
        }
        Format::Csv => {
            table::header(&mut out);
            table::row(&record.read()?, context, &mut out);
        }
        Format::DataJson => match record.read()?.metadata.as_dataset() {
            Some(dataset) => {
                own::json(&data_json::dataset(dataset, data_json::Forms::of(context)), &mut out);
                out.push(b'\n');
            }
            None => findings.push(data_json::no_dataset()),
        },
        Format::Turtle => {
            let mut writer = turtle::Writer::new();
            findings = writer.record(&record.read()?, context, &mut out);
            writer.end(&mut out);
        }
    }
    Ok((out, findings))
}

/// A catalog description alone in a format that has one (`data.json` header, Turtle).
pub fn catalog(format: Format, context: Context<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        Format::Json | Format::Ndjson => {
            own::json(&context.catalog.to_object(), &mut out);
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

/// A record as our own JSON: server-owned members before the members of the document.
pub fn json_record(record: &Record<Stored>, base_url: &str, beside: &Beside) -> Vec<u8> {
    let mut out = Vec::with_capacity(record.metadata.bytes() + own::BESIDE);
    own::append(record, base_url, beside, &mut out);
    out
}
