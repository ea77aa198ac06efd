//! What the two ends say to each other.

use serde::{Deserialize, Serialize};
use vitrina_app::ports::parser::{Inspection, ParseError, Refusal, WorkClass};

/// The longest answer of a worker, in bytes.
pub(super) const ANSWER_BYTES: usize = 8 << 20;

const MIB: u64 = 1 << 20;

/// What a worker is to do, and what it may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    /// The extension of the file's name.
    pub(super) extension: Option<String>,
    /// What it may take.
    pub(super) limits: Limits,
    /// The process that asks: without it the work is for nobody.
    pub(super) parent: u32,
}

/// What a worker may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// How much memory, as addresses.
    pub memory_bytes: u64,
    /// How much time of a processor.
    pub cpu_seconds: u64,
}

impl Limits {
    /// What work of a class on a file of this length may take. `bulk_bytes` is the memory that the operator grants to
    /// bulk work.
    pub(super) fn of(class: WorkClass, length: u64, bulk_bytes: u64) -> Self {
        match class {
            WorkClass::Parse => Self { memory_bytes: 512 * MIB, cpu_seconds: 20 },
            WorkClass::Bulk => {
                Self { memory_bytes: bulk_bytes, cpu_seconds: 30 + length.saturating_mul(60) / (100 * MIB) }
            }
        }
    }
}

/// One line of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Frame {
    /// What was found.
    Inspection {
        /// All of it.
        inspection: Box<Inspection>,
    },
    /// The file is refused; nothing follows.
    Refused {
        /// Why.
        refusal: Refusal,
    },
    /// The bytes could not be had; nothing follows.
    Failed {
        /// Why, for the log.
        message: String,
    },
    /// The answer is whole.
    Done,
}

/// What an answer means. Whatever is no whole answer means that the worker did not come to its end.
pub(super) fn understood(answer: &[u8]) -> Result<Inspection, ParseError> {
    let mut frames = answer.split_inclusive(|b| *b == b'\n').map(serde_json::from_slice::<Frame>);
    let mut next = || frames.next().and_then(Result::ok);
    match (next(), next()) {
        (Some(Frame::Inspection { inspection }), Some(Frame::Done)) => Ok(*inspection),
        (Some(Frame::Refused { refusal }), None) => Err(ParseError::Refused(refusal)),
        (Some(Frame::Failed { message }), None) => {
            Err(ParseError::Unavailable(std::io::Error::other(message)))
        }
        _ => Err(Refusal::exhausted().into()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use vitrina_app::ports::parser::FileKind;

    use super::*;

    fn inspection() -> Inspection {
        Inspection {
            kind: FileKind::Pdf,
            media_type: "application/pdf".to_owned(),
            bytes: 7,
            text: None,
            tables: Vec::new(),
            archive: None,
            findings: Vec::new(),
        }
    }

    fn lines(frames: &[Frame]) -> Vec<u8> {
        frames
            .iter()
            .flat_map(|frame| [serde_json::to_vec(frame).unwrap(), b"\n".to_vec()].concat())
            .collect()
    }

    #[test]
    fn a_whole_answer_is_understood() {
        let whole = lines(&[Frame::Inspection { inspection: Box::new(inspection()) }, Frame::Done]);
        assert_eq!(understood(&whole).unwrap(), inspection());
    }

    #[test]
    fn an_answer_that_is_cut_anywhere_is_that_of_a_worker_that_died() {
        let whole = lines(&[Frame::Inspection { inspection: Box::new(inspection()) }, Frame::Done]);
        // Without its last byte it is whole still: that is the end of the line.
        for length in 0..whole.len() - 1 {
            let error = understood(&whole[..length]).unwrap_err();
            assert!(
                matches!(error, ParseError::Refused(refusal) if refusal == Refusal::exhausted()),
                "{length}"
            );
        }
    }

    #[rstest]
    #[case(b"".as_slice())]
    #[case(b"{\"frame\":\"done\"}\n")]
    #[case(b"\xff\xfe\n")]
    #[case(b"{\"frame\":\"inspection\"}\n{\"frame\":\"done\"}\n")]
    fn what_is_no_answer_is_none(#[case] answer: &[u8]) {
        assert!(
            matches!(understood(answer), Err(ParseError::Refused(refusal)) if refusal == Refusal::exhausted())
        );
    }

    #[test]
    fn time_grows_with_the_length_of_bulk_work_only() {
        let seconds = |class, length| Limits::of(class, length, MIB).cpu_seconds;
        assert_eq!(seconds(WorkClass::Bulk, 0), 30);
        assert_eq!(seconds(WorkClass::Bulk, 100 * MIB), 90);
        assert_eq!(seconds(WorkClass::Parse, 100 * MIB), 20);
        assert_eq!(Limits::of(WorkClass::Bulk, 0, MIB).memory_bytes, MIB);
    }
}
