//! Which language a reader wants, from `Accept-Language` (RFC 9110 section 12.5.4).

use std::cmp::Reverse;

use axum::http::{HeaderMap, header, request::Parts};
use vitrina_domain::finding::Locale;

/// The most languages that are looked at in one header.
const MAX_LANGUAGES: usize = 16;

/// A reader's languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reader {
    /// The language of the interface.
    pub locale: Locale,
    /// The languages to choose content by, best first; the site's language comes last.
    pub languages: Vec<String>,
}

impl Reader {
    /// The reader behind these headers.
    pub fn of(headers: &HeaderMap, default: Locale) -> Self {
        let values = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let mut ranges: Vec<(u16, &str)> =
            values.flat_map(|value| value.split(',')).take(MAX_LANGUAGES).filter_map(range).collect();
        ranges.sort_by_key(|(quality, _)| Reverse(*quality));
        let mut languages: Vec<String> = Vec::with_capacity(ranges.len() + 1);
        for tag in ranges.iter().map(|(_, tag)| tag.to_ascii_lowercase()).filter(|tag| tag != "*") {
            if !languages.contains(&tag) {
                languages.push(tag);
            }
        }
        let locale = languages.iter().find_map(|tag| of_tag(tag)).unwrap_or(default);
        if !languages.iter().any(|tag| tag == default.as_str()) {
            languages.push(default.as_str().to_owned());
        }
        Self { locale, languages }
    }

    /// The reader behind a request.
    pub(crate) fn behind(parts: &Parts) -> Self {
        // The edge has put the reader there, with the site's own language as the default.
        parts.extensions.get().cloned().unwrap_or_else(|| Self::of(&parts.headers, Locale::default()))
    }

    /// The same reader after asking for a language by name (`?lang=`).
    #[must_use]
    pub fn asking_for(mut self, tag: &str) -> Self {
        self.locale = of_tag(tag).unwrap_or(self.locale);
        self.languages.insert(0, tag.to_ascii_lowercase());
        self
    }

    /// The languages as the writers take them.
    pub fn tags(&self) -> Vec<&str> {
        self.languages.iter().map(String::as_str).collect()
    }
}

fn of_tag(tag: &str) -> Option<Locale> {
    match tag.split('-').next().unwrap_or_default() {
        "es" => Some(Locale::Es),
        "en" => Some(Locale::En),
        _ => None,
    }
}

/// One language range with its quality in thousandths; nothing when it is refused or malformed.
fn range(text: &str) -> Option<(u16, &str)> {
    let mut parts = text.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty() && tag.len() <= 35)?;
    if !tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'*') {
        return None;
    }
    let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1000), quality)?;
    (quality > 0).then_some((quality, tag))
}

/// A quality value in thousandths (RFC 9110 section 12.4.2).
pub(crate) fn quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", Locale::Es, &["es"])]
    #[case("en", Locale::En, &["en", "es"])]
    #[case("nah, en;q=0.5, es;q=0.7", Locale::Es, &["nah", "es", "en"])]
    #[case("es;q=0, en-US", Locale::En, &["en-us", "es"])]
    #[case("*", Locale::Es, &["es"])]
    #[case("en;q=2, ,;;,ñ", Locale::Es, &["es"])]
    #[case("EN, en, en", Locale::En, &["en", "es"])]
    fn orders_languages(#[case] header: &str, #[case] locale: Locale, #[case] languages: &[&str]) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_bytes(header.as_bytes()).unwrap());
        let reader = Reader::of(&headers, Locale::Es);
        assert_eq!((reader.locale, reader.tags().as_slice()), (locale, languages));
    }

    #[test]
    fn a_hostile_header_costs_little() {
        let mut headers = HeaderMap::new();
        let long = "aa;q=0.1,".repeat(10_000);
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(&long).unwrap());
        assert_eq!(Reader::of(&headers, Locale::En).languages, ["aa", "en"]);
    }

    #[test]
    fn asking_by_name_wins() {
        let reader = Reader::of(&HeaderMap::new(), Locale::Es).asking_for("en");
        assert_eq!((reader.locale, reader.tags()), (Locale::En, vec!["en", "es"]));
    }
}
