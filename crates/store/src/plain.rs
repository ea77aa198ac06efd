//! Text in plain columns, the same on both databases.
//!
//! `PostgreSQL` cannot hold U+0000 in text and `SQLite` can. In documents it stands escaped, as JSON demands; in a
//! plain column (identifier, alias, reason, …) it becomes U+FFFD when written and when looked for, so that both
//! databases store and find the same.

use std::borrow::Cow;

use vitrina_domain::canonical::Digest;

/// The text as plain columns hold it.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// The text as a value to bind.
pub(crate) fn bound(text: &str) -> String {
    plain(text).into_owned()
}

/// The key of a text in a unique index: its SHA-256, because a text may be longer than what `PostgreSQL` can index.
pub(crate) fn key(text: &str) -> Vec<u8> {
    Digest::of(plain(text).as_bytes()).as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nul_is_replaced() {
        assert_eq!(plain("a\0b\u{1}ñ"), "a\u{fffd}b\u{1}ñ");
        assert!(matches!(plain("agua"), Cow::Borrowed("agua")));
    }
}
