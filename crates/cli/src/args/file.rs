//! Data files: looked into, and looked after.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Data, ReportFormat};

/// `vitrina inspect`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina inspect nomina.xlsx\n  \
    vitrina inspect datos/*.csv --format json\n\n\
    Each file is read by a process of its own that can open nothing else. The exit code is 1 when a file is refused or \
    has an error, 0 when there are only warnings.")]
pub struct Inspect {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The form of the report.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: ReportFormat,
}

/// `vitrina parse-worker`.
#[derive(Debug, Args)]
pub struct ParseWorker {
    /// The task, in JSON.
    #[arg(value_name = "TASK")]
    pub task: String,
}

/// `vitrina files`.
#[derive(Debug, Subcommand)]
pub enum Files {
    /// Read every file again and compare it with its digest; remove those that nothing needs.
    Check(CheckFiles),
}

/// `vitrina files check`.
#[derive(Debug, Args)]
#[command(
    after_help = "A file that is damaged or missing is named, and the exit code is 1. Bring it back from a \
    backup, or upload it again.\n\n\
    Example:\n  vitrina files check --rate 20"
)]
pub struct CheckFiles {
    /// How many MiB are read in a second at most; without it as many as the disk gives.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: Option<u32>,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}
