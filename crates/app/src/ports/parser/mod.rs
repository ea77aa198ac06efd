//! Looking into files of others.

use std::{fs::File, io, time::Duration};

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use vitrina_domain::finding::{Bilingual, Finding, Severity};

mod inspection;

pub use inspection::{
    Archive, Bounds, Entry, FileKind, Inspection, Table, TextForm, Visibility, cell_pointer, part_pointer,
};

/// Looks into files of others.
///
/// A file can be made to exhaust whoever reads it. Whatever it does to its reader, the caller gets an answer within
/// the patience of the work, and the program that asks goes on.
pub trait Parser: Send + Sync {
    /// Tells what a file is by its own bytes, and what is in it.
    fn inspect(&self, work: Work) -> BoxFuture<'_, Result<Inspection, ParseError>>;
}

/// A file and what may be spent on it.
#[derive(Debug)]
pub struct Work {
    /// The file, open for reading. It is read from its beginning, wherever the handle stands.
    pub file: File,
    /// The extension of its name, in lower case: a hint where the bytes leave it open.
    pub extension: Option<String>,
    /// What the work takes.
    pub class: WorkClass,
    /// How long the answer may take once the work has begun.
    pub patience: Duration,
}

/// What a piece of work takes, and what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkClass {
    /// One document: little memory, little time.
    Parse,
    /// Tables and archives: time that grows with their length.
    Bulk,
}

/// Why a file was not looked into.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// The file itself is the reason.
    #[error("the file is refused: {}", .0.finding.code)]
    Refused(Refusal),
    /// Nobody could be made to look.
    #[error("nobody looks into files")]
    Unavailable(#[source] io::Error),
}

/// A file that is not read further, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The kind of reason.
    pub reason: RefusalReason,
    /// The rule, the place and what to do.
    pub finding: Box<Finding>,
}

/// Why a file is not read further, split by what its owner can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// It takes more memory, time or room than a file may take: it can be split.
    TooComplex,
    /// It is damaged, locked, or holds what no file of its kind may hold.
    Unreadable,
}

impl Refusal {
    /// A file that takes more than a file may take.
    pub fn too_complex(code: &str, pointer: impl Into<String>, message: Bilingual) -> Self {
        Self {
            reason: RefusalReason::TooComplex,
            finding: Box::new(Finding::new(Severity::Error, code, pointer, message)),
        }
    }

    /// A file that cannot be read.
    pub fn unreadable(code: &str, pointer: impl Into<String>, message: Bilingual) -> Self {
        Self {
            reason: RefusalReason::Unreadable,
            finding: Box::new(Finding::new(Severity::Error, code, pointer, message)),
        }
    }

    /// A file whose reader did not come to an end.
    pub fn exhausted() -> Self {
        Self::too_complex(
            "E-FILE-EXHAUSTED",
            "",
            Bilingual::new(
                "leer el archivo toma más memoria o más tiempo de lo permitido",
                "reading the file takes more memory or more time than is allowed",
            ),
        )
    }
}

impl From<Refusal> for ParseError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
