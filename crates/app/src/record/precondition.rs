//! Which revisions a write may replace (`If-Match`).

use crate::AppError;

/// Which revisions a write may replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// The writer does not say: refused where there is something to replace.
    Absent,
    /// Whatever is there, but something must be (`If-Match: *`).
    Any,
    /// One of these revisions.
    Revisions(Vec<u32>),
}

impl Precondition {
    pub(crate) fn check(&self, current: u32) -> Result<(), AppError> {
        match self {
            Self::Absent => Err(AppError::PreconditionRequired),
            Self::Any => Ok(()),
            Self::Revisions(revisions) if revisions.contains(&current) => Ok(()),
            Self::Revisions(_) => Err(AppError::PreconditionFailed { current }),
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
    }
}
