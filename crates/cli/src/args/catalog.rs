//! Catalogs: in, out, and checked.

use std::path::PathBuf;

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use vitrina_formats::Format;

use super::{Data, ReportFormat};

/// `vitrina import`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina import data.json\n  \
    vitrina import catalogs/ --dry-run\n  \
    curl -s https://datos.example.org/data.json | vitrina import - --source datos.example.org\n  \
    vitrina import data.json --replace      records that are gone from the file end as tombstones\n\n\
    A record is refused only when it cannot be read at all; everything else is imported with its findings. \
    Importing the same file twice changes nothing.")]
pub struct Import {
    /// Files, folders with *.json, *.jsonld and *.ndjson files, or - for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Where the records come from; identities hang on it [default: what the catalog calls itself, else the file's name].
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The catalog that the records belong to: its id or slug.
    #[arg(long, value_name = "ID")]
    pub catalog: Option<String>,
    /// The organization of records that name no publisher: its id or slug.
    #[arg(long, value_name = "ID")]
    pub organization: Option<String>,
    /// Only say what would happen.
    #[arg(long)]
    pub dry_run: bool,
    /// End the records of the source that are no longer in the document.
    #[arg(long)]
    pub replace: bool,
    /// Do not ask before --replace ends records.
    #[arg(long, requires = "replace")]
    pub yes: bool,
    /// The form of the report.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: ReportFormat,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina export`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina export --format data-json -o data.json\n  \
    vitrina export --format ttl | gzip > catalog.ttl.gz\n\n\
    Only what is published is exported.")]
pub struct Export {
    /// The format of the file.
    #[arg(long, value_name = "FORMAT", value_parser = export_format())]
    pub format: Format,
    /// The file to write; it appears when it is complete [default: standard output].
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina validate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina validate data.json\n  \
    vitrina validate catalogs/ --profile lgtaip2025 --format json\n\n\
    The exit code is 1 when there is an error, 0 when there are only warnings.")]
pub struct Validate {
    /// Files, folders with *.json, *.jsonld and *.ndjson files, or - for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The profiles to check [default: lgtaip2025, the national law].
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    pub profile: Vec<String>,
    /// The form of the report.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: ReportFormat,
}

/// The formats by name, which the help lists and a wrong one is answered with.
fn export_format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name()))
        .try_map(|name| Format::from_name(&name).ok_or("unknown format"))
}
