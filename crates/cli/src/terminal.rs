//! What may be written to a terminal, and in which language.

use std::io::IsTerminal as _;

use vitrina_domain::finding::Locale;

/// Text from outside with everything escaped that a terminal would obey: control characters, and the marks
/// that turn the direction of writing.
pub(crate) fn clean(text: &str) -> String {
    let obeyed = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if obeyed(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

/// The same on one line, shortened to `width` characters.
pub(crate) fn line(text: &str, width: usize) -> String {
    let text = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= width {
        return text;
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// Whether a person watches the progress.
pub(crate) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// The language of reports: what was asked for, else what the environment says, else English.
///
/// `environment` holds the values of `LC_ALL`, `LC_MESSAGES` and `LANG` that are set, in that order; POSIX lets
/// the first one win.
pub(crate) fn locale(asked: Option<Locale>, environment: &[&str]) -> Locale {
    asked.unwrap_or_else(|| {
        let spanish = environment.iter().find(|value| !value.is_empty()).is_some_and(|value| {
            value.split(['_', '-', '.', '@']).next().is_some_and(|tag| tag.eq_ignore_ascii_case("es"))
        });
        if spanish { Locale::Es } else { Locale::En }
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("\u{1b}]0;pwned\u{7}", "\\u{1b}]0;pwned\\u{7}")]
    #[case("a\rb", "a\\u{d}b")]
    #[case("nómina \u{202e}fdp.csv", "nómina \\u{202e}fdp.csv")]
    #[case("Año 2026 — ñ", "Año 2026 — ñ")]
    fn what_a_terminal_obeys_is_escaped(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(clean(text), shown);
    }

    #[test]
    fn a_line_is_one_line_and_no_longer_than_asked() {
        assert_eq!(line("Presupuesto\n  de egresos", 40), "Presupuesto de egresos");
        assert_eq!(line("Presupuesto de egresos", 12), "Presupuesto…");
        assert_eq!(line("ñandú", 5), "ñandú");
    }

    #[rstest]
    #[case(None, &["es_MX.UTF-8"], Locale::Es)]
    #[case(None, &["", "es"], Locale::Es)]
    #[case(None, &["C", "es_MX.UTF-8"], Locale::En)]
    #[case(None, &["estonian"], Locale::En)]
    #[case(None, &[], Locale::En)]
    #[case(Some(Locale::Es), &["en_US.UTF-8"], Locale::Es)]
    fn the_language_follows_the_flag_then_the_environment(
        #[case] asked: Option<Locale>,
        #[case] environment: &[&str],
        #[case] expected: Locale,
    ) {
        assert_eq!(locale(asked, environment), expected);
    }
}
