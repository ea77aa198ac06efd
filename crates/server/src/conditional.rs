//! Conditional requests: validators of representations, `304`, and `If-Match` for writes (RFC 9110 section 13).

use std::{
    ops::Range,
    time::{Duration, UNIX_EPOCH},
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use vitrina_app::{file::Condition, record::Precondition};
use vitrina_domain::{canonical::Digest, finding::Bilingual, time::Timestamp};

use crate::problem::{Answer, Code, Problem};

/// A strong entity tag: the opaque part, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag(String);

/// As many hexadecimal digits of a digest stand in a tag: 96 bits.
const DIGITS: usize = 24;

/// The most tags that are looked at in one header.
const MAX_TAGS: usize = 64;

impl EntityTag {
    /// A tag for one representation of one state: the same parts always give the same tag, others another one.
    pub fn of(parts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut digest = Digest::of_parts(parts).to_string();
        digest.truncate(DIGITS);
        Self(digest)
    }

    /// A tag with a readable part of its own, for example a revision: `{stem}-{hash of parts}`.
    pub fn with_stem(stem: &str, parts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let Self(hash) = Self::of(parts);
        Self(format!("{stem}-{hash}"))
    }

    /// The tag of bytes that are known by their digest.
    pub fn of_bytes(digest: &Digest) -> Self {
        Self(digest.to_string())
    }

    /// The opaque part.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The header value.
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&format!("\"{}\"", self.0))
            .unwrap_or_else(|_error| HeaderValue::from_static("\"\""))
    }
}

/// The validators of the representation that would be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validators {
    /// Its entity tag.
    pub tag: EntityTag,
    /// When the state it shows last changed.
    pub modified: Option<Timestamp>,
}

impl Validators {
    /// The answer `304`, when the reader has this representation already.
    pub fn not_modified(&self, request: &HeaderMap) -> Option<Response> {
        let fresh = if request.contains_key(header::IF_NONE_MATCH) {
            // RFC 9110 section 13.1.3: If-Modified-Since counts only where If-None-Match is absent.
            tags(request, &header::IF_NONE_MATCH).any(|tag| tag.matches_weakly(&self.tag))
        } else {
            self.modified.zip(since(request)).is_some_and(|(modified, since)| seconds(modified) <= since)
        };
        fresh.then(|| {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            self.apply(response.headers_mut());
            response
        })
    }

    /// Writes the validators into the headers of an answer.
    pub fn apply(&self, headers: &mut HeaderMap) {
        headers.insert(header::ETAG, self.tag.header());
        if let Some(modified) = self.modified.and_then(http_date) {
            headers.insert(header::LAST_MODIFIED, modified);
        }
    }

    /// The answer made by `make`, or `304` without making it.
    pub fn respond<B: Into<Body>>(
        &self,
        request: &HeaderMap,
        make: impl FnOnce() -> Result<Response<B>, Problem>,
    ) -> Result<Response, Problem> {
        if let Some(response) = self.not_modified(request) {
            return Ok(response);
        }
        let mut response = make()?.map(Into::into);
        self.apply(response.headers_mut());
        Ok(response)
    }
}

/// Which revisions a write may replace, as `If-Match` and `If-None-Match: *` say: our tags begin with the revision
/// that they are of.
pub(crate) fn precondition(headers: &HeaderMap) -> Answer<Precondition> {
    if !headers.contains_key(header::IF_MATCH) {
        let is_absence = tags(headers, &header::IF_NONE_MATCH).any(|tag| matches!(tag, Given::Any));
        return Ok(if is_absence { Precondition::Nothing } else { Precondition::Absent });
    }
    Ok(match matched(headers)? {
        None => Precondition::Any,
        Some(tags) => Precondition::Revisions(tags.into_iter().filter_map(revision_of).collect()),
    })
}

/// Which file an upload may replace: the tags of files are the digests of their bytes.
pub(crate) fn file_condition(headers: &HeaderMap) -> Answer<Condition> {
    if !headers.contains_key(header::IF_MATCH) {
        let is_absence = tags(headers, &header::IF_NONE_MATCH).any(|tag| matches!(tag, Given::Any));
        return Ok(if is_absence { Condition::Nothing } else { Condition::Absent });
    }
    Ok(match matched(headers)? {
        None => Condition::Any,
        Some(tags) => Condition::Files(tags.into_iter().filter_map(|tag| tag.parse().ok()).collect()),
    })
}

/// The strong tags of `If-Match`; nothing where any tag would do.
fn matched(headers: &HeaderMap) -> Answer<Option<Vec<&str>>> {
    let given: Vec<Given<'_>> = tags(headers, &header::IF_MATCH).collect();
    if given.is_empty() {
        let text = Bilingual::new(
            "If-Match no lleva ninguna ETag entre comillas",
            "If-Match holds no entity tag in quotes",
        );
        return Err(Problem::new(Code::BadRequest).with_detail(text));
    }
    if given.contains(&Given::Any) {
        return Ok(None);
    }
    // RFC 9110 section 13.1.1: If-Match compares strongly, so weak tags never match.
    let strong = given.into_iter().filter_map(|tag| match tag {
        Given::Strong(tag) => Some(tag),
        Given::Weak(_) | Given::Any => None,
    });
    Ok(Some(strong.collect()))
}

/// The readable part of the entity tags of a record: every representation of a revision begins with it.
pub(crate) fn revision_stem(revision: u32) -> String {
    format!("r{revision}")
}

fn revision_of(tag: &str) -> Option<u32> {
    tag.strip_prefix('r')?.split('-').next()?.parse().ok()
}

