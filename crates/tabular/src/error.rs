//! Why a file was not looked into to its end.

use std::{error::Error, fmt, io};

use vitrina_app::ports::parser::Refusal;
use vitrina_domain::finding::Bilingual;

/// Why a file was not looked into to its end.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The file itself is the reason.
    #[error("the file is refused: {}", .0.finding.code)]
    Refused(Refusal),
    /// Its bytes could not be had.
    #[error("the file could not be read")]
    Io(#[source] io::Error),
}

/// A refusal on its way through the readers of a library, which know only errors of reading.
#[derive(Debug)]
pub(crate) struct Halt(pub(crate) Refusal);

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.finding.code)
    }
}

impl Error for Halt {}

impl From<Halt> for io::Error {
    fn from(halt: Halt) -> Self {
        Self::other(halt)
    }
}

impl From<Refusal> for InspectError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for InspectError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Halt>() {
            Ok(Halt(refusal)) => refusal.into(),
            Err(error) => Self::Io(error),
        }
    }
}

/// What a library's error about a part of a file means: a refusal of ours that it carries, trouble with the disk, or
/// damage of the file.
pub(crate) fn damaged(pointer: &str, error: &(dyn Error + 'static)) -> InspectError {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            if let Some(Halt(refusal)) = io.get_ref().and_then(|inner| inner.downcast_ref()) {
                return refusal.clone().into();
            }
            if let Some(code) = io.raw_os_error() {
                return InspectError::Io(io::Error::from_raw_os_error(code));
            }
        }
        cause = error.source();
    }
    damage(pointer).into()
}

/// The refusal of a file that is not what its format says.
pub(crate) fn damage(pointer: &str) -> Refusal {
    Refusal::unreadable(
        "E-FILE-DAMAGED",
        pointer,
        Bilingual::new("el archivo está dañado o incompleto", "the file is damaged or cut short"),
    )
}
