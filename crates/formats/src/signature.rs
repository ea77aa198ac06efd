//! The first bytes by which files that are no text are known, in one table for everyone who asks.

/// Beginnings of files, and the media type of what begins so.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    // RFC 1952 section 2.3.1: there is one method.
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"BZh", "application/x-bzip2"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
];

/// How far into a file that is no text stands a byte that text has not.
const BINARY_BEFORE: usize = 64;

/// The media type of what begins with these bytes; nothing for text, and for what is not known.
pub fn signature(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some("image/webp");
    }
    let (start, media_type) = SIGNATURES.iter().find(|(start, _)| head.starts_with(start))?;
    // `MZA` is the name of a column, too. No text begins with `%PDF-`.
    let is_word = start.iter().all(u8::is_ascii_alphanumeric);
    let is_binary = || head.iter().take(BINARY_BEFORE).any(|b| matches!(b, 0..=8 | 14..=26 | 28..=31));
    (!is_word || is_binary()).then_some(*media_type)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"MZ\x90\0\x03\0", Some("application/vnd.microsoft.portable-executable"))]
    #[case(b"MZA,LOTE\n1,2\n", None)]
    #[case(b"GIF89a\x01\0\x01\0", Some("image/gif"))]
    #[case(b"GIF8,b\n1,2\n", None)]
    #[case(b"BZh91AY&SY\x01", Some("application/x-bzip2"))]
    #[case(b"BZh;b\n1;2\n", None)]
    #[case(b"PAR1\x15\x04", Some("application/vnd.apache.parquet"))]
    #[case(b"PAR1|PAR2\n", None)]
    #[case(b"%PDF-1.7\na,b\n", Some("application/pdf"))]
    #[case(b"PK\x03\x04", Some("application/zip"))]
    #[case(b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp"))]
    #[case(b"a,b\n", None)]
    #[case(b"", None)]
    fn words_are_told_from_signatures(#[case] head: &[u8], #[case] expected: Option<&str>) {
        assert_eq!(signature(head), expected);
    }
}
