//! Numbers that no machine number holds: they are kept as text, so that no figure of them is lost.
//!
//! A whole number beyond 2^53 that is no floating-point number (the digest of a document, RFC 8785, would not
//! tell it from its neighbours), a number that would be infinite, and one that would be zero without being it. A decimal fraction is the nearest
//! floating-point number, as in every reader of JSON.

use std::{borrow::Cow, ops::Range};

use serde::de::IgnoredAny;
use vitrina_domain::finding::{Bilingual, Finding, Severity, pointer_segment};

use super::walk::{Node, Segment, Treatment, Walker};

/// How many such numbers are told of one record.
const MOST: usize = 100;

/// The fewest characters of a number without an exponent that may lose figures.
const LONG: usize = 16;

/// Where the numbers stand that would change by being read.
pub(super) fn lossy(json: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = after_text(json, at + 1),
            b'-' | b'0'..=b'9' => {
                let token = token(json, at);
                let text = json.get(token.clone()).unwrap_or_default();
                if may_lose(text) && is_lost(text) && !names_member(json, token.end) {
                    found.push(token.clone());
                }
                at = token.end;
            }
            _ => at += 1,
        }
    }
    found
}

/// The same document with those numbers in quotation marks.
pub(super) fn quoted<'a>(json: &'a [u8], numbers: &[Range<usize>]) -> Cow<'a, [u8]> {
    if numbers.is_empty() {
        return Cow::Borrowed(json);
    }
    let mut out = Vec::with_capacity(json.len() + 2 * numbers.len());
    let mut done = 0;
    for number in numbers {
        out.extend_from_slice(json.get(done..number.start).unwrap_or_default());
        out.push(b'"');
        out.extend_from_slice(json.get(number.clone()).unwrap_or_default());
        out.push(b'"');
        done = number.end;
    }
    out.extend_from_slice(json.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// What is said of the numbers that are kept as text; `root` is where the document stands in what the
/// findings are about.
pub(super) fn findings(json: &[u8], numbers: &[Range<usize>], root: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut wanted = numbers.iter().take(MOST).peekable();
    let mut walker = Walker::new(json, usize::MAX);
    let everywhere = |_: &[Segment], first: u8| match first {
        b'{' | b'[' => Treatment::Descend,
        _ => Treatment::Skip,
    };
    while let Some(number) = wanted.peek()
        && let Ok(Some(node)) = walker.next_node(everywhere)
    {
        if usize::try_from(node.at.offset).is_ok_and(|offset| offset == number.start) {
            findings.push(finding(format!("{root}{}", pointer(&node))));
            wanted.next();
        }
    }
    findings
}

fn finding(pointer: String) -> Finding {
    Finding::new(
        Severity::Warning,
        "W-GEN-NUMBER",
        pointer,
        Bilingual::new(
            "el número tiene más cifras o un exponente mayor de lo que se puede calcular; se conserva como texto",
            "the number has more figures or a larger exponent than can be computed with; it is kept as text",
        ),
    )
}

fn pointer(node: &Node) -> String {
    let steps = node.path.iter().map(|step| match step {
        Segment::Key(name) => format!("/{}", pointer_segment(name)),
        Segment::Index(index) => format!("/{index}"),
    });
    steps.collect()
}

/// The place after the quotation mark that closes a text.
fn after_text(json: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = json.get(at..).unwrap_or_default();
        let Some(stop) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) else { return json.len() };
        at += stop;
        match json.get(at) {
            Some(b'\\') => at += 2,
            _ => return at + 1,
        }
    }
}

fn token(json: &[u8], start: usize) -> Range<usize> {
    let of_number = |byte: &&u8| matches!(**byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    let length = json.get(start..).unwrap_or_default().iter().take_while(of_number).count();
    start..start + length
}

fn may_lose(token: &[u8]) -> bool {
    token.len() >= LONG || token.iter().any(|byte| matches!(byte, b'e' | b'E'))
}

/// Whether a number is changed by reading it; what is no number of JSON is for the reader to refuse.
fn is_lost(token: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(token) else { return false };
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return false;
    }
    let Ok(number) = text.parse::<f64>() else { return false };
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let is_nothing = !mantissa.contains(|c: char| ('1'..='9').contains(&c));
    if number.is_infinite() || (number == 0.0 && !is_nothing) {
        return true;
    }
    let whole = mantissa.split('.').next().unwrap_or_default();
    if mantissa.len() < text.len() || figures(whole).len() < LONG {
        return false;
    }
    let kept = format!("{number:e}");
    !figures(kept.split('e').next().unwrap_or_default()).starts_with(&figures(whole))
}

/// The figures that count: without sign, point, and zeros at either end.
fn figures(number: &str) -> String {
    let figures: String = number.chars().filter(char::is_ascii_digit).collect();
    figures.trim_matches('0').to_owned()
}

/// Whether a colon follows: a number in the place of a name is broken JSON and must stay so.
fn names_member(json: &[u8], end: usize) -> bool {
    let rest = json.get(end..).unwrap_or_default();
    rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0", false)]
    #[case("-0.0", false)]
    #[case("9007199254740992", false)]
    #[case("9007199254740993", true)]
    #[case("-9007199254740991", false)]
    #[case("12345678901234567", true)]
    #[case("18446744073709551615", true)]
    #[case("-9223372036854775808", true)]
    #[case("18446744073709551616", true)]
    #[case("18446744073709551617", true)]
    #[case("-9223372036854775809", true)]
    #[case("123456789012345678901234567890", true)]
    #[case("100000000000000000000000000000", false)]
    #[case("123456789012345678901234567890.5", true)]
    #[case("-99.133208999999994", false)]
    #[case("0.1000000000000000055511151231257827", false)]
    #[case("1e400", true)]
    #[case("-1E+999", true)]
    #[case("1e-400", true)]
    #[case("0e400", false)]
    #[case("1.5e10", false)]
    #[case("1e22", false)]
    #[case("1e", false)]
    #[case("00123456789012345678901234", false)]
    fn numbers_that_would_change_are_found(#[case] number: &str, #[case] lost: bool) {
        let json = format!("{{\"a 1e999\": [{number}]}}");
        assert_eq!(!lossy(json.as_bytes()).is_empty(), lost, "{number}");
    }

    #[test]
    fn numbers_in_texts_and_names_stay() {
        let json = br#"{"a": "\"1e999", "1e999": "12345678901234567890123\\", 1e999 : 1}"#;
        assert_eq!(lossy(json), []);
    }

    #[test]
    fn a_number_is_quoted_and_told_with_its_place() {
        let json = br#"{"a": [1, {"b/c": 1e400}], "d": -123456789012345678901234567890}"#;
        let numbers = lossy(json);
        let expected = br#"{"a": [1, {"b/c": "1e400"}], "d": "-123456789012345678901234567890"}"#;
        assert_eq!(quoted(json, &numbers), expected.as_slice());
        let told: Vec<String> = findings(json, &numbers, "").into_iter().map(|one| one.pointer).collect();
        assert_eq!(told, ["/a/1/b~1c", "/d"]);
    }
}
