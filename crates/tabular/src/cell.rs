//! What a value looks like: a number, a formula; and how it is shown.

use crate::limit;

/// Whether text reads as a number. Digits that begin with a zero are a key and stay text: `09` is no 9.
pub(crate) fn is_number(text: &str) -> bool {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text).trim_end_matches('%');
    let (figures, power) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    let is_key = figures.starts_with('0') && figures.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    let is_figure = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b',' | b' ');
    figures.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && figures.bytes().any(|b| b.is_ascii_digit())
        && figures.bytes().all(is_figure)
        && !power.is_empty()
        && power.bytes().all(|b| b.is_ascii_digit())
        && !is_key
}

/// Whether a spreadsheet that opens text would take it for a formula and run it.
pub(crate) fn is_formula(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '"' | '\''));
    start.starts_with(['=', '+', '-', '@', '|', '＝', '＋', '－', '＠'])
        && !is_number(start)
        && start.chars().count() > 1
}

/// A value as it is shown: no longer than a glance takes, and with nothing that a spreadsheet would run.
pub(crate) fn shown(text: &str) -> String {
    let guard = if is_formula(text) { "'" } else { "" };
    let mut shown: String = guard.chars().chain(text.chars().take(limit::SHOWN_CHARS)).collect();
    if text.chars().nth(limit::SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("12", true)]
    #[case("-12.5", true)]
    #[case("0.5", true)]
    #[case("0", true)]
    #[case("1,234.56", true)]
    #[case("1.234,56", true)]
    #[case("1e400", true)]
    #[case("45%", true)]
    #[case("-1e-5", true)]
    #[case("-2+3", false)]
    #[case("1e", false)]
    #[case("09", false)]
    #[case("007.5", false)]
    #[case("", false)]
    #[case("-", false)]
    #[case("12 de mayo", false)]
    #[case("NaN", false)]
    fn numbers_are_told_from_keys_and_words(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_number(text), expected);
    }

    #[rstest]
    #[case("=1+1")]
    #[case("+SUM(A1)")]
    #[case("-2+3+cmd|' /C calc'!A0")]
    #[case("@SUM(1+1)")]
    #[case("|calc")]
    #[case("\tx")]
    #[case("\rx")]
    #[case("＝1+1")]
    #[case(" =HYPERLINK(\"https://example.org\")")]
    #[case("\u{feff}=IMPORTXML(1)")]
    #[case("\"=WEBSERVICE(1)")]
    fn formulas_are_told_and_shown_as_text(#[case] text: &str) {
        assert!(is_formula(text));
        assert_eq!(shown(text), format!("'{text}"));
    }

    #[rstest]
    #[case("-5")]
    #[case("+52 81 1234")]
    #[case("-")]
    #[case("a=b")]
    #[case("2026-11-28")]
    fn what_is_no_formula_is_left_alone(#[case] text: &str) {
        assert!(!is_formula(text));
        assert_eq!(shown(text), text);
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(shown(&"ñ".repeat(1_000)), format!("{}…", "ñ".repeat(limit::SHOWN_CHARS)));
    }
}
