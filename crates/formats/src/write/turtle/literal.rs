//! Values as RDF literals of the right datatype.

use oxrdf::Literal;
use oxrdf::vocab::xsd;
use vitrina_domain::{
    date::{Date, Precision},
    language::LanguageTag,
};

/// A text with its language; text of unknown language carries no tag.
pub(super) fn tagged(tag: &LanguageTag, text: &str) -> Literal {
    if tag.is_undetermined() {
        return Literal::new_simple_literal(text);
    }
    Literal::new_language_tagged_literal(text, tag.as_str())
        .unwrap_or_else(|_| Literal::new_simple_literal(text))
}

/// A date with the datatype of its precision.
pub(super) fn date(date: &Date) -> Literal {
    match date.precision() {
        Precision::Year => Literal::new_typed_literal(date.as_str(), xsd::G_YEAR),
        Precision::Month => Literal::new_typed_literal(date.as_str(), xsd::G_YEAR_MONTH),
        Precision::Day => Literal::new_typed_literal(date.as_str(), xsd::DATE),
        Precision::Instant if is_date_time(date.as_str()) => {
            Literal::new_typed_literal(date.as_str(), xsd::DATE_TIME)
        }
        // Spellings that XML Schema does not know are written as the instant they mean.
        Precision::Instant => Literal::new_typed_literal(date.start().to_string(), xsd::DATE_TIME),
    }
}

/// Whether an instant is spelt as XML Schema wants it: `2024-05-31T10:00:00[.5][Z|+hh:mm]`.
fn is_date_time(text: &str) -> bool {
    let Some((head, rest)) = text.split_at_checked(19) else { return false };
    let shape = head.bytes().zip(*b"dddd-dd-ddTdd:dd:dd").all(|(byte, wanted)| match wanted {
        b'd' => byte.is_ascii_digit(),
        mark => byte == mark,
    });
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    let offset = |zone: &str| {
        zone.len() == 6
            && zone.bytes().zip(*b"+dd:dd").skip(1).all(|(byte, wanted)| match wanted {
                b'd' => byte.is_ascii_digit(),
                mark => byte == mark,
            })
            && zone.starts_with(['+', '-'])
    };
    shape && (zone.is_empty() || zone == "Z" || offset(zone))
}

/// A decimal number, or nothing when the text is none.
pub(super) fn decimal(text: &str) -> Option<Literal> {
    let text = text.trim();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_number = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    is_number.then(|| Literal::new_typed_literal(text, xsd::DECIMAL))
}

/// A duration, or nothing when the text is none.
pub(super) fn duration(text: &str) -> Option<Literal> {
    let text = text.trim();
    let parts = text.strip_prefix('-').unwrap_or(text).strip_prefix('P')?;
    let (days, time) = parts.split_once('T').map_or((parts, None), |(days, time)| (days, Some(time)));
    let fits =
        follows(days, "YMD", false) && time.is_none_or(|time| !time.is_empty() && follows(time, "HMS", true));
    (fits && !(days.is_empty() && time.is_none())).then(|| Literal::new_typed_literal(text, xsd::DURATION))
}

/// Whether a text is numbers followed by some of the units, in their order.
fn follows(text: &str, units: &str, fractions: bool) -> bool {
    let mut left = units;
    let mut rest = text;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || (fractions && c == '.'));
        let Some(unit) = after.chars().next().filter(|_| after.len() < rest.len()) else { return false };
        let Some((_, later)) = left.split_once(unit) else { return false };
        left = later;
        rest = after.get(unit.len_utf8()..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2024", "\"2024\"^^<http://www.w3.org/2001/XMLSchema#gYear>")]
    #[case("2024-05", "\"2024-05\"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>")]
    #[case("2024-05-31", "\"2024-05-31\"^^<http://www.w3.org/2001/XMLSchema#date>")]
    #[case(
        "2024-05-31T10:00:00-06:00",
        "\"2024-05-31T10:00:00-06:00\"^^<http://www.w3.org/2001/XMLSchema#dateTime>"
    )]
    #[case(
        "2024-05-31T10:00:00-0600",
        "\"2024-05-31T16:00:00.000000Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>"
    )]
    #[case(
        "2024-05-31 10:00:00",
        "\"2024-05-31T10:00:00.000000Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>"
    )]
    fn dates(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(date(&text.parse().unwrap()).to_string(), expected);
    }

    #[rstest]
    #[case("P1Y2M3DT4H5M6.5S", true)]
    #[case("PT15M", true)]
    #[case("P", false)]
    #[case("PT", false)]
    #[case("P1M1Y", false)]
    #[case("R/P1Y", false)]
    #[case("diaria", false)]
    fn durations(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(duration(text).is_some(), fits);
    }

    #[rstest]
    #[case("30", true)]
    #[case("-0.5", true)]
    #[case("1e3", false)]
    #[case(".", false)]
    #[case("30 m", false)]
    fn decimals(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(decimal(text).is_some(), fits);
    }
}
