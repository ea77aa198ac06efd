//! Which part of a file is asked for (RFC 9110 section 14).

use std::ops::Range;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{
    conditional::{Validators, http_date},
    problem::{Answer, Code, Problem},
};

/// What is given of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// These bytes, of which there is one at least.
    Bytes(Range<u64>),
}

/// The part that a request asks for. What cannot be understood, and several parts at once, ask for the whole; so does a
/// part of a file that has changed since.
pub(super) fn asked(headers: &HeaderMap, validators: &Validators, length: u64) -> Answer<Part> {
    let Some(range) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else {
        return Ok(Part::Whole);
    };
    if !is_still(headers, validators) {
        return Ok(Part::Whole);
    }
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|ends| ends.trim().split_once('-'))
    else {
        return Ok(Part::Whole);
    };
    let bytes = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.is_empty() => first..length,
        (None, Some(last)) if first.is_empty() => length.saturating_sub(last)..length,
        _ => return Ok(Part::Whole),
    };
    if bytes.is_empty() {
        let total = HeaderValue::try_from(format!("bytes */{length}")).map_err(Problem::internal)?;
        return Err(Problem::new(Code::RangeNotSatisfiable).with_header(header::CONTENT_RANGE, total));
    }
    Ok(Part::Bytes(bytes))
}

/// Digits and nothing else: a sign, a space or a second range make it no number.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // More digits than a number has are a number behind every end.
    Some(text.parse().unwrap_or(u64::MAX))
}

/// Whether the file is the one that `If-Range` names; its date counts only when it is the very same.
fn is_still(headers: &HeaderMap, validators: &Validators) -> bool {
    let Some(known) = headers.get(header::IF_RANGE) else { return true };
    known == validators.tag.header()
        || validators.modified.and_then(http_date).is_some_and(|date| known == date)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use vitrina_domain::canonical::Digest;

    use super::*;
    use crate::conditional::EntityTag;

    fn ask(pairs: &[(&'static str, &str)], length: u64) -> Result<Option<Range<u64>>, Code> {
        let headers = pairs
            .iter()
            .map(|(name, value)| {
                (header::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
            })
            .collect();
        let tag = EntityTag::of_bytes(&Digest::of(b"agua"));
        let validators = Validators { tag, modified: "2026-03-01T12:00:03.5Z".parse().ok() };
        match asked(&headers, &validators, length) {
            Ok(Part::Whole) => Ok(None),
            Ok(Part::Bytes(bytes)) => Ok(Some(bytes)),
            Err(problem) => Err(problem.code()),
        }
    }

    #[rstest]
    #[case("bytes=0-0", Ok(Some(0..1)))]
    #[case("bytes=2-", Ok(Some(2..10)))]
    #[case("bytes=2-99999999999999999999999", Ok(Some(2..10)))]
    #[case("bytes=-3", Ok(Some(7..10)))]
    #[case("bytes=-99", Ok(Some(0..10)))]
    #[case("bytes=10-", Err(Code::RangeNotSatisfiable))]
    #[case("bytes=18446744073709551615-", Err(Code::RangeNotSatisfiable))]
    #[case("bytes=-0", Err(Code::RangeNotSatisfiable))]
    #[case("bytes=5-2", Ok(None))]
    #[case("bytes=0-1,4-5", Ok(None))]
    #[case("bytes=-", Ok(None))]
    #[case("bytes=+1-2", Ok(None))]
    #[case("bytes=a-b", Ok(None))]
    #[case("items=0-1", Ok(None))]
    #[case("bytes 0-1", Ok(None))]
    fn single_ranges_are_given(#[case] range: &str, #[case] expected: Result<Option<Range<u64>>, Code>) {
        assert_eq!(ask(&[("range", range)], 10), expected);
    }

    #[test]
    fn a_file_without_bytes_has_no_part() {
        assert_eq!(ask(&[("range", "bytes=0-")], 0), Err(Code::RangeNotSatisfiable));
        assert_eq!(ask(&[], 0), Ok(None));
    }

    #[rstest]
    #[case(&format!("\"{}\"", Digest::of(b"agua")), true)]
    #[case(&format!("W/\"{}\"", Digest::of(b"agua")), false)]
    #[case(&format!("\"{}\"", Digest::of(b"aire")), false)]
    #[case("Sun, 01 Mar 2026 12:00:03 GMT", true)]
    #[case("Sun, 01 Mar 2026 12:00:04 GMT", false)]
    #[case("yesterday", false)]
    fn a_part_is_a_part_of_what_the_reader_has(#[case] known: &str, #[case] given: bool) {
        let found = ask(&[("range", "bytes=0-1"), ("if-range", known)], 10);
        assert_eq!(found, Ok(given.then_some(0..2)));
    }
}
