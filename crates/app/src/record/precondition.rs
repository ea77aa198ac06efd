//! Which revisions a write may replace (`If-Match`).

use crate::AppError;

/// Which revisions a write may replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// The writer does not say: refused where there is something to replace.
    Absent,
    /// Whatever is there, but something must be (`If-Match: *`).
    Any,
    /// One of these revisions; none of ours where the writer names only tags of others.
    Revisions(Vec<u32>),
    /// Nothing must be there (`If-None-Match: *`).
    Nothing,
}

impl Precondition {
    /// Whether something must be there.
    pub(super) fn names_something(&self) -> bool {
        matches!(self, Self::Any | Self::Revisions(_))
    }

    /// Who changes a record by its id has read it, and says which revision, whether or not the change says anything new.
    pub(super) fn demand(&self) -> Result<(), AppError> {
        if matches!(self, Self::Absent) { Err(AppError::PreconditionRequired) } else { Ok(()) }
    }

    pub(crate) fn check(&self, current: u32) -> Result<(), AppError> {
        match self {
            Self::Absent => Err(AppError::PreconditionRequired),
            Self::Any => Ok(()),
            Self::Revisions(revisions) if revisions.contains(&current) => Ok(()),
            Self::Revisions(_) | Self::Nothing => Err(AppError::PreconditionFailed { current }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preconditions() {
        assert!(matches!(Precondition::Absent.check(1), Err(AppError::PreconditionRequired)));
        assert!(Precondition::Any.check(7).is_ok());
        assert!(Precondition::Revisions(vec![3, 4]).check(4).is_ok());
        let stale = Precondition::Revisions(vec![3]).check(4);
        assert!(matches!(stale, Err(AppError::PreconditionFailed { current: 4 })));
        assert!(matches!(Precondition::Nothing.check(4), Err(AppError::PreconditionFailed { current: 4 })));
        assert!(
            Precondition::Revisions(Vec::new()).names_something() && !Precondition::Nothing.names_something()
        );
    }
}
