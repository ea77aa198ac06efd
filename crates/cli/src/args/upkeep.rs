//! What an operator does with a catalog as a whole, and what the program tells of itself.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Data;

/// `vitrina index`.
#[derive(Debug, Subcommand)]
pub enum Index {
    /// Make the index anew from the store.
    Rebuild(Data),
}

/// `vitrina backup` and `vitrina restore`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina backup /backup/2026-11-28\n  \
    vitrina restore /backup/2026-11-28 --data-dir /var/lib/vitrina-new\n\n\
    A backup is verified before it counts, before it is restored, and after. It is the same for SQLite and PostgreSQL, \
    for a folder and an object store, and holds secrets: digests of tokens, drafts, who did what.")]
pub struct Backup {
    /// The folder of the backup.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina config`.
#[derive(Debug, Args)]
pub struct Config {
    /// Print the reference of every setting instead, in Markdown.
    #[arg(long)]
    pub reference: bool,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// What `openapi` takes.
#[derive(Debug, Args)]
pub struct Openapi {
    /// The version of the specification, for generators that read nothing newer than 3.0.
    #[arg(long, value_name = "VERSION", value_enum, default_value_t = Specification::Newest)]
    pub spec: Specification,
}

/// A version of the OpenAPI specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Specification {
    /// The contract as it is.
    #[value(name = "3.1")]
    Newest,
    /// The same in the words of 3.0.
    #[value(name = "3.0")]
    Older,
}
