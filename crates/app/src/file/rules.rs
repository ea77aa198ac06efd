//! What the operator lets in.

use vitrina_formats::FileType;

use crate::AppError;

/// Which files may be uploaded, and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The kinds that are taken; an empty list takes nothing.
    pub types: Vec<FileType>,
    /// The most bytes of one organization; nothing means that there is no limit.
    pub organization_quota: Option<u64>,
    /// The most bytes of the site.
    pub site_quota: Option<u64>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { types: FileType::OPEN.to_vec(), organization_quota: None, site_quota: None }
    }
}

/// Whose room a file takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// That of the organization that answers for the dataset.
    Organization,
    /// That of the site.
    Site,
}

impl Quota {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization's quota",
            Self::Site => "site's quota",
        }
    }

    /// Refuses a file that is longer than what is left.
    pub(super) fn admit(self, limit: u64, used: u64, length: u64) -> Result<(), AppError> {
        if used.saturating_add(length) <= limit {
            return Ok(());
        }
        Err(AppError::QuotaExceeded { quota: self, limit, used, length })
    }
}

impl Rules {
    /// The kind of a file that may be uploaded, told from its first bytes.
    pub(super) fn admit(&self, head: &[u8], name: &str) -> Result<FileType, AppError> {
        let found = FileType::of(head, name);
        let refused = || AppError::FileType { found, allowed: self.types.clone() };
        found.filter(|kind| self.types.contains(kind)).ok_or_else(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_takes_nothing() {
        let csv = b"a,b\n1,2\n";
        assert_eq!(Rules::default().admit(csv, "").unwrap(), FileType::Csv);
        let none = Rules { types: Vec::new(), ..Rules::default() };
        assert!(matches!(none.admit(csv, ""), Err(AppError::FileType { found: Some(FileType::Csv), .. })));
        assert!(matches!(Rules::default().admit(b"<html>", "a.csv"), Err(AppError::FileType { .. })));
        assert!(matches!(
            Rules::default().admit(b"\0", "a.csv"),
            Err(AppError::FileType { found: None, .. })
        ));
    }

    #[test]
    fn a_quota_is_filled_to_the_last_byte_and_no_further() {
        assert!(Quota::Site.admit(10, 7, 3).is_ok());
        assert!(Quota::Site.admit(10, 7, 4).is_err());
        assert!(Quota::Site.admit(10, u64::MAX, 1).is_err());
    }
}