/// A tag as a client sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given<'a> {
    Strong(&'a str),
    Weak(&'a str),
    Any,
}

impl Given<'_> {
    fn matches_weakly(self, tag: &EntityTag) -> bool {
        match self {
            Self::Strong(given) | Self::Weak(given) => given == tag.0,
            Self::Any => true,
        }
    }
}

/// The tags of a header; what is malformed is left out.
pub(crate) fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Given<'a>> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(split_tags).take(MAX_TAGS)
}

/// Splits a list of tags; commas may stand inside the quotes.
fn split_tags(mut text: &str) -> Vec<Given<'_>> {
    let mut found = Vec::new();
    while found.len() < MAX_TAGS {
        text = text.trim_start_matches([' ', '\t', ',']);
        if text.is_empty() {
            break;
        }
        if let Some(rest) = text.strip_prefix('*') {
            found.push(Given::Any);
            text = rest;
            continue;
        }
        let weak = text.strip_prefix("W/");
        let Some((tag, rest)) = weak.unwrap_or(text).strip_prefix('"').and_then(|open| open.split_once('"'))
        else {
            break;
        };
        found.push(if weak.is_some() { Given::Weak(tag) } else { Given::Strong(tag) });
        text = rest;
    }
    found
}

/// HTTP dates have whole seconds; a state that changed within a second is as new as its start.
fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}

/// The seconds from 1970 to the year 10000: such dates have four digits for the year, and none for what was before.
const WRITABLE: Range<u64> = 0..253_402_300_800;

/// An instant as an HTTP date (RFC 9110 section 5.6.7), where it can be written as one.
pub fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let seconds = u64::try_from(seconds(at)).ok().filter(|seconds| WRITABLE.contains(seconds))?;
    let at = UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    HeaderValue::from_str(&httpdate::fmt_http_date(at)).ok()
}

fn since(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(header::IF_MODIFIED_SINCE)?.to_str().ok()?;
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn validators() -> Validators {
        Validators { tag: EntityTag("abc".to_owned()), modified: "2026-03-01T12:00:03.5Z".parse().ok() }
    }

    #[rstest]
    #[case::nothing(&[], false)]
    #[case::same(&[("if-none-match", "\"abc\"")], true)]
    #[case::weak(&[("if-none-match", "W/\"abc\"")], true)]
    #[case::among(&[("if-none-match", "\"x,y\", \"abc\"")], true)]
    #[case::any(&[("if-none-match", "*")], true)]
    #[case::other(&[("if-none-match", "\"abd\"")], false)]
    #[case::garbage(&[("if-none-match", "abc")], false)]
    #[case::same_second(&[("if-modified-since", "Sun, 01 Mar 2026 12:00:03 GMT")], true)]
    #[case::older(&[("if-modified-since", "Sun, 01 Mar 2026 12:00:02 GMT")], false)]
    #[case::bad_date(&[("if-modified-since", "yesterday")], false)]
    #[case::tag_wins(&[("if-none-match", "\"x\""), ("if-modified-since", "Sun, 01 Mar 2027 12:00:00 GMT")], false)]
    fn not_modified(#[case] request: &[(&str, &str)], #[case] fresh: bool) {
        let response = validators().not_modified(&headers(request));
        assert_eq!(response.is_some(), fresh);
        if let Some(response) = response {
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(response.headers()["etag"], "\"abc\"");
            assert_eq!(response.headers()["last-modified"], "Sun, 01 Mar 2026 12:00:03 GMT");
        }
    }

    #[rstest]
    #[case::nothing(&[], Precondition::Absent)]
    #[case::any(&[("if-match", "*")], Precondition::Any)]
    #[case::any_among(&[("if-match", "\"r7-abc\", *")], Precondition::Any)]
    #[case::tags(&[("if-match", "\"r7-abc\", \"r8-x\"")], Precondition::Revisions(vec![7, 8]))]
    #[case::not_ours(&[("if-match", "\"abc\"")], Precondition::Revisions(vec![]))]
    #[case::weak(&[("if-match", "W/\"r7-abc\"")], Precondition::Revisions(vec![]))]
    #[case::absence(&[("if-none-match", "*")], Precondition::Nothing)]
    #[case::of_reads(&[("if-none-match", "\"r7-abc\"")], Precondition::Absent)]
    fn a_write_names_revisions(#[case] request: &[(&str, &str)], #[case] expected: Precondition) {
        assert_eq!(precondition(&headers(request)).unwrap(), expected);
    }

    #[rstest]
    #[case::garbage("abc")]
    #[case::empty("")]
    #[case::unclosed("\"r7-abc")]
    fn what_is_no_tag_is_a_bad_request(#[case] if_match: &str) {
        let refused = precondition(&headers(&[("if-match", if_match)])).unwrap_err();
        assert_eq!(refused.code(), Code::BadRequest);
    }

    #[test]
    fn tags_name_the_revision_that_they_are_of() {
        let tag = EntityTag::with_stem(&revision_stem(41), ["json", "es"]);
        assert_eq!(revision_of(tag.as_str()), Some(41));
    }

    #[test]
    fn tags_differ_by_part_and_by_cut() {
        assert_eq!(EntityTag::of(["ab", "c"]), EntityTag::of(["ab", "c"]));
        assert_ne!(EntityTag::of(["ab", "c"]), EntityTag::of(["a", "bc"]));
        assert_ne!(EntityTag::of(["1", "json", "es"]), EntityTag::of(["1", "json", "en"]));
        assert!(EntityTag::with_stem("r7", ["x"]).as_str().starts_with("r7-"));
    }

    #[test]
    fn a_header_of_a_thousand_tags_costs_little() {
        let many = "\"x\",".repeat(1_000);
        assert_eq!(split_tags(&many).len(), MAX_TAGS);
    }
}
